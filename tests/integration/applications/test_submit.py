"""Handing in: in time to the millisecond, once, frozen, and sealed until the close."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from portal.applications import queries, service
from portal.applications.content import digest
from portal.applications.errors import CallClosed, Incomplete
from portal.applications.models import Application, ApplicationState, Submission
from portal.applications.rules.receipt import read_receipt_number
from portal.audit.models import AuditEvent
from portal.platform.db import db
from portal.platform.errors import Forbidden
from portal.platform.jobs import Job
from tests.databases import both_databases
from tests.factories import base, consortia
from tests.factories.base import committed

pytestmark = both_databases


def deadline_of(team: consortia.Team):  # type: ignore[no-untyped-def]
    return db.session.get_one(Application, team.application_id).deadline


def submit(team: consortia.Team, at=None) -> int:  # type: ignore[no-untyped-def]
    return committed(lambda: service.submit(team.context(at), team.application_id).id)


def test_a_millisecond_before_the_deadline_is_in_time(app: Flask) -> None:
    team = consortia.complete_team()
    submit(team, deadline_of(team) - timedelta(milliseconds=1))
    assert db.session.get_one(Application, team.application_id).state is ApplicationState.SUBMITTED


def test_the_deadline_itself_is_too_late(app: Flask) -> None:
    team = consortia.complete_team()
    with pytest.raises(CallClosed):
        submit(team, deadline_of(team))
    assert db.session.get_one(Application, team.application_id).state is ApplicationState.DRAFT


def test_handing_in_twice_gives_the_same_receipt(app: Flask) -> None:
    team = consortia.complete_team()
    assert submit(team) == submit(team)
    assert db.session.scalar(select(func.count()).select_from(Submission)) == 1
    assert db.session.scalar(select(func.count()).where(AuditEvent.kind == "ApplicationSubmitted")) == 1


def test_a_change_handed_in_is_the_next_number_and_the_first_stays(app: Flask) -> None:
    team = consortia.complete_team()
    first = submit(team)
    before = db.session.get_one(Submission, first).content
    committed(
        lambda: service.save_section(team.context(), team.application_id, "impact", "", {"use": "모두가 쓴다"}, 1)
    )
    second = submit(team)
    assert [s.number for s in queries.submissions_of(team.application_id)] == [1, 2]
    assert db.session.get_one(Submission, first).content == before
    assert queries.content_of(db.session.get_one(Submission, second))["sections"]["impact"][""]["use"] == "모두가 쓴다"


def test_the_hash_on_the_receipt_is_that_of_the_stored_text(app: Flask) -> None:
    team = consortia.complete_team()
    made = db.session.get_one(Submission, submit(team))
    assert digest(made.content) == made.sha256
    assert made.content == json.dumps(
        json.loads(made.content), ensure_ascii=False, sort_keys=True, separators=(",", ":")
    )
    assert read_receipt_number(made.receipt) == made.receipt
    content = queries.content_of(made)
    assert set(content) == {
        "call", "title", "language", "institutions", "members", "sections", "costs", "means", "attachments",
        "confirmations", "declaration",
    }  # fmt: skip
    assert "demo" not in content["sections"]


def test_an_incomplete_draft_is_refused_and_stays_a_draft(app: Flask) -> None:
    team = consortia.complete_team()
    committed(lambda: service.save_section(team.context(), team.application_id, "impact", "", {}, 1))
    with pytest.raises(Incomplete):
        submit(team)
    assert queries.latest_submission(team.application_id) is None


def test_only_the_lead_hands_in(app: Flask) -> None:
    team = consortia.complete_team()
    partner = consortia.joined_partner(team)
    with pytest.raises(Forbidden):
        committed(lambda: service.submit(partner.context(), team.application_id))


def test_submission_gives_a_receipt_and_asks_for_the_close_only(app: Flask) -> None:
    team = consortia.complete_team()
    submit(team)
    kinds = set(db.session.scalars(select(Job.kind).where(Job.kind.startswith("applications."))))
    assert kinds == {"applications.submitted", "applications.close"}
    close = db.session.scalars(select(Job).where(Job.kind == "applications.close")).one()
    assert close.run_at >= deadline_of(team)


def test_submitted_content_is_sealed_until_the_close(app: Flask) -> None:
    team = consortia.complete_team()
    submit(team)
    readable = select(Application.id).where(queries.readable_by_officer())
    assert db.session.scalars(readable).all() == []
    at = deadline_of(team)
    committed(lambda: service.close(base.context(at=at), team.application_id))
    assert db.session.scalars(readable).all() == [team.application_id]


def test_nobody_outside_the_team_loads_the_application(app: Flask) -> None:
    team = consortia.complete_team()
    submit(team)
    officer = committed(lambda: base.person("담당자").id)
    from portal.accounts.models import Person

    actor = base.actor(db.session.get_one(Person, officer), "officer", "administrator", "auditor")
    assert queries.application_for(actor, team.public_id) is None
    assert queries.application_for(team.context().actor, team.public_id) is not None
