"""The close: once, from the last submission, at the effective deadline."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from portal.applications import queries, service
from portal.applications.errors import EntryMoveRefused
from portal.applications.models import Application, ApplicationState, EntryState, StageEntry
from portal.platform.db import db
from portal.platform.jobs import Job
from tests.databases import both_databases
from tests.factories import base, consortia
from tests.factories.base import committed

pytestmark = both_databases


def submitted() -> consortia.Team:
    team = consortia.complete_team()
    committed(lambda: service.submit(team.context(), team.application_id))
    return team


def application(team: consortia.Team) -> Application:
    return db.session.get_one(Application, team.application_id)


def close(team: consortia.Team, late: timedelta = timedelta()) -> int | None:
    at = application(team).deadline + late

    def act() -> int | None:
        entry = service.close(base.context(at=at), team.application_id)
        return entry.id if entry else None

    return committed(act)


def test_closing_twice_makes_one_entry(app: Flask) -> None:
    team = submitted()
    assert close(team) == close(team, timedelta(minutes=5))
    assert db.session.scalar(select(func.count()).select_from(StageEntry)) == 1
    entry = db.session.scalars(select(StageEntry)).one()
    assert (entry.state, entry.stage.code, entry.track) == (EntryState.ENTERED, "paper", "")
    assert db.session.scalar(select(func.count()).where(Job.kind == "applications.entered")) == 1


def test_the_last_submission_enters(app: Flask) -> None:
    team = submitted()
    committed(lambda: service.save_section(team.context(), team.application_id, "impact", "", {"use": "둘째"}, 1))
    last = committed(lambda: service.submit(team.context(), team.application_id).id)
    committed(lambda: service.save_section(team.context(), team.application_id, "impact", "", {"use": "셋째"}, 2))
    close(team)
    assert db.session.scalars(select(StageEntry)).one().submission_id == last


def test_before_the_deadline_nothing_closes(app: Flask) -> None:
    team = submitted()
    assert close(team, -timedelta(milliseconds=1)) is None
    assert application(team).state is ApplicationState.SUBMITTED


def test_a_moved_deadline_gets_its_own_close(app: Flask) -> None:
    team = submitted()
    old = application(team).deadline

    def extend() -> None:
        application(team).closes_at = old + timedelta(hours=2)

    committed(extend)
    committed(lambda: service.close(base.context(at=old), team.application_id))
    assert application(team).state is ApplicationState.SUBMITTED
    assert db.session.scalar(select(func.count()).where(Job.kind == "applications.close")) == 2
    assert close(team) is not None


def test_a_draft_never_handed_in_stays_a_draft(app: Flask) -> None:
    team = consortia.complete_team()
    assert close(team) is None
    assert application(team).state is ApplicationState.DRAFT


def test_entries_move_only_through_the_table(app: Flask) -> None:
    team = submitted()
    entry_id = close(team)
    assert entry_id is not None
    with pytest.raises(EntryMoveRefused):
        committed(lambda: service.move_entry(base.context(), entry_id, EntryState.ADVANCED))
    committed(lambda: service.move_entry(base.context(), entry_id, EntryState.IN_REVIEW))
    committed(lambda: service.move_entry(base.context(), entry_id, EntryState.ADVANCED))
    committed(lambda: service.move_entry(base.context(), entry_id, EntryState.ADVANCED))
    assert queries.entry(entry_id).state is EntryState.ADVANCED


def test_a_second_stage_makes_a_second_entry(app: Flask) -> None:
    team = submitted()
    close(team)
    talk = application(team).call.stages[1]
    submission = queries.latest_submission(team.application_id)
    assert submission is not None
    stage_id, submission_id = talk.id, submission.id
    for _ in range(2):
        committed(lambda: service.enter_stage(base.context(), stage_id, team.application_id, submission_id).id)
    assert [e.stage.code for e in queries.entries_of_application(team.application_id)] == ["paper", "talk"]
