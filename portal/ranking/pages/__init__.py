"""A ranking ready to show: rows, picture, runs, exports."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

from flask import url_for

from portal.platform.jobs import Job, JobState
from portal.platform.language import Text, say
from portal.programs.definition import Stage as StageDefinition
from portal.programs.models import Call
from portal.ranking import rules
from portal.ranking.models import RankingRun
from portal.ranking.pages.certainty import Certainty, certainty
from portal.ranking.pages.export import sheets
from portal.ranking.pages.rows import Row, rows
from portal.routing.pages import Pagination, pagination

__all__ = [
    "Certainty", "Row", "RunShown", "Shown", "certainty", "lane_shares", "page_of", "paged", "replay_state", "rows", "runs_shown", "sheets", "stage_chips",
    "strips",
]  # fmt: skip


def strips(found: Sequence[Row], ends_at_line: bool = False) -> list[dict[str, Any]]:
    """For the picture: floats are good enough there. The band is the mean with its standard error. Of several lanes it
    shows the reviewers' marks alone, in their own points."""
    made: list[dict[str, Any]] = [
        {
            "label": row.title,
            "url": url_for("desks_officer.application", public_id=row.application),
            "marks": [m["total"] for m in row.marks],
            "mean": float(rules.mean([m["total"] for m in row.marks]) if row.lanes and row.marks else row.mean),
            "spread": rules.standard_error([m["total"] for m in row.marks]) or None,
            "conditions": [c.word for c in row.conditions if c.result is None or not c.result.passed],
        }
        for row in found
        if row.mean is not None
    ]
    if ends_at_line and made:
        made[-1]["line"] = True
    return made


def lane_shares(found: Sequence[Row], stage: StageDefinition) -> list[dict[str, Any]]:
    """How high each lane puts each application: per cent of the lane's points, the reviewers' part first."""

    def share(value: Fraction | None, points: int) -> float | None:
        return None if value is None or not points else float(100 * value / points)

    return [
        {
            "rank": row.rank, "title": row.title,
            "shares": [
                share(row.reviews, stage.review_points), *(share(row.lanes.get(lane.code), lane.points) for lane in stage.lanes)
            ],
        }
        for row in found
    ]  # fmt: skip


PAGE: Final = 50  # rows of a page


@dataclass(frozen=True)
class Shown:
    """One page of a ranking: `place` of its rows, and on which page the line is, if on another one."""

    place: slice
    pagination: Pagination
    line: int | None
    ends_at_line: bool  # the last row of the page is the last inside, and more follow

    @property
    def first(self) -> int:
        return int(self.place.start) + 1


def page_of(place: int) -> int:
    """The page that holds the row of that index."""
    return place // PAGE + 1


def paged(rows: int, keep: int, typed: str, public_id: str, stage: str, track: str) -> Shown:
    """A number that there is not counts as the nearest that there is."""
    pages = max(1, -(-rows // PAGE))
    number = min(max(int(typed), 1), pages) if typed.isascii() and typed.isdigit() and len(typed) < 6 else 1
    line = min(page_of(max(keep - 1, 0)), pages)
    kept = {"stage": stage} | ({"track": track} if track else {})
    return Shown(
        slice((number - 1) * PAGE, min(number * PAGE, rows)),
        pagination("ranking.ranking", number, pages, rows, public_id=public_id, **kept),
        line if line != number and 0 < keep < rows else None,
        keep == number * PAGE and keep < rows,
    )


@dataclass(frozen=True)
class RunShown:
    run: RankingRun
    current: bool

    @property
    def replayed(self) -> tuple[str, str]:
        """What the last replay found, and its tone."""
        if self.run.replayed_at is None:
            return say(Text("아직 하지 않음", "Not yet")), "neutral"
        if self.run.replay_held:
            return say(Text("해시 같음", "Same hash")), "success"
        return say(Text("해시 다름", "Other hash")), "danger"


def runs_shown(found: Sequence[RankingRun]) -> list[RunShown]:
    """Nothing is computed here: a replay is a job of its own."""
    newest = next((r for r in found if r.discarded_at is None), None)
    return [RunShown(r, r is newest) for r in found]


def replay_state(job: Job | None) -> Text | None:
    """A replay under way, or one that failed."""
    if job is None or job.state is JobState.DONE:
        return None
    if job.state is JobState.PARKED:
        return Text(
            "지난 재현이 실패했습니다. 작업 화면에서 이유를 볼 수 있습니다.",
            "The last replay failed. The page of jobs says why.",
        )
    return Text(
        "모든 계산을 처음부터 다시 하는 중입니다. 이 화면을 새로 열면 결과가 보입니다.",
        "All runs are being computed anew. Reload this page to see the result.",
    )


def stage_chips(call: Call, current: int) -> list[dict[str, Any]]:
    """The stages whose review is closed."""
    return [
        {
            "label": call.definition.stage(s.code).names,
            "url": url_for("ranking.ranking", public_id=call.public_id, stage=s.code),
            "current": s.id == current,
        }
        for s in call.stages
        if s.review_closed_at is not None
    ]
