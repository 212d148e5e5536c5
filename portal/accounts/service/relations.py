"""What ties people to each other and to organisations; who takes part in which running project."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from sqlalchemy import delete, or_, select

from portal.accounts import queries, rules
from portal.accounts.errors import DatesReversed, NotYourself, OtherUnknown, ReasonNeeded, RelationToOneself
from portal.accounts.models import Organisation, Participation, Person, Relation, RelationKind
from portal.accounts.service.changes import note_change
from portal.accounts.service.registration import find_or_create_person
from portal.audit import service as audit
from portal.platform.context import Context
from portal.platform.db import db
from portal.platform.errors import NotFound
from portal.platform.files.resident_number import refuse_resident_numbers
from portal.platform.language import Text
from portal.platform.names import nfc
from portal.platform.personal import Holding, plain


def record_relation(
    context: Context,
    person_id: int,
    kind: RelationKind,
    since: date,
    until: date | None = None,
    *,
    other_id: int | None = None,
    organisation_id: int | None = None,
    note: str = "",
) -> Relation:
    """A relation of one person to another one or to an organisation, between two days; the same again is found.

    Raises DatesReversed, RelationToOneself, NotFound where `kind` wants the other subject.
    """
    if until is not None and not rules.dates_in_order(since, until):
        raise DatesReversed("until")
    person = db.session.get_one(Person, person_id)
    subject = Organisation if kind is RelationKind.SHARES else Person
    given = organisation_id if kind is RelationKind.SHARES else other_id
    if given is None or db.session.get(subject, given) is None or None not in (other_id, organisation_id):
        raise NotFound
    if other_id in queries.identities(person):
        raise RelationToOneself("other")
    refuse_resident_numbers(note, "note")
    known = select(Relation).where(
        Relation.person_id == person_id, Relation.other_id == other_id, Relation.organisation_id == organisation_id,
        Relation.kind == kind, Relation.since == since, Relation.until == until, Relation.withdrawn_at.is_(None),
    )  # fmt: skip
    if (same := db.session.scalars(known.order_by(Relation.id)).first()) is not None:
        return same
    made = Relation(
        public_id=context.ids.public_id(), person_id=person_id, other_id=other_id, organisation_id=organisation_id,
        kind=kind, since=since, until=until, note=nfc(note).strip(), recorded_at=context.now,
        recorded_by_id=context.actor.person_id,
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    note_change(context, person_id, other_id)
    audit.record(
        context, "RelationRecorded", "person", person.public_id, relation=made.public_id, kind=kind.value,
        other=other_id, organisation=organisation_id, since=since.isoformat(),
        until=until.isoformat() if until else None,
    )  # fmt: skip
    return made


def relate(
    context: Context, person_id: int, kind: RelationKind, with_: str, name: str, since: date, until: date | None,
    note: str = "",
) -> Relation:  # fmt: skip
    """The same with the other side as people write it: an address, researcher number or ORCID; of shares, an
    organisation's name or registration number. Somebody new needs an address and a name. Raises OtherUnknown."""
    words = nfc(with_).strip()
    if kind is RelationKind.SHARES:
        organisation = queries.organisation_by_key(words)
        if organisation is None:
            raise OtherUnknown("other")
        return record_relation(context, person_id, kind, since, until, organisation_id=organisation.id, note=note)
    own = person_id == context.actor.person_id  # who is known to the portal is not theirs to find out
    other = None if own else queries.person_by_key(words)
    if other is None:
        if "@" not in words or not name.strip():
            raise OtherUnknown("other")
        other = find_or_create_person(context, name, words)
    return record_relation(context, person_id, kind, since, until, other_id=other.id, note=note)


def withdraw_relation(context: Context, relation_id: int, reason: str) -> Relation:
    """Recorded by mistake: it bars nobody any more, and stays on record with the reason."""
    row = db.session.get_one(Relation, relation_id, with_for_update=True)
    person = db.session.get_one(Person, row.person_id)
    if row.withdrawn_at is not None:
        raise NotFound
    if context.actor.person_id in queries.identities(person):
        raise NotYourself
    if not reason.strip():
        raise ReasonNeeded("reason")
    refuse_resident_numbers(reason, "reason")
    row.withdrawn_at, row.withdrawn_reason = context.now, reason.strip()
    note_change(context, row.person_id, row.other_id)
    audit.record(
        context, "RelationWithdrawn", "person", person.public_id,
        relation=row.public_id, reason=row.withdrawn_reason,
    )  # fmt: skip
    return row


def join_project(context: Context, project: str, people: Iterable[tuple[int | None, str]], since: date) -> None:
    """These people (person id where known, address) take part in a project from this day on; once each."""
    known = set(db.session.scalars(select(Participation.email_key).where(Participation.project == project)))
    for person_id, email_key in sorted(people, key=lambda p: p[1]):
        if email_key not in known:
            db.session.add(Participation(project=project, person_id=person_id, email_key=email_key, since=since))
            known.add(email_key)
    db.session.flush()


def drop_project(project: str) -> None:
    """It was called off before anything was signed: nobody took part in it."""
    db.session.execute(delete(Participation).where(Participation.project == project))


def export_relations(ids: Sequence[int]) -> list[Holding]:
    """What is recorded between the person and others, and the running projects they take part in."""
    rows = db.session.scalars(
        select(Relation).where(or_(Relation.person_id.in_(ids), Relation.other_id.in_(ids))).order_by(Relation.id)
    )
    projects = db.session.scalars(
        select(Participation).where(Participation.person_id.in_(ids)).order_by(Participation.id)
    )
    span = {"since": Text("부터", "from"), "until": Text("까지", "until")}
    return [
        Holding(
            "account", Text("다른 사람이나 기관과의 관계", "Relations to other people and organisations"),
            {"kind": Text("관계", "Relation"), "note": Text("제목", "Title"), **span},
            [{c: plain(getattr(row, c)) for c in ("kind", "note", "since", "until")} for row in rows],
            "accounts.my_relations",
        ),
        Holding(
            "account", Text("참여하는 과제", "Projects that you take part in"),
            {"project": Text("과제", "Project"), **span},
            [{c: plain(getattr(row, c)) for c in ("project", "since", "until")} for row in projects],
        ),
    ]  # fmt: skip


def erase_relations(ids: Sequence[int]) -> None:
    """Of erased people: relations and parts in projects go; a bar that came from them keeps its dates."""
    db.session.execute(delete(Relation).where(or_(Relation.person_id.in_(ids), Relation.other_id.in_(ids))))
    db.session.execute(delete(Participation).where(Participation.person_id.in_(ids)))
