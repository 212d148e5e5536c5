"""Own deadlines and codes, as plain rules."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from portal.applications.models import Application, ApplicationState, LateCode
from portal.applications.rules.extension import can_extend, code_state, is_late, made_code, read_code, written_code
from portal.applications.rules.receipt import ALPHABET
from portal.programs.models import Call, CallState

CLOSES = datetime(2026, 7, 21, 9, 0, tzinfo=UTC)
TICK = timedelta(microseconds=1)


def _application(
    state: ApplicationState = ApplicationState.DRAFT, own: datetime | None = None, call: CallState = CallState.OPEN
) -> Application:
    return Application(state=state, closes_at=own, call=Call(state=call, closes_at=CLOSES))


def test_the_effective_deadline_is_never_earlier_than_the_calls() -> None:
    assert _application().deadline == CLOSES
    assert _application(own=CLOSES + timedelta(days=1)).deadline == CLOSES + timedelta(days=1)
    assert _application(own=CLOSES - timedelta(days=1)).deadline == CLOSES


def test_one_is_extended_only_before_its_own_deadline() -> None:
    own = CLOSES + timedelta(days=1)
    assert can_extend(_application(), CLOSES - TICK)
    assert not can_extend(_application(), CLOSES)
    assert can_extend(_application(own=own, call=CallState.CLOSED), own - TICK)
    assert not can_extend(_application(own=own, call=CallState.CLOSED), own)
    for state in (ApplicationState.CLOSED, ApplicationState.WITHDRAWN):
        assert not can_extend(_application(state), CLOSES - TICK)
    assert not can_extend(_application(own=own, call=CallState.DECIDED), own - TICK)


def test_a_code_is_for_drafts_that_missed_their_deadline() -> None:
    assert is_late(_application(), CLOSES)
    assert not is_late(_application(), CLOSES - TICK)
    assert not is_late(_application(ApplicationState.SUBMITTED), CLOSES)


def test_a_code_is_read_however_it_is_typed() -> None:
    letters = made_code("some random token of forty-three characters")
    assert len(letters) == 15 and set(letters) <= set(ALPHABET)
    assert written_code(letters).count("-") == 2
    for typed in (letters, written_code(letters), written_code(letters).lower(), f" {letters[:7]} {letters[7:]}\n"):
        assert read_code(typed) == letters
    assert made_code("another token") != letters


def test_a_code_is_used_expired_or_live() -> None:
    code = LateCode(until=CLOSES)
    assert (code_state(code, CLOSES - TICK), code_state(code, CLOSES)) == ("live", "over")
    code.used_at = CLOSES - timedelta(days=1)
    assert code_state(code, CLOSES) == "used"
