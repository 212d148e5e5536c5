"""What applications hold of a person, and their end: drafts nobody handed in, and what is past its term."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import delete, exists, func, or_, select, update
from sqlalchemy.orm import joinedload

from portal.accounts.models import Person
from portal.accounts.retention import TERMS
from portal.applications.models import (
    Application,
    ApplicationState,
    Attachment,
    Confirmation,
    ConfirmationLink,
    EntryState,
    Extension,
    Institution,
    LateCode,
    Member,
    Reference,
    Reopening,
    SectionAnswer,
    StageEntry,
    Submission,
)
from portal.audit.service import forget_values, record
from portal.platform import search
from portal.platform.context import Context
from portal.platform.db import db
from portal.platform.language import Text
from portal.platform.personal import ERASED_NAME, Holding, Said, erased_address, plain, said
from portal.programs.models import Call

AT_WORK = (EntryState.ENTERED, EntryState.IN_REVIEW)
_HANDED_IN = exists().where(Submission.application_id == Application.id)


def export_person(ids: Sequence[int]) -> list[Holding]:
    """What the person wrote and gave: own applications with the team's answers, own places in teams, own files.

    Of others no name, no address, no slice of another institution.
    """
    owned = db.session.scalars(
        select(Application)
        .where(Application.owner_id.in_(ids), Application.erased_at.is_(None))
        .options(joinedload(Application.call))
        .order_by(Application.id)
    ).all()
    answers = _answers([a.id for a in owned])
    return [
        Holding(
            "application", Text("내가 시작한 신청서", "Applications that you started"),
            {"call": Text("공고", "Call"), "title": Text("과제 이름", "Title"), "state": Text("상태", "State"),
             "created_at": Text("시작", "Started"), "changed_at": Text("마지막 변경", "Last change"), "answers": Text("답변", "Answers")},
            [
                {"call": a.call.code, "title": a.title, "state": a.state.value, "created_at": plain(a.created_at),
                 "changed_at": plain(a.changed_at), "answers": answers.get(a.id, {})}
                for a in owned
            ],
            "desks_applicant.applications",
        ),
        Holding(
            "application", Text("참여자로 오른 신청서", "Applications in which you stand as a member"),
            {"call": Text("공고", "Call"), "name": Text("이름", "Name"), "email": Text("전자우편 주소", "E-mail address"),
             "role": Text("역할", "Role"), "department": Text("부서", "Department"), "invited_at": Text("초대", "Invited"),
             "consented_at": Text("동의", "Consented"), "consent_version": Text("동의문의 판", "Version of the text"),
             "declined_at": Text("동의하지 않음", "Declined")},
            [_member(m) for m in _memberships(ids)],
        ),
        Holding(
            "application", Text("내가 올린 파일", "Files that you uploaded"),
            {"filename": Text("파일 이름", "Name"), "size": Text("크기(바이트)", "Size in bytes"), "uploaded_at": Text("올린 때", "Uploaded"), "sha256": Text("해시", "Hash")},
            [
                {"filename": f.filename, "size": f.size, "uploaded_at": plain(f.uploaded_at), "sha256": f.sha256}
                for f in db.session.scalars(select(Attachment).where(Attachment.uploaded_by_id.in_(ids)).order_by(Attachment.id))
            ],
        ),
        Holding(
            "application", Text("내가 부탁받은 추천서", "Reference letters that you were asked for"),
            {"call": Text("공고", "Call"), "name": Text("이름", "Name"), "email": Text("전자우편 주소", "E-mail address"),
             "relation": Text("관계", "Relation"), "invited_at": Text("요청", "Asked"), "declined_at": Text("사양", "Declined"),
             "decline_reason": Text("사유", "Reason"), "received_at": Text("낸 때", "Handed in"),
             "filename": Text("파일 이름", "Name of the file"), "sha256": Text("해시", "Hash")},
            [_reference(r) for r in _references(ids)],
        ),
    ]  # fmt: skip


def _references(ids: Sequence[int]) -> Sequence[Reference]:
    """Asked under an address of this person."""
    return db.session.scalars(
        select(Reference)
        .join(Person, Person.email_key == Reference.email_key)
        .where(Person.id.in_(ids))
        .options(joinedload(Reference.application).joinedload(Application.call))
        .order_by(Reference.id)
    ).all()


def _reference(r: Reference) -> dict[str, object]:
    columns = (
        "name", "email", "relation", "invited_at", "declined_at", "decline_reason", "received_at", "filename", "sha256",
    )  # fmt: skip
    return {"call": r.application.call.code} | {c: plain(getattr(r, c)) for c in columns}


def _answers(application_ids: Sequence[int]) -> dict[int, dict[str, object]]:
    """The team's own sections; an institution's slice is that institution's."""
    rows = db.session.scalars(
        select(SectionAnswer)
        .where(SectionAnswer.application_id.in_(application_ids), SectionAnswer.slice == "")
        .order_by(SectionAnswer.application_id, SectionAnswer.section)
    )
    found: dict[int, dict[str, object]] = {}
    for row in rows:
        found.setdefault(row.application_id, {})[row.section] = row.answers
    return found


def _memberships(ids: Sequence[int]) -> Sequence[Member]:
    return db.session.scalars(
        select(Member)
        .where(Member.person_id.in_(ids))
        .options(joinedload(Member.application).joinedload(Application.call))
        .order_by(Member.id)
    ).all()


def _member(m: Member) -> dict[str, object]:
    columns = ("name", "email", "department", "invited_at", "consented_at", "consent_version", "declined_at")
    return {"call": m.application.call.code, "role": m.role.value} | {c: plain(getattr(m, c)) for c in columns}


# --- leaving ---


def hindrances(context: Context, ids: Sequence[int]) -> list[Said]:
    """Applications of this owner that somebody is still working on."""
    at_work = exists().where(StageEntry.application_id == Application.id, StageEntry.state.in_(AT_WORK))
    partners = exists().where(
        Institution.application_id == Application.id, Institution.joined_by_id.is_not(None),
        Institution.joined_by_id.not_in(ids),
    )  # fmt: skip
    deadline = func.coalesce(Application.closes_at, Call.closes_at)
    rows = db.session.execute(
        select(Application.title, Application.state)
        .join(Call, Application.call_id == Call.id)
        .where(
            Application.owner_id.in_(ids), Application.erased_at.is_(None),
            or_(
                Application.state == ApplicationState.SUBMITTED,
                (Application.state == ApplicationState.CLOSED) & at_work,
                (Application.state == ApplicationState.DRAFT) & partners & (deadline > context.now),
            ),
        )
        .order_by(Application.id)
    )  # fmt: skip
    words = {
        ApplicationState.SUBMITTED: ("제출한 신청서 ‘{title}’: 철회하거나 결과를 기다려 주십시오.", "Your application “{title}” is handed in: withdraw it or wait for the result."),
        ApplicationState.CLOSED: ("평가 중인 신청서 ‘{title}’: 결과가 나온 뒤 닫을 수 있습니다.", "Your application “{title}” is under review: close the account after the result."),
        ApplicationState.DRAFT: ("다른 기관이 함께 쓰는 신청서 ‘{title}’: 접수 마감 뒤에 닫을 수 있습니다.", "Others write the draft “{title}” with you: close the account after the deadline."),
    }  # fmt: skip
    return [said(*words[state], title=title or "–") for title, state in rows]


def remaining(ids: Sequence[int], email_keys: Sequence[str] = ()) -> list[Said]:
    """What stays under this person's name until its term is over."""
    handed_in = select(func.count(Application.id)).where(
        Application.owner_id.in_(ids), Application.erased_at.is_(None), _HANDED_IN
    )
    member = (
        select(func.count(Member.id))
        .join(Application, Member.application_id == Application.id)
        .where(
            or_(Member.person_id.in_(ids), Member.email_key.in_(email_keys)),
            Application.erased_at.is_(None),
            _HANDED_IN,
            Application.owner_id.not_in(ids),
        )
    )  # fmt: skip
    found = []
    if own := db.session.scalar(handed_in):
        found.append(
            said(
                "제출한 신청서 {n}건(보유기간까지)",
                "Applications that you handed in, until their term is over: {n}",
                n=own,
            )
        )
    if others := db.session.scalar(member):
        found.append(
            said(
                "참여자로 이름이 오른 신청서 {n}건(보유기간까지)",
                "Applications in which you stand as a member, until their term is over: {n}",
                n=others,
            )
        )
    letters = (
        select(func.count(Reference.id))
        .join(Application, Reference.application_id == Application.id)
        .where(Reference.email_key.in_(email_keys), Application.erased_at.is_(None), _HANDED_IN)
    )
    if written := db.session.scalar(letters):
        found.append(
            said(
                "추천인으로 적힌 신청서 {n}건(보유기간까지)",
                "Applications that name you as a referee, until their term is over: {n}",
                n=written,
            )
        )
    return found


def erase_person(context: Context, ids: Sequence[int], email_keys: Sequence[str] = ()) -> int:
    """Drafts of this person that nobody handed in, their places in drafts, their name as a contact. How many."""
    drafts = db.session.scalars(
        select(Application.id)
        .where(Application.owner_id.in_(ids), Application.erased_at.is_(None), ~_HANDED_IN)
        .order_by(Application.id)
    ).all()
    count = erase_applications(context, drafts)
    places = db.session.scalars(
        select(Member)
        .join(Application, Member.application_id == Application.id)
        .where(or_(Member.person_id.in_(ids), Member.email_key.in_(email_keys)), ~_HANDED_IN, Member.name != ERASED_NAME)
        .order_by(Member.id)
        .with_for_update(of=Member)
    ).all()  # fmt: skip
    for member in places:
        member.consented_at, member.declined_at = None, member.declined_at or context.now
        _forget(member)
        record(context, "MemberErased", "application", member.application.public_id, member=member.public_id)
    asked = db.session.scalars(
        select(Reference)
        .join(Application, Reference.application_id == Application.id)
        .where(Reference.email_key.in_(email_keys), ~_HANDED_IN)
        .order_by(Reference.id)
        .with_for_update(of=Reference)
    ).all()
    for reference in asked:
        reference.declined_at = reference.declined_at or context.now
        _forget_referee(reference)
        record(context, "RefereeErased", "application", reference.application.public_id, reference=reference.public_id)
    links = db.session.execute(
        update(ConfirmationLink)
        .where(ConfirmationLink.email.in_(email_keys), ConfirmationLink.expires_at < context.now)
        .values(name=ERASED_NAME, email="erased@invalid")
        .returning(ConfirmationLink.id)
    ).all()
    db.session.flush()
    return count + len(places) + len(asked) + len(links)


def _forget(member: Member) -> None:
    member.name, member.department, member.token_hash = ERASED_NAME, "", None
    member.email = member.email_key = erased_address(member.public_id)


def _forget_referee(reference: Reference) -> None:
    """The letter goes with the name; that somebody was asked stays."""
    reference.name, reference.relation, reference.token_hash = ERASED_NAME, "", None
    reference.email = reference.email_key = erased_address(reference.public_id)
    reference.decline_reason, reference.text, reference.filename = "", "", ERASED_NAME if reference.sha256 else ""
    reference.sha256 = reference.clean_sha256 = None
    reference.received_at, reference.size, reference.pages = None, 0, None


def drafts_past_term(context: Context, limit: int) -> list[int]:
    """Never handed in, and the deadline is long over."""
    deadline = func.coalesce(Application.closes_at, Call.closes_at)
    query = (
        select(Application.id)
        .join(Call, Application.call_id == Call.id)
        .where(Application.erased_at.is_(None), ~_HANDED_IN, deadline <= context.now - TERMS["draft"].span)
    )
    return list(db.session.scalars(query.order_by(Application.id).limit(limit)))


def withdrawn_past_term(context: Context, limit: int) -> list[int]:
    """Handed in and withdrawn before any stage: as long as those that were not selected."""
    entered = exists().where(StageEntry.application_id == Application.id)
    query = select(Application.id).where(
        Application.erased_at.is_(None), Application.state == ApplicationState.WITHDRAWN, ~entered, _HANDED_IN,
        Application.withdrawn_at <= context.now - TERMS["application"].span,
    )  # fmt: skip
    return list(db.session.scalars(query.order_by(Application.id).limit(limit)))


def erase_applications(context: Context, ids: Sequence[int]) -> int:
    """Content, names and files of these applications; rows, numbers, hashes and receipts stay. How many were left."""
    found = db.session.scalars(
        select(Application)
        .where(Application.id.in_(list(ids)), Application.erased_at.is_(None))
        .order_by(Application.id)
        .with_for_update(of=Application)
    ).all()
    for application in found:
        _erase(application)
        application.erased_at = context.now
        record(context, "ApplicationErased", "application", application.public_id)
    forget_values("application", [a.public_id for a in found])
    db.session.flush()
    return len(found)


def _erase(application: Application) -> None:
    key = application.id
    application.title, application.applicant, application.withdrawal_reason = ERASED_NAME, ERASED_NAME, None
    db.session.execute(update(Submission).where(Submission.application_id == key).values(content=""))
    db.session.execute(delete(SectionAnswer).where(SectionAnswer.application_id == key))
    db.session.execute(
        update(Attachment)
        .where(Attachment.application_id == key)
        .values(filename=ERASED_NAME, text="", sha256="", clean_sha256=None, size=0)
    )
    db.session.execute(update(Reopening).where(Reopening.application_id == key).values(message=""))
    db.session.execute(update(Extension).where(Extension.application_id == key).values(reason=""))
    db.session.execute(update(LateCode).where(LateCode.application_id == key).values(reason="", for_email=None))
    for member in db.session.scalars(select(Member).where(Member.application_id == key).order_by(Member.id)):
        _forget(member)
    referees = select(Reference).where(Reference.application_id == key).order_by(Reference.id)
    for reference in db.session.scalars(referees):
        _forget_referee(reference)
    institutions = db.session.scalars(
        select(Institution).where(Institution.application_id == key).order_by(Institution.id)
    )
    for institution in institutions:
        institution.contact_email, institution.token_hash = "", None
        db.session.execute(
            update(Confirmation)
            .where(Confirmation.institution_id == institution.id)
            .values(content={}, confirmed_name=ERASED_NAME)
        )
        db.session.execute(delete(ConfirmationLink).where(ConfirmationLink.institution_id == institution.id))
    search.index("application", key)


def known_by(email_key: str) -> bool:
    """Somebody stands under this address in a team, or was asked for a letter."""
    member = select(Member.id).where(Member.email_key == email_key)
    referee = select(Reference.id).where(Reference.email_key == email_key)
    return any(db.session.scalars(query.limit(1)).first() is not None for query in (member, referee))
