"""How far this process's clock stands from the database's: deadlines are decided by the former (HOUSE.md 3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import structlog
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from portal.platform import clock
from portal.platform.db import db
from portal.platform.jobs import job_kind

COMPARE_CLOCKS = job_kind("platform.compare_clocks", "시계 비교", "Comparing the clocks")
LIMIT = timedelta(milliseconds=200)
ASK = {
    "postgresql": "SELECT extract(epoch FROM clock_timestamp())",
    "sqlite": "SELECT (julianday('now') - 2440587.5) * 86400.0",
}
log = structlog.get_logger()


@dataclass(frozen=True)
class Skew:
    """`off`: the database's clock minus ours, known to within `within` (half of what asking took)."""

    off: timedelta
    within: timedelta

    @property
    def alarming(self) -> bool:
        return abs(self.off) > LIMIT + self.within

    @property
    def milliseconds(self) -> int:
        return round(self.off.total_seconds() * 1000)


def measure() -> Skew:
    """Ask the database once."""
    db.session.connection()  # connecting is not part of the question
    before = clock.real_now()
    told = float(db.session.execute(text(ASK[db.engine.dialect.name])).scalar_one())
    after = clock.real_now()
    within = (after - before) / 2
    return Skew(datetime.fromtimestamp(told, UTC) - (before + within), within)


def alarm() -> Skew | None:
    """Measure and log an error beyond the limit; None when the database does not answer. For start-up and the job."""
    try:
        found = measure()
    except SQLAlchemyError:
        return None
    finally:
        db.session.rollback()
    if found.alarming:
        log.error("clock.skew", milliseconds=found.milliseconds, within_ms=found.within / timedelta(milliseconds=1))
    return found
