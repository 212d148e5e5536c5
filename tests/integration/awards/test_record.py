"""The dossier on paper says what the dossier as data says to the same reader, and no more."""

from __future__ import annotations

import json
import re

import pypdfium2
import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal.accounts.models import Person
from portal.awards import service, verifier
from portal.awards.dossier import Field
from portal.awards.models import Decision, Result
from portal.platform.db import db
from tests.factories.accounts import account, signed_in
from tests.factories.awards import with_plan
from tests.factories.base import committed
from tests.integration.awards.test_decision import Scene

WHY = "종합 점수와 조건을 함께 살핀 결과입니다."
OWN = "계획의 근거가 모자라 이번에는 선정하지 않았습니다."


@pytest.fixture
def published(app: Flask) -> tuple[Scene, str]:
    scene = committed(lambda: (with_plan(), Scene())[1])
    results = (Result.AWARD, Result.AWARD, Result.DECLINE)
    outcomes = [(e, r, OWN if r is Result.DECLINE else WHY) for e, r in zip(scene.entries, results, strict=True)]
    decision = committed(lambda: service.propose(scene.officer, scene.stage, outcomes, WHY).id)
    committed(lambda: service.approve(scene.second, decision))
    committed(lambda: service.publish(scene.second, decision))
    return scene, db.session.get_one(Decision, decision).public_id


def text_of(browser: FlaskClient, address: str) -> str:
    answer = browser.get(address)
    assert answer.status_code == 200 and answer.mimetype == "application/pdf"
    document = pypdfium2.PdfDocument(answer.data)
    pages = [squeezed(page.get_textpage().get_text_range()) for page in document]
    foot = re.compile(r"(지문|Fingerprint)[0-9a-f]{64}\d+/\d+$")
    assert all(foot.search(page) for page in pages)
    return "".join(foot.sub("", page) for page in pages)


def squeezed(text: str) -> str:
    """Without what setting in type does to spaces, line ends and hyphens."""
    return re.sub(r"[\s\u00ad\ufffe-]", "", text)


@pytest.mark.parametrize("reader", ["office", "team", "public"])
@pytest.mark.parametrize("language", ["ko", "en"])
def test_every_open_field_is_on_paper_with_its_seal_and_of_the_others_the_seal_alone(
    app: Flask, published: tuple[Scene, str], reader: str, language: str
) -> None:
    scene, decision = published
    browser = app.test_client()
    if reader != "public":
        who = scene.officer if reader == "office" else scene.owners[2]
        roles = ("administrator",) if reader == "office" else ()
        person = committed(lambda: account(_person(who.actor.person_id or 0), *roles))
        signed_in(browser, person)
    browser.get(f"/?lang={language}")
    told = json.loads(browser.get(f"/decisions/{decision}/dossier.json").data)
    assert verifier.verify(told) is None
    paper = text_of(browser, f"/decisions/{decision}/dossier.pdf")
    for field in told["fields"]:
        value = field["value"] if isinstance(field["value"], str) else json.dumps(field["value"], ensure_ascii=False)
        seal = Field(field["path"], field["value"], "", field["salt"]).commitment
        for part in (field["path"], value, seal):
            assert squeezed(part) in paper, part
    assert all(seal in paper for seal in told["withheld"]) and told["root"] in paper
    assert (squeezed(OWN) in paper) == (reader != "public")


def _person(person_id: int) -> Person:
    return db.session.get_one(Person, person_id)


def test_before_publication_there_is_no_record(app: Flask) -> None:
    scene = committed(lambda: (with_plan(), Scene())[1])
    decision = scene.propose(Result.AWARD, Result.AWARD, Result.DECLINE)
    public_id = db.session.get_one(Decision, decision).public_id
    officer = committed(lambda: account(_person(scene.officer.actor.person_id or 0), "administrator"))
    assert signed_in(app.test_client(), officer).get(f"/decisions/{public_id}/dossier.pdf").status_code == 404
