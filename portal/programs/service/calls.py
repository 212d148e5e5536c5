"""A call's life: drafted from a file, opened (which freezes it), closed, extended, amended, decided."""

from __future__ import annotations

import hashlib
from datetime import datetime

from sqlalchemy import func, select

from portal.audit.jobs import ANCHOR
from portal.audit.service import record
from portal.platform.context import Context
from portal.platform.db import db
from portal.platform.jobs import enqueue
from portal.platform.language import LANGUAGES, Text
from portal.programs.definition import CallDefinition, canonical, parse
from portal.programs.errors import CallStateRefused, DeadlineNotLater, FrozenPart
from portal.programs.jobs import AMENDED, CLOSE_CALL, OPEN_CALL
from portal.programs.models import Amendment, Call, CallState, Program, Stage
from portal.programs.queries import program_by_code
from portal.programs.rules import changed_frozen_parts


def install_program(context: Context, definition: CallDefinition) -> Program:
    """Create the program of a catalog file, which everybody may see, or bring its words up to date."""
    program = put_program(context, definition, public_from=context.now)
    program.public_from = program.public_from or context.now
    return program


def put_program(context: Context, definition: CallDefinition, public_from: datetime | None) -> Program:
    data = definition.program
    program = program_by_code(data.code)
    if program is None:
        program = Program(code=data.code, public_from=public_from)
        db.session.add(program)
        record(context, "ProgramInstalled", "program", data.code)
    program.names, program.former, program.purpose = data.names, list(data.former), data.purpose
    program.for_whom, program.how_much, program.line_code = data.for_whom, data.how_much, data.line
    program.announced_total, program.announced_mark = data.announced_total, data.announced_mark
    db.session.flush()
    return program


def draft_call(
    context: Context, definition: CallDefinition, code: str, names: dict[str, str], opens_at: datetime,
    closes_at: datetime,
) -> Call:  # fmt: skip
    """A call of a catalog file, which is complete: nobody outside the office sees it until it opens at `opens_at`."""
    call = put_call(context, install_program(context, definition), definition, code, names, opens_at, closes_at)
    release(context, call)
    return call


def put_call(
    context: Context, program: Program, definition: CallDefinition, code: str, names: dict[str, str],
    opens_at: datetime, closes_at: datetime, preview_of: Call | None = None,
) -> Call:  # fmt: skip
    text = canonical(definition)
    call = Call(
        public_id=context.ids.public_id(), code=code, program_id=program.id, names=names, content=text,
        content_hash=hashlib.sha256(text.encode()).hexdigest(), opens_at=opens_at, closes_at=closes_at,
        state=CallState.PREVIEW if preview_of else CallState.DRAFT, version=1,
        preview_of_id=preview_of.id if preview_of else None,
    )  # fmt: skip
    db.session.add(call)
    db.session.flush()
    for position, stage in enumerate(definition.stages):
        db.session.add(Stage(public_id=context.ids.public_id(), call_id=call.id, code=stage.code, position=position))
    db.session.flush()
    record(context, "CallDrafted", "call", call.public_id, code=code, hash=call.content_hash)
    return call


def release(context: Context, call: Call) -> None:
    """From now on the call opens by itself, at its moment."""
    call.released_at = context.now
    enqueue(
        OPEN_CALL, {"call_id": call.id}, key=f"{call.id}:{context.now.isoformat()}", now=context.now,
        run_at=call.opens_at,
    )  # fmt: skip


def locked_call(call_id: int) -> Call:
    return db.session.scalars(select(Call).where(Call.id == call_id).with_for_update(of=Call)).one()


def open_call(context: Context, call_id: int) -> Call:
    """DRAFT -> OPEN: version and hash are frozen from here on.

    One that was opened before stays as it is, and so does one whose release was taken back or whose time has moved.
    """
    call = locked_call(call_id)
    if call.state is not CallState.DRAFT or call.released_at is None or context.now < call.opens_at:
        return call
    install_program(context, call.definition)
    call.state, call.opened_at = CallState.OPEN, context.now
    record(context, "CallOpened", "call", call.public_id, version=call.version, hash=call.content_hash)
    _ask_to_close(context, call)
    return call


def _ask_to_close(context: Context, call: Call) -> None:
    enqueue(
        CLOSE_CALL, {"call_id": call.id}, key=f"{call.id}:{call.closes_at.isoformat()}", now=context.now,
        run_at=call.closes_at,
    )  # fmt: skip


def close_call(context: Context, call_id: int) -> Call:
    """OPEN -> CLOSED once the deadline has passed; earlier (an extension moved it) nothing happens."""
    call = locked_call(call_id)
    if call.state is CallState.OPEN and context.now >= call.closes_at:
        call.state, call.closed_at = CallState.CLOSED, context.now
        record(context, "CallClosed", "call", call.public_id)
        enqueue(ANCHOR, {"reason": f"deadline {call.code}"}, key=f"deadline:{call.id}", now=context.now)
    return call


def extend_call(context: Context, call_id: int, closes_at: datetime, reason: dict[str, str]) -> Amendment:
    """A later deadline for everybody: a logged amendment, mailed to the applicants."""
    call = locked_call(call_id)
    if call.state is not CallState.OPEN:
        raise CallStateRefused(state=call.state)
    if closes_at <= max(call.closes_at, context.now):
        raise DeadlineNotLater("closes_at")
    what = {"ko": "접수 마감 연장", "en": "Deadline extended"}
    return _amend(context, call, call.content, closes_at, what, reason)


def amend_call(
    context: Context, call_id: int, definition: CallDefinition, what: dict[str, str], reason: dict[str, str]
) -> Amendment:
    """Change the content of an open call. Criteria, weights and caps stay as they were frozen.

    Raises CallStateRefused, FrozenPart.
    """
    call = locked_call(call_id)
    if call.state is not CallState.OPEN:
        raise CallStateRefused(state=call.state)
    if changed := changed_frozen_parts(call.definition, definition):
        ko, en = (", ".join(word.in_(code) for word in changed) for code in LANGUAGES)
        raise FrozenPart(parts=Text(ko, en))
    return _amend(context, call, canonical(definition), call.closes_at, what, reason)


def _amend(
    context: Context, call: Call, content: str, closes_at: datetime, what: dict[str, str], reason: dict[str, str]
) -> Amendment:
    parse(content)
    new_hash = hashlib.sha256(content.encode()).hexdigest()
    number = (db.session.scalar(select(func.max(Amendment.number)).where(Amendment.call_id == call.id)) or 0) + 1
    amendment = Amendment(
        call_id=call.id, number=number, at=context.now, actor_id=context.actor.person_id, what=what, reason=reason,
        old_hash=call.content_hash, new_hash=new_hash, old_closes_at=call.closes_at, new_closes_at=closes_at,
    )  # fmt: skip
    db.session.add(amendment)
    call.content, call.content_hash, call.closes_at = content, new_hash, closes_at
    call.version += 1
    db.session.flush()
    record(
        context, "CallAmended", "call", call.public_id, number=number, old=amendment.old_hash, new=new_hash,
        closes_at=closes_at.isoformat(),
    )  # fmt: skip
    _ask_to_close(context, call)
    enqueue(AMENDED, {"amendment_id": amendment.id}, key=str(amendment.id), now=context.now)
    return amendment


def mark_decided(context: Context, call_id: int) -> None:
    """CLOSED -> DECIDED when its last stage's decision is published."""
    call = locked_call(call_id)
    if call.state is CallState.CLOSED:
        call.state, call.decided_at = CallState.DECIDED, context.now
        record(context, "CallDecided", "call", call.public_id)
