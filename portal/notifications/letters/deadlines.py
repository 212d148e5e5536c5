"""Letters about one application's own deadline: an extension, a code for a late submission."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from portal.accounts.models import Person
from portal.applications.jobs import EXTENDED, LATE_CODE_ISSUED
from portal.applications.models import Extension, LateCode
from portal.applications.rules.extension import written_code
from portal.applications.service import mint_code
from portal.notifications.drafts import Draft, Recipient, letter
from portal.notifications.letters.recipients import line, team
from portal.platform.context import Context
from portal.platform.db import db
from portal.platform.formats import moment
from portal.platform.language import Text, say


@letter(EXTENDED)
def extended(context: Context, payload: dict[str, Any]) -> list[Draft]:
    extension = db.session.get_one(Extension, payload["extension_id"])
    application = extension.application
    zone = application.call.definition.time_zone
    title = application.title or application.public_id[:8]
    return [
        Draft(
            to=to,
            subject=Text("신청 마감이 연장되었습니다", "Your deadline was extended"),
            paragraphs=[
                line(
                    "‘{title}’ 신청의 마감이 {old}에서 {new}(으)로 연장되었습니다.",
                    "The deadline of ‘{title}’ was extended from {old} to {new}.",
                    title=title, old=lambda: moment(extension.old_closes_at, zone),
                    new=lambda: moment(extension.new_closes_at, zone),
                ),
                line("이유: {reason}", "Reason: {reason}", reason=extension.reason),
                line(
                    "이 신청에만 적용됩니다. 새 마감까지 고치고 제출할 수 있습니다.",
                    "This holds for this application only. Until then you can change and submit it.",
                ),
            ],
            action=Text("신청 보기", "See the application"),
            path=f"/applications/{application.public_id}",
            reference=application.call.code,
            key=f"{extension.id}:{to.person_id}",
            call_id=application.call_id, application_id=application.id,
        )
        for to in team(application)
    ]  # fmt: skip


@letter(LATE_CODE_ISSUED)
def late_code_issued(context: Context, payload: dict[str, Any]) -> list[Draft]:
    """The code stands in the link alone, which is forgotten once the letter is sent; only its hash is kept."""
    code = db.session.get_one(LateCode, payload["code_id"])
    call = code.call
    if code.for_email is None or code.used_at is not None:
        return []
    known = db.session.scalars(select(Person).where(Person.email_key == code.for_email)).one_or_none()
    to = (
        Recipient(code.for_email, known.language, known.id, known.name)
        if known
        else Recipient(code.for_email, call.definition.languages[0])
    )
    zone = call.definition.time_zone
    letters = written_code(mint_code(context, code.id))
    return [
        Draft(
            to=to,
            subject=Text("늦은 제출 코드: {call}", "Code for a late submission: {call}"),
            params={"call": call.names},
            paragraphs=[
                line(
                    "‘{call}’ 공고에 {until}까지 제출할 수 있는 코드를 보냅니다.",
                    "This is a code with which you can submit to the call ‘{call}’ until {until}.",
                    call=lambda: say(call.names), until=lambda: moment(code.until, zone),
                ),
                line("이유: {reason}", "Reason: {reason}", reason=code.reason),
                line(
                    "링크를 열어 새로 신청하거나 작성하던 신청서를 고르십시오. 코드는 이 주소의 계정으로 한 번만 쓸 수 있습니다.",
                    "Open the link to start an application, or to choose the one you had begun. The code works once, "
                    "for the account of this address.",
                ),
            ],
            action=Text("코드 쓰기", "Use the code"),
            path=f"/calls/{call.public_id}/apply?code={letters}",
            reference=call.code,
            key=str(code.id),
            secret=True,
            call_id=call.id,
        )
    ]  # fmt: skip
