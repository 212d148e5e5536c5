"""A run: lawful drafts nobody sees, swapped by hand, published together or discarded; on both databases."""

from __future__ import annotations

import json
from hashlib import sha256

import pytest
from sqlalchemy import func, select

from portal.accounts.models import Person, ReviewerProfile
from portal.applications.models import Attachment, StageEntry
from portal.conflicts.models import Severity
from portal.conflicts.service import write
from portal.platform import clock
from portal.platform.db import db
from portal.platform.jobs import Job
from portal.routing import service
from portal.routing.errors import BarredPairs, CannotSwap, NothingToRoute, PanelTooSmall, ReasonMissing, RunSettled
from portal.routing.models import Assignment, AssignmentState, Panel, RoutingRun, SeatState
from portal.routing.queries import panels
from portal.routing.queries import pool as reviewers
from portal.routing.service.freezing import freeze
from portal.screening.service import screen
from tests.databases import both_databases
from tests.factories import routing
from tests.factories.base import committed, context
from workers.wake import run_all_due

pytestmark = [both_databases, pytest.mark.usefixtures("app")]


def _field(entries: int = 4, reviewers: int = 3, **panel: int) -> routing.Field:
    return committed(lambda: routing.field_of(entries, reviewers, routing.definition(**panel)))


def _run(field: routing.Field, seed: int = 1) -> int:
    return committed(lambda: routing.routed(field, seed).id)


def _pairs(field: routing.Field, *states: AssignmentState) -> list[tuple[int, int]]:
    query = select(Assignment).where(Assignment.panel_id == field.panel_id, Assignment.state.in_(states))
    return sorted((a.entry_id, a.person_id) for a in db.session.scalars(query))


def _bar(field: routing.Field, reviewer: int, application: int) -> None:
    committed(lambda: write(context(), reviewer, application, "relative", Severity.WAIVABLE))


def test_a_run_gives_every_entry_its_reviews_evenly_and_nobody_sees_it() -> None:
    field = _field(6, 4, size=4, reviews=2)
    run = db.session.get_one(RoutingRun, _run(field))
    pairs = _pairs(field, AssignmentState.DRAFT)
    assert len(pairs) == 12
    assert {entry for entry, _ in pairs} == set(field.entries)
    assert set(run.result["load"].values()) == {3}
    assert run.result["unfilled"] == []
    reviewer = db.session.get_one(Person, field.reviewers[0])
    for row in db.session.scalars(select(Assignment)).all():
        assert panels.my_assignment(context(reviewer).actor, row.public_id) is None


def test_the_inputs_are_frozen_and_hashed() -> None:
    field = _field()
    run = db.session.get_one(RoutingRun, _run(field, seed=9))
    text = json.dumps(run.inputs, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert run.inputs_hash == sha256(text.encode()).hexdigest()
    assert (run.inputs["seed"], len(run.inputs["reviewers"])) == (9, 3)


def test_the_same_seed_gives_the_same_pairs() -> None:
    field = _field(5, 4, size=4, reviews=2)
    _run(field, seed=3)
    first = _pairs(field, AssignmentState.DRAFT)
    _run(field, seed=3)
    assert _pairs(field, AssignmentState.DRAFT) == first


def test_a_new_run_discards_the_proposal_before_it_and_keeps_its_record() -> None:
    field = _field()
    old = _run(field, seed=1)
    new = _run(field, seed=2)
    assert db.session.get_one(RoutingRun, old).discarded_at is not None
    assert {a.run_id for a in db.session.scalars(select(Assignment))} == {new}


def test_a_barred_pair_is_never_proposed() -> None:
    field = _field(4, 3)
    _bar(field, field.reviewers[0], field.applications[0])
    run = db.session.get_one(RoutingRun, _run(field))
    assert (field.entries[0], field.reviewers[0]) not in _pairs(field, AssignmentState.DRAFT)
    assert run.result["avoided"] == 1


def test_what_conflicts_leave_unfilled_is_told() -> None:
    field = _field(2, 3, size=4, reviews=3)
    _bar(field, field.reviewers[0], field.applications[0])
    run = db.session.get_one(RoutingRun, _run(field))
    assert run.result["unfilled"] == [{"entry": field.entries[0], "missing": 1, "reason": "conflicts"}]


def test_a_panel_that_reviews_together_gives_every_entry_to_everybody_who_is_not_barred() -> None:
    field = _field(4, 3, size=3, reviews=3)
    _bar(field, field.reviewers[0], field.applications[0])
    _run(field)
    assert len(_pairs(field, AssignmentState.DRAFT)) == 11


def test_capacity_bounds_a_reviewer() -> None:
    field = _field(4, 3, size=4, reviews=2)

    def little() -> None:
        for profile in reviewers.profiles_of(field.reviewers).values():
            profile.capacity = 2

    committed(little)
    run = db.session.get_one(RoutingRun, _run(field))
    assert set(run.result["load"].values()) == {2}
    assert sum(u["missing"] for u in run.result["unfilled"]) == 2
    assert {u["reason"] for u in run.result["unfilled"]} == {"capacity"}


def test_too_few_who_accepted_are_refused_with_figures() -> None:
    field = _field(2, 1, size=3, reviews=2)
    with pytest.raises(PanelTooSmall) as refused:
        _run(field)
    assert refused.value.params == {"accepted": 1, "needed": 2}


def test_without_eligible_entries_there_is_nothing_to_route() -> None:
    with pytest.raises(NothingToRoute):
        _run(_field(0, 3))


def test_publishing_opens_the_review_and_tells_every_reviewer() -> None:
    field = _field()
    run = _run(field)
    committed(lambda: service.publish(context(), run))
    stage = field.stage()
    assert stage.review_opens_at is not None
    assert stage.review_due_at is not None
    assert stage.review_due_at > stage.review_opens_at
    assert _pairs(field, AssignmentState.DRAFT) == []
    told = select(func.count()).select_from(Job).where(Job.kind == "routing.assigned")
    assert db.session.scalar(told) == 3
    with pytest.raises(RunSettled):
        committed(lambda: service.publish(context(), run))


def test_a_conflict_that_arose_since_the_proposal_stops_the_publication() -> None:
    field = _field()
    run = _run(field)
    entry, reviewer = _pairs(field, AssignmentState.DRAFT)[0]
    _bar(field, reviewer, field.applications[field.entries.index(entry)])
    with pytest.raises(BarredPairs):
        committed(lambda: service.publish(context(), run))


def test_discarding_needs_a_reason_and_keeps_the_run() -> None:
    field = _field()
    run = _run(field)
    with pytest.raises(ReasonMissing):
        committed(lambda: service.discard(context(), run, " "))
    committed(lambda: service.discard(context(), run, "위원 교체"))
    assert db.session.get_one(RoutingRun, run).result["discarded"] == "위원 교체"
    assert _pairs(field, AssignmentState.DRAFT) == []


def _draft(field: routing.Field) -> tuple[int, int, int]:
    """(assignment, application, a member who is free for it)."""
    row = db.session.scalars(
        select(Assignment).where(Assignment.entry_id == field.entries[0]).order_by(Assignment.id)
    ).first()
    assert row is not None
    taken = {a.person_id for a in panels.pairs_of_entries([field.entries[0]])}
    return row.id, field.applications[0], next(p for p in field.reviewers if p not in taken)


def test_a_reviewer_is_swapped_by_hand() -> None:
    field = _field()
    _run(field)
    draft, _, free = _draft(field)
    committed(lambda: service.swap(context(), draft, free))
    assert db.session.get_one(Assignment, draft).person_id == free


def test_a_barred_reviewer_cannot_be_swapped_in() -> None:
    field = _field()
    _run(field)
    draft, application, free = _draft(field)
    _bar(field, free, application)
    with pytest.raises(CannotSwap):
        committed(lambda: service.swap(context(), draft, free))


def test_nobody_from_outside_the_panel_is_swapped_in() -> None:
    field = _field()
    _run(field)
    draft, _, _ = _draft(field)
    stranger = committed(lambda: routing.reviewer().id)
    with pytest.raises(CannotSwap):
        committed(lambda: service.swap(context(), draft, stranger))


def test_a_published_assignment_is_replaced_with_a_reason() -> None:
    field = _field()
    run = _run(field)
    committed(lambda: service.publish(context(), run))
    old, _, free = _draft(field)
    new = committed(lambda: service.replace(context(), old, free, "질병").id)
    assert db.session.get_one(Assignment, old).state is AssignmentState.REVOKED
    assert db.session.get_one(Assignment, new).state is AssignmentState.PUBLISHED


def test_a_second_run_keeps_published_pairs_and_fills_what_was_declined() -> None:
    field = _field(4, 4, size=4, reviews=2)
    run = _run(field)
    committed(lambda: service.publish(context(), run))
    before = _pairs(field, AssignmentState.PUBLISHED)
    gone = before[0]

    def decline() -> None:
        row = routing.assignment(field, gone[1], gone[0])
        assert row is not None
        row.state = AssignmentState.DECLINED

    committed(decline)
    _run(field, seed=2)
    (new,) = _pairs(field, AssignmentState.DRAFT)
    assert new[0] == gone[0]
    assert new != gone
    assert _pairs(field, AssignmentState.PUBLISHED) == before[1:]


def test_pseudonyms_are_unlike_in_every_application() -> None:
    field = _field(8, 3, size=3, reviews=3)
    _run(field)
    rows = db.session.scalars(select(Assignment).where(Assignment.person_id == field.reviewers[0])).all()
    assert len({row.pseudonym for row in rows}) == len(rows) == 8


def test_a_screened_stage_starts_the_assignment_of_a_panel_that_is_ready() -> None:
    def make() -> routing.Field:
        field = routing.field_of(2, 3)
        for id_ in field.entries:
            db.session.get_one(StageEntry, id_).state = "entered"  # type: ignore[assignment]
        db.session.flush()
        for id_ in field.entries:
            screen(context(), id_)
        return field

    field = committed(make)
    run_all_due()
    db.session.rollback()
    assert len(_pairs(field, AssignmentState.DRAFT)) == 4


def test_a_stage_without_panel_waits_for_one() -> None:
    def make() -> routing.Field:
        field = routing.field_of(2, 3)
        for seat in db.session.get_one(Panel, field.panel_id).seats:
            seat.state = SeatState.INVITED
        return field

    field = committed(make)
    assert committed(lambda: service.route_if_ready(context(), field.stage_id)) is False


def test_titles_of_papers_and_the_files_handed_in_bring_people_and_applications_together() -> None:
    """A reviewer whose only tie to the application is a title, and an application that says it in its file alone."""

    def make() -> tuple[routing.Field, int]:
        field, sha = routing.field_of(0, 2), "f" * 64
        writer = field.reviewers[1]
        db.session.get_one(ReviewerProfile, field.reviewers[0]).keywords = "법률 문서"
        profile = db.session.get_one(ReviewerProfile, writer)
        profile.keywords, profile.works = "", "심해 열수구의 미생물 군집\nDeep sea vents"
        stage = field.stage()
        given = routing.content() | {"title": "우리의 계획", "attachments": [{"sha256": sha}]}
        entry = routing.applied(stage.call, stage, handed_in=given).entry
        db.session.add(
            Attachment(
                public_id="p" * 26, application_id=entry.application_id, slot="plan", filename="계획.pdf", sha256=sha,
                size=1, kind="pdf", text="열수구 주변 미생물을 탐사합니다.", uploaded_at=clock.now(),
            )
        )  # fmt: skip
        return field, writer

    field, writer = committed(make)
    record = freeze(field.panel_id, 1, clock.now()).record
    near = {r["person"]: record["affinity"][0][n] for n, r in enumerate(record["reviewers"])}
    assert near[writer] > max(n for person, n in near.items() if person != writer)
