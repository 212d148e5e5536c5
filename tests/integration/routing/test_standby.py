"""A published place that is given back goes to the nearest free member where the call says so; on both databases."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from portal.conflicts.models import Severity
from portal.conflicts.service import write
from portal.platform.db import db
from portal.routing import service
from portal.routing.errors import CannotStandBy, PanelTooSmall
from portal.routing.models import Assignment, AssignmentState, RoutingRun
from portal.routing.queries import panels
from portal.routing.queries import pool as reviewers
from portal.routing.rules.panels import LIVE
from portal.routing.rules.trials import affinity_of
from portal.routing.service.standby import RULE
from tests.databases import both_databases
from tests.factories import routing
from tests.factories.base import committed, context
from workers.wake import run_all_due

pytestmark = [both_databases, pytest.mark.usefixtures("app")]


def _published(replaces: bool = True) -> routing.Field:
    field = committed(lambda: routing.field_of(3, 4, routing.definition(size=4, reviews=2, replaces=replaces)))
    run = committed(lambda: routing.routed(field).id)
    committed(lambda: service.publish(context(), run))
    return field


def _first(field: routing.Field) -> Assignment:
    return db.session.scalars(
        select(Assignment).where(Assignment.panel_id == field.panel_id).order_by(Assignment.id)
    ).all()[0]


def _live(entry: int) -> set[int]:
    return {a.person_id for a in panels.pairs_of_entries([entry]) if a.state in LIVE}


def _declined(assignment_id: int) -> None:
    committed(lambda: service.decline_by_link(context(), assignment_id, "출장"))
    run_all_due()
    db.session.rollback()


def test_the_nearest_free_member_takes_over_and_is_told_why() -> None:
    field = _published()
    old = _first(field)
    id_, entry, gone, run_id = old.id, old.entry_id, old.person_id, old.run_id
    before = _live(entry)
    _declined(id_)
    (new,) = _live(entry) - before
    assert new != gone and len(_live(entry)) == 2
    inputs = db.session.get_one(RoutingRun, run_id).inputs
    free = set(field.reviewers) - before
    assert affinity_of(inputs, entry, new) == max(affinity_of(inputs, entry, p) or 0 for p in free)
    row = next(a for a in panels.pairs_of_entries([entry]) if a.person_id == new)
    assert row.explanation["replaces"] and row.affinity == affinity_of(inputs, entry, new)


def test_where_the_call_does_not_say_so_the_place_waits_for_an_officer() -> None:
    field = _published(replaces=False)
    old = _first(field)
    id_, entry = old.id, old.entry_id
    _declined(id_)
    assert len(_live(entry)) == 1


def test_nobody_barred_full_or_there_before_takes_over() -> None:
    field = _published()
    old = _first(field)
    id_, entry, gone = old.id, old.entry_id, old.person_id
    others = [p for p in field.reviewers if p not in _live(entry)]
    application = field.applications[field.entries.index(entry)]

    def nobody_left() -> None:
        write(context(), others[0], application, "relative", Severity.WAIVABLE)
        reviewers.profiles_of(others)[others[1]].capacity = 0

    committed(nobody_left)
    _declined(id_)
    assert len(_live(entry)) == 1 and gone not in _live(entry)


def test_a_place_is_filled_once_however_often_the_job_runs() -> None:
    field = _published()
    old = _first(field)
    id_, entry = old.id, old.entry_id
    _declined(id_)
    assert committed(lambda: service.fill(context(), id_)) is None
    assert len(_live(entry)) == 2


def test_a_conflict_that_arises_opens_the_place_to_the_next() -> None:
    field = _published()
    old = _first(field)
    entry, gone = old.entry_id, old.person_id
    application = field.applications[field.entries.index(entry)]
    committed(lambda: write(context(), gone, application, "relative", Severity.WAIVABLE))
    run_all_due()
    db.session.rollback()
    assert gone not in _live(entry) and len(_live(entry)) == 2
    states = {a.state for a in panels.pairs_of_entries([entry]) if a.person_id == gone}
    assert states == {AssignmentState.REVOKED}


def test_the_rule_is_named_in_both_languages() -> None:
    assert "공고의 규칙" in RULE and "call's rule" in RULE


def _seat(field: routing.Field, reviewer: int) -> int:
    return next(s.id for s in panels.panel_by_id(field.panel_id).seats if s.person_id == reviewer)


def _on_standby() -> routing.Field:
    """The last of five members waits; the other four review two of three entries each."""
    field = committed(lambda: routing.field_of(3, 5, routing.definition(size=4, reviews=2, replaces=True)))
    committed(lambda: service.set_standby(context(), _seat(field, field.reviewers[-1]), True))
    return field


def test_a_standby_member_is_assigned_nothing() -> None:
    field = _on_standby()
    run = committed(lambda: routing.routed(field).id)
    assert field.reviewers[-1] not in {p for _, p in db.session.get_one(RoutingRun, run).result["pairs"]}


def test_a_place_given_back_goes_to_the_standby_list_first() -> None:
    field = _on_standby()
    run = committed(lambda: routing.routed(field).id)
    committed(lambda: service.publish(context(), run))
    old = _first(field)
    id_, entry, before = old.id, old.entry_id, _live(old.entry_id)
    _declined(id_)
    assert _live(entry) - before == {field.reviewers[-1]}


def test_standby_members_do_not_make_a_panel_ready() -> None:
    field = committed(lambda: routing.field_of(1, 2, routing.definition(size=2, reviews=2)))
    committed(lambda: service.set_standby(context(), _seat(field, field.reviewers[1]), True))
    with pytest.raises(PanelTooSmall):
        committed(lambda: service.ask_to_route(context(), field.panel_id))


def test_the_chair_and_whoever_has_work_cannot_stand_by() -> None:
    field = _published()
    for reviewer in (field.reviewers[0], _first(field).person_id):
        seat = _seat(field, reviewer)
        with pytest.raises(CannotStandBy):
            committed(lambda seat=seat: service.set_standby(context(), seat, True))
