"""A program is made, changed and released on pages: two stages in euro, in English alone."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from portal.platform import clock
from portal.platform.db import db
from portal.programs import queries, service
from portal.programs.models import Call, CallState, Program
from tests.databases import both_databases
from tests.factories.accounts import member, signed_in
from tests.factories.base import committed, context
from workers.wake import run_all_due

pytestmark = both_databases
PROGRAM = {
    "code": "SEED", "languages": "en", "program_names-en": "Seed grants", "funder-en": "A foundation", "regime": "plain",
    "applicant": "person", "currency": "EUR", "time_zone": "Europe/Berlin", "holidays": "DE", "first_month": "2026-07",
    "line": "seed",
}  # fmt: skip
HANGUL = re.compile("[\uac00-\ud7a3]")


@pytest.fixture
def officer(client: FlaskClient) -> FlaskClient:
    who = member("officer", "administrator", "budget_officer", language="en")
    return signed_in(client, who)


def sent(client: FlaskClient, address: str, **typed: object) -> str:
    """Post with what the page's form holds; where it leads."""
    shown = client.get(address).text
    form = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', shown))
    answer = client.post(address, data={**form, **typed})
    assert answer.status_code == 303, errors(answer.text)
    return answer.location


def errors(html: str) -> list[str]:
    return re.findall(r'class="form-hint-invalid"[^>]*>([^<]+)', html) + re.findall(r"<li>([^<]+)</li>", html)[:4]


def lines(client: FlaskClient) -> None:
    for code, parent, cap, year in (("seed", "", "1,000,000", ""), ("seed_2026", "seed", "900,000.50", "2026")):
        sent(
            client, "/office/budget/new", code=code, parent=parent, name_en=code, unit="EUR", cap=cap, year=year,
            note="Voted by the board.",
        )  # fmt: skip


def made(client: FlaskClient) -> Call:
    lines(client)
    sent(client, "/office/programs/new", **PROGRAM)
    return call()


def call() -> Call:
    db.session.rollback()
    found = queries.program_by_code("SEED")
    assert found is not None
    return db.session.query(Call).filter_by(program_id=found.id, preview_of_id=None).one()


def settings(found: Call) -> str:
    return f"/office/calls/{found.public_id}/settings"


def test_a_program_in_euro_is_ready_to_open_as_it_is_made(officer: FlaskClient) -> None:
    found = made(officer)
    assert queries.missing_of(found.definition) == []
    assert found.definition.components[0].max_per_year is not None
    shown = officer.get(settings(found)).text
    assert "It is ready to open" in shown
    body = shown[shown.index("<main") : shown.index("</main>")]
    assert not HANGUL.search(body) and "KRW" not in body
    assert found.definition.regime.names == {"en": "The call's own rules"}


def test_every_page_of_the_settings_opens(officer: FlaskClient) -> None:
    found = made(officer)
    seen, waiting = set(), [settings(found)]
    while waiting:
        address = waiting.pop()
        seen.add(address)
        answer = officer.get(address)
        assert answer.status_code == 200, address
        body = answer.text[answer.text.index("<main") : answer.text.index("</main>")]
        assert not HANGUL.search(body), address
        links = set(re.findall(r'href="(/office/calls/[^"]+/settings[^"#?]*)', answer.text))
        waiting += sorted(links - seen - set(waiting))
    assert len(seen) > 25


def test_a_part_is_changed_added_moved_and_taken_out(officer: FlaskClient) -> None:
    here = settings(made(officer))
    sent(officer, f"{here}/stages.0.criteria.0", code="quality", **{"names-en": "Worth"}, points="70", min_reason="30")
    sent(officer, f"{here}/stages.0.criteria.2", code="risk", **{"names-en": "Risk"}, points="10", min_reason="20")
    assert [c.points for c in call().definition.stages[0].criteria] == [70, 40, 10]
    assert "3" in officer.get(here).text and "to mend" in officer.get(here).text
    sent(
        officer, f"{here}/stages.0.criteria.1", code="ability", **{"names-en": "Ability"}, points="20", min_reason="20"
    )
    assert queries.missing_of(call().definition) == []
    base = {"base": call().content_hash, "csrf_token": "", "request_id": "a" * 32, "to": "up"}
    assert officer.post(f"{here}/stages.0.criteria.2/move", data=base).status_code == 303
    assert [c.code for c in call().definition.stages[0].criteria] == ["quality", "risk", "ability"]
    base |= {"base": call().content_hash, "request_id": "b" * 32}
    assert officer.post(f"{here}/stages.0.criteria.1/remove", data=base).status_code == 303
    assert [c.code for c in call().definition.stages[0].criteria] == ["quality", "ability"]
    assert "10 to" not in officer.get(here).text
    assert [s.code for s in queries.stages_of(call())] == ["paper", "interview"]


def test_amounts_are_typed_in_euro_and_kept_in_cents(officer: FlaskClient) -> None:
    here = settings(made(officer))
    component = {
        "code": "grant", "names-en": "Grant", "kind": "money", "unit": "EUR", "line": "seed", "years": "2026",
        "max_per_year": "1,234.50", "asked": "y", "optional": "y", "binds": ["line", "award"], "note-en": "",
    }  # fmt: skip
    sent(officer, f"{here}/components.0", **component)
    assert call().definition.components[0].max_per_year == 123_450
    assert 'value="1,234.50"' in officer.get(f"{here}/components.0").text
    refused = officer.post(f"{here}/components.0", data={**component, "max_per_year": "1.234"})
    assert refused.status_code == 422


def test_what_the_definition_cannot_hold_is_refused_beside_its_field_and_kept(officer: FlaskClient) -> None:
    here = settings(made(officer))
    form = {
        "code": "paper",
        "names-en": "Paper review",
        "form": "paper",
        "keep": "10",
        "days": "21",
        "review_days": "14",
    }
    shown = officer.get(f"{here}/stages.0").text
    hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', shown))
    answer = officer.post(f"{here}/stages.0", data={**hidden, **form, "ties": "nothing", "names-en": "My own words"})
    assert answer.status_code >= 400
    assert "no such criterion" in answer.text and "My own words" in answer.text
    assert call().definition.stages[0].names == {"en": "Paper review"}


def test_an_older_page_does_not_overwrite_what_another_saved(officer: FlaskClient) -> None:
    here = settings(made(officer))
    old = call().content_hash
    criterion = {"code": "quality", "names-en": "Worth", "points": "60", "min_reason": "20"}
    sent(officer, f"{here}/stages.0.criteria.0", **criterion)
    answer = officer.post(f"{here}/stages.0.criteria.0", data={**criterion, "base": old, "names-en": "Mine"})
    assert answer.status_code == 409
    assert "Somebody else changed this call" in answer.text and "Mine" in answer.text
    assert call().definition.stages[0].criteria[0].names == {"en": "Worth"}


def test_a_draft_opens_only_once_released_and_not_after_a_change(
    officer: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = made(officer)
    here = settings(found)
    assert officer.get("/programs/SEED").status_code == 404
    later = found.opens_at + timedelta(minutes=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    run_all_due()
    assert call().state is CallState.DRAFT
    monkeypatch.undo()
    pressed(officer, f"{here}/release")
    sent(officer, f"{here}/eligibility.0", code="anybody", **{"text-en": "Anybody may apply.", "article-en": ""})
    assert call().released_at is None
    pressed(officer, f"{here}/release")
    monkeypatch.setattr(clock, "now", lambda: later)
    run_all_due()
    assert call().state is CallState.OPEN
    assert officer.get("/programs/SEED").status_code == 200


def pressed(client: FlaskClient, address: str) -> None:
    data = {"base": call().content_hash, "request_id": call().content_hash[:20] + address[-8:]}
    answer = client.post(address, data=data)
    assert answer.status_code == 303, errors(answer.text)


def test_an_incomplete_draft_is_not_released(officer: FlaskClient) -> None:
    here = settings(made(officer))
    sent(officer, f"{here}/stages.0.criteria.0", code="quality", **{"names-en": "Worth"}, points="10", min_reason="20")
    answer = officer.post(f"{here}/release", data={"base": call().content_hash, "request_id": "c" * 32})
    assert answer.status_code == 409
    assert "sum to 50, not to 100" in answer.text


def test_a_call_is_cloned_a_year_later(officer: FlaskClient) -> None:
    found = made(officer)
    sent(
        officer, "/office/programs/SEED/calls/new", call_code="SEED-2027", **{"call_names-en": "Seed grants 2027"},
        opens_at="2027-02-01T10:00", closes_at="2027-03-01T18:00", years_later="1",
    )  # fmt: skip
    copy = db.session.query(Call).filter_by(code="SEED-2027").one()
    assert copy.definition.years == [2027] and copy.definition.first_month == "2027-07"
    assert copy.definition.stages == found.definition.stages
    assert f"{copy.opens_at:%H:%M}" == "09:00"
    assert [str(reason.en) for _, reason in queries.missing_of(copy.definition)] == ["the plan has no line seed_2027"]


def test_on_an_open_call_only_what_was_not_frozen_is_amended(
    officer: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = made(officer)
    here = settings(found)
    pressed(officer, f"{here}/release")
    later = found.opens_at + timedelta(minutes=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    run_all_due()
    assert "cannot be changed once the call is open" in officer.get(f"{here}/stages.0").text
    told = {"what-en": "Who may apply", "why-en": "It was not clear."}
    sent(
        officer, f"{here}/eligibility.0", code="anybody", **{"text-en": "Anybody may apply.", "article-en": ""}, **told
    )
    assert call().definition.eligibility[0].text == {"en": "Anybody may apply."}
    assert [a.what for a in queries.amendments(call())] == [{"en": "Who may apply"}]


def test_a_line_is_not_opened_beyond_what_stands_above_it(officer: FlaskClient) -> None:
    lines(officer)
    form = {
        "code": "more",
        "parent": "seed",
        "name_en": "More",
        "unit": "EUR",
        "cap": "100,000.00",
        "note": "Too much.",
    }
    refused = officer.post("/office/budget/new", data=form)
    assert refused.status_code == 422 or "EUR 99,999.50" in refused.text
    assert "EUR 99,999.50" in refused.text
    assert "kept in EUR" in officer.post("/office/budget/new", data={**form, "unit": "KRW", "cap": "1"}).text


def test_a_program_of_pages_is_no_ones_before_its_first_call_opens(officer: FlaskClient) -> None:
    made(officer)
    program = db.session.query(Program).filter_by(code="SEED").one()
    assert program.public_from is None
    assert program not in queries.programs()
    assert "Seed grants" not in officer.get("/programs").text


def test_a_taken_code_is_refused(officer: FlaskClient) -> None:
    made(officer)
    answer = officer.post("/office/programs/new", data=PROGRAM)
    assert "This code is in use" in answer.text


def test_the_preview_is_made_once_for_a_content(officer: FlaskClient) -> None:
    found = made(officer)
    first = committed(lambda: service.make_preview(context(), found.id).id)
    assert committed(lambda: service.make_preview(context(), found.id).id) == first
    sent(
        officer, f"{settings(found)}/eligibility.0", code="anybody", **{"text-en": "Anybody.", "article-en": ""}
    )  # fmt: skip
    assert committed(lambda: service.make_preview(context(), found.id).id) != first
