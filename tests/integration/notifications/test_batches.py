"""Letters to many: staged, shown as they are sent, confirmed while the list holds, written once each."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from portal.accounts.models import Person
from portal.applications.models import ApplicationState
from portal.audit.models import AuditEvent
from portal.conflicts.models import Severity
from portal.conflicts.service import write
from portal.desks.officer.queries.filter import Filter
from portal.notifications import service
from portal.notifications.errors import (
    BatchSettled,
    NobodyToWriteTo,
    RecipientsChanged,
    TemplateNameTaken,
    UnknownPlace,
)
from portal.notifications.jobs import BATCH
from portal.notifications.models import BatchRecipient, Letter, LetterBatch, LetterTemplate
from portal.notifications.queries import batch_in_office
from portal.notifications.service import Words
from portal.platform.db import db
from portal.platform.jobs import Job, JobState
from portal.platform.transaction import in_transaction
from tests.databases import both_databases
from tests.factories import base
from tests.factories.accounts import member, signed_in
from tests.factories.base import committed
from tests.factories.office import TITLES, Office, office, owners, words
from workers.wake import run_all_due

CLOSED = Filter(state="closed")


@pytest.fixture
def made(app: Flask) -> Office:
    return office()


@pytest.fixture
def browser(app: Flask, made: Office) -> FlaskClient:
    return signed_in(app.test_client(), made.officer)


def _stage(of: Office, wanted: Filter = CLOSED, text: Words | None = None, only: tuple[str, ...] = ()) -> int:
    return committed(
        lambda: service.stage_batch(
            of.context(), of.field.field.call_id, text or words(), of.found(wanted), filter=wanted.query, only=only
        ).id
    )  # fmt: skip


def _confirm(of: Office, batch_id: int, wanted: Filter = CLOSED) -> None:
    committed(lambda: service.confirm_batch(of.context(), batch_id, of.found(wanted)).id)


def _letters() -> list[Letter]:
    return list(db.session.scalars(select(Letter).where(Letter.kind == BATCH.code).order_by(Letter.id)))


def _language(of: Office, place: int, language: str) -> None:
    committed(lambda: setattr(db.session.get_one(Person, of.application(place).owner_id), "language", language))


@both_databases
def test_everybody_gets_one_letter_in_their_own_language(made: Office) -> None:
    batch_id = _stage(made)
    assert _letters() == [], "nothing is written before it is confirmed"
    _confirm(made, batch_id)
    run_all_due()
    letters = _letters()
    assert [letter.email for letter in letters] == owners(made)
    assert [letter.language for letter in letters] == ["ko", "ko", "en"]
    assert letters[0].subject.endswith(TITLES[0]) and letters[2].subject.startswith("EN ")
    assert TITLES[0] not in letters[1].subject + letters[1].body, "nobody learns of another application"
    assert [letter.application_id for letter in letters] == made.field.field.applications
    batch = db.session.get_one(LetterBatch, batch_id)
    assert batch.finished_at is not None and batch.letters == 3
    kinds = set(db.session.scalars(select(AuditEvent.kind).where(AuditEvent.object_type == "letter_batch")))
    assert kinds == {"LettersStaged", "LettersConfirmed", "LettersWritten"}


@both_databases
def test_a_job_that_runs_again_writes_nothing_twice(made: Office) -> None:
    batch_id = _stage(made)
    _confirm(made, batch_id)
    run_all_due()
    before = [letter.id for letter in _letters()]

    def forget() -> None:
        job = db.session.scalars(select(Job).where(Job.kind == BATCH.code)).one()
        job.state, job.finished_at = JobState.WAITING, None
        db.session.scalars(select(BatchRecipient)).first().letter_id = None  # type: ignore[union-attr]

    committed(forget)
    run_all_due()
    assert [letter.id for letter in _letters()] == before
    assert all(row.letter_id for row in db.session.scalars(select(BatchRecipient)))


def _at_once(app: Flask, action: Callable[[], Any], times: int = 4) -> list[str]:
    answers: list[str] = []
    ready = threading.Barrier(times)

    def once() -> None:
        with app.app_context():
            ready.wait()
            try:
                in_transaction(action)
                answers.append("done")
            except BatchSettled:
                answers.append("settled")
            finally:
                db.session.remove()

    threads = [threading.Thread(target=once) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(answers)


@both_databases
def test_of_many_confirmations_at_once_one_counts(app: Flask, made: Office) -> None:
    batch_id = _stage(made)
    db.session.rollback()
    answers = _at_once(app, lambda: service.confirm_batch(made.context(), batch_id, made.found(CLOSED)))
    assert answers == ["done", "settled", "settled", "settled"]
    run_all_due()
    assert len(_letters()) == 3


@both_databases
def test_workers_at_once_write_each_letter_once(app: Flask, made: Office) -> None:
    batch_id = _stage(made)
    _confirm(made, batch_id)
    db.session.rollback()
    assert _at_once(app, lambda: service.write_some(base.context(), batch_id)) == ["done"] * 4
    assert len(_letters()) == 3


@both_databases
def test_whoever_confirms_confirms_what_was_shown(made: Office) -> None:
    batch_id = _stage(made)

    def withdraw() -> None:
        made.application(0).state = ApplicationState.WITHDRAWN

    committed(withdraw)
    with pytest.raises(RecipientsChanged):
        _confirm(made, batch_id)
    committed(lambda: service.restage_batch(made.context(), batch_id, made.found(CLOSED)).id)
    _confirm(made, batch_id)
    run_all_due()
    assert [letter.email for letter in _letters()] == owners(made)[1:]


def test_another_language_is_another_letter(made: Office) -> None:
    batch_id = _stage(made)
    _language(made, 1, "en")
    with pytest.raises(RecipientsChanged):
        _confirm(made, batch_id)


def test_the_page_shows_who_came_and_who_is_gone_before_it_can_be_confirmed(made: Office, browser: FlaskClient) -> None:
    batch_id = _stage(made)
    code = db.session.get_one(LetterBatch, batch_id).public_id
    page = f"{made.address}/letters/{code}"
    assert "편지 3통 보내기" in browser.get(page).text
    committed(lambda: setattr(made.application(2), "state", ApplicationState.WITHDRAWN))
    shown = browser.get(page).text
    assert (
        "받는 사람이 달라졌습니다" in shown and "더는 받지 않는 사람: 1명" in shown and "편지 3통 보내기" not in shown
    )
    answer = browser.post(f"{page}/confirm", data={"request_id": "r1"})
    assert answer.status_code == 409 and _letters() == []
    assert browser.post(f"{page}/again", data={"request_id": "r2"}).status_code == 303
    assert "편지 2통 보내기" in browser.get(page).text


def test_the_preview_is_the_letter_that_is_sent(made: Office, browser: FlaskClient, app: Flask) -> None:
    batch_id = _stage(made)
    rows = list(db.session.scalars(select(BatchRecipient).order_by(BatchRecipient.id)))
    code = db.session.get_one(LetterBatch, batch_id).public_id
    page = f"{made.address}/letters/{code}"
    third = rows[2].id
    shown = browser.get(f"{page}?who={third}").text
    assert '<article class="letter-shown" lang="en">' in shown, "in the recipient's language, whatever the page's"
    _confirm(made, batch_id)
    run_all_due()
    from markupsafe import escape

    from portal.notifications import mail

    letter = db.session.get_one(Letter, db.session.get_one(BatchRecipient, third).letter_id)
    sent = mail.message(letter, "portal@example.org", app.config["BASE_URL"]).get_body(("plain",))
    assert sent is not None
    for part in sent.get_content().replace("\r\n", "\n").strip().split("\n\n"):
        assert str(escape(part)) in shown, part
    assert str(escape(letter.subject)) in shown


def test_what_people_wrote_is_not_filled_again(made: Office) -> None:
    committed(lambda: setattr(made.application(0), "title", "{name} {link} {deadline}"))
    batch_id = _stage(made)
    _confirm(made, batch_id)
    run_all_due()
    assert _letters()[0].subject.endswith("{name} {link} {deadline}")


@pytest.mark.parametrize(
    "odd", ["{titel}", "{link}", "{", "}", "{0}", "{name.email}", "{name!r}", "{ name }", "{{title}}"]
)
def test_an_unknown_place_is_refused_with_those_that_are_known(made: Office, odd: str) -> None:
    with pytest.raises(UnknownPlace) as refused:
        _stage(made, text=words(body=f"{odd} 안내드립니다."))
    assert refused.value.field == "body_ko"
    assert "{title}" in refused.value.sentence() and odd.strip("{}") in refused.value.sentence()
    assert db.session.scalars(select(LetterBatch)).all() == []


def test_nobody_is_reached_before_the_close_or_in_another_call(made: Office, browser: FlaskClient) -> None:
    with pytest.raises(NobodyToWriteTo):
        _stage(made, Filter(q="없는말"))
    other = office()
    foreign = other.application(0).public_id
    data = {"request_id": "r", "chosen": foreign, "template": ""}
    for code in ("ko", "en"):
        data |= {f"subject_{code}": "제목", f"body_{code}": "본문은 열 자가 넘어야 합니다."}
    assert browser.post(f"{made.address}/letters/new", data=data).status_code == 422
    draft = browser.get(f"{made.address}/letters/new?state=draft").text
    assert "받을 사람이 없습니다" in draft
    data["chosen"], data["request_id"] = made.application(1).public_id, "r2"
    answer = browser.post(f"{made.address}/letters/new", data=data)
    assert answer.status_code == 303 and TITLES[1] in browser.get(answer.location).text
    assert db.session.scalars(select(BatchRecipient.application_id)).all() == [made.field.field.applications[1]]


def test_an_officer_with_a_conflict_reaches_neither_recipients_nor_the_batch(made: Office, app: Flask) -> None:
    barred = member("officer", name="이해충돌 담당자")
    barred_id = barred.id
    committed(
        lambda: write(base.context(), barred_id, made.field.field.applications[0], "participant", Severity.ABSOLUTE)
    )
    batch_id = _stage(made)
    code = db.session.get_one(LetterBatch, batch_id).public_id
    theirs = signed_in(app.test_client(), db.session.get_one(Person, barred_id))
    page = f"{made.address}/letters/{code}"
    assert theirs.get(page).status_code == 404
    assert theirs.post(f"{page}/confirm", data={"request_id": "r"}).status_code == 404
    own = base.context(db.session.get_one(Person, barred_id), "officer").actor
    assert batch_in_office(own, made.field.field.call, code) is None
    shown = theirs.get(f"{made.address}/letters/new").text
    assert ">2건" in shown, "of three applications the one that bars them is not written to"


def test_given_up_letters_are_never_sent(made: Office, browser: FlaskClient) -> None:
    batch_id = _stage(made)
    code = db.session.get_one(LetterBatch, batch_id).public_id
    assert browser.post(f"{made.address}/letters/{code}/give-up", data={"request_id": "r"}).status_code == 303
    with pytest.raises(BatchSettled):
        _confirm(made, batch_id)
    run_all_due()
    assert _letters() == []


# --- templates ---


@both_databases
def test_a_template_has_one_name_in_a_call_and_one_everywhere(made: Office) -> None:
    def save(name: str, everywhere: bool = False) -> int:
        return committed(
            lambda: service.save_template(made.context(), made.call, words(), name, everywhere=everywhere).id
        )

    first = save("안내")
    with pytest.raises(TemplateNameTaken):
        save("안내")
    save("안내", everywhere=True)
    with pytest.raises(TemplateNameTaken):
        save("안내", everywhere=True)
    assert db.session.get_one(LetterTemplate, first).call_id == made.field.field.call_id


def test_a_template_with_an_unknown_place_is_not_saved(made: Office, browser: FlaskClient) -> None:
    data = {"request_id": "r", "name": "안내", "subject_ko": "{titel} 안내", "subject_en": "About {title}"}
    data |= {"body_ko": "본문은 열 자가 넘어야 합니다.", "body_en": "Ten characters at least."}
    answer = browser.post(f"{made.address}/letter-templates/new", data=data)
    assert answer.status_code == 422 and "{titel}" in answer.text and "{receipt}" in answer.text
    assert db.session.scalars(select(LetterTemplate)).all() == []
    answer = browser.post(
        f"{made.address}/letter-templates/new", data=data | {"subject_ko": "{title} 안내", "request_id": "r2"}
    )
    assert answer.status_code == 303 and "안내" in browser.get(answer.location).text


def test_a_template_of_every_call_is_changed_by_whoever_administers_every_call(made: Office, app: Flask) -> None:
    made_id = committed(
        lambda: service.save_template(made.context(), made.call, words(), "모두의 안내", everywhere=True).public_id
    )
    page = f"{made.address}/letter-templates/{made_id}"
    assert signed_in(app.test_client(), made.officer).get(page).status_code == 403
    administrator = signed_in(app.test_client(), member("administrator"))
    assert administrator.get(page).status_code == 200
    assert administrator.post(f"{page}/delete", data={"request_id": "r"}).status_code == 303


def test_what_was_sent_keeps_its_words_when_its_template_goes(made: Office) -> None:
    def make() -> tuple[int, int]:
        template = service.save_template(made.context(), made.call, words(), "안내")
        batch = service.stage_batch(
            made.context(), made.field.field.call_id, words(), made.found(CLOSED), template_id=template.id
        )
        return template.id, batch.id

    template_id, batch_id = committed(make)
    committed(
        lambda: service.delete_template(made.context(), made.call, db.session.get_one(LetterTemplate, template_id))
    )
    batch = db.session.get_one(LetterBatch, batch_id)
    assert batch.template_id is None and batch.subjects["ko"] == "{call}: {title}"


# --- the log ---


def test_the_log_is_filtered_by_kind_person_and_application(made: Office, browser: FlaskClient) -> None:
    _confirm(made, _stage(made))
    run_all_due()
    log = f"{made.address}/messages"
    first = made.application(0)
    assert browser.get(log).text.count(first.title) >= 1
    assert TITLES[1] in browser.get(f"{log}?kind=notifications.batch").text
    assert TITLES[1] not in browser.get(f"{log}?kind=applications.submitted").text
    one = browser.get(f"{log}?application={first.public_id}").text
    assert owners(made)[0] in one and owners(made)[1] not in one
    by_name = browser.get(f"{log}?q={owners(made)[2]}").text
    assert owners(made)[2] in by_name and owners(made)[0] not in by_name


def test_the_log_hides_letters_about_what_bars_the_officer_and_seals_names_before_the_close(
    made: Office, app: Flask
) -> None:
    _confirm(made, _stage(made))
    run_all_due()
    barred = member("officer", name="이해충돌 담당자")
    barred_id = barred.id
    committed(
        lambda: write(base.context(), barred_id, made.field.field.applications[0], "participant", Severity.ABSOLUTE)
    )
    theirs = signed_in(app.test_client(), db.session.get_one(Person, barred_id))
    page = theirs.get(f"{made.address}/messages").text
    assert owners(made)[0] not in page and owners(made)[1] in page
    committed(lambda: setattr(made.application(1), "state", ApplicationState.SUBMITTED))
    page = theirs.get(f"{made.address}/messages").text
    assert owners(made)[1] not in page and TITLES[1] not in page and "마감까지 봉인됨" in page
    assert "찾은 편지가 없습니다" in theirs.get(f"{made.address}/messages?q={owners(made)[1]}").text
