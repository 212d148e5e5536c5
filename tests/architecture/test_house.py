"""The house's own rules that no linter sees; each failure says how to mend it."""

from __future__ import annotations

import importlib
import os
import pkgutil
import re
import subprocess
import sys
from pathlib import Path

import pytest
from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import inspect, text

import workers
from portal.audit.triggers import statements
from portal.factory import UnguardedRoute, census, create_app
from portal.platform.db import db
from portal.platform.jobs import kinds
from tests.databases import both_databases, settings

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = ROOT / "templates"
BANNED = {"utils.py", "helpers.py", "common.py", "misc.py"}


def python_files(*rooms: str) -> list[Path]:
    return [f for room in rooms for f in sorted((ROOT / room).rglob("*.py")) if "migrations" not in f.parts]


def test_a_route_without_a_policy_stops_the_start(tmp_path: Path) -> None:
    app = create_app(settings(tmp_path, f"sqlite:///{tmp_path}/x.db"))
    census(app)
    app.add_url_rule("/bare", "bare", lambda: "open to all")
    with pytest.raises(UnguardedRoute, match="bare"):
        census(app)


def test_the_web_process_starts_without_the_numeric_libraries(tmp_path: Path) -> None:
    surroundings = os.environ | {"PORTAL_INSTANCE": str(tmp_path), "DATABASE_URL": f"sqlite:///{tmp_path}/x.db"}
    asked = "import sys, app; print(*sorted({'scipy', 'ortools', 'kiwipiepy'} & set(sys.modules)))"
    found = subprocess.run(
        [sys.executable, "-c", asked], cwd=ROOT, env=surroundings, capture_output=True, text=True, check=True
    )
    assert not found.stdout.split(), f"{found.stdout}: import the engine inside the function that needs it"


def test_only_transaction_commits() -> None:
    guilty = [
        str(f.relative_to(ROOT))
        for f in python_files("portal", "workers")
        if re.search(r"(session|connection|engine|db)\.commit\(", f.read_text())
        and f != ROOT / "portal/platform/transaction.py"
    ]
    assert not guilty, f"{guilty}: open `with transaction():` at the front door instead of committing"


def test_every_kind_of_job_has_one_handler_and_every_handler_a_kind() -> None:
    for module in pkgutil.iter_modules(workers.__path__):
        if module.name != "celery_app":
            importlib.import_module(f"workers.{module.name}")
    from workers.wake import handlers

    assert set(kinds) == set(handlers), (
        f"without handler: {sorted(set(kinds) - set(handlers))}, without kind: {sorted(set(handlers) - set(kinds))}; "
        "write the handler in workers/<feature>.py, or the letter in portal/notifications/letters/"
    )


def test_every_template_is_used() -> None:
    names = {str(f.relative_to(TEMPLATES)) for f in TEMPLATES.rglob("*.html")}
    said = "".join(f.read_text() for f in [*python_files("portal"), *TEMPLATES.rglob("*.html")])
    unused = {n for n in names if n not in said and not re.fullmatch(r"errors/\d{3}\.html", n)}
    assert not unused, f"{sorted(unused)}: delete them, or render them"


def test_no_room_is_called_utils() -> None:
    found = [str(f.relative_to(ROOT)) for f in python_files("portal", "workers", "tests") if f.name in BANNED]
    assert not found, f"{found}: name the file after the verb or the thing it holds"


def _bare_words(source: str) -> list[str]:
    """Words a person would see outside `{{ ... }}`, `{% ... %}`, tags and comments."""
    stripped = re.sub(
        r"\{% block main_class %\}.*?\{% endblock %\}|\{#.*?#\}|<!--.*?-->|<script.*?</script>|<style.*?</style>",
        " ",
        source,
        flags=re.S,
    )
    stripped = re.sub(r"\{%.*?%\}|\{\{.*?\}\}", " ", stripped, flags=re.S)
    stripped = re.sub(r"<[^>]*>", " ", stripped, flags=re.S)
    stripped = re.sub(r"&[a-z]+;", " ", stripped)
    return re.findall(r"[가-힣]+|[A-Za-z]{3,}", stripped)


LANGUAGE_NAMES = {"English", "한국어", "XLSX", "CSV", "PDF", "SHA"}


@pytest.mark.parametrize("template", sorted(str(f.relative_to(TEMPLATES)) for f in TEMPLATES.rglob("*.html")))
def test_every_word_of_a_template_stands_in_both_languages(template: str) -> None:
    bare = [w for w in _bare_words((TEMPLATES / template).read_text()) if w not in LANGUAGE_NAMES]
    assert not bare, f'{template}: {bare[:5]}: write {{{{ t("한국어", "English") }}}}'


def _pairs(source: str) -> list[tuple[str, str]]:
    return re.findall(r"""\bt\(\s*"((?:[^"\\]|\\.)*)"\s*,\s*"((?:[^"\\]|\\.)*)\"""", source)


@pytest.mark.parametrize("template", sorted(str(f.relative_to(TEMPLATES)) for f in TEMPLATES.rglob("*.html")))
def test_the_english_of_a_pair_holds_no_hangul(template: str) -> None:
    wrong = [
        (ko, en)
        for ko, en in _pairs((TEMPLATES / template).read_text())
        if re.search(r"[가-힣]", en) and "Example:" not in en  # an example of Korean keywords is Korean
    ]
    assert not wrong, f"{template}: {wrong[:3]}"


def test_no_colour_or_style_is_written_into_a_tag() -> None:
    guilty = [
        str(f.relative_to(ROOT))
        for f in TEMPLATES.rglob("*.html")
        if re.search(r"<[^>]*\s(style|on[a-z]+)=\"", f.read_text())
    ]
    assert not guilty, f"{guilty}: the content security policy forbids it; use a class"


@both_databases
def test_migrations_make_what_the_models_say(tmp_path: Path, database: str) -> None:
    """A fresh database from the migrations has every table, column, constraint and trigger of the models."""
    from tests.databases import empty_database

    with empty_database(database) as url:
        app: Flask = create_app(settings(tmp_path, url))
        with app.app_context():
            upgrade(directory=str(ROOT / "portal" / "migrations"))
            made = inspect(db.engine)
            for name, table in db.metadata.tables.items():
                assert {c["name"] for c in made.get_columns(name)} == {c.name for c in table.columns}, name
                wanted = {c.name for c in table.constraints if c.__visit_name__ == "check_constraint"}
                assert {c["name"] for c in made.get_check_constraints(name)} >= wanted, name
                assert {i["name"] for i in made.get_indexes(name)} >= {i.name for i in table.indexes}, name
            kept = _triggers()
            wanted_triggers = {
                m[1] for s in statements(db.engine.dialect.name) if (m := re.match(r"CREATE TRIGGER (\w+)", s))
            }
            assert wanted_triggers <= kept, f"missing triggers: {wanted_triggers - kept}"
            db.engine.dispose()


def _triggers() -> set[str]:
    query = (
        "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        if db.engine.dialect.name == "sqlite"
        else "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal"
    )
    return set(db.session.scalars(text(query)))


def test_there_is_one_head() -> None:
    from alembic.script import ScriptDirectory

    assert len(ScriptDirectory(str(ROOT / "portal" / "migrations")).get_heads()) == 1
