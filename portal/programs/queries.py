"""Programs, calls and stages, always ordered; drafts and previews only for their officers."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import selectinload

from portal.platform.context import Actor
from portal.platform.db import db
from portal.platform.visibility import clause
from portal.programs.models import Amendment, Call, CallState, Program, Stage

PUBLIC_STATES = (CallState.OPEN, CallState.CLOSED, CallState.DECIDED, CallState.ARCHIVED)
OFFICE_ROLES = ("officer", "administrator")


@clause
def call_is_public() -> ColumnElement[bool]:
    return Call.state.in_(PUBLIC_STATES)


@clause
def call_in_scope(actor: Actor, *roles: str) -> ColumnElement[bool]:
    """The calls that a role grant of the actor reaches: globally, by program or by call."""
    scopes = frozenset().union(*(actor.scopes(role) for role in roles)) if roles else frozenset()
    if "*" in scopes:
        return Call.id.is_not(None)
    programs = [s.removeprefix("program:") for s in scopes if s.startswith("program:")]
    calls = [s.removeprefix("call:") for s in scopes if s.startswith("call:")]
    return or_(Program.code.in_(programs), Call.public_id.in_(calls))


def programs() -> Sequence[Program]:
    return db.session.scalars(select(Program).order_by(Program.id)).all()


def program_by_code(code: str) -> Program | None:
    return db.session.scalars(select(Program).where(Program.code == code)).one_or_none()


def call_by_public_id(public_id: str) -> Call | None:
    return db.session.scalars(select(Call).where(Call.public_id == public_id)).one_or_none()


def public_call(_: Actor, public_id: str) -> Call | None:
    """A call that everybody may read."""
    return db.session.scalars(select(Call).where(Call.public_id == public_id, call_is_public())).one_or_none()


def public_calls(program_id: int | None = None) -> Sequence[Call]:
    query = select(Call).where(call_is_public()).options(selectinload(Call.stages))
    if program_id is not None:
        query = query.where(Call.program_id == program_id)
    return db.session.scalars(query.order_by(Call.closes_at.desc(), Call.id.desc())).unique().all()


def office_call(actor: Actor, public_id: str, **_: str) -> Call | None:
    """A call within the scope of the actor's officer or administrator grants."""
    return db.session.scalars(
        select(Call)
        .join(Program, Call.program_id == Program.id)
        .where(Call.public_id == public_id, call_in_scope(actor, *OFFICE_ROLES))
        .options(selectinload(Call.stages))
    ).one_or_none()


def office_calls(actor: Actor) -> Sequence[Call]:
    return (
        db.session.scalars(
            select(Call)
            .join(Program, Call.program_id == Program.id)
            .where(call_in_scope(actor, *OFFICE_ROLES))
            .options(selectinload(Call.stages))
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
