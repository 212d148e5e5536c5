"""A code lets one late application in, once, until its own time."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from portal.accounts.models import Person
from portal.applications import service
from portal.applications.errors import CodeRefused, CodeTooShort
from portal.applications.models import Application, ApplicationState, Extension, LateCode, StageEntry
from portal.applications.rules.lifecycle import CLOSE_GRACE
from portal.notifications.models import Letter
from portal.platform import clock
from portal.platform.db import db
from portal.platform.errors import NotFound
from portal.programs.models import Call
from tests.databases import both_databases
from tests.factories import before
from tests.factories.accounts import account, member, signed_in
from tests.factories.base import committed, context, person
from workers.wake import run_all_due

pytestmark = both_databases
REASON = "접수 시스템 장애를 겪었습니다."
TAKES = before.asking_definition(late_codes=True)


class Late:
    """A draft that missed the deadline, and its owner with an account."""

    def __init__(self, owner: Person | None = None, definition: Any = TAKES) -> None:
        def make() -> tuple[int, int, int, str]:
            who = owner or account(person())
            made = before.missed(definition, context(who))
            return who.id, made.id, made.call_id, made.public_id

        self.owner_id, self.id, self.call_id, self.public_id = committed(make)

    def context(self) -> Any:
        return context(db.session.get_one(Person, self.owner_id))

    def code(self, until: timedelta = timedelta(days=2), email: str | None = None) -> str:
        def issue() -> str:
            call = db.session.get_one(Call, self.call_id)
            return service.issue_code(context(), call, clock.now() + until, REASON, email)[1] or ""

        return committed(issue)

    def use(self, code: str) -> int:
        return committed(lambda: service.use_code(self.context(), self.id, code).id)

    def now(self) -> Application:
        db.session.rollback()
        return db.session.get_one(Application, self.id)


def test_a_late_draft_is_handed_in_by_a_code_and_closes_at_the_codes_time(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    late = Late()
    late.use(late.code())
    until = late.now().deadline
    committed(lambda: service.submit(late.context(), late.id).id)
    monkeypatch.setattr(clock, "now", lambda: until + CLOSE_GRACE)
    run_all_due()
    assert late.now().state is ApplicationState.CLOSED
    assert db.session.scalars(select(StageEntry).where(StageEntry.application_id == late.id)).one()
    assert not db.session.scalars(select(LateCode).where(LateCode.used_at.is_(None))).all()


def test_wrong_used_expired_foreign_and_not_needed_codes_get_the_same_refusal(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    late, other = Late(), Late()
    used = late.code()
    late.use(used)
    someone = late.code(email="someone@example.org")
    assert someone == ""
    soon = other.code(timedelta(minutes=5))
    said = set()
    third = Late()
    for code in ("AAAAA-BBBBB-CCCCC", "", used, soon):  # unknown, empty, used, of another call
        with pytest.raises(CodeRefused) as refused:
            third.use(code)
        said.add((refused.value.sentence(), refused.value.status))
    later = clock.now() + timedelta(minutes=6)
    monkeypatch.setattr(clock, "now", lambda: later)
    with pytest.raises(CodeRefused) as refused:
        other.use(soon)  # expired
    said.add((refused.value.sentence(), refused.value.status))
    with pytest.raises(CodeRefused):
        late.use(late.code())  # open again already: nothing to let in
    assert len(said) == 1


def test_a_code_for_an_address_is_mailed_and_works_for_that_account_only(app: Flask) -> None:
    late = Late()
    address = db.session.get_one(Person, late.owner_id).email
    assert late.code(email=address.upper()) == ""
    run_all_due()
    letter = db.session.scalars(select(Letter).where(Letter.kind == "applications.late_code_issued")).one()
    assert (letter.email, letter.link) == (address, None)  # the link is forgotten once it is sent
    code_row = db.session.scalars(select(LateCode)).one()
    letters = committed(lambda: service.mint_code(context(), code_row.id))
    rival = committed(lambda: account(person()).id)

    def rivals_try() -> None:
        who = db.session.get_one(Person, rival)
        service.start_late(
            context(who), late.call_id, "남의 코드", service.Lead(name="x", kind="company_sme"), {}, letters
        )

    with pytest.raises(CodeRefused):
        committed(rivals_try)
    assert db.session.scalar(select(func.count()).select_from(Application)) == 1
    assert late.use(letters)


def test_an_application_is_started_with_a_code_after_the_close(app: Flask) -> None:
    late = Late()
    code, who = late.code(), member()
    call = db.session.get_one(Call, late.call_id).public_id
    client = signed_in(app.test_client(), who)
    page = client.get(f"/calls/{call}/apply?code={code}").text
    assert f'value="{code}"' in page
    typed = {"title": "늦은 새 모델", "who": "new", "name": "새봄", "kind": "company_sme", "consent": "y"}
    refused = client.post(f"/calls/{call}/apply", data=typed | {"request_id": "r1", "code": "WRONG"})
    assert refused.status_code == 422 and "이 코드는 쓸 수 없습니다" in refused.text
    done = client.post(f"/calls/{call}/apply", data=typed | {"request_id": "r2", "code": code})
    assert done.status_code == 303, done.text
    made = db.session.scalars(select(Application).where(Application.title == "늦은 새 모델")).one()
    assert made.closes_at is not None and made.closes_at > clock.now()


def test_a_call_that_takes_no_codes_knows_nothing_of_them(app: Flask) -> None:
    late = Late(definition=before.asking_definition())
    with pytest.raises(NotFound):
        late.code()
    with pytest.raises(NotFound):
        late.use("AAAAABBBBBCCCCC")
    owner = signed_in(app.test_client(), db.session.get_one(Person, late.owner_id))
    assert owner.get(f"/applications/{late.public_id}/late-code").status_code == 404
    assert "코드" not in owner.get(f"/applications/{late.public_id}").text
    call = db.session.get_one(Call, late.call_id).public_id
    office = signed_in(app.test_client(), member("officer"))
    assert office.post(f"/office/calls/{call}/late-codes", data={}).status_code == 404


def test_a_code_lasts_beyond_the_close_and_is_shown_once(app: Flask) -> None:
    late = Late()
    with pytest.raises(CodeTooShort):
        late.code(-timedelta(minutes=1))
    call = db.session.get_one(Call, late.call_id)
    address = f"/office/calls/{call.public_id}"
    office = signed_in(app.test_client(), member("officer"))
    until = (clock.now() + timedelta(days=2)).strftime("%Y-%m-%dT%H:%M")
    typed = {"request_id": "r1", "code_until": until, "code_reason": REASON, "for_email": ""}
    assert office.post(f"{address}/late-codes", data=typed).status_code == 303
    first, second = office.get(f"{address}/deadlines").text, office.get(f"{address}/deadlines").text
    assert "코드를 지금 적어 두십시오" in first and "코드를 지금 적어 두십시오" not in second
    assert REASON in second


def test_guesses_are_counted_and_then_refused(app: Flask) -> None:
    late = Late()
    code = late.code()
    client = signed_in(app.test_client(), db.session.get_one(Person, late.owner_id))
    address = f"/applications/{late.public_id}/late-code"
    answers = [client.post(address, data={"request_id": f"r{n}", "code": "WRONG"}).status_code for n in range(12)]
    assert answers == [422] * 10 + [429] * 2
    assert client.post(address, data={"request_id": "last", "code": code}).status_code == 429
    assert late.now().closes_at is None


def test_of_fifty_posts_with_one_code_one_lets_in(app: Flask) -> None:
    """Fifty late drafts of fifty people, one code: one of them gets longer."""
    first = Late()
    code = first.code()

    def more() -> list[int]:
        call = db.session.get_one(Call, first.call_id)
        made = []
        for _ in range(49):
            who = person()
            row = Application(
                public_id=f"late{who.id}", call_id=call.id, owner_id=who.id, title="", state=ApplicationState.DRAFT,
                created_at=clock.now(), changed_at=clock.now(),
            )  # fmt: skip
            db.session.add(row)
            db.session.flush()
            made.append(row.id)
        return made

    ids = [first.id, *committed(more)]
    owners = {id: db.session.get_one(Application, id).owner_id for id in ids}
    ready, answers = threading.Barrier(len(ids)), list[str]()
    db.session.remove()

    def attempt(application_id: int) -> None:
        with app.app_context():
            ready.wait()
            try:
                me = context(db.session.get_one(Person, owners[application_id]))
                committed(lambda: service.use_code(me, application_id, code).id)
                answers.append("in")
            except CodeRefused:
                answers.append("refused")
            finally:
                db.session.remove()

    threads = [threading.Thread(target=attempt, args=(id,)) for id in ids]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == ["in"] + ["refused"] * 49
    db.session.rollback()
    assert db.session.scalar(select(func.count()).select_from(Extension)) == 1
    assert db.session.scalar(select(func.count()).where(Application.closes_at.is_not(None))) == 1
