"""Quorum and votes."""

from __future__ import annotations

from itertools import product

import pytest

from portal.reviews import rules


@pytest.mark.parametrize(("present", "members", "quorum", "held"), [
    (5, 9, 50, True), (4, 8, 50, False), (5, 8, 50, True), (0, 0, 50, False), (1, 9, 0, True), (6, 9, 66, True),
])  # fmt: skip
def test_a_quorum_is_more_than_the_share(present: int, members: int, quorum: int, held: bool) -> None:
    assert rules.has_quorum(present, members, quorum) is held


def test_a_question_is_carried_by_more_than_half_of_those_present() -> None:
    for yes, no, entitled in product(range(6), range(6), range(1, 11)):
        if yes + no <= entitled:
            outcome = rules.outcome_of({rules.YES: yes, rules.NO: no}, ["a"], entitled)
            assert (outcome == rules.CARRIED) == (yes > entitled - yes)


def test_an_abstention_counts_against_nobody_and_for_nobody() -> None:
    assert rules.outcome_of({rules.YES: 3, rules.ABSTAIN: 3}, [], 6) == rules.LOST
    assert rules.outcome_of({rules.YES: 4, rules.ABSTAIN: 2}, [], 6) == rules.CARRIED


def test_a_choice_needs_a_majority_and_may_fall_on_nobody() -> None:
    two = ["a", "b"]
    assert rules.choices_of(two) == ("a", "b", rules.NOBODY, rules.ABSTAIN)
    assert rules.outcome_of({"a": 4, "b": 2}, two, 7) == "a"
    assert rules.outcome_of({"a": 3, "b": 3}, two, 6) == rules.LOST  # a tie is no majority
    assert rules.outcome_of({rules.NOBODY: 4, "a": 2}, two, 7) == rules.NOBODY
    assert rules.outcome_of({rules.ABSTAIN: 6}, two, 6) == rules.LOST
