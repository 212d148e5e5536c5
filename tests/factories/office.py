"""A call in review with applications of every kind that an officer looks for."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Select, select

from portal.accounts.models import Person
from portal.applications.models import Application, ApplicationState
from portal.desks.officer.queries import listing
from portal.desks.officer.queries.filter import Filter
from portal.notifications.service import Words
from portal.platform import clock, search
from portal.platform.context import Context, RandomIds
from portal.platform.db import db
from portal.programs.models import Call
from portal.screening import service as screening
from tests.factories import base, reviews
from tests.factories.accounts import account
from tests.factories.base import committed

TITLES = ("가람모델", "나래모델", "다온모델")


@dataclass
class Office:
    """Three applications under review (titles in TITLES, the third in English), a draft beside them; an officer."""

    field: reviews.UnderReview
    officer_id: int

    @property
    def address(self) -> str:
        return f"/office/calls/{self.field.field.call}"

    @property
    def list(self) -> str:
        return f"{self.address}/applications"

    @property
    def call(self) -> Call:
        return db.session.get_one(Call, self.field.field.call_id)

    @property
    def officer(self) -> Person:
        return db.session.get_one(Person, self.officer_id)

    def context(self) -> Context:
        return base.context(self.officer, "officer")

    def application(self, place: int) -> Application:
        return db.session.get_one(Application, self.field.field.applications[place])

    def found(self, wanted: Filter | None = None) -> Select[int]:
        return listing.matching(self.context().actor, self.call, wanted or Filter())

    def titles(self, wanted: Filter) -> list[str]:
        """Of the first page, as this officer sees it."""
        return [row.title for row in listing.page_of(self.context().actor, self.call, wanted, 1)]


def office() -> Office:
    """Committed."""
    field = reviews.under_review(3, 2)

    def fill() -> int:
        for place, title in enumerate(TITLES):
            entry = reviews.entry_of(field, place)
            application = entry.application
            application.title, application.applicant = title, f"신청자 {place}"
            application.language = "en" if place == 2 else "ko"
            application.owner.language = application.language
            entry.submission.requested_total = (place + 1) * 1_000_000
            search.index("application", application.id, title, application.applicant, entry.submission.receipt)
            screening.screen(base.context(), entry.id)
        who = base.person("작성자")
        at = clock.now()
        db.session.add(
            Application(
                public_id=RandomIds().public_id(), call_id=field.field.call_id, owner_id=who.id, title="봉인모델",
                applicant="봉인", state=ApplicationState.DRAFT, created_at=at, changed_at=at,
            )
        )  # fmt: skip
        return account(base.person("담당자"), "officer").id

    return Office(field, committed(fill))


def words(subject: str = "{call}: {title}", body: str = "{name} 님, 접수번호 {receipt}로 알려 드립니다.") -> Words:
    return Words(
        {"ko": subject, "en": f"EN {subject}"}, {"ko": body, "en": "Dear {name}, about {receipt}, by {deadline}."}
    )


def owners(of: Office) -> list[str]:
    """Addresses of the three owners, in the order of their applications."""
    return [
        db.session.scalars(select(Person.email).where(Person.id == of.application(place).owner_id)).one()
        for place in range(3)
    ]
