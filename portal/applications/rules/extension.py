"""A later deadline for one application, and codes that let one in after the close."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from portal.accounts.rules import Limit
from portal.applications.models import Application, ApplicationState, LateCode
from portal.applications.rules.receipt import ALPHABET
from portal.programs.models import Call, CallState

GUESSES = Limit("late_code", 10, timedelta(hours=1))  # of one person [P]
_GROUP: Final = 5


def can_extend(application: Application, now: datetime) -> bool:
    """Only while its own deadline has not passed: after it, what was handed in is what counts."""
    return (
        application.state in (ApplicationState.DRAFT, ApplicationState.SUBMITTED)
        and application.call.state in (CallState.OPEN, CallState.CLOSED)
        and now < application.deadline
    )


def is_late(application: Application, now: datetime) -> bool:
    """A draft that missed its deadline: what a code is for."""
    return application.state is ApplicationState.DRAFT and now >= application.deadline


def takes_codes(call: Call, now: datetime) -> bool:
    """The call allows codes, has closed, and its first stage has not been decided."""
    first = min(call.stages, key=lambda stage: stage.position)
    return (
        call.definition.late_codes
        and call.state in (CallState.OPEN, CallState.CLOSED)
        and now >= call.closes_at
        and first.decided_at is None
    )


def may_issue(call: Call) -> bool:
    """Codes may be issued before the close as well; they open nothing until then."""
    first = min(call.stages, key=lambda stage: stage.position)
    return call.definition.late_codes and call.state in (CallState.OPEN, CallState.CLOSED) and first.decided_at is None


def code_state(code: LateCode, now: datetime) -> str:
    return "used" if code.used_at is not None else "over" if now >= code.until else "live"


def written_code(letters: str) -> str:
    """`K7M3QXTB4W` -> `K7M3Q-XTB4W`, easier to read out."""
    return "-".join(letters[place : place + _GROUP] for place in range(0, len(letters), _GROUP))


def read_code(typed: str) -> str:
    """The letters of a code as it was issued, whatever case, spaces or hyphens somebody typed."""
    return "".join(c for c in typed.upper() if c in ALPHABET)


def made_code(token: str) -> str:
    """Fifteen letters (74 bits) out of a random token."""
    number = int.from_bytes(token.encode(), "big")
    letters = []
    for _ in range(3 * _GROUP):
        number, rest = divmod(number, len(ALPHABET))
        letters.append(ALPHABET[rest])
    return "".join(letters)
