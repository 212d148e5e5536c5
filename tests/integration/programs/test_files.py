"""A new program starts from a file that loads, and a file is told where it is wrong."""

from __future__ import annotations

import json
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient

from portal.programs.loader import CATALOG, catalog_codes, check_file, file_schema


def run(app: Flask, *arguments: str) -> tuple[int, str]:
    done = app.test_cli_runner().invoke(args=["programs", *arguments])
    return done.exit_code, done.output


def test_a_new_program_loads_as_it_stands(app: Flask, tmp_path: Path) -> None:
    file = tmp_path / "seed.toml"
    code, said = run(app, "new", "seed", str(file), "--line", "path", "--year", "2025")
    assert code == 0, said
    assert check_file(file).program.code == "SEED"
    assert run(app, "check", str(file))[1].startswith(f"{file}: SEED, 2 stages")
    assert run(app, "new", "seed", str(file), "--line", "path", "--year", "2025")[0] == 1


def test_a_line_that_the_plan_has_not_leaves_no_file(app: Flask, tmp_path: Path) -> None:
    file = tmp_path / "seed.toml"
    code, said = run(app, "new", "seed", str(file), "--line", "nowhere", "--year", "2025")
    assert (code, file.exists()) == (1, False)
    assert "the plan has no line nowhere" in said


def test_a_mistake_is_told_with_file_and_line(app: Flask, tmp_path: Path) -> None:
    file = tmp_path / "odd.toml"
    text = (CATALOG / "inno.toml").read_text(encoding="utf-8").replace("keep = 640", "keep = 630")
    file.write_text(text, encoding="utf-8")
    code, said = run(app, "check", str(file), str(CATALOG / "champ.toml"))
    line = text.splitlines().index("keep = 630") + 1
    assert code == 1
    assert f"odd.toml:{line}: stages[0].keep: document keeps 630, its tracks together 640" in said
    assert "champ.toml: CHAMP, 4 stages" in said


def test_every_catalog_file_uses_only_what_the_published_schema_names(client: FlaskClient) -> None:
    published = json.loads(client.get("/programs/schema.json").text)
    assert published == json.loads(json.dumps(file_schema()))
    assert published["properties"]["regime"]["enum"] == ["kr_rnd", "kr_support", "plain"]
    assert set(catalog_codes()) == {"champ", "inno", "path", "wbl"}
