"""Take in a file, put it into its place, take it out again."""

from __future__ import annotations

from dataclasses import dataclass

from portal.applications.content import place_of
from portal.applications.errors import NoSuchPlace, TooLongFilm, TooManyPages
from portal.applications.models import Application, Attachment
from portal.applications.queries import drafts
from portal.applications.rules import attachments as rules
from portal.applications.service.draft import edited_by_institution, edited_by_team, opened
from portal.audit.service import record
from portal.platform import files, storage
from portal.platform.context import Context
from portal.platform.db import db
from portal.platform.errors import NotFound
from portal.platform.formats import playing_time
from portal.platform.language import Text


@dataclass(frozen=True)
class NewFile:
    """A stored and checked file that no row names yet."""

    filename: str
    sha256: str
    clean_sha256: str | None
    size: int
    kind: str
    pages: int | None
    text: str
    scan: str
    warnings: tuple[Text, ...] = ()
    seconds: int | None = None


def receive(stream: storage.Readable, filename: str, place: rules.Place, field: str, clamd: str = "") -> NewFile:
    """Store and check an upload, before any transaction: this takes time and touches no table.

    Raises FileTooLarge, FileEmpty, FileRefused, ResidentNumberFound, TooManyPages, TooLongFilm.
    """
    stored = storage.put(stream, place.max_bytes, field)
    allowed = [kind for kind in files.KINDS if kind in place.kinds]
    found = files.check(stored.sha256, filename, allowed, field=field, clamd=clamd)
    fits(place, found.pages, found.seconds, field)
    clean = storage.put_bytes(files.clean_copy(stored.sha256)).sha256 if found.kind in files.CLEANED else None
    return NewFile(
        files.clean_name(filename).safe, stored.sha256, clean, stored.size, found.kind, found.pages, found.text,
        found.scan, found.warnings, found.seconds,
    )  # fmt: skip


def fits(place: rules.Place, pages: int | None, seconds: int | None, field: str | None) -> None:
    """Raises TooManyPages, TooLongFilm."""
    if place.max_pages is not None and pages is not None and pages > place.max_pages:
        raise TooManyPages(field, limit=place.max_pages, pages=pages, over=pages - place.max_pages)
    if place.max_seconds is not None and seconds is not None and seconds > place.max_seconds:
        given = {"length": seconds, "limit": place.max_seconds, "over": seconds - place.max_seconds}
        raise TooLongFilm(field, **{key: playing_time(value) for key, value in given.items()})


def attach(context: Context, application_id: int, slot: str, slice: str, file: NewFile) -> Attachment:
    """Put a received file into a place; the file that stood there is kept as replaced.

    `slot` is a slot's code or `section.question`; `slice` an institution's public id where each has its own.
    Raises CallClosed, Forbidden, NotYours, NoSuchPlace, TooManyPages, TooLongFilm.
    """
    application, place = _writable(context, application_id, slot, slice)
    if file.kind not in place.kinds:
        raise NoSuchPlace("file")
    fits(place, file.pages, file.seconds, "file")
    before = rules.replaced_by(place, file.kind, drafts.attachments_of(application.id, slot, slice))
    for old in before:
        old.replaced_at = context.now
    made = Attachment(
        public_id=context.ids.public_id(), application_id=application.id, slot=slot, slice=slice,
        filename=file.filename, sha256=file.sha256, clean_sha256=file.clean_sha256, size=file.size, kind=file.kind,
        pages=file.pages, seconds=file.seconds, text=file.text, scan=file.scan, uploaded_at=context.now,
        uploaded_by_id=context.actor.person_id,
    )  # fmt: skip
    db.session.add(made)
    application.changed_at = context.now
    db.session.flush()
    record(
        context, "FileAttached", "application", application.public_id, attachment=made.public_id, slot=slot,
        slice=slice, sha256=file.sha256, replaces=",".join(old.public_id for old in before),
    )  # fmt: skip
    return made


def remove_attachment(context: Context, application_id: int, attachment_id: str) -> Attachment:
    """Take a current file out of its place (by its public id); it is kept, but no longer part of the draft."""
    found = next((a for a in drafts.attachments_of(application_id) if a.public_id == attachment_id), None)
    if found is None:
        raise NotFound
    application, _ = _writable(context, application_id, found.slot, found.slice)
    found.replaced_at = context.now
    application.changed_at = context.now
    db.session.flush()
    record(
        context, "FileRemoved", "application", application.public_id, attachment=found.public_id, slot=found.slot,
        slice=found.slice, sha256=found.sha256,
    )  # fmt: skip
    return found


def _writable(context: Context, application_id: int, slot: str, slice: str) -> tuple[Application, rules.Place]:
    application = opened(context, application_id, place_of(slot))
    place = rules.place(application.call.definition, slot)
    if place is None or slice not in rules.slices(place, drafts.institutions_of(application.id)):
        raise NoSuchPlace("file")
    if place.per_institution:
        edited_by_institution(context, application, slice)
    else:
        edited_by_team(context, application_id, place_of(slot))
    return application, place
