"""The assignment keeps every rule, fills what can be filled, is the best there is, and repeats itself.

Small instances are compared with every assignment tried, larger ones with a plain mixed-integer program.
"""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array, lil_array, vstack

from portal.routing.engine import Problem, Solution, pricing
from portal.routing.engine.assign import solve
from portal.routing.engine.explain import explain
from tests.factories.instances import clustered


def made(seed: int, applications: int, reviewers: int, *, rules: bool = True) -> Problem:
    """An instance with every rule, drawn from the seed; some of them cannot be filled."""
    rng = np.random.default_rng(seed)
    kind = rng.integers(-1, 2, reviewers)
    kind_min = rng.integers(0, 2, (applications, 2))
    demand = np.maximum(rng.integers(0, 4, applications), kind_min.sum(axis=1))
    problem = Problem(
        rng.random((applications, reviewers), dtype=np.float32),
        rng.random((applications, reviewers)) < rng.choice([0.0, 0.2, 0.5]),
        demand, rng.integers(0, 4, reviewers), seed=int(rng.integers(5)),
    )  # fmt: skip
    if not rules:
        return problem
    locked = np.argwhere(rng.random((applications, reviewers)) > 0.93)
    apart = np.stack([rng.integers(0, n, 3) for n in (applications, reviewers, applications, reviewers)], axis=1)
    return replace(
        problem, load_min=np.minimum(rng.integers(0, 2, reviewers), problem.capacity), locked=locked, kind=kind,
        kind_min=kind_min, institution=rng.integers(-1, max(1, reviewers // 2), reviewers), apart=apart,
    )  # fmt: skip


def breaches(problem: Problem, pairs: np.ndarray) -> list[str]:
    """Every rule that the pairs break."""
    found, chosen = [], np.zeros(problem.shape, dtype=bool)
    chosen[pairs[:, 0], pairs[:, 1]] = True
    if len({(p, r) for p, r in pairs.tolist()}) < len(pairs):
        found.append("a pair twice")
    if (chosen & problem.barred).any():
        found.append("conflict")
    if (chosen.sum(axis=0) > problem.capacity).any():
        found.append("capacity")
    if (chosen.sum(axis=1) > problem.demand).any():
        found.append("demand")
    if problem.institution is not None:
        for institution in np.unique(problem.institution[problem.institution >= 0]):
            if (chosen[:, problem.institution == institution].sum(axis=1) > 1).any():
                found.append("institution")
    if problem.apart is not None and any(
        chosen[p, r] and chosen[q, s] for p, r, q, s in problem.apart if (p, r) != (q, s)
    ):
        found.append("apart")
    return found


def kinds_missing(problem: Problem, pairs: np.ndarray, p: int) -> int:
    """Seats of application p that its kinds still need."""
    assert problem.kind is not None and problem.kind_min is not None
    got = problem.kind[pairs[pairs[:, 0] == p, 1]]
    return sum(max(0, int(least) - int((got == k).sum())) for k, least in enumerate(problem.kind_min[p]))


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 1_000_000), st.integers(1, 12), st.integers(1, 9))
def test_no_rule_is_ever_broken_and_every_empty_seat_is_told(seed: int, applications: int, reviewers: int) -> None:
    problem = made(seed, applications, reviewers)
    found = solve(problem, "auto" if seed % 2 else None)
    assert breaches(problem, found.pairs) == []
    missing = np.zeros(applications, dtype=int)
    for one in found.unfilled:
        missing[one.entry] += one.missing
    got = np.bincount(found.pairs[:, 0], minlength=applications)
    assert (got + missing == problem.demand).all()
    for p in range(applications):
        assert kinds_missing(problem, found.pairs, p) <= missing[p]
    stand = {(p, r) for p, r in found.pairs.tolist()}
    refused = {(one.entry, one.reviewer) for one in found.refused}
    assert {(p, r) for p, r in problem.locked.tolist()} <= stand | refused


def _every_assignment(problem: Problem) -> tuple[int, float]:
    """(most seats filled, greatest total among those) over every lawful assignment."""
    options = []
    for row in range(problem.shape[0]):
        lawful = np.flatnonzero(~problem.barred[row])
        ways = [c for n in range(int(problem.demand[row]) + 1) for c in itertools.combinations(lawful, n)]
        options.append([way for way in ways if _fits(problem, row, way)])
    best = (0, 0.0)
    scaled = np.rint(problem.affinity.astype(float) * 1e6)

    def go(row: int, room: np.ndarray, filled: int, total: float) -> None:
        nonlocal best
        if row == len(options):
            best = max(best, (filled, total))
            return
        for way in options[row]:
            used = list(way)
            if (room[used] > 0).all():
                left = room.copy()
                left[used] -= 1
                go(row + 1, left, filled + len(way), total + scaled[row, used].sum())

    go(0, problem.capacity.copy(), 0, 0.0)
    return best[0], best[1] / 1e6


def _fits(problem: Problem, row: int, way: tuple[int, ...]) -> bool:
    if problem.institution is not None:
        of = [int(problem.institution[r]) for r in way if problem.institution[r] >= 0]
        if len(of) > len(set(of)):
            return False
    if problem.kind is None or problem.kind_min is None:
        return True
    missing = sum(max(0, int(m) - sum(problem.kind[r] == k for r in way)) for k, m in enumerate(problem.kind_min[row]))
    return missing + len(way) <= problem.demand[row]  # a seat kept for a kind stays empty rather than go to another


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 1_000_000), st.booleans())
def test_small_instances_are_as_good_as_every_assignment_tried(seed: int, rules: bool) -> None:
    rng = np.random.default_rng(seed)
    problem = made(seed, int(rng.integers(1, 6)), int(rng.integers(1, 6)), rules=rules)
    problem = replace(problem, locked=np.zeros((0, 2), dtype=int), load_min=None, apart=None)
    found = solve(problem)
    scaled = np.rint(problem.affinity.astype(float) * 1e6)[found.pairs[:, 0], found.pairs[:, 1]].sum() / 1e6
    filled, total = _every_assignment(problem)
    assert len(found.pairs) == filled
    assert scaled == pytest.approx(total, abs=2e-6 * (filled + 1) if rules else 1e-9)
    assert found.gap <= 1e-3 if rules else found.gap == 0


def _by_program(problem: Problem, least: float = 0.0) -> float:
    """The greatest total of a plain program with every rule, all seats filled."""
    (p, r), cells = problem.shape, np.argwhere(~problem.barred)
    gain, parts, low, high = problem.affinity[cells[:, 0], cells[:, 1]].astype(float), [], [], []

    def rows(of: np.ndarray, count: int, low_: np.ndarray, high_: np.ndarray, values: np.ndarray | None = None) -> None:
        kept = np.flatnonzero(of >= 0)
        data = np.ones(len(kept)) if values is None else values[kept]
        parts.append(csr_array((data, (of[kept], kept)), shape=(count, len(cells))))
        low.append(np.broadcast_to(low_, count).astype(float))
        high.append(np.broadcast_to(high_, count).astype(float))

    rows(cells[:, 0], p, problem.demand, problem.demand)
    rows(cells[:, 1], r, problem.load_min if problem.load_min is not None else np.zeros(r), problem.capacity)
    rows(cells[:, 0], p, np.full(p, least), np.full(p, np.inf), gain)
    if problem.kind is not None and problem.kind_min is not None:
        for k in range(problem.kind_min.shape[1]):
            rows(
                np.where(problem.kind[cells[:, 1]] == k, cells[:, 0], -1), p, problem.kind_min[:, k], np.full(p, np.inf)
            )
    if problem.institution is not None:
        width = int(problem.institution.max()) + 1
        of = problem.institution[cells[:, 1]]
        rows(np.where(of >= 0, cells[:, 0] * width + of, -1), p * width, np.zeros(1), np.ones(1))
    if problem.apart is not None:
        both = lil_array((len(problem.apart), len(cells)))
        place = {(a, b): n for n, (a, b) in enumerate(cells.tolist())}
        for n, (a, b, c, d) in enumerate(problem.apart.tolist()):
            for pair in ((a, b), (c, d)):
                if pair in place:
                    both[n, place[pair]] = 1
        parts.append(csr_array(both))
        low.append(np.zeros(len(problem.apart)))
        high.append(np.ones(len(problem.apart)))
    constraint = LinearConstraint(vstack(parts, "csr"), np.concatenate(low), np.concatenate(high))
    result = milp(-gain, integrality=np.ones(len(cells)), bounds=Bounds(0, 1), constraints=constraint)
    assert result.x is not None
    return float(gain[result.x > 0.5].sum())


@pytest.mark.parametrize("seed", range(3))
def test_a_middling_instance_is_as_good_as_a_plain_program(seed: int) -> None:
    problem = clustered(120, 60, seed=seed)
    found = solve(problem)
    assert found.gap == 0 and not found.unfilled
    assert found.total == pytest.approx(_by_program(problem), rel=1e-6)


@pytest.mark.parametrize("seed", range(3))
def test_with_every_rule_it_is_within_half_a_percent_of_a_plain_program(seed: int) -> None:
    rng = np.random.default_rng(seed)
    problem = clustered(100, 60, seed=seed, load=8)
    problem = replace(
        problem, load_min=np.full(60, 2), kind=np.arange(60) % 3, kind_min=np.tile([1, 1, 0], (100, 1)),
        institution=rng.integers(0, 12, 60),
        apart=np.stack([rng.integers(0, 100, 40), rng.integers(0, 60, 40), rng.integers(0, 100, 40), rng.integers(0, 60, 40)], axis=1),
    )  # fmt: skip
    found, best = solve(problem), _by_program(problem)
    assert not found.unfilled and not found.short and breaches(problem, found.pairs) == []
    assert found.total >= 0.995 * best
    assert found.bound >= best - 1e-3


@pytest.mark.parametrize("rules", ["plain", "kinds", "institutions"])
def test_pairs_that_the_flow_was_not_given_are_found_by_their_price(
    rules: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = np.random.default_rng(7)
    problem = clustered(150, 80, seed=1, load=6)
    if rules == "kinds":
        problem = replace(problem, kind=rng.integers(0, 2, 80), kind_min=np.tile([1, 1], (150, 1)))
    if rules == "institutions":
        problem = replace(problem, institution=rng.integers(-1, 10, 80))
    whole = solve(problem)
    monkeypatch.setattr(pricing, "EVERY_CELL", 0)
    monkeypatch.setattr(pricing, "NEAREST", 3)
    monkeypatch.setattr(pricing, "MARGIN", 0.0)
    priced = solve(problem)
    assert priced.rounds > 1
    assert priced.gap == 0 and whole.gap == 0
    assert priced.total == pytest.approx(whole.total, abs=1e-3)


def test_the_sum_of_the_prices_proves_the_total() -> None:
    problem = clustered(150, 80, seed=2)
    found = solve(problem)
    scaled = np.rint(problem.affinity.astype(float) * 1e6) / 1e6
    worth = np.where(problem.barred, -np.inf, scaled - found.prices)
    bound = np.sort(worth, axis=1)[:, -3:].sum() + (problem.capacity * found.prices).sum()
    assert bound == pytest.approx(scaled[found.pairs[:, 0], found.pairs[:, 1]].sum(), abs=1e-9)


@pytest.mark.parametrize(("size", "seed"), [((118, 177, 3), 4), ((300, 150, 7), 3)])
def test_the_floor_is_lifted_to_its_bound_at_a_small_price(size: tuple[int, int, int], seed: int) -> None:
    """The shape of a small conference, and one too large for a program."""
    problem = clustered(size[0], size[1], seed=seed, load=size[2], conflicts=0.05)
    plain, level = solve(problem), solve(problem, "auto")
    assert plain.gap == 0 and plain.floor < level.floor
    assert level.floor == pytest.approx(level.floor_bound, abs=1e-6)
    assert level.total >= 0.999 * plain.total
    assert level.bound == pytest.approx(plain.total, abs=1e-3)


def test_where_capacity_is_short_the_floor_is_lifted_within_one_percent_of_the_total() -> None:
    problem = clustered(30, 45, seed=3, load=2, conflicts=0.05)
    plain, level = solve(problem), solve(problem, "auto")
    assert level.floor_bound is not None
    assert plain.floor + 0.5 * (level.floor_bound - plain.floor) <= level.floor <= level.floor_bound
    assert level.total >= 0.99 * plain.total


def test_a_floor_that_cannot_be_had_is_told_by_its_bound() -> None:
    problem = clustered(40, 30, seed=3)
    found = solve(problem, 99.0)
    assert found.floor_bound is not None and found.floor <= found.floor_bound < 99


def test_after_a_decline_the_answer_is_that_of_a_new_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pricing, "EVERY_CELL", 0)
    problem = clustered(150, 80, seed=4)
    first = solve(problem)
    barred = problem.barred.copy()
    barred[tuple(first.pairs[0])] = True
    again = replace(problem, barred=barred)
    assert solve(again, known=first.arcs).total == pytest.approx(solve(again).total, abs=1e-6)


def _same(one: Solution, other: Solution) -> bool:
    return bool(np.array_equal(one.pairs, other.pairs)) and one.total == other.total


def test_a_seed_gives_one_answer() -> None:
    flat = Problem(np.zeros((15, 7)), np.zeros((15, 7), dtype=bool), np.full(15, 3), np.full(7, 20), seed=4)
    assert _same(solve(flat), solve(flat))
    assert any(not _same(solve(flat), solve(replace(flat, seed=seed))) for seed in range(5, 9))


def test_nobody_is_given_more_than_the_share_where_others_can_take_it() -> None:
    near = np.zeros((12, 4))
    near[:, 0] = 1.0
    problem = Problem(near, np.zeros((12, 4), dtype=bool), np.full(12, 1), np.full(4, 12), share=np.full(4, 3))
    assert np.bincount(solve(problem).pairs[:, 1]).tolist() == [3, 3, 3, 3]
    barred = np.zeros((12, 4), dtype=bool)
    barred[:, 2:] = True
    assert np.bincount(solve(replace(problem, barred=barred)).pairs[:, 1], minlength=4)[:2].tolist() == [9, 3]


def test_reasons_are_told_apart() -> None:
    barred = np.array([[False, True, True], [False, False, False]])
    found = solve(Problem(np.zeros((2, 3)), barred, np.array([2, 3]), np.array([1, 1, 1])))
    assert {u.entry: u.reason for u in found.unfilled} == {0: "conflicts", 1: "capacity"}
    kinds = Problem(
        np.zeros((2, 4)), np.array([[False] * 4, [True, False, False, False]]), np.array([2, 2]), np.full(4, 4),
        kind=np.array([0, -1, -1, -1]), kind_min=np.ones((2, 1), dtype=int),
    )  # fmt: skip
    assert [(u.entry, u.missing, u.reason) for u in solve(kinds).unfilled] == [(1, 1, "kind:0")]
    house = Problem(
        np.zeros((1, 3)), np.zeros((1, 3), dtype=bool), np.array([2]), np.full(3, 4), institution=np.zeros(3, dtype=int)
    )
    assert [(u.missing, u.reason) for u in solve(house).unfilled] == [(1, "institution")]


def test_a_lock_that_breaks_a_rule_is_refused_with_its_reason() -> None:
    barred = np.zeros((2, 3), dtype=bool)
    barred[0, 0] = True
    locked = np.array([[0, 0], [0, 1], [0, 2], [1, 1]])
    problem = Problem(
        np.zeros((2, 3)), barred, np.array([1, 1]), np.array([1, 1, 1]), locked=locked,
    )  # fmt: skip
    found = solve(problem)
    assert [(one.entry, one.reviewer, one.reason) for one in found.refused] == [
        (0, 0, "conflicts"), (0, 2, "demand"), (1, 1, "capacity"),
    ]  # fmt: skip
    assert [0, 1] in found.pairs.tolist()


def test_more_kinds_than_seats_contradict_themselves() -> None:
    with pytest.raises(ValueError, match="application 0"):
        solve(
            Problem(
                np.zeros((1, 2)), np.zeros((1, 2), dtype=bool), np.array([1]), np.array([1, 1]),
                kind=np.array([0, 1]), kind_min=np.array([[1, 1]]),
            )
        )  # fmt: skip


def test_nothing_to_assign_is_no_error() -> None:
    empty = Problem(np.zeros((0, 2)), np.zeros((0, 2), dtype=bool), np.zeros(0, dtype=int), np.array([1, 1]))
    assert solve(empty, "auto").unfilled == []


@pytest.mark.parametrize("seed", range(3))
def test_a_pair_is_explained_by_its_rank_and_what_the_best_alternative_would_cost(seed: int) -> None:
    problem = clustered(30, 15, seed=seed, load=7)
    found = solve(problem)
    for (p, r), told in list(zip(found.pairs.tolist(), explain(problem, found), strict=True))[::9]:
        lawful = problem.affinity[p][~problem.barred[p]]
        assert (told.rank, told.free) == (int((lawful > problem.affinity[p, r]).sum()) + 1, len(lawful))
        barred = problem.barred.copy()
        barred[p, r] = True
        assert told.cost == pytest.approx(found.total - solve(replace(problem, barred=barred)).total, abs=1e-5)
