"""What accounts asks the worker for. The three notices carry `{"person_id": int}` and become letters."""

from __future__ import annotations

from portal.platform.jobs import job_kind

CONFIRM = job_kind("accounts.confirm", "전자우편 확인 편지", "Letter to confirm an e-mail address")
RESET = job_kind("accounts.reset", "비밀번호 재설정 편지", "Letter to set a new password")
ALREADY_REGISTERED = job_kind(
    "accounts.already_registered", "이미 등록된 주소 안내", "Letter that the address is already registered"
)
STANDS_IN = job_kind("accounts.stands_in", "대리 지정 안내", "Notice to a deputy")
COPY = job_kind("accounts.copy", "내 정보 사본 만들기", "Making a copy of one's data")
RETENTION = job_kind("accounts.retention", "보유기간이 지난 개인정보 파기", "Erasing personal data past its term")
DOUBLES = job_kind("accounts.doubles", "같은 사람의 다른 기록 찾기", "Looking for two records of one person")  # {slot}
CHANGED = job_kind(
    "accounts.person_changed", "사람의 정보가 바뀐 뒤의 확인", "Checks after a person's record has changed"
)  # {person_id}
SWEEP = job_kind("accounts.sweep", "지난 세션과 링크 정리", "Clearing of old sessions and links")
