"""The applications of one panel side by side: a card with its form for each, and where each stands."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from portal.applications.models import StageEntry
from portal.platform.language import Text
from portal.programs.definition import Stage as StageDefinition
from portal.reviews import rules, service
from portal.reviews.forms import ReviewForm, review_form
from portal.reviews.models import Review, ReviewState
from portal.reviews.pages.application import ScoreShown, scores
from portal.routing.models import Assignment
from portal.routing.pages import team_of

PER_PAGE: Final = 12


class Standing(enum.Enum):
    """Where one review stands: code, word, tone. "Not sent yet" is known to the browser alone."""

    NEW = ("new", Text("시작 전", "Not begun"), "neutral")
    DRAFT = ("draft", Text("작성 중", "Draft saved"), "info")
    READY = ("ready", Text("제출 준비됨", "Ready to submit"), "success")
    LOCKED = ("locked", Text("제출하여 잠김", "Submitted, locked"), "neutral")
    MISSED = ("missed", Text("제출 없이 종료됨", "Closed without it"), "neutral")

    @property
    def code(self) -> str:
        return str(self.value[0])

    @property
    def word(self) -> Text:
        return self.value[1]

    @property
    def tone(self) -> str:
        return str(self.value[2])


@dataclass(frozen=True)
class Card:
    """One application of the batch; `form` is None once nothing can be written any more."""

    number: int
    assignment: Assignment
    entry: StageEntry
    review: Review | None
    standing: Standing
    form: ReviewForm | None
    scores: list[ScoreShown]

    @property
    def id(self) -> str:
        return self.assignment.public_id

    @property
    def key(self) -> str:
        return f"a{self.number}"

    @property
    def title(self) -> str:
        return self.entry.application.title

    @property
    def applicant(self) -> str:
        return team_of(self.entry).label

    @property
    def total(self) -> int | None:
        """None until a point is given."""
        given = [s.points for s in self.scores if s.points is not None]
        return sum(given) if given else None


def standing(review: Review | None, stage: StageDefinition, editable: bool) -> Standing:
    if review is not None and review.state is not ReviewState.DRAFT:
        return Standing.LOCKED
    if not editable:
        return Standing.MISSED
    if review is None:
        return Standing.NEW
    missing = rules.unfinished(service.marks_of(review), review.comment, stage)
    return Standing.DRAFT if missing else Standing.READY


def card(number: int, assignment: Assignment, review: Review | None, stage: StageDefinition, now: datetime) -> Card:
    row = assignment.entry.stage
    found = standing(
        review, stage, rules.window_open(row.review_opens_at, row.review_closed_at, now, assignment.late_until)
    )
    form = None
    if found not in (Standing.LOCKED, Standing.MISSED):
        form = review_form(stage, review)
        for field in form:
            field.id = f"a{number}-{field.id}"
    return Card(number, assignment, assignment.entry, review, found, form, scores(stage, review))


def cards(
    rows: Sequence[tuple[Assignment, Review | None]], first: int, stage: StageDefinition, now: datetime
) -> list[Card]:
    """Numbered from `first` on: the number stays with the application from page to page."""
    return [card(first + place, a, review, stage, now) for place, (a, review) in enumerate(rows)]
