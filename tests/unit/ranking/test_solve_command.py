"""`ranking solve`: what it writes, what it tells, and how it refuses."""

from __future__ import annotations

import csv
import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from portal.ranking.commands import cli
from portal.ranking.sheet import COLUMNS
from tests.factories.panels import panel

Solve = Callable[..., tuple[list[dict[str, str]], dict[str, Any]]]


def _run(folder: Path, text: str, *options: str, encoding: str = "utf-8") -> Result:
    (folder / "reviews.csv").write_text(text, encoding=encoding)
    return CliRunner().invoke(cli, ["solve", str(folder / "reviews.csv"), "--out", str(folder / "out.csv"), *options])


@pytest.fixture
def solve(tmp_path: Path) -> Solve:
    def run(text: str, *options: str, encoding: str = "utf-8") -> tuple[list[dict[str, str]], dict[str, Any]]:
        result = _run(tmp_path, text, *options, encoding=encoding)
        assert result.exit_code == 0, result.output
        with (tmp_path / "out.csv").open(encoding="utf-8", newline="") as made:
            rows = list(csv.DictReader(made))
        return rows, json.loads(result.stdout)

    return run


def _panel(seed: int = 1, reviewer: str = "위원 {}") -> list[str]:
    scores = panel(seed).scores
    assert scores.reviewer is not None
    return [
        f"과제 {p:02},{reviewer.format(r)},{int(score)}"
        for p, r, score in zip(scores.proposal, scores.reviewer, scores.score, strict=True)
    ]


def _text(lines: list[str], header: str = "proposal,reviewer,score") -> str:
    return "\n".join([header, *lines]) + "\n"


def test_it_writes_every_column_by_expected_rank(solve: Solve) -> None:
    rows, told = solve(_text(_panel()), "--inside", "5", "--trim", "--seed", "3")
    assert tuple(rows[0]) == COLUMNS
    expected = [float(row["expected_rank"]) for row in rows]
    assert expected == sorted(expected)
    assert len(rows) == told["proposals"] == 15
    assert {row["group"] for row in rows} <= {"inside", "outside", "not separable"}
    assert told["seed"] == 3
    assert told["draws"] == 200
    assert set(told["variances"]) == {"proposal", "reviewer", "noise"}
    assert 0 < told["monte_carlo_error"]["largest"] < 0.3
    assert told["components"] == 1
    assert all(row["trimmed"] for row in rows)


def test_without_a_line_or_trimming_their_columns_are_empty(solve: Solve) -> None:
    rows, _ = solve(_text(_panel()))
    assert {row[column] for row in rows for column in ("trimmed", "p_inside", "group")} == {""}


def test_the_order_of_the_file_does_not_matter(solve: Solve) -> None:
    lines = _panel(2)
    first, _ = solve(_text(lines), "--inside", "5")
    random.Random(0).shuffle(lines)
    again, _ = solve(_text(lines), "--inside", "5", encoding="utf-8-sig")
    assert first == again


def test_means_are_exact(solve: Solve) -> None:
    rows, _ = solve(_text(["가,P1,79.99", "가,P2,80.00", "나,P1,80.00", "나,P2,80.00"]))
    raw = {row["proposal"]: row["raw"] for row in rows}
    assert raw == {"가": "79.995", "나": "80"}
    assert [row["proposal"] for row in rows] == ["나", "가"]


def test_an_empty_reviewer_turns_severity_off(solve: Solve) -> None:
    lines = _panel(1)
    rows, told = solve(_text([lines[0].replace("위원 0", ""), *lines[1:]]))
    assert told["severity"].startswith("off")
    assert told["variances"]["reviewer"] == 0
    assert told["components"] is None
    assert len(rows) == 15


def test_weights_count(solve: Solve) -> None:
    rows, _ = solve(_text(["가,P1,4,3", "가,P2,8,1", "나,P1,5,", "나,P2,5,2"], "proposal,reviewer,score,weight"))
    assert {row["proposal"]: row["raw"] for row in rows} == {"가": "5", "나": "5"}


def test_isolated_panels_are_told(solve: Solve) -> None:
    _, told = solve(_text(_panel(1) + [line.replace("과제", "논문").replace("위원", "심사") for line in _panel(2)]))
    assert told["components"] == 2
    assert told["isolated_panels"] == [15, 15]
    assert "prior" in told["note"]


def test_a_column_that_says_nothing_is_told(solve: Solve) -> None:
    _, told = solve(_text([f"{line},x" for line in _panel()], "proposal,reviewer,score,panel"))
    assert told["unread_columns"] == ["panel"]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("proposal,score\nA,1\n", "no column reviewer"),
        ("proposal,reviewer,score\nA,P1,1\nA,P2,good\n", "row 3, column score: ‘good’ is not a number"),
        ("proposal,reviewer,score\nA,P1,nan\n", "row 2, column score"),
        ("proposal,reviewer,score\n,P1,3\n", "row 2, column proposal: is empty"),
        ("proposal,reviewer,score\nA,P1,3\nA,P1,4\n", "P1 has scored A in row 2 already"),
        ("proposal,reviewer,score,weight\nA,P1,3,0\n", "row 2, column weight"),
        ("proposal,reviewer,score\nA,P1,3,4\n", "row 2 has 4 cells"),
        ("proposal,reviewer,score\n", "no reviews"),
        ("", "no column proposal"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_place(tmp_path: Path, text: str, sentence: str) -> None:
    result = _run(tmp_path, text)
    assert result.exit_code == 2
    assert sentence in result.output
    assert not (tmp_path / "out.csv").exists()


def test_a_file_that_is_not_utf_8_is_refused(tmp_path: Path) -> None:
    result = _run(tmp_path, _text(_panel()), encoding="euc-kr")
    assert result.exit_code == 2
    assert "UTF-8" in result.output


def test_too_many_draws_are_refused(tmp_path: Path) -> None:
    lines = [f"P{n},," + str(n % 9) for n in range(300)]
    result = _run(tmp_path, _text(lines), "--draws", "1000000")
    assert result.exit_code == 2
    assert "too many" in result.output
