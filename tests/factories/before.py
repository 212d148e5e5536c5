"""Calls with an eligibility check and public questions, calls that have closed, drafts that missed the deadline."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from portal.applications import service
from portal.applications.models import Application
from portal.platform.context import Context
from portal.platform.db import db
from portal.programs import service as programs
from portal.programs.definition import CallDefinition
from tests.factories import base, consortia
from tests.factories.consortia import DEFINITION, words

LICENCE = {
    "code": "licence", "names": words("공개", "Openness"), "kind": "choice", "required": False,
    "choices": [{"code": "open", "names": words("공개", "Open")}, {"code": "closed", "names": words("비공개", "Closed")}],
}  # fmt: skip
CHECK: list[dict[str, Any]] = [
    {
        "code": "where", "names": words("어디에 있습니까?", "Where are you?"),
        "choices": [
            {"code": "here", "names": words("국내", "Here")},
            {"code": "abroad", "names": words("국외", "Abroad"), "verdict": "fails", "article": words("제1조", "Art. 1"),
             "reason": words("국내 기관만 신청합니다.", "Only institutions here apply."),
             "remedy": words("공동기관이 되십시오.", "Join as a partner.")},
        ],
    },
    {
        "code": "licence", "names": words("공개합니까?", "Is it open?"), "fills": "impact.licence",
        "choices": [
            {"code": "open", "names": words("예", "Yes")},
            {"code": "closed", "names": words("아니요", "No"), "verdict": "ask",
             "reason": words("공개 여부를 의논해야 합니다.", "Openness has to be talked over.")},
        ],
    },
]  # fmt: skip


def asking_definition(**changes: Any) -> CallDefinition:
    """The small call with two questions before it, of which one is carried over."""
    sections = [
        section | {"questions": [*section["questions"], LICENCE]} if section["code"] == "impact" else section
        for section in DEFINITION["sections"]
    ]
    return CallDefinition.model_validate(
        DEFINITION | {"sections": sections, "eligibility_check": CHECK, "questions_days": 1} | changes
    )


def missed(definition: CallDefinition, owner: Context, ago: timedelta = timedelta(hours=1)) -> Application:
    """A complete draft that its owner began in time and did not hand in; its call closed `ago`. Call inside a
    transaction."""
    call = base.open_call(definition, closes_in=-ago)
    then = Context(owner.actor, call.closes_at - timedelta(minutes=30), owner.ids, owner.rng)
    lead = service.Lead(name="새봄셋", kind="company_sme") if definition.has_institutions else None
    made: Application = service.start(then, call.id, "늦은 모델", lead)
    db.session.flush()
    consortia.fill_team(then, made.id)
    if lead:
        consortia.fill_slice(then, made.id, consortia.drafts.institutions_of(made.id)[0])
    programs.close_call(base.context(), call.id)
    db.session.flush()
    return made
