from portal.platform.jobs import job_kind

SEND = job_kind("notifications.send", "편지 발송", "Sending a letter")
BATCH = job_kind("notifications.batch", "여러 신청자에게 보낼 편지 작성", "Writing letters to many applicants")
