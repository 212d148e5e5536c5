"""Letters about a call: its amendments, to everybody who has begun an application."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from portal.applications.models import Application, ApplicationState
from portal.notifications.drafts import Draft, letter
from portal.notifications.letters.recipients import line, team
from portal.platform.context import Context
from portal.platform.db import db
from portal.platform.formats import moment
from portal.platform.language import Text, say
from portal.programs.jobs import AMENDED
from portal.programs.models import Amendment, Call


@letter(AMENDED)
def amended(context: Context, payload: dict[str, Any]) -> list[Draft]:
    amendment = db.session.get_one(Amendment, payload["amendment_id"])
    call = db.session.get_one(Call, amendment.call_id)
    applications = db.session.scalars(
        select(Application)
        .where(Application.call_id == call.id, Application.state != ApplicationState.WITHDRAWN)
        .order_by(Application.id)
    )
    drafts: dict[tuple[int | None, str], Draft] = {}
    for application in applications:
        for to in team(application):
            drafts.setdefault(
                (to.person_id, to.email),
                Draft(
                    to=to,
                    subject=Text("공고가 바뀌었습니다: {call}", "The call was amended: {call}"),
                    params={"call": call.names},
                    paragraphs=[
                        line(
                            "‘{call}’ 공고가 바뀌었습니다: {what}.", "The call ‘{call}’ was amended: {what}.",
                            call=lambda: say(call.names), what=lambda: say(amendment.what),
                        ),
                        line("이유: {reason}", "Reason: {reason}", reason=lambda: say(amendment.reason)),
                        line(
                            "마감은 {at}입니다.", "The deadline is {at}.", at=lambda: moment(amendment.new_closes_at, call.definition.time_zone)
                        ),
                    ],
                    action=Text("공고 보기", "See the call"),
                    path=f"/calls/{call.public_id}",
                    reference=f"{call.code}-{amendment.number}",
                    key=f"{amendment.id}:{to.person_id or to.email}",
                    call_id=call.id,
                ),
            )  # fmt: skip
    return list(drafts.values())
