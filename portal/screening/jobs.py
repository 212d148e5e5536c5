"""The kinds of job that screening asks for; payloads carry ids only."""

from __future__ import annotations

from portal.platform.jobs import job_kind

STAGE_SCREENED = job_kind("screening.stage_screened", "적합성 검토 완료", "A stage has been screened")  # {stage_id}
INELIGIBLE = job_kind("screening.ineligible", "적합성 검토 결과 안내", "Notice of ineligibility")  # {screening_id}
