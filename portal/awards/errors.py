"""Refusals about recommendations, decisions and awards."""

from __future__ import annotations

from portal.platform.errors import DomainError
from portal.platform.language import Text


class NotAnAwardingStage(DomainError):
    status = 409
    say = Text(
        "이 단계에는 평가단이 정할 지원 내용이 없습니다.",
        "The panel has no amounts to recommend at this stage.",
    )


class NotRanked(DomainError):
    status = 409
    say = Text(
        "아직 순위가 없습니다. 평가를 마감하고 순위를 낸 뒤 진행해 주십시오.",
        "There is no ranking yet. Close the reviews and rank first.",
    )


class TracksNotRanked(DomainError):
    status = 409
    say = Text(
        "아직 순위가 없는 분야가 있습니다: {tracks}. 모든 분야의 순위를 낸 뒤 계산해 주십시오.",
        "Some tracks have no ranking yet: {tracks}. Rank every track first.",
    )


class NotOnPanel(DomainError):
    status = 403
    say = Text(
        "이 평가단의 위촉을 수락한 위원만 할 수 있습니다.",
        "Only reviewers who accepted a seat on this panel may do this.",
    )


class NotTheChair(DomainError):
    status = 403
    say = Text("위원장만 표를 확정할 수 있습니다.", "Only the chair may close the table.")


class TableClosed(DomainError):
    status = 409
    say = Text(
        "위원장이 확정한 표라서 고칠 수 없습니다. 고치려면 담당자에게 다시 열어 달라고 요청해 주십시오.",
        "The chair has closed this table. To change it, ask the officer to open it again.",
    )


class TableOpen(DomainError):
    status = 409
    say = Text(
        "평가단이 지원 내용 표를 아직 확정하지 않았습니다. 위원장이 확정한 뒤 의결안을 올릴 수 있습니다.",
        "The panel has not closed its table of amounts. Propose once the chair has closed it.",
    )


class EntryNotInTable(DomainError):
    status = 404
    say = Text("이 표에 없는 과제입니다.", "This application is not in the table.")


class OverRequest(DomainError):
    say = Text(
        "‘{title}’의 {component}: 신청한 {most}보다 많이 권고할 수 없습니다.",
        "“{title}”, {component}: no more than the {most} asked for can be recommended.",
    )


class OverCeiling(DomainError):
    say = Text(
        "‘{title}’의 {component}: 이 순위에서는 {most}까지 권고할 수 있습니다.",
        "“{title}”, {component}: at most {most} can be recommended at this rank.",
    )


class UnderLeast(DomainError):
    say = Text(
        "‘{title}’의 {component}: {least}보다 적으면 수행할 수 없습니다. 그만큼 권고하거나 0으로 두어 주십시오.",
        "“{title}”, {component}: the work cannot be done with less than {least}. Recommend that much, or nothing.",
    )


class WholeNumber(DomainError):
    say = Text("0 이상의 정수를 입력해 주십시오: {typed}", "Enter a whole number of 0 or more: {typed}")


class CutNeedsReason(DomainError):
    say = Text(
        "신청보다 {share}% 넘게 줄인 과제에는 사유를 {least}자 이상 적어 주십시오: {titles}",
        "Give a reason of at least {least} characters where more than {share}% was cut: {titles}",
    )


class EntriesMissing(DomainError):
    say = Text(
        "이 단계의 모든 과제에 결과를 정해야 합니다. 빠졌거나 남는 과제가 {count}건 있습니다.",
        "Every application of the stage needs exactly one outcome; {count} are missing or too many.",
    )


class EntriesWaiting(DomainError):
    status = 409
    say = Text(
        "적합성 검토가 끝나지 않은 과제가 {count}건 있습니다. 먼저 처리해 주십시오.",
        "{count} applications still wait in screening. Settle them first.",
    )


class WrongResult(DomainError):
    say = Text("이 단계에서는 쓸 수 없는 결과입니다: {result}", "This result has no place at this stage: {result}")


class LockedTwice(DomainError):
    say = Text(
        "같은 과제를 넣으면서 뺄 수는 없습니다. 한쪽만 골라 주십시오.",
        "The same application cannot be both inside and outside. Choose one.",
    )


class TooMany(DomainError):
    say = Text(
        "이 공고는 이 단계에서 {keep}건까지 선정합니다. {count}건을 골랐습니다.",
        "The call takes at most {keep} at this stage; {count} were chosen.",
    )


class TooFew(DomainError):
    say = Text(
        "이 공고는 정한 수보다 적게 선정하거나 아무도 선정하지 않는 것을 허용하지 않습니다. {keep}건을 골라 주십시오.",
        "The call does not allow selecting fewer or nobody. Choose {keep}.",
    )


class ConditionFailed(DomainError):
    say = Text(
        "‘{title}’은(는) 조건 ‘{condition}’을 충족하지 못해 선정할 수 없습니다.",
        "“{title}” failed the condition “{condition}” and cannot be selected.",
    )


class UnderMinimum(DomainError):
    say = Text(
        "‘{title}’은(는) 이 단계의 최저 점수 {least}점에 미치지 못해 선정할 수 없습니다.",
        "“{title}” is below this stage's minimum of {least} points and cannot be selected.",
    )


class ConditionOpen(DomainError):
    say = Text(
        "‘{title}’의 조건 ‘{condition}’ 확인이 남아 있습니다.",
        "The condition “{condition}” of “{title}” is still to be checked.",
    )


class NothingRecommended(DomainError):
    say = Text(
        "‘{title}’에 권고된 지원이 없습니다. 결과를 바꾸거나 평가단 표를 다시 열어 주십시오.",
        "Nothing is recommended for “{title}”. Change its result or open the panel's table again.",
    )


class ReasonTooShort(DomainError):
    say = Text("사유를 {least}자 이상 적어 주십시오.", "Give a reason of at least {least} characters.")


class DecisionStands(DomainError):
    status = 409
    say = Text(
        "이 단계에는 이미 의결안이 있습니다. 새로 올리려면 먼저 반려해 주십시오.",
        "This stage already has a decision under way. Return it before proposing another.",
    )


class DecisionStateRefused(DomainError):
    status = 409
    say = Text(
        "지금 상태({state})의 의결에는 할 수 없는 일입니다.", "This cannot be done to a decision that is {state}."
    )


class RulesChanged(DomainError):
    status = 409
    say = Text(
        "제안 뒤에 규칙이나 순위, 과제 상태가 바뀌었습니다. 반려하고 다시 제안해 주십시오.",
        "The rules, the ranking or an application changed since the proposal. Return it and propose anew.",
    )


class MayNotApprove(DomainError):
    status = 403
    say = Text("승인할 수 없습니다: {why}", "You may not approve: {why}")


class Conflicted(DomainError):
    status = 403
    say = Text(
        "이해충돌이 있는 과제가 포함되어 있어 처리할 수 없습니다. 다른 담당자가 처리해야 합니다.",
        "You have a conflict of interest here. Somebody else has to do this.",
    )


class AwardStateRefused(DomainError):
    status = 409
    say = Text(
        "지금 상태({state})의 지원에는 할 수 없는 일입니다.", "This cannot be done to an award that is: {state}."
    )


class OfferExpired(DomainError):
    status = 409
    say = Text(
        "수락 기한({until})이 지나 답할 수 없습니다. 담당자에게 문의해 주십시오.",
        "The offer ran out on {until} and can no longer be answered. Ask the officer.",
    )


class NotYoursToAnswer(DomainError):
    status = 403
    say = Text(
        "신청서를 낸 사람이나 주관기관의 대표자만 답할 수 있습니다.",
        "Only the applicant or a representative of the lead institution may answer.",
    )


class ReserveListOver(DomainError):
    status = 409
    say = Text(
        "예비 명단을 쓸 수 없습니다. 이 공고가 예비 명단을 두지 않거나, 발표 전이거나, 명단의 유효기간이 지났습니다.",
        "The reserve list cannot be drawn on: the call keeps none, the decision is not published, or its time is over.",
    )


class NoPlaceFree(DomainError):
    status = 409
    say = Text(
        "빈자리가 {free}개입니다. 그보다 많이 승격할 수 없습니다.",
        "{free} places are free; no more can be promoted.",
    )


class NotTheNext(DomainError):
    status = 409
    say = Text(
        "예비 명단의 순서가 바뀌었거나 앞선 예비자가 남아 있습니다. 지금 명단을 확인하고 다시 해 주십시오.",
        "The list has changed, or somebody before them still stands on it. Look at the list as it is now and try again.",
    )


class NotEligibleNow(DomainError):
    status = 409
    say = Text(
        "‘{title}’: 지금 다시 확인하니 ‘{rule}’ 요건에 맞지 않습니다. 확인하고, 맞다면 명단에서 제외해 주십시오.",
        "“{title}” was checked anew and does not meet “{rule}” now. Look into it and, if so, take it off the list.",
    )


class NoAwardInPreview(DomainError):
    say = Text("미리 보기에서는 아무것도 선정하지 않습니다.", "Nothing is awarded in a preview.")
    status = 409


class NoCommittee(DomainError):
    say = Text(
        "이 공고의 규칙에는 이 의결을 심의할 위원회가 없습니다.",
        "The rules of this call know no committee for this decision.",
    )
    status = 409


class CommitteeFirst(DomainError):
    say = Text(
        "‘{committee}’의 심의 결과를 먼저 적어야 승인할 수 있습니다.",
        "“{committee}” has to confirm it before it can be approved; write down its sitting.",
    )
    status = 409


class AlreadySat(DomainError):
    say = Text(
        "이 의결의 심의 결과는 이미 적혀 있습니다.", "The committee's sitting on this decision is already written down."
    )
    status = 409


class TooManyMembers(DomainError):
    say = Text("위원은 {most}명까지입니다.", "The committee has at most {most} members.")


class CountsWrong(DomainError):
    say = Text(
        "출석은 재적보다, 찬성은 출석보다 많을 수 없습니다.",
        "No more can be present than there are members, nor in favour than are present.",
    )


class CommitteeQuorum(DomainError):
    say = Text(
        "재적위원의 과반수가 출석해야 합니다. {members}명 가운데 {least}명부터입니다.",
        "More than half of the members have to be present: {least} of {members} at least.",
    )


class CommitteeMajority(DomainError):
    say = Text(
        "출석위원의 과반수가 찬성해야 의결안이 확정됩니다. {present}명 가운데 {least}명부터입니다.",
        "It takes more than half of those present to confirm: {least} of {present} at least.",
    )


class CommitteeInFavour(DomainError):
    say = Text(
        "출석위원의 과반수가 찬성하였으므로 되돌려 보낸 것이 아닙니다.",
        "More than half of those present were in favour, so it was not returned.",
    )


class SittingTime(DomainError):
    say = Text(
        "심의한 날은 의결안을 올린 날부터 오늘까지 가운데 하루여야 합니다.",
        "The day lies between the proposal and today.",
    )


class PanelStillMeets(DomainError):
    say = Text(
        "평가위원회의 회의가 아직 열려 있습니다. 회의를 마친 뒤 의결안을 올려 주십시오.",
        "The panel's meeting is still open. Propose once it is closed.",
    )
    status = 409


class MatchingStale(DomainError):
    say = Text(
        "그 뒤로 순위나 자리가 달라졌습니다. 배정을 다시 계산한 뒤 하십시오.",
        "Rankings or places have changed since. Compute the matching again first.",
    )
    status = 409


class PlacesTaken(DomainError):
    say = Text(
        "‘{track}’의 자리는 {keep}개입니다. 다른 의결까지 더하면 {count}명입니다.",
        "‘{track}’ has {keep} places; with the other decisions there would be {count}.",
    )
    status = 409


class NotOnReserveList(DomainError):
    say = Text(
        "‘{title}’은(는) 예비 명단에 없어 승격할 수 없습니다.",
        "“{title}” is not on a reserve list and cannot be promoted.",
    )
    status = 409
