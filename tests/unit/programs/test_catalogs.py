"""All programs of the catalog: the contest, Pathfinder and the postdocs as data, with the arithmetic of their money."""

from __future__ import annotations

from collections import Counter

import pytest

from portal.awards.rules import Piece, bundle_charges, ceiling_of, chargeable_lines, fixed_pieces, total_value
from portal.programs.definition import CallDefinition, Question
from portal.programs.loader import catalog_codes, load_call, load_plan
from portal.screening.rules import KINDS

CHAMP, PATH, INNO = load_call("champ"), load_call("path"), load_call("inno")
ALL = [load_call(code) for code in catalog_codes()]
LINES = {line.code: line for line in load_plan()}


def test_every_kind_of_question_is_asked_by_some_program() -> None:
    questions = [q for d in ALL for s in d.sections for q in s.questions]
    asked = {q.kind for q in questions} | {c.kind for q in questions for c in q.columns}
    assert asked == set(Question.model_fields["kind"].annotation.__args__)  # type: ignore[union-attr]


def test_every_kind_of_rule_and_component_is_used_by_some_program() -> None:
    assert {rule.kind for d in ALL for rule in d.screening} >= set(KINDS) - {"one_application_per_pi"}
    assert {c.kind for d in ALL for c in d.components} == {"money", "resource", "monthly", "place"}


@pytest.mark.parametrize("made", ALL, ids=lambda d: d.program.code)
def test_the_plan_has_every_line_that_an_award_charges(made: CallDefinition) -> None:
    assert set(chargeable_lines(made)) <= set(LINES)
    assert made.program.line in LINES


def test_the_contest_takes_people_without_institutions_through_four_rounds() -> None:
    assert (CHAMP.applicant, CHAMP.has_institutions, CHAMP.members.one_each) == ("team", False, True)
    assert [(s.code, s.keep) for s in CHAMP.stages] == [
        ("prescreen", 100), ("interim", 20), ("final_1", 8), ("final_2", 5),
    ]  # fmt: skip
    assert [s.sections for s in CHAMP.stages] == [[], ["progress"], ["final"], []]
    assert {s.code for s in CHAMP.sections} - {s.code for s in CHAMP.sections_to_apply_with} == {"progress", "final"}


def test_the_prizes_are_ceilings_by_rank_and_sum_to_six_billion() -> None:
    most = [ceiling_of(CHAMP, [], rank)[0].quantity for rank in range(1, 6)]
    assert most == [3_000_000_000, 1_200_000_000, 800_000_000, 600_000_000, 400_000_000]
    assert sum(most) == LINES["champ_rnd_2025"].cap == 6_000_000_000
    assert ceiling_of(CHAMP, [], 6) == ceiling_of(CHAMP, [], None) == []


def test_pathfinder_carries_both_readings_of_its_two_billion() -> None:
    (talent,) = PATH.components
    assert talent.binds == ["line", "award"]
    assert (talent.award_cap, LINES["path_2025"].cap) == (2_000_000_000, 2_000_000_000)
    assert talent.line == load_call("wbl").component("talent").line


def test_where_the_line_does_not_bind_the_money_is_booked_beside_it() -> None:
    talent = PATH.components[0].model_copy(update={"binds": ["award"], "unbound_line": "path_unbound"})
    per_award = PATH.model_copy(update={"components": [talent]})
    assert bundle_charges([Piece("talent", "", 2025, 7, 0)], per_award) == {"path_unbound_2025": 7}
    per_line = talent.model_copy(update={"binds": ["line"]})
    assert (per_line.award_cap, per_line.line_of(2026)) == (None, "path_2026")


def test_eight_groups_of_four_institutes_have_four_hundred_places() -> None:
    by_institute = Counter[str]()
    for track in INNO.tracks:
        by_institute[track.group or ""] += track.keep["interview"]
        assert LINES[f"inno_places_{track.code}"].parent == f"inno_places_at_{track.group}"
        assert LINES[f"inno_places_{track.code}"].cap == track.keep["interview"]
    assert by_institute == {"kaist": 200, "unist": 100, "gist": 50, "dgist": 50}
    assert {code: LINES[f"inno_places_at_{code}"].cap for code in by_institute} == by_institute
    assert sum(by_institute.values()) == LINES["inno_places"].cap == INNO.awards.max_count == 400


def test_four_hundred_postdocs_take_just_thirty_billion_of_2025() -> None:
    pieces = [piece for track in INNO.tracks for _ in range(50) for piece in fixed_pieces(INNO, track.code)]
    charged = bundle_charges(pieces, INNO)
    assert charged["inno_2025"] == LINES["inno_2025"].cap == 30_000_000_000
    assert charged["inno_2026"] <= LINES["inno_2026"].cap
    assert total_value(fixed_pieces(INNO, "llm"), INNO) == 12 * (7_500_000 + 5_000_000)
    assert INNO.bundle_is_fixed and INNO.awards.promote


def test_a_place_counts_in_its_own_track_alone() -> None:
    charged = bundle_charges(fixed_pieces(INNO, "solar"), INNO)
    assert {line for line in charged if line.startswith("inno_places")} == {"inno_places_solar"}


@pytest.mark.parametrize("made", ALL, ids=lambda d: d.program.code)
def test_whoever_presents_is_told_for_how_long_and_until_when_to_confirm(made: CallDefinition) -> None:
    for stage in made.stages:
        assert (stage.session is not None) == (stage.form == "presentation")
        assert stage.session is None or stage.session.mark == "P"


def test_only_a_presentation_has_sessions() -> None:
    data = PATH.model_dump(mode="json")
    interview = next(s for s in data["stages"] if s["session"])
    interview["form"] = "paper"
    with pytest.raises(ValueError, match="only a presentation has sessions"):
        CallDefinition.model_validate(data)
