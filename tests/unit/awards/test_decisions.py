"""Who may approve, how many may be chosen, which moves exist, what a deep cut is."""

from __future__ import annotations

import itertools

import pytest

from portal.awards.models import AwardState, DecisionState
from portal.awards.rules import (
    AWARD_MOVES,
    DECISION_MOVES,
    Bar,
    Fault,
    Parties,
    Piece,
    award_may_move,
    bar_to_approve,
    decision_may_move,
    first_advice,
    is_deep_cut,
    keep_of,
    may_answer,
    needs_second_approver,
    selection_fault,
    within_ceiling,
)
from portal.platform.context import Actor, Grant
from portal.programs.definition import AwardRule
from tests.factories.awards import definition

SCOPES = ("program:TST", "call:x")
PARTIES = Parties(proposer_id=1, organisations={10, 11}, people={50})


def administrator(person: int, *doubles: int, scope: str = "call:x", role: str = "administrator") -> Actor:
    return Actor(person_id=person, same_as=frozenset({person, *doubles}), grants=frozenset({Grant(role, scope)}))


def test_a_second_administrator_of_the_call_may_approve() -> None:
    assert bar_to_approve(administrator(2), SCOPES, PARTIES, {99}, False) is None


@pytest.mark.parametrize(
    ("actor", "affiliations", "conflicted", "why"),
    [
        (administrator(2, role="officer"), set(), False, Bar.ROLE),
        (administrator(2, scope="program:OTHER"), set(), False, Bar.ROLE),
        (administrator(1), set(), False, Bar.PROPOSER),
        (administrator(2, 1), set(), False, Bar.PROPOSER),
        (administrator(2), {11}, False, Bar.INSTITUTION),
        (administrator(2), set(), True, Bar.CONFLICT),
        (administrator(50), set(), False, Bar.CONFLICT),
        (administrator(2, 50), set(), False, Bar.CONFLICT),
    ],
)
def test_who_may_not_approve(actor: Actor, affiliations: set[int], conflicted: bool, why: Bar) -> None:
    assert bar_to_approve(actor, SCOPES, PARTIES, affiliations, conflicted) is why


def test_below_the_threshold_the_proposer_may_approve_but_no_applicant() -> None:
    alone = Parties(proposer_id=1, organisations={10}, people=set(), second_needed=False)
    assert bar_to_approve(administrator(1), SCOPES, alone, set(), False) is None
    assert bar_to_approve(administrator(1), SCOPES, alone, {10}, False) is Bar.INSTITUTION


@pytest.mark.parametrize(
    ("total", "threshold", "needed"), [(0, 0, True), (5, 0, True), (100, 100, False), (101, 100, True)]
)
def test_a_second_approver_is_needed_above_the_threshold(total: int, threshold: int, needed: bool) -> None:
    assert needs_second_approver(definition().stage("final"), total, threshold) is needed


def test_a_stage_that_awards_nothing_always_needs_two_people() -> None:
    assert needs_second_approver(definition().stage("paper"), 0, 10**12)


STRICT = AwardRule(max_count=5, may_select_fewer=False, may_select_none=False)
FREE = AwardRule(max_count=5)


@pytest.mark.parametrize(
    ("chosen", "possible", "awards", "fault"),
    [
        (3, 5, STRICT, None),
        (4, 5, FREE, Fault.TOO_MANY),
        (2, 5, STRICT, Fault.TOO_FEW),
        (2, 2, STRICT, None),
        (0, 0, STRICT, None),
        (0, 5, STRICT, Fault.TOO_FEW),
        (2, 5, FREE, None),
        (0, 5, FREE, None),
        (0, 5, AwardRule(max_count=5, may_select_none=False), Fault.TOO_FEW),
        (1, 5, AwardRule(max_count=5, may_select_fewer=False), Fault.TOO_FEW),
    ],
)
def test_at_most_keep_and_fewer_only_where_the_call_says_so(
    chosen: int, possible: int, awards: AwardRule, fault: Fault | None
) -> None:
    assert selection_fault(chosen, possible, 3, awards) is fault


def test_the_awarding_stage_keeps_no_more_than_the_call_awards() -> None:
    assert keep_of(definition(awards={"max_count": 1}), "final", "") == 1
    assert keep_of(definition(), "paper", "") == 3


def test_only_the_moves_of_the_tables_exist() -> None:
    for state, to in itertools.product(AwardState, AwardState):
        assert award_may_move(state, to) is (to in AWARD_MOVES[state])
    ended = {AwardState.DECLINED, AwardState.EXPIRED, AwardState.CANCELLED, AwardState.ENDED, AwardState.ELIMINATED}
    assert all(not AWARD_MOVES[state] for state in ended)
    assert not award_may_move(AwardState.RESERVED, AwardState.ACCEPTED)
    assert not decision_may_move(DecisionState.PROPOSED, DecisionState.PUBLISHED)
    assert not DECISION_MOVES[DecisionState.ANNULLED]


def cards(quantity: int, months: int = 12) -> Piece:
    return Piece("gpu", "b200", 0, quantity, months)


@pytest.mark.parametrize(
    ("given", "deep"),
    [(cards(100), False), (cards(80), False), (cards(79), True), (cards(100, 9), True), (cards(0), True), (None, True)],
)
def test_more_than_a_fifth_off_is_a_deep_cut(given: Piece | None, deep: bool) -> None:
    assert is_deep_cut(cards(100), given) is deep


def test_the_panel_may_cut_but_never_add() -> None:
    assert within_ceiling(cards(100), cards(100, 6))
    assert not within_ceiling(cards(100), cards(101))
    assert not within_ceiling(cards(100, 6), cards(50, 7))
    assert not within_ceiling(None, cards(1))
    assert within_ceiling(None, cards(0))


def test_the_table_starts_with_all_above_the_line_and_nothing_below() -> None:
    assert first_advice([cards(5)], 2, 2) == [cards(5)]
    assert first_advice([cards(5)], 3, 2) == [cards(0)]
    assert first_advice([cards(5)], None, 2) == [cards(0)]


def test_only_the_owner_or_the_lead_institutions_representative_answers() -> None:
    stranger = Actor(person_id=7, same_as=frozenset({7}))
    assert may_answer(Actor(person_id=3, same_as=frozenset({3})), 3, 10, set())
    assert may_answer(stranger, 3, 10, {10})
    assert not may_answer(stranger, 3, 10, {11})
    assert not may_answer(stranger, 3, None, {10})
    assert not may_answer(Actor(person_id=None), 3, None, set())
