"""Organisations, departments, where people work, and restrictions of participation."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from portal.accounts import rules
from portal.accounts.errors import DatesReversed, RegistrationTaken, WrongDepartment
from portal.accounts.models import Affiliation, Department, Organisation, Person, Sanction
from portal.accounts.service.changes import note_change
from portal.audit import service as audit
from portal.platform.context import Context
from portal.platform.db import db
from portal.platform.errors import NotFound
from portal.platform.names import nfc


def create_organisation(
    context: Context,
    name: str,
    kind: str,
    *,
    name_en: str = "",
    country: str = "KR",
    registration: str | None = None,
    gpu_supplier_until: date | None = None,
) -> Organisation:
    """A new organisation. Raises RegistrationTaken when the registration number is known."""
    number = rules.registration_key(registration)
    known = None if number is None else _registered(number)
    if known is not None:
        raise RegistrationTaken("registration", name=known.name)
    made = Organisation(
        public_id=context.ids.public_id(), name=nfc(name).strip(), name_en=nfc(name_en).strip(), kind=kind,
        country=country, registration=number, gpu_supplier_until=gpu_supplier_until, created_at=context.now,
    )  # fmt: skip
    try:
        with db.session.begin_nested():
            db.session.add(made)
    except IntegrityError:  # a parallel twin was first
        twin = _registered(number or "")
        raise RegistrationTaken("registration", name=twin.name if twin else "") from None
    audit.record(context, "OrganisationCreated", "organisation", made.public_id)
    return made


def find_or_create_organisation(
    context: Context, name: str, kind: str, *, name_en: str = "", country: str = "KR", registration: str | None = None
) -> Organisation:
    """By registration number; without one, by the exact name in that country."""
    number = rules.registration_key(registration)
    if number is not None:
        found = _registered(number)
    else:
        same = select(Organisation).where(Organisation.name == nfc(name).strip(), Organisation.country == country)
        found = db.session.scalars(same.order_by(Organisation.id).limit(1)).first()
    return found or create_organisation(
        context, name, kind, name_en=name_en, country=country, registration=registration
    )


def _registered(number: str) -> Organisation | None:
    return db.session.scalars(select(Organisation).where(Organisation.registration == number)).one_or_none()


def add_department(context: Context, organisation_id: int, name: str, parent_id: int | None = None) -> Department:
    """The department of that name below `parent_id`; made when it is missing."""
    wanted = nfc(name).strip()
    same = select(Department).where(
        Department.organisation_id == organisation_id, Department.name == wanted,
        Department.parent_id.is_(None) if parent_id is None else Department.parent_id == parent_id,
    )  # fmt: skip
    found = db.session.scalars(same.order_by(Department.id).limit(1)).first()
    if found is not None:
        return found
    parent = db.session.get(Department, parent_id) if parent_id is not None else None
    if parent_id is not None and (parent is None or parent.organisation_id != organisation_id):
        raise WrongDepartment("department")
    made = Department(organisation_id=organisation_id, parent_id=parent_id, name=wanted)
    db.session.add(made)
    db.session.flush()
    return made


def affiliate(
    context: Context,
    person_id: int,
    organisation_id: int,
    department_id: int | None = None,
    since: date | None = None,
    until: date | None = None,
    representative: bool = False,
    title: str = "",
) -> Affiliation:
    """Where a person works or worked. Whoever says so of themselves is never `representative`: that is the
    office's to record. Past affiliations stay: conflicts look back."""
    begins = since or rules.korean_day(context.now)
    if not rules.dates_in_order(begins, until):
        raise DatesReversed("until")
    department = db.session.get(Department, department_id) if department_id is not None else None
    if department_id is not None and (department is None or department.organisation_id != organisation_id):
        raise WrongDepartment("department")
    person, organisation = db.session.get(Person, person_id), db.session.get(Organisation, organisation_id)
    if person is None or organisation is None:
        raise NotFound
    made = Affiliation(
        person_id=person_id, organisation_id=organisation_id, department_id=department_id, title=nfc(title).strip(),
        representative=representative, since=begins, until=until,
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    note_change(context, person_id)
    audit.record(
        context, "Affiliated", "person", person.public_id, organisation=organisation.public_id,
        department=department_id, since=begins.isoformat(), until=until.isoformat() if until else None,
        representative=representative,
    )  # fmt: skip
    return made


def end_affiliation(context: Context, affiliation_id: int, person_id: int, until: date) -> Affiliation:
    """The person left. Somebody else's affiliation is not there; an end that has passed is not changed."""
    found = db.session.get(Affiliation, affiliation_id, with_for_update=True)
    if found is None or found.person_id != person_id or (found.until and found.until < rules.korean_day(context.now)):
        raise NotFound
    if not rules.dates_in_order(found.since, until):
        raise DatesReversed("until")
    found.until = until
    note_change(context, person_id)
    person = db.session.get_one(Person, person_id)
    audit.record(context, "AffiliationEnded", "person", person.public_id, affiliation=found.id, until=until.isoformat())
    return found


def sanction(
    context: Context,
    ground: str,
    since: date,
    until: date,
    *,
    person_id: int | None = None,
    organisation_id: int | None = None,
) -> Sanction:
    """A restriction of participation (National R&D Innovation Act, art. 32) of one person or one organisation."""
    if not rules.dates_in_order(since, until):
        raise DatesReversed("until")
    person = db.session.get(Person, person_id) if person_id is not None else None
    organisation = db.session.get(Organisation, organisation_id) if organisation_id is not None else None
    subject = person or organisation
    if subject is None or (person is not None and organisation is not None):
        raise NotFound
    made = Sanction(person_id=person_id, organisation_id=organisation_id, ground=ground, since=since, until=until)
    db.session.add(made)
    db.session.flush()
    note_change(context, person_id)
    audit.record(
        context, "SanctionRecorded", "person" if person is not None else "organisation", subject.public_id,
        ground=ground, since=since.isoformat(), until=until.isoformat(),
    )  # fmt: skip
    return made
