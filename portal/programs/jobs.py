from portal.platform.jobs import job_kind

OPEN_CALL = job_kind("programs.open_call", "공고 개시", "Opening a call")
CLOSE_CALL = job_kind("programs.close_call", "접수 마감", "Closing a call")
AMENDED = job_kind("programs.amended", "공고 변경 안내", "Notice of an amended call")
