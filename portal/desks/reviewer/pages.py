"""The reviewer's desk ready to show: what is due next, what is ready, what was sent."""

from __future__ import annotations

import enum
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from flask import url_for

from portal.platform.language import Text, say
from portal.programs.definition import Stage as StageDefinition
from portal.programs.models import Stage
from portal.reviews import rules, service
from portal.reviews.queries import DeskRow
from portal.routing.models import Seat, SeatState


class Step(enum.Enum):
    """Where one review stands: the word and the tone of its status."""

    DECLARE = (Text("이해충돌 확인 필요", "Declaration to answer"), "warning")
    NEW = (Text("시작 전", "Not begun"), "neutral")
    DRAFT = (Text("작성 중", "Draft"), "info")
    READY = (Text("아직 보내지 않음", "Not sent yet"), "warning")
    SENT = (Text("제출함", "Submitted"), "success")
    MISSED = (Text("제출 없이 종료됨", "Closed without it"), "neutral")


@dataclass(frozen=True)
class Item:
    """One assignment on the desk; before the declaration only call and stage are told."""

    row: DeskRow
    step: Step
    definition: StageDefinition

    @property
    def id(self) -> str:
        return self.row.assignment.public_id

    @property
    def title(self) -> str:
        application = self.row.application
        return application.title if application else say(Text("이해충돌 확인 뒤 공개", "Shown after your declaration"))

    @property
    def url(self) -> str:
        endpoint = "routing.conflict" if self.step is Step.DECLARE else "reviews.review"
        return url_for(endpoint, public_id=self.id)

    @property
    def top(self) -> int:
        return sum(c.points for c in self.definition.criteria)

    @property
    def waits(self) -> bool:
        """Something is left to do for the reviewer."""
        return self.step in (Step.DECLARE, Step.NEW, Step.DRAFT, Step.READY)


def items(rows: Sequence[DeskRow], now: datetime) -> list[Item]:
    found = []
    for row in rows:
        definition = row.stage.call.definition.stage(row.stage.code)
        found.append(Item(row, _step(row, definition, now), definition))
    return found


def _step(row: DeskRow, definition: StageDefinition, now: datetime) -> Step:
    if row.done:
        return Step.SENT
    late = row.assignment.late_until
    if not rules.window_open(row.stage.review_opens_at, row.stage.review_closed_at, now, late):
        return Step.MISSED
    if row.application is None:
        return Step.DECLARE
    if row.review is None:
        return Step.NEW
    missing = rules.unfinished(service.marks_of(row.review), row.review.comment, definition)
    return Step.DRAFT if missing else Step.READY


@dataclass(frozen=True)
class Group:
    """The assignments of one stage."""

    stage: Stage
    definition: StageDefinition
    items: list[Item]

    @property
    def strip(self) -> list[dict[str, Any]]:
        """One's own totals on one scale; a picture only from two on."""
        shown = [i for i in self.items if i.row.total is not None]
        return [{"label": i.title, "value": i.row.total} for i in shown] if len(shown) > 1 else []

    @property
    def top(self) -> int:
        return sum(c.points for c in self.definition.criteria)

    @property
    def batches(self) -> list[tuple[str, Mapping[str, str], int]]:
        """Panels with two or more applications to score: public id, names, how many."""
        panels = [i.row.assignment.panel for i in self.items if i.step in (Step.NEW, Step.DRAFT, Step.READY)]
        return [
            (panel.public_id, panel.names, count)
            for panel in dict.fromkeys(panels)
            if (count := panels.count(panel)) > 1
        ]

    def count(self, *steps: Step) -> int:
        return sum(i.step in steps for i in self.items)


def groups(found: Sequence[Item]) -> list[Group]:
    by_stage: dict[int, Group] = {}
    for item in found:
        group = by_stage.setdefault(item.row.stage.id, Group(item.row.stage, item.definition, []))
        group.items.append(item)
    return list(by_stage.values())


class Due(NamedTuple):
    """When a stage's reviews are due, and the zone in which its call tells time."""

    at: datetime
    zone: str


def _due(stage: Stage) -> Due | None:
    return Due(stage.review_due_at, stage.call.definition.time_zone) if stage.review_due_at else None


@dataclass(frozen=True)
class First:
    """The desk's first line: how many, about how long, until when."""

    count: int
    hours: int
    due: Due | None


def first_line(found: Sequence[Item]) -> First:
    waiting = [i for i in found if i.waits]
    dues = [due for i in waiting if (due := _due(i.row.stage)) is not None]
    unwritten = sum(i.step is not Step.READY for i in waiting)
    return First(len(waiting), rules.hours_left(unwritten), min(dues) if dues else None)


@dataclass(frozen=True)
class Next:
    """What to do first: one sentence and one button."""

    title: str
    text: str
    label: str
    url: str
    due: Due | None


def next_step(found: Sequence[Item], seats: Sequence[Seat]) -> Next | None:
    """An invitation first, then declarations, drafts, untouched ones, and at last submitting what is ready."""
    for seat in seats:
        if seat.state is SeatState.INVITED:
            call = say(seat.panel.stage.call.names)
            return Next(
                call, say(Text("평가위원 초대에 답해 주십시오.", "Please answer the invitation to this panel.")),
                say(Text("초대에 답하기", "Answer the invitation")), url_for("routing.answer", public_id=seat.public_id),
                None,
            )  # fmt: skip
    undeclared = [i for i in found if i.step is Step.DECLARE]
    if undeclared:
        seat_id = next((s.public_id for s in seats if s.panel_id == undeclared[0].row.assignment.panel_id), None)
        address = url_for("routing.pledge", public_id=seat_id) if seat_id else undeclared[0].url
        same = sum(i.row.assignment.panel_id == undeclared[0].row.assignment.panel_id for i in undeclared)
        words = Text(
            "배정된 신청 {n}건의 사람과 기관을 보고 한 번에 서약할 수 있습니다. 예외만 따로 알려 주십시오.",
            "See the people and institutions of {n} applications and pledge for all at once; name only the exceptions.",
        )
        return Next(
            say(undeclared[0].row.stage.call.names), say(words, n=same),
            say(Text("이해충돌 확인하기", "Declare conflicts of interest")), address,
            _due(undeclared[0].row.stage),
        )  # fmt: skip
    for step, label in ((Step.DRAFT, Text("이어서 평가하기", "Go on")), (Step.NEW, Text("평가 시작", "Begin"))):
        for item in found:
            if item.step is step:
                stage = say(Text("{call} · {stage}", "{call} · {stage}"), call=say(item.row.stage.call.names),
                            stage=say(item.definition.names))  # fmt: skip
                return Next(item.title, stage, say(label), item.url, _due(item.row.stage))
    ready = [i for i in found if i.step is Step.READY]
    if ready:
        words = Text(
            "다 적은 평가 {n}건을 아직 보내지 않았습니다.", "{n} complete reviews are not sent yet."
        )  # fmt: skip
        return Next(
            say(Text("제출만 남았습니다", "Only submitting is left")), say(words, n=len(ready)),
            say(Text("확인하고 제출하기", "Check and submit")), url_for("desks_reviewer.submit"),
            _due(ready[0].row.stage),
        )  # fmt: skip
    return None


@dataclass(frozen=True)
class SeatShown:
    """A seat on a panel, with its table of recommendations once the review is closed."""

    seat: Seat
    stage: Mapping[str, str]
    table: str
    day: str  # where the order of presentations stands
    meeting: str  # where the panel meets, once the review is closed


def seats_shown(seats: Sequence[Seat], tables: bool, days: Collection[int] = ()) -> list[SeatShown]:
    """`tables`: the page of panels' tables is there; `days`: panels with presentations that the member hears."""
    shown = []
    for seat in seats:
        stage = seat.panel.stage
        definition = stage.call.definition.stage(stage.code)
        opened = tables and definition.awards and stage.review_closed_at is not None
        address = url_for("awards.table", public_id=seat.panel.public_id) if opened else ""
        accepted = seat.state is SeatState.ACCEPTED
        day = url_for("routing.panel_sessions", public_id=seat.panel.public_id) if seat.panel_id in days else ""
        meets = definition.meeting is not None and stage.review_closed_at is not None and accepted
        meeting = url_for("reviews.meeting", public_id=seat.panel.public_id) if meets else ""
        shown.append(SeatShown(seat, definition.names, address if accepted else "", day if accepted else "", meeting))
    return shown
