"""What a representative confirms: the institution's own slices and the team's sections, each under its hash.

A later change asks again for the changed section only, and shows what changed word by word.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from portal.applications.content import (
    Content,
    Whole,
    canonical_json,
    costs_of,
    digest,
    means_of,
)
from portal.applications.models import Confirmation, Institution
from portal.programs.definition import Question, Section


class PlaceState(enum.StrEnum):
    WAITING = "waiting"
    CONFIRMED = "confirmed"
    CHANGED = "changed"  # confirmed once, edited since


@dataclass(frozen=True)
class Place:
    """One section as an institution confirms it. `content`: question -> value, as it stands now."""

    section: Section
    slice: str
    content: Content
    content_hash: str
    confirmation: Confirmation | None

    @property
    def state(self) -> PlaceState:
        if self.confirmation is None:
            return PlaceState.WAITING
        same = self.confirmation.content_hash == self.content_hash
        return PlaceState.CONFIRMED if same else PlaceState.CHANGED


@dataclass(frozen=True)
class Piece:
    """A run of words: `kind` is same, added or removed."""

    kind: str
    text: str


@dataclass(frozen=True)
class Change:
    """One question whose content is not what was confirmed. Texts are compared by words."""

    question: Question
    old: Any
    new: Any
    pieces: tuple[Piece, ...]


def places_of(whole: Whole, institution: Institution) -> list[Place]:
    """Every section that this institution's representative confirms, in the order of the form."""
    confirmed = {row.section: row for row in whole.confirmations if row.institution_id == institution.id}
    places = []
    for section in whole.definition.sections_to_apply_with:
        if section.confirmed:
            slice_ = institution.public_id if section.editor == "institution" else ""
            content = {q.code: _value(whole, institution, section, slice_, q) for q in section.questions}
            hashed = digest(canonical_json(content))
            places.append(Place(section, slice_, content, hashed, confirmed.get(section.code)))
    return places


def _value(whole: Whole, institution: Institution, section: Section, slice_: str, question: Question) -> Any:
    """What a question stands for; structured ones live in tables of their own."""
    if question.kind == "budget":
        return costs_of(whole, institution.id)
    if question.kind == "requested_means":
        return means_of(whole)
    given = whole.answers_of(section.code, slice_).get(question.code)
    if question.kind == "institutions" and isinstance(given, list):
        chosen = [i for i in whole.institutions if i.public_id in given]
        return [{"name": i.name, "role": i.role.value, "kind": i.kind} for i in chosen]
    if question.kind == "people" and isinstance(given, list):
        named = [m for m in whole.members if m.public_id in given]
        return [
            {"name": m.name, "role": m.role.value, "institution": m.institution.name if m.institution else ""}
            for m in named
        ]
    if question.is_file:
        slot = f"{section.code}.{question.code}"
        return [
            {"filename": a.filename, "sha256": a.sha256}
            for a in whole.attachments
            if a.slot == slot and a.slice == slice_
        ]
    return given


def state_of_all(places: Sequence[Place]) -> PlaceState:
    """For the matrix: confirmed only when every section is; changed when one asks again."""
    states = {place.state for place in places}
    if PlaceState.CHANGED in states:
        return PlaceState.CHANGED
    return PlaceState.WAITING if PlaceState.WAITING in states else PlaceState.CONFIRMED


def state_of(whole: Whole, institution: Institution) -> PlaceState | None:
    """Of everything that it confirms; None: of nothing. What nobody has confirmed yet is not hashed either."""
    asked = {section.code for section in whole.definition.sections_to_apply_with if section.confirmed}
    if not asked:
        return None
    if not any(row.institution_id == institution.id and row.section in asked for row in whole.confirmations):
        return PlaceState.WAITING
    return state_of_all(places_of(whole, institution))


def changes(place: Place) -> list[Change]:
    """Question by question, what is not as confirmed. Empty unless the place is CHANGED."""
    if place.confirmation is None or place.state is not PlaceState.CHANGED:
        return []
    old = place.confirmation.content
    found = []
    for question in place.section.questions:
        before, after = old.get(question.code), place.content.get(question.code)
        if before != after:
            pieces = word_diff(before or "", after or "") if _texts(before, after) else ()
            found.append(Change(question, before, after, pieces))
    return found


def _texts(before: Any, after: Any) -> bool:
    return all(value is None or isinstance(value, str) for value in (before, after))


def word_diff(old: str, new: str) -> tuple[Piece, ...]:
    """The two texts as runs of words kept, removed and added; joining the kept and added ones gives `new`."""
    before, after = re.findall(r"\s+|[^\s]+", old), re.findall(r"\s+|[^\s]+", new)
    pieces: list[Piece] = []
    for kind, i1, i2, j1, j2 in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if kind == "equal":
            pieces.append(Piece("same", "".join(after[j1:j2])))
            continue
        if i2 > i1:
            pieces.append(Piece("removed", "".join(before[i1:i2])))
        if j2 > j1:
            pieces.append(Piece("added", "".join(after[j1:j2])))
    return tuple(pieces)
