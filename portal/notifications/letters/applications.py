"""Letters to a team and its partners: invitations, consent, confirmation, receipt, withdrawal, ineligibility."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from portal.accounts.models import Person
from portal.applications.jobs import (
    COMPLETED,
    CONFIRMATION_ASKED,
    INSTITUTION_INVITED,
    MEMBER_INVITED,
    PART_REMINDED,
    REINSTATED,
    REOPENED,
    REOPENING_MISSED,
    REOPENING_REMINDED,
    SUBMITTED,
    WITHDRAWN,
)
from portal.applications.models import (
    Application,
    ConfirmationLink,
    Institution,
    Member,
    Reopening,
    ReopeningCause,
    Submission,
)
from portal.applications.rules.reopening import is_live
from portal.applications.service import mint_confirmation_link, mint_institution_link, mint_member_link
from portal.notifications.drafts import Draft, Recipient, letter
from portal.notifications.letters.recipients import line, team
from portal.platform.context import Context
from portal.platform.db import db
from portal.platform.formats import moment
from portal.platform.language import Text
from portal.platform.names import email_key
from portal.screening.jobs import INELIGIBLE
from portal.screening.models import Screening


def _address(email: str, language: str, name: str = "") -> Recipient:
    """The person behind an address where there is one, with their own language."""
    known = db.session.scalars(select(Person).where(Person.email_key == email_key(email))).one_or_none()
    if known is not None:
        return Recipient(email, known.language, known.id, name or known.name)
    return Recipient(email, language, None, name)


def _zone(application: Application) -> str:
    return application.call.definition.time_zone


def _title(application: Application) -> str:
    return application.title or application.public_id[:8]


@letter(INSTITUTION_INVITED)
def institution_invited(context: Context, payload: dict[str, Any]) -> list[Draft]:
    institution = db.session.get_one(Institution, payload["institution_id"])
    if institution.joined_at is not None or not institution.contact_email:
        return []
    application = institution.application
    return [
        Draft(
            to=_address(institution.contact_email, application.language),
            subject=Text("{name}을(를) 컨소시엄에 초대합니다", "Invitation of {name} to a consortium"),
            params={"name": institution.name},
            paragraphs=[
                line(
                    "{owner} 님이 ‘{title}’ 과제에 {name}을(를) 참여 기관으로 초대했습니다.",
                    "{owner} invites {name} to take part in ‘{title}’.",
                    owner=application.owner.name, title=_title(application), name=institution.name,
                ),
                line(
                    "링크를 열어 참여하신 뒤 귀 기관의 계획과 사업비를 작성해 주십시오. 마감은 {at}입니다.",
                    "Open the link to join, then fill in your institution's part and budget. The deadline is {at}.",
                    at=lambda: moment(application.deadline, _zone(application)),
                ),
            ],
            action=Text("참여하기", "Join"),
            path=f"/join/{mint_institution_link(context, institution.id)}",
            reference=application.call.code,
            key=f"{institution.id}:{context.now.isoformat()}",
            secret=True,
            call_id=application.call_id, application_id=application.id,
        )
    ]  # fmt: skip


@letter(MEMBER_INVITED)
def member_invited(context: Context, payload: dict[str, Any]) -> list[Draft]:
    member = db.session.get_one(Member, payload["member_id"])
    application = db.session.get_one(Application, member.application_id)
    return [
        Draft(
            to=_address(member.email, application.language, member.name),
            subject=Text("과제 참여와 개인정보 이용 동의 요청", "Please consent to take part in an application"),
            paragraphs=[
                line(
                    "{owner} 님이 ‘{title}’ 과제의 참여자로 귀하를 적었습니다. 링크에서 내용을 읽고 동의 여부를 알려 주십시오.",
                    "{owner} named you as a participant of ‘{title}’. Read the text behind the link, then agree or decline.",
                    owner=application.owner.name, title=_title(application),
                ),
                line("{at}까지 답해 주십시오.", "Please answer by {at}.", at=lambda: moment(application.deadline, _zone(application))),
            ],
            action=Text("동의 여부 답하기", "Answer"),
            path=f"/consent/{mint_member_link(context, member.id)}",
            reference=application.call.code,
            key=f"{member.id}:{context.now.isoformat()}",
            secret=True,
            call_id=application.call_id, application_id=application.id,
        )
    ]  # fmt: skip


@letter(CONFIRMATION_ASKED)
def confirmation_asked(context: Context, payload: dict[str, Any]) -> list[Draft]:
    link = db.session.get_one(ConfirmationLink, payload["link_id"])
    institution = db.session.get_one(Institution, link.institution_id)
    application = institution.application
    return [
        Draft(
            to=_address(link.email, application.language, link.name),
            subject=Text("{name}의 기관 확인 요청", "Please confirm for {name}"),
            params={"name": institution.name},
            paragraphs=[
                line(
                    "‘{title}’ 과제에 대한 {name}의 확인을 요청드립니다. 링크에서 내용을 읽고 확인해 주십시오. 휴대전화에서도 하실 수 있습니다.",
                    "We ask for the confirmation of {name} on ‘{title}’. Read and confirm behind the link; a phone will do.",
                    title=_title(application), name=institution.name,
                ),
                line("{at}까지 확인해 주십시오.", "Please confirm by {at}.", at=lambda: moment(application.deadline, _zone(application))),
            ],
            action=Text("읽고 확인하기", "Read and confirm"),
            path=f"/confirm/{mint_confirmation_link(context, link.id)}",
            reference=application.call.code,
            key=f"{link.id}:{context.now.isoformat()}",
            secret=True,
            call_id=application.call_id, application_id=application.id,
        )
    ]  # fmt: skip


@letter(SUBMITTED)
def submitted(context: Context, payload: dict[str, Any]) -> list[Draft]:
    submission = db.session.get_one(Submission, payload["submission_id"])
    application = db.session.get_one(Application, submission.application_id)
    return [
        Draft(
            to=to,
            subject=Text("접수증 {receipt}", "Receipt {receipt}"),
            params={"receipt": submission.receipt},
            paragraphs=[
                line(
                    "‘{title}’ 신청서를 {at}에 접수했습니다({n}번째 제출).",
                    "‘{title}’ was received at {at} (submission {n}).",
                    title=_title(application), at=lambda: moment(submission.submitted_at, _zone(application), seconds=True),
                    n=str(submission.number),
                ),
                line(
                    "접수번호: {receipt}\n내용의 해시(SHA-256): {sha}",
                    "Receipt number: {receipt}\nHash of the content (SHA-256): {sha}",
                    receipt=submission.receipt, sha=submission.sha256,
                ),
                line(
                    "{at}까지 고쳐서 다시 제출할 수 있습니다. 마지막 제출본이 평가됩니다.",
                    "You may change it and submit again until {at}; the last submission counts.",
                    at=lambda: moment(application.deadline, _zone(application)),
                ),
            ],
            action=Text("접수증 보기", "See the receipt"),
            path=f"/applications/{application.public_id}/receipt",
            reference=submission.receipt,
            key=f"{submission.id}:{to.person_id}",
            call_id=application.call_id, application_id=application.id,
        )
        for to in team(application)
    ]  # fmt: skip


def _reopening(payload: dict[str, Any]) -> tuple[Reopening, Application, Text]:
    """The reopening, its application, and what it is about in words."""
    asked = db.session.get_one(Reopening, payload["reopening_id"])
    application = asked.application
    if asked.cause is ReopeningCause.COMPLETION:
        return asked, application, Text("보완 요청", "Request to complete")
    names = application.call.definition.stage(asked.entry.stage.code).names
    ko, en = names.get("ko") or names["en"], names.get("en") or names["ko"]
    return asked, application, Text(f"{ko}에 낼 자료", f"What the {en} asks for")


def _to_reopening(asked: Reopening, application: Application) -> dict[str, Any]:
    return {
        "action": Text("작성하기", "Open it"),
        "path": f"/applications/{application.public_id}/reopenings/{asked.public_id}",
        "reference": application.call.code,
        "call_id": application.call_id,
        "application_id": application.id,
    }


@letter(REOPENED)
def reopened(context: Context, payload: dict[str, Any]) -> list[Draft]:
    asked, application, what = _reopening(payload)
    zone = application.call.definition.time_zone
    message = [line("담당자의 말: {message}", "The officer writes: {message}", message=asked.message)]
    return [
        Draft(
            to=to, subject=Text("{what}: {title}", "{what}: {title}"),
            params={"what": what, "title": _title(application)},
            paragraphs=[
                line(
                    "‘{title}’ 신청서의 일부를 다시 작성하실 수 있습니다. {due}까지 제출해 주십시오.",
                    "Parts of ‘{title}’ are open to you again. Please hand them in by {due}.",
                    title=_title(application), due=lambda: moment(asked.due_at, zone),
                ),
                *(message if asked.message else []),
                line(
                    "그 밖의 부분은 접수한 그대로이며 바뀌지 않습니다.",
                    "Everything else stays as it was received.",
                ),
            ],
            key=f"{asked.id}:{to.person_id}", **_to_reopening(asked, application),
        )
        for to in team(application)
    ]  # fmt: skip


@letter(REOPENING_REMINDED)
def reopening_reminded(context: Context, payload: dict[str, Any]) -> list[Draft]:
    """Stops when it has been handed in or taken back."""
    asked, application, what = _reopening(payload)
    if not is_live(asked, context.now):
        return []
    zone = application.call.definition.time_zone
    return [
        Draft(
            to=to, subject=Text("기한 알림, {what}: {title}", "Reminder, {what}: {title}"),
            params={"what": what, "title": _title(application)},
            paragraphs=[
                line(
                    "‘{title}’의 자료를 {due}까지 제출해 주십시오.", "Please hand in the parts of ‘{title}’ by {due}.",
                    title=_title(application), due=lambda: moment(asked.due_at, zone),
                )
            ],
            key=f"{asked.id}:{context.now.date().isoformat()}:{to.person_id}", **_to_reopening(asked, application),
        )
        for to in team(application)
    ]  # fmt: skip


@letter(REOPENING_MISSED)
def reopening_missed(context: Context, payload: dict[str, Any]) -> list[Draft]:
    asked, application, what = _reopening(payload)
    return [
        Draft(
            to=to, subject=Text("기한이 지났습니다, {what}: {title}", "Time is over, {what}: {title}"),
            params={"what": what, "title": _title(application)},
            paragraphs=[
                line(
                    "기한까지 제출된 것이 없습니다. 그전에 제출하신 내용으로 담당자가 판단합니다.",
                    "Nothing was handed in by the due time. An officer decides on what you had handed in before.",
                )
            ],
            key=f"{asked.id}:{to.person_id}", **_to_reopening(asked, application),
        )
        for to in team(application)
    ]  # fmt: skip


@letter(COMPLETED)
def completed(context: Context, payload: dict[str, Any]) -> list[Draft]:
    submission = db.session.get_one(Submission, payload["submission_id"])
    application = db.session.get_one(Application, submission.application_id)
    zone = application.call.definition.time_zone
    return [
        Draft(
            to=to, subject=Text("접수증 {receipt}", "Receipt {receipt}"), params={"receipt": submission.receipt},
            paragraphs=[
                line(
                    "‘{title}’의 추가 자료를 {at}에 접수했습니다(제출본 {n}).",
                    "What you added to ‘{title}’ was received at {at} (version {n}).",
                    title=_title(application), at=lambda: moment(submission.submitted_at, zone, seconds=True),
                    n=str(submission.number),
                ),
                line(
                    "접수번호: {receipt}\n내용의 해시(SHA-256): {sha}",
                    "Receipt number: {receipt}\nHash of the content (SHA-256): {sha}",
                    receipt=submission.receipt, sha=submission.sha256,
                ),
            ],
            action=Text("접수증 보기", "See the receipt"),
            path=f"/applications/{application.public_id}/receipt?number={submission.number}",
            reference=submission.receipt, key=f"{submission.id}:{to.person_id}", call_id=application.call_id, application_id=application.id,
        )
        for to in team(application)
    ]  # fmt: skip


@letter(WITHDRAWN)
def withdrawn(context: Context, payload: dict[str, Any]) -> list[Draft]:
    application = db.session.get_one(Application, payload["application_id"])
    return [
        Draft(
            to=to,
            subject=Text("신청이 철회되었습니다", "The application was withdrawn"),
            paragraphs=[
                line("‘{title}’ 신청이 철회되었습니다.", "‘{title}’ was withdrawn.", title=_title(application)),
                line(
                    "{at}까지는 다시 살릴 수 있습니다.", "It may be reinstated until {at}.",
                    at=lambda: moment(application.deadline, _zone(application)),
                ),
            ],
            action=Text("신청 보기", "See the application"),
            path=f"/applications/{application.public_id}",
            reference=application.call.code,
            key=f"{application.id}:{context.now.isoformat()}:{to.person_id}",
            call_id=application.call_id, application_id=application.id,
        )
        for to in team(application)
    ]  # fmt: skip


@letter(REINSTATED)
def reinstated(context: Context, payload: dict[str, Any]) -> list[Draft]:
    application = db.session.get_one(Application, payload["application_id"])
    return [
        Draft(
            to=to,
            subject=Text("신청이 다시 접수 상태가 되었습니다", "The application is reinstated"),
            paragraphs=[
                line(
                    "‘{title}’ 신청의 철회가 취소되어 마지막 제출본이 다시 유효합니다.",
                    "The withdrawal of ‘{title}’ is undone; its last submission counts again.",
                    title=_title(application),
                )
            ],
            action=Text("신청 보기", "See the application"),
            path=f"/applications/{application.public_id}",
            reference=application.call.code,
            key=f"{application.id}:{context.now.isoformat()}:{to.person_id}",
            call_id=application.call_id,
            application_id=application.id,
        )
        for to in team(application)
    ]


@letter(INELIGIBLE)
def ineligible(context: Context, payload: dict[str, Any]) -> list[Draft]:
    screening = db.session.get_one(Screening, payload["screening_id"])
    application = screening.entry.application
    return [
        Draft(
            to=to,
            subject=Text("적합성 검토 결과 안내", "Result of the eligibility check"),
            paragraphs=[
                line(
                    "‘{title}’ 신청은 자격 요건을 갖추지 못해 평가에 올리지 않기로 담당자가 결정했습니다.",
                    "An officer decided that ‘{title}’ does not meet the requirements and does not go to review.",
                    title=_title(application),
                ),
                line("이유: {reason}", "Reason: {reason}", reason=screening.reason or "–"),
                line(
                    "결과에 대해 {days}일 안에 한 번 이의를 신청할 수 있습니다.",
                    "You may appeal once within {days} days.",
                    days=str(application.call.definition.regime.appeal.days),
                ),
            ],
            action=Text("신청 보기", "See the application"),
            path=f"/applications/{application.public_id}",
            reference=application.call.code,
            key=f"{screening.id}:{to.person_id}",
            decisive=True,
            call_id=application.call_id,
            application_id=application.id,
        )
        for to in team(application)
    ]


@letter(PART_REMINDED)
def part_reminded(context: Context, payload: dict[str, Any]) -> list[Draft]:
    """To whoever joined for the institution whose part is not complete."""
    institution = db.session.get_one(Institution, payload["institution_id"])
    person = db.session.get(Person, institution.joined_by_id) if institution.joined_by_id else None
    if person is None:
        return []
    application = institution.application
    return [
        Draft(
            to=Recipient(person.email, person.language, person.id, person.name),
            subject=Text("{name}의 작성란이 아직 비어 있습니다", "The part of {name} is not complete yet"),
            params={"name": institution.name},
            paragraphs=[
                line(
                    "‘{title}’ 과제에서 {name}이(가) 작성할 부분이 남아 있습니다.",
                    "In ‘{title}’ the part of {name} still has gaps.",
                    title=_title(application), name=institution.name,
                ),
                line(
                    "{at}까지 작성해 주십시오.", "Please fill it in by {at}.", at=lambda: moment(application.deadline, _zone(application))
                ),
            ],
            action=Text("작성하기", "Fill it in"),
            path=f"/applications/{application.public_id}",
            reference=application.call.code,
            key=f"{institution.id}:{context.now.isoformat()}",
            call_id=application.call_id, application_id=application.id,
        )
    ]  # fmt: skip
