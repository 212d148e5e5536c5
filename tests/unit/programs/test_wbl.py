"""The WBL program, its plan and the three regimes, as they stand in the catalog."""

from __future__ import annotations

import tomllib

import pytest

from portal.awards.rules import Piece, bundle_charges, chargeable_lines
from portal.programs.definition import Regime, canonical, digest, parse
from portal.programs.loader import CATALOG, catalog_codes, load_call, load_plan
from portal.screening.rules import KINDS, POINT_FACTS

WBL = load_call("wbl")
CAPS = {line.code: line.cap for line in load_plan()}
FIVE = [("b200", 3), ("h200", 2)]  # (GPU model, teams) of 512 cards for the whole first period


def used(teams: list[tuple[str, int]]) -> dict[str, int]:
    return bundle_charges([Piece("gpu", option, 0, 512, WBL.months) for option, n in teams for _ in range(n)], WBL)


def over(teams: list[tuple[str, int]]) -> list[str]:
    return [line for line, amount in used(teams).items() if amount > CAPS[line]]


def regime(code: str) -> Regime:
    return Regime.model_validate(tomllib.loads((CATALOG / "regimes" / f"{code}.toml").read_text(encoding="utf-8")))


def test_every_program_of_the_catalog_loads() -> None:
    assert "wbl" in catalog_codes()
    for code in catalog_codes():
        assert load_call(code)


def test_the_hash_is_that_of_the_content() -> None:
    load_call.cache_clear()
    again = load_call("wbl")
    assert again is not WBL and digest(again) == digest(WBL)
    assert digest(parse(canonical(WBL))) == digest(WBL)


def test_it_names_itself_as_it_is_named_today_and_before() -> None:
    assert WBL.program.names["en"] == "Sovereign AI Foundation Model"
    assert {"World Best LLM", "WBL"} <= set(WBL.program.former)


def test_fifteen_go_to_ten_go_to_five() -> None:
    assert [(s.code, s.keep, s.awards) for s in WBL.stages] == [("paper", 10, False), ("presentation", 5, True)]
    assert [[c.points for c in s.criteria] for s in WBL.stages] == [[40, 30, 30]] * 2
    assert all([a.share for a in c.anchors] == [100, 80, 60, 40, 20] for s in WBL.stages for c in s.criteria)


def test_from_the_call_to_the_winners_takes_45_days() -> None:
    assert WBL.open_days + sum(stage.days for stage in WBL.stages) == 45


def test_exactly_three_attachments_are_not_standard_forms() -> None:
    assert sum(not slot.standard for slot in WBL.attachments) == WBL.regime.max_non_standard_forms == 3


def test_every_screening_rule_has_its_check_and_every_fact_its_source() -> None:
    assert {rule.kind for rule in WBL.screening} <= set(KINDS)
    questions = {f"answer:{s.code}.{q.code}" for s in WBL.sections for q in s.questions}
    assert {item.fact for item in WBL.point_sheet} <= set(POINT_FACTS) | questions


def test_whether_the_act_applies_is_said_to_be_unconfirmed() -> None:
    assert WBL.regime.code == "kr_support"
    assert "확인되지 않았습니다" in WBL.regime.statement["ko"] and "not confirmed" in WBL.regime.statement["en"]
    assert {g.mark for g in WBL.regime.conflict_grounds} == {"P"} == {m.mark for m in WBL.regime.matching}


def test_what_the_awards_charge_has_a_line() -> None:
    assert set(chargeable_lines(WBL)) <= set(CAPS)


def test_five_teams_of_512_cards_fit_with_the_cap_of_2025_nearly_full() -> None:
    assert over(FIVE) == []
    assert used(FIVE)["wbl_gpu_2025"] * 10 > CAPS["wbl_gpu_2025"] * 9


@pytest.mark.parametrize("option", ["b200", "h200", "h100"])
def test_a_sixth_team_does_not_fit(option: str) -> None:
    assert "wbl_gpu_2025" in over([*FIVE, (option, 1)])


def test_a_fourth_team_on_b200_passes_the_pool() -> None:
    assert over([("b200", 4)]) == [
        f"gpu_b200_{y}_{m:02d}" for y, m in [(2025, n) for n in range(8, 13)] + [(2026, n) for n in range(1, 6)]
    ]


def test_the_launch_year_is_spent_by_its_lines_to_the_won() -> None:
    lines = [line for line in load_plan() if line.parent == "wbl_2025_call"]
    assert sum(line.cap for line in lines) == CAPS["wbl_2025_call"] == CAPS["wbl_2025"] == 193_600_000_000


def test_later_years_stand_outside_the_launch_years_money() -> None:
    lines = {line.code: line for line in load_plan()}
    for line in lines.values():
        if line.unit == "KRW" and line.year in (2026, 2027):
            assert line.status == "planned"
            at = line
            while at.parent is not None:
                at = lines[at.parent]
            assert at.code in ("wbl_later", "path_later", "inno_2026")


def test_both_readings_of_the_talent_money_bind() -> None:
    assert WBL.component("talent").max_per_year == CAPS["path_2025"] == 2_000_000_000


@pytest.mark.parametrize("code", ["kr_support", "kr_rnd"])
def test_grounds_stand_as_the_law_grades_them(code: str) -> None:
    grounds = {ground.code: ground for ground in regime(code).conflict_grounds}
    for name in ("participant", "sanctioned", "direct_interest", "same_company"):
        assert grounds[name].severity == "absolute"
    for name in ("relative", "cross_review", "same_department", "agency_staff"):
        assert grounds[name].severity == "waivable"
    for name in ("financial", "joint_research", "employment", "adviser_student"):
        assert (grounds[name].severity, grounds[name].years) == ("declared", 3)


@pytest.mark.parametrize("code", ["kr_support", "kr_rnd"])
def test_matching_is_that_of_the_decree(code: str) -> None:
    shares = {kind: (rate.government_max, rate.cash_min) for rate in regime(code).matching for kind in rate.kinds}
    assert shares == {
        "university": (10_000, 0), "research_institute": (10_000, 0), "company_sme": (7_500, 1_000),
        "company_early_mid": (7_500, 1_000), "company_mid": (7_000, 1_300), "company_large": (5_000, 1_500),
        "public_body": (5_000, 1_500),
    }  # fmt: skip


def test_penalties_have_three_causes_and_no_others() -> None:
    assert [choice.code for choice in regime("kr_rnd").penalty_grounds] == ["misconduct", "abandonment", "unpaid"]


def test_scores_of_a_selection_are_not_disclosed() -> None:
    shown = regime("kr_rnd").disclosure
    assert (shown.scores, shown.opinions, shown.panel_list) == (False, True, True)
    assert (regime("plain").appeal.days, regime("plain").matching) == (10, [])
