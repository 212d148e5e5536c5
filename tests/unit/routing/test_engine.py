"""The assignment never breaks a bar or a capacity, is balanced where nothing hinders, and repeats itself."""

from __future__ import annotations

import itertools

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.routing.engine import Problem, Solution, solve


@st.composite
def problems(draw: st.DrawFn) -> Problem:
    entries, reviewers = draw(st.integers(1, 8)), draw(st.integers(1, 6))
    rng = np.random.default_rng(draw(st.integers(0, 10_000)))
    allowed = rng.random((entries, reviewers)) > draw(st.sampled_from([0.0, 0.2, 0.6]))
    kept = allowed & (rng.random((entries, reviewers)) > 0.9)
    return Problem(
        rng.integers(0, 1_000_000, (entries, reviewers)), allowed, rng.integers(0, 4, entries),
        rng.integers(0, 6, reviewers), kept, seed=draw(st.integers(0, 5)),
    )  # fmt: skip


def _kept(problem: Problem) -> np.ndarray:
    assert problem.kept is not None
    return problem.kept


@settings(max_examples=150, deadline=None)
@given(problems())
def test_no_bar_no_capacity_and_no_demand_is_ever_broken(problem: Problem) -> None:
    found, kept = solve(problem), _kept(problem)
    assert not (found.chosen & ~problem.allowed).any()
    assert not (found.chosen & kept).any()
    new = found.chosen.sum(axis=0)
    assert (new <= np.maximum(problem.capacity - kept.sum(axis=0), 0)).all()
    assert (found.load == new + kept.sum(axis=0)).all()
    assert (found.chosen.sum(axis=1) <= np.maximum(problem.demand - kept.sum(axis=1), 0)).all()


@settings(max_examples=150, deadline=None)
@given(problems())
def test_every_missing_review_is_reported_with_its_reason(problem: Problem) -> None:
    found, kept = solve(problem), _kept(problem)
    short = np.maximum(problem.demand - kept.sum(axis=1) - found.chosen.sum(axis=1), 0)
    told = np.zeros_like(short)
    for u in found.unfilled:
        told[u.entry] += u.missing
        assert u.reason in ("conflicts", "capacity")
    assert (told == short).all()


def _most(problem: Problem) -> int:
    """The most reviews any assignment can give, by trying every one (tiny instances)."""
    cells = list(zip(*np.nonzero(problem.allowed), strict=True))
    for size in range(min(len(cells), int(problem.demand.sum())), 0, -1):
        for chosen in itertools.combinations(cells, size):
            rows = np.bincount([e for e, _ in chosen], minlength=len(problem.demand))
            columns = np.bincount([r for _, r in chosen], minlength=len(problem.capacity))
            if (rows <= problem.demand).all() and (columns <= problem.capacity).all():
                return size
    return 0


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000))
def test_nothing_stays_unfilled_that_an_exchange_could_fill(seed: int) -> None:
    rng = np.random.default_rng(seed)
    problem = Problem(
        rng.integers(0, 1_000_000, (3, 3)), rng.random((3, 3)) > 0.35, rng.integers(0, 3, 3), rng.integers(0, 3, 3)
    )
    assert int(solve(problem).chosen.sum()) == _most(problem)


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 12), st.integers(1, 7), st.integers(0, 1000))
def test_loads_differ_by_at_most_one_when_nothing_hinders(entries: int, reviewers: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    problem = Problem(
        rng.integers(0, 1_000_000, (entries, reviewers)), np.ones((entries, reviewers), dtype=bool),
        np.full(entries, min(3, reviewers)), np.full(reviewers, 100), seed=seed,
    )  # fmt: skip
    found = solve(problem)
    assert int(found.load.max() - found.load.min()) <= 1
    assert found.unfilled == []


def _same(one: Solution, other: Solution) -> bool:
    return bool((one.chosen == other.chosen).all()) and one.affinity == other.affinity


def test_a_seed_gives_one_answer() -> None:
    flat = Problem(
        np.zeros((15, 7), dtype=np.int64), np.ones((15, 7), dtype=bool), np.full(15, 3), np.full(7, 20), seed=4
    )
    assert _same(solve(flat), solve(flat))
    other = Problem(flat.affinity, flat.allowed, flat.demand, flat.capacity, seed=5)
    assert not (solve(flat).chosen == solve(other).chosen).all()


def test_among_balanced_assignments_the_nearest_are_chosen() -> None:
    near = np.array([[900_000, 100_000], [100_000, 900_000]])
    found = solve(Problem(near, np.ones((2, 2), dtype=bool), np.ones(2, dtype=int), np.full(2, 2)))
    assert found.chosen.tolist() == [[True, False], [False, True]]
    assert found.affinity == 1_800_000


def test_too_many_conflicts_and_too_little_capacity_are_told_apart() -> None:
    allowed = np.array([[True, False, False], [True, True, True]])
    found = solve(Problem(np.zeros((2, 3), dtype=np.int64), allowed, np.array([2, 3]), np.array([1, 1, 1])))
    reasons = {u.entry: u.reason for u in found.unfilled}
    assert reasons == {0: "conflicts", 1: "capacity"}


def test_each_entry_gets_its_least_of_a_kind_or_it_is_told() -> None:
    allowed = np.ones((2, 4), dtype=bool)
    allowed[1, 0] = False
    foreign = np.array([True, False, False, False])
    found = solve(
        Problem(
            np.zeros((2, 4), dtype=np.int64), allowed, np.array([2, 2]), np.full(4, 4), kinds={"foreign": (foreign, 1)}
        )
    )
    assert found.chosen[0, 0]
    assert [(u.entry, u.reason) for u in found.unfilled] == [(1, "kind:foreign")]
    assert found.chosen.sum(axis=1).tolist() == [2, 2]


def test_pairs_that_stand_already_are_kept_and_counted() -> None:
    kept = np.array([[True, False], [False, False]])
    found = solve(
        Problem(np.zeros((2, 2), dtype=np.int64), np.ones((2, 2), dtype=bool), np.array([1, 1]), np.array([2, 2]), kept)
    )
    assert found.chosen.tolist() == [[False, False], [False, True]]
    assert found.load.tolist() == [1, 1]


def test_nothing_to_assign_is_no_error() -> None:
    empty = Problem(
        np.zeros((0, 2), dtype=np.int64), np.zeros((0, 2), dtype=bool), np.zeros(0, dtype=int), np.array([1, 1])
    )
    assert solve(empty).unfilled == []
