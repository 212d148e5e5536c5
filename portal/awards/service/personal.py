"""What awards say of a person's leaving, and which applications are past their term."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import exists, func, select
from sqlalchemy.orm import joinedload

from portal.accounts.retention import TERMS
from portal.applications.models import Application, ApplicationState, EntryState, StageEntry
from portal.awards.dossier import fields_of
from portal.awards.models import Award, AwardState, Decision, DecisionState, Dossier, Outcome
from portal.awards.queries.decisions import waiting_decisions
from portal.awards.service.approve import approvers_of
from portal.platform.context import Context
from portal.platform.db import db
from portal.platform.language import Text, say
from portal.platform.personal import Holding, Said, plain, said
from portal.programs.models import Stage
from portal.screening.models import Screening

GIVEN_UP = (AwardState.DECLINED, AwardState.EXPIRED, AwardState.CANCELLED)  # of these nothing runs and nothing was paid
RUNNING = (AwardState.RESERVED, AwardState.OFFERED, AwardState.ACCEPTED, AwardState.AGREED, AwardState.ACTIVE)


def export_person(ids: Sequence[int]) -> list[Holding]:
    """Decisions that the person proposed, approved or published: their own acts."""
    rows = db.session.scalars(
        select(Decision)
        .where(Decision.proposed_by_id.in_(ids) | Decision.approved_by_id.in_(ids) | Decision.published_by_id.in_(ids))
        .options(joinedload(Decision.stage).joinedload(Stage.call))
        .order_by(Decision.id)
    )
    return [
        Holding(
            "decision", Text("제안하거나 승인한 의결", "Decisions that you proposed or approved"),
            {"call": Text("공고", "Call"), "stage": Text("단계", "Stage"), "proposed_at": Text("제안", "Proposed"),
             "approved_at": Text("승인", "Approved"), "published_at": Text("발표", "Published")},
            [
                {"call": d.stage.call.code, "stage": d.stage.code,
                 "proposed_at": plain(d.proposed_at) if d.proposed_by_id in ids else "",
                 "approved_at": plain(d.approved_at) if d.approved_by_id in ids else "",
                 "published_at": plain(d.published_at) if d.published_by_id in ids else ""}
                for d in rows
            ],
        )
    ]  # fmt: skip


def hindrances(context: Context, ids: Sequence[int]) -> list[Said]:
    """Awards that run, own proposals that wait, and decisions that nobody else could approve."""
    found = []
    running = db.session.scalar(
        select(func.count(Award.id))
        .join(Application, Award.application_id == Application.id)
        .where(Application.owner_id.in_(ids), Award.state.in_(RUNNING), Award.offered_at.is_not(None))
    )
    if running:
        found.append(
            said(
                "진행 중인 지원 {n}건: 끝난 뒤 닫을 수 있습니다.",
                "Awards under way ({n}): close the account when they have ended.",
                n=running,
            )
        )
    for decision in waiting_decisions():
        call = decision.stage.call
        if decision.proposed_by_id in ids:
            found.append(
                said(
                    "제안하신 의결이 승인을 기다립니다: {call}",
                    "A decision that you proposed waits for approval: {call}",
                    call=say(call.names),
                )
            )
            continue
        able = [one for one in approvers_of(decision, context.now) if one.bar is None]
        if able and all(one.actor.person_id in ids for one in able):
            found.append(
                said(
                    "이 의결을 승인할 수 있는 다른 사람이 없습니다: {call}",
                    "Nobody else could approve this decision: {call}",
                    call=say(call.names),
                )
            )
    return found


def past_term(context: Context, limit: int) -> list[int]:
    """Applications whose last result was published longer ago than their term, and that nothing holds.

    Held: an entry still at work, and every award that was accepted (its term starts when the agreement ends) or still
    can be. What further features hold is taken off by whoever composes the job.
    """
    at_work = exists().where(
        StageEntry.application_id == Application.id, StageEntry.state.in_((EntryState.ENTERED, EntryState.IN_REVIEW))
    )
    awarded = exists().where(Award.application_id == Application.id, Award.state.not_in(GIVEN_UP))
    told = (
        select(func.max(Decision.published_at))
        .join(Outcome, Outcome.decision_id == Decision.id)
        .join(StageEntry, Outcome.entry_id == StageEntry.id)
        .where(StageEntry.application_id == Application.id, Decision.state == DecisionState.PUBLISHED)
        .correlate(Application)
        .scalar_subquery()
    )
    found_ineligible = (
        select(func.max(Screening.decided_at))
        .join(StageEntry, Screening.entry_id == StageEntry.id)
        .where(StageEntry.application_id == Application.id)
        .correlate(Application)
        .scalar_subquery()
    )
    query = select(Application.id).where(
        Application.state == ApplicationState.CLOSED, Application.erased_at.is_(None), ~at_work, ~awarded,
        func.coalesce(told, found_ineligible) <= context.now - TERMS["application"].span,
    )  # fmt: skip
    return list(db.session.scalars(query.order_by(Application.id).limit(limit)))


def erase_of_applications(application_ids: Sequence[int]) -> None:
    """What dossiers say of applications whose term is over; the commitments stay, so that their roots still come out."""
    rows = db.session.execute(
        select(Dossier, StageEntry.public_id, Application.public_id)
        .join(Outcome, Outcome.decision_id == Dossier.decision_id)
        .join(StageEntry, Outcome.entry_id == StageEntry.id)
        .join(Application, StageEntry.application_id == Application.id)
        .where(Application.id.in_(list(application_ids)))
        .order_by(Dossier.decision_id, StageEntry.id)
    )
    for dossier, entry, application in rows:
        dossier.fields = [
            (
                field.erased()
                if field.audience == application or field.path.startswith(f"outcomes.{entry}.")
                else field
            ).as_row()
            for field in fields_of(dossier.fields)
        ]
