"""Representatives confirm by link; a change asks again for its own section only."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from portal.applications import queries, service
from portal.applications.errors import ChangedMeanwhile, InvitationUnknown
from portal.applications.models import Application, Institution
from portal.applications.rules.confirmation import Change, PlaceState, changes, places_of
from portal.platform.context import VISITOR, Context
from portal.platform.db import db
from tests.databases import both_databases
from tests.factories import consortia
from tests.factories.base import committed

pytestmark = both_databases


def visitor(team: consortia.Team, at=None) -> Context:  # type: ignore[no-untyped-def]
    return Context(actor=VISITOR, now=at or team.context().now)


def states(team: consortia.Team, institution: str) -> dict[str, PlaceState]:
    return {place.section.code: place.state for place in places(team, institution)}


def places(team: consortia.Team, institution: str):  # type: ignore[no-untyped-def]
    draft = queries.whole(db.session.get_one(Application, team.application_id))
    of = next(i for i in draft.institutions if i.public_id == institution)
    return places_of(draft, of)


def confirm_all(team: consortia.Team, token: str) -> None:
    committed(lambda: len(service.confirm(visitor(team), token, ["plan", "impact", "part"])))


def test_a_change_asks_again_for_its_section_only(app: Flask) -> None:
    team = consortia.complete_team()
    partner = consortia.joined_partner(team)
    token = consortia.representative_link(team, partner.institution)
    confirm_all(team, token)
    assert set(states(team, partner.institution).values()) == {PlaceState.CONFIRMED}
    committed(
        lambda: service.save_section(
            team.context(), team.application_id, "plan", "", {"aim": "작고 정확한 모델", "method": "처음부터 학습"}, 1
        )
    )
    assert states(team, partner.institution) == {
        "plan": PlaceState.CHANGED, "impact": PlaceState.CONFIRMED, "part": PlaceState.CONFIRMED,
    }  # fmt: skip
    found: list[Change] = changes(places(team, partner.institution)[0])
    assert [change.question.code for change in found] == ["aim"]
    assert [(p.kind, p.text) for p in found[0].pieces if p.kind != "same"] == [("removed", "빠른"), ("added", "정확한")]
    committed(lambda: len(service.confirm(visitor(team), token, ["plan"])))
    assert set(states(team, partner.institution).values()) == {PlaceState.CONFIRMED}


def test_another_institution_changing_its_budget_does_not_ask_this_one_again(app: Flask) -> None:
    team = consortia.complete_team()
    partner = consortia.joined_partner(team)
    token = consortia.representative_link(team, team.lead)
    confirm_all(team, token)
    from portal.applications.rules.matching import Costs

    cells = {(2025, "people"): Costs(government=1_000_000, cash=500_000, in_kind=500_000)}
    committed(lambda: service.save_costs(partner.context(), partner.institution_id, cells, 1))
    assert set(states(team, team.lead).values()) == {PlaceState.CONFIRMED}


def test_a_missing_confirmation_does_not_stop_a_submission(app: Flask) -> None:
    team = consortia.complete_team()
    consortia.joined_partner(team)
    consortia.invited_member(team)
    submission = committed(lambda: service.submit(team.context(), team.application_id).id)
    assert submission
    made = queries.latest_submission(team.application_id)
    assert made is not None
    content = queries.content_of(made)
    assert content["confirmations"] == []
    assert [m["consented"] for m in content["members"]] == [True, False]


def test_nobody_confirms_what_the_page_did_not_show(app: Flask) -> None:
    team = consortia.complete_team()
    token = consortia.representative_link(team, team.lead)
    shown = {place.section.code: place.content_hash for place in places(team, team.lead)}
    committed(lambda: service.save_section(team.context(), team.application_id, "impact", "", {"use": "바뀐 글"}, 1))
    with pytest.raises(ChangedMeanwhile):
        committed(lambda: service.confirm(visitor(team), token, ["impact"], shown))
    committed(lambda: len(service.confirm(visitor(team), token, ["plan"], shown)))


def test_an_old_link_and_an_expired_one_open_nothing(app: Flask) -> None:
    team = consortia.complete_team()
    token = consortia.representative_link(team, team.lead)
    application = db.session.get_one(Application, team.application_id)
    late = application.deadline + timedelta(days=31)
    with pytest.raises(InvitationUnknown):
        committed(lambda: service.confirm(visitor(team, late), token, ["plan"]))
    link_id = queries.whole(application).links[0].id
    committed(lambda: service.mint_confirmation_link(team.context(), link_id))
    with pytest.raises(InvitationUnknown):
        committed(lambda: service.confirm(visitor(team), token, ["plan"]))


def test_confirmations_may_follow_the_deadline(app: Flask) -> None:
    team = consortia.complete_team()
    token = consortia.representative_link(team, team.lead)
    application = db.session.get_one(Application, team.application_id)
    at = application.deadline + timedelta(days=1)
    committed(lambda: len(service.confirm(visitor(team, at), token, ["plan"])))
    assert states(team, team.lead)["plan"] is PlaceState.CONFIRMED
    assert db.session.get_one(Institution, 1).application_id == team.application_id
