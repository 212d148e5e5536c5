"""What a score may be, when a review is complete, what its receipt covers. Pure."""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import datetime, time
from zoneinfo import ZoneInfo

from portal.platform.errors import DomainError
from portal.platform.language import say
from portal.programs.definition import Criterion, Stage
from portal.reviews.errors import CommentTooShort, ReasonTooShort, ScoreMissing, ScoreOutOfRange

MIN_COMMENT = 20
MIN_REASON = 10  # of an officer who closes a review
MAX_TEXT = 5_000
REMIND_DAYS = (3, 0, -1, -3, -7)  # days before the due day [P]; below 0 after it
REMIND_HOUR = time(9, 0)  # in the call's zone
MINUTES_EACH = 45  # assumed [P]: for the estimate on the reviewer's desk only

Marks = Mapping[str, tuple[int | None, str]]  # criterion -> (points, reason)


def check_marks(marks: Marks, criteria: Iterable[Criterion]) -> list[DomainError]:
    """What a draft may not hold: points outside the criterion's range. Unfinished is fine."""
    wrong: list[DomainError] = []
    for criterion in criteria:
        points, _ = marks.get(criterion.code, (None, ""))
        if points is not None and not 0 <= points <= criterion.points:
            wrong.append(
                ScoreOutOfRange(f"points_{criterion.code}", criterion=say(criterion.names), points=criterion.points)
            )
    return wrong


def unfinished(marks: Marks, comment: str, stage: Stage) -> list[DomainError]:
    """What is missing before the review can be submitted, in the order of the form."""
    missing: list[DomainError] = []
    for criterion in stage.criteria:
        points, reason = marks.get(criterion.code, (None, ""))
        if points is None:
            missing.append(ScoreMissing(f"points_{criterion.code}", criterion=say(criterion.names)))
        if len(reason.strip()) < criterion.min_reason:
            missing.append(
                ReasonTooShort(f"reason_{criterion.code}", criterion=say(criterion.names), min=criterion.min_reason)
            )
    if len(comment.strip()) < MIN_COMMENT:
        missing.append(CommentTooShort("comment", min=MIN_COMMENT))
    return missing


def window_open(
    opens_at: datetime | None, closed_at: datetime | None, now: datetime, late_until: datetime | None = None
) -> bool:
    """Late is possible until the review is closed: a due date reminds, closing ends. One that was asked for after the
    close (`late_until`) is open until its own time."""
    if opens_at is None or now < opens_at:
        return False
    return closed_at is None or (late_until is not None and now < late_until)


def reminder_due(due: datetime | None, now: datetime, zone: str) -> bool:
    """Today is one of the days on which whoever is not done is reminded, and it is past nine in the call's zone."""
    if due is None:
        return False
    here, day = now.astimezone(ZoneInfo(zone)), due.astimezone(ZoneInfo(zone)).date()
    return (day - here.date()).days in REMIND_DAYS and here.time() >= REMIND_HOUR


def anchor_points(criterion: Criterion, share: int) -> int:
    """The points that an anchor stands for: `share` per cent of the criterion's, half up."""
    return (2 * criterion.points * share + 100) // 200


def points_from(typed: str) -> int | None:
    """A whole number as people type it, full-width digits too; None for nothing. Raises ValueError."""
    text = unicodedata.normalize("NFKC", typed).strip()
    if not text:
        return None
    if not text.isascii() or not text.isdigit() or len(text) > 6:
        raise ValueError(text)
    return int(text)


def hours_left(reviews: int) -> int:
    """About how many hours of work that many reviews are, rounded up."""
    return -(-reviews * MINUTES_EACH // 60)


def total(marks: Marks) -> int:
    return sum(points or 0 for points, _ in marks.values())


def receipt(entry: str, pseudonym: str, marks: Marks, comment: str, at: datetime) -> str:
    """SHA-256 over the locked content: what the reviewer holds against any later change."""
    content = {
        "entry": entry,
        "pseudonym": pseudonym,
        "scores": {code: [points, reason] for code, (points, reason) in sorted(marks.items())},
        "comment": comment,
        "at": at.isoformat(),
    }
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
