"""The contest as it was: 630 teams, of which one officer's forty actions leave 100."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.e2e.conftest import house
from tests.e2e.contest import Contest
from tests.e2e.house import House
from tests.e2e.test_officer import MOST_ACTIONS, take

__all__ = ["house"]
pytestmark = pytest.mark.prove


def test_one_officer_takes_630_teams_to_100(
    house: House, open_page: Callable[..., Page], capsys: pytest.CaptureFixture[str]
) -> None:
    contest = Contest.observed(house)
    hand = take(contest, open_page)
    assert contest.kept() == 100
    with capsys.disabled():
        print(f"\n630 teams, {len(hand.actions)} actions: {', '.join(hand.actions)}")
    assert len(hand.actions) <= MOST_ACTIONS
