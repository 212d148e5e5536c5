"""The section's page: what is typed stays, what is wrong is said beside it, one post has one effect."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal.accounts.models import Person
from portal.applications.models import Application, SectionAnswer
from portal.applications.queries import drafts
from portal.platform.db import db
from tests.factories import base
from tests.factories.accounts import account, affiliation, organisation, signed_in
from tests.factories.applications import Consortium, consortium
from tests.factories.base import committed


@pytest.fixture
def team(app: Flask) -> Consortium:
    made = consortium()
    committed(lambda: [account(db.session.get_one(Person, number)) for number in made.people])
    return made


@pytest.fixture
def visit(app: Flask, team: Consortium) -> Callable[[int], FlaskClient]:
    return lambda number: signed_in(app.test_client(), db.session.get_one(Person, team.people[number]))


def answers(team: Consortium, section: str = "all", slice: str = "") -> dict[str, Any]:
    db.session.expire_all()
    row = drafts.answer_of(team.id, section, slice)
    return row.answers if row else {}


def address(team: Consortium, section: str = "all", rest: str = "") -> str:
    return f"/applications/{team.public_id}/sections/{section}{rest}"


@pytest.mark.parametrize("lang", ["ko", "en"])
@pytest.mark.parametrize(
    "path", ["sections/all", "sections/part", "sections/end", "budget", "means", "attachments", "title"]
)
@pytest.mark.parametrize("who", [0, 1])
def test_every_page_opens_for_the_team(team: Consortium, visit: Any, path: str, lang: str, who: int) -> None:
    if (path, who) == ("title", 1):
        return
    answer = visit(who).get(f"/applications/{team.public_id}/{path}?lang={lang}")
    assert answer.status_code == 200
    assert answer.text.count("<h1") == 1


def test_strangers_and_visitors_get_nothing(app: Flask, team: Consortium) -> None:
    stranger = committed(lambda: account(base.person(), "officer", "administrator"))
    for page in ("sections/all", "budget", "means", "attachments", "budget/template.xlsx"):
        client = signed_in(app.test_client(), stranger)
        assert client.get(f"/applications/{team.public_id}/{page}").status_code == 404
        assert app.test_client().get(f"/applications/{team.public_id}/{page}").status_code == 302
    assert client.post(address(team), data={"q_name": "x"}).status_code == 404
    assert client.post(address(team, rest="/autosave"), data={"q_name": "x"}).status_code == 404


def test_section_is_saved_and_leads_to_the_next(team: Consortium, visit: Any) -> None:
    data = {
        "version": "0", "q_name": "한별", "q_need": "줄\r\n바꿈", "q_licence": "open", "q_size": "1,000",
        "q_worth": "19억 3,600만", "q_begin": "2025-09-01", "q_sites": [team.institutions[1]],
        "q_goals-r_y1-c_score": "95", "q_models-0-c_title": "첫 모델", "q_models-0-c_year": "2024",
        "q_models-7-c_title": "둘째", "q_models-7-c_year": "2025", "status": "submitted", "score": "100",
    }  # fmt: skip
    answer = visit(0).post(address(team), data=data)
    assert answer.status_code == 303 and answer.location.endswith("/sections/part")
    assert answers(team) == {
        "name": "한별", "need": "줄\n바꿈", "licence": "open", "size": 1000, "worth": 1_936_000_000,
        "begin": "2025-09-01", "sites": [team.institutions[1]], "goals": {"y1": {"score": 95}},
        "models": [{"title": "첫 모델", "year": 2024}, {"title": "둘째", "year": 2025}],
    }  # fmt: skip
    page = visit(0).get(address(team)).text
    assert "1,936,000,000" in page and "둘째" in page and "김하늘" in page


@pytest.mark.parametrize("typed", ["-1", "0.5", "1e9", "NaN", "９" * 19, str(2**63), "많이", "1,00"])
def test_bad_amount_gets_a_sentence_and_stays_typed(team: Consortium, visit: Any, typed: str) -> None:
    answer = visit(0).post(address(team), data={"q_worth": typed, "q_name": "남는 글"})
    assert answer.status_code == 422
    assert f'value="{typed}"' in answer.text and "남는 글" in answer.text
    assert 'id="q_worth-error"' in answer.text
    assert answers(team) == {}


@pytest.mark.parametrize(
    ("field", "typed"),
    [("q_name", "가" * 21), ("q_need", "주민번호 900101-1234568"), ("q_authors", "other"), ("q_begin", "2025-13-01"),
     ("q_models-0-c_title", "900101-1234568"), ("q_licence", "secret"), ("q_size", "1001")],
)  # fmt: skip
def test_refused_answer_keeps_everything_typed(team: Consortium, visit: Any, field: str, typed: str) -> None:
    answer = visit(0).post(address(team), data={field: typed, "q_worth": "12,345,678"})
    assert answer.status_code == 422
    assert "12,345,678" in answer.text and "form-hint-invalid" in answer.text
    assert answers(team) == {}


def test_autosave_keeps_what_cannot_be_read_yet_and_says_so(team: Consortium, visit: Any) -> None:
    client = visit(0)
    told = client.post(address(team, rest="/autosave"), data={"version": "0", "q_worth": "1e9", "q_name": "가"})
    assert told.status_code == 200
    assert told.json["version"] == 1 and list(told.json["errors"]) == ["q_worth"]
    assert answers(team) == {"worth": "1e9", "name": "가"}
    page = client.get(address(team))
    assert page.status_code == 200 and 'value="1e9"' in page.text and "q_worth-error" in page.text


def test_autosave_refuses_what_is_never_kept(team: Consortium, visit: Any) -> None:
    told = visit(0).post(address(team, rest="/autosave"), data={"version": "0", "q_need": "900101-1234568"})
    assert told.status_code == 422 and list(told.json["errors"]) == ["q_need"]
    assert answers(team) == {}


def test_autosave_conflict_answers_with_what_was_saved(team: Consortium, visit: Any) -> None:
    client = visit(0)
    client.post(address(team, rest="/autosave"), data={"version": "0", "q_name": "먼저"})
    told = client.post(address(team, rest="/autosave"), data={"version": "0", "q_name": "나중"})
    assert told.status_code == 409 and told.json["saved_answers"] == {"name": "먼저"} and told.json["error"]
    assert answers(team) == {"name": "먼저"}


def test_older_tab_sees_both_texts_and_loses_neither(team: Consortium, visit: Any) -> None:
    client = visit(0)
    client.post(address(team), data={"version": "0", "q_name": "먼저 쓴 글"})
    answer = client.post(address(team), data={"version": "0", "q_name": "나중에 쓴 글", "q_worth": "5"})
    assert answer.status_code == 409
    assert "먼저 쓴 글" in answer.text and "나중에 쓴 글" in answer.text and 'name="version" value="1"' in answer.text
    assert answers(team) == {"name": "먼저 쓴 글"}
    assert client.post(address(team), data={"version": "1", "q_name": "합친 글"}).status_code == 303
    assert answers(team) == {"name": "합친 글"}


def test_rows_are_added_and_removed_without_javascript(team: Consortium, visit: Any) -> None:
    client = visit(0)
    data = {"version": "0", "q_models-0-c_title": "하나", "q_name": "남는 글"}
    more = client.post(address(team), data=data | {"add_row": "q_models"})
    assert more.status_code == 200 and 'name="q_models-1-c_title"' in more.text and "남는 글" in more.text
    data |= {"q_models-1-c_title": "둘"}
    less = client.post(address(team), data=data | {"remove_row": "q_models-0"})
    assert 'value="둘"' in less.text and 'value="하나"' not in less.text
    assert answers(team) == {}


def test_partner_may_not_post_for_another_institution(team: Consortium, visit: Any) -> None:
    client, other = visit(1), team.institutions[2]
    assert client.post(address(team, "part", f"?slice={other}"), data={"q_task": "x"}).status_code == 403
    assert client.post(address(team, "part"), data={"q_task": "x", "slice": other}).status_code == 403
    assert client.get(address(team, "part", f"?slice={other}")).status_code == 404
    assert client.post(address(team), data={"q_name": "x"}).status_code == 403
    own = team.institutions[1]
    assert client.post(address(team, "part", f"?slice={own}"), data={"q_task": "x", "version": "0"}).status_code == 303
    assert answers(team, "part", own) == {"task": "x"}


def test_a_later_stages_section_is_not_there_yet(team: Consortium, visit: Any) -> None:
    assert visit(0).get(address(team, "demo")).status_code == 404


def test_fifty_identical_posts_have_one_effect(app: Flask, team: Consortium, visit: Any) -> None:
    client = visit(0)
    with client.session_transaction() as cookie:
        token = cookie["token"]
    statuses: list[int] = []

    def post() -> None:
        own = app.test_client()
        with own.session_transaction() as cookie:
            cookie["token"] = token
        data = {"version": "0", "request_id": "once", "q_name": "한 번"}
        statuses.append(own.post(address(team), data=data).status_code)

    threads = [threading.Thread(target=post) for _ in range(50)]
    db.session.remove()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == [303] * 50
    assert db.session.query(SectionAnswer.version).filter_by(application_id=team.id).scalar() == 1


def test_starting_from_an_affiliation_and_twice_the_same_post(app: Flask, team: Consortium) -> None:
    def hire() -> Person:
        who = account(base.person("이새싹"))
        affiliation(who, organisation("한빛"), "모델연구실")
        return who

    client = signed_in(app.test_client(), committed(hire))
    page = client.get(f"/calls/{team.call}/apply")
    assert page.status_code == 200 and "모델연구실" in page.text
    who = page.text.split('name="who"')[1].split('value="')[1].split('"')[0]
    data = {"title": "새 모델", "who": who, "consent": "y", "request_id": "start"}
    first, second = (client.post(f"/calls/{team.call}/apply", data=data) for _ in range(2))
    assert first.status_code == second.status_code == 303 and first.location == second.location
    made = db.session.query(Application).filter_by(title="새 모델").one()
    assert made.institutions[0].name == "한빛"


@pytest.mark.parametrize(
    "change", [{"consent": ""}, {"name": ""}, {"title": ""}, {"title": "가" * 301}, {"who": "999999"}, {"kind": "x"}]
)
def test_start_says_what_is_missing_and_keeps_the_rest(app: Flask, team: Consortium, change: dict[str, str]) -> None:
    client = signed_in(app.test_client(), committed(lambda: account(base.person())))
    data = {"title": "새 모델", "who": "new", "name": "새 기관", "kind": "company_sme", "consent": "y"} | change
    answer = client.post(f"/calls/{team.call}/apply", data={k: v for k, v in data.items() if v})
    assert answer.status_code == 422
    assert db.session.query(Application).filter_by(title="새 모델").count() == 0
