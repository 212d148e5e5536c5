"""Kinds of job that reviewing asks for."""

from __future__ import annotations

from portal.platform.jobs import job_kind

STAGE_REVIEWED = job_kind("reviews.stage_reviewed", "평가 종료와 순위 계산", "End of review and ranking")
SUBMITTED = job_kind("reviews.submitted", "평가 제출 확인", "Receipt of submitted reviews")
REMINDER = job_kind("reviews.reminder", "평가 재촉 편지", "Reminder of reviews")
