"""One application gets longer than the others: named by its officer, told with the reason, sealed until its own close."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from portal.accounts.models import Person
from portal.applications import queries, service
from portal.applications.errors import (
    ApplicationUnknown,
    CallClosed,
    ExtensionTooEarly,
    NotExtendable,
    SeveralApplications,
)
from portal.applications.models import Application, ApplicationState, Extension, StageEntry
from portal.applications.rules.lifecycle import CLOSE_GRACE
from portal.audit.models import AuditEvent
from portal.conflicts import service as conflicts
from portal.conflicts.models import Severity
from portal.notifications.models import Letter
from portal.platform import clock
from portal.platform.context import Context
from portal.platform.db import db
from portal.platform.jobs import Job
from portal.programs import service as programs
from portal.programs.models import Call, CallState
from portal.screening.queries import still_to_enter
from tests.databases import both_databases
from tests.factories import consortia
from tests.factories.accounts import account, member, signed_in
from tests.factories.base import committed, context, person
from workers.wake import run_all_due

pytestmark = both_databases
REASON = "연구실 화재로 자료를 다시 만들어야 합니다."
DAY = timedelta(days=1)


def application(team: consortia.Team) -> Application:
    db.session.rollback()
    return db.session.get_one(Application, team.application_id)


def submitted() -> consortia.Team:
    team = consortia.complete_team()
    committed(lambda: service.submit(team.context(), team.application_id))
    return team


def email_of(team: consortia.Team) -> str:
    return db.session.get_one(Person, team.owner_id).email


def extend(
    team: consortia.Team, who: str, until: datetime, at: datetime | None = None, officer: Context | None = None
) -> int:
    acting = officer or context(at=at)
    return committed(lambda: service.extend_one(acting, team.call_id, who, until, REASON).id)


def at(moment: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: moment)


def test_an_officer_names_it_by_receipt_or_by_the_applicants_address(app: Flask) -> None:
    team, draft = submitted(), consortia.complete_team()
    receipt = queries.latest_submission(team.application_id).receipt  # type: ignore[union-attr]
    until = application(team).deadline + DAY
    extend(team, f" {receipt.lower()} ", until)
    extend(draft, email_of(draft).upper(), until + DAY)
    assert application(team).deadline == until
    assert application(draft).deadline == until + DAY


def test_what_cannot_be_named_is_refused_alike(app: Flask) -> None:
    team, other = submitted(), submitted()
    foreign = queries.latest_submission(other.application_id).receipt  # type: ignore[union-attr]
    until = application(team).deadline + DAY
    officer = committed(lambda: person())
    barred = context(officer)
    committed(lambda: conflicts.write(context(), officer.id, team.application_id, "participant", Severity.ABSOLUTE))
    mine = email_of(team)
    for who, acting in (
        (foreign, None), ("SMALL-NOTHING", None), ("nobody@example.org", None), ("a@b@c", None), (mine, barred),
    ):  # fmt: skip
        with pytest.raises(ApplicationUnknown):
            extend(team, who, until, officer=acting)
    second = committed(
        lambda: service.start(team.context(), team.call_id, "둘째", service.Lead(name="새봄", kind="company_sme")).id
    )
    assert second
    with pytest.raises(SeveralApplications):
        extend(team, mine, until)


def test_it_is_never_shorter_and_never_given_too_late(app: Flask) -> None:
    team = submitted()
    closes, who = application(team).deadline, email_of(team)
    with pytest.raises(ExtensionTooEarly):
        extend(team, who, closes)
    with pytest.raises(NotExtendable):
        extend(team, who, closes + DAY, at=closes)
    extend(team, who, closes + DAY, at=closes - timedelta(microseconds=1))
    with pytest.raises(ExtensionTooEarly):
        extend(team, who, closes + DAY)
    programs_until = closes + 3 * DAY
    committed(lambda: programs.extend_call(context(), team.call_id, programs_until, consortia.words("모두", "All")).id)
    assert application(team).deadline == programs_until  # the call's own, later one counts


def test_the_team_is_told_with_the_reason_and_it_is_logged(app: Flask) -> None:
    team = submitted()
    until = application(team).deadline + DAY
    extend(team, email_of(team), until)
    run_all_due()
    letter = db.session.scalars(select(Letter).where(Letter.kind == "applications.extended")).one()
    assert letter.person_id == team.owner_id and REASON in letter.body
    told = db.session.scalars(select(AuditEvent).where(AuditEvent.kind == "DeadlineExtended")).one()
    assert set(told.fields) == {"old", "new", "reason", "by_code"} and REASON not in str(told.fields)
    owner = committed(lambda: account(db.session.get_one(Person, team.owner_id)))
    page = signed_in(app.test_client(), owner).get(f"/applications/{team.public_id}").text
    assert REASON in page and "이 신청서의 마감이 연장되었습니다" in page


def test_it_is_written_and_handed_in_after_the_calls_close_and_sealed_until_its_own(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    team, other = submitted(), submitted()
    closes, own = application(team).deadline, application(team).deadline + DAY
    extend(team, email_of(team), own)
    at(closes + CLOSE_GRACE, monkeypatch)
    run_all_due()
    assert db.session.get_one(Call, team.call_id).state is CallState.CLOSED
    assert application(other).state is not ApplicationState.DRAFT
    office = signed_in(app.test_client(), member("officer"))
    listed = office.get(f"/office/calls/{db.session.get_one(Call, team.call_id).public_id}/applications").text
    assert "작은 모델" not in listed
    later = closes + timedelta(hours=5)
    committed(
        lambda: service.save_section(team.context(later), team.application_id, "impact", "", {"use": "더 낫게"}, 1)
    )
    committed(lambda: service.submit(team.context(later), team.application_id).id)
    with pytest.raises(CallClosed):
        committed(lambda: service.submit(other.context(later), other.application_id).id)
    at(own + CLOSE_GRACE, monkeypatch)
    run_all_due()
    assert application(team).state is ApplicationState.CLOSED
    entry = db.session.scalars(select(StageEntry).where(StageEntry.application_id == team.application_id)).one()
    assert queries.content_of(entry.submission)["sections"]["impact"][""]["use"] == "더 낫게"


def _stage_screened(call_id: int) -> int:
    db.session.rollback()
    stage = db.session.get_one(Call, call_id).stages[0].id
    jobs = db.session.scalars(select(Job).where(Job.kind == "screening.stage_screened")).all()
    return sum(job.payload["stage_id"] == stage for job in jobs)


def test_the_stage_is_whole_only_when_the_last_own_deadline_has_passed(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One team has handed in; another of the same call, still a draft, has a day more and never hands in."""
    team = submitted()
    closes, call_id = application(team).deadline, team.call_id
    who = committed(lambda: person())
    draft = committed(
        lambda: service.start(context(who), call_id, "끝내 내지 않음", service.Lead(name="늦봄", kind="company_sme")).id
    )
    address = who.email
    committed(lambda: service.extend_one(context(), call_id, address, closes + DAY, REASON).id)
    at(closes + CLOSE_GRACE, monkeypatch)
    run_all_due()
    assert (still_to_enter(call_id, closes + CLOSE_GRACE), _stage_screened(call_id)) == (1, 0)
    at(closes + DAY + CLOSE_GRACE, monkeypatch)
    run_all_due()
    assert (still_to_enter(call_id, closes + DAY + CLOSE_GRACE), _stage_screened(call_id)) == (0, 1)
    assert db.session.get_one(Application, draft).state is ApplicationState.DRAFT


def _race(app: Flask, team: consortia.Team, closes: datetime, who: str) -> list[str]:
    """The close and an extension stamped just before it, at once; which of them was refused."""
    ready, refused = threading.Barrier(2), list[str]()
    db.session.remove()

    def close() -> None:
        committed(lambda: service.close(context(at=closes), team.application_id) and None)

    def lengthen() -> None:
        try:
            extend(team, who, closes + DAY, at=closes - timedelta(microseconds=1))
        except NotExtendable:
            refused.append("extension")

    def run(action: Callable[[], None]) -> None:
        with app.app_context():
            ready.wait()
            action()
            db.session.remove()

    threads = [threading.Thread(target=run, args=(action,)) for action in (close, lengthen)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return refused


def test_an_extension_and_the_close_at_the_same_moment_never_both_win(app: Flask) -> None:
    """Whichever comes first decides: closed and refused, or longer and still open."""
    for _ in range(6):
        team = submitted()
        closes = application(team).deadline
        refused = _race(app, team, closes, email_of(team))
        now = application(team)
        given = db.session.scalars(select(Extension).where(Extension.application_id == team.application_id)).all()
        if refused:
            assert (now.state, now.closes_at, list(given)) == (ApplicationState.CLOSED, None, [])
        else:
            assert (now.state, now.closes_at, len(given)) == (ApplicationState.SUBMITTED, closes + DAY, 1)
            key = f"applications.close:{team.application_id}:{(closes + DAY).isoformat()}"
            assert db.session.scalars(select(Job).where(Job.dedupe_key == key)).one()


def test_the_office_page_shows_every_extension_and_refuses_with_a_sentence(app: Flask) -> None:
    team = submitted()
    call = db.session.get_one(Call, team.call_id)
    address, until = f"/office/calls/{call.public_id}", (call.closes_at + DAY).astimezone()
    office = signed_in(app.test_client(), member("officer"))
    typed = {
        "request_id": "r1",
        "who": "nobody@example.org",
        "until": until.strftime("%Y-%m-%dT%H:%M"),
        "reason": REASON,
    }
    refused = office.post(f"{address}/extend-one", data=typed)
    assert refused.status_code == 422 and "찾지 못했습니다" in refused.text and REASON in refused.text
    typed |= {"request_id": "r2", "who": email_of(team), "until": (call.closes_at + 2 * DAY).strftime("%Y-%m-%dT%H:%M")}
    done = office.post(f"{address}/extend-one", data=typed)
    assert done.status_code == 303, done.text
    shown = office.get(f"{address}/deadlines").text
    assert REASON in shown and queries.latest_submission(team.application_id).receipt in shown  # type: ignore[union-attr]
    other = signed_in(app.test_client(), member("officer", scope="program:WBL"))
    assert other.get(f"{address}/deadlines").status_code == 404
