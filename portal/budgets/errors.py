"""Refusals about budget lines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from portal.platform.errors import DomainError
from portal.platform.formats import quantity
from portal.platform.language import Text, say


@dataclass(frozen=True)
class Figures:
    """What was asked of a line and what it has left; only for holders of a budget role on it."""

    asked: int
    left: int
    unit: str


class CapExceeded(DomainError):
    """A line has not enough. `figures` is None for whoever holds no budget role on it (TRUST.md 3).

    `charged` tells whether the line itself was asked for, or stands above one that was.
    """

    status = 409
    say = Text(
        "예산 항목 ‘{line}’의 한도가 부족합니다. 필요 {asked}, 남음 {left}. 금액이나 수량을 줄이거나 한도를 조정한 뒤 "
        "다시 시도해 주십시오.",
        "The budget line “{line}” does not have enough: {asked} asked for, {left} left. Lower the amounts or have the "
        "cap changed, then try again.",
    )
    without_figures = Text(
        "예산 항목 ‘{line}’의 한도가 부족합니다. {office}에 문의해 주십시오.",
        "The budget line “{line}” does not have enough; ask {office}.",
    )
    above = Text(
        "상위 예산 항목의 한도가 부족합니다. {office}에 문의해 주십시오.",
        "The line above does not have enough; ask {office}.",
    )

    def __init__(
        self,
        line_code: str,
        line: Mapping[str, str],
        office: Mapping[str, str],
        *,
        charged: bool,
        figures: Figures | None,
    ) -> None:
        super().__init__(None)
        self.line_code, self.line, self.office = line_code, line, office
        self.charged, self.figures = charged, figures

    def sentence(self) -> str:
        if self.figures is not None:
            asked = quantity(self.figures.asked, self.figures.unit)
            left = quantity(self.figures.left, self.figures.unit)
            return say(type(self).say, line=say(self.line), asked=asked, left=left)
        office = say(self.office) or say(Text("예산 담당자", "the budget officer"))
        return say(self.without_figures if self.charged else self.above, line=say(self.line), office=office)


class BudgetFrozen(DomainError):
    status = 409
    say = Text(
        "예산 대사에서 차이가 발견되어 새 지원 확정을 멈추었습니다. 예산 담당자가 확인한 뒤 다시 시도해 주십시오.",
        "The books did not agree at the last reconciliation, so no award can be issued. Try again after the budget "
        "officer has cleared it.",
    )


class MovementReused(DomainError):
    status = 409
    say = Text(
        "같은 요청 번호가 다른 내용으로 이미 처리되었습니다. 페이지를 새로 열어 다시 시도해 주십시오.",
        "This request was already carried out with other content. Open the page again and try anew.",
    )


class AlreadyReversed(DomainError):
    status = 409
    say = Text("이미 되돌린 예산입니다. 두 번 되돌릴 수 없습니다.", "This money was already given back; once is all.")


class AlreadyPaid(DomainError):
    status = 409
    say = Text(
        "이미 지급된 금액이 있어 풀 수 없습니다. 정산과 회수 절차를 따라 주십시오.",
        "Some of this was already paid out, so it cannot be released. Settle and recover it instead.",
    )


class LineIsPlanned(DomainError):
    status = 409
    say = Text(
        "‘{line}’은(는) 아직 편성되지 않은 예산입니다. 예약만 할 수 있습니다.",
        "“{line}” is not appropriated yet: it may be reserved, nothing more.",
    )


class NotSetAside(DomainError):
    status = 409
    say = Text(
        "‘{line}’에서 앞 단계에 잡아 둔 금액보다 많이 옮길 수 없습니다.",
        "More than was set aside in the step before cannot be moved on “{line}”.",
    )


class UnknownLine(DomainError):
    status = 409
    say = Text(
        "예산 항목 ‘{code}’이(가) 없습니다. 예산 담당자에게 항목을 만들어 달라고 요청해 주십시오.",
        "There is no budget line “{code}”. Ask the budget officer to set it up.",
    )


class CapBelowUsed(DomainError):
    say = Text(
        "이미 {used}을(를) 썼으므로 한도를 그 아래로 낮출 수 없습니다.",
        "{used} is already used, so the cap cannot go below that.",
    )


class PlanRefused(DomainError):
    say = Text("예산 계획을 읽을 수 없습니다: {what}", "The plan cannot be loaded: {what}")


class StillUnequal(DomainError):
    status = 409
    say = Text(
        "차이가 남아 있어 정지를 풀 수 없습니다. 먼저 장부를 바로잡아 주십시오.",
        "The books still disagree, so the freeze stays. Put them right first.",
    )


class LineExists(DomainError):
    say = Text("이 코드의 예산 항목이 이미 있습니다.", "There is a budget line with this code already.")


class NoSuchParent(DomainError):
    say = Text("이 코드의 예산 항목이 없습니다.", "There is no budget line with this code.")


class UnitDiffers(DomainError):
    say = Text(
        "위 항목의 단위는 {unit}입니다. 같은 단위로 적어 주십시오.", "The line above is kept in {unit}; use the same."
    )


class ParentTooSmall(DomainError):
    say = Text(
        "위 항목에 {left}만 남아 있습니다. 한도를 줄이거나 위 항목의 한도를 먼저 늘려 주십시오.",
        "The line above has only {left} left. Lower this cap, or raise that one first.",
    )
