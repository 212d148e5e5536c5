"""Consortia as they are planned: who takes part, what they ask for, when they begin and hand in."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from portal.applications.models import InstitutionRole
from portal.applications.rules.matching import Costs, matching, rate_for
from portal.applications.rules.means import Wish, asked_for, years_of
from portal.demo.names import DEPARTMENTS, House, Houses
from portal.demo.themes import THEMES, Theme
from portal.programs.definition import CallDefinition, Component

# Cards that a team asks for, as quarters of the component's ceiling, and how often (DOMAIN.md 6.2).
QUARTERS: Final = (1, 2, 3, 4)
HOW_OFTEN: Final = (0.1, 0.4, 0.3, 0.2)
MANY: Final = 100  # teams of a call; of so many every twentieth asks referees, so that a life stays fast
COMPANY_KINDS: Final = ("company_sme", "company_sme", "company_early_mid", "company_mid", "company_large")


@dataclass(frozen=True)
class Site:
    """One institution's place in a team; `members` counts people beside the one who joins for it."""

    house: House
    role: InstitutionRole
    department: str
    members: int


@dataclass
class Team:
    number: int
    theme: Theme
    language: str
    sites: list[Site]  # empty: people without an institution
    begins: datetime
    hands_in: datetime
    seed: str
    others: int = 0  # members beside the owner, where there are no institutions
    owner: tuple[str, str] | None = None  # name and address when they are fixed
    partner: tuple[str, str] | None = None  # of the second institution's editor
    late_confirmation: bool = False  # one representative confirms after the submission
    silent_member: bool = False  # one consent is missing at the deadline
    asks_for_all: bool = False  # nothing that the call offers is left out
    asks_referees: bool = True  # where the call asks for letters
    name: str = ""  # the owner's
    owner_id: int = 0
    application_id: int = 0
    public_id: str = ""
    joiners: list[int] = field(default_factory=list)  # by site; the first is the owner

    @property
    def rng(self) -> random.Random:
        """Chance of this team's own: the same whatever other teams do."""
        return random.Random(self.seed)

    @property
    def supplies(self) -> bool:
        return any(site.house.supplier for site in self.sites)


def poisson(rng: random.Random, mean: float, least: int, most: int) -> int:
    """A count around `mean`, kept within its bounds (Knuth's method)."""
    limit, product, count = math.exp(-mean), rng.random(), 0
    while product > limit:
        product *= rng.random()
        count += 1
    return max(least, min(most, count))


@dataclass(frozen=True)
class Shape:
    """How large the teams of a call are."""

    teams: int
    institutions: tuple[float, int, int]  # mean, least, most; of people, where there are no institutions
    members: int = 0  # at most, of each institution


def compose(
    rng: random.Random, houses: Houses, shape: Shape, opens: datetime, closes: datetime, name: str
) -> list[Team]:
    """The teams of one call, no organisation leading two."""
    teams: list[Team] = []
    first_theme = rng.randrange(len(THEMES))
    for n in range(shape.teams):
        window = closes - opens
        begins = opens + window * rng.uniform(0.05, 0.55)
        hands_in = closes - timedelta(minutes=rng.uniform(4, 60 * 24 * 5) if n else 3)
        language = "en" if n % 8 == 5 else "ko"
        teams.append(
            Team(
                n + 1, THEMES[(first_theme + n) % len(THEMES)], language, list(_sites(rng, houses, shape, n)), begins,
                max(hands_in, begins + timedelta(days=2)), f"{name}:{n}:{rng.random()}",
                late_confirmation=n % 5 == 2, silent_member=n % 7 == 4,
            )
        )  # fmt: skip
    return teams


def gather(rng: random.Random, shape: Shape, opens: datetime, closes: datetime, name: str) -> list[Team]:
    """The teams of a call for people without institutions."""
    first_theme, window = rng.randrange(len(THEMES)), closes - opens
    found: list[Team] = []
    for n in range(shape.teams):
        begins = opens + window * rng.uniform(0.05, 0.7)
        hands_in = closes - timedelta(minutes=rng.uniform(4, 60 * 24 * 5) if n else 3)
        found.append(
            Team(
                n + 1, THEMES[(first_theme + n) % len(THEMES)], "en" if n % 4 == 3 else "ko", [], begins,
                max(hands_in, begins + timedelta(days=2)), f"{name}:{n}:{rng.random()}",
                silent_member=n % 40 == 4, others=poisson(rng, *shape.institutions) - 1,
                asks_referees=shape.teams < MANY or n % 20 == 0,
            )
        )  # fmt: skip
    return found


def _sites(rng: random.Random, houses: Houses, shape: Shape, n: int) -> Iterator[Site]:
    count = poisson(rng, *shape.institutions)
    members = shape.members

    def site(house: House, role: InstitutionRole) -> Site:
        department = rng.choice(DEPARTMENTS) if house.kind == "university" else ""
        return Site(house, role, department, rng.randint(min(1, members), members))

    if n in (3, 7) and n // 4 < len(houses.suppliers):
        lead = houses.suppliers[n // 4]
    elif n % 6 == 4 and n // 6 < len(houses.institutes):
        lead = houses.institutes[n // 6]
    else:
        lead = houses.company(COMPANY_KINDS[(n + 3) % len(COMPANY_KINDS)])
    yield site(lead, InstitutionRole.LEAD)
    universities = rng.sample(houses.universities, min(len(houses.universities), 1 + (count > 4) + (count > 9)))
    for house in universities[: count - 1]:
        yield site(house, InstitutionRole.JOINT)
    others = [houses.company(rng.choice(COMPANY_KINDS)) for _ in range(count - 1 - len(universities))]
    spare = [h for h in (*houses.institutes, *houses.public_bodies) if h is not lead]
    if others and n % 3 == 1:
        others[-1] = rng.choice(spare)
    if len(others) > 1 and n % 4 == 2:
        others[0] = rng.choice(houses.abroad)
    for place, house in enumerate(others):
        last = place == len(others) - 1 and house.country == "KR" and len(others) > 2
        yield site(house, InstitutionRole.CONSIGNED if last else InstitutionRole.JOINT)


# --- what they ask for ---


def wishes(team: Team, definition: CallDefinition) -> list[Wish]:
    """Money per year and cards within every published ceiling; a supplier's team leaves out what is not for it."""
    rng, found = team.rng, list[Wish]()
    for component in asked_for(definition):
        if team.supplies and component.excluded_for:
            continue
        if component.kind == "resource":
            found.append(_cards(component, definition, rng))
        elif not component.optional or team.asks_for_all or _is_tempting(component) or rng.random() < 0.3:
            found += _money(component, definition, rng)
    return found


def _is_tempting(component: Component) -> bool:
    return component.max_per_year is None or component.max_per_year > 3_000_000_000


def _cards(component: Component, definition: CallDefinition, rng: random.Random) -> Wish:
    ceiling = component.max_quantity or 1024
    quarter = rng.choices(QUARTERS, HOW_OFTEN)[0]
    option = component.options[0 if rng.random() < 0.75 else rng.randrange(len(component.options))]
    return Wish(component.code, option.code, 0, max(1, ceiling * quarter // 4), definition.months)


def _money(component: Component, definition: CallDefinition, rng: random.Random) -> Iterator[Wish]:
    ceiling = component.max_per_year or 500_000_000
    for year in years_of(component, definition):
        yield Wish(component.code, "", year, round(ceiling * rng.uniform(0.55, 1) / 10_000_000) * 10_000_000, 0)


def budgets(team: Team, asked: Sequence[Wish], definition: CallDefinition) -> list[dict[tuple[int, str], Costs]]:
    """Each site's grid: the government's part adds up to the money asked for, and the matching rule holds exactly."""
    rng = team.rng
    weights = [4 if site.role is InstitutionRole.LEAD else rng.randint(1, 3) for site in team.sites]
    grants: list[dict[int, int]] = [{} for _ in team.sites]
    for year in definition.years:
        money = sum(w.quantity for w in asked if w.year == year) or 300_000_000
        for place, part in enumerate(shares(money, weights)):
            grants[place][year] = part
    return [_grid(site, grant, definition, rng) for site, grant in zip(team.sites, grants, strict=True)]


def shares(total: int, weights: Sequence[int]) -> list[int]:
    """`total` divided by weight in thousands; the first takes what is left over."""
    parts = [total * w // sum(weights) // 1000 * 1000 for w in weights]
    parts[0] += total - sum(parts)
    return parts


def _grid(
    site: Site, grant: dict[int, int], definition: CallDefinition, rng: random.Random
) -> dict[tuple[int, str], Costs]:
    rate = rate_for(site.house.kind, definition.regime.matching)
    codes = [category.code for category in definition.costs]
    weights = [rng.randint(2, 8) if not category.indirect else 1 for category in definition.costs]
    cells: dict[tuple[int, str], Costs] = {}
    for year, money in grant.items():
        for code, part in zip(codes, shares(money, weights), strict=True):
            cells[year, code] = Costs(government=part)
    government = sum(grant.values())
    if rate is not None and rate.government_max < 10_000:
        own = -(-government * 10_000 // rate.government_max) - government
        cash = -(-own * rate.cash_min // 10_000)
        years = list(grant)
        for payer, amount in (("cash", cash), ("in_kind", own - cash)):
            for year, part in zip(years, shares(amount, [1] * len(years)), strict=True):
                cells[year, codes[0]] += Costs(**{payer: part})
    total = sum(cells.values(), Costs())
    if not matching(total, rate).holds:
        raise ValueError(f"{site.house.name}: the matching rule does not hold: {total}")
    return cells
