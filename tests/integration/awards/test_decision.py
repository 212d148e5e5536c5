"""Proposed by one, approved by another, published as its own act; awards hold their caps or nothing happens."""

from __future__ import annotations

import threading
from datetime import timedelta
from functools import partial

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from portal.applications.models import EntryState, StageEntry
from portal.awards import service
from portal.awards.errors import (
    AwardStateRefused,
    ConditionFailed,
    ConditionOpen,
    DecisionStands,
    DecisionStateRefused,
    EntriesMissing,
    EntriesWaiting,
    MayNotApprove,
    NoAwardInPreview,
    NotYoursToAnswer,
    OfferExpired,
    ReasonTooShort,
    RulesChanged,
    TableOpen,
    TooFew,
    TooMany,
    WrongResult,
)
from portal.awards.models import Award, AwardState, Decision, DecisionState, Outcome, Result
from portal.awards.rules import bundle_charges
from portal.budgets import queries as budget_queries
from portal.budgets import service as budgets
from portal.budgets.errors import BudgetFrozen, CapExceeded, MovementReused
from portal.budgets.models import BudgetLine, Movement, MovementKind
from portal.platform.context import Context
from portal.platform.db import db
from portal.platform.errors import Forbidden
from portal.platform.jobs import Job
from portal.platform.language import speaking
from portal.programs.models import Call, CallState
from portal.ranking.models import ConditionResult
from tests.databases import both_databases
from tests.factories.awards import BUNDLE, affiliate, definition, ready, with_plan
from tests.factories.base import committed, context, person
from tests.factories.budgets import used

pytestmark = both_databases
WHY = "종합 점수와 조건을 함께 살핀 결과"
CHARGES = bundle_charges(BUNDLE, definition())


class Scene:
    """A stage at its decision, with an officer, an administrator and the applicants, as contexts and ids."""

    def __init__(self, n: int = 3, code: str = "final", close: bool = True, **changes: object) -> None:
        made = ready(n, code, definition(**changes) if changes else None)
        self.call, self.stage, self.panel = made.call.id, made.stage.id, made.panel.id
        self.scope = made.call.scopes[1]
        self.entries = [entry.id for entry in made.entries]
        self.applications = [entry.application_id for entry in made.entries]
        self.owners = [context(owner) for owner in made.owners]
        self.organisations = made.organisations
        self.chair, self.member = context(made.chair), context(made.member)
        self.officer = context(person(), "officer", scope=self.scope)
        self.second = context(person(), "administrator", scope=self.scope)
        if code == "final":
            table = service.open_table(self.chair, self.panel)
            self.table = table.id
            if close:
                service.close_table(self.chair, table.id)

    def propose(self, *results: Result, by: Context | None = None) -> int:
        outcomes = [(entry, result, WHY) for entry, result in zip(self.entries, results, strict=True)]
        return committed(lambda: service.propose(by or self.officer, self.stage, outcomes, WHY).id)

    def awards(self) -> list[Award]:
        return list(db.session.scalars(select(Award).where(Award.call_id == self.call).order_by(Award.id)))


@pytest.fixture
def scene(app: Flask) -> Scene:
    return committed(lambda: (with_plan(), Scene())[1])


TWO = (Result.AWARD, Result.AWARD, Result.DECLINE)


def approved(scene: Scene) -> int:
    decision = scene.propose(*TWO)
    committed(lambda: service.approve(scene.second, decision, "동의"))
    return decision


def offered(scene: Scene) -> list[int]:
    decision = approved(scene)
    committed(lambda: service.publish(scene.second, decision))
    return [award.id for award in scene.awards()]


def state_of(award_id: int) -> AwardState:
    return db.session.get_one(Award, award_id).state


def nothing_used() -> bool:
    return not any(db.session.scalars(select(BudgetLine.used)))


# --- proposing ---


def test_a_proposal_covers_every_entry_once(scene: Scene) -> None:
    for given in (scene.entries[:2], [*scene.entries, scene.entries[0]], [*scene.entries[:2], 999_999]):
        outcomes = [(entry, Result.DECLINE, WHY) for entry in given]
        with pytest.raises(EntriesMissing):
            committed(partial(service.propose, scene.officer, scene.stage, outcomes, WHY))


def test_a_proposal_is_an_officers_of_this_call(scene: Scene) -> None:
    other = committed(lambda: context(person(), "officer", scope="program:OTHER"))
    for by in (scene.member, scene.owners[0], other):
        with pytest.raises(Forbidden):
            scene.propose(*TWO, by=by)


def test_at_most_as_many_as_the_call_keeps(scene: Scene) -> None:
    with pytest.raises(TooMany):
        scene.propose(Result.AWARD, Result.AWARD, Result.AWARD)


def test_fewer_or_nobody_where_the_call_says_so(scene: Scene) -> None:
    assert scene.propose(Result.DECLINE, Result.DECLINE, Result.DECLINE)


def test_not_fewer_where_the_call_does_not_say_so(app: Flask) -> None:
    rule = {"max_count": 2, "may_select_fewer": False, "may_select_none": False}
    scene = committed(lambda: (with_plan(), Scene(awards=rule))[1])
    for results in ((Result.AWARD, Result.DECLINE, Result.DECLINE), (Result.DECLINE,) * 3):
        with pytest.raises(TooFew):
            scene.propose(*results)
    assert scene.propose(*TWO)


def test_an_awarding_stage_does_not_advance_and_the_others_do_not_award(scene: Scene, app: Flask) -> None:
    with pytest.raises(WrongResult):
        scene.propose(Result.ADVANCE, Result.DECLINE, Result.DECLINE)
    paper = committed(lambda: Scene(2, "paper"))
    with pytest.raises(WrongResult):
        paper.propose(Result.AWARD, Result.DECLINE)


def test_a_failed_condition_keeps_the_first_in_rank_out(scene: Scene) -> None:
    committed(
        lambda: db.session.execute(
            update(ConditionResult).where(ConditionResult.entry_id == scene.entries[0]).values(passed=False)
        )
    )
    with pytest.raises(ConditionFailed):
        scene.propose(*TWO)
    assert scene.propose(Result.DECLINE, Result.AWARD, Result.DECLINE)


def test_a_condition_nobody_checked_keeps_an_entry_back(scene: Scene) -> None:
    committed(lambda: db.session.execute(ConditionResult.__table__.delete()))  # type: ignore[attr-defined]
    with pytest.raises(ConditionOpen):
        scene.propose(*TWO)


def test_every_outcome_has_its_reason(scene: Scene) -> None:
    outcomes = [(entry, Result.DECLINE, WHY if at else "짧음") for at, entry in enumerate(scene.entries)]
    with pytest.raises(ReasonTooShort) as refused:
        committed(lambda: service.propose(scene.officer, scene.stage, outcomes, WHY))
    assert refused.value.field == f"reason_{scene.entries[0]}"


def test_nothing_is_proposed_while_the_panel_still_writes(app: Flask) -> None:
    scene = committed(lambda: (with_plan(), Scene(close=False))[1])
    with pytest.raises(TableOpen):
        scene.propose(*TWO)


def test_nothing_is_proposed_while_an_entry_waits_in_screening(scene: Scene) -> None:
    committed(
        lambda: db.session.execute(
            update(StageEntry).where(StageEntry.id == scene.entries[2]).values(state=EntryState.ENTERED)
        )
    )
    with pytest.raises(EntriesWaiting):
        scene.propose(*TWO)


def test_a_stage_has_one_decision_at_a_time(scene: Scene) -> None:
    scene.propose(*TWO)
    with pytest.raises(DecisionStands):
        scene.propose(*TWO)


def test_a_proposal_reserves_nothing(scene: Scene) -> None:
    scene.propose(*TWO)
    assert nothing_used()
    assert scene.awards() == []


def test_a_proposal_pins_the_rules_and_the_ranking(scene: Scene) -> None:
    decision = db.session.get_one(Decision, scene.propose(*TWO))
    assert decision.rules_hash == db.session.get_one(Call, scene.call).content_hash
    assert [outcome.rank for outcome in decision.outcomes] == [1, 2, 3]


# --- approving ---


def test_approval_reserves_every_award_on_all_its_lines(scene: Scene) -> None:
    approved(scene)
    assert used(*CHARGES) == {line: 2 * amount for line, amount in CHARGES.items()}
    kind_and_cash = 2 * (700_000 + 100 * 12 * 1_000)
    assert used("t_root", "t_program") == {"t_root": kind_and_cash, "t_program": kind_and_cash}
    assert [award.state for award in scene.awards()] == [AwardState.RESERVED] * 2
    assert [component.value for component in scene.awards()[0].components] == [400_000, 300_000, 1_200_000]
    assert budget_queries.mismatches() == []


def test_the_proposer_cannot_approve_not_even_with_another_identity(scene: Scene) -> None:
    def proposer() -> tuple[Context, Context]:
        one, double = person(), person()
        double.same_as_id = one.id
        first, second = context(one, "administrator"), context(double, "administrator")
        both = frozenset({one.id, double.id})
        return first, Context(
            actor=second.actor.__class__(person_id=double.id, same_as=both, grants=second.actor.grants), now=second.now
        )

    first, second = committed(proposer)
    decision = scene.propose(*TWO, by=first)
    for by in (first, second):
        with pytest.raises(MayNotApprove):
            committed(partial(service.approve, by, decision))


def test_nobody_from_an_applicant_institution_approves(scene: Scene) -> None:
    def colleague(at: int) -> Context:
        who = person()
        affiliate(who, scene.organisations[at])
        return context(who, "administrator")

    decision = scene.propose(*TWO)
    for at in (0, 2):
        by = committed(partial(colleague, at))
        with pytest.raises(MayNotApprove):
            committed(partial(service.approve, by, decision))
    assert nothing_used()


def test_an_affiliation_of_another_identity_counts(scene: Scene) -> None:
    def doubled() -> Context:
        one, double = person(), person()
        double.same_as_id = one.id
        affiliate(double, scene.organisations[0])
        made = context(one, "administrator")
        both = frozenset({one.id, double.id})
        return Context(
            actor=made.actor.__class__(person_id=one.id, same_as=both, grants=made.actor.grants), now=made.now
        )

    decision, by = scene.propose(*TWO), committed(doubled)
    with pytest.raises(MayNotApprove):
        committed(lambda: service.approve(by, decision))


def test_an_officer_without_the_right_to_issue_awards_cannot_approve(scene: Scene) -> None:
    decision = scene.propose(*TWO)
    other = committed(lambda: context(person(), "officer"))
    with pytest.raises(MayNotApprove):
        committed(lambda: service.approve(other, decision))


def test_two_officers_cannot_approve_each_other_in_one_decision(scene: Scene) -> None:
    decision = scene.propose(*TWO, by=scene.second)
    with pytest.raises(MayNotApprove):
        committed(lambda: service.approve(scene.second, decision))


def test_one_line_too_small_rolls_every_award_back(scene: Scene) -> None:
    committed(
        lambda: db.session.execute(update(BudgetLine).where(BudgetLine.code == "t_data_2026").values(cap=599_999))
    )
    decision = scene.propose(*TWO)
    with pytest.raises(CapExceeded) as refused:
        committed(lambda: service.approve(scene.second, decision))
    assert refused.value.line_code == "t_data_2026"
    assert nothing_used()
    assert scene.awards() == []
    assert db.session.get_one(Decision, decision).state is DecisionState.PROPOSED
    assert db.session.scalar(select(func.count()).select_from(Movement)) == 0


def test_a_pool_exhausted_in_one_month_only_refuses_the_award(scene: Scene) -> None:
    committed(lambda: db.session.execute(update(BudgetLine).where(BudgetLine.code == "t_b200_2026_03").values(cap=199)))
    decision = scene.propose(*TWO)
    with pytest.raises(CapExceeded) as refused:
        committed(lambda: service.approve(scene.second, decision))
    assert refused.value.line_code == "t_b200_2026_03"
    assert nothing_used()


@pytest.mark.parametrize(("role", "told"), [("", False), ("budget_officer", True)])
def test_the_refusal_tells_figures_only_to_budget_roles(scene: Scene, role: str, told: bool) -> None:
    committed(lambda: db.session.execute(update(BudgetLine).where(BudgetLine.code == "t_b200_2026_03").values(cap=150)))
    decision = scene.propose(*TWO)
    by = committed(lambda: context(person(), "administrator", *([role] if role else [])))
    with pytest.raises(CapExceeded) as refused:
        committed(lambda: service.approve(by, decision))
    with speaking("en"):
        sentence = refused.value.sentence()
    assert "Line t_b200_2026_03" in sentence
    assert ("100 cards" in sentence and "50 cards" in sentence) is told


def test_a_freeze_stops_approval(scene: Scene) -> None:
    committed(lambda: db.session.execute(update(BudgetLine).where(BudgetLine.code == "t_root").values(used=7)))
    committed(lambda: budgets.reconcile(context()))
    decision = scene.propose(*TWO)
    with pytest.raises(BudgetFrozen):
        committed(lambda: service.approve(scene.second, decision))
    assert scene.awards() == []


def test_rules_that_changed_since_the_proposal_stop_approval(scene: Scene) -> None:
    decision = scene.propose(*TWO)
    committed(lambda: db.session.execute(update(Call).where(Call.id == scene.call).values(content_hash="0" * 64)))
    with pytest.raises(RulesChanged):
        committed(lambda: service.approve(scene.second, decision))


def test_nothing_is_awarded_in_a_preview_and_no_cap_is_touched(scene: Scene) -> None:
    decision, before = scene.propose(*TWO), used("t_data_2025")
    committed(lambda: db.session.execute(update(Call).where(Call.id == scene.call).values(preview_of_id=scene.call)))
    with pytest.raises(NoAwardInPreview):
        committed(lambda: service.approve(scene.second, decision))
    assert used("t_data_2025") == before
    assert scene.awards() == []


def test_an_award_is_issued_once_and_with_one_bundle(scene: Scene) -> None:
    decision = approved(scene)
    outcome = db.session.scalars(select(Outcome.id).where(Outcome.decision_id == decision, Outcome.rank == 1)).one()
    before = used("t_data_2025")
    first = committed(lambda: service.issue_award(scene.second, outcome, BUNDLE).id)
    assert first == scene.awards()[0].id
    assert used("t_data_2025") == before
    with pytest.raises(MovementReused):
        committed(lambda: service.issue_award(scene.second, outcome, BUNDLE[:1]))


def test_the_same_award_from_many_threads_is_one(scene: Scene, app: Flask) -> None:
    decision = scene.propose(*TWO)
    outcome = db.session.scalars(select(Outcome.id).where(Outcome.decision_id == decision, Outcome.rank == 1)).one()
    made: list[int] = []

    def issue() -> None:
        with app.app_context():
            made.append(committed(lambda: service.issue_award(scene.second, outcome, BUNDLE).id))
            db.session.remove()

    threads = [threading.Thread(target=issue) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 6
    assert len(set(made)) == 1
    db.session.rollback()
    assert used("t_data_2025") == {"t_data_2025": 400_000}


# --- returning ---


def test_a_returned_proposal_makes_way_for_a_new_one(scene: Scene) -> None:
    decision = scene.propose(*TWO)
    committed(lambda: service.return_decision(scene.second, decision, WHY))
    with pytest.raises(DecisionStateRefused):
        committed(lambda: service.approve(scene.second, decision))
    assert scene.propose(*TWO) != decision


def test_returning_an_approved_decision_frees_its_money(scene: Scene) -> None:
    decision = approved(scene)
    committed(lambda: service.return_decision(scene.second, decision, WHY))
    assert nothing_used()
    assert {award.state for award in scene.awards()} == {AwardState.CANCELLED}
    again = scene.propose(*TWO)
    committed(lambda: service.approve(scene.second, again))
    assert used("t_data_2025") == {"t_data_2025": 800_000}


def test_an_award_is_cancelled_once(scene: Scene) -> None:
    approved(scene)
    award = scene.awards()[0].id
    committed(lambda: service.cancel_award(scene.second, award, WHY))
    with pytest.raises(AwardStateRefused):
        committed(lambda: service.cancel_award(scene.second, award, WHY))
    assert used("t_data_2025") == {"t_data_2025": 400_000}


# --- publishing ---


def test_nothing_is_published_before_it_is_approved(scene: Scene) -> None:
    decision = scene.propose(*TWO)
    with pytest.raises(DecisionStateRefused):
        committed(lambda: service.publish(scene.second, decision))


def test_publication_moves_entries_offers_awards_and_asks_for_letters(scene: Scene) -> None:
    offered(scene)
    entries = db.session.scalars(select(StageEntry.state).order_by(StageEntry.id)).all()
    assert list(entries) == [EntryState.ADVANCED, EntryState.ADVANCED, EntryState.NOT_ADVANCED]
    award = scene.awards()[0]
    assert award.state is AwardState.OFFERED
    assert award.answer_until is not None
    assert award.answer_until == scene.second.now + timedelta(days=14)
    kinds = db.session.execute(select(Job.kind, func.count()).group_by(Job.kind)).all()
    asked = {str(kind): int(n) for kind, n in kinds}
    assert (asked["awards.outcome"], asked["awards.offer"], asked["awards.expire"]) == (3, 2, 2)
    assert asked["audit.anchor"] == 1
    assert db.session.get_one(Call, scene.call).state is CallState.DECIDED


def test_public_sums_know_an_award_only_after_publication(scene: Scene) -> None:
    decision = approved(scene)
    line = budget_queries.line_by_code("t_data_2025")
    assert line is not None
    line_id, at = line.id, scene.second.now
    assert budget_queries.public_used(line_id, at) == 0
    committed(lambda: service.publish(scene.second, decision))
    assert budget_queries.public_used(line_id, at) == 800_000


def test_a_stage_before_the_last_advances_into_the_next(app: Flask) -> None:
    scene = committed(lambda: Scene(3, "paper"))
    decision = scene.propose(Result.ADVANCE, Result.ADVANCE, Result.DECLINE)
    committed(lambda: service.approve(scene.second, decision))
    committed(lambda: service.publish(scene.second, decision))
    following = db.session.scalars(
        select(StageEntry.application_id).where(StageEntry.stage_id != scene.stage).order_by(StageEntry.id)
    ).all()
    assert list(following) == scene.applications[:2]
    assert db.session.get_one(Call, scene.call).state is CallState.CLOSED


# --- answering ---


def test_accepting_commits_what_was_reserved(scene: Scene) -> None:
    award = offered(scene)[0]
    before = used(*CHARGES)
    committed(lambda: service.accept_award(scene.owners[0], award))
    assert state_of(award) is AwardState.ACCEPTED
    assert used(*CHARGES) == before
    assert db.session.scalar(select(func.count()).where(Movement.kind == MovementKind.COMMIT)) == 1


def test_declining_frees_the_money(scene: Scene) -> None:
    award = offered(scene)[0]
    committed(lambda: service.decline_award(scene.owners[0], award, WHY))
    assert state_of(award) is AwardState.DECLINED
    assert used(*CHARGES) == CHARGES


def test_an_offer_is_answered_once(scene: Scene) -> None:
    award = offered(scene)[0]
    committed(lambda: service.accept_award(scene.owners[0], award))
    for verb in (service.accept_award, lambda c, a: service.decline_award(c, a, WHY)):
        with pytest.raises(AwardStateRefused):
            committed(partial(verb, scene.owners[0], award))


def test_others_cannot_answer(scene: Scene) -> None:
    award = offered(scene)[0]
    for by in (scene.owners[1], scene.officer, scene.member):
        with pytest.raises(NotYoursToAnswer):
            committed(partial(service.accept_award, by, award))


def test_a_representative_of_the_lead_institution_answers_and_a_plain_employee_does_not(scene: Scene) -> None:
    award = offered(scene)[0]

    def of_lead(representative: bool) -> Context:
        who = person()
        affiliate(who, scene.organisations[0], representative=representative)
        return context(who)

    employee, head = committed(lambda: of_lead(False)), committed(lambda: of_lead(True))
    with pytest.raises(NotYoursToAnswer):
        committed(lambda: service.accept_award(employee, award))
    committed(lambda: service.accept_award(head, award))


def test_nothing_is_accepted_at_or_after_the_end_of_the_offer(scene: Scene) -> None:
    award = offered(scene)[0]
    until = db.session.get_one(Award, award).answer_until
    assert until is not None
    late = Context(actor=scene.owners[0].actor, now=until)
    with pytest.raises(OfferExpired):
        committed(lambda: service.accept_award(late, award))
    in_time = Context(actor=scene.owners[0].actor, now=until - timedelta(milliseconds=1))
    committed(lambda: service.accept_award(in_time, award))


def test_an_unanswered_offer_lapses_once_and_not_early(scene: Scene) -> None:
    award = offered(scene)[0]
    until = db.session.get_one(Award, award).answer_until
    assert until is not None
    committed(lambda: service.expire_award(context(at=until - timedelta(seconds=1)), award))
    assert state_of(award) is AwardState.OFFERED
    for _ in range(2):
        committed(lambda: service.expire_award(context(at=until), award))
    assert state_of(award) is AwardState.EXPIRED
    assert used(*CHARGES) == CHARGES
    late = Context(actor=scene.owners[0].actor, now=until)
    with pytest.raises(OfferExpired):
        committed(lambda: service.accept_award(late, award))


def test_the_expiry_of_an_accepted_award_changes_nothing(scene: Scene) -> None:
    award = offered(scene)[0]
    committed(lambda: service.accept_award(scene.owners[0], award))
    committed(lambda: service.expire_award(context(at=scene.second.now + timedelta(days=99)), award))
    assert state_of(award) is AwardState.ACCEPTED


def test_the_books_agree_after_every_turn_of_an_award(scene: Scene) -> None:
    first, second = offered(scene)
    committed(lambda: service.accept_award(scene.owners[0], first))
    committed(lambda: service.decline_award(scene.owners[1], second, WHY))
    committed(lambda: service.cancel_award(scene.second, first, WHY))
    assert nothing_used()
    assert budget_queries.mismatches() == []
