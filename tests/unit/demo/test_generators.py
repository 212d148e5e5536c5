"""What the demonstration invents fits any call: answers by kind, budgets by the matching rule, means under the caps."""

from __future__ import annotations

import random
from datetime import date, timedelta
from functools import lru_cache

import pytest

from portal.applications.rules.answers import Known, checked, missing
from portal.applications.rules.budget import problems as budget_problems
from portal.applications.rules.matching import Costs, matching, rate_for, sum_of
from portal.applications.rules.means import problems as means_problems
from portal.demo.calls import adapted, kst, next_morning
from portal.demo.names import Houses, foreign, korean
from portal.demo.teams import Shape, Team, budgets, compose, shares, wishes
from portal.demo.themes import THEMES
from portal.demo.writing import Writer, reviewed
from portal.platform.names import email_key
from portal.programs.definition import CallDefinition
from portal.programs.loader import load_call
from portal.reviews.rules import check_marks, unfinished
from tests.factories.applications import rich_definition

OPENS = kst(2025, 6, 20, 10)
MEMBERS, INSTITUTIONS = ("m1", "m2", "m3"), ("i1", "i2")


@lru_cache
def teams() -> tuple[Team, ...]:
    rng = random.Random(5)
    return tuple(compose(rng, Houses(rng), Shape(15, (9, 3, 20), 2), OPENS, OPENS + timedelta(days=31), "t"))


@pytest.mark.parametrize("definition", [load_call("wbl"), rich_definition()], ids=["wbl", "every kind"])
@pytest.mark.parametrize("language", ["ko", "en"])
def test_answers_are_complete_and_within_their_limits(definition: CallDefinition, language: str) -> None:
    known = Known(frozenset(MEMBERS), frozenset(INSTITUTIONS))
    for number, theme in enumerate(THEMES):
        writer = Writer(theme, language, "새벽결테크", MEMBERS, INSTITUTIONS, date(2025, 7, 1), random.Random(number))
        for section in definition.sections:
            written = checked(section, writer.section(section), known)
            assert not written.problems, section.code
            assert not list(missing(section, written.answers)), section.code


@pytest.mark.parametrize("definition", [load_call("wbl"), rich_definition()], ids=["wbl", "every kind"])
def test_every_slice_keeps_the_matching_rule_and_the_sum_is_what_was_asked_for(definition: CallDefinition) -> None:
    for team in teams():
        asked = wishes(team, definition)
        assert not means_problems(definition, asked, {"gpu_supplier"} if team.supplies else set())
        grids = budgets(team, asked, definition)
        for site, grid in zip(team.sites, grids, strict=True):
            assert not budget_problems(definition, grid)
            assert matching(sum_of(grid.values()), rate_for(site.house.kind, definition.regime.matching)).holds
        for year in definition.years:
            government = sum(c.government for grid in grids for (at, _), c in grid.items() if at == year)
            assert government == (sum(w.quantity for w in asked if w.year == year) or government)


def test_no_organisation_leads_twice_and_every_team_has_a_university() -> None:
    leads = [team.sites[0].house.registration for team in teams()]
    assert len(set(leads)) == len(leads)
    for team in teams():
        assert any(site.house.kind == "university" for site in team.sites)
        numbers = [site.house.registration for site in team.sites]
        assert len(set(numbers)) == len(numbers)
        assert team.begins < team.hands_in < OPENS + timedelta(days=31)


def test_the_same_seed_gives_the_same_teams() -> None:
    assert [t.seed for t in teams()] == [t.seed for t in (teams.cache_clear(), teams())[1]]


def test_shares_lose_nothing() -> None:
    rng = random.Random(1)
    for _ in range(200):
        total, weights = rng.randrange(10**12), [rng.randint(1, 9) for _ in range(rng.randint(1, 20))]
        assert sum(shares(total, weights)) == total
    assert sum_of([Costs(1, 2, 3), Costs(1, 1, 1)]).total == 9


def test_reviews_are_ready_to_hand_in() -> None:
    for stage in load_call("wbl").stages:
        for total in (5, 45, 69, 78, 90, 99):
            marks = reviewed(total, stage.criteria, "ko", random.Random(total))
            assert not check_marks(marks, stage.criteria)
            assert not unfinished(marks, "종합의견을 스무 글자보다 길게 적어 두었습니다.", stage)
            assert abs(sum(points or 0 for points, _ in marks.values()) - total) < 15


def test_names_make_addresses() -> None:
    rng = random.Random(3)
    for _ in range(300):
        assert email_key(f"{korean(rng).latin}@example.org")
        assert email_key(f"{foreign(rng).latin}@example.org")


def test_a_smaller_call_keeps_its_rules_and_the_weekend_is_skipped() -> None:
    small = adapted(load_call("wbl"), {"presentation": 1}, panel=4, reviews=3)
    assert [(s.code, s.keep, s.panel.size, s.panel.reviews_per_entry) for s in small.stages] == [
        ("presentation", 1, 4, 3)
    ]
    assert next_morning(kst(2025, 7, 18, 18)) == kst(2025, 7, 21, 10)
