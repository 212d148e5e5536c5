"""What every applicant does through the services, whoever they are: begin, write, attach, hand in, be asked for more."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from random import Random
from typing import Any, Final

from sqlalchemy import select

from portal.applications import service
from portal.applications.models import Member, Reference, Reopening
from portal.applications.queries import drafts
from portal.applications.queries.references import reference_by_public_id
from portal.applications.rules.attachments import Place, places
from portal.applications.rules.references import place_of_letter
from portal.demo import people
from portal.demo.acting import act, act_as_visitor, read
from portal.demo.names import Name
from portal.demo.papers import Papers
from portal.demo.teams import Team
from portal.demo.themes import THEMES
from portal.demo.writing import Writer, lawful, paper_parts
from portal.platform import clock
from portal.platform.context import Context
from portal.platform.db import db
from portal.platform.language import Text
from portal.programs.definition import CallDefinition, Section
from portal.programs.models import Call

SAMPLE: Final = "본보기"
RELATIONS: Final = (Text("박사과정 지도교수", "Doctoral adviser"), Text("공동연구자", "Co-author"))
DECLINES: Final = Text("올해는 다른 분의 추천서로 여유가 없습니다.", "I have no time for another letter this year.")


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

    # --- who writes for them ---

    def ask_referees(self) -> None:
        """As many as the call asks for, by the owner; a letter goes to each."""
        rule = self.definition.references
        if rule is None or not self.team.asks_referees:
            return
        chance, language = Random(f"{self.team.seed}:referees"), self.team.language
        for relation in RELATIONS[: rule.count]:
            name = people.shown(chance)

            def ask(context: Context, name: Name = name, relation: Text = relation) -> None:
                service.name_referee(
                    context, self.team.application_id, name=name.shown, relation=relation.ko if language == "ko" else relation.en,
                    email=address(chance, name.latin, "university"), language=language,
                )  # fmt: skip

            act(self.team.owner_id, ask)

    def answer_for(self, but: int = 0) -> None:
        """The referees hand in behind the link of their letter; of every seventh team the last one declines instead.
        The last `but` of them write later."""
        rule = self.definition.references
        if rule is None or not self.team.asks_referees:
            return
        waiting = read(self._waiting)
        declines = waiting[-1:] if self.team.number % 7 == 3 and not but else []
        file = self.papers.letter(place_of_letter(rule), self.team.language)
        for reference in waiting[: len(waiting) - but]:

            def answer(context: Context, reference: str = reference) -> None:
                found = reference_by_public_id(reference)
                assert found is not None
                token = service.mint_reference_link(context, found)
                if reference in declines:
                    service.decline_reference(
                        context, token, DECLINES.ko if self.team.language == "ko" else DECLINES.en
                    )
                else:
                    service.hand_in_letter(context, token, file)

            act_as_visitor(answer)

    def _waiting(self) -> list[str]:
        query = (
            select(Reference.public_id)
            .where(
                Reference.application_id == self.team.application_id, Reference.received_at.is_(None),
                Reference.declined_at.is_(None),
            )
            .order_by(Reference.id)
        )  # fmt: skip
        return list(db.session.scalars(query))

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
