"""What an answer may be."""

from __future__ import annotations

from typing import Any

import pytest

from portal.applications.rules.answers import Known, checked, missing
from tests.factories.applications import rich_definition

SECTION = rich_definition().sections[0]
KNOWN = Known(frozenset({"me"}), frozenset({"here"}))


def refused(answers: dict[str, Any]) -> list[str]:
    return [p.path for p in checked(SECTION, answers, KNOWN).refused]


def told(answers: dict[str, Any]) -> list[str]:
    return [p.path for p in checked(SECTION, answers, KNOWN).problems]


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("1,000", 1000), ("１２３", 123), ("3억 5천만", 350_000_000), ("0", 0), ("-1", "-1"), ("0.5", "0.5"),
        ("1e9", "1e9"), ("NaN", "NaN"), (str(2**63), str(2**63)),
    ],
)  # fmt: skip
def test_amount_that_cannot_be_read_stays_in_the_draft_and_is_told(typed: str, stored: int | str) -> None:
    result = checked(SECTION, {"worth": typed}, KNOWN)
    assert result.answers == {"worth": stored}
    assert bool(result.problems) is isinstance(stored, str)
    assert not result.refused


def test_number_outside_its_range_is_told_but_kept() -> None:
    assert told({"size": "0"}) == ["q_size"]
    assert told({"size": "1001"}) == ["q_size"]
    assert told({"size": "1,000"}) == []
    assert checked(SECTION, {"size": "1e9"}, KNOWN).answers == {"size": "1e9"}


def test_text_over_its_limit_is_refused_even_in_a_draft() -> None:
    assert refused({"name": "가" * 20}) == []
    assert refused({"name": "가" * 21}) == ["q_name"]


def test_resident_number_is_refused_wherever_it_stands() -> None:
    number = "900101-1234568"
    assert refused({"need": f"담당자 {number}"}) == ["q_need"]
    assert refused({"models": [{"title": number}]}) == ["q_models-0-c_title"]
    assert refused({"goals": {"y1": {"note": number}}}) == ["q_goals-r_y1-c_note"]
    assert refused({"size": number}) == ["q_size"]
    shown = checked(SECTION, {"need": number}, KNOWN).problems[0].params["shown"]
    assert "1234568" not in shown


def test_only_the_applications_own_people_and_listed_choices_are_taken() -> None:
    assert refused({"authors": ["me"], "sites": ["here"], "licence": "open"}) == []
    assert refused({"authors": ["other"]}) == ["q_authors"]
    assert refused({"sites": ["elsewhere"]}) == ["q_sites"]
    assert refused({"licence": "secret"}) == ["q_licence"]


def test_what_is_not_a_question_of_the_section_is_left_out() -> None:
    assert checked(SECTION, {"status": "submitted", "score": 5}, KNOWN).answers == {}


def test_a_question_that_is_not_shown_is_neither_missing_nor_judged() -> None:
    names = {p.path for p in missing(SECTION, {"licence": "open"})}
    assert "q_why_closed" not in names and "q_need" in names and "q_fields" not in names
    assert "q_why_closed" in {p.path for p in missing(SECTION, {"licence": "closed"})}


def test_cells_of_a_given_row_may_not_be_empty() -> None:
    paths = {p.path for p in missing(SECTION, {"models": [{"title": "A"}], "goals": {}})}
    assert "q_models-0-c_year" in paths and "q_goals-r_y1-c_score" in paths
    assert "q_goals-r_y1-c_note" not in paths


def test_rows_over_the_most_are_refused_and_empty_ones_fall_away() -> None:
    rows = [{"title": "A", "year": "2024"}, {"title": "", "year": " "}, {}]
    assert checked(SECTION, {"models": rows}, KNOWN).answers == {"models": [{"title": "A", "year": 2024}]}
    assert refused({"models": [{"title": str(n)} for n in range(4)]}) == ["q_models"]


def test_dates_are_days() -> None:
    assert told({"begin": "2025-02-30"}) == ["q_begin"]
    assert told({"begin": "2025-02-28"}) == []


def test_text_is_kept_in_one_form_without_what_no_database_holds() -> None:
    decomposed = "가\x00b‮"
    assert checked(SECTION, {"need": decomposed}, KNOWN).answers == {"need": "가b"}
