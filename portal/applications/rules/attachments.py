"""Which file may stand where."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from portal.applications.models import Attachment, Institution
from portal.programs.definition import AttachmentSlot, CallDefinition, Question, Words

EDITABLE: Final = ("hwp", "hwpx")  # accepted beside the PDF that is reviewed, and shown as text
MEGABYTES: Final = {"document": 50, "video": 300}


@dataclass(frozen=True)
class Place:
    """A slot of the call, or a section's document or film (`section.question`)."""

    code: str
    names: Words
    hint: Words
    kinds: tuple[str, ...]
    max_pages: int | None
    max_bytes: int
    per_institution: bool
    required: bool = True
    may_follow: bool = False
    only_kinds: tuple[str, ...] = ()
    section: str | None = None
    max_seconds: int | None = None


def _of_slot(slot: AttachmentSlot) -> Place:
    return Place(
        slot.code, slot.names, slot.hint, tuple(slot.kinds), slot.max_pages, slot.max_megabytes * 1_000_000,
        slot.per == "institution", slot.required, slot.may_follow, tuple(slot.only_kinds),
        max_seconds=slot.max_seconds,
    )  # fmt: skip


def _kinds(question: Question) -> tuple[str, ...]:
    return ("mp4",) if question.kind == "video" else ("pdf", *EDITABLE)


def places(definition: CallDefinition) -> list[Place]:
    """Documents of the sections first, then the call's slots, in the call's order."""
    documents = [
        Place(
            f"{section.code}.{question.code}", question.names, question.hint, _kinds(question), question.max_pages,
            MEGABYTES[question.kind] * 1_000_000, section.editor == "institution", question.required,
            section=section.code, max_seconds=question.max_seconds,
        )
        for section in definition.sections
        for question in section.questions
        if question.is_file
    ]  # fmt: skip
    return documents + [_of_slot(slot) for slot in definition.attachments]


def place(definition: CallDefinition, code: str) -> Place | None:
    return next((p for p in places(definition) if p.code == code), None)


def asked_of(place: Place, institution: Institution) -> bool:
    return place.per_institution and (not place.only_kinds or institution.kind in place.only_kinds)


def slices(place: Place, institutions: Iterable[Institution]) -> list[str]:
    """Where files for the place may stand: "" for the application, or the public ids of the institutions asked."""
    return [i.public_id for i in institutions if asked_of(place, i)] if place.per_institution else [""]


def beside(kind: str, place_kinds: Collection[str]) -> bool:
    """An editable original that stands beside a PDF instead of replacing it."""
    return kind in EDITABLE and "pdf" in place_kinds


def replaced_by(place: Place, kind: str, current: Sequence[Attachment]) -> list[Attachment]:
    """The current files that a new one of `kind` takes the place of."""
    return [a for a in current if beside(a.kind, place.kinds) == beside(kind, place.kinds)]


def filled(place: Place, current: Iterable[Attachment]) -> bool:
    """A slot that takes a PDF is filled by the PDF, not by the original beside it."""
    return any(not beside(a.kind, place.kinds) for a in current)
