"""The kinds of job that awards ask for; notices carry ids only."""

from __future__ import annotations

from portal.platform.jobs import job_kind

EXPIRE = job_kind("awards.expire", "수락 기한 확인", "End of an offer's time")

SCENARIO = job_kind("awards.scenario", "선정 시나리오 계산", "Computing a selection scenario")  # {scenario_id}
PROPOSED = job_kind("awards.proposed", "승인 요청", "Request for approval")
APPROVAL_REMINDER = job_kind("awards.approval_reminder", "승인 재촉", "Reminder of a waiting approval")
APPROVAL_OVERDUE = job_kind("awards.approval_overdue", "승인 지연 알림", "Notice of an overdue approval")
RETURNED = job_kind("awards.returned", "의결안 반려 안내", "Notice of a returned decision")
OUTCOME = job_kind("awards.outcome", "결과 통보", "Notice of the outcome")
OFFER = job_kind("awards.offer", "지원 제안", "Offer of an award")
ACCEPTED = job_kind("awards.accepted", "지원 수락 안내", "Notice of an accepted award")
DECLINED = job_kind("awards.declined", "지원 사양 안내", "Notice of a declined award")
EXPIRED = job_kind("awards.expired", "제안 기한 경과 안내", "Notice of an expired offer")
