"""The kinds of job that applications ask for; notices carry ids only."""

from __future__ import annotations

from portal.platform.jobs import job_kind

CLOSE = job_kind("applications.close", "신청서 마감 처리", "Closing an application")
ENTERED = job_kind("applications.entered", "단계 진입 처리", "Entering a stage")
REOPENED = job_kind("applications.reopened", "신청서 보완 요청 안내", "Notice of reopened places")
REOPENING_REMINDED = job_kind("applications.reopening_reminded", "보완 기한 알림", "Reminder of reopened places")
REOPENING_MISSED = job_kind(
    "applications.reopening_missed", "보완 기한 경과 안내", "Notice of reopened places not filled"
)
CLOSE_REOPENING = job_kind("applications.close_reopening", "보완 기한 마감", "Closing reopened places")
COMPLETED = job_kind("applications.completed", "보완 접수증 발송", "Receipt of completed places")
CLEAN_COPIES = job_kind("applications.clean_copies", "심사용 사본 만들기", "Making reviewers' copies")
SWEEP_FILES = job_kind("applications.sweep_files", "주인 없는 파일 정리", "Clearing files that nobody names")

INSTITUTION_INVITED = job_kind("applications.institution_invited", "참여기관 초대", "Invitation of an institution")
MEMBER_INVITED = job_kind("applications.member_invited", "참여자 동의 요청", "Request for a member's consent")
PART_REMINDED = job_kind("applications.part_reminded", "기관 작성 독촉", "Reminder of an institution's part")
CONFIRMATION_ASKED = job_kind("applications.confirmation_asked", "기관 확인 요청", "Request for a confirmation")
SUBMITTED = job_kind("applications.submitted", "접수증 발송", "Receipt of a submission")
WITHDRAWN = job_kind("applications.withdrawn", "신청 철회 안내", "Notice of a withdrawal")
REINSTATED = job_kind("applications.reinstated", "신청 철회 취소 안내", "Notice of a reinstatement")
EXTENDED = job_kind("applications.extended", "개별 마감 연장 안내", "Notice of one application's later deadline")
LATE_CODE_ISSUED = job_kind(
    "applications.late_code_issued", "늦은 제출 코드 발송", "Letter with a code for a late submission"
)

REFERENCE_ASKED = job_kind("applications.reference_asked", "추천서 요청", "Request for a reference letter")
REFERENCE_REMINDED = job_kind("applications.reference_reminded", "추천서 기한 알림", "Reminder of a reference letter")
REFERENCE_ARRIVED = job_kind("applications.reference_arrived", "추천서 도착 안내", "Notice that a letter has arrived")
REFERENCE_DECLINED = job_kind("applications.reference_declined", "추천 사양 안내", "Notice that a referee declined")
REFERENCE_THANKED = job_kind("applications.reference_thanked", "추천서 접수증 발송", "Receipt of a reference letter")
