"""Teams by the thousand, each as it stands when its call has closed: handed in, entered, screened, findable."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random
from typing import Any, Final

from portal.accounts.models import Account, Consent, Person
from portal.applications import content
from portal.applications.consent import CURRENT, PURPOSE
from portal.applications.models import (
    Application,
    ApplicationState,
    Attachment,
    EntryState,
    Member,
    MemberRole,
    SectionAnswer,
    StageEntry,
    Submission,
)
from portal.applications.rules.attachments import places
from portal.applications.rules.receipt import receipt_number
from portal.applications.service import NewFile
from portal.audit.service import record
from portal.conflicts.rules import today
from portal.demo import names
from portal.demo.applying import SAMPLE
from portal.demo.crowd.bulk import Bulk
from portal.demo.groups import HOMES
from portal.demo.papers import Papers
from portal.demo.people import DOMAIN, password_hash
from portal.demo.teams import Team
from portal.demo.themes import THEMES
from portal.demo.writing import Writer, lawful, paper_parts
from portal.platform import search
from portal.platform.context import Actor, Context, Ids
from portal.programs.definition import CallDefinition
from portal.programs.models import Call, Stage
from portal.screening.models import Finding, Screening, ScreeningState
from portal.screening.rules import screen
from portal.screening.rules.checks import eligible
from portal.screening.rules.findings import Facts

CLOSING: Final = timedelta(minutes=2)  # after the deadline: closed, entered and screened


@dataclass(frozen=True)
class Entrant:
    """What the reviews of one application hang on."""

    entry_id: int
    entry: str  # public id
    application: str  # public id
    in_review: bool


@dataclass
class Applicants:
    """Writes the applications of one call. `files`: one sample for each place that has to be filled."""

    bulk: Bulk
    call: Call
    stage: Stage
    ids: Ids
    files: Mapping[str, NewFile]
    receipts: set[str] = field(default_factory=set)

    def _context(self, person_id: int | None, at: datetime, rng: Random) -> Context:
        return Context(Actor(person_id, system=None if person_id else "demo"), at, self.ids, rng)

    def add(self, team: Team) -> Entrant:
        """Everything of one team, up to its entry into the first stage."""
        rng = team.rng
        owner = self._owner(team, rng)
        title = f"{team.theme.title.of(team.language)} {team.number}"
        application = Application(
            public_id=self.ids.public_id(), call_id=self.call.id, owner_id=owner.id, title=title,
            applicant=owner.name, state=ApplicationState.CLOSED, language=team.language, created_at=team.begins,
            changed_at=team.hands_in,
        )  # fmt: skip
        self._put(application)
        application.call = self.call
        members = [
            self._member(team, rng, application.id, n, owner if n == 0 else None) for n in range(team.others + 1)
        ]
        answers = self._answers(team, rng, application.id, owner, members)
        attached = [self._attachment(team, application.id, code, owner.id) for code in self.files]
        draft = content.Whole(application, (), members, answers, (), (), attached, (), ())
        frozen = content.frozen(draft, today(team.hands_in, self.call.definition.time_zone))
        return self._handed_in(team, rng, application, owner.id, frozen)

    def _put(self, row: Any) -> None:
        """One object as a row of its table; what was not said has the column's own default."""
        columns = {
            c.key: getattr(row, c.key)
            for c in row.__table__.columns
            if c.key != "id" and (c.default is None or getattr(row, c.key) is not None)
        }
        row.id = self.bulk.add(type(row), **columns)

    def _owner(self, team: Team, rng: Random) -> Person:
        name = names.foreign(rng) if team.language == "en" else names.korean(rng)
        mail = f"{name.latin}.{team.number}@{HOMES[team.number % len(HOMES)]}.{DOMAIN}"
        owner = Person(
            public_id=self.ids.public_id(), name=name.shown, email=mail, email_key=mail, language=team.language,
            time_zone="Asia/Seoul", created_at=team.begins,
        )  # fmt: skip
        self._put(owner)
        self.bulk.add(Account, person_id=owner.id, password_hash=password_hash(), confirmed_at=team.begins)
        self.bulk.add(
            Consent, person_id=owner.id, purpose=PURPOSE, version=CURRENT.version, text_hash=CURRENT.sha256,
            at=team.begins,
        )  # fmt: skip
        return owner

    def _member(self, team: Team, rng: Random, application_id: int, n: int, owner: Person | None) -> Member:
        """The `n`-th of a team, the owner first; the last one of a silent team has never answered."""
        name = names.foreign(rng) if team.language == "en" else names.korean(rng)
        mail = owner.email_key if owner else f"{name.latin}.{team.number}-{n}@{HOMES[n % len(HOMES)]}.{DOMAIN}"
        silent = team.silent_member and n > 0 and n == team.others
        student = MemberRole.STUDENT if n % 3 == 1 else MemberRole.RESEARCHER
        member = Member(
            public_id=self.ids.public_id(), application_id=application_id, name=owner.name if owner else name.shown,
            person_id=owner.id if owner else None, email=mail, email_key=mail, role=MemberRole.PI if owner else student,
            may_edit=owner is not None, department="", consented_at=None if silent else team.begins,
            consent_version=None if silent else CURRENT.version,
        )  # fmt: skip
        self._put(member)
        return member

    def _answers(
        self, team: Team, rng: Random, application_id: int, owner: Person, members: Sequence[Member]
    ) -> list[SectionAnswer]:
        definition, day = self.call.definition, team.hands_in.date()
        writer = Writer(
            team.theme, team.language, owner.name, [m.public_id for m in members], (), day, rng,
            lawful(definition, team.number, day, rng),
        )  # fmt: skip
        rows = [
            SectionAnswer(
                application_id=application_id, section=section.code, slice="", answers=writer.section(section),
                version=1, saved_at=team.hands_in, saved_by_id=owner.id,
            )
            for section in definition.sections_to_apply_with
        ]  # fmt: skip
        for row in rows:
            self._put(row)
        return rows

    def _attachment(self, team: Team, application_id: int, slot: str, owner_id: int) -> Attachment:
        file = self.files[slot]
        row = Attachment(
            public_id=self.ids.public_id(), application_id=application_id, slot=slot, slice="", filename=file.filename,
            sha256=file.sha256, clean_sha256=file.clean_sha256, size=file.size, kind=file.kind, pages=file.pages,
            seconds=file.seconds, text=file.text, scan=file.scan, uploaded_at=team.hands_in, uploaded_by_id=owner_id,
        )  # fmt: skip
        self._put(row)
        return row

    def _receipt(self, rng: Random) -> str:
        receipt = receipt_number(self.call.code, rng)
        while receipt in self.receipts:
            receipt = receipt_number(self.call.code, rng)
        self.receipts.add(receipt)
        return receipt

    def _handed_in(
        self, team: Team, rng: Random, application: Application, owner_id: int, frozen: content.Content
    ) -> Entrant:
        """The submission, its close, the stage entry and the screening."""
        declared = content.declared(frozen, owner_id, team.hands_in)
        text = content.canonical_json(declared)
        submission = Submission(
            public_id=self.ids.public_id(), application_id=application.id, number=1, receipt=self._receipt(rng),
            content=text, sha256=content.digest(text), submitted_at=team.hands_in, submitted_by_id=owner_id,
            requested_total=0, language=team.language,
        )  # fmt: skip
        self._put(submission)
        handed_in = self._context(owner_id, team.hands_in, rng)
        closed = self._context(None, self.call.closes_at + CLOSING, rng)
        told = {"number": 1, "sha256": submission.sha256}
        record(handed_in, "ApplicationSubmitted", "application", application.public_id, **told)
        record(closed, "ApplicationClosed", "application", application.public_id, **told)
        people = " ".join(row["name"] for row in declared["members"])
        for term in sorted(search.terms(f"{application.title} {submission.receipt} {people}")):
            self.bulk.add(search.SearchTerm, term=term, kind="application", object_id=application.id)
        return self._entered(closed, application, submission, declared)

    def _entered(
        self, context: Context, application: Application, submission: Submission, declared: content.Content
    ) -> Entrant:
        facts = Facts(deadline_day=today(self.call.closes_at, self.call.definition.time_zone), stage=self.stage.code)
        found = screen(declared, self.call.definition, facts)
        clean = eligible(found)
        entry = StageEntry(
            public_id=self.ids.public_id(), stage_id=self.stage.id, application_id=application.id,
            submission_id=submission.id, track="", state=EntryState.IN_REVIEW if clean else EntryState.ENTERED,
            entered_at=context.now,
        )  # fmt: skip
        self._put(entry)
        screening = Screening(
            public_id=self.ids.public_id(), entry_id=entry.id, submission_id=submission.id,
            state=ScreeningState.ELIGIBLE if clean else ScreeningState.WAITING, rules_hash=self.call.content_hash,
            screened_at=context.now, decided_at=context.now if clean else None,
        )  # fmt: skip
        self._put(screening)
        for position, one in enumerate(found):
            self.bulk.add(
                Finding, screening_id=screening.id, position=position, rule=one.rule, result=one.result,
                evidence=one.evidence,
            )  # fmt: skip
        record(
            context, "EntryScreened", "screening", screening.public_id, entry=entry.public_id,
            submission=submission.sha256, rules=self.call.content_hash, state=screening.state.value,
            findings={one.rule: one.result.value for one in found},
        )  # fmt: skip
        return Entrant(entry.id, entry.public_id, application.public_id, clean)


def samples(definition: CallDefinition, day: date) -> dict[str, NewFile]:
    """The demonstration's sample document for every place that has to be filled, stored and checked once for all."""
    papers = Papers(own=False)
    codes = {section.code for section in definition.sections_to_apply_with}
    writer = Writer(THEMES[0], "ko", SAMPLE, (), (), day, Random(0))
    found = {}
    for place in places(definition):
        if place.required and (place.section is None or place.section in codes):
            title = place.names["ko"]
            lines = [("체험용 본보기 / Sample for the demonstration", title)]
            parts = paper_parts(writer, definition.sections[:6])
            found[place.code] = papers.file(place, title, SAMPLE, lines, parts)
    return found
