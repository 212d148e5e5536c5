"""What the data show (DOMAIN 2.11, 6.3 no. 7), as sentences."""

from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path
from typing import Any

from portal.conflicts.models import Severity
from portal.conflicts.rules import Found
from portal.programs.definition import Regime
from portal.routing.rules.detection import Candidate, Post, Related, Target, detect
from tests.factories.consortia import DEFINITION, words

REGIMES = Path(__file__).parents[3] / "portal/programs/catalog/regimes"
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


# --- the cases of DOMAIN 6.3 no. 7 under the real regime, each with the article it rests on ---

KR = Regime.model_validate(tomllib.loads((REGIMES / "kr_rnd.toml").read_text(encoding="utf-8")))
PI = frozenset({50})
ARTICLES = {
    "same_department": "Decree 27(3)4", "relative": "Decree 27(3)2, Civil Code 777", "cross_review": "Decree 27(3)3",
    "participant": "Decree 27(3)1", "direct_interest": "Act 14(2)1", "sanctioned": "Act 14(2)2",
    "joint_research": "Guideline, pages 15 and 16", "adviser_student": "Guideline, pages 15 and 16",
    "financial": "Guideline, pages 15 and 16", "employment": "Guideline, pages 15 and 16",
    "same_company": "Act 14(2)1 (for companies the whole company, assumed by this portal)",
}  # fmt: skip


def tie(kind: str, since: date, until: date | None, **more: Any) -> Related:
    return Related(kind, "r1", since, until, **({"people": PI} | more))


def judged(who: Candidate, of: Target | None = None) -> list[tuple[str, Severity, date | None]]:
    bars = found(who, of, KR)
    articles = {g.code: g.article["en"] for g in KR.conflict_grounds}
    assert all(articles[bar.ground] == ARTICLES[bar.ground] for bar in bars)
    return [(bar.ground, bar.severity, bar.until) for bar in bars]


def paper(day: date) -> Candidate:
    return candidate(related=(tie("co_author", day, day),))


def test_same_university_other_department_is_allowed_by_the_act_of_2024() -> None:
    assert judged(candidate(post(department=PHYSICS))) == []


def test_same_department_is_excluded_by_decree_27_3_4() -> None:
    assert judged(candidate(post(department=CS))) == [("same_department", Severity.WAIVABLE, None)]


def test_a_department_left_two_years_ago_is_no_bar_by_decree_27_3_4() -> None:
    assert judged(candidate(post(department=CS, until=date(2023, 7, 25)), post(department=PHYSICS))) == []


def test_a_co_author_of_two_years_and_eleven_months_ago_is_barred_until_the_three_years_are_over() -> None:
    assert judged(paper(date(2022, 8, 25))) == [("joint_research", Severity.DECLARED, date(2025, 8, 25))]


def test_a_co_author_of_three_years_and_one_month_ago_is_free() -> None:
    assert judged(paper(date(2022, 6, 25))) == []


def test_the_day_of_the_third_year_still_bars_and_the_next_one_does_not() -> None:
    assert judged(paper(date(2022, 7, 25))) != []
    assert judged(paper(date(2022, 7, 24))) == []


def test_an_adviser_is_barred_while_it_lasts_and_three_years_after() -> None:
    lasting = candidate(related=(tie("adviser_student", date(2010, 3, 1), None),))
    assert judged(lasting) == [("adviser_student", Severity.DECLARED, None)]
    over = candidate(related=(tie("adviser_student", date(2010, 3, 1), date(2022, 2, 28)),))
    assert judged(over) == []


def test_the_spouse_of_a_participant_is_barred_for_good_even_when_divorced() -> None:
    divorced = candidate(related=(tie("relative", date(1999, 5, 1), date(2005, 5, 1)),))
    assert judged(divorced) == [("relative", Severity.WAIVABLE, None)]


def test_a_shareholder_is_barred_from_applications_of_the_company_and_three_years_after_selling() -> None:
    shares = tie("shares", date(2020, 1, 1), date(2023, 1, 1), people=frozenset(), organisation_id=COMPANY)
    assert judged(candidate(related=(shares,))) == [("financial", Severity.DECLARED, date(2026, 1, 1))]
    assert judged(candidate(related=(shares,)), target(organisations={UNIVERSITY: "university"})) == []


def test_a_cross_review_pair_is_kept_apart_by_decree_27_3_3() -> None:
    assert judged(candidate(crossed={7: 50})) == [("cross_review", Severity.WAIVABLE, None)]


def test_who_left_the_company_within_three_years_is_barred_until_they_are_over() -> None:
    left = candidate(post(COMPANY, None, until=date(2023, 7, 24)))
    assert judged(left) == [("employment", Severity.DECLARED, date(2026, 7, 24))]
    assert judged(candidate(post(COMPANY, None, until=date(2022, 7, 24)))) == []


def test_having_worked_in_another_department_of_the_university_is_no_bar() -> None:
    assert judged(candidate(post(department=PHYSICS, until=date(2025, 1, 1)))) == []


def test_the_relation_holds_by_the_other_ones_address_too() -> None:
    by_mail = tie("co_author", TODAY, TODAY, people=frozenset(), emails=frozenset({"pi@example.org"}))
    assert [ground for ground, _, _ in judged(candidate(related=(by_mail,)))] == ["joint_research"]


def test_of_two_papers_the_later_one_sets_the_last_day() -> None:
    two = candidate(related=(tie("co_author", date(2023, 1, 1), date(2023, 1, 1)), tie("co_author", TODAY, TODAY)))
    assert judged(two) == [("joint_research", Severity.DECLARED, date(2028, 7, 25))]


def test_a_supplier_of_gpus_is_barred_from_applications_that_ask_for_them() -> None:
    works = Post(30, "company_large", None, "", date(2020, 1, 1), None, date(2026, 6, 30))
    assert judged(candidate(works), target(supplied=frozenset({"gpu"}))) == [
        ("direct_interest", Severity.ABSOLUTE, date(2026, 6, 30))
    ]
    assert judged(candidate(works)) == []


def test_a_regime_that_does_not_name_a_ground_does_not_bar_by_it() -> None:
    assert grounds(paper(TODAY), law=regime()) == []
