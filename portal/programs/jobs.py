from portal.platform.jobs import job_kind

OPEN_CALL = job_kind("programs.open_call", "공고 개시", "Opening a call")
CLOSE_CALL = job_kind("programs.close_call", "접수 마감", "Closing a call")
AMENDED = job_kind("programs.amended", "공고 변경 안내", "Notice of an amended call")
QUESTION_ANSWERED = job_kind("programs.question_answered", "질문 답변 안내", "Notice of an answered question")
QUESTIONS_WAIT = job_kind("programs.questions_wait", "답변 대기 질문 알림", "Daily notice of waiting questions")
