"""The anchor by mail: a copy of the signed line where nobody who runs the database can change it."""

from __future__ import annotations

from typing import Any

from flask import current_app

from portal.accounts.models import Role
from portal.audit.jobs import ANCHORED
from portal.audit.models import AuditAnchor
from portal.notifications.drafts import Draft, Recipient, letter
from portal.notifications.letters.recipients import holders, line
from portal.platform.context import Context
from portal.platform.db import db
from portal.platform.formats import moment
from portal.platform.language import Text


@letter(ANCHORED)
def anchored(context: Context, payload: dict[str, Any]) -> list[Draft]:
    """Every anchor to the configured address; those of a deadline or a decision to the auditors as well."""
    anchor = db.session.get_one(AuditAnchor, payload["anchor_id"])
    outside = current_app.config["AUDITOR_MAIL"]
    to = [Recipient(outside, "ko")] if outside else []
    if payload["notable"]:
        to += [person for person in holders(context.now, Role.AUDITOR) if person.email != outside]
    return [
        Draft(
            to=one,
            subject=Text("감사 기록 고정: {n}줄", "Audit chain anchored at {n} rows"),
            params={"n": f"{anchor.sequence:,}"},
            paragraphs=[
                line(
                    "{at} 기준 감사 기록은 {n}줄이며, 마지막 해시는 아래와 같습니다. 이 편지를 보관해 주십시오.",
                    "At {at} the audit chain held {n} rows; its last hash is below. Please keep this letter.",
                    at=lambda: moment(anchor.at, seconds=True), n=f"{anchor.sequence:,}",
                ),
                line("SHA-256: {hash}", "SHA-256: {hash}", hash=anchor.hash),
                line("서명(Ed25519): {signature}", "Signature (Ed25519): {signature}", signature=anchor.signature),
                line("이유: {reason}", "Reason: {reason}", reason=anchor.reason),
            ],
            action=Text("감사 기록 보기", "See the audit chain"),
            path="/office/audit",
            reference=anchor.hash[:12],
            key=f"{anchor.id}:{one.email}",
        )
        for one in to
    ]  # fmt: skip
