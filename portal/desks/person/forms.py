"""Leaving, and erasing somebody who has no account."""

from __future__ import annotations

from wtforms import BooleanField, HiddenField, TextAreaField

from portal.accounts.forms import known_password
from portal.platform.fields import TextField, email, length, required, text
from portal.platform.web import PortalForm


class LeaveForm(PortalForm):
    password = known_password("비밀번호", "Password")
    sure = BooleanField(
        text("계정을 닫으면 되돌릴 수 없다는 것을 알고 있습니다", "I know that closing the account cannot be undone"),
        [required()],
    )


class WithdrawForm(PortalForm):
    member = HiddenField()


class ErasureForm(PortalForm):
    email = TextField(
        text("지워 달라고 요청한 사람의 전자우편 주소", "E-mail address of whoever asks to be erased"),
        [required(), length(max=254), email()],
    )
    reason = TextAreaField(
        text("요청의 경위와 본인 확인 방법", "How the request came in, and how the person was identified"),
        [required(), length(max=1000, min=10)],
    )
