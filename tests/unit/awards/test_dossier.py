"""A redacted copy still verifies, and what was changed in it does not; the verifier needs nothing of the portal."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from portal.awards import verifier
from portal.awards.dossier import OFFICE, PUBLIC, Field, copy_for, fields_of, root

FIELDS = [
    Field("call.code", "WBL-2025", PUBLIC, "s1"), Field("decision.reason", "종합 판단", OFFICE, "s2"),
    Field("outcomes.e1.reason", "독자성이 없습니다.", "app1", "s3"), Field("outcomes.e2.reason", "비밀", "app2", "s4"),
    Field("outcomes.e1.points", {"mean": "77/1", "lanes": {"b": "1/3"}}, OFFICE, "s5"),
]  # fmt: skip
READERS: list[dict[str, Any]] = [
    {"office": True, "applications": frozenset()}, {"office": False, "applications": frozenset()},
    {"office": False, "applications": frozenset({"app1"})},
]  # fmt: skip


@pytest.mark.parametrize("reader", READERS)
def test_every_copy_verifies_under_the_same_root(reader: dict[str, Any]) -> None:
    copy = copy_for(FIELDS, **reader)
    assert copy["root"] == root(field.commitment for field in FIELDS)
    assert verifier.verify(json.loads(json.dumps(copy, ensure_ascii=False)), copy["root"]) is None


def test_a_copy_holds_what_its_reader_may_see_and_no_salt_of_the_rest() -> None:
    public, team, office = (copy_for(FIELDS, **reader) for reader in (READERS[1], READERS[2], READERS[0]))
    assert [f["path"] for f in public["fields"]] == ["call.code"]
    assert [f["path"] for f in team["fields"]] == ["call.code", "outcomes.e1.reason"]
    assert len(office["fields"]) == 5 and office["withheld"] == []
    text = json.dumps(team, ensure_ascii=False)
    assert all(
        secret not in text for secret in ("비밀", "종합 판단", "s2", "s4", "s5", "outcomes.e2", "decision.reason")
    )


def test_a_field_that_was_changed_moved_added_or_taken_away_is_found() -> None:
    def broken(change: Any) -> str | None:
        copy = copy_for(FIELDS, office=True, applications=frozenset())
        change(copy)
        return verifier.verify(copy)

    assert broken(lambda c: c["fields"][0].update(value="WBL-2026"))
    assert broken(lambda c: c["fields"][0].update(path="call.name"))
    assert broken(lambda c: c["fields"].pop())
    assert broken(lambda c: c["withheld"].append("0" * 64))
    assert broken(lambda c: c.update(root="0" * 64))
    assert broken(lambda c: c.pop("fields")) == "the file is no dossier"
    assert broken(lambda c: None) is None


def test_a_field_past_its_term_is_gone_and_the_root_stands() -> None:
    kept = fields_of(
        json.loads(json.dumps([f.erased().as_row() if f.audience == "app2" else f.as_row() for f in FIELDS]))
    )
    copy = copy_for(kept, office=True, applications=frozenset())
    assert verifier.verify(copy, root(field.commitment for field in FIELDS)) is None
    assert "비밀" not in json.dumps([f.as_row() for f in kept], ensure_ascii=False) and len(copy["withheld"]) == 1


def test_another_decisions_dossier_is_told_from_the_published_root() -> None:
    copy = copy_for(FIELDS, office=True, applications=frozenset())
    assert "another decision" in (verifier.verify(copy, "f" * 64) or "")


def test_stored_fields_come_back_as_they_were() -> None:
    assert fields_of(json.loads(json.dumps([f.as_row() for f in FIELDS]))) == FIELDS


def test_the_verifier_runs_alone(tmp_path: Path) -> None:
    file = tmp_path / "dossier.json"
    copy = copy_for(FIELDS, office=False, applications=frozenset({"app1"}))
    file.write_text(json.dumps(copy), encoding="utf-8")
    command = [sys.executable, "-I", verifier.__file__, str(file), copy["root"]]
    found = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=False)
    assert found.returncode == 0 and "2 fields shown, 3 withheld" in found.stdout
    file.write_text(json.dumps(copy | {"withheld": []}), encoding="utf-8")
    assert subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=False).returncode == 1
