"""A call that asks every kind of question, and a team of three institutions that answers it."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from datetime import timedelta
from functools import lru_cache
from typing import Any

import pikepdf

from portal.accounts.models import Person
from portal.applications import service
from portal.applications.models import Application, Institution, InstitutionRole, Member, MemberRole
from portal.platform import clock
from portal.platform.context import Context, RandomIds
from portal.platform.db import db
from portal.programs.definition import CallDefinition
from tests.factories import base
from tests.factories.consortia import DEFINITION, words


def _question(code: str, kind: str, **more: Any) -> dict[str, Any]:
    return {"code": code, "names": words(f"질문 {code}", f"Question {code}"), "kind": kind, **more}


CHOICES = [{"code": "open", "names": words("공개", "Open")}, {"code": "closed", "names": words("비공개", "Closed")}]
EVERY_KIND = [
    _question("name", "short_text", limit=20),
    _question("need", "long_text", limit=200),
    _question("licence", "choice", choices=CHOICES),
    _question("why_closed", "short_text", shown_if={"question": "licence", "equals": ["closed"]}),
    _question("fields", "choices", choices=CHOICES, required=False),
    _question("size", "number", min=1, max=1000, unit="B"),
    _question("worth", "money"),
    _question("begin", "date"),
    _question("authors", "people"),
    _question("sites", "institutions"),
    _question("goals", "table", rows=[{"code": "y1", "names": words("1년차", "Year 1")}],
              columns=[_question("score", "number", max=100), _question("note", "short_text", required=False)]),
    _question("models", "repeat", max=3, columns=[_question("title", "short_text"), _question("year", "number")]),
    _question("paper", "document", max_pages=2),
]  # fmt: skip


@lru_cache
def rich_definition() -> CallDefinition:
    """Three years, three rates of matching, two components, four places for files."""
    text = words("값", "Value")
    changes = {
        "years": [2025, 2026],
        "sections": [
            {"code": "all", "names": words("모든 질문", "Everything"), "questions": EVERY_KIND},
            {"code": "part", "names": words("기관의 몫", "The institution's part"), "editor": "institution",
             "questions": [_question("task", "short_text"), _question("costs", "budget")]},
            {"code": "end", "names": words("마지막", "Last"), "questions": [_question("wishes", "requested_means")]},
            {"code": "demo", "names": words("시연", "Demo"), "questions": [_question("link", "short_text")]},
        ],
        "attachments": [
            {"code": "plan", "names": text, "max_pages": 3, "kinds": ["pdf", "hwp", "hwpx"], "max_megabytes": 1},
            {"code": "registration", "names": text, "per": "institution"},
            {"code": "sme", "names": text, "per": "institution", "only_kinds": ["company_sme"], "may_follow": True},
        ],
        "costs": [{"code": "people", "names": words("인건비", "People")}, {"code": "gear", "names": words("장비", "Gear")}],
        "components": [
            {"code": "data", "names": words("데이터", "Data"), "kind": "money", "unit": "KRW", "line": "small",
             "max_per_year": 1_000_000_000},
            {"code": "gpu", "names": words("GPU", "GPU"), "kind": "resource", "unit": "card", "line": "small",
             "max_quantity": 1024, "excluded_for": ["gpu_supplier"],
             "options": [{"code": "b200", "names": words("B200", "B200"), "unit_value": 3_000_000},
                         {"code": "h100", "names": words("H100", "H100")}]},
            {"code": "joint", "names": words("공동", "Joint"), "kind": "money", "unit": "KRW", "line": "small",
             "shared": True},
        ],
    }  # fmt: skip
    regime = DEFINITION["regime"] | {
        "matching": [
            {"kinds": ["university"], "government_max": 10000, "cash_min": 0, "names": words("비영리", "Non-profit")},
            {"kinds": ["company_sme"], "government_max": 7500, "cash_min": 1000, "names": words("중소", "Small")},
            {"kinds": ["company_large"], "government_max": 5000, "cash_min": 1500, "names": words("대기업", "Large")},
        ],
        "matching_article": words("시행령 제19조", "Decree, art. 19"),
    }  # fmt: skip
    return CallDefinition.model_validate(DEFINITION | changes | {"regime": regime})


@dataclass
class Consortium:
    """Ids of an application of three institutions, each with a person who joined for it."""

    call_id: int
    call: str
    id: int
    public_id: str
    people: list[int] = field(default_factory=list)  # the first is the owner
    institutions: list[str] = field(default_factory=list)

    def context(self, number: int = 0, after: timedelta = timedelta()) -> Context:
        person = db.session.get_one(Person, self.people[number])
        return base.context(person, at=clock.now() + after)

    def institution_id(self, number: int = 0) -> int:
        return db.session.query(Institution.id).filter_by(public_id=self.institutions[number]).scalar()


def consortium(kinds: tuple[str, ...] = ("company_sme", "university", "company_large")) -> Consortium:
    """A draft in the rich call: the owner's institution leads, the others have joined. Committed."""

    def make() -> Consortium:
        call = base.open_call(rich_definition())
        owner = base.person("김하늘")
        made = service.start(base.context(owner), call.id, "모델", service.Lead(name="새봄", kind=kinds[0]))
        team = Consortium(call.id, call.public_id, made.id, made.public_id, [owner.id])
        for number, kind in enumerate(kinds[1:], start=1):
            team.people.append(base.person(f"사람 {number}").id)
            joined(made, number, kind, team.people[-1])
        db.session.flush()
        db.session.expire(made)
        team.institutions = [i.public_id for i in made.institutions]
        return team

    return base.committed(make)


def joined(application: Application, position: int, kind: str, person_id: int | None) -> Institution:
    """An institution of the consortium; call inside a transaction."""
    made = Institution(
        public_id=RandomIds().public_id(), application_id=application.id, position=position,
        role=InstitutionRole.JOINT, name=f"기관 {position}", kind=kind, joined_at=clock.now(),
        joined_by_id=person_id,
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    return made


def member(team: Consortium, person: Person, institution: int = 0, *, may_edit: bool = False) -> Member:
    """A consenting researcher of the team; call inside a transaction."""
    made = Member(
        public_id=RandomIds().public_id(), application_id=team.id, institution_id=team.institution_id(institution),
        person_id=person.id, name=person.name, email=person.email, email_key=person.email_key,
        role=MemberRole.RESEARCHER, may_edit=may_edit, consented_at=clock.now(),
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    return made


def pdf(pages: int = 1) -> bytes:
    """A plain PDF of so many empty pages; the same bytes for the same number."""
    out = io.BytesIO()
    with pikepdf.new() as document:
        for _ in range(pages):
            document.add_blank_page()
        document.save(out, deterministic_id=True)
    return out.getvalue()
