"""What the program files name, screening and routing know."""

from __future__ import annotations

from portal.programs.loader import load_call
from portal.routing.rules.detection import GROUNDS
from portal.screening.rules import KINDS, POINT_FACTS


def test_every_rule_of_the_program_is_a_check() -> None:
    assert {rule.kind for rule in load_call("wbl").screening} <= set(KINDS)


def test_every_fact_of_the_point_sheet_can_be_found() -> None:
    definition = load_call("wbl")
    for item in definition.point_sheet:
        if item.fact in POINT_FACTS:
            continue
        section, _, question = item.fact.removeprefix("answer:").partition(".")
        found = definition.section(section)
        assert found is not None, item.fact
        assert question in {q.code for q in found.questions}, item.fact


def test_the_regime_names_every_ground_that_the_data_can_show() -> None:
    named = {ground.code for ground in load_call("wbl").regime.conflict_grounds}
    assert {codes[0] for codes, _ in GROUNDS.values()} <= named
