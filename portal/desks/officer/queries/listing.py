"""A call's applications as the office looks for them: one filter, the same rows on the page, in a file, in letters."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any, Final, NamedTuple
from urllib.parse import urlencode

from sqlalchemy import ColumnElement, Select, Subquery, case, func, select, true

from portal.applications.models import Application, ApplicationState, StageEntry, Submission
from portal.awards.models import Decision, Outcome, Result
from portal.awards.queries.decisions import decision_is_published
from portal.conflicts.queries import not_barred
from portal.desks.officer.queries import PAGE, content_is_open
from portal.platform import search
from portal.platform.context import Actor
from portal.platform.db import db
from portal.programs.models import Call, Stage
from portal.reviews.models import Review, ReviewState
from portal.routing.models import Assignment
from portal.routing.rules.panels import LIVE
from portal.screening.models import Screening, ScreeningState

ALL_IN, SOME_MISSING = "in", "missing"
CHUNK: Final = 500  # rows fetched at once for a file


@dataclass(frozen=True)
class Filter:
    """What is looked for: codes, empty where anything will do. `stage` and what follows mean the latest stage entered;
    `outcome` the latest that was published; `sort` a column, with a minus for the other way round."""

    state: str = ""
    stage: str = ""
    track: str = ""
    screening: str = ""
    reviews: str = ""
    outcome: str = ""
    language: str = ""
    q: str = ""
    sort: str = ""

    @classmethod
    def of(cls, call: Call, asked: dict[str, str]) -> Filter:
        """From an address: what the call does not know is not asked for."""
        known: dict[str, set[str]] = {
            "state": {s.value for s in ApplicationState},
            "stage": {stage.code for stage in call.definition.stages},
            "track": {track.code for track in call.definition.tracks},
            "screening": {s.value for s in ScreeningState},
            "reviews": {ALL_IN, SOME_MISSING},
            "outcome": {r.value for r in Result},
            "language": {"ko", "en"},
            "sort": set(SORTS) | {f"-{name}" for name in SORTS},
        }
        chosen = {name: value for name, value in asked.items() if value in known.get(name, ())}
        return cls(**chosen, q=" ".join(asked.get("q", "").split())[:80])

    @property
    def arguments(self) -> dict[str, Any]:
        """For an address: what is asked for, in one order."""
        return {field.name: value for field in fields(self) if (value := getattr(self, field.name))}

    @property
    def query(self) -> str:
        return urlencode(self.arguments)

    def without(self, *names: str) -> Filter:
        return replace(self, **dict.fromkeys(names, ""))

    @property
    def narrows(self) -> bool:
        return any(getattr(self, field.name) for field in fields(self) if field.name != "sort")

    @property
    def reads_content(self) -> bool:
        """Asks for more than number and state, which is all that is told before the close."""
        return self.without("state", "sort").narrows

    @property
    def of_entry(self) -> bool:
        return bool(self.stage or self.track or self.screening or self.reviews)


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


def _latest_entries(call_id: int, chosen: Chosen = None) -> Subquery:
    """Of each application the last of its entries: (application_id, id)."""
    return (
        select(StageEntry.application_id, func.max(StageEntry.id).label("id"))
        .join(Stage, StageEntry.stage_id == Stage.id)
        .where(Stage.call_id == call_id, _of(StageEntry.application_id, chosen))
        .group_by(StageEntry.application_id)
        .subquery()
    )


def _latest_submissions(call_id: int, chosen: Chosen = None) -> Subquery:
    return (
        select(Submission.application_id, func.max(Submission.id).label("id"))
        .join(Application, Submission.application_id == Application.id)
        .where(Application.call_id == call_id, _of(Application.id, chosen))
        .group_by(Submission.application_id)
        .subquery()
    )


def _latest_outcomes(call_id: int, chosen: Chosen = None) -> Subquery:
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


def _progress(call_id: int, chosen: Chosen = None) -> Subquery:
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
    found = matching(actor, call, wanted.without("state"))
    rows = db.session.execute(found.with_only_columns(Application.state, func.count()).group_by(Application.state))
    return {state.value: n for state, n in rows}


def _open(column: Any, sealed: Any) -> ColumnElement[Any]:
    return case((content_is_open(), column), else_=sealed)


def _missing(progress: Subquery) -> ColumnElement[Any]:
    missing: ColumnElement[Any] = progress.c.asked - progress.c.sent
    return missing


SORTS: Final = ("title", "applicant", "submitted", "requested", "reviews")


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


def _in_order(call: Call, found: Select[int], sort: str) -> Select[int]:
    """Joins what the order needs and nothing else."""
    progress, name = _progress(call.id), sort.removeprefix("-")
    if name in ("submitted", "requested"):
        submitted = _latest_submissions(call.id)
        found = found.outerjoin(submitted, submitted.c.application_id == Application.id).outerjoin(
            Submission, Submission.id == submitted.c.id
        )
    if name == "reviews":
        entered = _latest_entries(call.id)
        found = found.outerjoin(entered, entered.c.application_id == Application.id).outerjoin(
            progress, progress.c.entry_id == entered.c.id
        )
    return found.order_by(*_order(sort, progress))


def _rows(call: Call, chosen: Select[int], sort: str) -> Select[Any]:
    progress, entered = _progress(call.id, chosen), _latest_entries(call.id, chosen)
    submitted, decided = _latest_submissions(call.id, chosen), _latest_outcomes(call.id, chosen)
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


def page_of(call: Call, found: Select[int], sort: str, number: int) -> list[ApplicationRow]:
    """First which fifty, then what stands in them: the rest of a large call is not looked at. One query."""
    ids = _in_order(call, found, sort).limit(PAGE).offset((number - 1) * PAGE).cte("of_page")
    return [ApplicationRow(*row) for row in db.session.execute(_rows(call, select(ids.c.id), sort))]


def every_row(call: Call, found: Select[int], sort: str) -> Iterator[ApplicationRow]:
    """All of them in one query, fetched by and by."""
    rows = db.session.execute(_rows(call, found, sort).execution_options(yield_per=CHUNK))
    return (ApplicationRow(*row) for row in rows)
