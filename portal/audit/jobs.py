from portal.platform.jobs import job_kind

ANCHOR = job_kind("audit.anchor", "감사 기록 고정", "Anchoring the audit chain")
