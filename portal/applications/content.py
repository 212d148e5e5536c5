"""What is handed in: a draft as one canonical JSON text and its SHA-256.

`frozen` gives the shape that every later feature reads (screening, reviews, awards); `canonical_json` the text whose
hash stands on the receipt: sorted keys, no spaces, UTF-8, NFC as stored.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any

from portal.applications.models import (
    Application,
    Attachment,
    Confirmation,
    ConfirmationLink,
    Institution,
    Member,
    PlannedCost,
    RequestedMeans,
    SectionAnswer,
)
from portal.programs.definition import CallDefinition, Component

Content = dict[str, Any]
FOLLOWS = ("confirmations", "declaration")  # may come or change without the team having written anything


@dataclass(frozen=True)
class Whole:
    """A draft with everything that hangs on it, loaded in a fixed number of queries."""

    application: Application
    institutions: Sequence[Institution]
    members: Sequence[Member]
    answers: Sequence[SectionAnswer]
    costs: Sequence[PlannedCost]
    means: Sequence[RequestedMeans]
    attachments: Sequence[Attachment]  # those in force; replaced ones are kept but not handed in
    confirmations: Sequence[Confirmation]
    links: Sequence[ConfirmationLink]

    @property
    def definition(self) -> CallDefinition:
        return self.application.call.definition

    @cached_property
    def by_place(self) -> Mapping[tuple[str, str], SectionAnswer]:
        """(section, slice) -> its saved answers; slice is an institution's public id or empty."""
        return {(row.section, row.slice): row for row in self.answers}

    def answers_of(self, section: str, slice_: str = "") -> dict[str, Any]:
        row = self.by_place.get((section, slice_))
        return row.answers if row is not None else {}


def canonical_json(content: object) -> str:
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def frozen(whole: Whole, today: date, later: Collection[str] = ()) -> Content:
    """The draft as it stands, without the declaration. `today` decides who is a GPU supplier.

    `later`: codes of sections that later stages ask for themselves and that count now.
    """
    application, call = whole.application, whole.application.call
    slices = {"", *(row.public_id for row in whole.institutions)}
    return {
        "call": {"code": call.code, "version": call.version, "hash": call.content_hash},
        "title": application.title,
        "language": application.language,
        "institutions": [_institution(row, today) for row in whole.institutions],
        "members": [_member(row) for row in whole.members],
        "sections": _sections(whole, later),
        "costs": costs_of(whole),
        "means": means_of(whole),
        "attachments": [attachment_of(row) for row in whole.attachments if row.slice in slices],
        "confirmations": [_confirmation(row, whole.institutions) for row in whole.confirmations],
    }


def declared(content: Content, person_id: int | None, at: datetime) -> Content:
    return {**content, "declaration": {"person": person_id, "at": at.isoformat()}}


def _institution(row: Institution, today: date) -> Content:
    organisation = row.organisation
    supplier_until = organisation.gpu_supplier_until if organisation else None
    return {
        "id": row.public_id,
        "organisation": organisation.public_id if organisation else None,
        "name": row.name,
        "role": row.role.value,
        "kind": row.kind,
        "country": row.country,
        "registration": organisation.registration if organisation else None,
        "joined": row.joined_at is not None,
        "gpu_supplier": supplier_until is not None and supplier_until >= today,
    }


def _member(row: Member) -> Content:
    return {
        "id": row.public_id,
        "institution": row.institution.public_id if row.institution else None,
        "name": row.name,
        "email_key": row.email_key,
        "role": row.role.value,
        "department": row.department,
        "consented": row.consented_at is not None,
        "person": row.person_id,
    }


def _sections(whole: Whole, later: Collection[str]) -> dict[str, dict[str, Any]]:
    """Section -> slice -> answers, of the sections this application is made with and institutions still in it."""
    slices = {"", *(row.public_id for row in whole.institutions)}
    asked = {section.code for section in whole.definition.sections_to_apply_with} | set(later)
    found: dict[str, dict[str, Any]] = {}
    for row in whole.answers:
        if row.section in asked and row.slice in slices:
            found.setdefault(row.section, {})[row.slice] = row.answers
    return found


def costs_of(whole: Whole, institution_id: int | None = None) -> list[Content]:
    """The planned costs, of one institution or of all; integer minor units of the call's currency."""
    names = {row.id: row.public_id for row in whole.institutions}
    return [
        {
            "institution": names[row.institution_id],
            "year": row.year,
            "category": row.category,
            "government": row.government,
            "cash": row.cash,
            "in_kind": row.in_kind,
        }
        for row in whole.costs
        if institution_id in (None, row.institution_id) and (row.government or row.cash or row.in_kind)
    ]


def means_of(whole: Whole) -> list[Content]:
    return [
        {
            "component": row.component,
            "option": row.option,
            "year": row.year,
            "quantity": row.quantity,
            "months": row.months,
        }
        for row in whole.means
        if row.quantity
    ]


def attachment_of(row: Attachment) -> Content:
    return {
        "id": row.public_id,
        "slot": row.slot,
        "slice": row.slice,
        "filename": row.filename,
        "sha256": row.sha256,
        "clean_sha256": row.clean_sha256,
        "size": row.size,
        "kind": row.kind,
        "pages": row.pages,
        "seconds": row.seconds,
    }


def _confirmation(row: Confirmation, institutions: Sequence[Institution]) -> Content:
    names = {institution.id: institution.public_id for institution in institutions}
    return {
        "institution": names[row.institution_id],
        "section": row.section,
        "content_hash": row.content_hash,
        "confirmed_at": row.confirmed_at.isoformat(),
    }


def completed(handed_in: Content, now: Content, definition: CallDefinition, places: Collection[str]) -> Content:
    """What was handed in, with the reopened places (`sections.<code>`, `attachments.<code>`) as they stand now."""
    found = {**handed_in, "sections": dict(handed_in["sections"]), "members": now["members"]}
    for section in definition.sections:
        if f"sections.{section.code}" not in places:
            continue
        found["sections"][section.code] = now["sections"].get(section.code, {})
        kinds = {question.kind for question in section.questions}
        if "budget" in kinds:
            found["costs"] = now["costs"]
        if "requested_means" in kinds:
            found["means"] = now["means"]
    kept = [row for row in handed_in["attachments"] if place_of(row["slot"]) not in places]
    found["attachments"] = kept + [row for row in now["attachments"] if place_of(row["slot"]) in places]
    return found


def track_of(definition: CallDefinition, content: Content) -> str:
    """The track that the answer to `track_by` (of a ranked question: the first choice) puts it into; empty without."""
    if definition.track_by is None:
        return ""
    section, _, question = definition.track_by.partition(".")
    given = content["sections"][section][""][question]
    return str(given[0] if isinstance(given, list) else given)


def place_of(slot: str) -> str:
    """Where a file belongs: its section's document or film (`section.question`), or a slot of the call."""
    section, dot, _ = slot.partition(".")
    return f"sections.{section}" if dot else f"attachments.{slot}"


def same_but_declaration(one: Content, other: Content) -> bool:
    """Whether handing in again would say nothing new."""
    return {**one, "declaration": None} == {**other, "declaration": None}


def edited_between(one: Content, other: Content) -> bool:
    """Whether the team changed something, apart from what others gave in the meantime (confirmations, consents)."""
    return _written(one) != _written(other)


def _written(content: Content) -> Content:
    given = {k: v for k, v in content.items() if k not in FOLLOWS and k != "call"}
    given["members"] = [{k: v for k, v in m.items() if k not in ("consented", "person")} for m in content["members"]]
    given["institutions"] = [
        {k: i[k] for k in ("id", "name", "role", "kind", "country")} for i in content["institutions"]
    ]
    given["attachments"] = [{k: v for k, v in a.items() if k != "clean_sha256"} for a in content["attachments"]]
    return given


def requested_value(whole: Whole) -> int:
    """What the team asks for, in the call's currency: money, plus resources at their unit value and months.

    A call without components counts the government's share of the planned costs.
    """
    if not whole.means:
        return sum(row.government for row in whole.costs)
    components = {component.code: component for component in whole.definition.components}
    return sum(_value(row, components.get(row.component)) for row in whole.means)


def _value(row: RequestedMeans, component: Component | None) -> int:
    if component is None:
        return 0
    if component.kind == "money":
        return row.quantity
    unit_value = next((o.unit_value for o in component.options if o.code == row.option), None) or 0
    return row.quantity * row.months * unit_value
