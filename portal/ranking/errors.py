"""Refusals about ranking."""

from __future__ import annotations

from portal.platform.errors import DomainError
from portal.platform.language import Text


class ReviewStillOpen(DomainError):
    say = Text("아직 평가가 진행 중입니다.", "The review is still running.")
    status = 409


class StageDecided(DomainError):
    say = Text("이 단계의 결정이 이미 공개되었습니다.", "This stage's decision is already published.")
    status = 409


class NoSuchCondition(DomainError):
    say = Text("이 단계에 없는 조건입니다.", "This stage has no such condition.")


class ReasonNeeded(DomainError):
    say = Text("이유를 10자 이상 써 주십시오.", "Give a reason of at least 10 characters.")
