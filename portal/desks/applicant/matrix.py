"""The cockpit's matrix of institutions, and the means asked for against the call's ceilings."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from portal.applications.content import Whole
from portal.applications.models import Institution
from portal.applications.rules import Standing, can_edit_slice, can_lead, is_open
from portal.applications.rules.attachments import asked_of, places
from portal.applications.rules.confirmation import PlaceState, places_of, state_of_all
from portal.applications.rules.means import asked_for, years_of
from portal.applications.rules.missing import Missing
from portal.platform.language import Text, say
from portal.programs.definition import Component

Row = dict[str, Any]


def matrix(draft: Whole, standing: Standing, missing: Sequence[Missing], now: datetime) -> list[Row]:
    """Institution x (joined, part, certificate, consents, confirmed); `remind` where a button helps."""
    open_now, leads = is_open(draft.application, now), can_lead(standing)
    return [_matrix_row(draft, row, standing, missing, open_now and leads) for row in draft.institutions]


def _matrix_row(
    draft: Whole, institution: Institution, standing: Standing, missing: Sequence[Missing], reminds: bool
) -> Row:
    mine = [m for m in missing if m.institution == institution.public_id]
    own = can_edit_slice(standing, institution.public_id)
    joined = institution.joined_at is not None
    parts = [m for m in mine if m.endpoint in ("applications.section", "applications.budget")]
    files = [m for m in mine if m.endpoint == "applications.attachments"]
    people = [m for m in draft.members if m.institution_id == institution.id]
    waiting = [m for m in people if m.consented_at is None]
    confirmed = state_of_all(places_of(draft, institution))
    linked = any(link.institution_id == institution.id for link in draft.links)
    cells = [
        _cell("joined", _yes(joined), reminds and not joined and bool(institution.contact_email)),
        _cell("part", _count(len(parts)), reminds and bool(parts) and joined and not own),
        _cell(
            "certificate",
            _files(institution, draft, len(files)),
            reminds and bool(files) and joined and not own,
            ask="part",
        ),
        _cell("consents", _share(len(people) - len(waiting), len(people)), reminds and bool(waiting)),
        _cell("confirmed", CONFIRMED[confirmed], reminds and confirmed is not PlaceState.CONFIRMED and linked),
    ]
    return {"institution": institution, "own": own, "cells": cells, "asked": linked}


CONFIRMED = {
    PlaceState.WAITING: (Text("아직", "Not yet"), "neutral"),
    PlaceState.CONFIRMED: (Text("확인함", "Confirmed"), "success"),
    PlaceState.CHANGED: (Text("바뀌어 다시 필요", "Changed, needed again"), "warning"),
}
COLUMNS = {
    "joined": Text("참여", "Joined"),
    "part": Text("작성", "Part filled"),
    "certificate": Text("증명서", "Certificates"),
    "consents": Text("동의", "Consents"),
    "confirmed": Text("기관 확인", "Confirmed"),
}


def _cell(code: str, word: tuple[Any, str], remind: bool, ask: str = "") -> Row:
    return {
        "code": code, "label": COLUMNS[code], "word": word[0], "tone": word[1],
        "remind": (ask or code) if remind else "",
    }  # fmt: skip


def _yes(done: bool) -> tuple[Text, str]:
    return (Text("참여함", "Joined"), "success") if done else (Text("응답 전", "No answer yet"), "warning")


def _count(missing: int) -> tuple[Any, str]:
    if not missing:
        return Text("완료", "Done"), "success"
    return say(Text("{n}가지 남음", "{n} missing"), n=missing), "warning"


def _files(institution: Institution, draft: Whole, missing: int) -> tuple[Any, str]:
    asked = any(asked_of(place, institution) for place in places(draft.definition))
    return _count(missing) if asked else NOT_ASKED


NOT_ASKED = (Text("해당 없음", "Not asked for"), "neutral")
NOBODY = (Text("참여자 없음", "No members yet"), "neutral")


def _share(done: int, total: int) -> tuple[Any, str]:
    if not total:
        return NOBODY
    word = say(Text("{total}명 중 {done}명", "{done} of {total}"), done=done, total=total)
    return word, "success" if done == total else "warning"


def caps(draft: Whole) -> list[Row]:
    """What is asked for of each component against the call's published ceiling."""
    sections = draft.definition.sections_to_apply_with
    if not any(q.kind == "requested_means" for section in sections for q in section.questions):
        return []
    rows: list[Row] = []
    for component in asked_for(draft.definition):
        wishes = [w for w in draft.means if w.component == component.code]
        rows += _money_caps(draft, component) if component.kind == "money" else [_resource_cap(component, wishes)]
    return rows


def _money_caps(draft: Whole, component: Component) -> list[Row]:
    asked = {w.year: w.quantity for w in draft.means if w.component == component.code}
    return [
        {
            "label": say(Text("{name}, {year}년", "{name}, {year}"), name=say(component.names), year=year),
            "asked": asked.get(year, 0), "cap": component.award_cap, "unit": draft.definition.currency,
            "mark": component.mark,
        }
        for year in years_of(component, draft.definition)
    ]  # fmt: skip


def _resource_cap(component: Component, wishes: Sequence[Any]) -> Row:
    return {
        "label": say(component.names), "asked": sum(w.quantity for w in wishes), "cap": component.max_quantity,
        "unit": component.unit, "mark": component.mark,
    }  # fmt: skip
