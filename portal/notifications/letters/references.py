"""Letters about reference letters: to the referee, and to the team that a letter has come. None tells what it says."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from portal.applications.jobs import (
    REFERENCE_ARRIVED,
    REFERENCE_ASKED,
    REFERENCE_DECLINED,
    REFERENCE_REMINDED,
    REFERENCE_THANKED,
)
from portal.applications.models import Application, Reference
from portal.applications.queries.references import referees_of, reference_by_public_id
from portal.applications.rules.references import Answer, answer_of, arrived, due_at
from portal.applications.service import is_waited_for, mint_reference_link, reminder_is_due
from portal.notifications.drafts import Draft, Recipient, letter
from portal.notifications.letters.recipients import line, team
from portal.platform.context import Context
from portal.platform.formats import day, moment
from portal.platform.language import Text, say


def _referee(reference: Reference) -> Recipient:
    """In the language that the applicant chose for the referee, whoever stands behind the address."""
    return Recipient(reference.email, reference.language, None, reference.name)


def _asked(payload: dict[str, Any]) -> tuple[Reference, Application] | None:
    """None when the applicant has taken the request back."""
    found = reference_by_public_id(payload["reference"])
    return (found, found.application) if found is not None else None


def _call(application: Application) -> Any:
    return lambda: say(application.call.names)


def _due(application: Application) -> Any:
    return lambda: moment(due_at(application), application.call.definition.time_zone)


def _with_link(context: Context, reference: Reference, subject: Text, paragraphs: Sequence[Any]) -> list[Draft]:
    application = reference.application
    return [
        Draft(
            to=_referee(reference), subject=subject, params={"name": application.owner.name},
            paragraphs=[*paragraphs, *PROMISES], action=Text("추천서 올리기", "Hand in the letter"),
            path=f"/references/{mint_reference_link(context, reference)}?lang={reference.language}",
            reference=application.call.code, key=f"{reference.public_id}:{context.now.isoformat()}", secret=True,
            call_id=application.call_id, application_id=application.id,
        )
    ]  # fmt: skip


PROMISES = (
    line(
        "링크에서 PDF 파일 하나를 올려 주시면 됩니다. 계정은 필요 없고 휴대전화에서도 하실 수 있습니다. "
        "신청자와 그 팀은 추천서를 볼 수 없습니다. 쓰지 않으시려면 같은 링크에서 사양하실 수 있습니다.",
        "Hand in one PDF behind the link; no account is needed, and a phone will do. The applicant and their team "
        "never see the letter. If you would rather not write, you can decline behind the same link.",
    ),
    line("먼저 받으신 링크가 있으면 이 링크로 바뀝니다.", "This link replaces any that you got before."),
)


@letter(REFERENCE_ASKED)
def asked(context: Context, payload: dict[str, Any]) -> list[Draft]:
    found = _asked(payload)
    if found is None or not is_waited_for(context, found[0]):
        return []
    reference, application = found
    return _with_link(
        context, reference, Text("{name} 님의 추천서를 부탁드립니다", "A reference letter for {name}"),
        [
            line(
                "{name} 님이 ‘{call}’에 신청하면서 귀하를 추천인으로 적었습니다.",
                "{name} applies to ‘{call}’ and names you as a referee.",
                name=application.owner.name, call=_call(application),
            ),
            line("{due}까지 올려 주십시오.", "Please hand it in by {due}.", due=_due(application)),
        ],
    )  # fmt: skip


@letter(REFERENCE_REMINDED)
def reminded(context: Context, payload: dict[str, Any]) -> list[Draft]:
    """Stops when the letter has come, was declined or is no longer waited for; moves with the deadline."""
    found = _asked(payload)
    if found is None or not reminder_is_due(context, found[0]):
        return []
    reference, application = found
    return _with_link(
        context, reference, Text("기한 알림: {name} 님의 추천서", "Reminder: a reference letter for {name}"),
        [
            line(
                "‘{call}’에 신청한 {name} 님의 추천서가 아직 오지 않았습니다. {due}까지 올려 주십시오.",
                "The letter for {name}, who applies to ‘{call}’, has not come yet. Please hand it in by {due}.",
                name=application.owner.name, call=_call(application), due=_due(application),
            )
        ],
    )  # fmt: skip


@letter(REFERENCE_THANKED)
def thanked(context: Context, payload: dict[str, Any]) -> list[Draft]:
    """The receipt. The link that the referee holds stays as it is."""
    found = _asked(payload)
    if found is None or found[0].received_at is None:
        return []
    reference, application = found
    received, zone = found[0].received_at, application.call.definition.time_zone
    return [
        Draft(
            to=_referee(reference), subject=Text("추천서를 받았습니다", "Your letter has been received"),
            paragraphs=[
                line(
                    "{name} 님의 추천서를 {at}에 받았습니다. 고맙습니다.",
                    "Your letter for {name} was received at {at}. Thank you.",
                    name=application.owner.name, at=lambda: moment(received, zone, seconds=True),
                ),
                line(
                    "파일: {file}\n파일의 해시(SHA-256): {sha}", "File: {file}\nHash of the file (SHA-256): {sha}",
                    file=reference.filename, sha=reference.sha256 or "",
                ),
                line(
                    "{due}까지 요청 편지의 링크에서 다른 파일로 바꿀 수 있습니다.",
                    "Until {due} you can replace it behind the link of the request.",
                    due=_due(application),
                ),
            ],
            action=Text("공고 보기", "See the call"), path=f"/calls/{application.call.public_id}",
            reference=reference.public_id[:8], key=f"{reference.public_id}:{received.isoformat()}",
            call_id=application.call_id, application_id=application.id,
        )
    ]  # fmt: skip


def _to_team(context: Context, reference: Reference, subject: Text, what: Any) -> list[Draft]:
    application = reference.application
    return [
        Draft(
            to=to, subject=subject, params={"name": reference.name}, paragraphs=list(what),
            action=Text("추천인 보기", "See the referees"), path=f"/applications/{application.public_id}/references",
            reference=application.call.code, key=f"{reference.public_id}:{to.person_id}",
            call_id=application.call_id, application_id=application.id,
        )
        for to in team(application)
    ]  # fmt: skip


@letter(REFERENCE_ARRIVED)
def has_arrived(context: Context, payload: dict[str, Any]) -> list[Draft]:
    """To the team: that it came, and on which day; nothing of the letter."""
    found = _asked(payload)
    if found is None or found[0].received_at is None:
        return []
    reference, application = found
    received, zone = found[0].received_at, application.call.definition.time_zone
    rule, come = application.call.definition.references, arrived(referees_of(application))
    return _to_team(
        context, reference, Text("{name} 님의 추천서가 도착했습니다", "The letter of {name} has arrived"),
        [
            line(
                "{name} 님의 추천서가 {day}에 도착했습니다. 지금까지 {count}통 가운데 {n}통이 왔습니다.",
                "The letter of {name} arrived on {day}. So far {n} of {count} have come.",
                name=reference.name, day=lambda: day(received, zone), n=str(come), count=str(rule.count if rule else come),
            )
        ],
    )  # fmt: skip


@letter(REFERENCE_DECLINED)
def has_declined(context: Context, payload: dict[str, Any]) -> list[Draft]:
    """To the team, so that somebody else can be asked; the reason stays with the office."""
    found = _asked(payload)
    if found is None or answer_of(found[0]) is not Answer.DECLINED:
        return []
    reference, application = found
    return _to_team(
        context, reference, Text("{name} 님이 추천을 사양했습니다", "{name} declined to write a letter"),
        [
            line(
                "{name} 님이 추천서를 쓰지 않기로 했습니다. {due}까지 다른 분께 부탁할 수 있습니다.",
                "{name} declined to write. You can ask somebody else until {due}.",
                name=reference.name, due=_due(application),
            )
        ],
    )  # fmt: skip
