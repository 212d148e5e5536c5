"""What the catalog refuses, and how it says so."""

from __future__ import annotations

from pathlib import Path

import pytest

from portal.programs.loader import CatalogError, load_call, load_plan
from tests.unit.programs.conftest import Catalog


def test_a_syntax_error_names_file_and_line(catalog: Catalog) -> None:
    line = catalog.change("wbl.toml", "open_days = 31", "open_days = ")
    (told,) = catalog.refused()
    assert told.startswith(f"wbl.toml:{line}: Invalid value")


def test_a_file_that_ends_too_early_names_its_last_line(catalog: Catalog) -> None:
    plan = catalog.root / "plan.toml"
    plan.write_text('[[line]]\ncode = "a"\nnames.ko = """gone', encoding="utf-8")
    (told,) = catalog.refused(load_plan)
    assert told.startswith("plan.toml:3: ")


def test_a_misspelt_key_names_its_line_and_the_key_that_is_meant(catalog: Catalog) -> None:
    catalog.change("wbl.toml", "review_days = 3", "reveiw_days = 3")
    told = catalog.refused()
    line = catalog.line_of("wbl.toml", "reveiw_days")
    assert f"wbl.toml:{line}: stages[0].reveiw_days: there is no such key; review_days is meant?" in told


def test_a_missing_key_names_the_table_that_lacks_it(catalog: Catalog) -> None:
    catalog.change("wbl.toml", 'code = "model_evidence"\n', "")
    (told,) = catalog.refused()
    line = catalog.line_of("wbl.toml", 'names.ko = "모델 개발 실적 증빙"') - 1
    assert told == f"wbl.toml:{line}: attachments[4].code: is missing"


def test_a_value_of_the_wrong_kind_is_told_with_what_was_written(catalog: Catalog) -> None:
    line = catalog.change("wbl.toml", "max_per_year = 5_000_000_000", 'max_per_year = "5bn"')
    (told,) = catalog.refused()
    assert told.startswith(f"wbl.toml:{line}: components[2].max_per_year: ") and "'5bn'" in told


def test_every_mistake_is_told_at_once_in_the_order_of_the_file(catalog: Catalog) -> None:
    first = catalog.change("wbl.toml", "min_institutions = 2", 'min_institutions = "two"')
    catalog.change("wbl.toml", 'form = "paper"', 'form = "letter"')
    catalog.change("wbl.toml", "acceptance_days = 14", "days_to_accept = 14")
    told = catalog.refused()
    assert len(told) == 3
    lines = [int(problem.split(":")[1]) for problem in told]
    assert lines == sorted(lines) and lines[0] == first


def test_a_mistake_in_the_regime_names_the_regimes_file(catalog: Catalog) -> None:
    line = catalog.change("regimes/kr_support.toml", 'severity = "waivable"', 'severity = "sometimes"')
    told = catalog.refused()
    assert told[0].startswith(f"regimes/kr_support.toml:{line}: regime.conflict_grounds[")


def test_an_unknown_regime_is_refused(catalog: Catalog) -> None:
    line = catalog.change("wbl.toml", 'regime = "kr_support"', 'regime = "kr_other"')
    assert catalog.refused() == [f"wbl.toml:{line}: regime: there is no regimes/kr_other.toml"]


def test_an_unknown_program_is_refused_with_those_that_exist(catalog: Catalog) -> None:
    with pytest.raises(CatalogError, match="program files: champ, inno, path, wbl"):
        load_call("nope", catalog.root)


def test_an_unknown_line_code_is_refused(catalog: Catalog) -> None:
    line = catalog.change("wbl.toml", 'line = "path"', 'line = "paht"')
    told = catalog.refused()
    assert told[0] == f"wbl.toml:{line}: components[4].line: the plan has no line paht_2025"
    assert len(told) == 3  # one for each year


def test_a_pool_without_a_line_in_every_month_is_refused(catalog: Catalog) -> None:
    catalog.change("plan.toml", 'to = "2026-05"', 'to = "2026-03"')
    line = catalog.line_of("wbl.toml", 'pool = "gpu_b200"')
    assert catalog.refused() == [
        f"wbl.toml:{line}: components[0].options[0].pool: the plan has no pool gpu_b200_2026_04 and 1 more months"
    ]


def test_an_award_ceiling_above_its_line_is_refused(catalog: Catalog) -> None:
    line = catalog.change("wbl.toml", "max_per_year = 2_000_000_000", "max_per_year = 2_000_000_001")
    told = catalog.refused()
    assert told[0].startswith(f"wbl.toml:{line}: ") and "more than the whole line path_2025" in told[0]


def test_a_text_without_one_of_the_languages_is_refused(catalog: Catalog) -> None:
    catalog.change("wbl.toml", 'names.en = "Presentation"\n', "")
    line = catalog.line_of("wbl.toml", 'names.ko = "발표평가"')
    assert catalog.refused() == [f"wbl.toml:{line}: stages[1].names: has no text in English"]


def test_a_blank_text_is_refused(catalog: Catalog) -> None:
    catalog.change("wbl.toml", 'en = "Very good"', 'en = " "')
    (told,) = catalog.refused()
    line = catalog.line_of("wbl.toml", 'en = " "')
    assert told == f"wbl.toml:{line}: stages[0].criteria[0].anchors[0].names: has no text in English"


def test_a_condition_on_a_later_question_is_refused(catalog: Catalog) -> None:
    line = catalog.change("wbl.toml", 'question = "foreign_cooperation"', 'question = "foreign_plan"')
    (told,) = catalog.refused()
    assert told.startswith(f"wbl.toml:{line}: ") and "no earlier question" in told


def test_a_condition_on_a_choice_that_is_not_offered_is_refused(catalog: Catalog) -> None:
    catalog.change("wbl.toml", 'equals = ["own"]', 'equals = ["gpl"]')
    (told,) = catalog.refused()
    assert told.endswith("license has no choice gpl")


def test_a_stage_keeps_fewer_than_the_one_before_it(catalog: Catalog) -> None:
    line = catalog.change("wbl.toml", "keep = 5", "keep = 10")
    assert catalog.refused() == [f"wbl.toml:{line}: stages[1].keep: presentation keeps 10; paper before it keeps 10"]


def test_the_points_of_a_stage_sum_to_100(catalog: Catalog) -> None:
    catalog.change("wbl.toml", "points = 40", "points = 45")
    (told,) = catalog.refused()
    assert told.endswith("the points of paper sum to 105, not to 100")


def test_a_code_stands_once_in_its_list(catalog: Catalog) -> None:
    line = catalog.change("wbl.toml", 'code = "difference"', 'code = "problem"')
    assert catalog.refused() == [f"wbl.toml:{line}: sections[0].questions[3].code: the code problem stands twice"]


def test_more_than_three_non_standard_forms_are_refused(catalog: Catalog) -> None:
    line = catalog.line_of("wbl.toml", "[[attachments]]")
    catalog.change("wbl.toml", 'code = "integrity_pledge"', 'code = "integrity_pledge"\nstandard = false')
    assert catalog.refused() == [f"wbl.toml:{line}: attachments: more than 3 non-standard forms"]


# --- the plan ---


def test_lines_that_do_not_fit_into_an_enforced_parent_are_refused(catalog: Catalog) -> None:
    old = 'code = "wbl_data_team_2025"\nparent = "wbl_2025_call"\nnames.ko = "팀별 데이터 구축·가공 2025년"'
    assert old in (catalog.root / "plan.toml").read_text(encoding="utf-8")
    catalog.change("plan.toml", "cap = 14_000_000_000", "cap = 14_000_000_001")
    (told,) = catalog.refused(load_plan)
    assert (
        told.startswith("plan.toml:") and "wbl_2025_call has 193,600,000,000 KRW, but the lines under it have" in told
    )


def test_a_parent_that_is_shown_only_limits_nothing(catalog: Catalog) -> None:
    catalog.change("plan.toml", "cap = 200_000_000_000\nenforced = false", "cap = 1_000\nenforced = false")
    assert load_plan(catalog.root)


def test_a_line_under_an_unknown_or_its_own_line_is_refused(catalog: Catalog) -> None:
    unknown = catalog.change("plan.toml", 'parent = "path"', 'parent = "paths"')
    own = catalog.change("plan.toml", 'parent = "wbl_later"', 'parent = "wbl_2026"')
    assert catalog.refused(load_plan) == [
        f"plan.toml:{own}: line[10].parent: wbl_2026 hangs below itself",
        f"plan.toml:{unknown}: line[18].parent: path_2025: no such line paths",
    ]


def test_a_code_stands_once_in_the_plan(catalog: Catalog) -> None:
    line = catalog.change("plan.toml", 'code = "gpu_h200"', 'code = "gpu_b200"')
    told = catalog.refused(load_plan)
    assert told[0] == f"plan.toml:{line}: the code gpu_b200_2025_08 stands twice"


def test_a_pool_becomes_one_line_a_month() -> None:
    lines = [line for line in load_plan() if line.code.startswith("gpu_b200_")]
    assert [line.code for line in lines][:: len(lines) - 1] == ["gpu_b200_2025_08", "gpu_b200_2026_05"]
    assert {(line.cap, line.unit) for line in lines} == {(2_040, "card")}
    assert lines[5].names == {"ko": "B200 2026년 1월", "en": "B200, January 2026"}
    assert (lines[5].year, lines[5].month) == (2026, 1)


def test_a_pool_that_ends_before_it_begins_is_refused(catalog: Catalog) -> None:
    line = catalog.change("plan.toml", 'to = "2026-05"', 'to = "2025-07"')
    assert catalog.refused(load_plan) == [f"plan.toml:{line}: the pool ends before it begins"]


def test_the_catalog_folder_can_be_named(tmp_path: Path) -> None:
    with pytest.raises(CatalogError, match="program files: none"):
        load_call("wbl", tmp_path)
