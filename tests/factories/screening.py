"""A call with every kind of screening rule, and a submission that meets them all."""

from __future__ import annotations

import copy
from datetime import date
from functools import lru_cache
from typing import Any

from portal.programs.definition import CallDefinition
from portal.screening.rules import Content, Facts
from portal.screening.rules.checks import KINDS
from portal.screening.rules.team import confirmed_hash
from tests.factories.consortia import DEFINITION, words

DEADLINE_DAY = date(2025, 7, 21)
PARAMS: dict[str, dict[str, Any]] = {
    "lead_kind": {"kinds": ["company", "research_institute", "university"], "country": "KR"},
    "must_include": {"kinds": ["university"], "min": 1},
    "no_active_restriction": {"roles": ["lead", "joint", "pi"]},
    "has_member": {"role": "student", "min": 1},
    "answer_among": {"question": "about.field", "values": ["ai"], "ask": ["other"]},
    "years_since": {"question": "about.degree", "max": 5, "extension": "about.more"},
}


ABOUT = {
    "code": "about", "names": words("신청자", "About"), "confirmed": False,
    "questions": [
        {"code": "field", "names": words("분야", "Field"), "kind": "choice", "required": False,
         "choices": [{"code": code, "names": words(code, code)} for code in ("ai", "other", "none")]},
        {"code": "degree", "names": words("학위", "Degree"), "kind": "date", "required": False},
        {"code": "more", "names": words("연장", "Extension"), "kind": "number", "required": False},
        {"code": "show", "names": words("영상", "Film"), "kind": "video", "required": False, "max_seconds": 180},
    ],
}  # fmt: skip


def rule(kind: str, **params: Any) -> dict[str, Any]:
    return {"code": kind, "names": words(kind, kind), "kind": kind, "params": PARAMS.get(kind, {}) | params}


def definition_with(*rules: dict[str, Any], **changes: Any) -> CallDefinition:
    """The small call with these rules; a document of at most 3 pages and a certificate that may follow."""
    slots = [
        {"code": "plan_file", "names": words("계획서", "Plan"), "max_pages": 3},
        {"code": "certificate", "names": words("확인서", "Certificate"), "per": "institution", "may_follow": True,
         "only_kinds": ["company_sme"]},
    ]  # fmt: skip
    regime = DEFINITION["regime"] | {
        "matching": [
            {"kinds": ["university"], "government_max": 10000, "cash_min": 0, "names": words("비영리", "Non-profit")},
            {"kinds": ["company_sme"], "government_max": 7500, "cash_min": 1000, "names": words("중소", "Small")},
        ]
    }
    components = [
        *DEFINITION["components"],
        {"code": "gpu", "names": words("GPU", "GPU"), "kind": "resource", "unit": "card", "line": "small",
         "max_quantity": 512, "excluded_for": ["gpu_supplier"],
         "options": [{"code": "b200", "names": words("B200", "B200")}]},
    ]  # fmt: skip
    made = DEFINITION | {
        "sections": [*DEFINITION["sections"], ABOUT], "screening": list(rules), "attachments": slots, "regime": regime, "components": components,
        "confirmations_may_follow": True,
    } | changes  # fmt: skip
    return CallDefinition.model_validate(made)


@lru_cache
def every_rule() -> CallDefinition:
    return definition_with(*(rule(kind) for kind in KINDS))


_CONTENT: Content = {
    "title": "작고 빠른 모델", "language": "ko",
    "institutions": [
        {"id": "lead", "organisation": None, "name": "새봄", "role": "lead", "kind": "company_sme", "country": "KR",
         "registration": None, "joined": True, "gpu_supplier": False},
        {"id": "uni", "organisation": None, "name": "가온대학교", "role": "joint", "kind": "university", "country": "KR",
         "registration": None, "joined": True, "gpu_supplier": False},
    ],
    "members": [
        {"id": "m1", "institution": "lead", "name": "김하늘", "email_key": "a@example.org", "role": "pi",
         "department": "", "consented": True, "person": 1},
        {"id": "m2", "institution": "uni", "name": "박가온", "email_key": "b@example.org", "role": "student",
         "department": "전산학부", "consented": True, "person": None},
    ],
    "sections": {
        "plan": {"": {"aim": "목표", "method": "방법"}}, "impact": {"": {"use": "활용"}},
        "part": {"lead": {"task": "학습"}, "uni": {"task": "평가"}},
        "about": {"": {"field": "ai", "degree": "2021-08-20", "more": 0}},
    },
    "costs": [
        {"institution": "lead", "year": 2025, "category": "people", "government": 75, "cash": 3, "in_kind": 22},
        {"institution": "uni", "year": 2025, "category": "people", "government": 100, "cash": 0, "in_kind": 0},
    ],
    "means": [{"component": "money", "option": "", "year": 2025, "quantity": 90_000_000, "months": 0}],
    "attachments": [
        {"id": "f1", "slot": "plan_file", "slice": "", "filename": "plan.pdf", "sha256": "0", "clean_sha256": None,
         "size": 1, "kind": "pdf", "pages": 3},
        {"id": "f2", "slot": "certificate", "slice": "lead", "filename": "sme.pdf", "sha256": "0",
         "clean_sha256": None, "size": 1, "kind": "pdf", "pages": 1},
    ],
}  # fmt: skip


def content() -> Content:
    """Everything in order; a test breaks one thing."""
    made = copy.deepcopy(_CONTENT)
    made["confirmations"] = [
        {"institution": i["id"], "section": s.code, "content_hash": confirmed_hash(made, s, i["id"]),
         "confirmed_at": "2025-07-20T00:00:00+00:00"}
        for i in made["institutions"]
        for s in definition_with().sections_to_apply_with
        if s.confirmed
    ]  # fmt: skip
    return made


def facts(**more: Any) -> Facts:
    return Facts(deadline_day=DEADLINE_DAY, stage="paper", **more)
