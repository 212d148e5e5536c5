"""What one call waits for, and for whom: counted over what the officer may see, never by name."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, and_, case, func, select

from portal.applications.models import EntryState, StageEntry
from portal.awards.models import Award, AwardState, Decision, DecisionState
from portal.conflicts.queries import not_barred
from portal.platform.context import Actor
from portal.platform.db import db
from portal.programs.models import Call, Stage
from portal.reviews.models import Review, ReviewState
from portal.routing.models import Assignment, AssignmentState, Panel, Seat, SeatState

ASKED = (AssignmentState.PUBLISHED, AssignmentState.ACCEPTED)


@dataclass(frozen=True)
class Standing:
    """Invitations not answered; declarations and reviews still to come and of how many people, of them those past
    their time; stages to be proposed and to be published; offers not answered."""

    invitations: int
    declarations: int
    declaring: int
    reviews: int
    reviewing: int
    late: int
    late_people: int
    to_propose: int
    to_publish: int
    offers: int


def standing(actor: Actor, call: Call, now: datetime) -> Standing:
    """Four queries."""
    late = Stage.review_due_at < now
    undeclared = and_(Assignment.state == AssignmentState.PUBLISHED, Assignment.declared_at.is_(None))
    accepted = Assignment.state == AssignmentState.ACCEPTED
    row = db.session.execute(
        select(
            func.sum(case((undeclared, 1), else_=0)),
            func.count(case((undeclared, Assignment.person_id)).distinct()),
            func.sum(case((accepted, 1), else_=0)),
            func.count(case((accepted, Assignment.person_id)).distinct()),
            func.sum(case((late, 1), else_=0)),
            func.count(case((late, Assignment.person_id)).distinct()),
        )
        .select_from(Assignment)
        .join(StageEntry, Assignment.entry_id == StageEntry.id)
        .join(Stage, StageEntry.stage_id == Stage.id)
        .outerjoin(Review, and_(Review.assignment_id == Assignment.id, Review.state != ReviewState.DRAFT))
        .where(
            Stage.call_id == call.id, Stage.review_closed_at.is_(None), StageEntry.state == EntryState.IN_REVIEW,
            Assignment.state.in_(ASKED), Review.id.is_(None), not_barred(actor.same_as, StageEntry.application_id),
        )
    ).one()  # fmt: skip
    declarations, declaring, reviews, reviewing, overdue, people = (int(n or 0) for n in row)
    return Standing(
        invitations=_count(
            select(Seat.id)
            .join(Panel, Seat.panel_id == Panel.id)
            .join(Stage, Panel.stage_id == Stage.id)
            .where(Stage.call_id == call.id, Stage.decided_at.is_(None), Seat.state == SeatState.INVITED)
        ),
        declarations=declarations, declaring=declaring, reviews=reviews, reviewing=reviewing, late=overdue,
        late_people=people, to_propose=_undecided_stages(call), to_publish=_count(_approved(call)),
        offers=_count(
            select(Award.id).where(
                Award.call_id == call.id, Award.state == AwardState.OFFERED,
                not_barred(actor.same_as, Award.application_id),
            )
        ),
    )  # fmt: skip


def _count(found: Select[int]) -> int:
    return db.session.scalar(select(func.count()).select_from(found.subquery())) or 0


def _approved(call: Call) -> Select[int]:
    return (
        select(Decision.id)
        .join(Stage, Decision.stage_id == Stage.id)
        .where(Stage.call_id == call.id, Decision.state == DecisionState.APPROVED)
    )


def _undecided_stages(call: Call) -> int:
    """Stages whose review is over and for which nothing is proposed yet."""
    proposed = select(Decision.id).where(Decision.stage_id == Stage.id, Decision.state != DecisionState.ANNULLED)
    return _count(
        select(Stage.id).where(
            Stage.call_id == call.id, Stage.review_closed_at.is_not(None), Stage.decided_at.is_(None),
            ~proposed.correlate(Stage).exists(),
        )
    )  # fmt: skip
