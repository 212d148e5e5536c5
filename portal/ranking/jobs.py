"""The kinds of job that ranking asks for; payloads carry ids only."""

from __future__ import annotations

from portal.platform.jobs import job_kind

CALIBRATE = job_kind(
    "ranking.calibrate", "점수 보정과 순위의 확실성 계산", "Calibration and certainty of ranks"
)  # {run_id}
REPLAY = job_kind("ranking.replay", "순위 다시 계산해 해시 대조", "Replay of rankings")  # {stage_id, track}
