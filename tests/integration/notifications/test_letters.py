"""Every letter is written for one reader, in that reader's language, and tells nothing about anybody else."""

from __future__ import annotations

import re
from email import message_from_bytes, policy
from email.message import EmailMessage
from zoneinfo import ZoneInfo

import pytest
from flask import Flask

import portal.notifications.letters  # noqa: F401 - registers the writers
from portal.applications.models import Application, Institution, InstitutionRole, Submission
from portal.notifications import mail, service
from portal.notifications.drafts import writers
from portal.notifications.models import Letter
from portal.platform import clock
from portal.platform.context import RandomIds
from portal.platform.db import db
from portal.programs.definition import canonical, digest
from tests.databases import both_databases
from tests.factories.accounts import member, signed_in
from tests.factories.base import committed, context
from tests.factories.consortia import complete_team
from tests.integration.notifications.world import Notice, everything

HANGUL = re.compile("[가-힣]")
SECRET = {
    "accounts.confirm", "accounts.reset", "applications.institution_invited", "applications.member_invited",
    "applications.confirmation_asked", "applications.reference_asked", "applications.reference_reminded",
    "routing.seat_invited",
}  # fmt: skip
DECISIVE = {"awards.outcome", "awards.offer", "screening.ineligible"}


def _written(kind: str, notice: Notice) -> list[Letter]:
    return committed(lambda: service.write_letters(context(), kind, notice.payload))


def _check(kind: str, notice: Notice, letters: list[Letter]) -> None:
    assert sorted(letter.email for letter in letters) == sorted(notice.to), f"{kind}: one letter for each, to each"
    for letter in letters:
        assert letter.language == notice.to[letter.email], kind
        text = f"{letter.subject}\n{letter.body}"
        if letter.language == "en":
            assert not HANGUL.search(text), f"{kind}: {HANGUL.findall(text)[:9]} in an English letter"
            assert "Sent by the" in text, kind
        else:
            assert HANGUL.search(letter.subject), kind
            assert "자동으로 보냈습니다" in text, kind
        named = [n for n in notice.unnamed if n in text.replace(letter.body.split("\n", 1)[0], "", 1)]
        assert not named, f"{kind} names {named}"
        assert letter.body.count("{link}") == 1, kind
        assert letter.link and letter.link.startswith("/"), kind
        assert "{" not in text.replace("{link}", ""), f"{kind}: a place was not filled"


@both_databases
def test_each_kind_writes_one_letter_to_each_in_their_language(app: Flask) -> None:
    notices = everything()
    assert set(notices) == set(writers), "a new kind of letter needs its row in world.py"
    found = {kind: _written(kind, notice) for kind, notice in notices.items()}
    for kind, notice in notices.items():
        _check(kind, notice, found[kind])
    assert {k for k, letters in found.items() if any(x.decisive for x in letters)} == DECISIVE
    tokens = {x.link for kind in SECRET for x in found[kind] if x.link}
    assert all(len(link.rsplit("/", 1)[1]) >= 32 for link in tokens), "a link of one use carries a long token"


def test_a_letter_tells_the_time_of_the_calls_own_zone(app: Flask) -> None:
    notices = everything()
    kind = "applications.submitted"

    def move() -> None:
        submission = db.session.get_one(Submission, notices[kind].payload["submission_id"])
        call = db.session.get_one(Application, submission.application_id).call
        moved = call.definition.model_copy(update={"time_zone": "Europe/Lisbon"})
        call.content, call.content_hash = canonical(moved), digest(moved)

    committed(move)
    (letter, *_) = _written(kind, notices[kind])
    submitted = db.session.get_one(Submission, notices[kind].payload["submission_id"]).submitted_at
    assert f"{submitted.astimezone(ZoneInfo('Europe/Lisbon')):%H:%M:%S}" in letter.body


@both_databases
def test_the_same_notice_again_writes_nothing_new(app: Flask) -> None:
    notices = everything()
    stable = [k for k in notices if k.startswith("awards.") or k in ("applications.submitted", "programs.amended")]
    for kind in stable:
        first = [letter.id for letter in _written(kind, notices[kind])]
        assert [letter.id for letter in _written(kind, notices[kind])] == first, kind


def _invitation(name: str) -> Letter:
    """The letter that invites an institution of this name: its name stands in the subject."""
    team = complete_team()

    def make() -> list[Letter]:
        db.session.get_one(Application, team.application_id).title = f"{name} {{link}}"
        made = Institution(
            public_id=RandomIds().public_id(), application_id=team.application_id, position=5, name=name,
            role=InstitutionRole.JOINT, kind="company_sme", contact_email="new@example.org", invited_at=clock.now(),
        )  # fmt: skip
        db.session.add(made)
        db.session.flush()
        return service.write_letters(
            context(), "applications.institution_invited", {"institution_id": made.id}
        )  # fmt: skip

    return committed(make)[0]


def _sent(letter: Letter) -> EmailMessage:
    made = mail.message(letter, "portal@example.org", "https://portal.example.org/")
    return message_from_bytes(bytes(made), policy=policy.default)  # type: ignore[return-value]


def _parts(made: EmailMessage) -> tuple[str, str]:
    plain, html = made.get_body(("plain",)), made.get_body(("html",))
    assert plain is not None
    assert html is not None
    return plain.get_content(), html.get_content()


@pytest.mark.parametrize("ending", ["\r\n", "\n", "\r", "\x0b", "\x0c", "\x1c", "\x85", "\u2028", "\u2029"])
def test_a_line_ending_in_a_name_adds_no_header(app: Flask, ending: str) -> None:
    made = _sent(_invitation(f"새봄{ending}Bcc: all@example.org"))
    assert made["Bcc"] is None
    assert "새봄 Bcc: all@example.org" in made["Subject"]
    assert made["To"] == "new@example.org"


@pytest.mark.parametrize(
    "name",
    [
        "<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "</p></body><h1>x</h1>", "&lt;b&gt;",
        "{link}", "{name} {0.__class__}", "%(x)s",
    ],
)  # fmt: skip
def test_a_hostile_name_is_text_and_nothing_else(app: Flask, name: str) -> None:
    letter = _invitation(name)
    plain, html = _parts(_sent(letter))
    assert name in plain.replace("\n", " ") or name == "{link}"
    assert re.sub(r"</?(p|a|br|html|body)\b[^>]*>|<!doctype html>", "", html).count("<") == 0
    assert html.count("<a href=") == 1
    link = f"https://portal.example.org{letter.link}"
    assert plain.count(link) == 1, "our link stands once, where the action is"
    assert link in plain.splitlines()


def test_links_come_from_configuration_not_from_the_request(app: Flask) -> None:
    with app.test_request_context("/", base_url="https://evil.example.org"):
        plain, _ = _parts(_sent(_invitation("새봄")))
    assert "evil" not in plain


@both_databases
def test_one_reads_ones_own_letters_only(app: Flask) -> None:
    mine, other = member(name="나"), member(name="남")
    letter_id = committed(lambda: _inbox_letter(mine.id)).public_id
    own = signed_in(app.test_client(), mine)
    assert "인사말" in own.get("/inbox").text
    shown = own.get(f"/inbox/{letter_id}")
    assert (shown.status_code, "본문입니다" in shown.text) == (200, True)
    stranger = signed_in(app.test_client(), other)
    assert stranger.get(f"/inbox/{letter_id}").status_code == 404
    assert "인사말" not in stranger.get("/inbox").text
    assert app.test_client().get(f"/inbox/{letter_id}").status_code == 302


def test_opening_a_letter_marks_it_read(app: Flask) -> None:
    who = member()
    letter = committed(lambda: _inbox_letter(who.id))
    letter_id, public_id = letter.id, letter.public_id
    client = signed_in(app.test_client(), who)
    client.get("/inbox")
    db.session.rollback()
    assert db.session.get_one(Letter, letter_id).read_at is None
    client.get(f"/inbox/{public_id}")
    db.session.rollback()
    assert db.session.get_one(Letter, letter_id).read_at is not None


def _inbox_letter(person_id: int) -> Letter:
    made = Letter(
        public_id=RandomIds().public_id(), kind="tests", dedupe_key=RandomIds().public_id(), person_id=person_id,
        email="a@example.org", language="ko", subject="인사말", body="본문입니다\n\n{link}\n\n끝", link="/calls",
        created_at=clock.now(),
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    return made


def test_a_calls_log_is_for_its_officers(app: Flask) -> None:
    team = complete_team()
    from portal.programs.models import Call

    public_id = db.session.get_one(Call, team.call_id).public_id
    address = f"/office/calls/{public_id}/messages"
    assert signed_in(app.test_client(), member("officer")).get(address).status_code == 200
    elsewhere = member("officer", scope="program:OTHER")
    for who in (elsewhere, member("reviewer"), member()):
        assert signed_in(app.test_client(), who).get(address).status_code == 404
