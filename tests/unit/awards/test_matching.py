"""Places of two levels: stable by enumeration, the same whatever the order of the input, explained, refilled."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from itertools import combinations, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.awards.engine.matching import BadPlaces, Matching, Places, match

Choices = Mapping[str, Sequence[str]]
Ranks = Mapping[str, Mapping[str, int]]


def may_enter(places: Places, ranks: Ranks, placed: Mapping[str, str], who: str, group: str) -> bool:
    """A free place with the institute's quota not full, or somebody lower-ranked whom the applicant would replace."""
    if who not in ranks[group]:
        return False
    institute, quota = places.groups[group]
    holders = [a for a, g in placed.items() if g == group]
    inside = sum(places.groups[g][0] == institute for g in placed.values())
    room = inside < places.institutes[institute] and (places.all_places is None or len(placed) < places.all_places)
    return (len(holders) < quota and room) or any(ranks[group][a] > ranks[group][who] for a in holders)


def blocking(places: Places, choices: Choices, ranks: Ranks, placed: Mapping[str, str]) -> list[tuple[str, str]]:
    return [
        (who, group)
        for who, own in choices.items()
        for group in own[: list(own).index(placed[who]) if who in placed else len(own)]
        if may_enter(places, ranks, placed, who, group)
    ]


def lawful(places: Places, choices: Choices, ranks: Ranks, placed: Mapping[str, str]) -> bool:
    groups = list(placed.values())
    return (
        all(group in choices[who] and who in ranks[group] for who, group in placed.items())
        and all(groups.count(g) <= n for g, (_, n) in places.groups.items())
        and all(sum(places.groups[g][0] == i for g in groups) <= n for i, n in places.institutes.items())
        and (places.all_places is None or len(groups) <= places.all_places)
    )


@st.composite
def instances(draw: st.DrawFn) -> tuple[Places, Choices, Ranks]:
    people = [f"a{n}" for n in range(draw(st.integers(1, 6)))]
    groups = [f"g{n}" for n in range(draw(st.integers(1, 4)))]
    institutes = ["i0", "i1"]
    places = Places(
        {g: (draw(st.sampled_from(institutes)), draw(st.integers(0, 3))) for g in groups},
        {i: draw(st.integers(0, 4)) for i in institutes}, draw(st.none() | st.integers(0, 5)),
    )  # fmt: skip
    choices = {a: draw(st.lists(st.sampled_from(groups), unique=True, max_size=3)) for a in people}
    accepted = {g: draw(st.permutations(people))[: draw(st.integers(0, len(people)))] for g in groups}
    return places, choices, {g: {a: n + 1 for n, a in enumerate(order)} for g, order in accepted.items()}


@settings(max_examples=600, deadline=None)
@given(instances())
def test_no_pair_blocks_and_no_quota_is_passed(made: tuple[Places, Choices, Ranks]) -> None:
    places, choices, ranks = made
    placed = match(places, choices, ranks).placed
    assert lawful(places, choices, ranks, placed)
    assert blocking(places, choices, ranks, placed) == []


@settings(max_examples=300, deadline=None)
@given(instances(), st.randoms())
def test_the_order_of_the_input_changes_nothing(made: tuple[Places, Choices, Ranks], chance: random.Random) -> None:
    places, choices, ranks = made
    people = list(choices)
    chance.shuffle(people)
    again = match(places, {a: choices[a] for a in people}, {g: dict(reversed(r.items())) for g, r in ranks.items()})
    assert again.placed == match(places, choices, ranks).placed


@settings(max_examples=150, deadline=None)
@given(instances())
def test_with_one_group_an_institute_nobody_fares_better_in_any_stable_outcome(
    made: tuple[Places, Choices, Ranks],
) -> None:
    """Every outcome is tried: where institutes bind nothing, the result is the applicants' best stable one."""
    places, choices, ranks = made
    free = Places({g: (f"of {g}", n) for g, (_, n) in places.groups.items()}, {f"of {g}": 9 for g in places.groups})
    found = match(free, choices, ranks)
    people = list(choices)
    for outcome in product(*([None, *choices[a]] for a in people)):
        placed = {a: g for a, g in zip(people, outcome, strict=True) if g is not None}
        if lawful(free, choices, ranks, placed) and not blocking(free, choices, ranks, placed):
            for who, group in placed.items():
                mine = found.choice(choices, who)
                assert mine is not None and mine <= list(choices[who]).index(group) + 1


@settings(max_examples=300, deadline=None)
@given(instances())
def test_a_false_list_gains_nobody_anything(made: tuple[Places, Choices, Ranks]) -> None:
    places, choices, ranks = made
    found = match(places, choices, ranks)
    who = next(iter(choices))
    true = list(choices[who])
    for length in range(len(true) + 1):
        for lie in combinations(true, length):
            got = match(places, {**choices, who: list(lie)}, ranks).placed.get(who)
            mine = found.placed.get(who)
            assert got is None or (mine is not None and true.index(mine) <= true.index(got))


@settings(max_examples=400, deadline=None)
@given(instances(), st.data())
def test_promotion_keeps_who_has_an_offer_and_fills_the_rest_lawfully(
    made: tuple[Places, Choices, Ranks], data: st.DataObject
) -> None:
    places, choices, ranks = made
    first = match(places, choices, ranks).placed
    gone = {a for a in first if data.draw(st.booleans())}
    held = {a: g for a, g in first.items() if a not in gone}
    then = match(places, choices, ranks, held, gone).placed
    assert held.items() <= then.items() and not gone & then.keys()
    assert lawful(places, choices, ranks, then)
    waiting = {a: own for a, own in choices.items() if a not in held and a not in gone}
    assert blocking(places, waiting, ranks, then) == []


# --- by hand ---


def _two_groups(institute: int, first: int = 2, second: int = 2) -> Places:
    return Places({"llm": ("K", first), "drug": ("K", second)}, {"K": institute})


RANKS = {"llm": {"a": 1, "b": 2, "c": 3}, "drug": {"a": 3, "b": 1, "c": 2}}


def test_a_group_is_filled_by_its_own_order_and_the_rest_go_to_their_next_choice() -> None:
    found = match(_two_groups(9, first=1), {p: ["llm", "drug"] for p in "abc"}, RANKS)
    assert found.placed == {"a": "llm", "b": "drug", "c": "drug"}


def test_a_missed_choice_names_the_ranks_that_hold_it() -> None:
    found = match(_two_groups(9), {p: ["llm", "drug"] for p in "abc"}, RANKS)
    (missed,) = found.missed["c"]
    assert (missed.group, missed.why, missed.own, missed.best, missed.worst) == ("llm", "filled", 3, 1, 2)
    assert found.missed["a"] == [] and found.choice({"c": ["llm", "drug"]}, "c") == 2


def test_a_full_institute_is_told_and_its_places_go_round_its_groups() -> None:
    choices = {"a": ["llm"], "b": ["llm"], "c": ["drug"]}
    found = match(_two_groups(2), choices, RANKS)
    assert found.placed == {"a": "llm", "c": "drug"}
    assert [m.why for m in found.missed["b"]] == ["institute"]


def test_who_is_not_ranked_is_not_accepted() -> None:
    found = match(_two_groups(9), {"z": ["llm"]}, RANKS)
    assert found.placed == {} and found.missed["z"][0].why == "unranked"


def test_lists_that_contradict_each_other_are_refused() -> None:
    with pytest.raises(BadPlaces, match="no group x"):
        match(_two_groups(9), {"a": ["x"]}, RANKS)
    with pytest.raises(BadPlaces, match="same rank"):
        match(_two_groups(9), {"a": ["llm"]}, {"llm": {"a": 1, "b": 1}})
    with pytest.raises(BadPlaces, match="twice"):
        match(_two_groups(9), {"a": ["llm", "llm"]}, RANKS)


def test_twelve_hundred_and_sixty_applicants_and_eight_groups_are_stable() -> None:
    chance = random.Random(4)
    groups = [f"g{n}" for n in range(8)]
    places = Places(
        {g: (f"i{n // 2}", 60) for n, g in enumerate(groups)}, {"i0": 110, "i1": 100, "i2": 50, "i3": 50}, 300
    )
    choices = {f"a{n}": chance.sample(groups, 3) for n in range(1260)}
    ranks = {}
    for group in groups:
        order = [a for a, own in choices.items() if group in own]
        chance.shuffle(order)
        ranks[group] = {a: n + 1 for n, a in enumerate(order)}
    found: Matching = match(places, choices, ranks)
    assert len(found.placed) == 300 and lawful(places, choices, ranks, found.placed)
    assert blocking(places, choices, ranks, found.placed) == []


def test_who_holds_an_offer_stays_and_who_is_gone_is_told_so() -> None:
    choices = {p: ["llm", "drug"] for p in "abc"}
    found = match(_two_groups(9, first=1), choices, RANKS, {"b": "drug"}, {"a"})
    assert found.placed == {"b": "drug", "c": "llm"}
    assert [(m.group, m.why, m.own) for m in found.missed["b"]] == [("llm", "stays", 2)]
    assert {m.why for m in found.missed["a"]} == {"gone"}


def test_offers_that_cannot_stand_are_refused() -> None:
    choices = {p: ["llm"] for p in "ab"}
    for held, told in (
        ({"z": "llm"}, "did not apply"),
        ({"a": "x"}, "no group x"),
        ({"a": "llm", "b": "llm"}, "2 offers"),
    ):
        with pytest.raises(BadPlaces, match=told):
            match(_two_groups(9, first=1), choices, RANKS, held)
    with pytest.raises(BadPlaces, match="all institutes"):
        match(Places({}, {}, -1), {}, {})
