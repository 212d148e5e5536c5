from __future__ import annotations

from portal.platform.jobs import job_kind

ARISEN = job_kind("conflicts.arisen", "이해충돌 발생에 따른 배정 해제", "Withdrawing assignments after a new conflict")
