"""Reviewers by the hundred and their reviews: everybody has a severity of their own and about as much to do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Final

from portal.accounts.models import Account, Affiliation, Person, ReviewerProfile, Role, RoleGrant
from portal.audit.service import record
from portal.demo import names
from portal.demo.crowd.applicants import Entrant
from portal.demo.crowd.bulk import Bulk
from portal.demo.people import DOMAIN, password_hash
from portal.demo.reviewing import BIAS_SD, NOISE_SD, TRUTH
from portal.demo.writing import comment, reviewed
from portal.platform.context import Actor, Context, Ids
from portal.programs.definition import Stage as StageDefinition
from portal.reviews.models import Review, ReviewState, Score
from portal.reviews.rules import receipt, total
from portal.routing.models import Assignment, AssignmentState, Seat, SeatState
from portal.routing.service.pseudonyms import fresh_pseudonym

LOAD: Final = 80  # reviews of one person, on average
BEGUN: Final = 60  # reviews that the one who is followed has written and not handed in, at most


@dataclass(frozen=True)
class Judge:
    person_id: int
    bias: float
    language: str


@dataclass
class Reviewers:
    """Writes the panel and its reviews. `opens`: when the review of the stage began."""

    bulk: Bulk
    definition: StageDefinition
    panel_id: int
    opens: datetime
    present: datetime
    ids: Ids
    rng: Random
    judges: list[Judge] = field(default_factory=list)

    def seat(self, person_id: int, kind: str, language: str = "ko", *, chair: bool = False) -> None:
        """A place on the panel, accepted and pledged."""
        asked = self.opens - timedelta(days=9)
        self.bulk.add(
            Seat, public_id=self.ids.public_id(), panel_id=self.panel_id, person_id=person_id, chair=chair, kind=kind,
            state=SeatState.ACCEPTED, invited_at=asked, answered_at=asked + timedelta(days=1),
            pledged_at=asked + timedelta(days=1),
        )  # fmt: skip
        self.judges.append(Judge(person_id, self.rng.gauss(0, BIAS_SD), language))

    def invite(self, number: int, organisations: Sequence[int]) -> None:
        """A new person of the pool with a seat: one in eight from industry, one in ten from abroad."""
        kind = "industry" if number % 8 == 3 else "foreign" if number % 10 == 7 else "academia"
        name = names.foreign(self.rng) if kind == "foreign" else names.korean(self.rng)
        mail = f"{name.latin}.{number}@panel.{DOMAIN}"
        since, language = self.opens - timedelta(days=400), "en" if kind == "foreign" else "ko"
        person_id = self.bulk.add(
            Person, public_id=self.ids.public_id(), name=name.shown, email=mail, email_key=mail, language=language,
            time_zone="Europe/London" if kind == "foreign" else "Asia/Seoul", created_at=since,
        )  # fmt: skip
        self.bulk.add(Account, person_id=person_id, password_hash=password_hash(), confirmed_at=since)
        self.bulk.add(
            Affiliation, person_id=person_id, organisation_id=organisations[number % len(organisations)],
            since=since.date(),
        )  # fmt: skip
        self.bulk.add(RoleGrant, person_id=person_id, role=Role.REVIEWER, scope="*", since=since)
        keywords = ", ".join(self.rng.sample(names.KEYWORDS, 2))
        self.bulk.add(ReviewerProfile, person_id=person_id, keywords=keywords, kind=kind, capacity=2 * LOAD)
        self.seat(person_id, kind, language)

    def review(self, entrants: Sequence[Entrant], count: int, begun: int) -> None:
        """`count` locked reviews, spread evenly over the entries; the first judge has begun some more."""
        each, more = divmod(count, len(entrants))
        for n, entrant in enumerate(entrants):
            truth = min(99.0, max(20.0, self.rng.gauss(*TRUTH)))
            chosen = self.rng.sample(self.judges, each + (n < more))
            taken: set[str] = set()
            for judge in chosen:
                self._review(entrant, judge, truth, taken, locked=True)
            followed = self.judges[0]
            if n < min(begun, len(entrants) // 2) and followed not in chosen:
                self._review(entrant, followed, truth, taken, locked=False)
            self.bulk.write_when_many()

    def _review(self, entrant: Entrant, judge: Judge, truth: float, taken: set[str], *, locked: bool) -> None:
        at = self.opens + (self.present - self.opens) * self.rng.uniform(0.1, 0.95)
        pseudonym = fresh_pseudonym(self.rng, taken)
        taken.add(pseudonym)
        assignment_id = self.bulk.add(
            Assignment, public_id=self.ids.public_id(), entry_id=entrant.entry_id, panel_id=self.panel_id,
            person_id=judge.person_id, state=AssignmentState.ACCEPTED, pseudonym=pseudonym, affinity=0,
            explanation={}, created_at=self.opens, published_at=self.opens, declared_at=self.opens,
            answered_at=self.opens,
        )  # fmt: skip
        points = truth + judge.bias + self.rng.gauss(0, NOISE_SD)
        marks = reviewed(points, self.definition.criteria, judge.language, self.rng)
        said, public_id = comment(points, judge.language), self.ids.public_id()
        kept = receipt(entrant.entry, pseudonym, marks, said, at) if locked else None
        review_id = self.bulk.add(
            Review, public_id=public_id, assignment_id=assignment_id, version=1, comment=said, note_to_officer="",
            state=ReviewState.LOCKED if locked else ReviewState.DRAFT, saved_at=at, locked_at=at if locked else None,
            receipt=kept,
        )  # fmt: skip
        for criterion, (given, reason) in marks.items():
            self.bulk.add(Score, review_id=review_id, criterion=criterion, points=given, reason=reason)
        if locked:
            record(
                Context(Actor(judge.person_id), at, self.ids, self.rng), "ScoresRecorded", "review", public_id,
                entry=entrant.entry, pseudonym=pseudonym, receipt=kept, total=total(marks),
            )  # fmt: skip
