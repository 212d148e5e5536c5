"""Rows of the office's page of deadlines, ready to show."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from portal.applications.models import Extension, LateCode
from portal.applications.rules.extension import code_state
from portal.platform.language import Text

CODE_STATES: dict[str, tuple[Text, str]] = {
    "live": (Text("아직 쓰지 않음", "Not used yet"), "info"),
    "used": (Text("사용함", "Used"), "success"),
    "over": (Text("기한 지남", "Expired"), "neutral"),
}


def extension_row(row: Extension, receipt: str | None) -> dict[str, Any]:
    """Before the close nothing of the content is told: the receipt number, or whose draft it is."""
    return {
        "who": receipt or row.application.owner.email, "old": row.old_closes_at, "new": row.new_closes_at,
        "reason": row.reason, "given": row.given_at, "by_code": row.code_id is not None,
    }  # fmt: skip


def code_row(code: LateCode, now: datetime) -> dict[str, Any]:
    word, tone = CODE_STATES[code_state(code, now)]
    return {
        "word": word, "tone": tone, "until": code.until, "reason": code.reason, "for_email": code.for_email,
        "issued": code.issued_at, "used": code.used_at,
    }  # fmt: skip
