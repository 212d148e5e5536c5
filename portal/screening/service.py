"""Screen, decide, score the point sheet, open the review. The machine never decides against anybody."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import select, update

from portal.applications.models import EntryState, Reopening, StageEntry
from portal.applications.queries.reopenings import live
from portal.applications.queries.submissions import application_by_id, content_of
from portal.applications.service.close import move_entry
from portal.applications.service.reopening import ask_to_complete as reopen
from portal.applications.service.reopening import take_back
from portal.audit import service as audit
from portal.conflicts.errors import OwnConflict
from portal.conflicts.queries import bars_of
from portal.conflicts.rules import today
from portal.platform.context import Context
from portal.platform.db import db
from portal.platform.jobs import enqueue
from portal.programs.definition import CallDefinition
from portal.programs.models import Stage
from portal.screening import queries, rules
from portal.screening.errors import AlreadyDecided, NothingAsked, NothingChosen, ReasonTooShort, StillWaiting
from portal.screening.jobs import INELIGIBLE, STAGE_SCREENED
from portal.screening.models import Finding, FindingResult, PointSheet, Screening, ScreeningState
from portal.screening.rules.checks import eligible as all_pass

LEAST_REASON = 10


def facts_of(entry: StageEntry, definition: CallDefinition) -> rules.Facts:
    """What the rules need to know beyond the submission."""
    application = entry.application
    return rules.Facts(
        deadline_day=today(application.deadline, definition.time_zone),
        sanctions=tuple(
            rules.SanctionFact(place, name, role, s.ground, s.since, s.until)
            for s, place, name, role in queries.sanctions_of(application.id)
        ),
        others_of_lead=tuple(queries.others_of_lead(application)),
        others_of_pi=tuple(queries.others_of_pi(application)),
        members_elsewhere=tuple(queries.members_elsewhere(application)) if definition.members.one_each else (),
        stage=entry.stage.code,
    )


def findings_today(context: Context, entry: StageEntry) -> list[str]:
    """Codes of the rules that the entry fails if they are asked again now, restrictions as they stand today."""
    definition = entry.stage.call.definition
    facts = replace(facts_of(entry, definition), deadline_day=today(context.now, definition.time_zone))
    found = rules.screen(content_of(entry.submission), definition, facts)
    return [finding.rule for finding in found if finding.result is FindingResult.FAIL]


def screen(context: Context, entry_id: int) -> Screening:
    """Run the call's rules over one entry. Eligible goes on; anything else waits for an officer.

    Once per submission: what was completed meanwhile is screened anew, unless somebody has decided already.
    """
    entry = db.session.scalars(select(StageEntry).where(StageEntry.id == entry_id).with_for_update()).one()
    known = queries.of_entry(entry_id)
    if known is not None and (known.submission_id == entry.submission_id or known.state is not ScreeningState.WAITING):
        return known
    call = entry.stage.call
    found = rules.screen(content_of(entry.submission), call.definition, facts_of(entry, call.definition))
    clean = all_pass(found)
    made = known or Screening(public_id=context.ids.public_id(), entry_id=entry_id)
    made.submission_id, made.rules_hash, made.screened_at = entry.submission_id, call.content_hash, context.now
    made.state = ScreeningState.ELIGIBLE if clean else ScreeningState.WAITING
    made.decided_at = context.now if clean else None
    if known is not None:
        known.findings.clear()
        db.session.flush()
    made.findings = [
        Finding(position=n, rule=f.rule, result=f.result, evidence=f.evidence) for n, f in enumerate(found)
    ]
    db.session.add(made)
    db.session.flush()
    audit.record(
        context, "EntryScreened", "screening", made.public_id,
        entry=entry.public_id, submission=entry.submission.sha256, rules=call.content_hash, state=made.state.value,
        findings={f.rule: f.result.value for f in found},
    )  # fmt: skip
    if clean and entry.state is EntryState.ENTERED:
        move_entry(context, entry_id, EntryState.IN_REVIEW)
    _tell_when_done(context, entry.stage)
    return made


def decide(context: Context, screening_id: int, eligible: bool, reason: str) -> Screening:
    """An officer's finding, with the reason that the applicant is told; final for this entry."""
    screening = _undecided(context, screening_id)
    entry = screening.entry
    if len(reason.strip()) < LEAST_REASON:
        raise ReasonTooShort("reason", least=LEAST_REASON)
    for running in live(entry.application_id, context.now):
        take_back(context, running.id)
    screening.state = ScreeningState.ELIGIBLE if eligible else ScreeningState.INELIGIBLE
    screening.decided_at, screening.decided_by_id = context.now, context.actor.person_id
    screening.reason = reason.strip()
    audit.record(
        context, "ScreeningDecided", "screening", screening.public_id,
        entry=entry.public_id, state=screening.state.value, reason=screening.reason,
    )  # fmt: skip
    move_entry(context, entry.id, EntryState.IN_REVIEW if eligible else EntryState.NOT_ADVANCED)
    if not eligible:
        enqueue(INELIGIBLE, {"screening_id": screening.id}, key=str(screening.id), now=context.now)
    _tell_when_done(context, entry.stage)
    return screening


def decide_together(context: Context, screening_ids: Sequence[int], eligible: bool, reason: str) -> int:
    """One decision with one reason on several screenings, all of them or, at the first refusal, none; how many.

    Raises NothingChosen and what `decide` raises.
    """
    if not screening_ids:
        raise NothingChosen("screenings")
    for screening_id in sorted(set(screening_ids)):
        decide(context, screening_id, eligible, reason)
    return len(set(screening_ids))


def ask_to_complete(
    context: Context, screening_id: int, places: Sequence[str], message: str, due_at: datetime
) -> Reopening:
    """Ask the applicant to complete what the screening found, before deciding.

    Raises OwnConflict, AlreadyDecided, ReasonTooShort (no message), and what reopening raises.
    """
    screening = _undecided(context, screening_id)
    if len(message.strip()) < LEAST_REASON:
        raise ReasonTooShort("message", least=LEAST_REASON)
    return reopen(context, screening.entry, places, message, due_at)


def take_request_back(context: Context, screening_id: int) -> Reopening:
    """End the request that runs. Raises OwnConflict, AlreadyDecided, NothingAsked."""
    screening = _undecided(context, screening_id)
    running = live(screening.entry.application_id, context.now)
    if not running:
        raise NothingAsked
    return take_back(context, running[0].id)


def _undecided(context: Context, screening_id: int) -> Screening:
    screening = db.session.scalars(select(Screening).where(Screening.id == screening_id).with_for_update()).one()
    entry = screening.entry
    if context.actor.person_id is not None and bars_of(
        context.actor.person_id, entry.application_id, today(context.now)
    ):
        raise OwnConflict
    if screening.state is not ScreeningState.WAITING or entry.state is not EntryState.ENTERED:
        raise AlreadyDecided
    return screening


def _tell_when_done(context: Context, stage: Stage) -> None:
    """The stage is screened when nothing waits and nobody can still enter."""
    db.session.flush()
    if queries.waiting_count(stage.id) or (stage.position == _first_position(stage) and _late_ones(context, stage)):
        return
    enqueue(STAGE_SCREENED, {"stage_id": stage.id}, key=f"{stage.id}", now=context.now)


def _first_position(stage: Stage) -> int:
    return min(s.position for s in stage.call.stages)


def _late_ones(context: Context, stage: Stage) -> int:
    return queries.still_to_enter(stage.call_id, context.now)


def look_again(context: Context, application_id: int) -> None:
    """An application's own later deadline has passed and it did not enter: the first stage may be whole without it."""
    stages = application_by_id(application_id).call.stages
    if stages[0].opened_at is not None:
        _tell_when_done(context, stages[0])


def open_review(context: Context, stage_id: int) -> Stage:
    """An officer lets the review begin with the eligible entries, before the last one is decided."""
    stage = db.session.get_one(Stage, stage_id)
    waiting = queries.waiting_count(stage_id)
    in_review = db.session.scalars(
        select(StageEntry.id).where(StageEntry.stage_id == stage_id, StageEntry.state == EntryState.IN_REVIEW).limit(1)
    ).first()
    if in_review is None:
        raise StillWaiting(count=waiting)
    late = _late_ones(context, stage) if stage.position == _first_position(stage) else 0
    audit.record(context, "ReviewOpenedEarly", "stage", stage.public_id, waiting=waiting, still_to_enter=late)
    enqueue(STAGE_SCREENED, {"stage_id": stage_id}, key=f"{stage_id}:early", now=context.now)
    return stage


def score_points(context: Context, entry_id: int) -> PointSheet | None:
    """Fill the published point sheet from structured facts; None without one and for a report. Advisory."""
    entry = db.session.get_one(StageEntry, entry_id)
    definition = entry.stage.call.definition
    if not definition.point_sheet or definition.judges_report(entry.stage.code):
        return None
    lines = rules.points(content_of(entry.submission), definition)
    sheet = queries.point_sheet(entry_id) or PointSheet(entry_id=entry_id, items=[], points=0, of=0)
    sheet.items = [line.as_row() for line in lines]
    sheet.points, sheet.of = sum(line.points for line in lines), sum(line.of for line in lines)
    sheet.scored_at = context.now
    db.session.add(sheet)
    return sheet


def erase_of_applications(application_ids: Sequence[int]) -> None:
    """Reasons and evidence of applications whose term is over; the findings' results stay."""
    of = select(Screening.id).join(StageEntry, Screening.entry_id == StageEntry.id)
    found = list(db.session.scalars(of.where(StageEntry.application_id.in_(list(application_ids)))))
    db.session.execute(update(Screening).where(Screening.id.in_(found)).values(reason=None))
    db.session.execute(update(Finding).where(Finding.screening_id.in_(found)).values(evidence=[]))
