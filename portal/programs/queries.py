"""Programs, calls and stages, always ordered; drafts and previews only for their officers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.orm import aliased, joinedload, selectinload

from portal.budgets import queries as budgets
from portal.platform import search
from portal.platform.context import Actor
from portal.platform.db import db
from portal.platform.language import Text
from portal.platform.visibility import clause
from portal.programs import catalog_checks
from portal.programs.catalog_checks import Place
from portal.programs.definition import CallDefinition
from portal.programs.models import Amendment, Call, CallState, Program, PublicQuestion, Stage

Missing = tuple[Place, Text]
PUBLIC_STATES = (CallState.OPEN, CallState.CLOSED, CallState.DECIDED, CallState.ARCHIVED)
OFFICE_ROLES = ("officer", "administrator")


@clause
def call_is_public() -> ColumnElement[bool]:
    return Call.state.in_(PUBLIC_STATES)


@clause
def is_no_preview() -> ColumnElement[bool]:
    """What is written in a preview stands in no list, no count and no export."""
    return Call.preview_of_id.is_(None)


def call_in_scope(actor: Actor, *roles: str) -> ColumnElement[bool]:
    """The calls that a role grant of the actor reaches; previews are reached through their own page alone."""
    return and_(granted(actor, *roles), is_no_preview())


@clause
def granted(actor: Actor, *roles: str) -> ColumnElement[bool]:
    """Reached by a role grant: globally, by program or by call."""
    scopes = frozenset().union(*(actor.scopes(role) for role in roles)) if roles else frozenset()
    if "*" in scopes:
        return Call.id.is_not(None)
    programs = [s.removeprefix("program:") for s in scopes if s.startswith("program:")]
    calls = [s.removeprefix("call:") for s in scopes if s.startswith("call:")]
    real = aliased(Call)
    of_call = or_(Call.public_id.in_(calls), Call.preview_of_id.in_(select(real.id).where(real.public_id.in_(calls))))
    return or_(Program.code.in_(programs), of_call)


@clause
def program_is_public() -> ColumnElement[bool]:
    """A program made on pages is seen by everybody once its first call opens."""
    return Program.public_from.is_not(None)


def programs() -> Sequence[Program]:
    """Programs that everybody may read of."""
    return db.session.scalars(select(Program).where(program_is_public()).order_by(Program.id)).all()


def office_programs(actor: Actor) -> Sequence[Program]:
    """Programs that a grant of the actor's reaches: globally or by program."""
    scopes = frozenset().union(*(actor.scopes(role) for role in OFFICE_ROLES))
    codes = [s.removeprefix("program:") for s in scopes if s.startswith("program:")]
    query = select(Program) if "*" in scopes else select(Program).where(Program.code.in_(codes))
    return db.session.scalars(query.order_by(Program.id)).all()


def office_program(actor: Actor, code: str) -> Program | None:
    return next((program for program in office_programs(actor) if program.code == code), None)


def latest_preview(call_id: int) -> Call | None:
    return db.session.scalars(
        select(Call).where(Call.preview_of_id == call_id).order_by(Call.id.desc()).limit(1)
    ).one_or_none()


def missing_of(definition: CallDefinition) -> list[Missing]:
    """What a draft still lacks before it may open, checked against the books' lines."""
    return list(catalog_checks.call(definition, budgets.all_lines()))


def program_by_code(code: str) -> Program | None:
    return db.session.scalars(select(Program).where(Program.code == code)).one_or_none()


def call_by_id(call_id: int) -> Call:
    return db.session.get_one(Call, call_id)


def call_by_public_id(public_id: str) -> Call | None:
    return db.session.scalars(select(Call).where(Call.public_id == public_id)).one_or_none()


def public_call(actor: Actor, public_id: str) -> Call | None:
    """A call that everybody may read; a preview, for its office."""
    own_preview = and_(Call.preview_of_id.is_not(None), granted(actor, *OFFICE_ROLES))
    return db.session.scalars(
        select(Call)
        .join(Program, Call.program_id == Program.id)
        .where(Call.public_id == public_id, or_(call_is_public(), own_preview))
    ).one_or_none()


def public_calls(program_id: int | None = None) -> Sequence[Call]:
    query = select(Call).where(call_is_public()).options(selectinload(Call.stages).lazyload(Stage.call))
    if program_id is not None:
        query = query.where(Call.program_id == program_id)
    return db.session.scalars(query.order_by(Call.closes_at.desc(), Call.id.desc())).unique().all()


def office_call(actor: Actor, public_id: str, **_: str) -> Call | None:
    """A call within the scope of the actor's officer or administrator grants."""
    return db.session.scalars(
        select(Call)
        .join(Program, Call.program_id == Program.id)
        .where(Call.public_id == public_id, call_in_scope(actor, *OFFICE_ROLES))
    ).one_or_none()


def office_calls(actor: Actor) -> Sequence[Call]:
    return (
        db.session.scalars(
            select(Call)
            .join(Program, Call.program_id == Program.id)
            .where(call_in_scope(actor, *OFFICE_ROLES))
            .options(selectinload(Call.stages).lazyload(Stage.call))
            .order_by(Call.closes_at.desc(), Call.id.desc())
        )
        .unique()
        .all()
    )


def stage(stage_id: int) -> Stage:
    return db.session.get_one(Stage, stage_id)


def stages_of(call: Call) -> Sequence[Stage]:
    return db.session.scalars(select(Stage).where(Stage.call_id == call.id).order_by(Stage.position)).all()


def stage_by_public_id(public_id: str) -> Stage | None:
    return db.session.scalars(select(Stage).where(Stage.public_id == public_id)).one_or_none()


def stage_by_code(call: Call, code: str) -> Stage:
    return db.session.scalars(select(Stage).where(Stage.call_id == call.id, Stage.code == code)).one()


def stage_after(stage: Stage) -> Stage | None:
    return db.session.scalars(
        select(Stage).where(Stage.call_id == stage.call_id, Stage.position == stage.position + 1)
    ).one_or_none()


def amendments(call: Call) -> Sequence[Amendment]:
    return db.session.scalars(select(Amendment).where(Amendment.call_id == call.id).order_by(Amendment.number)).all()


# --- public questions ---

QUESTIONS_PAGE = 20


@clause
def question_is_published() -> ColumnElement[bool]:
    """Answered, let out by an officer and not hidden since."""
    return PublicQuestion.published_at.is_not(None) & PublicQuestion.hidden_at.is_(None)


def _waits() -> ColumnElement[bool]:
    return PublicQuestion.published_at.is_(None) & PublicQuestion.hidden_at.is_(None)


def published_questions(call_id: int, query: str = "", page: int = 1) -> tuple[Sequence[PublicQuestion], int]:
    """One page, the newest answer first, and how many there are."""
    base = select(PublicQuestion).where(PublicQuestion.call_id == call_id, question_is_published())
    if (found := search.matches("question", PublicQuestion.id, query)) is not None:  # type: ignore[arg-type]
        base = base.where(found)
    total = db.session.scalar(select(func.count()).select_from(base.subquery())) or 0
    rows = db.session.scalars(
        base.order_by(PublicQuestion.published_at.desc(), PublicQuestion.id.desc())
        .limit(QUESTIONS_PAGE)
        .offset((page - 1) * QUESTIONS_PAGE)
    ).all()
    return rows, total


def count_published_questions(call_id: int) -> int:
    query = select(func.count()).select_from(PublicQuestion)
    return db.session.scalar(query.where(PublicQuestion.call_id == call_id, question_is_published())) or 0


def own_questions(actor: Actor, call_id: int) -> Sequence[PublicQuestion]:
    """What the actor asked and nobody has answered yet, the newest first."""
    return db.session.scalars(
        select(PublicQuestion)
        .where(PublicQuestion.call_id == call_id, PublicQuestion.asked_by_id.in_(actor.same_as), _waits())
        .order_by(PublicQuestion.id.desc())
    ).all()


def office_questions(call_id: int, page: int = 1) -> tuple[Sequence[PublicQuestion], int]:
    """Waiting ones first, the longest wait at the head; then the published and the hidden, newest first."""
    base = select(PublicQuestion).where(PublicQuestion.call_id == call_id)
    total = db.session.scalar(select(func.count()).select_from(base.subquery())) or 0
    rank = case((_waits(), 0), (PublicQuestion.hidden_at.is_(None), 1), else_=2)
    waited = case((_waits(), PublicQuestion.asked_at), else_=None)
    rows = db.session.scalars(
        base.order_by(rank, waited, PublicQuestion.published_at.desc(), PublicQuestion.id)
        .limit(QUESTIONS_PAGE)
        .offset((page - 1) * QUESTIONS_PAGE)
    ).all()
    return rows, total


def office_question(actor: Actor, public_id: str, question_id: str) -> PublicQuestion | None:
    """A question to a call within the scope of the actor's grants."""
    return db.session.scalars(
        select(PublicQuestion)
        .join(Call, PublicQuestion.call_id == Call.id)
        .join(Program, Call.program_id == Program.id)
        .where(
            Call.public_id == public_id,
            PublicQuestion.public_id == question_id,
            call_in_scope(actor, *OFFICE_ROLES),
        )
        .options(joinedload(PublicQuestion.call))
    ).one_or_none()


def question(question_id: int) -> PublicQuestion:
    return db.session.get_one(PublicQuestion, question_id)


def waiting_questions(call_ids: Sequence[int]) -> dict[int, tuple[int, datetime]]:
    """Call id -> how many wait for an answer, and since when the first does."""
    rows = db.session.execute(
        select(PublicQuestion.call_id, func.count(), func.min(PublicQuestion.asked_at))
        .where(PublicQuestion.call_id.in_(call_ids), _waits())
        .group_by(PublicQuestion.call_id)
        .order_by(PublicQuestion.call_id)
    )
    return {call_id: (count, since) for call_id, count, since in rows}
