"""Withdrawing, and taking that back, until the deadline."""

from __future__ import annotations

import pytest
from flask import Flask

from portal.applications import service
from portal.applications.errors import NotWithdrawable, NotWithdrawn, Withdrawn
from portal.applications.models import Application, ApplicationState
from portal.platform.db import db
from tests.databases import both_databases
from tests.factories import base, consortia
from tests.factories.base import committed

pytestmark = both_databases


def state(team: consortia.Team) -> ApplicationState:
    return db.session.get_one(Application, team.application_id).state


def submitted() -> consortia.Team:
    team = consortia.complete_team()
    committed(lambda: service.submit(team.context(), team.application_id))
    return team


def withdraw(team: consortia.Team, at=None) -> None:  # type: ignore[no-untyped-def]
    committed(lambda: service.withdraw(team.context(at), team.application_id, "공동기관이 빠졌습니다."))


def test_withdrawn_does_not_close_and_comes_back_until_the_deadline(app: Flask) -> None:
    team = submitted()
    deadline = db.session.get_one(Application, team.application_id).deadline
    withdraw(team)
    assert state(team) is ApplicationState.WITHDRAWN
    committed(lambda: service.close(base.context(at=deadline), team.application_id))
    assert state(team) is ApplicationState.WITHDRAWN
    committed(lambda: service.reinstate(team.context(), team.application_id))
    assert state(team) is ApplicationState.SUBMITTED


def test_after_the_deadline_neither_is_possible(app: Flask) -> None:
    team = submitted()
    deadline = db.session.get_one(Application, team.application_id).deadline
    with pytest.raises(NotWithdrawable):
        withdraw(team, deadline)
    withdraw(team)
    with pytest.raises(NotWithdrawn):
        committed(lambda: service.reinstate(team.context(deadline), team.application_id))


def test_a_draft_cannot_be_withdrawn_and_a_withdrawn_one_not_written(app: Flask) -> None:
    draft = consortia.complete_team()
    with pytest.raises(NotWithdrawable):
        withdraw(draft)
    team = submitted()
    withdraw(team)
    with pytest.raises(Withdrawn):
        committed(lambda: service.submit(team.context(), team.application_id))
