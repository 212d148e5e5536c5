"""What one reviewer has: assignments, reviews, the files of an application they may read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy import BindParameter, ColumnElement, Select, and_, bindparam, func, select, true
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from portal.applications.models import Application, Attachment, EntryState, Reference, StageEntry
from portal.applications.queries.references import letters_of
from portal.applications.queries.submissions import content_of
from portal.conflicts.queries import TODAY, not_barred
from portal.conflicts.rules import today
from portal.platform import clock
from portal.platform.context import Actor
from portal.platform.db import db
from portal.platform.visibility import ME, built_once, clause
from portal.programs.models import Call, Program, Stage
from portal.programs.queries import call_in_scope
from portal.reviews.models import Review, ReviewState, Score
from portal.routing.models import Assignment, AssignmentState, Panel
from portal.routing.queries.panels import identities
from portal.routing.rules.panels import LIVE

IN_STAGE = (EntryState.ENTERED, EntryState.IN_REVIEW)
IDS: Final[BindParameter[int]] = bindparam("ids", expanding=True)


def _me(actor: Actor | None) -> Iterable[int] | BindParameter[int]:
    return ME if actor is None else identities(actor)


@clause
def assigned_to(actor: Actor | None) -> ColumnElement[bool]:
    """Assigned and declared free of conflict. None: to whoever is ME."""
    return and_(Assignment.person_id.in_(_me(actor)), Assignment.state == AssignmentState.ACCEPTED)


@clause
def offered_to(actor: Actor | None) -> ColumnElement[bool]:
    """Assigned, whether or not the declaration is answered: enough to be sent to the declaration, to read nothing."""
    return and_(Assignment.person_id.in_(_me(actor)), Assignment.state.in_(LIVE))


@clause
def stage_undecided() -> ColumnElement[bool]:
    """Access ends with the stage, and with the entry's place in it."""
    return and_(Stage.decided_at.is_(None), StageEntry.state.in_(IN_STAGE))


@built_once
def _one(whose: Callable[[None], ColumnElement[bool]]) -> Select[Assignment]:
    return (
        select(Assignment)
        .join(StageEntry, Assignment.entry_id == StageEntry.id)
        .join(Stage, StageEntry.stage_id == Stage.id)
        .join(Application, StageEntry.application_id == Application.id)
        .where(
            Assignment.public_id == bindparam("public_id"),
            stage_undecided(),
            not_barred(ME, StageEntry.application_id, TODAY),
            whose(None),
        )
        .options(
            contains_eager(Assignment.entry).options(
                contains_eager(StageEntry.stage),
                contains_eager(StageEntry.application),
                joinedload(StageEntry.submission),
            )
        )
    )


def _asked(actor: Actor, public_id: str) -> dict[str, object]:
    return {"public_id": public_id, "me": list(identities(actor)), "today": today(clock.now())}


def my_assignment(actor: Actor, public_id: str, **_: object) -> Assignment | None:
    """One assignment of this reviewer whose application they may read, conflicts joined in."""
    return db.session.scalars(_one(assigned_to), _asked(actor, public_id)).one_or_none()


def my_open_assignment(actor: Actor, public_id: str) -> Assignment | None:
    """The same, or one whose declaration is still to be answered (the page then sends there)."""
    return db.session.scalars(_one(offered_to), _asked(actor, public_id)).one_or_none()


# --- for the verbs: what is changed is locked first, and read once it is held ---

_HELD: Final = select(Assignment).where(Assignment.id.in_(IDS)).order_by(Assignment.id).with_for_update(of=Assignment)
_HELD_WITH_STAGES: Final = (
    select(Assignment, Stage)
    .join(StageEntry, Assignment.entry_id == StageEntry.id)
    .join(Stage, StageEntry.stage_id == Stage.id)
    .where(Assignment.id.in_(IDS))
    .order_by(Stage.id, Assignment.id)
    .with_for_update(of=(Stage, Assignment))  # in this order
)


def held(assignment_id: int) -> Assignment | None:
    return db.session.scalars(_HELD, {"ids": [assignment_id]}).one_or_none()


def held_with_stages(assignment_ids: Iterable[int]) -> list[tuple[Assignment, Stage]]:
    """Locks the stages before the assignments: submitting and closing a stage's review wait for each other."""
    rows = db.session.execute(_HELD_WITH_STAGES, {"ids": sorted(set(assignment_ids))})
    return [(assignment, stage) for assignment, stage in rows]


@built_once
def _reviewed() -> Select[int, StageEntry, Review, bool]:
    return (
        select(Assignment.id, StageEntry, Review, not_barred(ME, StageEntry.application_id, TODAY))
        .join(StageEntry, Assignment.entry_id == StageEntry.id)
        .outerjoin(Review, Review.assignment_id == Assignment.id)
        .outerjoin(Score, Score.review_id == Review.id)
        .where(Assignment.id.in_(IDS))
        .options(contains_eager(Review.scores))
        .order_by(Assignment.id, Score.id)
    )


@dataclass(frozen=True)
class Reviewed:
    entry: StageEntry
    review: Review | None
    barred: bool  # a conflict stands between the reviewer and the application


def reviewed(actor: Actor, assignment_ids: Iterable[int], day: date) -> dict[int, Reviewed]:
    """Of assignments of this reviewer, by their ids: entry, review and scores as they stand now, in one query."""
    asked = {"ids": list(assignment_ids), "me": list(identities(actor)), "today": day}
    rows = db.session.execute(_reviewed(), asked).unique()
    return {id_: Reviewed(entry, review, not free) for id_, entry, review, free in rows}


def _of_panel(actor: Actor) -> Select[Assignment]:
    return (
        select(Assignment)
        .join(StageEntry, Assignment.entry_id == StageEntry.id)
        .join(Stage, StageEntry.stage_id == Stage.id)
        .join(Application, StageEntry.application_id == Application.id)
        .where(assigned_to(actor), stage_undecided(), not_barred(identities(actor), StageEntry.application_id))
    )


def my_panel(actor: Actor, public_id: str) -> Panel | None:
    """A panel on which this reviewer reads at least one application now."""
    mine = _of_panel(actor).where(Assignment.panel_id == Panel.id).exists()
    return db.session.scalars(
        select(Panel).where(Panel.public_id == public_id, mine).options(joinedload(Panel.stage))
    ).one_or_none()


def batch_size(actor: Actor, panel_id: int) -> int:
    query = _of_panel(actor).where(Assignment.panel_id == panel_id).with_only_columns(func.count(Assignment.id))
    return db.session.scalar(query) or 0


def batch(
    actor: Actor, panel_id: int, limit: int | None = None, offset: int = 0
) -> list[tuple[Assignment, Review | None]]:
    """The reviewer's applications of one panel with their reviews, in the order of their assignment.

    Two queries whatever their number.
    """
    rows = db.session.execute(
        _of_panel(actor)
        .add_columns(Review)
        .outerjoin(Review, Review.assignment_id == Assignment.id)
        .where(Assignment.panel_id == panel_id)
        .options(
            contains_eager(Assignment.entry).options(
                contains_eager(StageEntry.stage),
                contains_eager(StageEntry.application),
                joinedload(StageEntry.submission),
            ),
            selectinload(Review.scores),
        )
        .order_by(Assignment.id)
        .limit(limit)
        .offset(offset)
    ).all()
    return [(assignment, review) for assignment, review in rows]


_REVIEW: Final = (
    select(Review)
    .where(Review.assignment_id == bindparam("assignment"))
    .outerjoin(Score, Score.review_id == Review.id)
    .options(contains_eager(Review.scores))
    .order_by(Score.id)
)


def review_of(assignment_id: int) -> Review | None:
    """With its scores, in one query."""
    return db.session.scalars(_REVIEW, {"assignment": assignment_id}).unique().one_or_none()


def documents_of(entry: StageEntry) -> Sequence[Attachment]:
    """The files that were handed in with the entry's submission, in its order; never a later upload."""
    frozen = {a["id"]: a["sha256"] for a in content_of(entry.submission)["attachments"]}
    rows = db.session.scalars(
        select(Attachment)
        .where(Attachment.application_id == entry.application_id, Attachment.public_id.in_(list(frozen)))
        .order_by(Attachment.id)
    )
    found = {row.public_id: row for row in rows if row.sha256 == frozen[row.public_id]}
    return [found[id_] for id_ in frozen if id_ in found]


def letters_for(entry: StageEntry) -> Sequence[Reference]:
    """The referees' letters beside an application; the report of a gate is judged without them."""
    return letters_of(entry.application_id) if has_letters(entry) else []


def has_letters(entry: StageEntry) -> bool:
    definition = entry.stage.call.definition
    return definition.references is not None and not definition.judges_report(entry.stage.code)


@dataclass(frozen=True)
class DeskRow:
    """One line of a reviewer's desk."""

    assignment: Assignment
    stage: Stage
    application: Application | None  # None until the declaration is answered
    review: Review | None

    @property
    def done(self) -> bool:
        return self.review is not None and self.review.state is not ReviewState.DRAFT

    @property
    def total(self) -> int | None:
        if self.review is None or not any(s.points is not None for s in self.review.scores):
            return None
        return sum(s.points or 0 for s in self.review.scores)


def desk(actor: Actor, panel: str = "") -> list[DeskRow]:
    """Everything assigned to this reviewer in stages that are not decided, while they hold the role; barred
    applications are not there. With `panel` (a public id) only what that panel was given.

    Two queries whatever the number of assignments.
    """
    rows = db.session.execute(
        select(Assignment, Stage, Application, Review)
        .join(StageEntry, Assignment.entry_id == StageEntry.id)
        .join(Stage, StageEntry.stage_id == Stage.id)
        .join(Call, Stage.call_id == Call.id)
        .join(Program, Call.program_id == Program.id)
        .join(Application, StageEntry.application_id == Application.id)
        .join(Panel, Assignment.panel_id == Panel.id)
        .outerjoin(Review, Review.assignment_id == Assignment.id)
        .where(
            Panel.public_id == panel if panel else true(),
            offered_to(actor),
            call_in_scope(actor, "reviewer", "chair"),
            stage_undecided(),
            not_barred(identities(actor), Application.id),
        )
        .options(selectinload(Review.scores), contains_eager(Assignment.panel))
        .order_by(Stage.review_due_at, Stage.id, Assignment.id)
    ).all()
    return [
        DeskRow(a, stage, application if a.state is AssignmentState.ACCEPTED else None, review)
        for a, stage, application, review in rows
    ]
