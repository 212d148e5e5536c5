"""The chain: unbroken under eight writers, append-only by trigger, and whatever is changed beneath it is named."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature
from flask import Flask
from sqlalchemy import delete, func, select, text, update
from sqlalchemy.exc import DatabaseError

from portal.audit import service, verifier
from portal.audit.models import AuditAnchor, AuditEvent, AuditHead, AuditValue
from portal.audit.rules import GENESIS
from portal.audit.triggers import FROZEN, statements
from portal.notifications.models import Letter
from portal.platform.db import db
from portal.platform.transaction import in_transaction
from tests.databases import both_databases
from tests.factories.accounts import member
from tests.factories.base import committed, context, grant, person

pytestmark = both_databases
VERIFIER = Path(verifier.__file__)


def events(count: int) -> None:
    for n in range(count):
        committed(
            lambda n=n: service.record(context(), "ThingHappened", "thing", f"t{n}", number=n, reason=f"이유 {n}")  # type: ignore[misc]
        )


def _beneath(*commands: str) -> None:
    """As somebody with the database's password would: without the triggers, which are put back after."""
    db.session.rollback()
    with db.engine.begin() as connection:
        sqlite = connection.dialect.name == "sqlite"
        for table in ("audit_event", "audit_value"):
            for verb in ("update", "delete"):
                on = "" if sqlite else f" ON {table}"
                connection.execute(text(f"DROP TRIGGER IF EXISTS {table}_no_{verb}{on}"))
        for command in commands:
            connection.execute(text(command))
        for statement in statements(connection.dialect.name):
            if " audit_event_no_" in statement or " audit_value_no_" in statement:
                connection.execute(text(statement))


def test_an_unbroken_chain_verifies(app: Flask) -> None:
    assert service.verify() is None
    events(3)
    assert service.verify() is None
    head = db.session.get_one(AuditHead, 1)
    assert head.sequence == 3
    first = db.session.get_one(AuditEvent, 1)
    assert first.previous == GENESIS


@pytest.mark.parametrize(
    ("command", "reason"),
    [
        ("UPDATE audit_event SET kind = 'OtherThing' WHERE sequence = 3", "content does not match"),
        ("UPDATE audit_event SET actor_id = 77 WHERE sequence = 3", "content does not match"),
        ("UPDATE audit_event SET object_id = 't9' WHERE sequence = 3", "content does not match"),
        ("UPDATE audit_value SET value = '99' WHERE sequence = 3 AND name = 'number'", "value of number"),
        ("DELETE FROM audit_value WHERE sequence = 3; DELETE FROM audit_event WHERE sequence = 3", "missing"),
        ("UPDATE audit_event SET previous = repeat0 WHERE sequence = 3", "continue the row before"),
    ],
)
def test_what_is_changed_beneath_is_named(app: Flask, command: str, reason: str) -> None:
    events(5)
    _beneath(*command.replace("repeat0", f"'{'0' * 64}'").split("; "))
    broken = service.verify()
    assert broken is not None
    assert (broken.sequence, reason in broken.reason) == (3, True), broken
    told = app.test_cli_runner().invoke(args=["audit", "verify"])
    assert told.exit_code == 1
    assert "row 3:" in told.output


def test_a_cut_off_end_is_named(app: Flask) -> None:
    events(4)
    _beneath("DELETE FROM audit_value WHERE sequence = 4", "DELETE FROM audit_event WHERE sequence = 4")
    broken = service.verify()
    assert broken is not None
    assert broken.sequence == 4


def test_the_command_tells_count_and_head(app: Flask) -> None:
    events(2)
    told = app.test_cli_runner().invoke(args=["audit", "verify"])
    assert told.exit_code == 0
    assert told.output.startswith("2 rows, head ")


def test_an_erased_personal_value_leaves_the_chain_valid(app: Flask) -> None:
    events(3)
    committed(lambda: db.session.execute(delete(AuditValue).where(AuditValue.personal)))
    assert service.verify() is None
    assert db.session.scalars(select(AuditValue.name)).all() == ["number"] * 3


@pytest.mark.parametrize(
    "change",
    [
        update(AuditEvent).values(kind="x"), delete(AuditEvent), update(AuditValue).values(value="x"),
        update(AuditValue).values(salt="x"),
    ],
)  # fmt: skip
def test_triggers_forbid_what_nobody_may_do(app: Flask, change: object) -> None:
    events(1)
    with pytest.raises(DatabaseError, match="append-only"):
        committed(lambda: db.session.execute(change))  # type: ignore[call-overload]
    assert service.verify() is None


def test_every_frozen_table_refuses_deletion_or_change(app: Flask) -> None:
    made = " ".join(statements(db.engine.dialect.name))
    for table in FROZEN:
        assert f"{table}_no_update" in made


def test_an_audit_that_fails_fails_the_request(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def act() -> None:
        person("ohne Spur")
        service.record(context(), "ThingHappened", "thing", "t", number=1)

    monkeypatch.setattr(service, "canonical_value", lambda _: (_ for _ in ()).throw(RuntimeError("no disk")))
    with pytest.raises(RuntimeError, match="no disk"):
        committed(act)
    monkeypatch.undo()
    from portal.accounts.models import Person

    assert db.session.scalar(select(func.count()).select_from(Person)) == 0
    assert service.verify() is None


def test_a_rolled_back_change_leaves_no_event(app: Flask) -> None:
    def act() -> None:
        service.record(context(), "ThingHappened", "thing", "t")
        raise ValueError

    with pytest.raises(ValueError):
        committed(act)
    events(1)
    assert db.session.scalars(select(AuditEvent.object_id)).all() == ["t0"]


def test_a_head_that_was_read_before_is_read_again_under_the_lock(app: Flask) -> None:
    """A transaction that looked at the head early must not continue an old one; on SQLite the other one waits."""
    from portal.platform.transaction import transaction

    with transaction():
        assert db.session.get_one(AuditHead, 1).sequence == 0
        other = threading.Thread(target=_in(app, lambda: events(1)))
        other.start()
        if db.engine.dialect.name == "postgresql":
            other.join()
        service.record(context(), "ThingHappened", "thing", "mine")
    other.join()
    assert service.verify() is None
    db.session.rollback()
    assert db.session.get_one(AuditHead, 1).sequence == 2


def _in(app: Flask, act: Callable[[], None]) -> Callable[[], None]:
    def run() -> None:
        with app.app_context():
            act()

    return run


def test_eight_writers_at_once_keep_one_chain(app: Flask) -> None:
    errors: list[BaseException] = []

    def append() -> None:
        def act() -> None:
            for n in range(2):
                service.record(context(), "ThingHappened", "thing", "t", number=n)

        try:
            for _ in range(10):
                in_transaction(act)
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=_in(app, append)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    db.session.rollback()
    assert service.verify() is None
    assert db.session.get_one(AuditHead, 1).sequence == 160


def test_an_anchors_signature_verifies_and_another_line_does_not(app: Flask) -> None:
    events(2)
    folder = app.config["INSTANCE"]
    committed(lambda: service.anchor(context().now, folder, "decision x y"))
    kept = db.session.scalars(select(AuditAnchor)).one()
    line, _, signature = (folder / "anchors.log").read_text().strip().rpartition(" ")
    assert (kept.sequence, kept.hash, kept.signature) == (2, db.session.get_one(AuditHead, 1).hash, signature)
    key = service.signing_key(folder).public_key()
    key.verify(bytes.fromhex(signature), line.encode())
    with pytest.raises(InvalidSignature):
        key.verify(bytes.fromhex(signature), line.replace(" 2 ", " 3 ").encode())
    assert (folder / "anchor_key.pem").stat().st_mode & 0o777 == 0o600


def test_an_anchor_goes_out_by_mail(app: Flask) -> None:
    from portal.audit.jobs import ANCHOR
    from portal.platform.jobs import enqueue
    from workers.wake import run_all_due

    app.config["AUDITOR_MAIL"] = "audit@example.org"
    auditor = member("auditor", language="en")
    events(1)

    def ask(key: str, **payload: str) -> None:
        committed(lambda: enqueue(ANCHOR, payload, key=key, now=context().now))
        run_all_due()

    ask("hour")
    assert db.session.scalars(select(Letter.email)).all() == ["audit@example.org"]
    ask("deadline", reason="deadline WBL-1")
    letters = db.session.scalars(select(Letter).order_by(Letter.id)).all()
    assert {letter.email for letter in letters[1:]} == {"audit@example.org", auditor.email}
    anchor = db.session.scalars(select(AuditAnchor).order_by(AuditAnchor.id.desc())).first()
    assert anchor is not None
    assert all(anchor.hash in letter.body and anchor.signature in letter.body for letter in letters[1:])


@pytest.fixture
def dump(app: Flask, tmp_path: Path) -> Path:
    events(4)
    committed(lambda: service.anchor(context().now, app.config["INSTANCE"], "hourly"))
    file = tmp_path / "chain.jsonl"
    told = app.test_cli_runner().invoke(args=["audit", "export", str(file)])
    assert told.exit_code == 0, told.output
    return file


def _alone(*arguments: object) -> subprocess.CompletedProcess[str]:
    """The script by itself: no environment, no site packages, another folder."""
    command = [sys.executable, "-I", "-S", str(VERIFIER), *(str(a) for a in arguments)]
    return subprocess.run(command, capture_output=True, text=True, cwd="/", check=False)


def test_a_dump_verifies_without_portal_or_database(app: Flask, dump: Path) -> None:
    done = _alone(dump)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.strip() == f"4 rows, head {db.session.get_one(AuditHead, 1).hash}"
    assert _alone(dump, app.config["INSTANCE"] / "anchors.log").returncode == 0
    assert app.test_cli_runner().invoke(args=["audit", "verify", "--dump", str(dump)]).exit_code == 0
    assert _alone().returncode == 2


def _spoiled(dump: Path, row: int, change: Callable[[dict], object] | None) -> Path:  # type: ignore[type-arg]
    lines = dump.read_text().splitlines()
    if change is None:
        del lines[row - 1]
    else:
        event = json.loads(lines[row - 1])
        change(event)
        lines[row - 1] = json.dumps(event, ensure_ascii=False)
    dump.write_text("\n".join(lines))
    return dump


@pytest.mark.parametrize(
    ("change", "row"),
    [
        (lambda e: e.update(kind="OtherThing"), 2),
        (lambda e: e["values"][0].update(value="9"), 2),
        (lambda e: e["fields"].update(number="0" * 64), 2),
        (lambda e: e.pop("hash"), 2),
        (None, 2),
    ],
)
def test_a_changed_dump_names_its_first_broken_row(app: Flask, dump: Path, change: object, row: int) -> None:
    done = _alone(_spoiled(dump, row, change))  # type: ignore[arg-type]
    assert done.returncode == 1
    assert done.stderr.startswith(f"row {row}: ")
    assert app.test_cli_runner().invoke(args=["audit", "verify", "--dump", str(dump)]).exit_code == 1


def test_a_dump_that_was_cut_off_is_not_whole(dump: Path) -> None:
    lines = dump.read_text().splitlines()
    dump.write_text("\n".join(lines[:3]))
    assert "cut off" in _alone(dump).stderr
    dump.write_text("\n".join([*lines[:3], lines[-1]]))
    assert "ends before its head" in _alone(dump).stderr


def test_a_chain_written_anew_does_not_match_its_anchor(app: Flask, dump: Path) -> None:
    """Whoever holds the database can compute every hash again; the anchor outside it cannot be."""
    rows = [json.loads(line) for line in dump.read_text().splitlines()]
    previous = GENESIS
    for row in rows[:-1]:
        row["kind"], row["previous"] = "NeverHappened", previous
        previous = row["hash"] = verifier.link_hash(row)
    rows[-1]["head"]["hash"] = previous
    dump.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows))
    assert _alone(dump).returncode == 0
    done = _alone(dump, app.config["INSTANCE"] / "anchors.log")
    assert (done.returncode, "anchor" in done.stderr) == (1, True)


def test_a_dump_without_values_verifies_and_says_nothing_personal(app: Flask, tmp_path: Path) -> None:
    events(2)
    file = tmp_path / "bare.jsonl"
    app.test_cli_runner().invoke(args=["audit", "export", "--without-values", str(file)])
    assert "이유" not in file.read_text()
    assert _alone(file).returncode == 0


def test_only_an_auditor_reads_the_chain(app: Flask) -> None:
    from tests.factories.accounts import signed_in

    events(3)
    for roles, status in ((("auditor",), 200), (("officer",), 403), (("administrator",), 403), ((), 403)):
        client = signed_in(app.test_client(), member(*roles))
        assert client.get("/office/audit").status_code == status
    who = committed(lambda: person("감사"))
    committed(lambda: grant(who, "auditor"))
    assert app.test_client().get("/office/audit").status_code == 302


def test_the_auditor_finds_events_by_object(app: Flask) -> None:
    from tests.factories.accounts import signed_in

    events(3)
    shown = signed_in(app.test_client(), member("auditor")).get("/office/audit?object=t1&lang=en").text
    assert "Thing Happened" in shown
    assert "thing t1" in shown
    assert "thing t2" not in shown
