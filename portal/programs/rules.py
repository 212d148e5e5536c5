"""Dates that the law counts; what an open call may no longer change."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final, Literal
from zoneinfo import ZoneInfo

from portal.accounts.rules import Limit
from portal.platform.language import Text
from portal.programs.definition import Appeal, CallDefinition, EligibilityChoice, EligibilityQuestion
from portal.programs.models import Call, CallState

ASKING = Limit("question", 10, timedelta(hours=1))  # questions of one person [P]
DIGEST_HOUR: Final = 9  # officers hear of waiting questions at this hour of the call's day [P]

FROZEN: dict[str, Text] = {
    "stages": Text("단계와 평가 기준", "stages and criteria"),
    "components": Text("지원 항목과 상한", "components and caps"),
    "awards": Text("선정 규칙", "rules of award"),
    "screening": Text("적합성 검토 규칙", "screening rules"),
    "point_sheet": Text("가점표", "point sheet"),
    "point_sheet_decides": Text("가점표의 효력", "weight of the point sheet"),
}


def changed_frozen_parts(old: CallDefinition, new: CallDefinition) -> list[Text]:
    """What applicants relied on when they began: an amendment leaves these as they are."""
    return [name for part, name in FROZEN.items() if getattr(old, part) != getattr(new, part)]


def appeal_last_day(notified: datetime | date, appeal: Appeal, country: str = "KR", zone: str = "Asia/Seoul") -> date:
    """The last day on which an appeal may be filed (Act 14(6), Decree 30).

    `country`: whose public holidays count; empty: none do. The first day is not counted; a Saturday, Sunday or public holiday (substitute days included) moves the end to
    the next working day.
    """
    start = notified.astimezone(ZoneInfo(zone)).date() if isinstance(notified, datetime) else notified
    last = start + timedelta(days=appeal.days if appeal.skip_first_day else appeal.days - 1)
    return next_working_day(last, country) if appeal.roll_over_holidays else last


def next_working_day(day: date, country: str = "KR") -> date:
    """That day, or the first after it that is neither a Saturday, a Sunday nor a public holiday of the country."""
    # Not at the top: few pages of a web process reckon in working days, and the library takes 2 MB.
    import holidays

    closed = holidays.country_holidays(country) if country else {}
    while day.weekday() >= 5 or day in closed:
        day += timedelta(days=1)
    return day


def working_days_after(at: datetime, days: int, country: str = "KR", zone: str = "Asia/Seoul") -> datetime:
    """The same time of the clock in `zone`, that many working days later; the day of `at` is not counted."""
    local = at.astimezone(ZoneInfo(zone))
    day = local.date()
    for _ in range(days):
        day = next_working_day(day + timedelta(days=1), country)
    return datetime.combine(day, local.time(), ZoneInfo(zone))


# --- the eligibility check ---


@dataclass(frozen=True)
class Verdict:
    """What the answers come to: one that fails outweighs one that has to be talked over."""

    result: Literal["passes", "fails", "ask"]
    fails: list[EligibilityChoice]
    asks: list[EligibilityChoice]


def chosen(question: EligibilityQuestion, answers: Mapping[str, str]) -> EligibilityChoice | None:
    return next((choice for choice in question.choices if choice.code == answers.get(question.code)), None)


def verdict(questions: Iterable[EligibilityQuestion], answers: Mapping[str, str]) -> Verdict | None:
    """None while a question has no answer of its own."""
    picked = [chosen(question, answers) for question in questions]
    given = [choice for choice in picked if choice is not None]
    if not picked or len(given) < len(picked):
        return None
    fails = [choice for choice in given if choice.verdict == "fails"]
    asks = [choice for choice in given if choice.verdict == "ask"]
    return Verdict("fails" if fails else "ask" if asks else "passes", fails, asks)


def carried_over(definition: CallDefinition, answers: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """Section -> question -> choice: what the check already knows of an application."""
    found: dict[str, dict[str, str]] = {}
    for question in definition.eligibility_check:
        choice = chosen(question, answers)
        if question.fills and choice is not None:
            section, _, code = question.fills.partition(".")
            found.setdefault(section, {})[code] = choice.code
    return found


# --- public questions ---


def asking_ends(call: Call) -> datetime:
    """The last questions are taken so long before the close that an answer still helps."""
    return call.closes_at - timedelta(days=call.definition.questions_days)


def can_ask(call: Call, now: datetime) -> bool:
    return call.state is CallState.OPEN and call.opens_at <= now < asking_ends(call)


def next_digest(now: datetime, zone: str) -> datetime:
    """The next morning of the call's calendar that has not begun."""
    there = now.astimezone(ZoneInfo(zone))
    today = datetime.combine(there.date(), time(DIGEST_HOUR), tzinfo=ZoneInfo(zone))
    return today if now < today else today + timedelta(days=1)
