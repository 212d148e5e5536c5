"""The office: the day, one call, its applications, one application, jobs."""

from __future__ import annotations

from math import ceil
from typing import Any

from flask import Blueprint, Response, g, request, send_file, url_for

from portal.applications.models import Application, Reference
from portal.applications.queries.references import references_of
from portal.applications.queries.submissions import content_of
from portal.audit import queries as audit
from portal.audit.service import record
from portal.desks.officer import pages, queries
from portal.desks.officer.policies import (
    minds_jobs,
    reads_office_application,
    reads_office_letter,
    works_in_office,
)
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

bp = Blueprint("desks_officer", __name__)


class Pages:
    """What the pagination macro needs; filters stay in the address."""

    def __init__(self, number: int, total: int, endpoint: str, **arguments: Any) -> None:
        self.number, self.total = number, total
        self.pages = max(1, ceil(total / queries.PAGE))
        self._endpoint, self._arguments = endpoint, {k: v for k, v in arguments.items() if v}

    def url_for(self, number: int) -> str:
        return url_for(self._endpoint, page=number, **self._arguments)


def _number() -> int:
    return max(1, request.args.get("page", 1, type=int))


def _chips(
    endpoint: str, states: dict[str, tuple[Text, str]], counts: dict[str, int], current: str, **arguments: Any
) -> list[dict[str, Any]]:
    """Filters by state with their counts; "all" first."""
    every = {"label": Text("전체", "All"), "url": url_for(endpoint, **arguments), "current": not current}
    return [every | {"count": sum(counts.values())}] + [
        {
            "label": word,
            "url": url_for(endpoint, **arguments, state=code),
            "current": current == code,
            "count": counts[code],
        }
        for code, (word, _) in states.items()
        if counts.get(code)
    ]


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
    decided = queries.decisions(found.id)
    return page(
        "desks/officer/call.html", call=found, counts=counts, states=pages.APPLICATION_STATES,
        funnel=pages.funnel(found, counts, entries, awards),
        days=pages.stage_days(found, found.stages, decided, g.now),
        todo=pages.todo([found], queries.waiting([found.id], g.now)), decisions=decided,
        history=pages.history_steps(audit.history("call", found.public_id)),
    )  # fmt: skip


@bp.get("/office/calls/<public_id>/applications")
@guard(officer_of_call)
def applications(public_id: str) -> Any:
    found = subject(Call)
    state, query, sort = (request.args.get(name, "")[:80] for name in ("state", "q", "sort"))
    rows, counts = queries.application_rows(g.actor, found, state=state, query=query, sort=sort, page=_number())
    total = counts.get(state, 0) if state in pages.APPLICATION_STATES else sum(counts.values())
    chips = _chips(
        "desks_officer.applications", pages.APPLICATION_STATES, counts, state, public_id=public_id, q=query or None
    )
    return page(
        "desks/officer/applications.html", call=found, rows=rows, total=total, chips=chips, q=query, state=state,
        states=pages.APPLICATION_STATES, entry_states=pages.ENTRY_STATES,
        stage_names={s.code: s.names for s in found.definition.stages},
        pages=Pages(
            _number(), total, "desks_officer.applications", public_id=public_id, state=state, q=query, sort=sort
        ),
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
    rows, total, counts = queries.jobs(state, _number())
    names = {s.value: word for s, word in pages.JOB_STATES.items()}
    chips = _chips("desks_officer.jobs", names, counts, state)
    return page(
        "desks/officer/jobs.html", jobs=rows, kinds=kinds, states=pages.JOB_STATES, chips=chips, state=state,
        pages=Pages(_number(), total, "desks_officer.jobs", state=state),
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
