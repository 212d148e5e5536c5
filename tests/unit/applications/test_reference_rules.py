"""Until when letters come, who counts, and what a program file may ask for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from portal.applications.models import Application, ApplicationState
from portal.applications.rules.references import (
    Answer,
    answer_of,
    arrived,
    asked_now,
    due_at,
    letters_note,
    letters_open,
)
from portal.platform.language import speaking
from portal.programs import catalog_checks
from portal.programs.definition import canonical
from portal.programs.loader import load_call
from portal.programs.models import Call
from tests.factories.references import asking

CLOSES = datetime(2026, 3, 26, 17, 0, tzinfo=UTC)


@dataclass
class Asked:
    declined_at: datetime | None = None
    received_at: datetime | None = None


CAME, NO, WAITS = Asked(received_at=CLOSES), Asked(declined_at=CLOSES), Asked()


def application(
    state: ApplicationState = ApplicationState.SUBMITTED, zone: str = "Asia/Seoul", **rule: object
) -> Application:
    definition = asking(**rule).model_copy(update={"time_zone": zone})
    call = Call(
        content=canonical(definition), closes_at=CLOSES, opens_at=CLOSES - timedelta(days=30),
        opened_at=CLOSES - timedelta(days=30),
    )  # fmt: skip
    return Application(call=call, state=state)


def test_letters_are_due_at_the_deadlines_hour_of_the_calls_calendar() -> None:
    made = application(zone="Europe/Lisbon", due_days=7)  # the clocks change on 29 March
    due = due_at(made)
    assert due - CLOSES == timedelta(days=7) - timedelta(hours=1)
    assert due.astimezone(ZoneInfo("Europe/Lisbon")).time() == CLOSES.astimezone(ZoneInfo("Europe/Lisbon")).time()
    assert due_at(application(due_days=0)) == CLOSES


def test_an_applications_own_deadline_moves_its_letters() -> None:
    made = application()
    made.closes_at = CLOSES + timedelta(days=2)
    assert due_at(made) == CLOSES + timedelta(days=9)


@pytest.mark.parametrize(
    ("state", "days", "taken"),
    [
        (ApplicationState.DRAFT, -1, True),
        (ApplicationState.DRAFT, 0, False),  # never handed in: nobody will read a letter
        (ApplicationState.SUBMITTED, 6, True),
        (ApplicationState.CLOSED, 6, True),
        (ApplicationState.CLOSED, 7, False),
        (ApplicationState.WITHDRAWN, -1, False),
    ],
)
def test_letters_come_until_they_are_due_and_only_for_what_is_handed_in(
    state: ApplicationState, days: int, taken: bool
) -> None:
    assert letters_open(application(state), CLOSES + timedelta(days=days)) is taken


def test_a_call_without_the_rule_takes_no_letters() -> None:
    made = application()
    made.call.content = canonical(made.call.definition.model_copy(update={"references": None}))
    assert not letters_open(made, CLOSES - timedelta(days=1))
    assert letters_note(made, [], CLOSES) == ""


def test_who_declined_leaves_a_place_free() -> None:
    assert [answer_of(one) for one in (CAME, NO, WAITS)] == [Answer.ARRIVED, Answer.DECLINED, Answer.WAITING]
    assert (asked_now([CAME, NO, WAITS]), arrived([CAME, NO, WAITS])) == (2, 1)


@pytest.mark.parametrize(
    ("referees", "after", "words"),
    [
        ([], -1, "Name 2 referees"),
        ([NO], -1, "Name 2 referees"),
        ([CAME, WAITS], -1, "1 of 2 letters has arrived; letters may come until Fri 3 Apr 2026, 02:00 KST."),
        ([WAITS, NO], -1, "0 of 2 letters have arrived"),
        ([CAME, CAME], -1, "All 2 letters have arrived."),
        ([CAME, CAME], 8, "All 2 letters have arrived."),
        ([CAME, WAITS], 8, "Letters arrived: 1 of 2. The time for them ended"),
    ],
)
def test_the_note_says_how_many_have_come_and_until_when(referees: list[Asked], after: int, words: str) -> None:
    with speaking("en"):
        assert words in letters_note(application(), referees, CLOSES + timedelta(days=after))


def test_what_was_never_handed_in_needs_no_letters_after_its_deadline() -> None:
    with speaking("en"):
        note = letters_note(application(ApplicationState.DRAFT), [CAME, WAITS], CLOSES + timedelta(days=1))
    assert note == "Letters arrived: 1 of 2. The time for them ended on Fri 27 Mar 2026, 02:00 KST."


def test_a_program_cannot_wait_for_letters_while_its_reviews_are_due() -> None:
    late = asking(due_days=2)
    found = [(path, why.en) for path, why in catalog_checks.call(late, []) if path == ("references", "due_days")]
    assert found == [
        (("references", "due_days"), "letters come up to 2 days after the deadline, but paper is reviewed from day 1")
    ]
    assert not [path for path, _ in catalog_checks.call(asking(due_days=1), []) if path[0] == "references"]


def test_the_postdocs_are_asked_for_two_letters_until_a_week_after_the_deadline() -> None:
    rule = load_call("inno").references
    assert rule is not None
    assert (rule.count, rule.due_days, rule.mark) == (2, 7, "P")
    assert set(rule.guidance) == {"ko", "en"}
