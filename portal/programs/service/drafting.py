"""Calls made on pages: a new program, a clone, each part of a draft changed, released to open at its moment."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final, Literal

from sqlalchemy import delete, select

from portal.audit.service import record
from portal.budgets import queries as budgets
from portal.platform.context import Context
from portal.platform.db import db
from portal.programs import queries
from portal.programs.definition import CallDefinition, canonical, digest
from portal.programs.definition.parts import shifted_years
from portal.programs.definition.words import spoken
from portal.programs.errors import (
    CallIncomplete,
    CallStateRefused,
    CodeTaken,
    DraftChanged,
    OpensInThePast,
    WrongDates,
)
from portal.programs.loader import load_regime
from portal.programs.models import Call, CallState, Program, Stage
from portal.programs.service.calls import locked_call, put_call, put_program, release

STARTER: Final = Path(__file__).parents[1] / "starter.toml"


@dataclass(frozen=True)
class CallFacts:
    """What a call is called and when it takes applications; `names` in its languages."""

    code: str
    names: dict[str, str]
    opens_at: datetime
    closes_at: datetime


@dataclass(frozen=True)
class NewProgram:
    """The settings that everything else in a new program's first call depends on."""

    code: str
    names: dict[str, str]
    funder: dict[str, str]
    line: str
    regime: str
    applicant: Literal["consortium", "team", "person"]
    currency: str
    time_zone: str
    holidays: str
    first_month: str


def starter(code: str, line: str, year: int, regime: str) -> str:
    """The text of a small program file of two stages, to start from."""
    text = STARTER.read_text(encoding="utf-8")
    for place, value in (("CODE", code.upper()), ("LINE", line), ("YEAR", str(year)), ("REGIME", regime)):
        text = text.replace(f"<{place}>", value)
    return text


def new_program(context: Context, asked: NewProgram, facts: CallFacts) -> Call:
    """A program of two stages with its first call as a draft; everything in it can then be changed on pages.

    Raises CodeTaken, WrongDates.
    """
    if queries.program_by_code(asked.code) is not None:
        raise CodeTaken("code")
    _refuse_facts(facts)
    year, languages = int(asked.first_month[:4]), list(asked.names)
    raw = spoken(tomllib.loads(starter(asked.code, asked.line, year, asked.regime)), languages)
    raw |= {
        "languages": languages, "currency": asked.currency, "time_zone": asked.time_zone, "holidays": asked.holidays,
        "applicant": asked.applicant, "first_month": asked.first_month, "regime": load_regime(asked.regime, languages),
        "marks": {},
    }  # fmt: skip
    raw["program"] |= {"names": asked.names, "ministry": asked.funder}
    line = budgets.line_by_code(f"{asked.line}_{year}")
    for component in raw["components"]:
        component["unit"] = asked.currency
        if line is not None:
            component["max_per_year"] = line.cap // 10
    definition = CallDefinition.model_validate(raw)
    program = put_program(context, definition, public_from=None)
    return _drafted(context, program, definition, facts)


def clone_call(context: Context, source: Call, facts: CallFacts, years_later: int) -> Call:
    """A draft with everything that another call of the program holds, `years_later`. Raises CodeTaken, WrongDates."""
    _refuse_facts(facts)
    raw = shifted_years(source.definition.model_dump(mode="json"), years_later)
    return _drafted(context, source.program, CallDefinition.model_validate(raw), facts)


def _drafted(context: Context, program: Program, definition: CallDefinition, facts: CallFacts) -> Call:
    return put_call(context, program, definition, facts.code, facts.names, facts.opens_at, facts.closes_at)


def _refuse_facts(facts: CallFacts, call_id: int | None = None) -> None:
    taken = db.session.scalars(select(Call.id).where(Call.code == facts.code)).one_or_none()
    if taken is not None and taken != call_id:
        raise CodeTaken("call_code")
    if facts.closes_at <= facts.opens_at:
        raise WrongDates("closes_at")


def _draft(context: Context, call_id: int, base: str) -> Call:
    """The draft, held for this transaction, if it is still what the page showed (`base`: its hash)."""
    call = locked_call(call_id)
    if call.state is not CallState.DRAFT:
        raise CallStateRefused(state=call.state)
    if base != call.content_hash:
        raise DraftChanged
    return call


def change_draft(context: Context, call_id: int, base: str, raw: dict[str, Any]) -> Call:
    """Put `raw` in place of the draft's definition; a released call has to be released again.

    Raises CallStateRefused, DraftChanged, pydantic's ValidationError.
    """
    call = _draft(context, call_id, base)
    definition = CallDefinition.model_validate(raw)
    if (changed := digest(definition)) == call.content_hash:
        return call
    call.content, call.content_hash, call.released_at = canonical(definition), changed, None
    _put_stages(context, call, definition)
    record(context, "CallDraftChanged", "call", call.public_id, hash=call.content_hash)
    return call


def _put_stages(context: Context, call: Call, definition: CallDefinition) -> None:
    """The rows of a draft's stages follow its definition; nothing hangs on them yet."""
    wanted = [stage.code for stage in definition.stages]
    known = {s.code: s for s in queries.stages_of(call)}
    if gone := [stage.id for code, stage in known.items() if code not in wanted]:
        db.session.execute(delete(Stage).where(Stage.id.in_(gone)))
    for position, code in enumerate(wanted):
        if code in known:
            known[code].position = position
        else:
            db.session.add(Stage(public_id=context.ids.public_id(), call_id=call.id, code=code, position=position))
    db.session.flush()
    db.session.expire(call, ["stages"])


def change_facts(context: Context, call_id: int, base: str, facts: CallFacts) -> Call:
    """Another name, code or time of a draft. Raises CallStateRefused, DraftChanged, CodeTaken, WrongDates."""
    call = _draft(context, call_id, base)
    _refuse_facts(facts, call.id)
    call.code, call.names = facts.code, facts.names
    call.opens_at, call.closes_at, call.released_at = facts.opens_at, facts.closes_at, None
    record(
        context, "CallRescheduled", "call", call.public_id, opens_at=facts.opens_at.isoformat(),
        closes_at=facts.closes_at.isoformat(),
    )  # fmt: skip
    return call


def release_call(context: Context, call_id: int, base: str) -> Call:
    """Let a complete draft open at its moment. Raises CallStateRefused, DraftChanged, CallIncomplete, OpensInThePast."""
    call = _draft(context, call_id, base)
    if missing := queries.missing_of(call.definition):
        raise CallIncomplete(count=len(missing))
    if call.closes_at <= context.now:
        raise OpensInThePast
    release(context, call)
    record(context, "CallReleased", "call", call.public_id, hash=call.content_hash)
    return call


def take_back(context: Context, call_id: int, base: str) -> Call:
    """A released call does not open any more until it is released again. Raises CallStateRefused, DraftChanged."""
    call = _draft(context, call_id, base)
    if call.released_at is not None:
        call.released_at = None
        record(context, "CallReleaseTakenBack", "call", call.public_id)
    return call
