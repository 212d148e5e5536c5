"""Exact means, ties by the stated criteria, the same order whatever the order of the input."""

from __future__ import annotations

import random
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.platform.formats import number
from portal.ranking import rules
from portal.ranking.rules import Mark

CRITERIA = ["tech", "plan"]


def _marks(entry: str, *points: tuple[int, int]) -> list[Mark]:
    return [Mark(entry, int(entry[1:]), f"P{i}", {"tech": t, "plan": p}) for i, (t, p) in enumerate(points)]


def _ranked(marks: list[Mark], ties: list[str] | None = None, more: list[str] | None = None) -> list[rules.Ranked]:
    entries = sorted({m.entry for m in marks} | set(more or []))
    return rules.rank([(e, int(e[1:])) for e in entries], marks, CRITERIA, ties if ties is not None else [])


def test_the_mean_is_an_exact_fraction() -> None:
    (row,) = _ranked(_marks("e1", (50, 30), (50, 30), (50, 29)))
    assert row.mean == Fraction(239, 3)
    assert row.by_criterion == {"tech": Fraction(50), "plan": Fraction(89, 3)}


def test_a_mean_of_79_995_is_never_ranked_as_80_00() -> None:
    almost = [(50, 30)] * 199 + [(50, 29)]  # 200 reviewers: 15,999 / 200 = 79.995
    rows = _ranked(_marks("e1", *almost) + _marks("e2", (50, 30)))
    assert [r.entry for r in rows] == ["e2", "e1"]
    assert [r.rank for r in rows] == [1, 2]
    assert not any(r.tie for r in rows)
    assert rows[1].mean == Fraction(79995, 1000)
    assert number(rows[1].mean, 2) == number(Fraction(80), 2) == "80.00"  # shown alike, ranked apart


def test_floats_would_have_tied_what_fractions_do_not() -> None:
    big = 10**17
    rows = rules.rank(
        [("e1", 1), ("e2", 2)], [Mark("e1", 1, "P", {"tech": big}), Mark("e2", 2, "P", {"tech": big + 1})], ["tech"], []
    )
    assert float(big) == float(big + 1)
    assert [r.entry for r in rows] == ["e2", "e1"]


def test_a_tie_is_separated_by_the_stated_criterion() -> None:
    rows = _ranked(_marks("e1", (40, 40)) + _marks("e2", (50, 30)), ties=["tech"])
    assert [(r.entry, r.rank, r.tie) for r in rows] == [("e2", 1, False), ("e1", 2, False)]


def test_what_is_equal_to_the_last_criterion_shares_its_rank_and_is_named() -> None:
    rows = _ranked(_marks("e1", (50, 30)) + _marks("e2", (50, 30)) + _marks("e3", (10, 10)), ties=["tech", "plan"])
    assert [(r.rank, r.tie) for r in rows] == [(1, True), (1, True), (3, False)]


def test_a_tie_at_the_line_is_told_and_one_beside_it_is_not() -> None:
    assert rules.tie_at_the_line([1, 2, 2, 4], 2)
    assert not rules.tie_at_the_line([1, 1, 3, 4], 2)
    assert not rules.tie_at_the_line([1, 2], 2)
    assert not rules.tie_at_the_line([1, 2], 0)


def test_the_minimum_is_compared_exactly_and_binds_only_where_there_is_one() -> None:
    assert rules.under_minimum(Fraction(79995, 1000), 80)
    assert not rules.under_minimum(Fraction(80), 80)
    assert not rules.under_minimum(Fraction(0), None)
    assert not rules.under_minimum(None, 80)  # nothing was measured, which is told as such


def test_an_entry_without_a_review_stands_last_without_a_mean() -> None:
    rows = _ranked(_marks("e1", (0, 0)), more=["e0", "e2"])
    assert [(r.entry, r.mean is None, r.tie) for r in rows] == [
        ("e1", False, False), ("e0", True, False), ("e2", True, False),
    ]  # fmt: skip


def test_spread_is_the_mean_distance_from_the_mean() -> None:
    assert rules.spread([70, 80, 90]) == Fraction(20, 3)
    assert rules.spread([70]) == 0


def test_the_standard_error_is_for_the_picture_only() -> None:
    assert rules.standard_error([70, 80, 90]) == pytest.approx(5.7735, abs=1e-4)
    assert rules.standard_error([70]) == 0.0


def test_a_fraction_survives_its_text() -> None:
    assert rules.from_text(rules.as_text(Fraction(239, 3))) == Fraction(239, 3)
    assert rules.from_text(rules.as_text(None)) is None


points = st.tuples(st.integers(0, 60), st.integers(0, 40))
tables = st.dictionaries(
    st.sampled_from([f"e{i}" for i in range(8)]), st.lists(points, min_size=0, max_size=4), min_size=1, max_size=8
)


@given(tables, st.randoms(use_true_random=False))
def test_the_ranking_does_not_depend_on_the_order_of_the_input(
    table: dict[str, list[tuple[int, int]]], rng: random.Random
) -> None:
    entries = [(entry, int(entry[1:])) for entry in table]
    marks = [mark for entry, given_ in table.items() for mark in _marks(entry, *given_)]
    first = rules.digest(rules.as_rows(rules.rank(entries, marks, CRITERIA, ["tech"])))
    rng.shuffle(entries)
    rng.shuffle(marks)
    assert rules.digest(rules.as_rows(rules.rank(entries, marks, CRITERIA, ["tech"]))) == first


@given(tables)
def test_a_better_mean_never_stands_behind_a_worse_one(table: dict[str, list[tuple[int, int]]]) -> None:
    marks = [mark for entry, given_ in table.items() for mark in _marks(entry, *given_)]
    rows = _ranked(marks, ties=["tech"], more=list(table))
    means = [r.mean for r in rows if r.mean is not None]
    assert means == sorted(means, reverse=True)
    assert [r.mean is None for r in rows] == sorted(r.mean is None for r in rows)
    for one, other in pairwise(rows):
        equal = (one.mean, _tech(one)) == (other.mean, _tech(other))
        assert (one.rank == other.rank) == equal
        assert not (equal and one.mean is not None) or (one.tie and other.tie)


def _tech(row: rules.Ranked) -> Fraction | None:
    return row.by_criterion.get("tech")


# --- what decides (DOMAIN 6.3 no. 2): trimming, lanes, adjustments ---


def _totals(*totals: int) -> list[tuple[int, int]]:
    return [(total, 0) for total in totals]


TRIMMED = rules.Rule("trimmed", 5, 100, 100)


def _by(rule: rules.Rule, *rows: list[Mark], beside: dict[str, rules.Beside] | None = None) -> list[rules.Ranked]:
    marks = [mark for row in rows for mark in row]
    entries = sorted({m.entry for m in marks})
    return rules.rank([(e, int(e[1:])) for e in entries], marks, CRITERIA, [], rule, beside)


def test_trimming_changes_the_order_of_two() -> None:
    generous, steady = _marks("e1", *_totals(70, 70, 70, 70, 100)), _marks("e2", *_totals(74, 74, 74, 74, 74))
    assert [r.entry for r in _by(rules.PLAIN, generous, steady)] == ["e1", "e2"]
    assert [(r.entry, r.mean) for r in _by(TRIMMED, generous, steady)] == [("e2", Fraction(74)), ("e1", Fraction(70))]


def test_of_two_identical_maxima_one_is_left_out() -> None:
    assert rules.trimmed([60, 70, 80, 90, 90], 5) == Fraction(240, 3)


def test_four_totals_are_not_trimmed() -> None:
    (row,) = _by(TRIMMED, _marks("e1", *_totals(10, 70, 70, 70)))
    assert row.mean == Fraction(220, 4)


def test_a_reviewer_who_withdraws_late_leaves_four_of_five_and_nothing_is_trimmed() -> None:
    five = _marks("e1", *_totals(10, 70, 70, 70, 100))
    assert _by(TRIMMED, five)[0].mean == 70
    assert _by(TRIMMED, five[:-1])[0].mean == Fraction(220, 4)


def test_of_three_totals_the_middle_one_stays_where_the_call_says_three() -> None:
    assert rules.trimmed([10, 20, 90], 3) == 20
    assert rules.trimmed([10, 90], 3) == 50


LANES = rules.Rule("raw", 5, 100, 35, {"bench": ["nia", "global"], "users": ["votes"]})


def test_the_reviewers_part_is_scaled_to_its_points_exactly_and_lanes_are_added() -> None:
    measured = {"nia": Fraction(7), "global": Fraction(133, 10), "votes": Fraction(25)}
    (row,) = _by(LANES, _marks("e1", *_totals(80, 81, 81)), beside={"e1": rules.Beside(measured)})
    assert row.reviews == Fraction(242, 3) * 35 / 100
    assert row.lanes == {"bench": Fraction(203, 10), "users": Fraction(25)}
    assert row.mean == row.reviews + Fraction(453, 10)


def test_whoever_is_not_measured_in_every_part_stands_last_without_a_total() -> None:
    beside = {
        "e1": rules.Beside({"nia": Fraction(7)}),
        "e2": rules.Beside(dict.fromkeys(("nia", "global", "votes"), Fraction(0))),
    }
    rows = _by(LANES, _marks("e1", (60, 40)), _marks("e2", (0, 1)), beside=beside)
    assert [(r.entry, r.mean is None) for r in rows] == [("e2", False), ("e1", True)]


def test_bonus_and_penalty_points_are_added_whole() -> None:
    beside = {"e1": rules.Beside(adjusted={"open": 3, "abandoned": -5}), "e2": rules.Beside()}
    rows = _by(rules.PLAIN, _marks("e1", (50, 31)), _marks("e2", (50, 30)), beside=beside)
    assert [(r.entry, r.mean) for r in rows] == [("e2", Fraction(80)), ("e1", Fraction(79))]


def test_calibrated_scores_decide_only_where_the_rule_says_so() -> None:
    marks = _marks("e1", (50, 30)) + _marks("e2", (50, 20))
    scores = {"e1": Fraction(70), "e2": Fraction(75)}
    plain = rules.rank([("e1", 1), ("e2", 2)], marks, CRITERIA, [], rules.PLAIN, None, scores)
    ruled = rules.rank([("e1", 1), ("e2", 2)], marks, CRITERIA, [], rules.Rule("calibrated", 5, 80, 80), None, scores)
    assert [r.entry for r in plain] == ["e1", "e2"] and [r.entry for r in ruled] == ["e2", "e1"]


def test_a_single_applicant_is_first() -> None:
    (row,) = _ranked(_marks("e1", (1, 1)))
    assert (row.rank, row.tie) == (1, False)


def test_a_run_without_a_rule_replays_as_before_and_one_with_a_rule_by_its_rule() -> None:
    inputs = {
        "entries": [["e1", 1]], "criteria": CRITERIA, "ties": [],
        "marks": [["e1", 1, f"P{n}", {"tech": t, "plan": 0}, "r", n] for n, t in enumerate((10, 70, 70, 70, 100))],
    }  # fmt: skip
    assert "lanes" not in rules.replay(inputs)[0]
    ruled = inputs | {"rule": TRIMMED.as_json(), "measured": [], "adjusted": [["e1", "open", 2]]}
    assert rules.replay(ruled)[0]["mean"] == "72/1" and rules.replay(ruled)[0]["adjusted"] == {"open": 2}
