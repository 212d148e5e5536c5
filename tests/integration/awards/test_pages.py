"""The pages of the decision: what each audience sees, and that every post carries out its verb."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from portal.accounts.models import Person
from portal.awards.models import Award, AwardState, Decision, DecisionState, Outcome
from portal.awards.queries import tables
from portal.budgets.queries import lines_by_code
from portal.conflicts.models import Severity
from portal.conflicts.service import write
from portal.platform.db import db
from tests.factories.accounts import account, signed_in
from tests.factories.awards import affiliate, ready, with_plan
from tests.factories.base import committed, context, person
from tests.factories.budgets import used

WHY = "종합 점수와 조건을 함께 살핀 결과"


class Scene:
    def __init__(self) -> None:
        with_plan()
        made = ready(3)
        self.call, self.panel, self.stage = made.call.public_id, made.panel.public_id, made.stage.code
        scope = made.call.scopes[1]
        for at, entry in enumerate(made.entries):
            entry.application.title = f"과제 {'가나다'[at]}"
        self.entries = [(entry.id, entry.public_id) for entry in made.entries]
        self.applications = [entry.application_id for entry in made.entries]
        for who in (*made.owners, made.chair, made.member):
            account(who)
        self.owners, self.chair, self.member = made.owners, made.chair, made.member
        self.officer = account(person("담당자"), "officer", scope=scope)
        self.second = account(person("승인자"), "administrator", scope=scope)
        self.proposer = account(person("제안자"), "administrator", scope=scope)
        self.colleague = account(person("동료"), "administrator", scope=scope)
        affiliate(self.colleague, made.organisations[1])
        self.treasurer = account(person("예산"), "budget_officer")
        self.auditor = account(person("감사"), "auditor")
        self.stranger = account(person("남"))


@pytest.fixture
def scene(app: Flask) -> Scene:
    return committed(Scene)


@pytest.fixture
def visit(app: Flask):  # type: ignore[no-untyped-def]
    return lambda who: signed_in(app.test_client(), who)


def fields(page: str, form: int = 0) -> dict[str, str]:
    """What a browser would post of one form of a page, unchanged."""
    text = re.findall(r"<form[^>]*method=\"post\".*?</form>", page, re.S)[form]
    found = {}
    for tag in re.findall(r"<input[^>]*>", text):
        name, value = re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag)
        if name and 'type="submit"' not in tag:
            found[name[1]] = value[1] if value else ""
    for name, value in re.findall(r'<textarea[^>]*name="([^"]*)"[^>]*>\s*(.*?)</textarea>', text, re.S):
        found[name] = value
    for name, options in re.findall(r'<select name="([^"]*)"[^>]*>(.*?)</select>', text, re.S):
        chosen = re.search(r'<option value="([^"]*)" selected', options)
        found[name] = chosen[1] if chosen else ""
    return found


def form_to(page: str, ending: str) -> dict[str, str]:
    """The form of the page that posts to an address with this ending."""
    forms = re.findall(r"<form[^>]*method=\"post\"[^>]*>", page)
    at = next(i for i, tag in enumerate(forms) if re.search(rf'action="[^"]*{ending}"', tag))
    return fields(page, at)


def table_of(scene: Scene) -> str:
    return f"/panels/{scene.panel}/award"


def opened(scene: Scene, chair: FlaskClient) -> None:
    page = chair.get(table_of(scene)).text
    assert chair.post(f"{table_of(scene)}/open", data=form_to(page, "/open")).status_code == 303


def table_form(page: str) -> dict[str, str]:
    return next(f for f in (fields(page, i) for i in range(9)) if "version" in f)


def closed(scene: Scene, visit) -> None:  # type: ignore[no-untyped-def]
    chair = visit(scene.chair)
    opened(scene, chair)
    assert (
        chair.post(f"{table_of(scene)}/close", data=form_to(chair.get(table_of(scene)).text, "/close")).status_code
        == 303
    )


def office(scene: Scene) -> str:
    return f"/office/calls/{scene.call}/awards"


def proposed(scene: Scene, visit) -> str:  # type: ignore[no-untyped-def]
    closed(scene, visit)
    officer = visit(scene.officer)
    data = form_to(officer.get(office(scene)).text, "/awards") | {"reason": WHY}
    assert officer.post(office(scene), data=data).status_code == 303
    return db.session.scalars(select(Decision.public_id)).one()


def approved(scene: Scene, visit) -> str:  # type: ignore[no-untyped-def]
    decision = proposed(scene, visit)
    second = visit(scene.second)
    data = form_to(second.get(office(scene)).text, "/approve")
    assert second.post(f"/decisions/{decision}/approve", data=data).status_code == 303
    return decision


def published(scene: Scene, visit) -> str:  # type: ignore[no-untyped-def]
    decision = approved(scene, visit)
    second = visit(scene.second)
    data = form_to(second.get(office(scene)).text, "/publish")
    assert second.post(f"/decisions/{decision}/publish", data=data).status_code == 303
    return decision


# --- the panel's table ---


def test_the_panel_opens_writes_and_closes_its_table(scene: Scene, visit) -> None:  # type: ignore[no-untyped-def]
    member = visit(scene.member)
    assert "아직 표를 열지 않았습니다" in member.get(table_of(scene)).text
    opened(scene, visit(scene.chair))
    page = member.get(table_of(scene)).text
    form = table_form(page)
    first = f"q-{scene.entries[0][1]}-data--2025"
    assert form[first] == "400,000"
    saved = member.post(table_of(scene), data=form | {first: "35만", f"reason-{scene.entries[0][1]}": WHY})
    assert saved.status_code == 303
    assert "35만 원" in visit(scene.officer).get(table_of(scene)).text
    assert member.post(f"{table_of(scene)}/close", data={"request_id": "x"}).status_code == 403
    chair = visit(scene.chair)
    assert (
        chair.post(f"{table_of(scene)}/close", data=form_to(chair.get(table_of(scene)).text, "/close")).status_code
        == 303
    )
    assert 'id="award-form"' in chair.get(table_of(scene)).text
    assert chair.post(table_of(scene), data=form).status_code == 409


def test_an_amount_over_the_request_is_refused_beside_its_cell(scene: Scene, visit) -> None:  # type: ignore[no-untyped-def]
    chair = visit(scene.chair)
    opened(scene, chair)
    form = table_form(chair.get(table_of(scene)).text)
    cell = f"q-{scene.entries[0][1]}-data--2025"
    for typed in ("400,001", "-1", "0.5", "NaN", "9" * 30):
        answer = chair.post(table_of(scene), data=form | {cell: typed, "request_id": f"r{typed}"})
        assert answer.status_code == 422, typed
        assert f'id="{cell}-error"' in answer.text
        assert typed in answer.text
    assert tables.advice_in([1])[scene.entries[0][0]].pieces["data", "", 2025].quantity == 400_000


def test_the_older_of_two_windows_is_refused_with_what_is_stored_now(scene: Scene, visit) -> None:  # type: ignore[no-untyped-def]
    chair, member = visit(scene.chair), visit(scene.member)
    opened(scene, chair)
    early, late = table_form(chair.get(table_of(scene)).text), table_form(member.get(table_of(scene)).text)
    cell = f"q-{scene.entries[0][1]}-data--2025"
    assert member.post(table_of(scene), data=late | {cell: "390,000"}).status_code == 303
    answer = chair.post(table_of(scene), data=early | {cell: "380,000"})
    assert answer.status_code == 409
    assert "380,000" in answer.text
    assert "39만 원" in answer.text
    again = table_form(answer.text) | {"request_id": "fresh"}
    assert chair.post(table_of(scene), data=again).status_code == 303


def test_a_conflicted_member_sees_neither_the_row_nor_ranks_nor_totals(scene: Scene, visit) -> None:  # type: ignore[no-untyped-def]
    opened(scene, visit(scene.chair))
    committed(lambda: write(context(), scene.member.id, scene.applications[0], "kin", Severity.ABSOLUTE))
    page = visit(scene.member).get(table_of(scene)).text
    assert "과제 가" not in page
    assert "과제 나" in page
    assert "data-cap-left" not in page
    assert "1위" not in page
    assert "2위" not in page
    assert "평균" not in page


def test_the_panel_sees_published_caps_and_a_budget_role_the_live_line(scene: Scene, visit) -> None:  # type: ignore[no-untyped-def]
    from portal.budgets import service as budgets

    opened(scene, visit(scene.chair))
    committed(lambda: budgets.reserve(context(), "other", {"t_data_2025": 123_456}, "award", "other"))
    page = visit(scene.member).get(table_of(scene)).text
    assert 'data-cap-left="t_data_2025" data-cap="3000000" data-used="0"' in page
    assert "123456" not in page
    both = committed(lambda: account(person(), "officer", "budget_officer"))
    assert 'data-cap-left="t_data_2025" data-cap="3000000" data-used="123456"' in visit(both).get(table_of(scene)).text


def test_a_resource_counts_in_each_month_and_year(scene: Scene, visit) -> None:  # type: ignore[no-untyped-def]
    opened(scene, visit(scene.chair))
    page = visit(scene.chair).get(table_of(scene)).text
    assert 'data-cap="t_b200_2025_08 t_b200_2025_09' in page
    assert 'data-unit-value="5000" data-each="1000" data-before="0" data-within="5"' in page
    assert 'data-unit-value="7000" data-each="1000" data-before="5" data-within="7"' in page


def test_strangers_find_no_table(scene: Scene, visit) -> None:  # type: ignore[no-untyped-def]
    for who in (scene.stranger, scene.owners[0], scene.treasurer):
        assert visit(who).get(table_of(scene)).status_code == 404


# --- the decision ---


def test_the_proposal_is_filled_in_from_the_ranking_and_the_panel(scene: Scene, visit) -> None:  # type: ignore[no-untyped-def]
    officer = visit(scene.officer)
    assert "심의표를 확정하면" in officer.get(office(scene)).text
    closed(scene, visit)
    form = form_to(officer.get(office(scene)).text, "/awards")
    results = [form[f"result_{entry}"] for entry, _ in scene.entries]
    assert results == ["award", "award", "decline"]
    data = form | {"reason": WHY, f"result_{scene.entries[2][0]}": "award"}
    refused = officer.post(office(scene), data=data)
    assert refused.status_code == 422
    assert "2건까지 선정합니다" in refused.text
    assert WHY in refused.text


def test_a_long_list_is_proposed_with_two_reasons_and_an_own_one(app: Flask, visit) -> None:  # type: ignore[no-untyped-def]
    def make() -> tuple[str, Person, list[int]]:
        made = ready(34, "paper")
        officer = account(person("담당자"), "officer", scope=made.call.scopes[1])
        return made.call.public_id, officer, [entry.id for entry in made.entries]

    call, who, entries = committed(make)
    officer, address = visit(who), f"/office/calls/{call}/awards?stage=paper"
    data = form_to(officer.get(address).text, "/awards")
    assert [data[f"result_{entry}"] for entry in entries] == ["advance"] * 3 + ["decline"] * 31
    assert not any(data[f"reason_{entry}"] for entry in entries)
    above, below, own = (
        "상위에 들어 다음 단계로 올립니다.",
        "선정 범위에 들지 못하였습니다.",
        "자료의 권리를 확인하지 못하였습니다.",
    )
    data |= {"reason": WHY, "selected_reason": above, "other_reason": below, f"reason_{entries[9]}": own}
    assert officer.post(f"/office/calls/{call}/awards", data=data).status_code == 303
    found = {o.entry_id: o.reason for o in db.session.scalars(select(Outcome).order_by(Outcome.id))}
    assert [found[entry] for entry in entries] == [above] * 3 + [below] * 6 + [own] + [below] * 24
    data |= {f"reason_{entries[9]}": "", "other_reason": ""}
    refused = officer.post(f"/office/calls/{call}/awards", data=data | {"request_id": "f" * 32})
    assert refused.status_code in (409, 422)


def test_the_queue_shows_who_can_approve_now(scene: Scene, visit) -> None:  # type: ignore[no-untyped-def]
    proposed(scene, visit)
    page = visit(scene.officer).get(office(scene)).text
    assert page.index("승인자") < page.index("동료")
    assert "신청기관에 소속되어 있습니다" in page


def test_a_barred_approver_is_refused_with_the_reason(scene: Scene, visit) -> None:  # type: ignore[no-untyped-def]
    decision = proposed(scene, visit)
    colleague = visit(scene.colleague)
    data = form_to(colleague.get(office(scene)).text, "/approve")
    answer = colleague.post(f"/decisions/{decision}/approve", data=data)
    assert answer.status_code == 403
    assert "신청기관에 소속되어 있습니다" in answer.text
    assert visit(scene.officer).post(f"/decisions/{decision}/approve", data={"request_id": "y"}).status_code == 403


def test_a_refused_award_names_the_line_without_figures(scene: Scene, visit) -> None:  # type: ignore[no-untyped-def]
    decision = proposed(scene, visit)

    def lower() -> None:
        lines_by_code(["t_data_2026"])["t_data_2026"].cap = 599_999

    committed(lower)
    second = visit(scene.second)
    answer = second.post(f"/decisions/{decision}/approve", data=form_to(second.get(office(scene)).text, "/approve"))
    assert answer.status_code == 409
    refusal = answer.text[answer.text.index("error-summary") :].split("</ul>")[0]
    assert "항목 t_data_2026" in refusal
    assert "599,999" not in refusal
    assert "600,000" not in refusal
    assert used("t_data_2025") == {"t_data_2025": 0}


def test_a_returned_decision_makes_way_for_another(scene: Scene, visit) -> None:  # type: ignore[no-untyped-def]
    decision = proposed(scene, visit)
    second = visit(scene.second)
    data = form_to(second.get(office(scene)).text, "/return") | {"reason": WHY}
    assert second.post(f"/decisions/{decision}/return", data=data).status_code == 303
    assert "result_" in visit(scene.officer).get(office(scene)).text


def test_a_conflicted_officer_is_told_so_and_cannot_propose(scene: Scene, visit) -> None:  # type: ignore[no-untyped-def]
    decision = proposed(scene, visit)
    committed(lambda: write(context(), scene.officer.id, scene.applications[2], "kin", Severity.ABSOLUTE))
    officer = visit(scene.officer)
    page = officer.get(office(scene)).text
    assert "이 공고의 선정을 맡을 수 없습니다" in page
    assert "과제 가" not in page
    assert officer.post(office(scene), data={"stage": scene.stage}).status_code in (403, 404)
    assert officer.get(f"/decisions/{decision}").status_code == 404


# --- the file ---


def test_before_publication_only_the_office_and_auditors_know_of_a_decision(scene: Scene, visit, app: Flask) -> None:  # type: ignore[no-untyped-def]
    decision = approved(scene, visit)
    for who in (scene.owners[0], scene.member, scene.stranger, scene.treasurer):
        assert visit(who).get(f"/decisions/{decision}").status_code == 404
    assert app.test_client().get(f"/decisions/{decision}").status_code == 404
    for who in (scene.officer, scene.second, scene.auditor):
        page = visit(who).get(f"/decisions/{decision}").text
        assert "과제 다" in page
        assert "제안" in page
        assert "담당자" in page


def test_afterwards_everybody_sees_the_selected_and_an_applicant_its_own(scene: Scene, visit, app: Flask) -> None:  # type: ignore[no-untyped-def]
    decision = published(scene, visit)
    page = app.test_client().get(f"/decisions/{decision}").text
    assert "과제 가" in page
    assert "과제 나" in page
    for hidden in ("과제 다", WHY, "담당자 ·", "승인자", "1위", "선정 범위에 들지"):
        assert hidden not in page
    own = visit(scene.owners[2]).get(f"/decisions/{decision}").text
    assert "과제 다" in own
    assert "선정 범위에 들지 못했습니다" in own
    assert "선정 범위에 들었습니다" not in own
    assert "이의신청" in own


def test_the_money_path_ends_in_this_award(scene: Scene, visit) -> None:  # type: ignore[no-untyped-def]
    decision = published(scene, visit)
    page = visit(scene.owners[0]).get(f"/decisions/{decision}?lang=en").text
    path = page[page.index('class="path"') :]
    assert "KRW 1 trillion" in path
    assert "KRW 200 million" in path
    assert path.index("KRW 1 trillion") < path.index("KRW 200 million") < path.index("This award")
    assert "KRW 700,000" in path


def test_every_page_speaks_english(scene: Scene, visit) -> None:  # type: ignore[no-untyped-def]
    decision = published(scene, visit)
    award = db.session.scalars(select(Award.public_id).order_by(Award.id)).first()
    for who, address in (
        (scene.chair, f"/decisions/{decision}"),
        (scene.officer, table_of(scene)),
        (scene.officer, office(scene)),
        (scene.owners[0], f"/awards/{award}"),
    ):
        answer = visit(who).get(f"{address}?lang=en")
        assert answer.status_code == 200, address
        main = answer.text[answer.text.index("<main") : answer.text.index("</main>")]
        assert "Decision" in main or "award" in main


# --- the offer ---


def first_award() -> str:
    return db.session.scalars(select(Award.public_id).order_by(Award.id)).all()[0]


def test_the_owner_accepts_once(scene: Scene, visit) -> None:  # type: ignore[no-untyped-def]
    published(scene, visit)
    award, owner = first_award(), visit(scene.owners[0])
    page = owner.get(f"/awards/{award}").text
    data = form_to(page, "/accept")
    assert owner.post(f"/awards/{award}/accept", data=data).status_code == 303
    assert owner.post(f"/awards/{award}/accept", data=data).status_code == 303
    assert db.session.scalars(select(Award.state).order_by(Award.id)).all()[0] is AwardState.ACCEPTED
    assert owner.post(f"/awards/{award}/accept", data={"request_id": "other"}).status_code == 409


def test_declining_needs_a_reason(scene: Scene, visit) -> None:  # type: ignore[no-untyped-def]
    published(scene, visit)
    award, owner = first_award(), visit(scene.owners[0])
    data = form_to(owner.get(f"/awards/{award}").text, "/decline")
    assert owner.post(f"/awards/{award}/decline", data=data).status_code == 422
    done = owner.post(f"/awards/{award}/decline", data=data | {"reason": WHY})
    assert done.status_code == 303
    assert used("t_data_2025") == {"t_data_2025": 400_000}


def test_an_offer_is_nobody_elses(scene: Scene, visit) -> None:  # type: ignore[no-untyped-def]
    approved(scene, visit)
    award = first_award()
    assert visit(scene.owners[0]).get(f"/awards/{award}").status_code == 404
    assert visit(scene.officer).get(f"/awards/{award}").status_code == 200
    second = visit(scene.second)
    decision = db.session.scalars(select(Decision.public_id)).one()
    second.post(f"/decisions/{decision}/publish", data=form_to(second.get(office(scene)).text, "/publish"))
    assert visit(scene.owners[0]).get(f"/awards/{award}").status_code == 200
    for who in (scene.owners[1], scene.stranger, scene.member):
        assert visit(who).get(f"/awards/{award}").status_code == 404
    assert visit(scene.officer).post(f"/awards/{award}/accept", data={"request_id": "z"}).status_code == 403
    assert db.session.scalars(select(Decision.state)).one() is DecisionState.PUBLISHED


# --- the budget ---


def test_only_budget_roles_see_the_tree(scene: Scene, visit) -> None:  # type: ignore[no-untyped-def]
    for who in (scene.treasurer, scene.auditor):
        answer = visit(who).get("/office/budget")
        assert answer.status_code == 200
        assert "항목 t_program" in answer.text
    for who in (scene.officer, scene.second, scene.owners[0]):
        assert visit(who).get("/office/budget").status_code == 403


def test_a_cap_is_changed_on_its_page_and_not_by_an_auditor(scene: Scene, visit) -> None:  # type: ignore[no-untyped-def]
    line = lines_by_code(["t_data_2025"])["t_data_2025"].public_id
    treasurer = visit(scene.treasurer)
    data = form_to(treasurer.get(f"/office/budget/{line}").text, line) | {"cap": "400만", "reason": "추가 편성"}
    assert treasurer.post(f"/office/budget/{line}", data=data).status_code == 303
    assert lines_by_code(["t_data_2025"])["t_data_2025"].cap == 4_000_000
    assert visit(scene.auditor).get(f"/office/budget/{line}").status_code == 200
    assert visit(scene.auditor).post(f"/office/budget/{line}", data=data).status_code == 403
    for typed in ("-1", "1e9", "NaN", ""):
        answer = treasurer.post(f"/office/budget/{line}", data=data | {"cap": typed, "request_id": f"c{typed}"})
        assert answer.status_code == 422, typed


def test_a_holder_of_one_line_sees_that_line_and_below(scene: Scene, visit) -> None:  # type: ignore[no-untyped-def]
    holder: Person = committed(lambda: account(person(), "budget_officer", scope="line:t_gpu"))
    page = visit(holder).get("/office/budget").text
    assert "항목 t_gpu_2025" in page
    assert "항목 t_data" not in page
    other = lines_by_code(["t_data"])["t_data"].public_id
    assert visit(holder).get(f"/office/budget/{other}").status_code == 404
