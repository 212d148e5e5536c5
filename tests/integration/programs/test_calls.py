"""A call is frozen when it opens; what it says changes by a logged amendment only, its rules not at all."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from portal.applications.jobs import CLOSE
from portal.applications.models import Application, ApplicationState, StageEntry
from portal.applications.rules.lifecycle import CLOSE_GRACE
from portal.applications.service import submit
from portal.audit.models import AuditAnchor, AuditEvent
from portal.notifications.models import Letter
from portal.platform import clock
from portal.platform.db import db
from portal.platform.jobs import Job, JobState
from portal.programs import queries, service
from portal.programs.definition import CallDefinition, canonical
from portal.programs.errors import CallStateRefused, DeadlineNotLater, FrozenPart
from portal.programs.models import Amendment, Call, CallState
from tests.databases import both_databases
from tests.factories.accounts import member, signed_in
from tests.factories.base import committed, context, open_call
from tests.factories.consortia import Team, complete_team, small_definition, words
from workers.wake import run_all_due

pytestmark = both_databases
REASON = words("요청이 많아", "Many asked for it")


def changed(**changes: object) -> CallDefinition:
    return CallDefinition.model_validate(small_definition().model_dump(mode="json") | changes)


def _call(call_id: int) -> Call:
    db.session.rollback()
    return db.session.get_one(Call, call_id)


def _opened() -> int:
    return committed(lambda: open_call(small_definition()).id)


def _draft(opens_in: timedelta = timedelta(hours=1)) -> int:
    at = clock.now()
    made = committed(
        lambda: (
            service.draft_call(
                context(), small_definition(), "SMALL-D", words("초안", "Draft"), at + opens_in, at + timedelta(days=30)
            ).id
        )
    )
    return made


def _at(moment: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    """The portal's clock shows `moment`; leases go on by the real one."""
    monkeypatch.setattr(clock, "now", lambda: moment)


def test_a_draft_is_invisible_to_the_public(app: Flask) -> None:
    call_id = _draft()
    public_id = _call(call_id).public_id
    visitor = app.test_client()
    assert visitor.get(f"/calls/{public_id}").status_code == 404
    for page in ("/", "/programs", "/programs/SMALL"):
        assert public_id not in visitor.get(page).text
    for who in (member(), member("reviewer"), member("officer", scope="program:OTHER")):
        client = signed_in(app.test_client(), who)
        assert client.get(f"/calls/{public_id}").status_code == 404
        assert client.get(f"/office/calls/{public_id}").status_code == 404
        assert client.get(f"/calls/{public_id}/apply").status_code == 404
    assert signed_in(app.test_client(), member("officer")).get(f"/office/calls/{public_id}").status_code == 200


def test_a_call_opens_by_its_job_and_freezes_its_hash(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    call_id = _draft()
    run_all_due()
    assert _call(call_id).state is CallState.DRAFT
    _at(_call(call_id).opens_at, monkeypatch)
    run_all_due()
    call = _call(call_id)
    assert call.state is CallState.OPEN
    assert call.content == canonical(small_definition())
    assert call.content_hash == hashlib.sha256(call.content.encode()).hexdigest()
    said = db.session.scalars(select(AuditEvent).where(AuditEvent.kind == "CallOpened")).one()
    assert set(said.fields) == {"version", "hash"}
    assert app.test_client().get(f"/calls/{call.public_id}").status_code == 200


def test_opening_again_changes_nothing(app: Flask) -> None:
    call_id = _opened()
    opened_at = _call(call_id).opened_at
    committed(lambda: service.open_call(context(at=clock.now() + timedelta(hours=1)), call_id))
    assert _call(call_id).opened_at == opened_at
    run_all_due()
    assert set(db.session.scalars(select(Job.state).where(Job.run_at <= clock.now()))) == {JobState.DONE}


def test_a_call_closes_at_its_deadline_and_the_chain_is_anchored(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    call_id = _opened()
    run_all_due()
    assert _call(call_id).state is CallState.OPEN
    _at(_call(call_id).closes_at, monkeypatch)
    run_all_due()
    call = _call(call_id)
    assert (call.state, call.closed_at) == (CallState.CLOSED, call.closes_at)
    assert db.session.scalars(select(AuditAnchor.reason)).all() == [f"deadline {call.code}"]


@pytest.mark.parametrize(
    ("part", "value"),
    [
        ("components", [small_definition().components[0].model_dump() | {"max_per_year": 200_000_000}]),
        ("awards", {"max_count": 2}),
        ("screening", [{"code": "has_pi", "names": words("책임자", "PI"), "kind": "has_pi"}]),
        ("point_sheet", [{"code": "p", "names": words("가점", "Point"), "fact": "members", "at_least": 3, "points": 1}]),
        ("point_sheet_decides", True),
        ("stages", [s.model_dump() | {"keep": 9} for s in small_definition().stages]),
        ("stages", [
            s.model_dump() | {"criteria": [{"code": "merit", "names": words("우수성", "Merit"), "points": 90}]}
            for s in small_definition().stages
        ]),
    ],
)  # fmt: skip
def test_an_open_call_keeps_its_rules(app: Flask, part: str, value: object) -> None:
    call_id = _opened()
    before = _call(call_id).content_hash
    with pytest.raises(FrozenPart) as refused:
        committed(lambda: service.amend_call(context(), call_id, changed(**{part: value}), words("x", "x"), REASON))
    assert refused.value.status == 409
    assert "{" not in refused.value.sentence()
    call = _call(call_id)
    assert (call.content_hash, call.version) == (before, 1)
    assert db.session.scalars(select(Amendment)).all() == []


def test_an_amendment_is_logged_shown_and_mailed(app: Flask) -> None:
    team = complete_team()
    committed(
        lambda: service.amend_call(
            context(), team.call_id, changed(facts={"contact": "02-000-0000"}), words("연락처", "Contact"), REASON
        )
    )
    run_all_due()
    call = _call(team.call_id)
    logged = db.session.scalars(select(Amendment)).one()
    assert (call.version, logged.number, logged.new_hash) == (2, 1, call.content_hash)
    assert logged.old_hash != logged.new_hash
    assert call.definition.facts == {"contact": "02-000-0000"}
    assert db.session.scalars(select(Letter.person_id).where(Letter.kind == "programs.amended")).all() == [
        team.owner_id
    ]
    shown = app.test_client().get(f"/calls/{call.public_id}?lang=en").text
    assert "Contact" in shown
    assert "Many asked for it" in shown


def test_a_draft_or_a_closed_call_takes_no_amendment(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    for call_id in (_draft(), _opened()):
        if _call(call_id).state is CallState.OPEN:
            closes_at = _call(call_id).closes_at
            committed(lambda id=call_id, at=closes_at: service.close_call(context(at=at), id))  # type: ignore[misc]
        with pytest.raises(CallStateRefused):
            committed(lambda id=call_id: service.amend_call(context(), id, changed(facts={"a": "b"}), REASON, REASON))  # type: ignore[misc]
        with pytest.raises(CallStateRefused):
            later = clock.now() + timedelta(days=90)
            committed(lambda id=call_id, at=later: service.extend_call(context(), id, at, REASON))  # type: ignore[misc]


def test_a_deadline_only_ever_moves_later(app: Flask) -> None:
    call_id = _opened()
    closes_at = _call(call_id).closes_at
    for at in (closes_at, closes_at - timedelta(seconds=1), clock.now()):
        with pytest.raises(DeadlineNotLater):
            committed(lambda at=at: service.extend_call(context(), call_id, at, REASON))  # type: ignore[misc]


def _submitted() -> Team:
    team = complete_team()
    committed(lambda: submit(team.context(), team.application_id))
    return team


def test_an_extension_moves_the_close_of_the_call_and_of_every_application(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    team = _submitted()
    run_all_due()
    old = _call(team.call_id).closes_at
    new = old + timedelta(days=2)
    committed(lambda: service.extend_call(context(), team.call_id, new, REASON))

    _at(old + CLOSE_GRACE + timedelta(seconds=1), monkeypatch)
    run_all_due()
    assert _call(team.call_id).state is CallState.OPEN
    assert _state(team) is ApplicationState.SUBMITTED
    waiting = db.session.scalars(select(Job).where(Job.kind == CLOSE.code, Job.state == JobState.WAITING)).one()
    assert waiting.run_at == new + CLOSE_GRACE

    _at(new + CLOSE_GRACE, monkeypatch)
    run_all_due()
    assert _call(team.call_id).state is CallState.CLOSED
    assert _state(team) is ApplicationState.CLOSED
    assert len(db.session.scalars(select(StageEntry)).all()) == 1
    assert not db.session.scalars(select(Job).where(Job.state == JobState.PARKED)).all()


def _state(team: Team) -> ApplicationState:
    db.session.rollback()
    return db.session.get_one(Application, team.application_id).state


def test_an_own_later_deadline_of_one_application_outlives_the_calls(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    team = _submitted()
    closes_at = _call(team.call_id).closes_at
    own = closes_at + timedelta(days=1)

    def extend() -> None:
        db.session.get_one(Application, team.application_id).closes_at = own

    committed(extend)
    _at(closes_at + CLOSE_GRACE, monkeypatch)
    run_all_due()
    assert (_call(team.call_id).state, _state(team)) == (CallState.CLOSED, ApplicationState.SUBMITTED)
    _at(own + CLOSE_GRACE, monkeypatch)
    run_all_due()
    assert _state(team) is ApplicationState.CLOSED


def test_an_administrator_extends_on_the_calls_page_and_an_officer_does_not(app: Flask) -> None:
    call_id = _opened()
    public_id = _call(call_id).public_id
    later = _call(call_id).closes_at + timedelta(days=5)
    typed = {
        "request_id": "r1", "closes_at": later.strftime("%Y-%m-%dT%H:%M"), "reason_ko": "요청이 많아",
        "reason_en": "Many asked",
    }  # fmt: skip
    address = f"/office/calls/{public_id}/extend"
    assert signed_in(app.test_client(), member("officer")).post(address, data=typed).status_code == 404
    assert _call(call_id).version == 1
    done = signed_in(app.test_client(), member("administrator")).post(address, data=typed)
    assert done.status_code == 303, done.text
    assert _call(call_id).version == 2


def test_calls_are_reached_by_scope(app: Flask) -> None:
    call_id = _opened()
    call = _call(call_id)
    reached = {"*": True, "program:SMALL": True, f"call:{call.public_id}": True, "program:WBL": False, "call:x": False}
    for scope, sees in reached.items():
        who = context(member("officer", scope=scope), "officer", scope=scope).actor
        assert (queries.office_call(who, call.public_id) is not None) is sees, scope
        assert bool(queries.office_calls(who)) is sees, scope


def test_a_program_is_found_by_its_former_name(app: Flask) -> None:
    _opened()

    def rename() -> None:
        queries.programs()[0].former = ["OldName"]

    committed(rename)
    visitor = app.test_client()
    found = visitor.get("/programs/oldname")
    assert (found.status_code, found.headers["Location"]) == (302, "/programs/SMALL")
    assert visitor.get("/programs/nothing").status_code == 404
