"""Refusals of this feature."""

from __future__ import annotations

from portal.platform.errors import DomainError
from portal.platform.language import Text


class TooManyTries(DomainError):
    say = Text(
        "짧은 시간에 너무 여러 번 시도하였습니다. {minutes}분 뒤에 다시 시도해 주십시오.",
        "Too many tries in a short time. Try again in {minutes} minutes.",
    )
    status = 429


class SignInRefused(DomainError):
    """The same whether the account exists, is confirmed, is disabled, or the password is wrong."""

    say = Text(
        "전자우편 주소나 비밀번호가 맞지 않거나, 아직 전자우편 확인을 마치지 않은 계정입니다. "
        "다시 확인해 주십시오. 비밀번호가 기억나지 않으면 아래에서 다시 설정할 수 있습니다.",
        "The e-mail address or the password is not right, or the address has not been confirmed yet. "
        "Check both. If you forgot the password, you can set a new one below.",
    )


class PasswordTooShort(DomainError):
    say = Text("비밀번호는 {min}자 이상이어야 합니다.", "The password needs at least {min} characters.")


class PasswordTooLong(DomainError):
    say = Text("비밀번호는 {max}자까지 쓸 수 있습니다.", "The password may have at most {max} characters.")


class PasswordTooPlain(DomainError):
    say = Text(
        "짐작하기 쉬운 비밀번호입니다. 서로 다른 문자를 더 섞고, 전자우편 주소와 다르게 정해 주십시오.",
        "This password is easy to guess. Mix more different characters and do not use your e-mail address.",
    )


class PasswordWrong(DomainError):
    say = Text("지금 쓰는 비밀번호가 맞지 않습니다.", "The current password is not right.")


class NotTheChosenPassword(DomainError):
    say = Text(
        "가입할 때 정한 비밀번호와 다릅니다. 비밀번호를 정한 기억이 없으면 아래에서 다시 설정해 주십시오.",
        "This is not the password chosen at registration. If you did not choose one, set a new one below.",
    )


class LinkSpent(DomainError):
    """Used, expired, superseded or never made: all alike."""

    say = Text(
        "이 링크는 이미 쓰였거나 유효 기간이 지났습니다. 새 링크를 요청해 주십시오.",
        "This link was already used or has expired. Ask for a new one.",
    )
    status = 410


class CodeWrong(DomainError):
    say = Text(
        "인증 번호가 맞지 않거나 이미 쓰였습니다. 인증 앱에 지금 보이는 여섯 자리를 입력해 주십시오. "
        "계속 맞지 않으면 휴대전화의 시각 자동 설정을 켜 주십시오.",
        "The code is wrong or was already used. Enter the six digits the app shows now. "
        "If it keeps failing, turn on automatic time on your phone.",
    )


class NoSecondFactor(DomainError):
    say = Text(
        "인증 앱이 아직 등록되지 않았습니다. 아래에서 등록을 시작해 주십시오.",
        "No authenticator app has been set up yet. Start the set-up below.",
    )
    status = 409


class NumberTaken(DomainError):
    say = Text(
        "이 연구자번호는 다른 사람에게 등록되어 있습니다. 번호를 확인하시고, 맞으면 담당자에게 알려 주십시오.",
        "This researcher number is registered for another person. Check it; if it is yours, tell the office.",
    )
    status = 409


class OrcidUnreadable(DomainError):
    say = Text(
        "ORCID의 형식이 올바르지 않습니다. 0000-0002-1825-0097과 같이 적어 주십시오.",
        "This is not an ORCID. Enter it as 0000-0002-1825-0097.",
    )


class OrcidTaken(DomainError):
    say = Text(
        "이 ORCID는 다른 계정에 등록되어 있습니다. 계정이 둘이면 담당자에게 알려 주십시오.",
        "This ORCID is registered with another account. If you have two accounts, tell an officer.",
    )
    status = 409


class TooManyAddresses(DomainError):
    say = Text("다른 주소는 {most}개까지 적을 수 있습니다.", "At most {most} other addresses can be kept.")


class RegistrationTaken(DomainError):
    say = Text(
        "이 등록번호의 기관이 이미 있습니다: {name}. 목록에서 찾아 골라 주십시오.",
        "An organisation with this registration number exists already: {name}. Choose it from the list.",
    )
    status = 409


class DatesReversed(DomainError):
    say = Text("끝나는 날이 시작하는 날보다 앞섭니다.", "The last day is before the first day.")


class RelationToOneself(DomainError):
    say = Text(
        "같은 사람입니다. 관계는 서로 다른 두 사람 사이에만 적을 수 있습니다.",
        "This is the same person. A relation stands between two different people.",
    )


class OtherUnknown(DomainError):
    say = Text(
        "찾을 수 없습니다. 사람은 전자우편 주소(포털에 없는 사람이면 이름도), 국가연구자번호, ORCID로, 기관은 "
        "이름이나 사업자등록번호로 적어 주십시오.",
        "Not found. Name a person by e-mail address (and by name, if new to the portal), researcher number or ORCID; "
        "an organisation by its name or registration number.",
    )


class ReasonNeeded(DomainError):
    say = Text("까닭을 적어 주십시오. 기록에 남습니다.", "Give the reason. It stays on record.")


class DayIsPast(DomainError):
    say = Text("지난 날짜입니다. 오늘이나 그 뒤의 날을 적어 주십시오.", "This day is over. Enter today or a later day.")


class AbsenceTooLong(DomainError):
    say = Text(
        "부재는 한 번에 {most}일까지 알릴 수 있습니다. 더 길면 역할을 내려놓도록 관리자에게 요청해 주십시오.",
        "An absence can last {most} days at most. For longer, ask an administrator to end your roles.",
    )


class AbsencesOverlap(DomainError):
    status = 409
    say = Text(
        "이 기간과 겹치는 부재({since} ~ {until})를 이미 알리셨습니다. 그것을 먼저 끝내 주십시오.",
        "You already said that you are away from {since} to {until}. End that absence first.",
    )


class DeputyWithoutRight(DomainError):
    say = Text(
        "대리할 사람은 같은 권한을 같은 범위나 더 넓은 범위로 스스로 가지고 있어야 합니다. {name} 님은 그렇지 않습니다.",
        "Whoever stands in must hold the same right themselves, for at least the same scope. {name} does not.",
    )


class DeputyAway(DomainError):
    status = 409
    say = Text(
        "{name} 님도 그 기간({since} ~ {until})에 부재입니다. 다른 사람을 골라 주십시오.",
        "{name} is away as well, from {since} to {until}. Choose somebody else.",
    )


class WrongDepartment(DomainError):
    say = Text("이 부서는 고른 기관의 부서가 아닙니다.", "This department does not belong to the organisation.")


class AlreadyGranted(DomainError):
    say = Text(
        "이 역할은 같은 범위로 이미 부여되어 있습니다.",
        "This role has already been granted with the same scope.",
    )
    status = 409


class NotYourself(DomainError):
    say = Text(
        "자기 자신의 역할과 계정 상태는 바꿀 수 없습니다. 다른 관리자에게 요청해 주십시오.",
        "You cannot change your own roles or account. Ask another administrator.",
    )
    status = 403


class OutsideYourScope(DomainError):
    say = Text(
        "이 범위의 역할을 바꿀 권한이 없습니다.",
        "You do not hold the right to change roles of this scope.",
    )
    status = 403


class ScopeUnreadable(DomainError):
    say = Text(
        "범위는 *, program:WBL, call:<id>, line:<code>, organisation:<id> 가운데 하나로 입력해 주십시오.",
        "Enter the scope as *, program:WBL, call:<id>, line:<code> or organisation:<id>.",
    )


class CopyUnderWay(DomainError):
    status = 409
    say = Text(
        "사본을 이미 만들고 있습니다. 잠시 뒤 이 화면에서 내려받아 주십시오.",
        "A copy is being made already. It appears on this page in a moment.",
    )


class TooManyCopies(DomainError):
    status = 429
    say = Text(
        "사본은 하루에 {most}번까지 만들 수 있습니다. 만들어 둔 것을 내려받거나 내일 다시 해 주십시오.",
        "At most {most} copies a day. Download one that is there, or come back tomorrow.",
    )


class LastAdministrator(DomainError):
    status = 409
    say = Text(
        "포털 전체의 마지막 관리자입니다. 먼저 다른 사람에게 전체 관리자 역할을 주십시오.",
        "This is the last administrator of the whole portal. Give that role to somebody else first.",
    )


class StandsInTheWay(DomainError):
    status = 409
    say = Text(
        "아직 끝내지 않은 일이 있어 계정을 닫을 수 없습니다. 아래에 적힌 것을 먼저 끝내 주십시오.",
        "Something is not finished yet, so the account cannot be closed. Finish what is listed below first.",
    )


class NobodyKnown(DomainError):
    status = 404
    say = Text(
        "이 주소로 가지고 있는 개인정보가 없습니다. 주소를 다시 확인해 주십시오.",
        "Nothing is held under this address. Check it.",
    )


class OwnerCanLeave(DomainError):
    status = 409
    say = Text(
        "이 주소에는 쓰고 있는 계정이 있습니다. 본인이 로그인하여 계정을 닫도록 안내해 주십시오.",
        "There is an account in use with this address. Its owner can close it after signing in.",
    )


class NoAccount(DomainError):
    say = Text("이 사람에게는 계정이 없습니다.", "This person has no account.")
    status = 409


class EmailTaken(DomainError):
    say = Text("이 전자우편 주소의 계정이 이미 있습니다.", "There already is an account with this e-mail address.")
    status = 409


class NothingToSave(DomainError):
    say = Text(
        "저장할 조건이 없습니다. 먼저 조건을 고르고 이름을 적어 주십시오.",
        "There is nothing to save. Choose a filter first, then name it.",
    )


class FilterNameTaken(DomainError):
    say = Text(
        "‘{name}’은 다른 조건의 이름입니다. 다른 이름을 쓰거나 그 조건을 먼저 지워 주십시오.",
        "‘{name}’ names another filter. Use another name, or delete that one first.",
    )
    status = 409


class TooManyFilters(DomainError):
    say = Text(
        "저장한 조건은 {most}개까지 둘 수 있습니다. 쓰지 않는 것을 지워 주십시오.",
        "At most {most} filters can be kept. Delete one that is not used.",
    )
    status = 409
