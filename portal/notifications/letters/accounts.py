"""Letters about accounts: links of one use, never more than the address's owner may know."""

from __future__ import annotations

from typing import Any

from portal.accounts.jobs import ALREADY_REGISTERED, CONFIRM, RESET
from portal.accounts.models import Person, TokenPurpose
from portal.accounts.service import mint_mail_token
from portal.notifications.drafts import Draft, letter
from portal.notifications.letters.recipients import line, person
from portal.platform.context import Context
from portal.platform.db import db
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
