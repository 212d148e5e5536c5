"""A meeting's pages: how somebody voted is on none of them, and a look at names is written down."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from sqlalchemy import select

from portal.accounts.models import Person
from portal.audit.models import AuditEvent
from portal.platform.db import db
from portal.reviews import rules, service
from portal.reviews.models import Motion
from portal.routing.models import Panel
from tests.factories.accounts import account, member, signed_in
from tests.factories.base import committed
from tests.integration.reviews.test_meetings import in_session, office, ranked

pytestmark = pytest.mark.usefixtures("app")
MADE_ANEW = re.compile(r'name="(request_id|csrf_token)" value="[^"]*"')


def test_how_somebody_voted_shows_to_nobody_else_before_the_vote_is_closed(app: Flask) -> None:
    field = ranked()
    meeting_id = in_session(field)
    chair = office()
    entry = field.entries[0]
    motion_id = committed(lambda: service.put_motion(chair, meeting_id, "이 과제를 추천합니까?", [entry]).id)
    motion = db.session.get_one(Motion, motion_id).public_id
    panel = db.session.get_one(Panel, field.field.panel_id).public_id
    other = committed(lambda: account(db.session.get_one(Person, field.reviewers[1])))
    readers = [
        signed_in(app.test_client(), who)
        for who in (other, *(member(role) for role in ("administrator", "officer", "auditor")))
    ]
    pages = (f"/panels/{panel}/meeting", f"/panels/{panel}/meeting/motions/{motion}")

    def shown(choice: str) -> list[str]:
        committed(lambda: service.cast_ballot(field.context(0), motion_id, choice))
        answers = [reader.get(page) for reader in readers for page in pages]
        assert {answer.status_code for answer in answers} == {200}
        return [MADE_ANEW.sub("", answer.text.partition("<main")[2].partition("</main>")[0]) for answer in answers]

    assert shown(rules.YES) == shown(rules.NO)


def test_an_officers_look_at_the_names_of_a_meeting_is_written_down_but_no_refresh_of_it(app: Flask) -> None:
    field = ranked()
    in_session(field)
    panel = db.session.get_one(Panel, field.field.panel_id).public_id
    looks = select(AuditEvent.sequence).where(AuditEvent.kind == "ReviewerNamesRead")
    browser = signed_in(app.test_client(), member("officer"))
    browser.get(f"/panels/{panel}/meeting", headers={"HX-Request": "true"})
    assert db.session.scalars(looks).all() == []
    browser.get(f"/panels/{panel}/meeting")
    assert len(db.session.scalars(looks).all()) == 1
