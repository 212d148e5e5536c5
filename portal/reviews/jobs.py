from portal.platform.jobs import job_kind

STAGE_REVIEWED = job_kind("reviews.stage_reviewed", "평가 종료와 순위 계산", "End of review and ranking")
SUBMITTED = job_kind("reviews.submitted", "평가 제출 확인", "Receipt of submitted reviews")
DUE = job_kind("reviews.due", "평가 기한", "Reviews are due")
