"""The office: the day, one call, one application, jobs."""

from __future__ import annotations

from typing import Any

from flask import Response, g, request, send_file, url_for

from portal.applications.models import Application, Reference
from portal.applications.queries.references import references_of
from portal.applications.queries.submissions import content_of
from portal.audit import queries as audit
from portal.audit.service import record
from portal.desks.officer import pages, queries
from portal.desks.officer.pages import overview
from portal.desks.officer.pages.paging import Pages, chips, number
from portal.desks.officer.policies import (
    minds_jobs,
    reads_office_application,
    reads_office_letter,
    works_in_office,
)
from portal.desks.officer.queries.overview import standing
from portal.desks.officer.routes.blueprint import bp
from portal.platform import files, storage
from portal.platform import jobs as platform_jobs
from portal.platform.access import guard, subject
from portal.platform.context import Context
from portal.platform.errors import NotFound
from portal.platform.jobs import JobState, kinds
from portal.platform.language import Text
from portal.platform.web import ActionForm, page, perform
from portal.programs import queries as programs
from portal.programs.models import Call
from portal.programs.policies import officer_of_call


@bp.get("/office")
@guard(works_in_office)
def office() -> Any:
    calls = programs.office_calls(g.actor)
    ids = [call.id for call in calls]
    standing_in = queries.standing_in(g.actor, g.now)
    counts, entries, awards = queries.application_counts(ids), queries.entry_counts(ids), queries.award_counts(ids)
    return page(
        "desks/officer/office.html",
        todo=pages.todo(calls, queries.waiting(ids, g.now), standing_in),
        standing_in=standing_in,
        lanes=[pages.lane(c, counts.get(c.id, {}), entries, awards.get(c.id, 0)) for c in calls],
        deadlines=[c for c in calls if c.state == "open"],
    )


@bp.get("/office/calls/<public_id>")
@guard(officer_of_call)
def call(public_id: str) -> Any:
    found = subject(Call)
    counts = queries.application_counts([found.id]).get(found.id, {})
    entries = queries.entry_counts([found.id])
    awards = queries.award_counts([found.id]).get(found.id, 0)
    days = overview.stage_days(found, g.now)
    return page(
        "desks/officer/call.html", call=found, counts=counts, states=pages.APPLICATION_STATES,
        funnel=pages.funnel(found, counts, entries, awards), days=days, bars=overview.bars(days),
        dates=overview.next_dates(found, g.now), zone=found.definition.time_zone,
        todo=pages.todo([found], queries.waiting([found.id], g.now))
        + overview.others(found, standing(g.actor, found, g.now)),
        history=pages.history_steps(audit.history("call", found.public_id)),
    )  # fmt: skip


@bp.get("/office/applications/<public_id>")
@guard(reads_office_application)
def application(public_id: str) -> Any:
    found = subject(Application)
    entries = queries.entries_of(found.id)
    return page(
        "desks/officer/application.html", application=found, call=found.call, entries=entries,
        content=content_of(entries[-1].submission) if entries else None, definition=found.call.definition,
        entry_states=pages.ENTRY_STATES, history=pages.history_steps(audit.history("application", found.public_id)),
        may_work=g.actor.has("officer", *found.call.scopes) or g.actor.has("administrator", *found.call.scopes),
        references=pages.reference_rows(references_of(found)),
    )  # fmt: skip


@bp.get("/office/applications/<public_id>/references/<reference_id>")
@guard(reads_office_letter)
def letter(public_id: str, reference_id: str) -> Response:
    """A referee's letter as it was handed in."""
    found = subject(Reference)
    response = send_file(
        storage.open(found.sha256 or ""), mimetype=files.KINDS["pdf"].media_type, as_attachment=True,
        download_name=found.filename, etag=False, conditional=False,
    )  # fmt: skip
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["Cache-Control"] = "private, no-store"
    return response


@bp.get("/office/jobs")
@guard(minds_jobs)
def jobs() -> Any:
    state = request.args.get("state", "")
    rows, total, counts = queries.jobs(state, number())
    names = {s.value: word for s, word in pages.JOB_STATES.items()}
    shown = chips("desks_officer.jobs", names, counts, state)
    return page(
        "desks/officer/jobs.html", jobs=rows, kinds=kinds, states=pages.JOB_STATES, chips=shown, state=state,
        pages=Pages(number(), total, "desks_officer.jobs", state=state),
        may_retry=g.actor.holds("officer") or g.actor.holds("administrator"),
    )  # fmt: skip


@bp.post("/office/jobs/<int:job_id>/retry")
@guard(works_in_office)
def retry(job_id: int) -> Any:
    """Start a parked job anew."""
    form = ActionForm()

    def act(context: Context) -> str:
        job = queries.job(job_id)
        if job is None or job.state is not JobState.PARKED:
            raise NotFound
        platform_jobs.retry(job, context.now)
        record(context, "JobRetried", "job", job.id, kind=job.kind)
        return url_for("desks_officer.jobs")

    done = perform(form, act, Text("작업을 다시 시작했습니다.", "The job starts anew."))
    return done if done is not None else page("errors/404.html", status=404)
