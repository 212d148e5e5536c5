from portal.platform.jobs import job_kind

ANCHOR = job_kind("audit.anchor", "감사 기록 고정", "Anchoring the audit chain")
ANCHORED = job_kind("audit.anchored", "감사 기록 고정 알림", "Notice of an anchored chain")
