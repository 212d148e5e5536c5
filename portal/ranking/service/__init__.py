"""The verbs of ranking, split by what they are about."""

from portal.ranking.service.beside import (
    MIN_REASON,
    Measured,
    import_measurements,
    record_adjustment,
    record_condition,
)
from portal.ranking.service.meetings import open_meeting
from portal.ranking.service.runs import (
    Replay,
    ask_replay,
    compute,
    keep_calibration,
    note_replays,
    rank,
    rank_all,
    replay,
    rule_of,
)

__all__ = [
    "MIN_REASON",
    "Measured",
    "Replay",
    "ask_replay",
    "compute",
    "import_measurements",
    "keep_calibration",
    "note_replays",
    "open_meeting",
    "rank",
    "rank_all",
    "record_adjustment",
    "record_condition",
    "replay",
    "rule_of",
]
