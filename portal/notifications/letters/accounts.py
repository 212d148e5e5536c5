"""Letters about accounts: links of one use, never more than the address's owner may know."""

from __future__ import annotations

from typing import Any

from portal.accounts.jobs import ALREADY_REGISTERED, CONFIRM, RESET, STANDS_IN
from portal.accounts.models import Absence, Person, TokenPurpose
from portal.accounts.service import mint_mail_token
from portal.notifications.drafts import Draft, letter
from portal.notifications.letters.recipients import line, person
from portal.platform.context import Context
from portal.platform.db import db
from portal.platform.formats import day
from portal.platform.language import Text


def _about(payload: dict[str, Any]) -> Person:
    return db.session.get_one(Person, payload["person_id"])


@letter(CONFIRM)
def confirm(context: Context, payload: dict[str, Any]) -> list[Draft]:
    who = _about(payload)
    token = mint_mail_token(context, who.id, TokenPurpose.CONFIRM)
    return [
        Draft(
            to=person(who),
            subject=Text("전자우편 주소를 확인해 주십시오", "Please confirm your e-mail address"),
            paragraphs=[
                line(
                    "이 주소로 계정이 신청되었습니다. 아래 링크를 열면 가입이 끝납니다. 링크는 이틀 동안 한 번만 쓸 수 있습니다.",
                    "An account was requested with this address. Open the link below to finish. It works once, for two days.",
                )
            ],
            action=Text("주소 확인하기", "Confirm the address"),
            path=f"/account/confirm/{token}",
            reference=who.public_id[:8],
            key=f"{who.id}:{context.now.isoformat()}",
            secret=True,
        )
    ]


@letter(RESET)
def reset(context: Context, payload: dict[str, Any]) -> list[Draft]:
    who = _about(payload)
    token = mint_mail_token(context, who.id, TokenPurpose.RESET)
    return [
        Draft(
            to=person(who),
            subject=Text("비밀번호 재설정", "Set a new password"),
            paragraphs=[
                line(
                    "비밀번호를 새로 정하려면 아래 링크를 여십시오. 링크는 한 시간 동안 한 번만 쓸 수 있습니다. "
                    "요청하지 않으셨다면 아무것도 하지 않으셔도 됩니다.",
                    "Open the link below to set a new password. It works once, for one hour. "
                    "If you did not ask for this, nothing needs to be done.",
                )
            ],
            action=Text("새 비밀번호 정하기", "Set a new password"),
            path=f"/reset/link/{token}",
            reference=who.public_id[:8],
            key=f"{who.id}:{context.now.isoformat()}",
            secret=True,
        )
    ]


@letter(ALREADY_REGISTERED)
def already_registered(context: Context, payload: dict[str, Any]) -> list[Draft]:
    who = _about(payload)
    return [
        Draft(
            to=person(who),
            subject=Text("이미 가입된 주소입니다", "You already have an account"),
            paragraphs=[
                line(
                    "이 주소로 다시 가입하려는 요청이 있었습니다. 이미 계정이 있으니 로그인하시거나 비밀번호를 재설정해 주십시오.",
                    "Somebody asked for a new account with this address. You already have one: sign in, or set a new password.",
                )
            ],
            action=Text("로그인", "Sign in"),
            path="/sign-in",
            reference=who.public_id[:8],
            key=f"{who.id}:{context.now.isoformat()}",
        )
    ]


@letter(STANDS_IN)
def stands_in(context: Context, payload: dict[str, Any]) -> list[Draft]:
    """To the deputy; nothing if the absence was called off before the letter was written."""
    found = db.session.get_one(Absence, payload["absence_id"])
    if found.deputy is None or found.ended_at is not None:
        return []
    return [
        Draft(
            to=person(found.deputy),
            subject=Text("부재 중 대리로 지정되었습니다", "You were named as a deputy"),
            paragraphs=[
                line(
                    "{name} 님이 {since}부터 {until}까지 부재이며, 그동안 승인 업무를 대리할 사람으로 지정하셨습니다.",
                    "{name} is away from {since} to {until} and named you to stand in for approvals meanwhile.",
                    name=found.person.name, since=lambda: day(found.since), until=lambda: day(found.until),
                ),
                line(
                    "승인은 본인의 권한과 이름으로 하시며, 이해충돌이 있거나 제안하신 의결은 승인하실 수 없습니다.",
                    "You approve by your own right and in your own name; not what you proposed, nor where you have a conflict.",
                ),
            ],
            action=Text("업무 화면 열기", "Open the office"),
            path="/office",
            reference=found.public_id[:8],
            key=str(found.id),
        )
    ]  # fmt: skip
