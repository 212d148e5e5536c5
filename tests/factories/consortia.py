"""A small call with a team section, an institution's slice and a budget; and applications that are complete for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from typing import Any

from portal.accounts.models import Person
from portal.applications import service
from portal.applications.models import Application, Institution, InstitutionRole, Member
from portal.applications.queries import drafts
from portal.applications.rules.matching import Costs
from portal.platform.context import Context
from portal.platform.db import db
from portal.programs.definition import CallDefinition
from portal.programs.models import Call
from tests.factories import base


def words(ko: str, en: str) -> dict[str, str]:
    return {"ko": ko, "en": en}


DEFINITION: dict[str, Any] = {
    "program": {
        "code": "SMALL", "names": words("작은 사업", "Small program"), "purpose": words("목적", "Purpose"),
        "for_whom": words("누구나", "Anybody"), "how_much": words("조금", "A little"),
        "ministry": words("부처", "Ministry"), "line": "small",
    },
    "regime": {
        "code": "plain", "names": words("일반", "Plain"), "statement": words("규정", "Rules"),
        "conflict_grounds": [],
        "matching": [
            {"kinds": ["company_sme"], "government_max": 7500, "cash_min": 1000, "names": words("중소", "Small")}
        ],
        "appeal": {"days": 10, "grounds": [{"code": "error", "names": words("오류", "Error")}],
                   "article": words("제30조", "Art. 30")},
    },
    "years": [2025], "first_month": "2025-09", "months": 6, "open_days": 30,
    "eligibility": [], "screening": [],
    "sections": [
        {
            "code": "plan", "names": words("계획", "Plan"),
            "questions": [
                {"code": "aim", "names": words("목표", "Aim"), "kind": "long_text", "limit": 1000},
                {"code": "method", "names": words("방법", "Method"), "kind": "long_text", "limit": 1000},
            ],
        },
        {
            "code": "impact", "names": words("효과", "Impact"),
            "questions": [{"code": "use", "names": words("활용", "Use"), "kind": "long_text", "limit": 1000}],
        },
        {
            "code": "part", "names": words("기관의 몫", "The institution's part"), "editor": "institution",
            "questions": [
                {"code": "task", "names": words("맡은 일", "Task"), "kind": "short_text"},
                {"code": "costs", "names": words("사업비", "Budget"), "kind": "budget"},
            ],
        },
        {
            "code": "demo", "names": words("시연", "Demonstration"),
            "questions": [{"code": "link", "names": words("주소", "Address"), "kind": "short_text"}],
        },
    ],
    "attachments": [], "costs": [{"code": "people", "names": words("인건비", "People")}],
    "components": [
        {"code": "money", "names": words("사업비", "Money"), "kind": "money", "unit": "KRW", "line": "small",
         "max_per_year": 100_000_000, "matched": True}
    ],
    "stages": [
        {
            "code": "paper", "names": words("서면평가", "Paper review"), "form": "paper", "keep": 2, "days": 4,
            "review_days": 3, "panel": {"size": 3, "reviews_per_entry": 3},
            "criteria": [{"code": "merit", "names": words("우수성", "Merit"), "points": 100}],
        },
        {
            "code": "talk", "names": words("발표평가", "Presentation"), "form": "presentation", "keep": 1, "days": 4,
            "review_days": 3, "panel": {"size": 3, "reviews_per_entry": 3}, "sections": ["demo"], "awards": True,
            "criteria": [{"code": "merit", "names": words("우수성", "Merit"), "points": 100}],
        },
    ],
    "awards": {"max_count": 1},
}  # fmt: skip


@lru_cache
def small_definition() -> CallDefinition:
    return CallDefinition.model_validate(DEFINITION)


@dataclass
class Team:
    """Ids of what was made; every transaction loads its own objects."""

    call_id: int
    application_id: int
    public_id: str
    owner_id: int
    lead: str

    def context(self, at: Any = None) -> Context:
        return base.context(db.session.get_one(Person, self.owner_id), at=at)


def complete_team(*, closes_in: timedelta = timedelta(days=3), made: CallDefinition | None = None) -> Team:
    """A draft with everything that its lead institution has to give, committed."""

    def make() -> Team:
        call: Call = base.open_call(made or small_definition(), closes_in=closes_in)
        owner = base.person("김하늘")
        context = base.context(owner)
        application: Application = service.start(
            context, call.id, "작은 모델", service.Lead(name="새봄", kind="company_sme")
        )
        db.session.flush()
        lead = drafts.institutions_of(application.id)[0]
        fill_team(context, application.id)
        fill_slice(context, application.id, lead)
        return Team(call.id, application.id, application.public_id, owner.id, lead.public_id)

    return base.committed(make)


def fill_team(context: Context, application_id: int) -> None:
    service.save_section(context, application_id, "plan", "", {"aim": "작고 빠른 모델", "method": "처음부터 학습"}, 0)
    service.save_section(context, application_id, "impact", "", {"use": "누구나 쓴다"}, 0)


def fill_slice(context: Context, application_id: int, institution: Institution) -> None:
    service.save_section(context, application_id, "part", institution.public_id, {"task": "학습"}, 0)
    cells = {(2025, "people"): Costs(government=7_000_000, cash=1_000_000, in_kind=2_000_000)}
    service.save_costs(context, institution.id, cells, 0)


@dataclass
class Partner:
    institution: str
    institution_id: int
    person_id: int

    def context(self, at: Any = None) -> Context:
        return base.context(db.session.get_one(Person, self.person_id), at=at)


def joined_partner(team: Team, name: str = "가온대학교", registration: str = "123-45-67890") -> Partner:
    """A second institution that joined by its link and filled its slice."""

    def make() -> Partner:
        institution = service.add_institution(
            team.context(), team.application_id, name=name, kind="university", role=InstitutionRole.JOINT,
            contact_email="lab@example.org",
        )  # fmt: skip
        editor = base.person("박가온")
        token = service.mint_institution_link(team.context(), institution.id)
        db.session.flush()
        service.join_institution(base.context(editor), token, registration=registration)
        fill_slice(base.context(editor), team.application_id, institution)
        return Partner(institution.public_id, institution.id, editor.id)

    return base.committed(make)


def representative_link(team: Team, institution: str) -> str:
    """The token in the letter to an institution's representative."""

    def make() -> str:
        link = service.ask_confirmation(team.context(), team.application_id, institution, "이대표", "rep@example.org")
        token = service.mint_confirmation_link(team.context(), link.id)
        db.session.flush()
        return token

    return base.committed(make)


def invited_member(team: Team, email: str = "member@example.org") -> tuple[str, str]:
    """A member and the token of the letter that asks for consent."""

    def make() -> tuple[str, str]:
        from portal.applications.models import MemberRole

        member: Member = service.add_member(
            team.context(), team.application_id, institution=team.lead, name="최바다", email=email,
            role=MemberRole.RESEARCHER,
        )  # fmt: skip
        token = service.mint_member_link(team.context(), member.id)
        db.session.flush()
        return member.public_id, token

    return base.committed(make)
