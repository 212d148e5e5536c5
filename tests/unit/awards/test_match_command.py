"""`awards match`: what it writes, and how it refuses."""

from __future__ import annotations

import csv
from pathlib import Path

from click.testing import CliRunner, Result

from portal.awards.commands import cli

FILES = {
    "applicants": "applicant,choice1,choice2,choice3\n가,llm,drug,\n나,llm,drug,\n다,llm,,\n",
    "ranks": "group,applicant,rank\nllm,가,1\nllm,나,2\nllm,다,3\ndrug,나,1\ndrug,가,2\n",
    "groups": "group,institute,places,institute_places\nllm,KAIST,1,2\ndrug,KAIST,1,2\n",
}


def _run(folder: Path, *more: str, **changed: str) -> Result:
    for name, text in (FILES | changed).items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    at = {name: str(folder / f"{name}.csv") for name in (*FILES, *changed, "out")}
    return CliRunner().invoke(
        cli, ["match", at["applicants"], "--ranks", at["ranks"], "--groups", at["groups"], "--out", at["out"], *more]
    )


def _written(folder: Path) -> dict[str, dict[str, str]]:
    with (folder / "out.csv").open(encoding="utf-8", newline="") as file:
        return {row["applicant"]: row for row in csv.DictReader(file)}


def test_each_applicant_learns_place_choice_rank_and_what_was_missed(tmp_path: Path) -> None:
    result = _run(tmp_path)
    assert result.exit_code == 0, result.output
    assert "2 of 3 placed: 1 their choice 1, 1 their choice 2" in result.output
    rows = _written(tmp_path)
    assert (rows["가"]["group"], rows["가"]["choice"], rows["가"]["rank"]) == ("llm", "1", "1")
    assert (rows["나"]["group"], rows["나"]["choice"]) == ("drug", "2")
    assert rows["나"]["missed"] == "llm filled by ranks 1 to 1, own 2"
    assert rows["다"]["group"] == "" and "own 3" in rows["다"]["missed"]


def test_the_next_round_keeps_who_has_an_offer_and_leaves_out_who_is_gone(tmp_path: Path) -> None:
    (tmp_path / "held.csv").write_text("applicant,group\n나,drug\n", encoding="utf-8")
    (tmp_path / "gone.csv").write_text("applicant\n가\n", encoding="utf-8")
    result = _run(tmp_path, "--held", str(tmp_path / "held.csv"), "--gone", str(tmp_path / "gone.csv"))
    assert result.exit_code == 0, result.output
    rows = _written(tmp_path)
    assert {who: row["group"] for who, row in rows.items()} == {"가": "", "나": "drug", "다": "llm"}


def test_what_cannot_be_read_is_named(tmp_path: Path) -> None:
    twice = _run(tmp_path, ranks=FILES["ranks"] + "drug,다,1\n")
    assert twice.exit_code == 2 and "two applicants have the same rank" in twice.output
    other = _run(tmp_path, groups="group,institute,places,institute_places\nllm,K,1,2\ndrug,K,1,3\n")
    assert other.exit_code == 2 and "row 3, column institute_places" in other.output
    missing = _run(tmp_path, applicants="applicant,choice1\n가,nothing\n")
    assert missing.exit_code == 2 and "there is no group nothing" in missing.output
    again = _run(tmp_path, ranks=FILES["ranks"] + "drug,가,3\n")
    assert again.exit_code == 2 and "stands twice in this group" in again.output


def test_an_empty_choice_loses_none_of_the_others(tmp_path: Path) -> None:
    result = _run(tmp_path, applicants="applicant,choice1,choice2,choice3\n가,,drug,\n")
    assert result.exit_code == 0 and _written(tmp_path)["가"]["group"] == "drug"
