"""Letters leave once: refused ones are tried again, interrupted decisions wait for an officer, secrets do not stay."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select, update

from portal.notifications import mail, service
from portal.notifications.jobs import SEND
from portal.notifications.models import Letter, LetterState
from portal.platform import clock
from portal.platform.context import RandomIds
from portal.platform.db import db
from portal.platform.jobs import MAX_ATTEMPTS, Job, JobState, enqueue
from portal.programs.models import Call
from tests.databases import both_databases
from tests.factories.accounts import member, signed_in
from tests.factories.base import committed, context, open_call, person
from tests.factories.consortia import small_definition
from workers.wake import run_all_due, run_job


class Server(threading.Thread):
    """A mail server of a few lines: keeps messages, or answers DATA with `refusing`, or hangs up after the message."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.address = "127.0.0.1:" + str(self.listener.getsockname()[1])
        self.messages: list[bytes] = []
        self.refusing = ""
        self.hangs_up = False

    def run(self) -> None:
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            with connection, connection.makefile("rwb") as stream:
                self._serve(stream)

    def _serve(self, stream: object) -> None:
        say = lambda text: (stream.write(text.encode() + b"\r\n"), stream.flush())  # type: ignore[attr-defined] # noqa: E731
        say("220 ready")
        while line := stream.readline():  # type: ignore[attr-defined]
            verb = line[:4].upper()
            if verb == b"DATA":
                say("354 go on")
                said = b""
                while (part := stream.readline()) != b".\r\n":  # type: ignore[attr-defined]
                    said += part
                if self.refusing:
                    say(self.refusing)
                    continue
                self.messages.append(said)
                if self.hangs_up:
                    return
                say("250 taken")
            elif verb == b"QUIT":
                say("221 bye")
                return
            else:
                say("250 ok")


@pytest.fixture
def server(app: Flask) -> Iterator[Server]:
    made = Server()
    made.start()
    app.config["MAIL_SERVER"] = made.address
    yield made
    made.listener.close()


def _letter(*, decisive: bool = False, state: LetterState = LetterState.WAITING, secret: bool = False) -> int:
    """A letter about a call and the job that sends it; the letter's id."""

    def make() -> int:
        made = Letter(
            public_id=RandomIds().public_id(), kind="tests", dedupe_key=RandomIds().public_id(),
            person_id=person("김하늘").id, email="kim@example.org", language="ko", subject="결과", body="본문\n\n{link}\n",
            link="/join/geheim" if secret else "/calls/x", decisive=decisive, state=state,
            call_id=open_call(small_definition()).id, created_at=clock.now(),
        )  # fmt: skip
        db.session.add(made)
        db.session.flush()
        enqueue(SEND, {"letter_id": made.id, "secret": secret}, key=str(made.id), now=clock.now())
        return made.id

    return committed(make)


def _send() -> None:
    db.session.rollback()
    for job_id in db.session.scalars(select(Job.id).where(Job.kind == SEND.code)).all():
        run_job(job_id)
    db.session.rollback()


def _again() -> None:
    committed(lambda: db.session.execute(update(Job).where(Job.kind == SEND.code).values(retry_at=None)))
    _send()


def _job() -> Job:
    db.session.rollback()
    return db.session.scalars(select(Job).where(Job.kind == SEND.code)).one()


def _now(letter_id: int) -> Letter:
    db.session.rollback()
    return db.session.get_one(Letter, letter_id)


@both_databases
def test_a_letter_is_sent_once(server: Server) -> None:
    letter_id = _letter()
    _send()
    _send()
    assert _now(letter_id).state is LetterState.SENT
    (raw,) = server.messages
    made = message_from_bytes(raw, policy=policy.default)
    assert made["Message-ID"] == f"<{_now(letter_id).public_id}@portal>"
    assert (made["To"], made["Subject"]) == ("kim@example.org", "결과")


@both_databases
@pytest.mark.parametrize("decisive", [False, True])
def test_a_refused_letter_backs_off_and_is_tried_again(server: Server, decisive: bool) -> None:
    """Even a decision: a refusal is certain, it has not left."""
    letter_id = _letter(decisive=decisive)
    server.refusing = "451 later"
    _send()
    letter, job = _now(letter_id), _job()
    assert (letter.state, job.state, job.attempts) == (LetterState.FAILED, JobState.WAITING, 1)
    assert "later" in (letter.last_error or "")
    assert job.retry_at is not None
    server.refusing = ""
    _again()
    assert (_now(letter_id).state, len(server.messages)) == (LetterState.SENT, 1)
    assert _now(letter_id).last_error is None


@both_databases
def test_a_server_that_is_away_parks_the_letter_where_the_office_sees_it(app: Flask, server: Server) -> None:
    letter_id = _letter()
    server.listener.close()
    app.config["MAIL_SERVER"] = "127.0.0.1:1"
    for _ in range(MAX_ATTEMPTS):
        _again()
    assert (_now(letter_id).state, _job().state) == (LetterState.FAILED, JobState.PARKED)


@both_databases
def test_an_interrupted_harmless_letter_is_sent_again(server: Server) -> None:
    letter_id = _letter(state=LetterState.SENDING)
    _send()
    assert (_now(letter_id).state, len(server.messages)) == (LetterState.SENT, 1)


@both_databases
def test_an_interrupted_decision_waits_for_an_officer(app: Flask, server: Server) -> None:
    letter_id = _letter(decisive=True, state=LetterState.SENDING)
    _send()
    letter = _now(letter_id)
    assert (letter.state, server.messages) == (LetterState.UNSURE, [])
    call = db.session.get_one(Letter, letter_id).call_id
    address = f"/office/calls/{db.session.get_one(Call, call).public_id}/messages"
    officer = signed_in(app.test_client(), member("officer"))
    shown = officer.get(f"{address}?lang=en&state=unsure").text
    assert "Needs checking" in shown
    assert "kim@example.org" in shown
    again = officer.post(f"{address}/{letter.public_id}", data={"request_id": "r1", "again": "1"})
    assert again.status_code == 303
    run_all_due()
    assert (_now(letter_id).state, len(server.messages)) == (LetterState.SENT, 1)
    assert officer.post(f"{address}/{letter.public_id}", data={"request_id": "r2"}).status_code == 422


@both_databases
def test_an_officer_may_note_that_an_unsure_letter_arrived(app: Flask, server: Server) -> None:
    letter_id = _letter(decisive=True, state=LetterState.UNSURE)
    letter = _now(letter_id)
    call_id, public_id = letter.call_id, letter.public_id
    assert call_id is not None
    committed(lambda: service.settle_unsure(context(), call_id, public_id, False))
    run_all_due()
    assert (_now(letter_id).state, server.messages) == (LetterState.SENT, [])


def test_a_server_that_hangs_up_after_the_message_leaves_it_open_whether_it_left(server: Server) -> None:
    server.hangs_up = True
    letter_id = _letter(decisive=True)
    _send()
    assert _now(letter_id).state is LetterState.SENDING
    _again()
    assert _now(letter_id).state is LetterState.UNSURE, "never a second time without somebody who decides"
    assert len(server.messages) == 1


def test_a_worker_killed_between_mail_and_note_sends_a_harmless_letter_again(server: Server) -> None:
    letter_id = _letter()
    committed(lambda: service.begin_sending(context(), letter_id))
    past = clock.real_now() - timedelta(seconds=1)
    committed(
        lambda: db.session.execute(
            update(Job)
            .where(Job.kind == SEND.code)
            .values(state=JobState.RUNNING, owner_token="dead", lease_until=past)
        )
    )
    _send()
    assert (_now(letter_id).state, len(server.messages)) == (LetterState.SENT, 1)


@both_databases
def test_a_secret_link_leaves_the_database_and_stands_in_the_letter(app: Flask) -> None:
    letter_id = _letter(secret=True)
    _send()
    letter = _now(letter_id)
    assert (letter.state, letter.link) == (LetterState.SENT, None)
    assert "geheim" not in letter.body
    (file,) = Path(app.config["INSTANCE"] / "mail").glob("*.eml")
    made = message_from_bytes(file.read_bytes(), policy=policy.default)
    for part in ("plain", "html"):
        body = made.get_body((part,))
        assert body is not None
        assert f"{app.config['BASE_URL']}/join/geheim" in body.get_content()
    assert file.stem == letter.public_id


def test_a_plain_link_stays_for_the_inbox(app: Flask) -> None:
    letter_id = _letter()
    _send()
    assert _now(letter_id).link == "/calls/x"


def test_the_link_of_an_english_letter_opens_an_english_page(app: Flask) -> None:
    for link, wanted in (("/join/x", "/join/x?lang=en"), ("/reviews?a=1#b", "/reviews?a=1&lang=en#b")):
        letter = Letter(public_id="a", subject="s", email="a@example.org", language="en", body="{link}", link=link)
        body = mail.message(letter, "portal@example.org", "https://portal.example").get_body(("plain",))
        assert body is not None
        assert body.get_content().strip() == f"https://portal.example{wanted}"


def test_deliver_tells_a_refusal_from_a_doubt(tmp_path: Path) -> None:
    from email.message import EmailMessage

    with pytest.raises(mail.NotTaken):
        mail.deliver(EmailMessage(), "x", "127.0.0.1:1", tmp_path)
