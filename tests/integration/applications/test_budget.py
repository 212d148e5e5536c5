"""Each institution its own grid; bad amounts; requested means."""

from __future__ import annotations

import pytest
from flask import Flask

from portal.accounts.models import Organisation
from portal.applications import service
from portal.applications.errors import AnswersRefused, NotYours, StaleAnswers
from portal.applications.models import Institution
from portal.applications.queries import drafts
from portal.applications.rules.matching import Costs
from portal.applications.rules.means import Wish
from portal.platform import clock
from portal.platform.db import db
from portal.platform.errors import Forbidden
from tests.databases import both_databases
from tests.factories.applications import Consortium, consortium
from tests.factories.base import committed

pytestmark = both_databases


def save(team: Consortium, cells: dict[tuple[int, str], Costs], version: int = 0, of: int = 0, who: int = 0) -> int:
    return committed(lambda: service.save_costs(team.context(who), team.institution_id(of), cells, version).version)


def grid(team: Consortium, of: int = 0) -> dict[tuple[int, str], tuple[int, int, int]]:
    rows = drafts.costs_of_institution(team.institution_id(of))
    return {(c.year, c.category): (c.government, c.cash, c.in_kind) for c in rows}


def test_grid_is_replaced_whole_and_empty_cells_fall_away(app: Flask) -> None:
    team = consortium()
    save(team, {(2025, "people"): Costs(7, 1, 2), (2025, "gear"): Costs(1)})
    save(team, {(2025, "people"): Costs(8), (2026, "gear"): Costs()}, version=1)
    assert grid(team) == {(2025, "people"): (8, 0, 0)}


def test_only_the_institution_itself_writes_its_grid(app: Flask) -> None:
    team = consortium()
    with pytest.raises(NotYours):
        save(team, {(2025, "people"): Costs(1)}, of=1, who=0)
    assert save(team, {(2025, "people"): Costs(1)}, of=1, who=1) == 1


def test_older_tab_of_the_grid_is_refused(app: Flask) -> None:
    team = consortium()
    save(team, {(2025, "people"): Costs(1)})
    with pytest.raises(StaleAnswers):
        save(team, {(2025, "people"): Costs(2)})
    assert grid(team) == {(2025, "people"): (1, 0, 0)}


@pytest.mark.parametrize("amount", [-1, 10**14, 2**63, 2**64])
def test_amounts_outside_the_range_are_refused_by_the_service(app: Flask, amount: int) -> None:
    team = consortium()
    with pytest.raises(AnswersRefused):
        save(team, {(2025, "people"): Costs(amount)})
    assert grid(team) == {}


def test_means_over_a_cap_are_refused_and_within_are_kept(app: Flask) -> None:
    team = consortium()
    wishes = [Wish("data", "", 2025, 1_000_000_000, 0), Wish("gpu", "b200", 0, 512, 6)]
    committed(lambda: service.save_means(team.context(), team.id, wishes, 0))
    with pytest.raises(AnswersRefused) as refusal:
        committed(lambda: service.save_means(team.context(), team.id, [Wish("data", "", 2025, 1_000_000_001, 0)], 1))
    assert refusal.value.problems[0].path == "m_data-2025"
    assert [(m.component, m.quantity) for m in drafts.means_of(team.id)] == [("data", 1_000_000_000), ("gpu", 512)]


def _supplies_cards(team: Consortium) -> None:
    """The lead leases cards to the government until today."""

    def mark() -> None:
        institution = db.session.query(Institution).filter_by(public_id=team.institutions[0]).one()
        organisation = db.session.get_one(Organisation, institution.organisation_id)
        organisation.gpu_supplier_until = clock.now().date()

    committed(mark)


def test_consortium_with_a_supplier_of_leased_cards_asks_for_none(app: Flask) -> None:
    team = consortium()
    _supplies_cards(team)
    with pytest.raises(AnswersRefused) as refusal:
        committed(lambda: service.save_means(team.context(), team.id, [Wish("gpu", "b200", 0, 1, 1)], 0))
    assert "GPU" in refusal.value.sentence()


def test_consortium_with_a_supplier_of_leased_cards_asks_for_everything_else(app: Flask) -> None:
    team = consortium()
    _supplies_cards(team)
    data = Wish("data", "", 2025, 1_000_000, 0)
    with pytest.raises(AnswersRefused) as refusal:
        committed(lambda: service.save_means(team.context(), team.id, [data, Wish("gpu", "b200", 0, 1, 1)], 0))
    assert [problem.path for problem in refusal.value.problems] == ["m_gpu-b200"]
    committed(lambda: service.save_means(team.context(), team.id, [data], 0))
    assert [(m.component, m.quantity) for m in drafts.means_of(team.id)] == [("data", 1_000_000)]


def test_partners_without_the_right_do_not_change_the_request(app: Flask) -> None:
    team = consortium()
    with pytest.raises(Forbidden):
        committed(lambda: service.save_means(team.context(1), team.id, [], 0))
