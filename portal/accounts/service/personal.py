"""What accounts holds of a person; copies of everything; closing an account; erasing a person."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, exists, func, or_, select, update

from portal.accounts import queries, rules
from portal.accounts.engine import UNUSABLE
from portal.accounts.errors import CopyUnderWay, LastAdministrator, PasswordWrong, TooManyCopies
from portal.accounts.jobs import COPY
from portal.accounts.models import (
    Absence,
    Account,
    Address,
    Affiliation,
    Consent,
    Double,
    MailToken,
    Person,
    PersonalCopy,
    ReviewerProfile,
    Role,
    RoleGrant,
    Sanction,
    SavedFilter,
    SignInSession,
)
from portal.accounts.retention import COPIES_A_DAY, TERMS
from portal.accounts.service.relations import erase_relations, export_relations
from portal.accounts.service.sessions import revoke_all
from portal.audit import service as audit
from portal.platform.context import Context
from portal.platform.db import db
from portal.platform.jobs import enqueue
from portal.platform.language import Text
from portal.platform.personal import ERASED_NAME, Holding, erased_address, plain

FROM, TO = Text("부터", "from"), Text("까지", "until")


def _rows(model: Any, ids: Sequence[int], *columns: str) -> list[dict[str, Any]]:
    found = db.session.scalars(select(model).where(model.person_id.in_(ids)).order_by(*model.__mapper__.primary_key))
    return [{column: plain(getattr(row, column)) for column in columns} for row in found]


def export_person(ids: Sequence[int]) -> list[Holding]:
    """Of every identity of the human."""
    people = db.session.scalars(select(Person).where(Person.id.in_(ids)).order_by(Person.id)).all()
    who = [
        {
            c: plain(getattr(p, c))
            for c in (
                "name",
                "name_latin",
                "email",
                "language",
                "time_zone",
                "researcher_number",
                "orcid",
                "created_at",
            )
        }
        for p in people
    ]
    places = [
        {"organisation": a.organisation.name, "department": a.department.name if a.department else "",
         "title": a.title, "since": plain(a.since), "until": plain(a.until)}
        for a in queries.affiliations_of(ids)
    ]  # fmt: skip
    span = {"since": FROM, "until": TO}
    return [
        Holding(
            "account", Text("기본 정보", "Settings"),
            {"name": Text("이름", "Name"), "email": Text("전자우편 주소", "E-mail address"), "language": Text("언어", "Language"),
             "time_zone": Text("시간대", "Time zone"), "researcher_number": Text("국가연구자번호", "National researcher number"),
             "name_latin": Text("로마자 이름", "Name in Latin letters"), "orcid": Text("ORCID", "ORCID"),
             "created_at": Text("만든 때", "Made")},
            who, "accounts.profile",
        ),
        Holding(
            "account", Text("소속", "Affiliations"),
            {"organisation": Text("기관", "Organisation"), "department": Text("부서", "Department"),
             "title": Text("직위", "Position"), **span},
            places, "accounts.profile",
        ),
        Holding(
            "account", Text("역할", "Roles"), {"role": Text("역할", "Role"), "scope": Text("범위", "Scope"), **span},
            _rows(RoleGrant, ids, "role", "scope", "since", "until"),
        ),
        Holding(
            "account", Text("참여제한", "Restrictions"), {"ground": Text("사유", "Ground"), **span},
            _rows(Sanction, ids, "ground", "since", "until"),
        ),
        Holding(
            "session", Text("로그인한 기기", "Signed-in devices"),
            {"device": Text("기기", "Device"), "created_at": Text("로그인", "Signed in"), "seen_at": Text("마지막 사용", "Last used")},
            _rows(SignInSession, ids, "device", "created_at", "seen_at"), "accounts.sessions",
        ),
        Holding(
            "reviewer", Text("평가위원 정보", "Reviewer profile"),
            {"keywords": Text("전문 분야", "Fields"), "works": Text("논문과 과제", "Papers and projects"), "kind": Text("소속 분야", "Sector"), "capacity": Text("담당 가능 건수", "Capacity")},
            _rows(ReviewerProfile, ids, "keywords", "works", "kind", "capacity"), "accounts.reviewer_profile",
        ),
        Holding(
            "account", Text("저장한 조건", "Saved filters"),
            {"name": Text("이름", "Name"), "query": Text("조건", "Conditions"), "saved_at": Text("저장한 때", "Saved")},
            _rows(SavedFilter, ids, "name", "query", "saved_at"),
        ),
        Holding("absence", Text("부재", "Absences"), span, _rows(Absence, ids, "since", "until"), "accounts.absence"),
        Holding(
            "consent", Text("동의", "Consents"),
            {"purpose": Text("목적", "Purpose"), "version": Text("동의문의 판", "Version of the text"), "text_hash": Text("동의문의 해시", "Hash of the text"),
             "at": Text("동의한 때", "Given"), "withdrawn_at": Text("철회한 때", "Withdrawn")},
            _rows(Consent, ids, "purpose", "version", "text_hash", "at", "withdrawn_at"),
        ),
        Holding(
            "account", Text("다른 전자우편 주소", "Other addresses"), {"email": Text("전자우편 주소", "E-mail address"), "added_at": Text("적은 때", "Added")},
            _rows(Address, ids, "email", "added_at"), "accounts.profile",
        ),
        *export_relations(ids),
    ]  # fmt: skip


# --- copies ---


def ask_copy(context: Context, person_id: int) -> PersonalCopy:
    """Ask for a copy of everything. Raises CopyUnderWay, TooManyCopies."""
    db.session.get_one(Person, person_id, with_for_update=True)
    recent = db.session.scalars(
        select(PersonalCopy)
        .where(PersonalCopy.person_id == person_id, PersonalCopy.asked_at > context.now - timedelta(days=1))
        .order_by(PersonalCopy.id)
    ).all()
    if any(copy.made_at is None for copy in recent):
        raise CopyUnderWay
    if len(recent) >= COPIES_A_DAY:
        raise TooManyCopies(most=COPIES_A_DAY)
    made = PersonalCopy(public_id=context.ids.public_id(), person_id=person_id, asked_at=context.now)
    db.session.add(made)
    db.session.flush()
    audit.record(context, "PersonalCopyAsked", "personal_copy", made.public_id)
    enqueue(COPY, {"copy_id": made.id}, key=str(made.id), now=context.now)
    return made


def keep_copy(context: Context, copy_id: int, sha256: str, size: int) -> None:
    """The file is made: it can be downloaded for some days."""
    copy = db.session.get_one(PersonalCopy, copy_id, with_for_update=True)
    if copy.made_at is None:
        copy.made_at, copy.expires_at = context.now, context.now + TERMS["copy"].span
        copy.sha256, copy.size = sha256, size
        audit.record(context, "PersonalCopyMade", "personal_copy", copy.public_id, sha256=sha256)


def note_copy_taken(context: Context, copy_id: int) -> None:
    copy = db.session.get_one(PersonalCopy, copy_id)
    copy.taken_at = copy.taken_at or context.now
    audit.record(context, "PersonalCopyTaken", "personal_copy", copy.public_id)


def drop_copies(context: Context) -> int:
    """Past their days; the sweeper takes the files. How many."""
    past = update(PersonalCopy).where(PersonalCopy.sha256.is_not(None), PersonalCopy.expires_at <= context.now)
    return len(db.session.scalars(past.values(sha256=None).returning(PersonalCopy.id)).all())


# --- leaving and erasing ---


def check_not_last(person: Person, context: Context) -> None:
    """Somebody has to be able to run the portal. Raises LastAdministrator."""
    ids = queries.identities(person)
    everywhere = (
        select(RoleGrant.person_id)
        .outerjoin(Account, Account.person_id == RoleGrant.person_id)
        .where(
            RoleGrant.role == Role.ADMINISTRATOR, RoleGrant.scope == "*", queries.grant_is_valid(context.now),
            Account.disabled_at.is_(None),
        )
    )  # fmt: skip
    holders = set(db.session.scalars(everywhere))
    if holders & set(ids) and not holders - set(ids):
        raise LastAdministrator


def leave(context: Context, person_id: int, verified_hash: str) -> None:
    """Close every account of the human: sessions end, roles end, what nobody has to keep is gone at once."""
    person = db.session.get_one(Person, person_id, with_for_update=True)
    account = db.session.get(Account, person_id, with_for_update=True)
    if account is None or account.password_hash != verified_hash:
        raise PasswordWrong("password")
    check_not_last(person, context)
    ids = queries.identities(person)
    for one in db.session.scalars(select(Account).where(Account.person_id.in_(ids)).with_for_update()):
        one.disabled_at, one.left_at = one.disabled_at or context.now, context.now
        one.password_hash, one.totp_secret, one.totp_confirmed_at, one.totp_last_step = UNUSABLE, None, None, None
        revoke_all(context, one.person_id)
    live = or_(RoleGrant.until.is_(None), RoleGrant.until > context.now)
    db.session.execute(update(RoleGrant).where(RoleGrant.person_id.in_(ids), live).values(until=context.now))
    _erase_at_once(ids)
    audit.record(context, "AccountClosed", "person", person.public_id)


def _erase_at_once(ids: Sequence[int]) -> None:
    for model in (SignInSession, MailToken, ReviewerProfile, SavedFilter):
        db.session.execute(delete(model).where(model.person_id.in_(ids)))


def erase_person(context: Context, ids: Sequence[int]) -> int:
    """Names, addresses, numbers and affiliations of these records; the ids stay. How many were still there."""
    people = db.session.scalars(
        select(Person).where(Person.id.in_(ids), Person.erased_at.is_(None)).order_by(Person.id).with_for_update()
    ).all()
    for person in people:
        person.name, person.researcher_number, person.erased_at = ERASED_NAME, None, context.now
        person.email = person.email_key = erased_address(person.public_id)
        audit.record(context, "PersonErased", "person", person.public_id)
        person.name_latin, person.orcid = "", None
    erase_relations(ids)
    db.session.execute(delete(Address).where(Address.person_id.in_(ids)))
    db.session.execute(delete(Double).where(or_(Double.low_id.in_(ids), Double.high_id.in_(ids))))
    _erase_at_once(ids)
    for model in (Affiliation, Absence):
        db.session.execute(delete(model).where(model.person_id.in_(ids)))
    audit.forget_values("person", [person.public_id for person in people])
    return len(people)


def left_people(limit: int) -> list[int]:
    """Who closed their account and still stands by name."""
    query = select(Account.person_id).join(Person).where(Account.left_at.is_not(None), Person.erased_at.is_(None))
    return list(db.session.scalars(query.order_by(Account.person_id).limit(limit)))


def unconfirmed_past_term(context: Context, limit: int) -> list[int]:
    """Registered, never confirmed, without anything else."""
    granted = exists().where(RoleGrant.person_id == Person.id)
    query = select(Person.id).join(Account, Account.person_id == Person.id)
    return list(
        db.session.scalars(
            query.where(
                Account.confirmed_at.is_(None), Person.erased_at.is_(None), ~granted,
                Person.created_at <= context.now - TERMS["unconfirmed"].span,
            )
            .order_by(Person.id)
            .limit(limit)
        )
    )  # fmt: skip


def _absences_past_term(context: Context) -> Any:
    return Absence.until < rules.korean_day(context.now - TERMS["absence"].span)


def count_absences_past_term(context: Context) -> int:
    return db.session.scalar(select(func.count()).select_from(Absence).where(_absences_past_term(context))) or 0


def drop_absences(context: Context) -> int:
    gone = delete(Absence).where(_absences_past_term(context)).returning(Absence.id)
    return len(db.session.scalars(gone).all())


def count_copies_past_term(context: Context) -> int:
    past = PersonalCopy.sha256.is_not(None) & (PersonalCopy.expires_at <= context.now)
    return db.session.scalar(select(func.count()).select_from(PersonalCopy).where(past)) or 0
