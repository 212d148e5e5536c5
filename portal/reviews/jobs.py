"""Kinds of job that reviewing asks for."""

from __future__ import annotations

from portal.platform.jobs import job_kind

STAGE_REVIEWED = job_kind("reviews.stage_reviewed", "평가 종료와 순위 계산", "End of review and ranking")
SUBMITTED = job_kind("reviews.submitted", "평가 제출 확인", "Receipt of submitted reviews")
REMIND_DUE = job_kind("reviews.remind_due", "기한에 맞춘 평가 재촉", "Reminders around the due day of reviews")
PACKET = job_kind("reviews.packet", "평가 자료 묶음 만들기", "Making a reviewer's packet")  # {packet_id}
REMINDER = job_kind("reviews.reminder", "평가 재촉 편지", "Reminder of reviews")
MEETING_OPENED = job_kind(
    "reviews.meeting_opened", "평가위원회 회의 안내", "A panel's meeting has been opened"
)  # {meeting_id}
