"""`awards select`: what it writes, and how it refuses."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from portal.awards.commands import cli

HEADER = "proposal,merit,amount,gpus,institution,region"
LINES = [
    "과제1,90.5,600,8,한국대,서울",
    "과제2,88,500,4,한국대,부산",
    "과제3,80.25,400,2,대한대,서울",
    "과제4,80.25,400,2,대한대,부산",
    "과제5,70,100,0,,부산",
]


def _run(folder: Path, caps: object, lines: list[str] | None = None, header: str = HEADER) -> Result:
    text = "\n".join([header, *(LINES if lines is None else lines)]) + "\n"
    (folder / "candidates.csv").write_text(text, encoding="utf-8-sig")
    given = caps if isinstance(caps, str) else json.dumps(caps, ensure_ascii=False)
    (folder / "caps.json").write_text(given, encoding="utf-8-sig")
    files = [str(folder / name) for name in ("candidates.csv", "caps.json", "out.json")]
    return CliRunner().invoke(cli, ["select", files[0], "--caps", files[1], "--out", files[2]])


def _selected(folder: Path, caps: object, lines: list[str] | None = None) -> dict[str, Any]:
    result = _run(folder, caps, lines)
    assert result.exit_code == 0, result.output
    found: dict[str, Any] = json.loads((folder / "out.json").read_text(encoding="utf-8"))
    return found


def test_both_lists_their_use_and_their_differences_are_written(tmp_path: Path) -> None:
    found = _selected(tmp_path, {"total": {"amount": 1000, "gpus": 20}, "rule": "skip"})
    assert found["rank_order"]["chosen"] == ["과제1", "과제3"]
    assert found["rank_order"]["merit"] == 170.75
    assert found["rank_order"]["used"]["total"]["amount"] == {"used": 1000, "cap": 1000}
    assert found["best"]["chosen"] == ["과제2", "과제3", "과제5"]
    assert found["best"]["merit"] == 238.25
    assert found["best"]["bound"] >= 238.25
    assert found["best"]["gap"] < 1e-6
    assert {(d["proposal"], d["in"]) for d in found["differences"]} == {
        ("과제1", "rank_order"), ("과제2", "best"), ("과제5", "best"),
    }  # fmt: skip
    reason = found["differences"][0]["reason"]
    assert reason["code"] == "makes_room"
    assert reason["caps"] == [{"kind": "total", "column": "amount"}]
    assert "과제2" in reason["says"]


def test_without_caps_all_are_chosen(tmp_path: Path) -> None:
    found = _selected(tmp_path, {})
    assert found["rank_order"]["chosen"] == found["best"]["chosen"] == [line.split(",")[0] for line in LINES]
    assert found["differences"] == []


def test_stop_is_the_rule_where_none_is_stated(tmp_path: Path) -> None:
    found = _selected(tmp_path, {"total": {"amount": 1000}})
    assert found["rank_order"]["chosen"] == ["과제1"]
    assert found["rank_order"]["rule"] == "stop"


def test_counts_and_labels_cap(tmp_path: Path) -> None:
    caps = {
        "count": 4, "per_label": {"region": {"서울": 700, "제주": 5}}, "per_label_count": {"institution": 1}, "rule": "skip",
    }  # fmt: skip
    found = _selected(tmp_path, caps)
    assert found["rank_order"]["chosen"] == ["과제1", "과제4", "과제5"]
    used = found["rank_order"]["used"]
    assert used["count"] == {"used": 3, "cap": 4}
    assert used["per_label"]["region"] == {"서울": {"used": 600, "cap": 700}, "제주": {"used": 0, "cap": 5}}
    assert used["per_label_count"]["institution"] == {
        "대한대": {"used": 1, "cap": 1}, "한국대": {"used": 1, "cap": 1},
    }  # fmt: skip


def test_locks_hold(tmp_path: Path) -> None:
    found = _selected(tmp_path, {"count": 2, "lock_in": ["과제5"], "lock_out": ["과제1"]})
    assert found["rank_order"]["chosen"] == found["best"]["chosen"] == ["과제2", "과제5"]


def test_the_order_of_the_file_does_not_matter(tmp_path: Path) -> None:
    caps = {"total": {"amount": 1000}, "rule": "skip"}
    lines = list(LINES)
    first = _selected(tmp_path, caps, lines)
    random.Random(1).shuffle(lines)
    again = _selected(tmp_path, caps, lines)
    del first["seconds"], again["seconds"]
    assert first == again


def test_decomposed_hangul_is_the_same_name(tmp_path: Path) -> None:
    import unicodedata

    found = _selected(tmp_path, {"count": 1, "lock_in": [unicodedata.normalize("NFD", "과제5")]})
    assert found["best"]["chosen"] == ["과제5"]


@pytest.mark.parametrize(
    ("caps", "sentence"),
    [
        ({"totals": {}}, "caps.json, totals: is not known"),
        ({"total": {"gpu": 1}}, "total: there is no column gpu"),
        ({"total": {"institution": 1}}, "column institution: ‘한국대’ is not a number"),
        ({"total": {"amount": "much"}}, "total amount: ‘much’ is not a number"),
        ({"total": {"amount": -1}}, "not below 0"),
        ({"total": 5}, "is not an object of columns"),
        ({"count": 1.5}, "counts whole proposals"),
        ({"count": True}, "is not a number"),
        ({"per_label": {"region": 5}}, "per_label region: is not an object"),
        ({"lock_in": ["과제9"]}, "lock_in: 과제9 is not among the candidates"),
        ({"lock_out": "과제1"}, "lock_out: is not a list"),
        ({"lock_in": ["과제1"], "lock_out": ["과제1"]}, "과제1 is locked in as well"),
        ({"rule": "jump"}, "‘jump’ is neither stop nor skip"),
        ({"total": {"amount": 1000}, "lock_in": ["과제1", "과제2"]}, "과제1, 과제2 need 1100 of 1000 under the cap"),
        ("[1]", "is not a JSON object"),
        ("{", "is not JSON"),
        ('{"count": 1, "count": 2}', "count: stands twice"),
        ('{"count": NaN}', "is not a number"),
    ],
)
def test_caps_that_cannot_be_read_are_refused_by_name(tmp_path: Path, caps: object, sentence: str) -> None:
    result = _run(tmp_path, caps)
    assert result.exit_code == 2, result.output
    assert sentence in result.output
    assert not (tmp_path / "out.json").exists()


@pytest.mark.parametrize(
    ("lines", "header", "sentence"),
    [
        (["A,1,2"], "proposal,merit,cost", "no column amount"),
        (["A,1,2", "A,2,2"], "proposal,merit,amount", "row 3, column proposal: A stands in row 2 already"),
        (["A,x,2"], "proposal,merit,amount", "row 2, column merit: ‘x’ is not a number"),
        (["A,1,-2"], "proposal,merit,amount", "row 2, column amount: is below 0"),
        (["A,1,"], "proposal,merit,amount", "row 2, column amount: is empty"),
        ([], "proposal,merit,amount", "no candidates"),
        (["A,1,2,3"], "proposal,merit,amount,amount", "more than one column"),
    ],
)
def test_candidates_that_cannot_be_read_are_refused_by_row(
    tmp_path: Path, lines: list[str], header: str, sentence: str
) -> None:
    result = _run(tmp_path, {}, lines, header)
    assert result.exit_code == 2, result.output
    assert sentence in result.output
