from portal.platform.jobs import job_kind

SEND = job_kind("notifications.send", "편지 발송", "Sending a letter")
