"""A definition is taken apart into what pages show, and put together again unchanged."""

from __future__ import annotations

import pytest

from portal.programs import labels
from portal.programs.definition import CallDefinition
from portal.programs.definition.parts import (
    SINGLE,
    at,
    dotted,
    model_at,
    moved,
    place_of,
    put,
    removed,
    shifted_years,
    slots,
    walk,
)
from portal.programs.forms.parts import PartForm
from portal.programs.loader import catalog_codes, load_call
from portal.screening.rules.checks import KINDS

MODELS = list(walk())


@pytest.mark.parametrize("model", MODELS, ids=lambda m: m.__name__)
def test_every_key_and_every_value_has_a_name_in_both_languages(model: type) -> None:
    for slot in slots(model):
        assert labels.label(model, slot.name), slot.name
        missing = [value for value in slot.values if value not in labels.VALUES]
        assert not missing or slot.name == "kinds", f"{model.__name__}.{slot.name}: {missing}"
        if slot.kind in ("parts", "part"):
            assert slot.name in labels.LISTS
            assert slot.model is not None and slot.model.__name__ in labels.PARTS


def test_the_named_checks_are_those_of_the_screening() -> None:
    assert set(labels.CHECKS) == set(KINDS)


def test_what_is_folded_away_is_a_key_of_its_part() -> None:
    by_name = {model.__name__: {s.name for s in slots(model) if s.kind in SINGLE} for model in MODELS}
    assert all(keys <= by_name[name] for name, keys in labels.MORE.items())


@pytest.mark.parametrize("code", catalog_codes())
def test_every_part_of_a_catalog_file_is_found_at_its_place_and_put_back_unchanged(code: str) -> None:
    definition = load_call(code)
    raw = definition.model_dump(mode="json")
    for number, stage in enumerate(definition.stages):
        for place in range(len(stage.criteria)):
            here = ("stages", number, "criteria", place)
            model = model_at(here)
            assert model is not None and model.__name__ == "Criterion"
            assert place_of(dotted(here)) == here
            assert put(raw, here, at(raw, here)) == raw
    assert CallDefinition.model_validate(raw) == definition


def test_a_part_is_added_moved_and_taken_out() -> None:
    raw = {"stages": [{"code": "a"}, {"code": "b"}]}
    more = put(raw, ("stages", 2), {"code": "c"})
    assert [s["code"] for s in more["stages"]] == ["a", "b", "c"]
    assert [s["code"] for s in moved(more, ("stages", 2), -1)["stages"]] == ["a", "c", "b"]
    assert moved(more, ("stages", 0), -1) == more
    assert [s["code"] for s in removed(more, ("stages", 1))["stages"]] == ["a", "c"]
    assert [s["code"] for s in raw["stages"]] == ["a", "b"]


def test_a_clone_is_moved_by_years() -> None:
    raw = load_call("path").model_dump(mode="json")
    later = shifted_years(raw, 1)
    assert later["years"] == [year + 1 for year in raw["years"]]
    assert later["first_month"] == raw["first_month"].replace("2025", "2026")
    assert [c["years"] for c in later["components"]] == [[y + 1 for y in c["years"]] for c in raw["components"]]


@pytest.mark.parametrize("place", ["nowhere", "stages.0.nowhere", "program.names"])
def test_no_part_stands_where_a_value_does(place: str) -> None:
    assert model_at(place_of(place)) is None


def test_no_key_hides_what_a_form_does() -> None:
    names = {slot.name for model in MODELS for slot in slots(model)}
    assert not names & {name for name in dir(PartForm) if not name.startswith("_")}
