"""How applications are screened and judged."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from portal.programs.definition.words import Code, Mark, Part, Words


class Anchor(Part):
    share: int  # per cent of the criterion's points
    names: Words
    text: Words = {}


class Criterion(Part):
    """Points 0..`points`, whole numbers; reviewers give a reason of at least `min_reason` characters."""

    code: Code
    names: Words
    points: int
    guidance: Words = {}
    anchors: list[Anchor] = []
    min_reason: int = 20
    mark: Mark | None = None


class Condition(Part):
    """Pass or fail, apart from the points; can eliminate after scoring."""

    code: Code
    names: Words
    text: Words = {}
    mark: Mark | None = None


class PanelRule(Part):
    size: int
    reviews_per_entry: int
    min_foreign: int = 0
    min_industry: int = 0
    max_load: int = 100
    replace_declined: bool = False  # the nearest member who is free takes over at once
    mark: Mark | None = None


class SessionRule(Part):
    """Each entry presents to its panel in a slot of `minutes`, with `break_minutes` until the next one.

    Until `confirm_hours` before its start a team may confirm its slot or exchange it, once. A team that is not there
    `wait_minutes` after the start may be noted as not having come; that alone rejects nobody.
    """

    minutes: Annotated[int, Field(ge=1, le=480)]
    break_minutes: Annotated[int, Field(ge=0, le=240)] = 0
    confirm_hours: Annotated[int, Field(ge=0, le=240)]
    wait_minutes: Annotated[int, Field(ge=0, le=120)]
    mark: Mark | None = None


class MeetingRule(Part):
    """The panel meets on its reviews: it takes up an application, and decides, only while more than `quorum` per cent
    of its members are present. `changes`: reviewers may change their points there, with a reason. `votes`: it may vote;
    a motion is carried by more than half of those present who may vote on it.
    """

    quorum: Annotated[int, Field(ge=0, le=99)] = 50
    changes: bool = True
    votes: bool = True
    mark: Mark | None = None


class LanePart(Part):
    """What is measured in a lane, worth 0..`points`; fractions are allowed."""

    code: Code
    names: Words
    points: int
    mark: Mark | None = None


class Lane(Part):
    """A way of judging beside the reviewers: measured benchmarks, or the votes of users. Worth the sum of its parts."""

    code: Code
    names: Words
    kind: Literal["benchmark", "votes"]
    parts: list[LanePart]
    mark: Mark | None = None

    @property
    def points(self) -> int:
        return sum(part.points for part in self.parts)


class Adjustment(Part):
    """Bonus points, or with a minus penalty points; a penalty rests on one of the regime's grounds."""

    code: Code
    names: Words
    points: int
    ground: Code | None = None
    mark: Mark | None = None


class RankingRule(Part):
    """What decides the order: the mean of the reviewers' totals (raw), the same without one highest and one lowest from
    `trim_from` totals on (trimmed), or adjusted for severe and lenient reviewers (calibrated).

    `review_points`: what the reviewers' part is worth beside the lanes; empty: the sum of the criteria.
    """

    decides: Literal["raw", "trimmed", "calibrated"] = "raw"
    trim_from: Annotated[int, Field(ge=3)] = 5
    review_points: int | None = None
    mark: Mark | None = None


class Stage(Part):
    """One scored step. `keep` entries go on (fewer or none is possible); with tracks, as many as each track keeps."""

    code: Code
    names: Words
    form: Literal["paper", "presentation", "report"]
    keep: int
    criteria: list[Criterion]
    conditions: list[Condition] = []
    lanes: list[Lane] = []
    adjustments: list[Adjustment] = []
    ranking: RankingRule = RankingRule()
    panel: PanelRule
    session: SessionRule | None = None
    meeting: MeetingRule | None = None
    sections: list[Code] = []  # sections asked for at this stage only
    own_days: int | None = None  # how long the team has for them, from entering the stage
    days: int  # planned working time from entry to published decision
    review_days: int
    minimum_points: int | None = None
    ties: list[Code] = []
    packet: bool = False  # reviewers may take their applications home as one marked PDF
    score_sheet: bool = False  # and their points as a spreadsheet, down and up again
    awards: bool = False  # the stage whose advancing entries are awarded
    mark: Mark | None = None

    @property
    def review_points(self) -> int:
        """What the reviewers' part is worth."""
        own = sum(criterion.points for criterion in self.criteria)
        return own if self.ranking.review_points is None else self.ranking.review_points

    @property
    def points(self) -> int:
        """The most that an entry can have, without bonuses."""
        return self.review_points + sum(lane.points for lane in self.lanes)


class Track(Part):
    """One lot inside a call, with its own ranking. `keep`: stage -> how many of the track go on."""

    code: Code
    names: Words
    group: Code | None = None  # of `track_groups`, e.g. the institute that a research group belongs to
    keep: dict[Code, int]
    mark: Mark | None = None


class ScreeningRule(Part):
    """`kind` names a pure check in screening/rules.py; `params` are its settings.

    `stages` names where it runs; empty: wherever the application itself is judged, so not on the report of a gate.
    """

    code: Code
    names: Words
    kind: str
    params: dict[str, int | str | list[str]] = {}
    stages: list[Code] = []
    article: Words = {}
    mark: Mark | None = None


class PointItem(Part):
    """One line of the published point sheet: `fact` of the application, worth `points` when the rule holds."""

    code: Code
    names: Words
    fact: str
    at_least: int | None = None
    equals: str | None = None
    points: int
    mark: Mark | None = None
