"""A reviewer's answers, the pledge, replacements; and what a conflict of interest does to an assignment."""

from __future__ import annotations

from sqlalchemy import select

from portal.accounts.models import Person
from portal.applications.models import StageEntry
from portal.audit import service as audit
from portal.conflicts import service as conflicts
from portal.conflicts.models import Conflict, Severity
from portal.conflicts.queries import barred_pairs, bars_of, same_humans
from portal.conflicts.rules import severity_of, today
from portal.platform.context import Context
from portal.platform.db import db
from portal.platform.jobs import enqueue
from portal.platform.language import Text
from portal.programs.definition import CallDefinition
from portal.routing.errors import CannotSwap, GroundMissing, NotOpenToAnswer, PledgeFirst, ReasonMissing
from portal.routing.jobs import ASSIGNED, REPLACE, REVOKED
from portal.routing.models import Assignment, AssignmentState, Seat
from portal.routing.queries import panels
from portal.routing.rules.panels import LIVE, awaits_declaration, is_late
from portal.routing.service import standby
from portal.routing.service.panels import token_hash
from portal.routing.service.pseudonyms import fresh_pseudonym


def _locked(assignment_id: int) -> Assignment:
    return db.session.scalars(select(Assignment).where(Assignment.id == assignment_id).with_for_update()).one()


def _mine(context: Context, assignment_id: int) -> Assignment:
    """The actor's own assignment, published and not barred; anything else cannot be answered."""
    assignment = _locked(assignment_id)
    if assignment.person_id not in panels.identities(context.actor) or assignment.state not in LIVE:
        raise NotOpenToAnswer
    if bars_of(assignment.person_id, assignment.entry.application_id, today(context.now)):
        raise NotOpenToAnswer
    return assignment


def _regime(assignment: Assignment) -> CallDefinition:
    return assignment.panel.stage.call.definition


def pledge(context: Context, seat_id: int) -> Seat:
    """The signed pledge of one reviewer for all applications of the panel (Guideline pp. 15-16); once."""
    seat = db.session.scalars(select(Seat).where(Seat.id == seat_id).with_for_update()).one()
    if seat.pledged_at is None:
        seat.pledged_at = context.now
        audit.record(context, "PledgeSigned", "seat", seat.public_id, person=seat.person_id)
    return seat


def answer_assignment(context: Context, assignment_id: int, accept: bool, reason: str = "") -> Assignment:
    """Accept (declaring that no ground applies) or decline without a conflict, with a reason."""
    assignment = _mine(context, assignment_id)
    if not accept:
        return _decline(context, assignment, reason)
    seat = panels.seat_of(assignment.panel_id, panels.identities(context.actor))
    if seat is None or seat.pledged_at is None:
        raise PledgeFirst("pledge")
    if assignment.state is AssignmentState.ACCEPTED:
        return assignment
    assignment.state, assignment.answered_at = AssignmentState.ACCEPTED, context.now
    assignment.declared_at = assignment.declared_at or context.now
    audit.record(
        context, "AssignmentAccepted", "assignment", assignment.public_id,
        entry=assignment.entry_id, person=assignment.person_id,
    )  # fmt: skip
    return assignment


def mint_assignment_token(context: Context, assignment_id: int) -> str:
    """The link to decline one assignment, made when its letter is written; only its hash is kept."""
    assignment = db.session.get_one(Assignment, assignment_id)
    token = context.ids.token()
    assignment.token_hash = token_hash(token)
    return token


def decline_by_link(context: Context, assignment_id: int, reason: str) -> Assignment:
    """Whoever holds the letter gives the assignment back, once, with a reason; nothing of the application is told."""
    assignment = _locked(assignment_id)
    barred = bars_of(assignment.person_id, assignment.entry.application_id, today(context.now))
    closed = assignment.entry.stage.review_closed_at is not None and not is_late(assignment, context.now)
    if not awaits_declaration(assignment) or barred or closed:
        raise NotOpenToAnswer
    return _decline(context, assignment, reason)


def _decline(context: Context, assignment: Assignment, reason: str) -> Assignment:
    if not reason.strip():
        raise ReasonMissing("reason")
    assignment.state, assignment.decline_reason = AssignmentState.DECLINED, reason.strip()
    assignment.answered_at = context.now
    audit.record(
        context, "AssignmentDeclined", "assignment", assignment.public_id,
        entry=assignment.entry_id, person=assignment.person_id, reason=reason.strip(),
    )  # fmt: skip
    ask_to_fill(context, assignment)
    return assignment


def ask_to_fill(context: Context, assignment: Assignment) -> None:
    """Where the call's rule says so, a published place that was given back is filled by a job."""
    rule = _regime(assignment).stage(assignment.entry.stage.code).panel
    if rule.replace_declined and assignment.published_at is not None:
        enqueue(REPLACE, {"assignment_id": assignment.id}, key=assignment.public_id, now=context.now)


def fill(context: Context, assignment_id: int) -> Assignment | None:
    """The nearest free member takes over the place that was given back; None when it is filled, the review is closed
    or nobody is free: an officer sees the empty place then."""
    old = _locked(assignment_id)
    if old.state in (AssignmentState.DRAFT, *LIVE) or old.entry.stage.review_closed_at is not None:
        return None
    person_id = standby.next_in_line(context, old)
    return replace(context, assignment_id, person_id, standby.RULE) if person_id is not None else None


def declare(
    context: Context, assignment_id: int, ground: str | None, unsure: bool, statement: str, suggestion: str = ""
) -> Conflict:
    """The reviewer declares a conflict (the assignment is given back) or is not sure (an officer decides).

    Either way the application is out of reach at once.
    """
    assignment = _mine(context, assignment_id)
    regime = _regime(assignment).regime
    if not unsure and ground not in {g.code for g in regime.conflict_grounds}:
        raise GroundMissing("ground")
    code = None if unsure else ground
    severity = severity_of(regime, code, Severity.DECLARED) if code else Severity.DECLARED
    row = conflicts.declare(
        context, assignment.person_id, assignment.entry.application_id, code, unsure, statement.strip(), severity
    )
    assignment.declared_at = context.now
    if not unsure:
        assignment.state, assignment.answered_at = AssignmentState.DECLINED, context.now
        assignment.decline_reason = suggestion.strip() or None
        ask_to_fill(context, assignment)
    audit.record(
        context, "ConflictAnswered", "assignment", assignment.public_id,
        ground=row.ground, unsure=unsure, person=assignment.person_id,
    )  # fmt: skip
    return row


def revoke_barred(context: Context, application_id: int) -> list[Assignment]:
    """Take away every draft or live assignment on the application that a bar in force hits.

    One that an officer still has to look at ("not sure") closes access but keeps its place until then.
    """
    rows = db.session.scalars(
        select(Assignment)
        .join(StageEntry, Assignment.entry_id == StageEntry.id)
        .where(StageEntry.application_id == application_id, Assignment.state.in_((AssignmentState.DRAFT, *LIVE)))
        .order_by(Assignment.id)
        .with_for_update(of=Assignment)
    ).all()
    barred = barred_pairs({row.person_id for row in rows}, {application_id}, today(context.now))
    revoked = []
    for row in rows:
        if (row.person_id, application_id) in barred and not _only_undecided(context, row.person_id, application_id):
            row.state, row.answered_at = AssignmentState.REVOKED, context.now
            audit.record(
                context, "AssignmentRevoked", "assignment", row.public_id, person=row.person_id, cause="conflict"
            )
            ask_to_fill(context, row)
            revoked.append(row)
    _alert(context, revoked)
    return revoked


def _alert(context: Context, revoked: list[Assignment]) -> None:
    """Officers hear of places that became free during a review: one letter a panel and hour."""
    for panel_id in sorted({row.panel_id for row in revoked if row.published_at is not None}):
        enqueue(REVOKED, {"panel_id": panel_id}, key=f"{panel_id}:{context.now:%Y%m%d%H}", now=context.now)


def _only_undecided(context: Context, person_id: int, application_id: int) -> bool:
    bars = bars_of(person_id, application_id, today(context.now))
    return bool(bars) and all(bar.unsure and bar.confirmed_at is None for bar in bars)


def _assignments_of(conflict: Conflict, *states: AssignmentState) -> list[Assignment]:
    return list(
        db.session.scalars(
            select(Assignment)
            .join(StageEntry, Assignment.entry_id == StageEntry.id)
            .where(
                StageEntry.application_id == conflict.application_id,
                Assignment.person_id.in_(same_humans([conflict.person_id])),
                Assignment.state.in_(states),
            )
            .order_by(Assignment.id)
        )
    )


def dismiss_conflict(context: Context, conflict_id: int, reason: str) -> Conflict:
    """ "Not sure" is no conflict: the reviewer who pledged may go on at once."""
    if not reason.strip():
        raise ReasonMissing("reason")
    row = conflicts.dismiss(context, conflict_id, reason.strip())
    db.session.flush()
    if not bars_of(row.person_id, row.application_id, today(context.now)):
        for assignment in _assignments_of(row, AssignmentState.PUBLISHED):
            assignment.state, assignment.answered_at = AssignmentState.ACCEPTED, context.now
    return row


def confirm_conflict(context: Context, conflict_id: int, ground: str, severity: Severity) -> Conflict:
    """ "Not sure" is a conflict: the assignment is given back."""
    row = conflicts.confirm(context, conflict_id, ground, severity)
    db.session.flush()
    revoke_barred(context, row.application_id)
    return row


def waive_conflict(context: Context, conflict_id: int, reason: str) -> Conflict:
    """For expertise, on a waivable ground, with reason and approver; an assignment it had taken away comes back."""
    row = conflicts.waive(context, conflict_id, reason)
    db.session.flush()
    if bars_of(row.person_id, row.application_id, today(context.now)):
        return row
    for assignment in _assignments_of(row, AssignmentState.REVOKED):
        others = panels.pairs_of_entries([assignment.entry_id])
        replaced = any(other.explanation.get("replaces") == assignment.public_id for other in others)
        if assignment.published_at is None or replaced or assignment.panel.stage.review_closed_at is not None:
            continue
        assignment.state, assignment.declared_at, assignment.answered_at = AssignmentState.PUBLISHED, None, None
        audit.record(context, "AssignmentRestored", "assignment", assignment.public_id, person=assignment.person_id)
        enqueue(
            ASSIGNED, {"panel_id": assignment.panel_id, "person_id": assignment.person_id},
            key=f"waived:{row.public_id}", now=context.now,
        )  # fmt: skip
    return row


def replace(context: Context, assignment_id: int, person_id: int, reason: str) -> Assignment:
    """Another member of the panel takes over an entry: the old assignment is revoked, the new one published."""
    old = _locked(assignment_id)
    if old.state is AssignmentState.DRAFT:
        raise NotOpenToAnswer
    if not reason.strip():
        raise ReasonMissing("reason")
    check_candidate(context, old, person_id)
    if old.state in LIVE:
        old.state, old.answered_at = AssignmentState.REVOKED, context.now
    known = {row.pseudonym for row in panels.pairs_of_entries([old.entry_id])}
    near = standby.nearness(old)
    new = Assignment(
        public_id=context.ids.public_id(), entry_id=old.entry_id, panel_id=old.panel_id, person_id=person_id,
        run_id=old.run_id, state=AssignmentState.PUBLISHED, pseudonym=fresh_pseudonym(context.rng, known),
        affinity=near.get(person_id, 0), explanation={"replaces": old.public_id}, created_at=context.now,
        published_at=context.now,
    )  # fmt: skip
    db.session.add(new)
    db.session.flush()
    audit.record(
        context, "AssignmentReplaced", "assignment", new.public_id,
        old=old.public_id, person=person_id, reason=reason.strip(),
    )  # fmt: skip
    enqueue(ASSIGNED, {"panel_id": new.panel_id, "person_id": person_id}, key=f"one:{new.id}", now=context.now)
    return new


def check_candidate(context: Context, assignment: Assignment, person_id: int) -> None:
    """An accepted member of the panel, without a bar, not on this entry already. Raises CannotSwap."""
    application_id = assignment.entry.application_id
    person = db.session.get_one(Person, person_id)
    seated = {seat.person_id for seat in panels.accepted_seats(assignment.panel_id)}
    why = None
    if person_id not in seated:
        why = Text("이 패널의 위원이 아닙니다", "not a member of this panel")
    elif bars_of(person_id, application_id, today(context.now)):
        why = Text("이해충돌이 있습니다", "there is a conflict of interest")
    elif any(row.person_id == person_id for row in panels.pairs_of_entries([assignment.entry_id])):
        why = Text("이 신청서에 이미 배정되었거나 배정이 풀렸습니다", "already had this application")
    if why is not None:
        raise CannotSwap("person", name=person.name, why=why)
