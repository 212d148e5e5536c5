"""What the scores tell and what they cannot: calibration beside the order, ready to show. It decides nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from portal.platform.formats import number
from portal.platform.jobs import Job, JobState
from portal.platform.language import Text, say
from portal.ranking import rules
from portal.ranking.models import RankingRun
from portal.ranking.pages.rows import BAND, Row

SHOWN_WHOLE: Final = 60  # reviewers in a picture; of more, both ends are open
ASKED: Final = 10  # applications whose next review is worth most
ALIKE: Final = 0.01
OLD = Text(
    "이 순위는 점수 보정을 함께 남기기 전에 계산되었습니다. 결정이 공개되지 않았다면 아래의 ‘다시 계산’으로 더할 수 있습니다.",
    "This ranking is from before calibrations were kept. As long as no decision is published, “Compute again” below adds one.",
)  # fmt: skip
WAITING = Text(
    "점수 보정과 순위의 확실성을 계산하는 중입니다. 보통 몇 초 안에 끝나며, 이 화면을 새로 열면 보입니다. 순위는 이미 정해져 있고 이 계산으로 바뀌지 않습니다.",
    "Calibration and certainty of the ranks are being computed. It usually takes a few seconds; reload this page. The order stands already and is not changed by it.",
)  # fmt: skip
FAILED = Text(
    "점수 보정을 계산하지 못했습니다. 작업 화면에서 이유를 보고 다시 시작할 수 있습니다. 순위는 그대로입니다.",
    "The calibration failed. The page of jobs says why, and starts it again. The order stands.",
)
EMPTY = Text(
    "점수를 받은 과제가 없어 보정할 것이 없습니다.", "No application has a mark: there is nothing to calibrate."
)


@dataclass(frozen=True)
class Part:
    """Some rows of a picture or table; a folded one says what is in it. `first` is the place of its first row."""

    rows: Sequence[Any]
    first: int
    label: str = ""


@dataclass(frozen=True)
class Reviewer:
    """Severity of one reviewer, known by the place from severe to lenient and by nothing else. Points."""

    place: int
    of: int
    effect: float
    effect50: tuple[float, float]
    effect90: tuple[float, float]
    marks: int
    constant: bool

    @property
    def name(self) -> str:
        return say(Text("{of}명 가운데 {n}번째 위원", "Reviewer {n} of {of}"), n=self.place, of=self.of)

    @property
    def shown(self) -> str:
        return signed(self.effect)

    @property
    def word(self) -> tuple[Text, str]:
        """Told only where the 90 % interval leaves no doubt."""
        if self.effect90[1] < 0:
            return Text("엄격함", "Severe"), "warning"
        if self.effect90[0] > 0:
            return Text("관대함", "Lenient"), "info"
        return Text("뚜렷하지 않음", "Not clearly either"), "neutral"


@dataclass(frozen=True)
class Certainty:
    """`pending` says why there is nothing to see; everything else is then empty."""

    pending: Text | None
    tone: str = "info"
    run: RankingRun | None = None
    told: dict[str, Any] | None = None
    count: int = 0  # entries with a mark
    parts: Sequence[Part] = ()
    worth: Sequence[Row] = ()
    reviewers: Sequence[Reviewer] = ()
    reviewer_parts: Sequence[Part] = ()
    reach: float = 1.0  # of the severities' picture, points to each side
    flags: Sequence[str] = ()

    @property
    def alike(self) -> bool:
        """The applications' share of all variance is next to nothing."""
        parts = self.told["variances"] if self.told else {}
        return bool(parts) and parts["proposal"] < ALIKE * sum(parts.values())


def signed(value: float) -> str:
    return ("+" if value > 0 else "") + number(value, 2)


def certainty(run: RankingRun, rows: Sequence[Row], job: Job | None, place: slice = slice(None)) -> Certainty:
    """`place`: the rows of the page that is shown; what one more review is worth and what is odd is told of all."""
    if run.calibration is None:
        if not rules.calibrates(run.inputs):
            return Certainty(OLD)
        parked = job is not None and job.state is JobState.PARKED
        return Certainty(FAILED if parked else WAITING, "warning" if parked else "info")
    told = run.calibration
    sure = [row for row in rows if row.sure is not None]
    if not sure:
        return Certainty(EMPTY)
    worth = sorted((r for r in sure if r.sure and r.sure.code == BAND and r.sure.worth), key=_by_worth)
    reviewers = [
        Reviewer(
            n, len(told["reviewers"]), r["effect"], (r["effect50"][0], r["effect50"][1]),
            (r["effect90"][0], r["effect90"][1]), r["marks"], r["constant"],
        )
        for n, r in enumerate(told["reviewers"], start=1)
    ]  # fmt: skip
    return Certainty(
        None, run=run, told=told, count=len(sure), parts=[Part(sure[place], (place.start or 0) + 1)] if sure[place] else [], worth=worth[:ASKED],
        reviewers=reviewers, reviewer_parts=_both_ends(reviewers) if told["severity"] else (),
        reach=max([1.0, *(abs(bound) for r in reviewers for bound in r.effect90)]), flags=_flags(rows, told, reviewers),
    )  # fmt: skip


def _by_worth(row: Row) -> tuple[float, str]:
    assert row.sure is not None
    return -(row.sure.worth or 0.0), row.entry


def _both_ends(reviewers: Sequence[Reviewer]) -> list[Part]:
    """The most severe and the most lenient; whoever stands between them is folded."""
    if len(reviewers) <= SHOWN_WHOLE:
        return [Part(reviewers, 1)]
    end = SHOWN_WHOLE // 2
    middle = reviewers[end:-end]
    label = Text("그 사이의 위원 {n}명 보기", "Show the {n} reviewers between them")
    return [
        Part(reviewers[:end], 1), Part(middle, end + 1, say(label, n=len(middle))),
        Part(reviewers[-end:], len(reviewers) - end + 1),
    ]  # fmt: skip


def _flags(rows: Sequence[Row], told: dict[str, Any], reviewers: Sequence[Reviewer]) -> list[str]:
    """What an officer should look at, in sentences."""
    titles = {row.entry: row.title for row in rows}
    constant = Text(
        "{who}이 {n}건 모두에 같은 총점을 주었습니다.", "{who} gave the same total to all of {n} applications."
    )
    low = Text(
        "‘{title}’에서 {name}의 {total}점은 다른 모든 점수로 내다본 것보다 크게 낮습니다(표준편차의 {off}배).",
        "“{title}”: {total} points by {name} are far below what all other marks foretell ({off} standard deviations).",
    )
    high = Text(
        "‘{title}’에서 {name}의 {total}점은 다른 모든 점수로 내다본 것보다 크게 높습니다(표준편차의 {off}배).",
        "“{title}”: {total} points by {name} are far above what all other marks foretell ({off} standard deviations).",
    )
    said = [say(constant, who=r.name, n=r.marks) for r in reviewers if r.constant]
    for o in told["outliers"]:
        if o["entry"] in titles:
            words = {"title": titles[o["entry"]], "name": o["pseudonym"], "total": o["total"]}
            said.append(say(low if o["off"] < 0 else high, off=number(abs(o["off"]), 1), **words))
    return said
