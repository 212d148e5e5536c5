"""CPU milliseconds of one request, in this process and in the database's, and its SQL statements."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import event, text
from sqlalchemy.engine import Engine
from werkzeug.test import TestResponse

Ask = Callable[[int], TestResponse]
UNCOUNTED = ("BEGIN", "ROLLBACK", "COMMIT")


@dataclass(frozen=True)
class Cost:
    """`app` is the median of the requests, `database` the mean (0 where it runs in this process)."""

    app: float
    database: float
    statements: float
    kilobytes: float
    requests: int

    @property
    def cpu(self) -> float:
        return self.app + self.database


class Meter:
    """Counts on one engine; the process behind its connection is asked for its CPU time where there is one."""

    def __init__(self, engine: Engine) -> None:
        self.statements = 0
        self.engine = engine
        event.listen(engine, "before_cursor_execute", self._count)

    def _count(self, _c: object, _cursor: object, statement: str, *_: object) -> None:
        self.statements += not statement.startswith(UNCOUNTED)

    def _database_ns(self) -> int:
        """CPU time of the connection's server process; needs a server on this machine."""
        if self.engine.dialect.name != "postgresql":
            return 0
        with self.engine.connect() as connection:
            pid = connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
        try:
            return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0])
        except OSError:
            return 0

    def measure(self, ask: Ask, requests: int, warm: int, expected: Sequence[int]) -> Cost:
        """Ask `warm` times, then `requests` times; every answer must have an expected status."""
        for n in range(warm):
            self._asked(ask, n, expected)
        spent, sizes = [], []
        before, self.statements = self._database_ns(), 0
        for n in range(warm, warm + requests):
            start = time.process_time_ns()
            answer = self._asked(ask, n, expected)
            spent.append(time.process_time_ns() - start)
            sizes.append(len(answer.data))
        counted = self.statements
        database = self._database_ns() - before
        return Cost(
            statistics.median(spent) / 1e6, database / requests / 1e6, counted / requests,
            statistics.median(sizes) / 1e3, requests,
        )  # fmt: skip

    def _asked(self, ask: Ask, n: int, expected: Sequence[int]) -> TestResponse:
        answer = ask(n)
        if answer.status_code not in expected:
            raise RuntimeError(f"{answer.request.path} answered {answer.status}: {answer.text[:2000]}")
        return answer
