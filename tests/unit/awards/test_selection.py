"""Rank order by its rule, the best portfolio against enumeration, caps never passed, every difference with a reason."""

from __future__ import annotations

import itertools
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.awards.engine import (
    SKIP,
    STOP,
    Cap,
    Instance,
    LocksBreakCaps,
    best_portfolio,
    differences,
    rank_order,
    scaled,
)
from portal.awards.engine.best import _mended
from tests.factories.portfolios import call, small


def _money(merit: list[int], amount: list[int], limit: int, **locks: frozenset[int]) -> Instance:
    return Instance(merit, [Cap("total", limit, dict(enumerate(amount)), "amount")], **locks)


def _enumerated(instance: Instance) -> Fraction | None:
    """The greatest merit of all lawful sets; None where there is none."""
    size = len(instance.merit)
    sets = (set(chosen) for n in range(size + 1) for chosen in itertools.combinations(range(size), n))
    return max((instance.total(chosen) for chosen in sets if instance.keeps(chosen)), default=None)


# --- rank order ---


def test_the_next_ranked_does_not_fit_but_a_smaller_one_would() -> None:
    instance = _money([9, 8, 7], [60, 50, 40], 100)
    assert rank_order(instance, STOP).chosen == [0]
    assert rank_order(instance, SKIP).chosen == [0, 2]


def test_what_is_locked_in_comes_first_and_what_is_locked_out_is_passed_over() -> None:
    instance = _money([9, 8, 7], [60, 50, 40], 100, lock_in=frozenset({2}), lock_out=frozenset({1}))
    walk = rank_order(instance, STOP)
    assert walk.chosen == [0, 2]
    assert walk.refused == {}


def test_equal_merit_goes_by_the_order_of_the_candidates() -> None:
    assert rank_order(_money([5, 5, 5], [1, 1, 1], 2), STOP).chosen == [0, 1]


def test_where_one_resource_is_used_up_who_asks_for_the_other_still_fits() -> None:
    b200, h200 = Cap("total", 8, {0: 8, 1: 4}, "b200"), Cap("total", 8, {2: 4}, "h200")
    walk = rank_order(Instance([9, 8, 7], [b200, h200]), SKIP)
    assert walk.chosen == [0, 2]
    assert [cap.name for cap in walk.refused[1]] == ["total of b200"]


def test_another_rule_is_refused() -> None:
    with pytest.raises(ValueError, match="stop or skip"):
        rank_order(_money([1], [1], 1), "jump")


# --- the best portfolio ---


@pytest.mark.parametrize("seed", range(60))
def test_the_best_portfolio_is_that_of_enumeration(seed: int) -> None:
    instance = small(seed, 11)
    wanted = _enumerated(instance)
    if wanted is None:
        with pytest.raises(LocksBreakCaps):
            best_portfolio(instance)
        return
    found = best_portfolio(instance)
    assert found.merit == wanted
    assert instance.keeps(found.chosen)
    assert found.bound >= float(wanted)
    assert found.gap < 1e-6


def test_one_won_too_much_is_too_much() -> None:
    """Within the solver's tolerance 3 and 4 fit; in won they do not."""
    billion = 10**12
    instance = _money([5, 5, 6, 6], [billion, billion, billion, billion + 1], 2 * billion)
    found = best_portfolio(instance)
    assert found.chosen == [2, 0]
    assert found.merit == 11


@pytest.mark.parametrize("seed", range(12))
def test_sets_that_miss_by_a_won_are_told_from_those_that_fit(seed: int) -> None:
    """A million million won and a few: below what the solver can tell apart, so that the gap may not close."""
    generator = np.random.default_rng(seed)
    amount = [10**12 + int(a) for a in generator.integers(0, 50, 9)]
    merit = [int(m) for m in generator.integers(90, 110, 9)]
    instance = _money(merit, amount, 4 * 10**12 + int(generator.integers(10, 120)))
    found, wanted = best_portfolio(instance), _enumerated(instance)
    assert wanted is not None
    assert instance.keeps(found.chosen)
    assert found.merit >= wanted * Fraction(95, 100)
    assert float(wanted) <= found.bound + 1e-6


def test_what_passes_a_cap_is_mended() -> None:
    instance = _money([9, 8, 7, 1], [60, 50, 40, 0], 100, lock_in=frozenset({1}))
    assert _mended(instance, {0, 1, 2}) in ({1, 2, 3}, {1, 3})
    assert instance.keeps(_mended(instance, {0, 1, 2}))


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 25))
def test_no_selection_passes_a_cap_or_a_lock(seed: int, size: int) -> None:
    instance = small(seed + 1000, max(size, 3))
    try:
        lists = [rank_order(instance, STOP).chosen, rank_order(instance, SKIP).chosen, best_portfolio(instance).chosen]
    except LocksBreakCaps as error:
        assert all(used > cap.limit for cap, used, _ in error.broken)
        return
    for chosen in lists:
        assert instance.keeps(chosen)
        assert len(set(chosen)) == len(chosen)
    assert instance.total(lists[2]) >= instance.total(lists[1]) - sum(
        (abs(Fraction(m)) for m in instance.merit if m < 0), Fraction(0)
    )


def test_a_large_call_is_solved_within_a_thousandth_of_its_bound() -> None:
    instance = call(1)
    found = best_portfolio(instance)
    assert instance.keeps(found.chosen)
    assert found.merit == instance.total(found.chosen)
    assert float(found.merit) >= 0.999 * found.bound
    assert found.gap <= 1e-3
    assert instance.total(rank_order(instance, SKIP).chosen) < found.merit


def test_the_bound_of_a_large_call_is_no_lower_than_that_of_the_whole_program() -> None:
    instance = call(2, size=1001)
    near = best_portfolio(instance)
    whole = best_portfolio(instance, gap=1e-9, seconds=1)
    assert near.bound >= float(whole.merit) - 1e-6
    assert float(whole.merit) <= near.bound


def test_alike_candidates_are_taken_in_their_order() -> None:
    assert best_portfolio(_money([5, 5, 5, 5], [1, 1, 1, 1], 2)).chosen == [0, 1]


def test_nothing_is_chosen_where_nothing_fits_and_nothing_is_wrong() -> None:
    found = best_portfolio(_money([5, 4], [10, 20], 5))
    assert (found.chosen, found.merit, found.gap) == ([], 0, 0.0)


def test_without_caps_whoever_adds_merit_is_chosen() -> None:
    assert best_portfolio(Instance([3, -1, 0, 2], [])).chosen == [0, 3]


# --- locks ---


def test_locks_that_pass_a_cap_name_it() -> None:
    cap = Cap("per_label_count", 1, {0: 1, 1: 1, 2: 1}, "institution", "한국대")
    with pytest.raises(LocksBreakCaps, match="per_label_count of institution 한국대: 2 of 1") as refused:
        best_portfolio(Instance([1, 2, 3], [cap], frozenset({0, 2})))
    assert refused.value.broken == [(cap, 2, [0, 2])]


def test_a_candidate_cannot_be_locked_in_and_out() -> None:
    with pytest.raises(ValueError, match="in and out"):
        rank_order(_money([1], [1], 1, lock_in=frozenset({0}), lock_out=frozenset({0})))


def test_a_cap_below_zero_is_refused() -> None:
    with pytest.raises(ValueError, match="below 0"):
        Cap("count", -1, {0: 1})


def test_decimals_are_counted_in_whole_units() -> None:
    cap = scaled("total", Fraction("0.3"), {0: Fraction("0.1"), 1: Fraction("0.2"), 2: Fraction("0.01")}, "hours")
    assert (cap.limit, cap.scale) == (30, 100)
    assert best_portfolio(Instance([3, 3, 1], [cap])).chosen == [0, 1]


# --- differences ---


def test_each_difference_tells_the_cap_and_who_took_the_place() -> None:
    instance = _money([9, 8, 7], [100, 50, 50], 100)
    walk, best = rank_order(instance, SKIP), best_portfolio(instance)
    assert (walk.chosen, best.chosen) == ([0], [1, 2])
    found = differences(instance, walk, best)
    assert [(d.candidate, d.there, d.code) for d in found] == [
        (0, "rank_order", "makes_room"), (1, "best", "no_room_in_rank_order"), (2, "best", "no_room_in_rank_order"),
    ]  # fmt: skip
    assert [d.others for d in found] == [[1, 2], [0], [0]]
    assert all(d.caps == [instance.caps[0]] for d in found)


def test_who_comes_after_the_stop_is_told_where_it_stopped() -> None:
    instance = _money([9, 8, 7], [60, 50, 40], 100)
    found = differences(instance, rank_order(instance, STOP), best_portfolio(instance))
    assert [(d.candidate, d.code, d.others) for d in found] == [(2, "after_the_stop", [1])]


@pytest.mark.parametrize("seed", range(40))
@pytest.mark.parametrize("rule", [STOP, SKIP])
def test_every_difference_and_nothing_else_is_named(seed: int, rule: str) -> None:
    instance = small(seed)
    try:
        walk, best = rank_order(instance, rule), best_portfolio(instance)
    except LocksBreakCaps:
        return
    found = differences(instance, walk, best)
    assert {d.candidate for d in found} == set(walk.chosen) ^ set(best.chosen)
    for d in found:
        assert d.candidate in (walk.chosen if d.there == "rank_order" else best.chosen)
        assert d.code == "no_merit" or (d.caps and d.others)
