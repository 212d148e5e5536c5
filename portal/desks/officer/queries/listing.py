"""A call's applications as the office looks for them: one filter, the same rows on the page, in a file, in letters."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import (
    BigInteger,
    BindParameter,
    ColumnElement,
    Integer,
    Select,
    Subquery,
    bindparam,
    case,
    func,
    select,
    true,
)

from portal.applications.models import Application, ApplicationState, StageEntry, Submission
from portal.awards.models import Decision, Outcome, Result
from portal.awards.queries.decisions import decision_is_published
from portal.conflicts.queries import TODAY, not_barred
from portal.conflicts.rules import today
from portal.desks.officer.queries import PAGE, content_is_open
from portal.desks.officer.queries.filter import ALL_IN, Filter
from portal.platform import clock, search
from portal.platform.context import Actor
from portal.platform.db import db
from portal.platform.visibility import ME, built_once
from portal.programs.models import Call, Stage
from portal.reviews.models import Review, ReviewState
from portal.routing.models import Assignment
from portal.routing.rules.panels import LIVE
from portal.screening.models import Screening, ScreeningState

CHUNK: Final = 500  # rows fetched at once for a file


class ApplicationRow(NamedTuple):
    """`reviews_in` of `reviews` in the latest stage; what is sealed is empty."""

    id: int
    public_id: str
    title: str
    applicant: str
    state: ApplicationState
    submitted_at: datetime | None
    requested: int
    receipt: str
    language: str
    stage: str | None
    entry_state: Any
    track: str | None
    screening: ScreeningState | None
    reviews: int
    reviews_in: int
    outcome: Result | None


_sent = case((Review.state != ReviewState.DRAFT, 1), else_=0)


Chosen = Select[int] | None
"""Applications to look at: a SELECT of ids, or (None) all of the call."""


def _of(column: Any, chosen: Chosen) -> ColumnElement[bool]:
    return true() if chosen is None else column.in_(chosen)


def _latest_entries(call_id: Id, chosen: Chosen = None) -> Subquery:
    """Of each application the last of its entries: (application_id, id)."""
    return (
        select(StageEntry.application_id, func.max(StageEntry.id).label("id"))
        .join(Stage, StageEntry.stage_id == Stage.id)
        .where(Stage.call_id == call_id, _of(StageEntry.application_id, chosen))
        .group_by(StageEntry.application_id)
        .subquery()
    )


def _latest_submissions(call_id: Id, chosen: Chosen = None) -> Subquery:
    return (
        select(Submission.application_id, func.max(Submission.id).label("id"))
        .join(Application, Submission.application_id == Application.id)
        .where(Application.call_id == call_id, _of(Application.id, chosen))
        .group_by(Submission.application_id)
        .subquery()
    )


def _latest_outcomes(call_id: Id, chosen: Chosen = None) -> Subquery:
    """Of published decisions alone: what is only proposed is nobody's to filter by."""
    return (
        select(StageEntry.application_id, func.max(Outcome.id).label("id"))
        .join(Outcome, Outcome.entry_id == StageEntry.id)
        .join(Decision, Outcome.decision_id == Decision.id)
        .join(Stage, Decision.stage_id == Stage.id)
        .where(Stage.call_id == call_id, decision_is_published(), _of(StageEntry.application_id, chosen))
        .group_by(StageEntry.application_id)
        .subquery()
    )


def _progress(call_id: Id, chosen: Chosen = None) -> Subquery:
    """Reviews asked for and in, of each entry of the call."""
    return (
        select(Assignment.entry_id, func.count(Assignment.id).label("asked"), func.sum(_sent).label("sent"))
        .join(StageEntry, Assignment.entry_id == StageEntry.id)
        .join(Stage, StageEntry.stage_id == Stage.id)
        .outerjoin(Review, Review.assignment_id == Assignment.id)
        .where(Stage.call_id == call_id, Assignment.state.in_(LIVE), _of(StageEntry.application_id, chosen))
        .group_by(Assignment.entry_id)
        .subquery()
    )


Id = int | BindParameter[int]
CALL: Final[BindParameter[int]] = bindparam("call", type_=BigInteger())


def matching(actor: Actor, call: Call, wanted: Filter, only: Sequence[str] | None = None) -> Select[int]:
    """Ids of the applications found (of those named in `only`), as far as this officer may know of them."""
    found = select(Application.id).where(Application.call_id == call.id, not_barred(actor.same_as, Application.id))
    if wanted.reads_content or only is not None:
        found = found.where(content_is_open())
    if only is not None:
        found = found.where(Application.public_id.in_(list(only)))
    if wanted.state:
        found = found.where(Application.state == ApplicationState(wanted.state))
    if wanted.language:
        found = found.where(Application.language == wanted.language)
    if wanted.of_entry:
        found = found.where(Application.id.in_(_entries(call, wanted)))
    if wanted.outcome:
        latest = _latest_outcomes(call.id)
        decided = select(latest.c.application_id).join(Outcome, Outcome.id == latest.c.id)
        found = found.where(Application.id.in_(decided.where(Outcome.result == Result(wanted.outcome))))
    words = search.matches("application", Application.id, wanted.q)  # type: ignore[arg-type]
    return found if words is None else found.where(words)


def _of_state(by_state: bool) -> Select[int]:
    """The same for those who ask for a state or for nothing, in bound parameters: what is asked most often."""
    found = select(Application.id).where(Application.call_id == CALL, not_barred(ME, Application.id, TODAY))
    return found.where(Application.state == bindparam("state")) if by_state else found


def _asked(actor: Actor, call: Call, wanted: Filter) -> dict[str, Any]:
    asked = {"call": call.id, "me": list(actor.same_as), "today": today(clock.now())}
    return asked | ({"state": ApplicationState(wanted.state)} if wanted.state else {})


def _entries(call: Call, wanted: Filter) -> Select[int]:
    """Applications whose latest entry is as it is wanted."""
    latest = _latest_entries(call.id)
    found = select(StageEntry.application_id).join(latest, latest.c.id == StageEntry.id)
    if wanted.stage:
        found = found.join(Stage, StageEntry.stage_id == Stage.id).where(Stage.code == wanted.stage)
    if wanted.track:
        found = found.where(StageEntry.track == wanted.track)
    if wanted.screening:
        found = found.join(Screening, Screening.entry_id == StageEntry.id).where(
            Screening.state == ScreeningState(wanted.screening)
        )
    if wanted.reviews:
        progress = _progress(call.id)
        complete = (
            progress.c.sent == progress.c.asked if wanted.reviews == ALL_IN else progress.c.sent < progress.c.asked
        )
        found = found.join(progress, progress.c.entry_id == StageEntry.id).where(complete)
    return found


def count(found: Select[int]) -> int:
    return db.session.scalar(select(func.count()).select_from(found.subquery())) or 0


def state_counts(actor: Actor, call: Call, wanted: Filter) -> dict[str, int]:
    """By state, of what is found whatever its state."""
    wanted = wanted.without("state")
    if wanted.reads_content:
        rows = db.session.execute(_by_state(matching(actor, call, wanted)))
    else:
        rows = db.session.execute(_counts(), _asked(actor, call, wanted))
    return {state.value: n for state, n in rows}


def _by_state(found: Select[int]) -> Select[ApplicationState, int]:
    return found.with_only_columns(Application.state, func.count()).group_by(Application.state)


@built_once
def _counts() -> Select[ApplicationState, int]:
    return _by_state(_of_state(False))


def _open(column: Any, sealed: Any) -> ColumnElement[Any]:
    return case((content_is_open(), column), else_=sealed)


def _missing(progress: Subquery) -> ColumnElement[Any]:
    missing: ColumnElement[Any] = progress.c.asked - progress.c.sent
    return missing


def _order(sort: str, progress: Subquery) -> list[Any]:
    """What is sealed or not there stands last either way; the id settles ties."""
    columns: dict[str, ColumnElement[Any]] = {
        "title": _open(Application.title, None), "applicant": _open(Application.applicant, None),
        "submitted": Submission.submitted_at.expression, "requested": _open(Submission.requested_total, None),
        "reviews": _missing(progress),
    }  # fmt: skip
    column = columns.get(sort.removeprefix("-"))
    if column is None:
        return [Application.id]
    return [column.is_(None), column.desc() if sort.startswith("-") else column, Application.id]


def _in_order(call_id: Id, found: Select[int], sort: str) -> Select[int]:
    """Joins what the order needs and nothing else."""
    progress, name = _progress(call_id), sort.removeprefix("-")
    if name in ("submitted", "requested"):
        submitted = _latest_submissions(call_id)
        found = found.outerjoin(submitted, submitted.c.application_id == Application.id).outerjoin(
            Submission, Submission.id == submitted.c.id
        )
    if name == "reviews":
        entered = _latest_entries(call_id)
        found = found.outerjoin(entered, entered.c.application_id == Application.id).outerjoin(
            progress, progress.c.entry_id == entered.c.id
        )
    return found.order_by(*_order(sort, progress))


def _rows(call_id: Id, chosen: Select[int], sort: str) -> Select[Any]:
    progress, entered = _progress(call_id, chosen), _latest_entries(call_id, chosen)
    submitted, decided = _latest_submissions(call_id, chosen), _latest_outcomes(call_id, chosen)
    return (
        select(
            Application.id, Application.public_id, _open(Application.title, ""), _open(Application.applicant, ""),
            Application.state, Submission.submitted_at, _open(Submission.requested_total, 0),
            _open(Submission.receipt, ""), _open(Application.language, ""), Stage.code, StageEntry.state,
            StageEntry.track, Screening.state, func.coalesce(progress.c.asked, 0), func.coalesce(progress.c.sent, 0),
            Outcome.result,
        )
        .where(Application.id.in_(chosen))
        .outerjoin(submitted, submitted.c.application_id == Application.id)
        .outerjoin(Submission, Submission.id == submitted.c.id)
        .outerjoin(entered, entered.c.application_id == Application.id)
        .outerjoin(StageEntry, StageEntry.id == entered.c.id)
        .outerjoin(Stage, Stage.id == StageEntry.stage_id)
        .outerjoin(Screening, Screening.entry_id == StageEntry.id)
        .outerjoin(progress, progress.c.entry_id == StageEntry.id)
        .outerjoin(decided, decided.c.application_id == Application.id)
        .outerjoin(Outcome, Outcome.id == decided.c.id)
        .order_by(*_order(sort, progress))
    )  # fmt: skip


def _page(call_id: Id, found: Select[int], sort: str) -> Select[Any]:
    """First which fifty, then what stands in them: the rest of a large call is not looked at. One query."""
    ids = _in_order(call_id, found, sort).limit(PAGE).offset(bindparam("first", type_=Integer())).cte("of_page")
    return _rows(call_id, select(ids.c.id), sort)


@built_once
def _page_of_state(by_state: bool, sort: str) -> Select[Any]:
    return _page(CALL, _of_state(by_state), sort)


def page_of(actor: Actor, call: Call, wanted: Filter, number: int) -> list[ApplicationRow]:
    first: dict[str, Any] = {"first": (number - 1) * PAGE}
    if wanted.reads_content:
        rows = db.session.execute(_page(call.id, matching(actor, call, wanted), wanted.sort), first)
    else:
        statement = _page_of_state(bool(wanted.state), wanted.sort)
        rows = db.session.execute(statement, first | _asked(actor, call, wanted))
    return [ApplicationRow(*row) for row in rows]


def every_row(call: Call, found: Select[int], sort: str) -> Iterator[ApplicationRow]:
    """All of them in one query, fetched by and by."""
    rows = db.session.execute(_rows(call.id, found, sort).execution_options(yield_per=CHUNK))
    return (ApplicationRow(*row) for row in rows)
