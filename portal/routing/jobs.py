"""The kinds of job that routing asks for; payloads carry ids only."""

from __future__ import annotations

from portal.platform.jobs import job_kind

ROUTE = job_kind(
    "routing.route", "평가위원 배정안 만들기", "Assigning reviewers"
)  # {panel_id, seed, asked_by, [reason], [trial, changes]}
REPLACE = job_kind("routing.replace", "사양한 자리 채우기", "Filling a declined place")  # {assignment_id}
DETECT = job_kind(
    "routing.detect", "이해충돌을 밤마다 다시 확인", "Looking for conflicts of interest each night"
)  # {slot}
DETECT_STAGE = job_kind(
    "routing.detect_stage", "한 단계의 이해충돌 확인", "Conflicts of interest of one stage"
)  # {stage_id}
REVOKED = job_kind(
    "routing.revoked", "평가 중 이해충돌 알림", "Notice of a conflict that arose during a review"
)  # {panel_id}
SEAT_INVITED = job_kind("routing.seat_invited", "평가위원 위촉 초대", "Invitation to a panel")  # {seat_id}
ASSIGNED = job_kind("routing.assigned", "평가 배정 안내", "Notice of assignments")  # {panel_id, person_id}
SESSION_GIVEN = job_kind("routing.session_given", "발표 시간 안내", "Notice of a slot")  # {session_id, entry_id}
SESSION_CHANGED = job_kind(
    "routing.session_changed", "발표 시간 변경 안내", "Notice of a changed slot"
)  # {session_id, entry_id}
SESSION_REMINDED = job_kind(
    "routing.session_reminded", "발표 전날 알림", "Reminder of a slot"
)  # {session_id, entry_id, starts_at}
SWAP_ASKED = job_kind("routing.swap_asked", "발표 시간 교환 요청", "Request to exchange slots")  # {swap_id}
SWAP_ANSWERED = job_kind("routing.swap_answered", "발표 시간 교환 답", "Answer to an exchange of slots")  # {swap_id}
