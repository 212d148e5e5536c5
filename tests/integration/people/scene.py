"""A published decision with words, names, letters and files about it; and what is left of them."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import JSON, String, Text, cast, func, or_, select

from portal.accounts.models import Person
from portal.applications.models import Attachment, Institution, Member, MemberRole, SectionAnswer
from portal.awards import service
from portal.awards.models import Result
from portal.conflicts.models import Severity
from portal.conflicts.service import declare
from portal.notifications.models import Letter, LetterState
from portal.platform import clock, search, storage
from portal.platform.context import Context, RandomIds
from portal.platform.db import db
from portal.reviews.models import Review, ReviewState, Score
from portal.routing.models import Assignment
from tests.factories.accounts import account, affiliation, organisation
from tests.factories.awards import ready, with_plan
from tests.factories.base import context, person

WHY = "종합 점수와 조건을 함께 살핀 결과"
SECRET = "별똥별김하늘"  # stands in everything that has to go
ids = RandomIds()


def later(days: int) -> Context:
    return Context(actor=context().actor, now=clock.now() + timedelta(days=days))


class Decided:
    """Two applications of one paper stage, decided: the first goes nowhere, the second on. Call in a transaction."""

    def __init__(self) -> None:
        with_plan()
        made = ready(2, "paper")
        scope = made.call.scopes[1]
        self.owner, self.winner, self.member = made.owners[0], made.owners[1], made.member
        account(self.owner)
        self.owner.name = f"{SECRET} 대표"
        affiliation(self.owner, organisation())
        self.application_id = made.entries[0].application_id
        self.other_id = made.entries[1].application_id
        made.entries[0].application.title = f"{SECRET} 모델"
        self._fill(made.entries[0].id)
        proposer, second = (person(n) for n in ("제안자", "승인자"))
        outcomes = [(made.entries[0].id, Result.DECLINE, WHY), (made.entries[1].id, Result.ADVANCE, WHY)]
        decision = service.propose(context(proposer, "officer", scope=scope), made.stage.id, outcomes, WHY)
        service.approve(context(second, "administrator", scope=scope), decision.id, "동의")
        service.publish(context(second, "administrator", scope=scope), decision.id)

    def _fill(self, entry_id: int) -> None:
        at, key = clock.now(), self.application_id
        institution = db.session.scalars(select(Institution).where(Institution.application_id == key)).one()
        institution.contact_email = f"{SECRET}@example.org"
        stored = storage.put_bytes(SECRET.encode())
        guest = person(f"{SECRET} 연구원")
        db.session.add_all(
            [
                Member(public_id=ids.public_id(), application_id=key, institution_id=institution.id, person_id=guest.id,
                       name=guest.name, email=f"{SECRET}2@example.org", email_key=f"{SECRET}2@example.org",
                       role=MemberRole.RESEARCHER, department=SECRET, consented_at=at),
                SectionAnswer(application_id=key, section="plan", answers={"aim": SECRET}, saved_at=at),
                Attachment(public_id=ids.public_id(), application_id=key, slot="plan", filename=f"{SECRET}.pdf", text=SECRET,
                           sha256=stored.sha256, size=stored.size, kind="pdf", uploaded_at=at, uploaded_by_id=self.owner.id),
                Letter(public_id=ids.public_id(), kind="awards.outcome", dedupe_key="one", person_id=self.owner.id,
                       email=self.owner.email, language="ko", subject=SECRET, body=f"{SECRET} 님께", decisive=True,
                       state=LetterState.SENT, created_at=at),
            ]
        )  # fmt: skip
        assignment = db.session.scalars(select(Assignment).where(Assignment.entry_id == entry_id)).first()
        assert assignment is not None
        assignment.explanation = {"terms": [SECRET]}
        review = Review(public_id=ids.public_id(), assignment_id=assignment.id, state=ReviewState.LOCKED, saved_at=at,
                        comment=SECRET, note_to_officer=SECRET, locked_at=at)  # fmt: skip
        db.session.add(review)
        db.session.flush()
        db.session.add(Score(review_id=review.id, criterion="plan", points=7, reason=SECRET))
        declare(context(), guest.id, key, None, True, SECRET, Severity.DECLARED)
        search.index("application", key, SECRET)
        db.session.flush()
        self.guest = guest


def still_there(text: str = SECRET) -> set[str]:
    """`table.column` of everything in which the text still stands."""
    found = set()
    for table in db.metadata.sorted_tables:
        for column in table.columns:
            if isinstance(column.type, String | Text | JSON):
                escaped = text.encode("unicode_escape").decode() if isinstance(column.type, JSON) else text
                words = cast(column, Text)
                if db.session.scalar(
                    select(func.count()).where(or_(words.contains(text), words.contains(escaped, autoescape=True)))
                ):
                    found.add(f"{table.name}.{column.name}")
    return found


def person_of(person_id: int) -> Person:
    return db.session.get_one(Person, person_id)


def days_after(days: int) -> datetime:
    return clock.now() + timedelta(days=days)
