"""Sessions through the services: lots, publication, confirmation, exchange, the day itself."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from portal.applications.models import EntryState, StageEntry
from portal.audit.models import AuditEvent, AuditValue
from portal.conflicts.models import Severity
from portal.conflicts.service import write
from portal.notifications.models import Letter
from portal.platform import clock
from portal.platform.db import db
from portal.platform.errors import Forbidden
from portal.platform.jobs import Job
from portal.routing import service
from portal.routing.errors import (
    AlreadyAsked,
    AlreadyExchanged,
    HasAnotherSlot,
    MinutesStale,
    NothingToDraw,
    NotOfThisPanel,
    NotYetStarted,
    ReasonMissing,
    SessionBegun,
    SlotGone,
    SlotInThePast,
    SlotIsKept,
    SlotsOverlap,
    SwapOver,
    TeamsWithoutSlot,
    TooFewSlots,
    TooLateToAnswer,
)
from portal.routing.models import Session, SessionMinutes, SessionSwap
from portal.routing.rules.sessions import Layout, draw
from portal.routing.service import Wanted
from tests.databases import both_databases
from tests.factories import sessions as days
from tests.factories.base import committed, context
from workers.wake import run_all_due

pytestmark = pytest.mark.usefixtures("app")
HOUR = timedelta(hours=1)


def times(day: days.Day) -> list[int]:
    """Which slot each team has, by its place in the day."""
    order = [s.id for s in db.session.scalars(select(Session).order_by(Session.starts_at))]
    return [order.index(day.slot_of(n).id) for n in range(len(day.field.entries))]


def letters(kind: str) -> list[Letter]:
    run_all_due()
    return list(db.session.scalars(select(Letter).where(Letter.kind == f"routing.{kind}").order_by(Letter.id)))


def change(day: days.Day, number: int, reason: str = "", **changes: object) -> Session:
    row = day.slot(number)
    wanted = {
        "starts_at": row.starts_at,
        "minutes": row.minutes,
        "place": row.place,
        "entry_id": row.entry_id,
    } | changes
    return committed(lambda: service.change_session(context(), day.slots[number], Wanted(**wanted), reason))  # type: ignore[arg-type]


# --- planning, lots, publication ---


def test_slots_that_overlap_or_have_passed_are_refused() -> None:
    day = days.planned()
    first = day.starts(0)
    for layout, refusal in (
        (Layout(first + timedelta(minutes=20), 1, 30), SlotsOverlap),
        (Layout(clock.now() - HOUR, 1, 30), SlotInThePast),
        (Layout(first - timedelta(minutes=40), 3, 30, 10), SlotsOverlap),  # the second meets the first of before
    ):
        with pytest.raises(refusal):
            committed(lambda layout=layout: service.plan_sessions(context(), day.field.panel_id, layout, ""))
    assert db.session.scalar(select(func.count()).select_from(Session)) == 4


def test_a_lot_gives_every_team_a_slot_and_can_be_drawn_again_from_the_audit_chain() -> None:
    day = days.planned(entries=5, slots=6)
    committed(lambda: service.draw_sessions(context(), day.field.panel_id))
    event = db.session.scalars(select(AuditEvent).where(AuditEvent.kind == "SessionsDrawn")).one()
    said = {
        v.name: json.loads(v.value)
        for v in db.session.scalars(select(AuditValue).where(AuditValue.sequence == event.sequence))
    }
    entries = {e.id: e.public_id for e in db.session.scalars(select(StageEntry))}
    in_time = [s.entry_id for s in db.session.scalars(select(Session).order_by(Session.starts_at))]
    assert [entries[e] for e in in_time[:5]] == said["order"] == draw(entries.values(), said["seed"])
    assert in_time[5] is None
    assert all(day.slot_of(n).drawn for n in range(5))
    with pytest.raises(NothingToDraw):
        committed(lambda: service.draw_sessions(context(), day.field.panel_id))


def test_a_lot_leaves_what_was_set_by_hand() -> None:
    day = days.planned(entries=3, slots=3)
    change(day, 2, entry_id=day.field.entries[0])
    committed(lambda: service.draw_sessions(context(), day.field.panel_id))
    assert day.slot(2).entry_id == day.field.entries[0]
    assert not day.slot(2).drawn and day.slot(0).drawn and day.slot(1).drawn


def test_a_lot_wants_a_slot_for_every_team() -> None:
    day = days.planned(entries=3, slots=2)
    with pytest.raises(TooFewSlots):
        committed(lambda: service.draw_sessions(context(), day.field.panel_id))
    with pytest.raises(TeamsWithoutSlot):
        committed(lambda: service.publish_sessions(context(), day.field.panel_id))


def test_by_hand_a_team_has_one_slot_and_belongs_to_the_panel() -> None:
    day, other = days.planned(entries=2, slots=3), days.planned(entries=1, slots=1)
    change(day, 0, entry_id=day.field.entries[0])
    with pytest.raises(HasAnotherSlot):
        change(day, 1, entry_id=day.field.entries[0])
    with pytest.raises(NotOfThisPanel):
        change(day, 1, entry_id=other.field.entries[0])
    change(day, 0, entry_id=None)
    change(day, 1, entry_id=day.field.entries[0])
    assert day.slot(0).entry_id is None


def test_publication_tells_each_team_its_time_in_both_zones_and_nothing_of_the_others() -> None:
    day = days.planned(entries=2, slots=3)

    def abroad() -> None:
        day.owner(0).language, day.owner(0).time_zone = "en", "America/New_York"

    committed(abroad)
    for n in range(2):
        change(day, n, entry_id=day.field.entries[n])
    assert letters("session_given") == []
    committed(lambda: service.publish_sessions(context(), day.field.panel_id))
    first, second = letters("session_given")
    assert (first.person_id, second.person_id) == tuple(day.field.principals)
    assert "your time)" in first.body and "KST" in first.body and "3층 회의실" in first.body
    assert "내 시간대" not in second.body
    assert first.link == f"/applications/{day.application(0).public_id}/session"
    assert db.session.scalar(select(func.count()).select_from(Session).where(Session.published_at.is_not(None))) == 3


def test_what_a_team_was_told_is_changed_with_a_reason_and_told() -> None:
    day = days.published(entries=2, slots=3)
    committed(lambda: service.confirm_session(day.as_owner(0), day.slots[0]))
    later = day.starts(2) + 2 * HOUR
    with pytest.raises(ReasonMissing):
        change(day, 0, starts_at=later)
    with pytest.raises(SlotIsKept):
        change(day, 0, "사유", entry_id=None)
    with pytest.raises(SlotIsKept):
        committed(lambda: service.remove_session(context(), day.slots[0]))
    change(day, 0, "위원장의 일정이 바뀌었습니다.", starts_at=later)
    (letter,) = letters("session_changed")
    assert letter.person_id == day.field.principals[0] and "위원장의 일정" in letter.body
    assert day.slot(0).confirmed_at is None
    committed(lambda: service.remove_session(context(), day.slots[2]))  # free, so nobody was told of it
    assert db.session.get(Session, day.slots[2]) is None


def test_the_reminder_stops_when_the_slot_has_moved() -> None:
    day = days.published(entries=2, slots=3)
    change(day, 0, "사유", starts_at=day.starts(2) + 2 * HOUR)
    jobs = db.session.scalars(select(Job).where(Job.kind == "routing.session_reminded").order_by(Job.id)).all()
    assert [j.payload["session_id"] for j in jobs] == [day.slots[0], day.slots[1], day.slots[0]]
    committed(lambda: db.session.execute(update(Job).values(run_at=clock.now())))
    told = letters("session_reminded")
    assert [t.person_id for t in told] == [day.field.principals[1], day.field.principals[0]]


def test_a_team_that_left_the_stage_is_told_nothing_more() -> None:
    day = days.planned(entries=2, slots=2)
    for n in range(2):
        change(day, n, entry_id=day.field.entries[n])

    def leave() -> None:
        service.publish_sessions(context(), day.field.panel_id)
        day.entry(0).state = EntryState.NOT_ADVANCED

    committed(leave)
    assert [t.person_id for t in letters("session_given")] == [day.field.principals[1]]


# --- a team's part ---


def test_confirming_twice_is_confirming_once_and_too_late_is_refused() -> None:
    day = days.published()
    first = committed(lambda: service.confirm_session(day.as_owner(0), day.slots[0]).confirmed_at)
    again = committed(lambda: service.confirm_session(day.as_owner(0, clock.now() + HOUR), day.slots[0]).confirmed_at)
    assert first == again
    with pytest.raises(TooLateToAnswer):
        committed(lambda: service.confirm_session(day.as_owner(1, day.starts(1) - 23 * HOUR), day.slots[1]))
    with pytest.raises(SlotGone):
        committed(lambda: service.confirm_session(day.as_owner(0), day.slots[1]))


def test_a_free_slot_is_taken_at_once_and_only_once() -> None:
    day = days.published(entries=2, slots=4)
    committed(lambda: service.take_free_slot(day.as_owner(0), day.slots[0], day.slots[3]))
    assert times(day) == [3, 1]
    assert day.slot_of(0).confirmed_at is not None and day.slot(0).swapped_at is None
    with pytest.raises(AlreadyExchanged):
        committed(lambda: service.take_free_slot(day.as_owner(0), day.slots[3], day.slots[2]))
    committed(lambda: service.take_free_slot(day.as_owner(1), day.slots[1], day.slots[0]))  # what became free
    assert times(day) == [3, 0]
    assert [t.person_id for t in letters("session_changed")] == day.field.principals


def test_both_teams_change_places_when_the_other_accepts() -> None:
    day = days.published(entries=3, slots=3)
    swap = committed(lambda: service.ask_to_swap(day.as_owner(0), day.slots[0], day.slots[1]).id)
    (asked,) = letters("swap_asked")
    assert asked.person_id == day.field.principals[1]
    assert times(day) == [0, 1, 2]
    with pytest.raises(SlotGone):
        committed(lambda: service.answer_swap(day.as_owner(2), swap, True))
    committed(lambda: service.answer_swap(day.as_owner(1), swap, True))
    assert times(day) == [1, 0, 2]
    assert all(day.slot_of(n).swapped_at is not None and day.slot_of(n).confirmed_at is not None for n in (0, 1))
    assert sorted(t.person_id or 0 for t in letters("swap_answered")) == sorted(day.field.principals[:2])
    with pytest.raises(SwapOver):
        committed(lambda: service.answer_swap(day.as_owner(0), swap, True))
    with pytest.raises(AlreadyExchanged):
        committed(lambda: service.ask_to_swap(day.as_owner(0), day.slots[1], day.slots[2]))


def test_a_refusal_leaves_both_and_the_team_may_ask_another() -> None:
    day = days.published(entries=3, slots=3)
    swap = committed(lambda: service.ask_to_swap(day.as_owner(0), day.slots[0], day.slots[1]).id)
    with pytest.raises(AlreadyAsked):
        committed(lambda: service.ask_to_swap(day.as_owner(0), day.slots[0], day.slots[2]))
    committed(lambda: service.answer_swap(day.as_owner(1), swap, False))
    assert times(day) == [0, 1, 2]
    (told,) = letters("swap_answered")
    assert told.person_id == day.field.principals[0]
    second = committed(lambda: service.ask_to_swap(day.as_owner(0), day.slots[0], day.slots[2]).id)
    with pytest.raises(SlotGone):
        committed(lambda: service.take_back_swap(day.as_owner(2), second))
    committed(lambda: service.take_back_swap(day.as_owner(0), second))
    with pytest.raises(SwapOver):
        committed(lambda: service.answer_swap(day.as_owner(2), second, True))


def test_requests_about_slots_that_moved_come_to_nothing() -> None:
    day = days.published(entries=3, slots=4)
    by_first = committed(lambda: service.ask_to_swap(day.as_owner(0), day.slots[0], day.slots[1]).id)
    by_third = committed(lambda: service.ask_to_swap(day.as_owner(2), day.slots[2], day.slots[1]).id)
    committed(lambda: service.answer_swap(day.as_owner(1), by_third, True))
    with pytest.raises(SwapOver):
        committed(lambda: service.answer_swap(day.as_owner(2), by_first, True))
    assert letters("swap_asked") == []  # both requests were settled before a letter was written


def test_a_change_by_the_office_ends_the_requests() -> None:
    day = days.published(entries=2, slots=2)
    swap = committed(lambda: service.ask_to_swap(day.as_owner(0), day.slots[0], day.slots[1]).id)
    change(day, 1, "사유", starts_at=day.starts(1) + HOUR)
    with pytest.raises(SwapOver):
        committed(lambda: service.answer_swap(day.as_owner(1), swap, True))


def test_an_exchange_is_too_late_when_the_earlier_slot_is_near() -> None:
    day = days.published(entries=2, slots=2)
    swap = committed(lambda: service.ask_to_swap(day.as_owner(0), day.slots[0], day.slots[1]).id)
    late = day.starts(0) - 24 * HOUR
    with pytest.raises(SwapOver):
        committed(lambda: service.answer_swap(day.as_owner(1, late), swap, True))
    with pytest.raises(TooLateToAnswer):
        committed(lambda: service.ask_to_swap(day.as_owner(0, late), day.slots[0], day.slots[1]))


def at_once(app: Flask, *actions: Callable[[], object]) -> list[str]:
    """Carry out all at the same moment; what each came to."""
    ready, found = threading.Barrier(len(actions)), list[str]()

    def one(action: Callable[[], object]) -> None:
        with app.app_context():
            ready.wait()
            try:
                committed(action)
                found.append("done")
            except (SwapOver, SlotGone, AlreadyExchanged) as refusal:
                found.append(refusal.code)
            finally:
                db.session.remove()

    threads = [threading.Thread(target=one, args=(action,)) for action in actions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    db.session.rollback()
    db.session.expire_all()
    return sorted(found)


@both_databases
def test_accepted_many_times_at_once_it_is_exchanged_once(app: Flask) -> None:
    day = days.published(entries=2, slots=2)
    swap = committed(lambda: service.ask_to_swap(day.as_owner(0), day.slots[0], day.slots[1]).id)
    answers = at_once(app, *[lambda: service.answer_swap(day.as_owner(1), swap, True)] * 4)
    assert answers.count("done") == 1 and len(answers) == 4
    assert times(day) == [1, 0]


@both_databases
def test_of_two_requests_accepted_at_once_one_is_carried_out(app: Flask) -> None:
    """The second team is asked by the first and by the third, and the first by the second."""
    day = days.published(entries=3, slots=3)
    first = committed(lambda: service.ask_to_swap(day.as_owner(0), day.slots[0], day.slots[1]).id)
    third = committed(lambda: service.ask_to_swap(day.as_owner(2), day.slots[2], day.slots[1]).id)
    back = committed(lambda: service.ask_to_swap(day.as_owner(1), day.slots[1], day.slots[0]).id)
    answers = at_once(
        app, lambda: service.answer_swap(day.as_owner(1), first, True),
        lambda: service.answer_swap(day.as_owner(1), third, True), lambda: service.answer_swap(day.as_owner(0), back, True),
    )  # fmt: skip
    assert answers.count("done") == 1
    assert times(day) in ([1, 0, 2], [0, 2, 1])
    moved = [n for n in range(3) if day.slot_of(n).swapped_at is not None]
    assert len(moved) == 2
    assert db.session.scalars(select(SessionSwap).where(SessionSwap.accepted)).one() is not None


@both_databases
def test_a_free_slot_that_two_teams_take_at_once_goes_to_one(app: Flask) -> None:
    day = days.published(entries=2, slots=3)
    answers = at_once(
        app, lambda: service.take_free_slot(day.as_owner(0), day.slots[0], day.slots[2]),
        lambda: service.take_free_slot(day.as_owner(1), day.slots[1], day.slots[2]),
    )  # fmt: skip
    assert answers == ["SlotGone", "done"]
    assert sorted(times(day)) in ([0, 2], [1, 2])


# --- the day itself ---


def test_a_start_is_noted_from_the_start_on_by_who_presides() -> None:
    day = days.published()
    at = day.starts(0)
    with pytest.raises(NotYetStarted):
        committed(lambda: service.start_session(day.as_chair(at - HOUR), day.slots[0]))
    with pytest.raises(Forbidden):
        committed(lambda: service.start_session(day.as_owner(0, at), day.slots[0]))
    committed(lambda: service.start_session(day.as_chair(at), day.slots[0]))
    assert day.slot(0).started_at == at
    with pytest.raises(SessionBegun):
        committed(lambda: service.note_absence(day.as_chair(at + HOUR), day.slots[0], "오지 않음"))


def test_an_absence_needs_the_wait_and_a_reason_and_rejects_nobody() -> None:
    day = days.published()
    at = day.starts(0)
    with pytest.raises(NotYetStarted):
        committed(lambda: service.note_absence(day.as_chair(at + timedelta(minutes=14)), day.slots[0], "연락 없음"))
    with pytest.raises(ReasonMissing):
        committed(lambda: service.note_absence(day.as_chair(at + HOUR), day.slots[0], " "))
    committed(lambda: service.note_absence(day.as_chair(at + HOUR), day.slots[0], "연락 없음"))
    assert day.slot(0).absent_at is not None and day.entry(0).state is EntryState.IN_REVIEW
    committed(lambda: service.start_session(day.as_chair(at + 2 * HOUR), day.slots[0]))  # they came after all
    assert day.slot(0).absent_at is None and day.slot(0).started_at is not None


def test_a_chair_barred_from_a_team_keeps_nothing_of_its_session() -> None:
    day = days.published()
    committed(
        lambda: write(context(), day.field.reviewers[0], day.field.applications[0], "relative", Severity.WAIVABLE)
    )
    for action in (
        lambda: service.start_session(day.as_chair(day.starts(0)), day.slots[0]),
        lambda: service.write_minutes(day.as_chair(day.starts(0)), day.slots[0], "글", 0),
    ):
        with pytest.raises(Forbidden):
            committed(action)


def test_every_version_of_the_minutes_is_kept_and_its_hash_audited() -> None:
    day = days.published()
    at = day.starts(0)
    with pytest.raises(NotYetStarted):
        committed(lambda: service.write_minutes(day.as_chair(at - HOUR), day.slots[0], "미리", 0))
    committed(lambda: service.write_minutes(day.as_chair(at), day.slots[0], "질문 셋", 0))
    committed(lambda: service.write_minutes(day.as_chair(at), day.slots[0], "질문 셋", 0))  # the same again
    committed(lambda: service.write_minutes(day.as_chair(at), day.slots[0], "질문 셋과 답", 1))
    with pytest.raises(MinutesStale):
        committed(lambda: service.write_minutes(day.as_chair(at), day.slots[0], "딴 글", 1))
    rows = db.session.scalars(select(SessionMinutes).order_by(SessionMinutes.version)).all()
    assert [(r.version, r.text) for r in rows] == [(1, "질문 셋"), (2, "질문 셋과 답")]
    audited = db.session.scalars(select(AuditValue).where(AuditValue.name == "sha256").order_by(AuditValue.id)).all()
    assert [json.loads(v.value) for v in audited][-2:] == [r.sha256 for r in rows]
