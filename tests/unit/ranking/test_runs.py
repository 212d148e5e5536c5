"""What calibration says about a frozen run: rounded, the same in whatever order it is given, old runs as they were."""

from __future__ import annotations

import copy
import random
import subprocess
import sys
from typing import Any

import pytest

from portal.ranking import rules
from portal.ranking.engine.runs import calibration_of
from tests.factories.panels import harsh

FIRST = {  # stored before there was calibration
    "rules": "r", "stage": "paper", "criteria": ["tech", "plan"], "ties": ["tech"], "entries": [["e1", 1], ["e2", 2]],
    "marks": [["e1", 1, "P7", {"tech": 50, "plan": 30}, "0" * 64], ["e2", 2, "P3", {"tech": 40, "plan": 31}, "0" * 64]],
}  # fmt: skip
FIRST_INPUTS = "718059b6b59bd63c85593e4de0853feaa6bdd9e48aa78ae78d3d559ab92490ea"
FIRST_RESULT = "7052934e18f08a8de8048c1d8d038af814758360cc485cc620529e37fd74c318"


def inputs(marks: list[tuple[int, int, int]], inside: int = 2, entries: int = 0) -> dict[str, Any]:
    """`marks` are (entry, reviewer, points)."""
    count = max(entries, max((e for e, *_ in marks), default=-1) + 1)
    return rules.seeded({
        "version": rules.VERSION, "rules": "r", "stage": "paper", "criteria": ["all"], "ties": [], "inside": inside,
        "draws": rules.DRAWS, "entries": [[f"e{n:03}", n] for n in range(count)],
        "marks": [[f"e{e:03}", e, f"P{r}", {"all": points}, "0" * 64, r] for e, r, points in marks],
    })  # fmt: skip


def crowd(seed: int = 3, proposals: int = 60) -> dict[str, Any]:
    scores = harsh(seed, proposals).scores
    assert scores.reviewer is not None
    return inputs(
        list(zip(scores.proposal.tolist(), scores.reviewer.tolist(), [int(s) * 10 for s in scores.score], strict=True)),
        proposals // 5,
    )


def test_a_run_of_the_first_version_replays_to_its_old_hash() -> None:
    assert rules.digest(FIRST) == FIRST_INPUTS
    assert rules.digest(rules.replay(FIRST)) == FIRST_RESULT
    assert not rules.calibrates(FIRST)


def test_inputs_go_back_to_the_first_version() -> None:
    now = {
        **FIRST, "version": 2, "inside": 1, "draws": 200, "marks": [[*mark, n] for n, mark in enumerate(FIRST["marks"])]
    }  # fmt: skip
    assert rules.digest(rules.as_first_version(rules.seeded(now))) == rules.digest(FIRST)


def test_the_seed_follows_from_the_inputs() -> None:
    one = inputs([(0, 0, 50), (1, 0, 60)])
    assert one["seed"] == inputs([(0, 0, 50), (1, 0, 60)])["seed"] != inputs([(0, 0, 50), (1, 0, 61)])["seed"]


def test_the_order_of_entries_and_marks_changes_nothing() -> None:
    given = crowd()
    first, shuffled = rules.digest(calibration_of(given)), copy.deepcopy(given)
    for seed in range(3):
        for part in ("entries", "marks"):
            random.Random(seed).shuffle(shuffled[part])
        assert rules.digest(calibration_of(shuffled)) == first


@pytest.mark.parametrize("threads", ["1", "2"])
def test_another_process_with_other_threads_stores_the_same(threads: str) -> None:
    said = "from tests.unit.ranking.test_runs import *; print(rules.digest(calibration_of(crowd())))"
    told = subprocess.run(
        [sys.executable, "-c", said], capture_output=True, text=True, check=True,
        env={"OMP_NUM_THREADS": threads, "OPENBLAS_NUM_THREADS": threads, "PYTHONPATH": "."},
    )  # fmt: skip
    assert told.stdout.split() == [rules.digest(calibration_of(crowd()))]


def test_everything_is_rounded_as_it_is_stored() -> None:
    found = calibration_of(crowd())
    for row in found["entries"].values():
        points = [row["score"], *row["score90"], row["expected"]]
        assert [round(n, 2) for n in points] == points
        assert (round(row["inside"], 3), round(row["worth"], 3)) == (row["inside"], row["worth"])
        assert row["score90"][0] < row["score"] < row["score90"][1]
        assert row["rank90"][0] <= row["rank50"][0] <= row["expected"] + 1 and row["rank50"][1] <= row["rank90"][1]
    assert {row["group"] for row in found["entries"].values()} == {"inside", "outside", "not separable"}


def test_reviewers_stand_from_severe_to_lenient_without_a_name() -> None:
    found = calibration_of(inputs([(e, r, 60 + 3 * e + 8 * r) for e in range(6) for r in range(4)]))
    assert [r["effect"] for r in found["reviewers"]] == sorted(r["effect"] for r in found["reviewers"])
    assert set(found["reviewers"][0]) == {"effect", "effect50", "effect90", "marks", "constant"}
    assert found["severity"] is True


def test_a_constant_scorer_and_a_far_mark_are_told() -> None:
    marks = [(e, r, 60 + 4 * (e % 5) + (e + r) % 3) for e in range(20) for r in range(4)]
    marks[0] = (0, 0, 5)
    found = calibration_of(inputs([*marks, *((e, 4, 70) for e in range(20))]))
    assert [r["marks"] for r in found["reviewers"] if r["constant"]] == [20]
    assert [(o["entry"], o["pseudonym"], o["total"]) for o in found["outliers"]] == [("e000", "P0", 5)]
    assert found["outliers"][0]["off"] < -3


def test_panels_without_a_shared_reviewer_are_counted() -> None:
    found = calibration_of(inputs([(e, 2 * (e // 3) + r, 60 + e + r) for e in range(6) for r in range(2)]))
    assert found["panels"] == [3, 3]
    assert [row["panel"] for row in found["entries"].values()] == [1, 1, 1, 2, 2, 2]


def test_an_entry_without_a_mark_has_no_calibrated_score() -> None:
    assert calibration_of(inputs([], entries=3)) == {"entries": {}}
    assert set(calibration_of(inputs([(0, 0, 50), (1, 0, 60)], entries=4))["entries"]) == {"e000", "e001"}


def test_marks_of_an_entry_that_is_not_ranked_are_left_out() -> None:
    given = inputs([(e, r, 50 + e + r) for e in range(4) for r in range(2)])
    given["entries"] = given["entries"][:3]
    assert set(calibration_of(given)["entries"]) == {"e000", "e001", "e002"}


def test_where_everybody_is_inside_one_more_review_is_worth_nothing_that_can_be_told() -> None:
    found = calibration_of(inputs([(0, 0, 50), (1, 1, 60)], inside=5))
    assert [row["worth"] for row in found["entries"].values()] == [None, None]
    assert {row["group"] for row in found["entries"].values()} == {"inside"}
