"""A ranking ready to show: rows, picture, runs, exports."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from flask import url_for

from portal.platform.language import Text, say
from portal.platform.sheets import Out, Sheet
from portal.programs.definition import Condition
from portal.programs.definition import Stage as StageDefinition
from portal.programs.models import Call
from portal.ranking import queries, rules
from portal.ranking.models import ConditionResult, RankingRun
from portal.routing.queries.sessions import absences


@dataclass(frozen=True)
class Found:
    """One condition of one entry: None when nobody has judged it."""

    condition: Condition
    result: ConditionResult | None
    judge: str

    @property
    def word(self) -> tuple[str, str]:
        name = say(self.condition.names)
        if self.result is None:
            return say(Text("{c}: 판정 전", "{c}: not judged"), c=name), "warning"
        if self.result.passed:
            return say(Text("{c}: 충족", "{c}: met"), c=name), "success"
        return say(Text("{c}: 미충족", "{c}: not met"), c=name), "danger"


@dataclass(frozen=True)
class Row:
    """One entry in rank order; means are exact fractions in points."""

    entry: str
    entry_id: int
    application: str
    title: str
    rank: int
    mean: Fraction | None
    spread: Fraction
    by_criterion: Mapping[str, Fraction]
    marks: list[dict[str, Any]]
    tie: bool
    conditions: list[Found]
    above: bool  # the line
    short: bool  # under the stage's minimum points
    absent: bool  # did not come to its session

    @property
    def exact(self) -> str:
        return "–" if self.mean is None else f"{self.mean.numerator}/{self.mean.denominator}"


def rows(run: RankingRun, stage: StageDefinition, keep: int) -> list[Row]:
    """Five queries whatever the number of entries."""
    ids = [int(r["entry_id"]) for r in run.result]
    absent = absences(ids)
    titles, found = queries.titles(ids), queries.conditions(ids)
    names = queries.judges({c.by_id for by in found.values() for c in by.values() if c.by_id is not None})
    made = []
    for place, r in enumerate(run.result, start=1):
        id_ = int(r["entry_id"])
        mean = rules.from_text(r["mean"])
        judged = [(c, found.get(id_, {}).get(c.code)) for c in stage.conditions]
        made.append(
            Row(
                r["entry"], id_, *titles[id_], int(r["rank"]), mean, Fraction(r["spread"]),
                {code: Fraction(value) for code, value in r["by_criterion"].items()}, r["marks"], bool(r["tie"]),
                [Found(c, result, names.get(result.by_id or 0, "") if result else "") for c, result in judged],
                place <= keep,
                stage.minimum_points is not None and mean is not None and mean < stage.minimum_points, id_ in absent,
            )
        )  # fmt: skip
    return made


def strips(found: Sequence[Row], keep: int) -> list[dict[str, Any]]:
    """For the picture: floats are good enough there. The band is the mean with its standard error."""
    return [
        {
            "label": row.title,
            "url": url_for("desks_officer.application", public_id=row.application),
            "marks": [m["total"] for m in row.marks],
            "mean": float(row.mean),
            "spread": rules.standard_error([m["total"] for m in row.marks]) or None,
            "conditions": [c.word for c in row.conditions if c.result is None or not c.result.passed],
        }
        for row in found
        if row.mean is not None
    ]


@dataclass(frozen=True)
class RunShown:
    run: RankingRun
    holds: bool  # replayed from its inputs just now: the same hash
    current: bool


def runs_shown(found: Sequence[RankingRun]) -> list[RunShown]:
    newest = next((r for r in found if r.discarded_at is None), None)
    return [RunShown(r, rules.digest(rules.replay(r.inputs)) == r.result_hash, r is newest) for r in found]


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


def sheets(found: Sequence[Row], stage: StageDefinition) -> list[Sheet]:
    """Ranking and marks; reviewers by pseudonym only."""
    criteria, points = stage.criteria, Text("(점)", "(points)")
    ranking_header: list[Out] = [
        Text("순위", "Rank"), Text("과제", "Application"), say(Text("평균", "Mean")) + say(points),
        Text("평균(분수)", "Mean (exact fraction)"), say(Text("평균 편차", "Mean deviation")) + say(points),
        Text("평가 수(건)", "Reviews"), Text("동점", "Tie"),
        *(say(c.names) + say(points) for c in criteria), *(say(c.names) for c in stage.conditions),
    ]  # fmt: skip
    ranking: list[list[Out]] = [
        [
            row.rank, row.title, row.mean, row.exact, row.spread, len(row.marks),
            Text("동점", "tie") if row.tie else "", *(row.by_criterion.get(c.code) for c in criteria),
            *(c.word[0].rsplit(": ", 1)[-1] for c in row.conditions),
        ]
        for row in found
    ]  # fmt: skip
    marks_header: list[Out] = [
        Text("순위", "Rank"), Text("과제", "Application"), say(Text("평균", "Mean")) + say(points),
        Text("위원 가명", "Reviewer (pseudonym)"),
        *(say(c.names) + say(points) for c in criteria), say(Text("합계", "Total")) + say(points),
    ]  # fmt: skip
    marks: list[list[Out]] = [
        [row.rank, row.title, row.mean, m["pseudonym"], *(m["points"].get(c.code) for c in criteria), m["total"]]
        for row in found
        for m in row.marks
    ]
    return [
        Sheet(Text("순위", "Ranking"), ranking_header, ranking),
        Sheet(Text("위원 점수", "Marks"), marks_header, marks),
    ]
