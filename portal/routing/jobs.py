"""The kinds of job that routing asks for; payloads carry ids only."""

from __future__ import annotations

from portal.platform.jobs import job_kind

ROUTE = job_kind("routing.route", "평가위원 배정안 만들기", "Assigning reviewers")  # {panel_id, seed, asked_by}
SEAT_INVITED = job_kind("routing.seat_invited", "평가위원 위촉 초대", "Invitation to a panel")  # {seat_id}
ASSIGNED = job_kind("routing.assigned", "평가 배정 안내", "Notice of assignments")  # {panel_id, person_id}
