"""The ranking as sheets of a file; reviewers by pseudonym only, their severity nowhere."""

from __future__ import annotations

from collections.abc import Sequence

from portal.platform.language import Text, say
from portal.platform.sheets import Out, Sheet
from portal.programs.definition import Stage as StageDefinition
from portal.ranking.pages.rows import Row

POINTS = Text("(점)", "(points)")
MEAN = (Text("평균", "Mean"), Text("평균(분수)", "Mean (exact fraction)"))
WHOLE = (Text("합계", "Total"), Text("합계(분수)", "Total (exact fraction)"))  # of several parts, as the page says it
CALIBRATED = (
    (Text("보정 점수", "Calibrated score"), True),
    (Text("보정 점수 90% 하한", "Calibrated score, lower 90 % bound"), True),
    (Text("보정 점수 90% 상한", "Calibrated score, upper 90 % bound"), True),
    (Text("기대 순위", "Expected rank"), False),
    (Text("순위 50% 구간의 처음", "Rank, first of 50 %"), False),
    (Text("순위 50% 구간의 끝", "Rank, last of 50 %"), False),
    (Text("순위 90% 구간의 처음", "Rank, first of 90 %"), False),
    (Text("순위 90% 구간의 끝", "Rank, last of 90 %"), False),
    (Text("선 안에 들 확률(0~1)", "Probability of being inside the line (0 to 1)"), False),
    (Text("점수로 본 자리", "What the scores say"), False),
    (Text("위원을 함께 쓰는 묶음", "Panel sharing reviewers"), False),
)


def _calibrated(row: Row) -> list[Out]:
    sure = row.sure
    if sure is None:
        return [None] * len(CALIBRATED)
    return [
        sure.score, *sure.score90, sure.expected, *sure.rank50, *sure.rank90, sure.inside, sure.word, sure.panel,
    ]  # fmt: skip


def sheets(found: Sequence[Row], stage: StageDefinition) -> list[Sheet]:
    """Ranking and marks, each with the exact fraction that decides. What calibration says stands last, as it is stored; empty where there is none."""
    criteria, points = stage.criteria, POINTS
    parts = bool(stage.lanes or stage.adjustments)
    decides, exact = WHOLE if parts else MEAN
    reviews = Text("위원 평가", "Reviews")
    total = Text("위원 합계", "Reviewer's total") if parts else Text("합계", "Total")
    calibrated: list[Out] = [say(name) + say(points) if in_points else name for name, in_points in CALIBRATED]
    ranking_header: list[Out] = [
        Text("순위", "Rank"), Text("과제", "Application"), say(decides) + say(points), exact,
        say(Text("평균 편차", "Mean deviation")) + say(points), Text("평가 수(건)", "Reviews"), Text("동점", "Tie"),
        *([say(reviews) + say(points)] if parts else []),
        *(say(c.names) + say(points) for c in criteria), *(say(c.names) for c in stage.conditions),
        *(say(lane.names) + say(points) for lane in stage.lanes), *(say(a.names) for a in stage.adjustments),
        *calibrated,
    ]  # fmt: skip
    ranking: list[list[Out]] = [
        [
            row.rank, row.title, row.mean, row.exact, row.spread, len(row.marks),
            Text("동점", "tie") if row.tie else "", *([row.reviews] if parts else []), *(row.by_criterion.get(c.code) for c in criteria),
            *(c.word[0].rsplit(": ", 1)[-1] for c in row.conditions), *(row.lanes.get(lane.code) for lane in stage.lanes),
            *(row.adjusted.get(a.code, 0) for a in stage.adjustments), *_calibrated(row),
        ]
        for row in found
    ]  # fmt: skip
    marks_header: list[Out] = [
        Text("순위", "Rank"), Text("과제", "Application"), say(decides) + say(points), exact,
        Text("위원 가명", "Reviewer (pseudonym)"),
        *(say(c.names) + say(points) for c in criteria), say(total) + say(points), *calibrated,
    ]  # fmt: skip
    marks: list[list[Out]] = [
        [
            row.rank, row.title, row.mean, row.exact, m["pseudonym"], *(m["points"].get(c.code) for c in criteria), m["total"],
            *_calibrated(row),
        ]
        for row in found
        for m in row.marks
    ]  # fmt: skip
    return [
        Sheet(Text("순위", "Ranking"), ranking_header, ranking),
        Sheet(Text("위원 점수", "Marks"), marks_header, marks),
    ]
