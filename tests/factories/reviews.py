"""A stage under review: applications, reviewers who declared no conflict, drafts and submitted reviews."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from portal.accounts.models import Person
from portal.applications.models import StageEntry
from portal.platform.context import Context
from portal.platform.db import db
from portal.programs.definition import CallDefinition
from portal.reviews import service
from portal.reviews.models import Review
from portal.routing import service as routing_service
from portal.routing.models import Assignment, Seat
from tests.factories import routing
from tests.factories.base import actor, committed, context
from tests.factories.consortia import words

REASON = "근거가 분명하고 계획이 구체적이어서 높은 점수를 주었습니다."
COMMENT = "전반적으로 뛰어난 제안이며 위험도 잘 다루었습니다."


def _criterion(code: str, ko: str, en: str, points: int) -> dict[str, Any]:
    anchors = [
        {"share": share, "names": words(f"{share}%", f"{share} %"), "text": words("설명", "Text")}
        for share in (100, 80, 60, 40, 20)
    ]
    return {"code": code, "names": words(ko, en), "points": points, "anchors": anchors, "min_reason": 20}


def _panel(size: int) -> dict[str, int]:
    """Everybody reviews everything."""
    return {"size": size, "reviews_per_entry": size, "max_load": 20}


def definition(**changes: Any) -> CallDefinition:
    """Technology 60 and plan 40; ties by technology; two go on; one condition apart from the points."""
    made = routing.definition(size=3, reviews=3).model_dump(mode="json")
    made["stages"][0] |= {
        "criteria": [_criterion("tech", "기술", "Technology", 60), _criterion("plan", "계획", "Plan", 40)],
        "ties": ["tech"],
        "conditions": [{"code": "independent", "names": words("독자성", "Independence")}],
        "keep": 2, "packet": True, "score_sheet": True,
    } | changes  # fmt: skip
    return CallDefinition.model_validate(made)


@dataclass
class UnderReview:
    """Ids; `assignments[(entry, reviewer)]` are ids of assignments."""

    field: routing.Field
    assignments: dict[tuple[int, int], int]

    @property
    def stage_id(self) -> int:
        return self.field.stage_id

    @property
    def reviewers(self) -> list[int]:
        return self.field.reviewers

    @property
    def entries(self) -> list[int]:
        return self.field.entries

    def assignment(self, entry: int = 0, reviewer: int = 0) -> Assignment:
        """By the place of the entry and of the reviewer."""
        return db.session.get_one(Assignment, self.id(entry, reviewer))

    def id(self, entry: int = 0, reviewer: int = 0) -> int:
        return self.assignments[(self.entries[entry], self.reviewers[reviewer])]

    def context(self, reviewer: int = 0, at: Any = None) -> Context:
        return context(self.person(reviewer), "reviewer", at=at)

    def person(self, reviewer: int = 0) -> Person:
        return db.session.get_one(Person, self.reviewers[reviewer])


def under_review(
    entries: int = 3, reviewers: int = 3, *, declared: bool = True, made: CallDefinition | None = None
) -> UnderReview:
    """Assignments published to everybody; with `declared` all were accepted after the pledge. Committed."""

    def make() -> UnderReview:
        field = routing.field_of(entries, reviewers, made or definition(panel=_panel(reviewers)))
        run = routing.routed(field)
        routing_service.publish(context(), run.id)
        rows = db.session.scalars(select(Assignment).where(Assignment.panel_id == field.panel_id)).all()
        found = UnderReview(field, {(a.entry_id, a.person_id): a.id for a in rows})
        if declared:
            for place in range(reviewers):
                declare(found, place)
        return found

    return committed(make)


def declare(field: UnderReview, reviewer: int) -> None:
    """One reviewer pledges and accepts all; call inside a transaction."""
    who = field.reviewers[reviewer]
    seat = db.session.scalars(
        select(Seat).where(Seat.panel_id == field.field.panel_id, Seat.person_id == who)
    ).one()  # fmt: skip
    own = context(field.person(reviewer), "reviewer")
    routing_service.pledge(own, seat.id)
    for (_, person_id), assignment_id in field.assignments.items():
        if person_id == who:
            routing_service.answer_assignment(own, assignment_id, accept=True)


def marks(tech: int | None = 50, plan: int | None = 30) -> dict[str, tuple[int | None, str]]:
    return {"tech": (tech, REASON), "plan": (plan, REASON)}


def draft(field: UnderReview, entry: int = 0, reviewer: int = 0, tech: int = 50, plan: int = 30) -> int:
    """A complete draft; the review's id. Committed."""
    return committed(
        lambda: service.save_review(
            field.context(reviewer), field.id(entry, reviewer), marks(tech, plan), COMMENT
        ).id
    )  # fmt: skip


def submitted(field: UnderReview, entry: int = 0, reviewer: int = 0, tech: int = 50, plan: int = 30) -> int:
    """A locked review; its id. Committed."""
    return committed(
        lambda: service.record_scores(
            field.context(reviewer), field.id(entry, reviewer), marks(tech, plan), COMMENT
        ).id
    )  # fmt: skip


def all_submitted(field: UnderReview, totals: list[list[tuple[int, int]]]) -> None:
    """`totals[entry][reviewer]` are (technology, plan)."""
    for entry, row in enumerate(totals):
        for reviewer, (tech, plan) in enumerate(row):
            submitted(field, entry, reviewer, tech, plan)


def review(review_id: int) -> Review:
    return db.session.get_one(Review, review_id)


def entry_of(field: UnderReview, place: int) -> StageEntry:
    return db.session.get_one(StageEntry, field.entries[place])


def reviewer_actor(field: UnderReview, reviewer: int = 0) -> Any:
    return actor(field.person(reviewer), "reviewer")
