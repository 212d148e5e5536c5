"""What the data show (DOMAIN 2.11, 6.3 no. 7), as sentences."""

from __future__ import annotations

from datetime import date
from typing import Any

from portal.conflicts.models import Severity
from portal.conflicts.rules import Found
from portal.programs.definition import Regime
from portal.routing.rules.detection import Candidate, Post, Target, detect
from tests.factories.consortia import DEFINITION, words

TODAY = date(2025, 7, 25)
UNIVERSITY, COMPANY = 10, 20
CS, PHYSICS = 100, 101


def regime(**years: int) -> Regime:
    grounds = [
        {"code": code, "names": words(code, code), "severity": severity, "article": words("조", "Art."),
         "years": years.get(code)}
        for code, severity in (("participant", "absolute"), ("same_department", "waivable"), ("cross_review", "waivable"))
    ]  # fmt: skip
    return Regime.model_validate(DEFINITION["regime"] | {"conflict_grounds": grounds})


def post(organisation: int = UNIVERSITY, department: int | None = CS, until: date | None = None, **more: Any) -> Post:
    kind = "company_sme" if organisation == COMPANY else "university"
    return Post(organisation, kind, department, more.get("name", ""), date(2015, 3, 1), until)


def candidate(*posts: Post, **more: Any) -> Candidate:
    return Candidate(1, frozenset({1, 2}), frozenset({"reviewer@example.org"}), posts, **more)


def target(**more: Any) -> Target:
    given = {
        "people": frozenset({50}), "emails": frozenset({"pi@example.org"}),
        "organisations": {UNIVERSITY: "university", COMPANY: "company_sme"}, "pi_posts": (post(),),
    }  # fmt: skip
    return Target(7, **given | more)


def found(who: Candidate, of: Target | None = None, law: Regime | None = None) -> list[Found]:
    return list(detect([who], [of or target()], law or regime(), TODAY))


def grounds(who: Candidate, of: Target | None = None, law: Regime | None = None) -> list[str]:
    return [bar.ground for bar in found(who, of, law)]


def test_same_university_other_department_is_allowed() -> None:
    assert grounds(candidate(post(department=PHYSICS))) == []


def test_same_lowest_department_as_the_pi_is_excluded_but_waivable() -> None:
    (bar,) = found(candidate(post(department=CS)))
    assert (bar.ground, bar.severity) == ("same_department", Severity.WAIVABLE)


def test_a_department_left_two_years_ago_bars_only_where_the_regime_looks_back() -> None:
    moved = candidate(post(department=CS, until=date(2023, 7, 24)), post(department=PHYSICS))
    assert grounds(moved) == []
    assert grounds(moved, law=regime(same_department=3)) == ["same_department"]
    assert grounds(moved, law=regime(same_department=2)) == []


def test_a_pi_without_account_is_compared_by_the_department_as_typed() -> None:
    typed = target(pi_posts=(), pi_departments=frozenset({(UNIVERSITY, "컴퓨터공학과")}))
    assert grounds(candidate(post(department=77, name="컴퓨터 공학과")), typed) == ["same_department"]
    assert grounds(candidate(post(department=77, name="물리학과")), typed) == []


def test_the_same_company_bars_whatever_the_department() -> None:
    (bar,) = found(candidate(post(COMPANY, None)))
    assert (bar.ground, bar.severity) == ("same_company", Severity.ABSOLUTE)


def test_a_company_left_does_not_bar() -> None:
    assert grounds(candidate(post(COMPANY, None, until=date(2025, 7, 24)))) == []


def test_a_participant_of_any_role_is_excluded_for_good() -> None:
    (bar,) = found(candidate(), target(people=frozenset({50, 2})))
    assert (bar.ground, bar.severity) == ("participant", Severity.ABSOLUTE)


def test_a_member_without_account_is_known_by_the_address() -> None:
    assert grounds(candidate(), target(emails=frozenset({"reviewer@example.org"}))) == ["participant"]


def test_who_applies_in_the_call_reviews_none_of_its_applications() -> None:
    assert grounds(candidate(applies=frozenset({8}))) == ["same_call_applicant"]


def test_people_who_would_review_each_other_are_kept_apart() -> None:
    (bar,) = found(candidate(crossed={7: 50}))
    assert (bar.ground, bar.severity, bar.evidence["member"]) == ("cross_review", Severity.WAIVABLE, 50)


def test_a_restricted_person_reviews_nothing_while_it_lasts() -> None:
    (bar,) = found(candidate(restricted=((date(2024, 1, 1), TODAY),)))
    assert (bar.ground, bar.severity, bar.until) == ("sanctioned", Severity.ABSOLUTE, TODAY)
    assert grounds(candidate(restricted=((date(2024, 1, 1), date(2025, 7, 24)),))) == []


def test_who_wrote_a_letter_for_an_applicant_does_not_judge_them() -> None:
    (bar,) = found(candidate(), target(referees=frozenset({"reviewer@example.org"})))
    assert (bar.ground, bar.severity, bar.evidence["detector"]) == ("direct_interest", Severity.ABSOLUTE, "referee")
    assert grounds(candidate(), target(referees=frozenset({"other@example.org"}))) == []
