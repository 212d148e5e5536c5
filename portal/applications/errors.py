"""Why a change to an application is refused."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from portal.platform.errors import DomainError, Stale
from portal.platform.language import Text, say


class Refusal(Protocol):
    """A field, and why what stands in it is refused."""

    @property
    def path(self) -> str: ...
    @property
    def sentence(self) -> Text: ...
    @property
    def params(self) -> Any: ...


class CallClosed(DomainError):
    say = Text(
        "접수가 {deadline}에 마감되어 더 이상 바꿀 수 없습니다. 마감 전에 제출한 내용이 있으면 그 내용으로 심사합니다.",
        "This call closed on {deadline}, so nothing can be changed any more. What was submitted before then is "
        "what will be reviewed.",
    )
    status = 409


class NotOpen(DomainError):
    say = Text(
        "이 공고는 지금 신청을 받고 있지 않습니다. 접수 기간: {opens} ~ {closes}.",
        "This call is not taking applications now. It does from {opens} to {closes}.",
    )
    status = 409


class Withdrawn(DomainError):
    say = Text(
        "철회한 신청서는 고칠 수 없습니다. 마감 전이면 신청서 화면에서 철회를 취소해 주십시오.",
        "A withdrawn application cannot be changed. Before the deadline you can take the withdrawal back on the "
        "application's page.",
    )
    status = 409


class NothingReopened(DomainError):
    say = Text("보완할 곳을 하나 이상 골라 주십시오.", "Choose at least one place to be completed.")


class AlreadyReopened(DomainError):
    say = Text(
        "이 신청서에는 아직 끝나지 않은 요청이 있습니다. 그 요청이 끝나거나 거두어진 뒤에 다시 요청해 주십시오.",
        "A request to this applicant is still running. Wait until it ends, or take it back first.",
    )
    status = 409


class TooShortTime(DomainError):
    say = Text("적어도 {hours}시간 뒤의 시각을 정해 주십시오.", "Give at least {hours} hours from now.")


class ReopeningOver(DomainError):
    say = Text(
        "이 요청은 이미 끝났습니다(기한 {due}). 문의가 있으면 사업 담당자에게 알려 주십시오.",
        "This request is over (it was due on {due}). If you have questions, tell the program office.",
    )
    status = 409


class NothingToComplete(DomainError):
    say = Text(
        "제출했던 내용과 달라진 것이 없습니다. 요청받은 곳을 고친 뒤 다시 제출해 주십시오.",
        "Nothing differs from what you handed in before. Complete the places you were asked for, then hand in.",
    )
    status = 409


class InstitutionTwice(DomainError):
    say = Text(
        "이 기관은 이미 이 컨소시엄에 있습니다. 한 기관은 한 번만 참여할 수 있습니다.",
        "This institution is already in the consortium. An institution takes part once.",
    )
    status = 409


class TooManyInstitutions(DomainError):
    say = Text(
        "이 공고의 컨소시엄은 {most}개 기관까지 구성할 수 있습니다.",
        "A consortium of this call may have at most {most} institutions.",
    )


class TeamFull(DomainError):
    say = Text(
        "이 공고의 팀은 신청자를 포함하여 {most}명까지입니다. 다른 사람을 뺀 뒤에 추가해 주십시오.",
        "A team of this call may have at most {most} people, the applicant included. Remove somebody first.",
    )
    status = 409


class TooLongFilm(DomainError):
    say = Text(
        "영상이 {length}입니다. {limit}까지 받으니 {over} 이상 줄여 다시 올려 주십시오.",
        "The film runs {length}; at most {limit} is taken. Shorten it by at least {over} and upload it again.",
    )


class ForeignOnlyJoint(DomainError):
    say = Text(
        "국외 기관은 공동연구개발기관으로만 참여할 수 있습니다. 역할을 ‘공동’으로 골라 주십시오.",
        "A foreign institution can only take part as a joint institution. Choose the role “joint”.",
    )


class LeadStays(DomainError):
    say = Text(
        "주관연구개발기관은 뺄 수 없습니다. 신청을 그만두려면 신청서를 철회해 주십시오.",
        "The lead institution cannot be removed. To give up the application, withdraw it.",
    )
    status = 409


class InvitationUnknown(DomainError):
    say = Text(
        "이 링크는 더 이상 쓸 수 없습니다. 이미 사용했거나 취소된 링크일 수 있습니다. 주관기관에 새 링크를 "
        "요청해 주십시오.",
        "This link no longer works: it was used or taken back. Ask the lead institution for a new one.",
    )
    status = 404


class MemberTwice(DomainError):
    say = Text(
        "같은 전자우편 주소의 참여자가 이미 있습니다. 한 사람은 한 번만 올릴 수 있습니다.",
        "A member with this e-mail address is already there. A person may stand only once.",
    )
    status = 409


class OnePrincipal(DomainError):
    say = Text(
        "연구책임자는 한 명만 둘 수 있습니다. 지금 연구책임자는 {name} 님입니다.",
        "There can be only one principal investigator; it is {name} now.",
    )


class PrincipalOfLead(DomainError):
    say = Text(
        "연구책임자는 주관연구개발기관 소속이어야 합니다.",
        "The principal investigator must belong to the lead institution.",
    )


class RemindedJustNow(DomainError):
    say = Text(
        "조금 전에 알림을 보냈습니다. {minutes}분 뒤에 다시 보낼 수 있습니다.",
        "A reminder went out a moment ago. It can be sent again in {minutes} minutes.",
    )
    status = 429


class Incomplete(DomainError):
    say = Text(
        "아직 {count}가지가 빠져 있어 제출할 수 없습니다. 아래 목록에서 하나씩 채워 주십시오.",
        "{count} things are still missing, so this cannot be submitted. Fill them in one by one from the list below.",
    )


class SectionUnknown(DomainError):
    say = Text("확인할 항목을 하나 이상 골라 주십시오.", "Choose at least one section to confirm.")


class ChangedMeanwhile(DomainError):
    say = Text(
        "읽으시는 동안 내용이 바뀌었습니다. 바뀐 내용을 다시 보고 확인해 주십시오.",
        "The content changed while you were reading. Look at it again, then confirm.",
    )
    status = 409


class NotWithdrawable(DomainError):
    say = Text(
        "접수 마감 전에, 제출한 신청서만 철회할 수 있습니다.",
        "Only a submitted application can be withdrawn, and only before the deadline.",
    )
    status = 409


class NotWithdrawn(DomainError):
    say = Text(
        "철회한 신청서만, 접수 마감 전에 되돌릴 수 있습니다.",
        "Only a withdrawn application can be reinstated, and only before the deadline.",
    )
    status = 409


class EntryMoveRefused(DomainError):
    say = Text(
        "이 신청서는 지금 단계 상태({state})에서 그렇게 옮길 수 없습니다.",
        "From its present state in this stage ({state}) the application cannot be moved there.",
    )
    status = 409


class StaleAnswers(Stale):
    """Somebody saved a newer version in between; the page shows both beside each other."""


class AnswersRefused(DomainError):
    """Answers that are not kept even in a draft. `problems` names every field; the sentence is the first one's."""

    def __init__(self, problems: Sequence[Refusal]) -> None:
        super().__init__(problems[0].path)
        self.problems = list(problems)

    def sentence(self) -> str:
        return say(self.problems[0].sentence, **self.problems[0].params)


class NotYours(DomainError):
    say = Text(
        "이 부분은 {who}에서 작성합니다. 읽을 수는 있지만 고칠 수는 없습니다.",
        "This part is written by {who}. You can read it but not change it.",
    )
    status = 403


class TooManyPages(DomainError):
    say = Text(
        "이 자리에는 {limit}쪽까지 올릴 수 있습니다. 올린 파일은 {pages}쪽이니 {over}쪽을 줄여 다시 올려 주십시오.",
        "At most {limit} pages can be uploaded here. This file has {pages}: shorten it by {over} and upload it again.",
    )


class NoSuchPlace(DomainError):
    say = Text(
        "이 공고에는 그런 첨부 자리가 없습니다. 첨부 화면에서 자리를 골라 다시 올려 주십시오.",
        "This call has no such place for a file. Choose one on the attachments page and upload it again.",
    )
    status = 404


class UnknownAffiliation(DomainError):
    say = Text("목록에서 소속을 골라 주십시오.", "Choose one of your institutions from the list.")


class RegistrationUnreadable(DomainError):
    say = Text(
        "등록번호를 읽을 수 없습니다. 국내 기관은 사업자등록번호 10자리를, 국외 기관은 그 나라의 등록번호를 "
        "입력해 주십시오.",
        "The registration number cannot be read. Korean institutions enter the ten digits of their business number, "
        "others the number under which their country registers them.",
    )


class NothingToRemind(DomainError):
    say = Text(
        "지금 알릴 상대가 없습니다. 이미 끝났거나, 받을 사람이 아직 정해지지 않았습니다.",
        "There is nobody to remind: it is done already, or nobody has been named yet.",
    )
    status = 409


class ApplicationUnknown(DomainError):
    say = Text(
        "이 공고에서 그 접수번호나 주소의 신청서를 찾지 못했습니다. 접수번호 또는 신청자 계정의 전자우편 주소를 확인해 주십시오.",
        "No application of this call was found by that. Check the receipt number, or the e-mail address of the "
        "applicant's account.",
    )


class SeveralApplications(DomainError):
    say = Text(
        "이 신청자는 이 공고에 신청서가 {count}건 있습니다. 접수번호로 찾아 주십시오. 제출하지 않은 신청서는 신청자가 연장할 신청서를 먼저 제출한 뒤 그 접수번호로 연장해 주십시오.",
        "This applicant has {count} applications to this call. Name it by its receipt number; of drafts, let the "
        "applicant submit the one that is meant first.",
    )
    status = 409


class NotExtendable(DomainError):
    say = Text(
        "이 신청서의 마감({deadline})이 지났거나 철회되어 연장할 수 없습니다.",
        "This application's deadline ({deadline}) has passed, or it was withdrawn: it cannot be extended.",
    )
    status = 409


class ExtensionTooEarly(DomainError):
    say = Text(
        "새 마감은 이 신청서의 지금 마감({deadline})보다 늦어야 합니다.",
        "The new deadline must be later than this application's present one ({deadline}).",
    )


class CodeTooShort(DomainError):
    say = Text(
        "코드의 기한은 공고의 마감과 현재 시각보다 늦어야 합니다.",
        "The code must last beyond the call's deadline, and beyond now.",
    )


class CodeRefused(DomainError):
    """Wrong, used, expired, of another call or another person: nobody learns which."""

    say = Text(
        "이 코드는 쓸 수 없습니다. 글자를 다시 확인하거나 코드를 보낸 담당자에게 물어 주십시오.",
        "This code cannot be used. Check its letters, or ask the officer who sent it.",
    )


class LettersClosed(DomainError):
    say = Text(
        "추천서는 {due}까지 받았습니다. 문의가 있으면 사업 담당자에게 알려 주십시오.",
        "Letters were taken until {due}. If you have questions, tell the program office.",
    )
    status = 409


class LinkSpent(DomainError):
    say = Text(
        "이 링크는 더 이상 쓸 수 없습니다. 가장 나중에 받은 편지의 링크를 여시거나, 신청자에게 새 링크를 요청해 주십시오.",
        "This link no longer works. Open the link of the latest letter, or ask the applicant for a new one.",
    )
    status = 410


class RefereesComplete(DomainError):
    say = Text(
        "추천인은 {count}명까지입니다. 다른 분을 적으려면 아직 답하지 않은 분을 빼 주십시오.",
        "At most {count} referees can be asked. To name somebody else, remove one who has not answered yet.",
    )
    status = 409


class RefereeTwice(DomainError):
    say = Text(
        "같은 전자우편 주소의 추천인이 이미 있습니다. 다른 분의 주소를 적어 주십시오.",
        "A referee with this e-mail address is already there. Enter somebody else's address.",
    )
    status = 409


class RefersToOneself(DomainError):
    say = Text(
        "신청자나 팀에 속한 사람은 추천인이 될 수 없습니다. 팀 밖에 있는 분의 주소를 적어 주십시오.",
        "The applicant and members of the team cannot be referees. Enter the address of somebody outside the team.",
    )


class RefereeIsNoMember(DomainError):
    say = Text(
        "이 주소의 사람은 추천인으로 부탁받았습니다. 추천인은 팀에 들어올 수 없습니다.",
        "This person has been asked for a reference letter. A referee cannot be a member of the team.",
    )
    status = 409


class RefereeAnswered(DomainError):
    say = Text(
        "이미 답한 추천인입니다. 도착한 추천서나 사양한 기록은 바꾸거나 뺄 수 없습니다.",
        "This referee has answered. A letter that has arrived, or a refusal, cannot be changed or removed.",
    )
    status = 409


class LetterPlaceTaken(DomainError):
    say = Text(
        "그동안 신청자가 다른 분께 추천을 부탁하여 이제 이 추천서를 받을 자리가 없습니다.",
        "The applicant has asked somebody else in the meantime, so there is no place left for this letter.",
    )
    status = 409
