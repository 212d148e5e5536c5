"""What every applicant does through the services, whoever they are: begin, write, attach, hand in, be asked for more."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from random import Random
from typing import Any, Final

from sqlalchemy import select

from portal.applications import service
from portal.applications.models import Member, Reopening
from portal.applications.queries import drafts
from portal.applications.rules.attachments import Place, places
from portal.demo import people
from portal.demo.acting import act, act_as_visitor, read
from portal.demo.papers import Papers
from portal.demo.teams import Team
from portal.demo.themes import THEMES
from portal.demo.writing import Writer, lawful, paper_parts
from portal.platform import clock
from portal.platform.context import Context
from portal.platform.db import db
from portal.programs.definition import CallDefinition, Section
from portal.programs.models import Call

SAMPLE: Final = "본보기"


def address(rng: Random, latin: str, domain: str) -> str:
    return f"{latin}.{rng.randrange(100, 9999)}@{domain}.{people.DOMAIN}"


def open_call(code: str) -> tuple[int, CallDefinition]:
    call = db.session.scalars(select(Call).where(Call.code == code)).one()
    return call.id, call.definition


class Applying:
    """One team at work on one call. Every method is one or more committed acts."""

    def __init__(self, team: Team, call_code: str, papers: Papers) -> None:
        self.team, self.call_code, self.papers = team, call_code, papers
        self.rng = team.rng
        self.definition: CallDefinition

    # --- who takes part ---

    def begin(self, call_id: int, lead: service.Lead | None) -> None:
        """The owner starts the application."""
        title = self.team.theme.title.of(self.team.language)

        def start(context: Context) -> tuple[int, str]:
            made = service.start(context, call_id, title, lead)
            return made.id, made.public_id

        self.team.application_id, self.team.public_id = act(self.team.owner_id, start)

    def consent(self, but: int = 0) -> None:
        """The members agree behind the link of their letter; the last `but` of them never open it."""
        query = (
            select(Member.id)
            .where(Member.application_id == self.team.application_id, Member.consented_at.is_(None))
            .order_by(Member.id)
        )
        waiting = read(lambda: list(db.session.scalars(query)))
        for member_id in waiting[: len(waiting) - but]:

            def agree(context: Context, member_id: int = member_id) -> None:
                service.consent(context, service.mint_member_link(context, member_id), True)

            act_as_visitor(agree)

    # --- what they write ---

    @property
    def called(self) -> str:
        """What the applicant is called in its own texts and documents."""
        return self.team.sites[0].house.name if self.team.sites else self.team.name

    def institutions(self) -> list[str]:
        return []

    def writer(self) -> Writer:
        members = read(lambda: [m.public_id for m in drafts.members_of(self.team.application_id)])
        return Writer(
            self.team.theme, self.team.language, self.called, members, self.institutions(), clock.now().date(),
            self.rng, lawful(self.definition, self.team.number, clock.now().date(), self.team.rng),
        )  # fmt: skip

    def write(self, sections: Iterable[Section] | None = None) -> None:
        """The team's own sections, by the owner."""
        writer = self.writer()
        asked = sections if sections is not None else self.definition.sections_to_apply_with
        for section in asked:
            if section.editor == "team" and (answers := writer.section(section)):
                self._save(self.team.owner_id, section.code, "", answers)

    def _save(self, person_id: int, section: str, slice_: str, answers: dict[str, Any]) -> None:
        application_id = self.team.application_id
        act(person_id, service.save_section, application_id, section, slice_, answers, 0)

    def wanted(self, sections: Sequence[Section]) -> list[Place]:
        """The required places for a document or film in these sections, and the call's own slots."""
        codes = {section.code for section in sections}
        takes = [p for p in places(self.definition) if p.required and {"pdf", "mp4"} & set(p.kinds)]
        return [p for p in takes if p.section is None or p.section in codes]

    def attach_own(self, wanted: Iterable[Place]) -> None:
        """One file in each place of the team's own, by the owner."""
        for place in wanted:
            if not place.per_institution:
                self.attach_file(self.team.owner_id, place, self.called, "")

    def attach_file(self, person_id: int, place: Place, owner: str, slice_: str) -> None:
        language = self.team.language
        title = place.names.get(language) or place.code
        if "pdf" not in place.kinds:
            act(person_id, service.attach, self.team.application_id, place.code, slice_, self.papers.film(place))
            return
        if self.papers.own or (self.papers.plans and place.section is not None):
            writer = self.writer()
            lines = [
                ("과제 / Project", self.team.theme.title.of(language)),
                ("신청자 / Applicant", owner),
                ("공고 / Call", self.call_code),
            ]
        else:
            owner, writer, language = SAMPLE, replace(self.writer(), lead=SAMPLE, rng=Random(0), theme=THEMES[0]), "ko"
            lines = [("체험용 본보기 / Sample for the demonstration", title)]
        parts = paper_parts(writer, self.definition.sections[: 1 if slice_ else 6])
        file = self.papers.file(place, title, owner, lines, parts, language)
        act(person_id, service.attach, self.team.application_id, place.code, slice_, file)

    def submit(self) -> None:
        act(self.team.owner_id, service.submit, self.team.application_id)

    # --- what a stage asks for later ---

    def hand_in_own_sections(self) -> None:
        """The sections that the stage asks for itself, and their files, by the owner."""
        query = select(Reopening.id, Reopening.places).where(
            Reopening.application_id == self.team.application_id, Reopening.answered_at.is_(None)
        )
        for reopening_id, asked in read(lambda: [tuple(row) for row in db.session.execute(query)]):
            sections = [s for s in self.definition.sections if f"sections.{s.code}" in asked]
            self.write(sections)
            self.attach_own([place for place in self.wanted(sections) if place.section is not None])
            act(self.team.owner_id, service.hand_in, reopening_id)
