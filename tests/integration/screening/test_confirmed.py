"""What screening takes for confirmed is what the representative confirmed."""

from __future__ import annotations

import pytest

from portal.applications.content import frozen
from portal.applications.models import Application
from portal.applications.queries.submissions import whole
from portal.applications.rules.confirmation import places_of
from portal.conflicts.rules import today
from portal.platform import clock
from portal.platform.db import db
from portal.screening.rules.team import confirmed_hash
from tests.factories.applications import consortium
from tests.factories.consortia import complete_team, joined_partner

pytestmark = pytest.mark.usefixtures("app")


def _check(application_id: int) -> int:
    loaded = whole(db.session.get_one(Application, application_id))
    content = frozen(loaded, today(clock.now()))
    places = [(i, p) for i in loaded.institutions for p in places_of(loaded, i)]
    for institution, place in places:
        assert confirmed_hash(content, place.section, institution.public_id) == place.content_hash
    return len(places)


def test_both_hash_a_filled_application_alike() -> None:
    team = complete_team()
    joined_partner(team)
    assert _check(team.application_id) == 6


def test_both_hash_every_kind_of_question_alike() -> None:
    assert _check(consortium().id) == 9
