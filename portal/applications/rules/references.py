"""Letters by referees: until when they may come, and where each stands."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final, Protocol
from zoneinfo import ZoneInfo

from portal.applications.models import Application, ApplicationState
from portal.applications.rules.attachments import Place
from portal.platform.formats import moment
from portal.platform.language import Text, say
from portal.programs.definition import ReferenceRule

REMIND_BEFORE: Final = timedelta(days=3)  # [P]
AT_ONCE: Final = timedelta(days=1)  # who was asked so shortly before is not reminded [P]
ENDED: Final = (ApplicationState.WITHDRAWN,)


class Answer(enum.StrEnum):
    WAITING = "waiting"
    ARRIVED = "arrived"
    DECLINED = "declined"


class Answered(Protocol):
    """What tells how a referee has answered."""

    @property
    def declined_at(self) -> datetime | None: ...
    @property
    def received_at(self) -> datetime | None: ...


def answer_of(referee: Answered) -> Answer:
    if referee.received_at is not None:
        return Answer.ARRIVED
    return Answer.DECLINED if referee.declined_at is not None else Answer.WAITING


def due_at(application: Application) -> datetime:
    """The last moment for letters (itself too late): the deadline's hour, `due_days` of the call's calendar later."""
    definition = application.call.definition
    days = definition.references.due_days if definition.references else 0
    there = application.deadline.astimezone(ZoneInfo(definition.time_zone))
    return datetime.combine(there.date() + timedelta(days=days), there.time(), tzinfo=there.tzinfo)


def ended_at(application: Application) -> datetime:
    """When letters stop: for a draft that was never handed in, with its deadline."""
    return application.deadline if application.state is ApplicationState.DRAFT else due_at(application)


def letters_open(application: Application, now: datetime) -> bool:
    """Referees may be named and letters may come: also after the deadline, for what was handed in by then."""
    if application.call.definition.references is None or application.state in ENDED:
        return False
    if application.state is ApplicationState.DRAFT and application.call.opened_at is None:
        return False
    return now < ended_at(application)


def asked_now(referees: Iterable[Answered]) -> int:
    """How many places are taken: who declined leaves one free."""
    return sum(answer_of(referee) is not Answer.DECLINED for referee in referees)


def arrived(referees: Iterable[Answered]) -> int:
    return sum(answer_of(referee) is Answer.ARRIVED for referee in referees)


def reminder_at(application: Application) -> datetime:
    return due_at(application) - REMIND_BEFORE


def letters_note(application: Application, referees: Sequence[Answered], now: datetime) -> str:
    """How many letters have come and until when they may, in a sentence; empty where the call asks for none."""
    rule = application.call.definition.references
    if rule is None:
        return ""
    zone, over = application.call.definition.time_zone, now >= ended_at(application)
    due = ended_at(application) if over else due_at(application)
    come = arrived(referees)
    places = {"count": rule.count, "n": come, "due": moment(due, zone)}
    if come >= rule.count:
        return say(ALL_CAME if rule.count > 1 else IT_CAME, **places)
    if over:
        return say(OVER, **places)
    if not asked_now(referees):
        return say(NOBODY_ASKED, **places)
    return say(ONE_CAME if come == 1 else CAME, **places)


NOBODY_ASKED: Final = Text(
    "추천인 {count}명을 적어 주십시오. 추천서는 신청서를 제출한 뒤에도 {due}까지 올 수 있습니다.",
    "Name {count} referees. Letters may come until {due}, also after you have submitted.",
)
CAME: Final = Text(
    "추천서 {count}통 가운데 {n}통이 도착했습니다. {due}까지 올 수 있습니다.",
    "{n} of {count} letters have arrived; letters may come until {due}.",
)
ONE_CAME: Final = CAME._replace(en="{n} of {count} letters has arrived; letters may come until {due}.")
ALL_CAME: Final = Text("추천서 {count}통이 모두 도착했습니다.", "All {count} letters have arrived.")
IT_CAME: Final = Text("추천서가 도착했습니다.", "The letter has arrived.")
OVER: Final = Text(
    "추천서 {count}통 가운데 {n}통이 도착했습니다. 받는 기한({due})은 지났습니다.",
    "Letters arrived: {n} of {count}. The time for them ended on {due}.",
)


def place_of_letter(rule: ReferenceRule) -> Place:
    """A letter is checked as an attachment is."""
    return Place(
        "reference", Text("추천서", "Reference letter")._asdict(), {}, ("pdf",), rule.max_pages,
        rule.max_megabytes * 1_000_000, per_institution=False,
    )  # fmt: skip
