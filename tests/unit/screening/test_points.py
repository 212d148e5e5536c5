from __future__ import annotations

from portal.screening.rules import points
from tests.factories.consortia import words
from tests.factories.screening import content, definition_with


def _item(code: str, fact: str, points_: int, **more: object) -> dict[str, object]:
    return {"code": code, "names": words(code, code), "fact": fact, "points": points_, **more}


def test_points_come_from_structured_facts_only() -> None:
    sheet = [
        _item("sme", "smes", 3, at_least=1), _item("many", "institutions", 2, at_least=3),
        _item("lead", "lead_kind", 1, equals="company_sme"), _item("own", "own_share_percent", 2, at_least=12),
        _item("none", "answer:plan.unknown", 5),
    ]  # fmt: skip
    lines = points(content(), definition_with(point_sheet=sheet))
    assert [(line.code, line.value, line.points) for line in lines] == [
        ("sme", 1, 3), ("many", 2, 0), ("lead", "company_sme", 1), ("own", 12, 2), ("none", None, 0),
    ]  # fmt: skip
    assert sum(line.of for line in lines) == 13


def test_a_penalty_adds_nothing_to_what_can_be_reached() -> None:
    (line,) = points(content(), definition_with(point_sheet=[_item("late", "members", -2, at_least=2)]))
    assert (line.points, line.of) == (-2, 0)
