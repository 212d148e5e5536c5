"""A panel's meeting, ready to show. What concerns an application that bars the viewer is not there at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any

from portal.conflicts.queries import barred_pairs
from portal.conflicts.rules import today
from portal.platform.context import Context
from portal.platform.language import Text, say
from portal.programs.definition import MeetingRule, Stage
from portal.reviews import rules, service
from portal.reviews.models import MeetingItem, MeetingMinutes, Motion, PanelMeeting, Review, ReviewVersion
from portal.reviews.queries import meetings as queries
from portal.routing.models import Panel, Seat
from portal.routing.queries.panels import identities
from portal.routing.queries.sessions import presides

ANSWERS = {
    rules.YES: Text("찬성", "Yes"),
    rules.NO: Text("반대", "No"),
    rules.ABSTAIN: Text("기권", "Abstain"),
    rules.NOBODY: Text("아무도 고르지 않음", "None of them"),
    rules.CARRIED: Text("가결", "Carried"),
    rules.LOST: Text("부결 (과반 없음)", "Not carried (no majority)"),
}


@dataclass(frozen=True)
class ItemShown:
    """One application on the agenda. `strip`: its marks for the picture; `why`: why it stands here, to those who may
    know of the whole agenda."""

    item: MeetingItem
    title: str
    current: bool
    strip: dict[str, Any] | None
    why: Text | None

    @property
    def entry(self) -> str:
        return self.item.entry.public_id

    @property
    def state(self) -> tuple[Text, str]:
        if self.current:
            return Text("논의 중", "Being discussed"), "info"
        if self.item.concluded_at is not None:
            return Text("논의함", "Discussed"), "success"
        return Text("기다림", "Waiting"), "neutral"


@dataclass(frozen=True)
class MemberShown:
    seat: Seat
    present: bool
    times: tuple[tuple[datetime, datetime | None], ...]


@dataclass(frozen=True)
class MotionShown:
    """`answers`: (word, votes or None while it is open). `still`: how many who are present have not voted."""

    motion: Motion
    about: dict[str, str]  # public id of an entry -> title
    answers: list[tuple[str, int | None]]
    own: str
    still: int
    may_vote: bool

    @property
    def outcome(self) -> tuple[str, str]:
        """In words, with its tone."""
        if self.motion.outcome is None:
            return say(Text("표결 중", "Open")), "info"
        tone = "neutral" if self.motion.outcome in (rules.LOST, rules.NOBODY) else "success"
        return choice_name(self.motion.outcome, self.about), tone

    @property
    def titles(self) -> list[str]:
        return list(self.about.values())


@dataclass(frozen=True)
class MeetingShown:
    """Everything that the page of a meeting shows its viewer. `out_of_room`: the panel discusses what bars them."""

    panel: Panel
    meeting: PanelMeeting | None
    rule: MeetingRule
    presides: bool
    own: Seat | None
    here: bool
    whole: bool
    items: list[ItemShown]
    out_of_room: bool
    members: list[MemberShown]
    present: int
    quorum: bool
    motions: list[MotionShown]
    minutes: Sequence[MeetingMinutes]
    earlier: list[PanelMeeting]

    @property
    def current(self) -> ItemShown | None:
        return next((i for i in self.items if i.current), None)

    @property
    def running(self) -> bool:
        return self.meeting is not None and self.meeting.closed_at is None

    @property
    def leads(self) -> bool:
        """The chair or an officer, while the meeting runs."""
        return self.running and self.presides

    @property
    def voting(self) -> MotionShown | None:
        return next((m for m in self.motions if m.motion.closed_at is None), None)


def meeting(context: Context, panel: Panel, number: int | None = None) -> MeetingShown:
    """The open meeting, the one of that number, or the last one. A bounded number of queries."""
    rule = queries.rule_of(panel)
    assert rule is not None  # in the policy's query
    known = queries.meetings_of(panel.id)
    shown = next((m for m in known if m.number == number), known[0] if known else None)
    leads, own = presides(context.actor, panel), queries.seat_of(context.actor, panel)
    if shown is None:
        return MeetingShown(
            panel, None, rule, leads, own, False, True, [], False, [], 0, False, [], [], []
        )  # fmt: skip
    agenda = queries.agenda(context.actor, shown.id)
    every = queries.items_of(shown.id)
    whole = len(agenda) == len(every)
    marks = queries.reviews_of_entries([i.entry_id for i in agenda])
    present = queries.present_people(shown.id)
    seats = queries.panel_members(panel.id)
    members = [
        MemberShown(
            seat, seat.person_id in present,
            tuple((a.came_at, a.left_at) for a in shown.attendance if a.person_id == seat.person_id),
        )
        for seat in seats
    ]  # fmt: skip
    there = sum(m.present for m in members)
    return MeetingShown(
        panel, shown, rule, leads, own, own is not None and own.person_id in present, whole,
        [_item(i, shown, marks.get(i.entry_id, []), whole) for i in agenda],
        shown.current_id is not None and shown.current_id not in {i.entry_id for i in agenda},
        members, there, rules.has_quorum(there, len(members), rule.quorum),
        _motions(context, shown, agenda, members, own), queries.minutes_of(shown.id) if whole else [],
        [m for m in known if m.id != shown.id],
    )  # fmt: skip


def _item(item: MeetingItem, shown: PanelMeeting, reviews: list[Review], whole: bool) -> ItemShown:
    totals = [rules.total(service.marks_of(review)) for review in reviews]
    title = item.entry.application.title
    strip = {"label": title, "marks": totals, "mean": sum(totals) / len(totals)} if totals else None
    why = Text("선에 가까움", "Near the line") if item.near_line else Text("의견이 갈림", "Opinions differ")
    return ItemShown(item, title, shown.current_id == item.entry_id, strip, why if whole and _told(item) else None)


def _told(item: MeetingItem) -> bool:
    return item.near_line or Fraction(item.spread) > 0


def _motions(
    context: Context,
    shown: PanelMeeting,
    agenda: Sequence[MeetingItem],
    members: list[MemberShown],
    own: Seat | None,
) -> list[MotionShown]:
    """Without those that concern an application which bars the viewer."""
    titles = {i.entry_id: i.entry.application.title for i in agenda}
    names = {i.entry_id: i.entry.public_id for i in agenda}
    applications = {i.entry_id: i.entry.application_id for i in agenda}
    found = [m for m in queries.motions_of(shown.id) if set(m.entries) <= set(titles)]
    ballots = queries.cast_in([m.id for m in found])
    here = [m.seat.person_id for m in members if m.present]
    barred = barred_pairs(here, applications.values(), today(context.now))
    made = []
    for motion in found:
        cast = ballots.get(motion.id, {})
        may = [p for p in here if not any((p, applications[e]) in barred for e in motion.entries)]
        mine = own.person_id if own is not None else None
        about = {names[e]: titles[e] for e in motion.entries}
        made.append(
            MotionShown(
                motion, about,
                [
                    (choice_name(choice, about), None if motion.counts is None else int(motion.counts.get(choice, 0)))
                    for choice in rules.choices_of(list(about))
                ],
                choice_name(cast[mine], about) if mine in cast else "", sum(p not in cast for p in may),
                motion.closed_at is None and mine in may,
            )
        )  # fmt: skip
    return made


def choice_name(choice: str, about: dict[str, str]) -> str:
    """The words of a choice or an outcome; of an entry its title."""
    return about.get(choice) or say(ANSWERS[choice])


@dataclass(frozen=True)
class ReviewShown:
    """One review by pseudonym with its earlier versions; `own` is the viewer's."""

    review: Review
    own: bool
    totals: list[int]  # of every version, the oldest first
    versions: list[ReviewVersion]

    @property
    def pseudonym(self) -> str:
        return self.review.assignment.pseudonym


def reviews_of(context: Context, entry_id: int) -> list[ReviewShown]:
    found = queries.reviews_of_entries([entry_id]).get(entry_id, [])
    versions = queries.versions_of([r.id for r in found])
    mine = identities(context.actor)
    return [
        ReviewShown(
            review, review.assignment.person_id in mine,
            [
                *(sum(int(points or 0) for points, _ in v.marks.values()) for v in versions.get(review.id, [])),
                rules.total(service.marks_of(review)),
            ],
            versions.get(review.id, []),
        )
        for review in found
    ]  # fmt: skip


def points_of(review: Review, stage: Stage) -> list[int | None]:
    """In the order of the criteria."""
    marks = service.marks_of(review)
    return [marks.get(c.code, (None, ""))[0] for c in stage.criteria]
