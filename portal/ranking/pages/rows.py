"""The entries in rank order, each with what was found on its conditions and what calibration says of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from portal.platform.formats import number
from portal.platform.language import Text, say
from portal.programs.definition import Condition
from portal.programs.definition import Stage as StageDefinition
from portal.ranking import queries, rules
from portal.ranking.models import ConditionResult, RankingRun
from portal.routing.queries.sessions import absences

INSIDE, BAND, OUTSIDE = "inside", "band", "outside"
GROUPS = {
    "inside": (INSIDE, Text("선 안", "Inside the line"), "info"),
    "not separable": (BAND, Text("점수로 가를 수 없음", "Not separable by the scores"), "warning"),
    "outside": (OUTSIDE, Text("선 밖", "Outside the line"), "neutral"),
}


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
class Sure:
    """What calibration says of one entry: the numbers as they are stored, in points, ranks and probabilities."""

    score: float
    score90: tuple[float, float]
    expected: float
    rank50: tuple[int, int]
    rank90: tuple[int, int]
    inside: float
    group: str
    worth: float | None
    panel: int

    @property
    def code(self) -> str:
        return GROUPS[self.group][0]

    @property
    def word(self) -> Text:
        return GROUPS[self.group][1]

    @property
    def tone(self) -> str:
        return GROUPS[self.group][2]

    @property
    def chance(self) -> str:
        return percent(self.inside)

    @property
    def gain(self) -> str:
        return "–" if self.worth is None else number(Fraction(self.worth) * 100, 1)


def percent(share: float) -> str:
    return say(Text("{n}%", "{n} %"), n=number(Fraction(share) * 100, 1))


def _sure(told: Mapping[str, Any] | None) -> Sure | None:
    if told is None:
        return None
    pairs = {name: (told[name][0], told[name][1]) for name in ("score90", "rank50", "rank90")}
    return Sure(**{**told, **pairs})


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
    reviews: Fraction | None  # the reviewers' part, where there are others
    lanes: Mapping[str, Fraction]
    adjusted: Mapping[str, int]
    sure: Sure | None  # nothing as long as the run is not calibrated, or nobody gave a mark

    @property
    def exact(self) -> str:
        return "–" if self.mean is None else f"{self.mean.numerator}/{self.mean.denominator}"


def rows(run: RankingRun, stage: StageDefinition, keep: int) -> list[Row]:
    """Five queries whatever the number of entries."""
    ids = [int(r["entry_id"]) for r in run.result]
    absent = absences(ids)
    titles, found = queries.titles(ids), queries.conditions(ids)
    names = queries.judges({c.by_id for by in found.values() for c in by.values() if c.by_id is not None})
    told = (run.calibration or {}).get("entries", {})
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
                rules.under_minimum(mean, stage.minimum_points), id_ in absent,
                rules.from_text(r.get("reviews")), {c: Fraction(v) for c, v in r.get("lanes", {}).items()},
                r.get("adjusted", {}), _sure(told.get(r["entry"])),
            )
        )  # fmt: skip
    return made
