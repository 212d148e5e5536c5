"""What a team may ask for."""

from __future__ import annotations

from portal.applications.rules.means import Wish, problems, value_of
from portal.platform.language import say
from tests.factories.applications import rich_definition

CALL = rich_definition()


def paths(*wishes: Wish, flags: frozenset[str] = frozenset()) -> list[str]:
    return [p.path for p in problems(CALL, wishes, flags)]


def test_money_over_the_years_ceiling_is_refused_with_figures() -> None:
    found = problems(CALL, [Wish("data", "", 2025, 1_000_000_001, 0)], frozenset())
    assert [p.path for p in found] == ["m_data-2025"]
    assert "10억 원" in say(found[0].sentence, **found[0].params)
    assert paths(Wish("data", "", 2025, 1_000_000_000, 0), Wish("data", "", 2026, 1_000_000_000, 0)) == []


def test_cards_of_all_types_share_the_ceiling() -> None:
    assert paths(Wish("gpu", "b200", 0, 512, 6), Wish("gpu", "h100", 0, 512, 6)) == []
    assert paths(Wish("gpu", "b200", 0, 513, 6), Wish("gpu", "h100", 0, 512, 6)) == ["m_gpu-h100"]


def test_months_lie_inside_the_award() -> None:
    assert paths(Wish("gpu", "b200", 0, 1, 7)) == ["n_gpu-b200"]
    assert paths(Wish("gpu", "b200", 0, 1, 0)) == ["n_gpu-b200"]


def test_supplier_of_leased_cards_gets_none() -> None:
    assert paths(Wish("gpu", "b200", 0, 1, 6), flags=frozenset({"gpu_supplier"})) == ["m_gpu-b200"]


def test_what_the_call_does_not_offer_is_refused() -> None:
    assert paths(Wish("joint", "", 2025, 1, 0)) == [""]
    assert paths(Wish("secret", "", 2025, 1, 0)) == [""]
    assert paths(Wish("data", "", 2031, 1, 0)) == ["m_data-2031"]
    assert paths(Wish("gpu", "a100", 0, 1, 1)) == ["m_gpu-a100"]


def test_cards_are_worth_their_months() -> None:
    assert value_of(CALL.component("gpu"), Wish("gpu", "b200", 0, 512, 6)) == 512 * 6 * 3_000_000
    assert value_of(CALL.component("gpu"), Wish("gpu", "h100", 0, 512, 6)) == 0
