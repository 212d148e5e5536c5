"""Every rule kind: met, broken, unclear - each with its evidence in both languages."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from portal.screening.models import FindingResult
from portal.screening.rules import KINDS, Content, FoundFinding, SanctionFact, screen
from portal.screening.rules.checks import eligible
from tests.factories.screening import content, definition_with, every_rule, facts, rule

PASS, FAIL, UNCLEAR = FindingResult.PASS, FindingResult.FAIL, FindingResult.UNCLEAR


def one(kind: str, given: Content, *, params: dict[str, Any] | None = None, **more: Any) -> FoundFinding:
    changes = more.pop("changes", {})
    (found,) = screen(given, definition_with(rule(kind, **(params or {})), **changes), facts(**more))
    return found


def test_an_application_in_order_passes_every_rule() -> None:
    found = screen(content(), every_rule(), facts())
    assert [f.rule for f in found] == list(KINDS)
    assert [(f.rule, f.evidence) for f in found if f.result is not PASS] == []
    assert eligible(found)


FILM = {"id": "f3", "slot": "about.show", "slice": "", "filename": "demo.mp4", "pages": None, "seconds": 181}
Break = Callable[[Content], object]
BROKEN: list[tuple[str, Break, FindingResult, str]] = [
    ("lead_kind", lambda c: c["institutions"][0].update(country="US"), FAIL, "institutions.lead"),
    ("lead_kind", lambda c: c["institutions"][0].update(kind="public_body"), FAIL, "institutions.lead"),
    ("lead_kind", lambda c: c["institutions"][0].update(role="joint"), FAIL, "institutions"),
    ("must_include", lambda c: c["institutions"][1].update(kind="company_mid"), UNCLEAR, "members.m2"),
    ("institution_count", lambda c: c["institutions"].clear(), FAIL, "institutions"),
    ("institutions_joined", lambda c: c["institutions"][1].update(joined=False), UNCLEAR, "institutions.uni"),
    ("foreign_role", lambda c: c["institutions"][1].update(country="US", role="consigned"), FAIL, "institutions.uni"),
    ("consents_present", lambda c: c["members"][1].update(consented=False), UNCLEAR, "members.m2"),
    ("confirmations_present", lambda c: c["confirmations"].pop(), UNCLEAR, "institutions.uni"),
    ("has_pi", lambda c: c["members"][0].update(role="researcher"), FAIL, "members"),
    ("sections_complete", lambda c: c["sections"]["plan"][""].pop("aim"), FAIL, "sections.plan.aim"),
    ("sections_complete", lambda c: c["sections"]["plan"][""].update(aim="  "), FAIL, "sections.plan.aim"),
    ("sections_complete", lambda c: c["sections"]["part"].pop("uni"), FAIL, "sections.part.task.uni"),
    ("page_limits", lambda c: c["attachments"][0].update(pages=4), FAIL, "attachments.f1"),
    ("page_limits", lambda c: c["attachments"][0].update(pages=None), UNCLEAR, "attachments.f1"),
    ("attachments_present", lambda c: c["attachments"].pop(0), FAIL, "attachments.plan_file"),
    ("attachments_present", lambda c: c["attachments"].pop(1), UNCLEAR, "attachments.certificate.lead"),
    ("budget_matching", lambda c: c["costs"][0].update(government=76), FAIL, "costs.lead"),
    ("budget_matching", lambda c: c["costs"][0].update(cash=2, in_kind=23), FAIL, "costs.lead"),
    ("means_within_caps", lambda c: c["means"][0].update(quantity=100_000_001), FAIL, "means.money"),
    ("means_within_caps", lambda c: c["means"][0].update(component="none"), FAIL, "means.none"),
    ("has_member", lambda c: c["members"][1].update(role="researcher"), FAIL, "members"),
    ("team_size", lambda c: c["members"].extend(c["members"][1:] * 14), FAIL, "members"),
    ("answer_among", lambda c: c["sections"]["about"][""].update(field="other"), UNCLEAR, "sections.about.field"),
    ("answer_among", lambda c: c["sections"]["about"][""].pop("field"), FAIL, "sections.about.field"),
    ("years_since", lambda c: c["sections"]["about"][""].update(degree="2020-07-20"), FAIL, "sections.about.degree"),
    (
        "years_since",
        lambda c: c["sections"]["about"][""].update(degree="2020-07-20", more=1),
        UNCLEAR,
        "sections.about.degree",
    ),
    ("years_since", lambda c: c["sections"]["about"][""].update(degree="2025-07-30"), UNCLEAR, "sections.about.degree"),
    ("years_since", lambda c: c["sections"]["about"][""].update(degree="2026-03-01"), FAIL, "sections.about.degree"),
    ("years_since", lambda c: c["sections"]["about"][""].pop("degree"), FAIL, "sections.about.degree"),
    ("page_limits", lambda c: c["attachments"].append(FILM), FAIL, "attachments.f3"),
    ("asks_for_something", lambda c: (c["means"].clear(), c["costs"].clear()), FAIL, "means"),
]


@pytest.mark.parametrize(("kind", "break_", "expected", "place"), BROKEN)
def test_a_broken_rule_is_found_where_it_is_broken(
    kind: str, break_: Break, expected: FindingResult, place: str
) -> None:
    given = content()
    break_(given)
    found = one(kind, given)
    assert (found.result, found.evidence[0]["place"]) == (expected, place)
    assert all(e["ko"] and e["en"] and e["ko"] != e["en"] for e in found.evidence)


def test_the_years_are_counted_to_the_day_of_the_deadline() -> None:
    given = content()
    given["sections"]["about"][""]["degree"] = "2020-07-21"
    assert one("years_since", given).result is PASS


def test_whoever_is_in_two_teams_is_found_with_the_other_receipt() -> None:
    found = one("one_team_per_person", content(), members_elsewhere=(("b@example.org", "R-2"),))
    assert (found.result, found.evidence[0]["place"]) == (FAIL, "members.m2")
    assert "R-2" in found.evidence[0]["en"]


def test_a_foreign_institution_may_be_joint() -> None:
    given = content()
    given["institutions"][1]["country"] = "US"
    assert one("foreign_role", given).result is PASS


def test_without_university_and_students_the_consortium_fails() -> None:
    given = content()
    given["institutions"][1]["kind"] = "company_mid"
    given["members"][1]["role"] = "researcher"
    assert one("must_include", given).result is FAIL


@pytest.mark.parametrize("kind", ["confirmations_present", "consents_present", "institutions_joined"])
def test_what_others_give_may_follow_only_where_the_call_lets_it(kind: str) -> None:
    given = content()
    given["confirmations"].pop()
    given["members"][0]["consented"] = given["institutions"][1]["joined"] = False
    assert one(kind, given).result is UNCLEAR
    assert one(kind, given, changes={"confirmations_may_follow": False}).result is FAIL


def test_a_section_changed_after_its_confirmation_is_not_confirmed() -> None:
    given = content()
    given["sections"]["plan"][""]["aim"] = "다른 목표"
    found = one("confirmations_present", given)
    assert found.result is UNCLEAR
    assert [e["place"] for e in found.evidence] == ["institutions.lead", "institutions.uni"]
    given = content()
    given["costs"][0]["cash"] += 1
    assert [e["place"] for e in one("confirmations_present", given).evidence] == ["institutions.lead"]


def test_a_section_of_a_later_stage_is_not_asked_for_now() -> None:
    assert "demo" not in content()["sections"]
    assert one("sections_complete", content()).result is PASS


def test_matching_is_computed_per_institution_not_on_the_total() -> None:
    """The university's full share must not make up for the company's (Decree 19, table 1)."""
    given = content()
    given["costs"][1]["cash"] = 1_000
    given["costs"][0]["government"] = 80
    assert one("budget_matching", given).result is FAIL


def test_the_cash_minimum_is_of_the_own_share() -> None:
    """75 + 3 + 22: 3 of the own 25 is 12 %, although only 3 % of the total."""
    assert one("budget_matching", content()).result is PASS


def test_a_gpu_supplier_may_ask_for_anything_but_gpus() -> None:
    given = content()
    given["institutions"][0]["gpu_supplier"] = True
    assert one("component_exclusions", given).result is PASS
    given["means"].append({"component": "gpu", "option": "b200", "year": 0, "quantity": 8, "months": 6})
    assert one("component_exclusions", given).result is FAIL


def _sanction(until: date, role: str = "lead", since: date = date(2024, 1, 1)) -> SanctionFact:
    return SanctionFact("institutions.lead", "새봄", role, "misuse", since, until)


@pytest.mark.parametrize(
    ("until", "expected"), [(date(2025, 7, 20), PASS), (date(2025, 7, 21), FAIL), (date(2025, 7, 22), FAIL)]
)
def test_a_restriction_counts_on_the_day_of_the_deadline(until: date, expected: FindingResult) -> None:
    assert one("no_active_restriction", content(), sanctions=(_sanction(until),)).result is expected


def test_a_restriction_that_begins_after_the_deadline_does_not_count() -> None:
    later = _sanction(date(2026, 1, 1), since=date(2025, 7, 22))
    assert one("no_active_restriction", content(), sanctions=(later,)).result is PASS


def test_a_restricted_joint_member_fails_and_another_role_is_for_an_officer() -> None:
    assert one("no_active_restriction", content(), sanctions=(_sanction(date(2026, 1, 1), "joint"),)).result is FAIL
    student = (_sanction(date(2026, 1, 1), "student"),)
    assert one("no_active_restriction", content(), sanctions=student).result is UNCLEAR


def test_one_application_per_lead() -> None:
    found = one("one_application_per_lead", content(), others_of_lead=("WBL-2025-K7M3QXT",))
    assert found.result is FAIL
    assert "WBL-2025-K7M3QXT" in found.evidence[0]["ko"]


def test_an_unknown_rule_is_for_a_person_and_never_passes() -> None:
    found = one("looks_fine", content())
    assert found.result is UNCLEAR
    assert not eligible([found])
