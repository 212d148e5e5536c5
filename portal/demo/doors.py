"""Who can be tried from the home page, and the page at which each of them has something to do now."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, NamedTuple

from sqlalchemy import or_, select

from portal.accounts.models import Account, Person
from portal.applications.models import Application, Institution
from portal.awards.models import AwardTable, Decision, DecisionState
from portal.demo.people import DOMAIN
from portal.platform.db import db
from portal.platform.language import Text
from portal.platform.names import email_key
from portal.routing.models import Panel


class DemoPerson(NamedTuple):
    """One who can be tried, the moment that matters to them, and the page it stands on."""

    public_id: str
    name: str
    role: Text
    moment: Text
    path: str


def _application(person: Person) -> str:
    mine = (
        select(Application.public_id)
        .outerjoin(Institution, Institution.application_id == Application.id)
        .where(or_(Application.owner_id == person.id, Institution.joined_by_id == person.id))
        .order_by(Application.id.desc())
        .limit(1)
    )
    found = db.session.scalars(mine).first()
    return f"/applications/{found}" if found else "/applications"


def _open_table(_: Person) -> str:
    query = (
        select(Panel.public_id)
        .join(AwardTable, AwardTable.panel_id == Panel.id)
        .where(AwardTable.closed_at.is_(None))
        .order_by(AwardTable.id)
        .limit(1)
    )
    found = db.session.scalars(query).first()
    return f"/panels/{found}/award" if found else "/reviews"


def _proposal(_: Person) -> str:
    query = select(Decision.public_id).where(Decision.state == DecisionState.PROPOSED).order_by(Decision.id).limit(1)
    found = db.session.scalars(query).first()
    return f"/decisions/{found}" if found else "/office"


Door = tuple[Text, Text, str | Callable[[Person], str]]
DOORS: Final[Mapping[str, Door]] = {
    "applicant": (
        Text("신청자", "Applicant"),
        Text(
            "마감이 얼마 남지 않았습니다. 빠진 것을 확인하고 제출합니다.",
            "The deadline is near: see what is missing, then submit.",
        ),
        _application,
    ),
    "partner": (
        Text("참여기관 담당자", "Editor of a partner institution"),
        Text(
            "우리 기관의 사업비를 아직 쓰지 않았습니다.",
            "The costs of this institution are still to be entered.",
        ),
        _application,
    ),
    "reviewer": (
        Text("평가위원", "Reviewer"),
        Text(
            "배정된 신청서를 읽고 점수를 매기는 중입니다.",
            "Reading the assigned applications and scoring them; some drafts are saved.",
        ),
        "/reviews",
    ),
    "chair": (
        Text("평가위원장", "Panel chair"),
        Text(
            "예산 한도를 보며 과제별 지원 규모를 정합니다.",
            "Settling the amounts at the decision table, with a cap nearly full.",
        ),
        _open_table,
    ),
    "officer": (
        Text("사업 담당자", "Program officer"),
        Text("여러 공고의 진행을 한눈에 봅니다.", "Several calls at several moments, and what waits."),
        "/office",
    ),
    "administrator": (
        Text("관리자 (두 번째 승인자)", "Administrator (second approver)"),
        Text(
            "제안된 결정이 승인을 기다립니다. 승인하면 예산이 확보됩니다.",
            "A proposed decision waits for approval, which reserves the money.",
        ),
        _proposal,
    ),
    "budget": (
        Text("예산 담당자", "Budget officer"),
        Text("모든 예산 항목의 한도와 잔액을 봅니다.", "Every line, its cap and what is left."),
        "/office/budget",
    ),
    "auditor": (
        Text("감사 담당자", "Auditor"),
        Text("누가 언제 무엇을 했는지 검증합니다.", "Who did what and when, verified."),
        "/office/audit",
    ),
    "awarded": (
        Text("결과를 받은 신청자", "Applicant with a result"),
        Text("발표된 결과와 그 이유를 봅니다.", "The published outcome and its reason."),
        _application,
    ),
}


def demo_people() -> list[DemoPerson]:
    """Those of the doors whose people exist, in the order of a grant's life."""
    keys = {email_key(f"{address}@{DOMAIN}"): address for address in DOORS}
    rows = db.session.scalars(
        select(Person)
        .join(Account, Account.person_id == Person.id)
        .where(Person.email_key.in_(keys), Account.disabled_at.is_(None))
        .order_by(Person.id)
    )
    people = {keys[person.email_key]: person for person in rows}
    found = []
    for address, (role, moment, path) in DOORS.items():
        if (person := people.get(address)) is not None:
            where = path if isinstance(path, str) else path(person)
            found.append(DemoPerson(person.public_id, person.name, role, moment, where))
    return found
