"""`routing solve`: an instance in a file, a result in a file, a plain word for a file that cannot be read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result

from portal.routing.commands import cli
from tests.factories.instances import clustered


def solved(folder: Path, *options: str, **arrays: Any) -> tuple[Result, dict[str, Any]]:
    np.savez(folder / "instance.npz", **arrays)
    out = folder / "result.json"
    result = CliRunner().invoke(cli, ["solve", str(folder / "instance.npz"), "--out", str(out), *options])
    return result, json.loads(out.read_text()) if out.exists() else {}


@pytest.fixture
def arrays() -> dict[str, Any]:
    problem = clustered(40, 25, seed=1)
    return {
        "affinity": problem.affinity, "conflicts": problem.barred, "demand": problem.demand,
        "capacity": problem.capacity,
    }  # fmt: skip


def test_the_result_holds_what_was_promised(tmp_path: Path, arrays: dict[str, Any]) -> None:
    plain, told = solved(tmp_path, "--floor", "none", **arrays)
    assert plain.exit_code == 0, plain.output
    assert len(told["pairs"]) == 120 and told["gap"] == 0 and told["unfilled"] == [] and told["floor_bound"] is None
    found = sum(float(arrays["affinity"][p, r]) for p, r in told["pairs"])
    assert told["total"] == pytest.approx(found, abs=1e-9)
    assert {"rounds", "seconds", "peak_mb", "scale"} <= told.keys()
    _, level = solved(tmp_path, **arrays)
    assert told["floor"] <= level["floor"] <= level["floor_bound"]
    assert level["total"] <= told["total"] == pytest.approx(level["bound"], abs=1e-4)


def test_the_optional_rules_are_read(tmp_path: Path, arrays: dict[str, Any]) -> None:
    rules = {
        "load_min": np.ones(25, dtype=int), "locked": np.array([[0, 3]]), "forbidden": np.array([[1, 4]]),
        "institution": np.arange(25) % 5, "kind": np.arange(25) % 2, "kind_min": np.tile([1, 1], (40, 1)),
    }  # fmt: skip
    result, told = solved(tmp_path, **arrays, **rules)
    assert result.exit_code == 0, result.output
    pairs = told["pairs"]
    assert ([0, 3] in pairs) is not bool(arrays["conflicts"][0, 3]) and [1, 4] not in pairs
    for p in range(40):
        of = [r for q, r in pairs if q == p]
        assert len({r % 5 for r in of}) == len(of)
        assert {r % 2 for r in of} == {0, 1}
    assert {r for _, r in pairs} == set(range(25))


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"demand": None}, "demand"),
        ({"capacity": np.ones(3, dtype=int)}, "capacity"),
        ({"capacity": -np.ones(25, dtype=int)}, "negative"),
        ({"conflicts": np.zeros((2, 2), dtype=bool)}, "conflicts"),
        ({"kind": np.zeros(25, dtype=int)}, "kind_min"),
        ({"locked": np.array([[0, 99]])}, "locked"),
        ({"affinity": np.full((40, 25), np.nan)}, "affinity"),
        ({"kind": np.zeros(25, dtype=int), "kind_min": np.full((40, 1), 9)}, "asks for more"),
    ],
)
def test_a_bad_instance_is_refused_with_the_name_of_what_is_wrong(
    tmp_path: Path, arrays: dict[str, Any], change: dict[str, Any], word: str
) -> None:
    given = {name: array for name, array in (arrays | change).items() if array is not None}
    result, told = solved(tmp_path, **given)
    assert result.exit_code == 2 and told == {}
    assert word in result.output and "Traceback" not in result.output


def test_a_file_that_is_no_instance_is_refused(tmp_path: Path) -> None:
    (tmp_path / "bad.npz").write_text("nothing")
    result = CliRunner().invoke(cli, ["solve", str(tmp_path / "bad.npz"), "--out", str(tmp_path / "x.json")])
    assert result.exit_code == 2 and "bad.npz" in result.output
