"""Rows and pictures of the public pages, ready to show."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from flask import url_for

from portal.desks.public.queries import Branch
from portal.platform.formats import day, moment
from portal.platform.language import Text, language, say
from portal.programs.models import Amendment, Call, CallState

HANGUL = re.compile("[가-힣]")
STATES: dict[CallState, tuple[Text, str]] = {
    CallState.DRAFT: (Text("작성 중", "Draft"), "neutral"),
    CallState.PREVIEW: (Text("미리 보기", "Preview"), "neutral"),
    CallState.OPEN: (Text("접수 중", "Open"), "success"),
    CallState.CLOSED: (Text("평가 중", "In review"), "info"),
    CallState.DECIDED: (Text("결정 공개", "Decided"), "neutral"),
    CallState.ARCHIVED: (Text("보관", "Archived"), "neutral"),
}


def former_names(names: Sequence[str]) -> list[str]:
    """Those in the page's language; all where none is. A name says by its letters which it is in."""
    mine = [name for name in names if bool(HANGUL.search(name)) is (language() == "ko")]
    return mine or list(names)


def tree_picture(branch: Branch) -> dict[str, Any]:
    """What the drawn tree takes."""
    return {
        "name": branch.name,
        "cap": branch.cap,
        "used": branch.used,
        "unit": branch.unit,
        "mark": branch.mark,
        "status": say(Text("아직 편성되지 않음", "not yet appropriated")) if branch.status == "planned" else None,
        "children": [tree_picture(child) for child in branch.children],
    }


def call_rows(calls: Sequence[Call]) -> list[dict[str, Any]]:
    """Calls as a list with their state and deadline."""
    rows = []
    for call in calls:
        word, tone = STATES[call.state]
        rows.append(
            {
                "label": say(call.names),
                "url": url_for("desks_public.call", public_id=call.public_id),
                "hint": say(Text("마감 {at}", "Closes {at}"), at=moment(call.closes_at))
                if call.state is CallState.OPEN
                else say(Text("마감 {at}", "Closed {at}"), at=day(call.closes_at)),
                "status": word,
                "tone": tone,
            }
        )
    return rows


def amendment_steps(amendments: Sequence[Amendment]) -> list[dict[str, Any]]:
    return [
        {
            "label": f"{a.number}. {say(a.what)}",
            "at": a.at,
            "state": "done",
            "note": say(
                Text(
                    "{reason} (마감 {old} → {new})" if a.old_closes_at != a.new_closes_at else "{reason}",
                    "{reason} (deadline {old} → {new})" if a.old_closes_at != a.new_closes_at else "{reason}",
                ),
                reason=say(a.reason),
                old=moment(a.old_closes_at),
                new=moment(a.new_closes_at),
            ),
        }
        for a in amendments
    ]
