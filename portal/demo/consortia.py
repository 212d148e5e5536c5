"""A consortium's whole application through the services, each act by who would do it: letters, links and all."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Final

from sqlalchemy import select

from portal.applications import service
from portal.applications.models import Application, ConfirmationLink, Institution, Member, MemberRole
from portal.applications.queries import drafts
from portal.applications.queries.submissions import whole
from portal.applications.rules.attachments import Place, places, slices
from portal.applications.rules.confirmation import places_of
from portal.demo import people, teams
from portal.demo.acting import Steps, act, act_as_operator, act_as_visitor, read
from portal.demo.papers import Papers
from portal.demo.teams import Team
from portal.demo.themes import THEMES
from portal.demo.writing import Writer, paper_parts
from portal.platform import clock
from portal.platform.context import Context
from portal.platform.db import db
from portal.programs.definition import CallDefinition, Section
from portal.programs.models import Call

SAMPLE: Final = "본보기"


def address(rng: Random, latin: str, domain: str) -> str:
    return f"{latin}.{rng.randrange(100, 9999)}@{domain}.{people.DOMAIN}"


class Consortium:
    """One team at work on one call. Every method is one or more committed acts."""

    def __init__(self, team: Team, call_code: str, papers: Papers) -> None:
        self.team, self.call_code, self.papers = team, call_code, papers
        self.rng = team.rng
        self.definition: CallDefinition

    # --- who takes part ---

    def start(self) -> None:
        """The owner signs up at the lead institution and starts the application."""
        team, lead = self.team, self.team.sites[0]
        name = people.shown(self.rng)
        shown, mail = team.owner or (name.shown, address(self.rng, name.latin, lead.house.domain))

        def sign_up(context: Context) -> tuple[int, int, int, CallDefinition]:
            person = people.account(context, shown, mail, team.language)
            affiliation = people.placed(context, person, lead.house, lead.department, title="책임연구원")
            call = db.session.scalars(select(Call).where(Call.code == self.call_code)).one()
            return person.id, affiliation, call.id, call.definition

        team.owner_id, affiliation_id, call_id, self.definition = act_as_operator(sign_up)
        title = team.theme.title.of(team.language)

        def begin(context: Context) -> tuple[int, str]:
            made = service.start(context, call_id, title, service.Lead(affiliation_id=affiliation_id))
            return made.id, made.public_id

        team.application_id, team.public_id = act(team.owner_id, begin)
        team.joiners = [team.owner_id]

    def invite(self) -> None:
        """The other institutions, each with the address that its invitation goes to."""
        self._contacts = [
            (name := people.shown(self.rng), address(self.rng, name.latin, site.house.domain))
            for site in self.team.sites[1:]
        ]
        if self.team.partner:
            self._contacts[0] = (self._contacts[0][0], self.team.partner[1])

        def add(context: Context) -> None:
            for site, (_, mail) in zip(self.team.sites[1:], self._contacts, strict=True):
                service.add_institution(
                    context, self.team.application_id, name=site.house.name, kind=site.house.kind, role=site.role,
                    contact_email=mail, country=site.house.country,
                )  # fmt: skip

        act(self.team.owner_id, add)

    def join(self, numbers: Iterable[int] | None = None) -> None:
        """Who was invited opens the link of the letter and joins; afterwards they write their institution's part."""
        ids = self.institution_ids()
        for number in numbers if numbers is not None else range(1, len(ids)):
            site, (name, mail) = self.team.sites[number], self._contacts[number - 1]
            shown = self.team.partner[0] if self.team.partner and number == 1 else name.shown
            institution_id = ids[number][0]

            def sign_up(context: Context, shown: str = shown, mail: str = mail, number: int = number) -> int:
                at = self.team.sites[number]
                language = "en" if at.house.country != "KR" else "ko"
                person = people.account(context, shown, mail, language)
                people.placed(context, person, at.house, at.department)
                return person.id

            person_id = act_as_operator(sign_up)
            token = act_as_operator(service.mint_institution_link, institution_id)
            house = site.house
            act(
                person_id, service.join_institution, token, registration=house.registration, name_en=house.name_en,
                kind=house.kind,
            )  # fmt: skip
            self.team.joiners.append(person_id)

    def institution_ids(self) -> list[tuple[int, str]]:
        """(id, public id) in the order of the sites."""
        query = (
            select(Institution.id, Institution.public_id)
            .where(Institution.application_id == self.team.application_id)
            .order_by(Institution.position)
        )
        return read(lambda: [(i, p) for i, p in db.session.execute(query)])

    def add_people(self) -> None:
        """Each institution names its own people; whoever joined becomes a member who may edit."""
        for number, (joiner, (_, public_id)) in enumerate(zip(self.team.joiners, self.institution_ids(), strict=False)):
            site = self.team.sites[number]

            def add(context: Context, number: int = number, public_id: str = public_id) -> None:
                site = self.team.sites[number]
                for n in range(site.members):
                    name = people.shown(self.rng)
                    student = site.house.kind == "university" and n % 2 == 0
                    service.add_member(
                        context, self.team.application_id, institution=public_id, name=name.shown,
                        email=address(self.rng, name.latin, site.house.domain), department=site.department,
                        role=MemberRole.STUDENT if student else MemberRole.RESEARCHER,
                    )  # fmt: skip

            if site.members:
                act(joiner, add)

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

    def writer(self) -> Writer:
        members = read(lambda: [m.public_id for m in drafts.members_of(self.team.application_id)])
        return Writer(
            self.team.theme, self.team.language, self.team.sites[0].house.name, members,
            [public_id for _, public_id in self.institution_ids()], clock.now().date(), self.rng,
        )  # fmt: skip

    def write(self, sections: Iterable[Section] | None = None) -> None:
        """The team's own sections, by the owner."""
        writer = self.writer()
        asked = sections if sections is not None else self.definition.sections_to_apply_with
        for section in asked:
            if section.editor == "team" and (answers := writer.section(section)):
                self._save(self.team.owner_id, section.code, "", answers)

    def write_parts(self, numbers: Iterable[int] | None = None) -> None:
        """Each institution's slice, by who joined for it."""
        writer, ids = self.writer(), self.institution_ids()
        for number in numbers if numbers is not None else range(len(self.team.joiners)):
            for section in self.definition.sections_to_apply_with:
                if section.editor == "institution" and (answers := writer.section(section)):
                    self._save(self.team.joiners[number], section.code, ids[number][1], answers)

    def _save(self, person_id: int, section: str, slice_: str, answers: dict[str, object]) -> None:
        application_id = self.team.application_id
        act(person_id, service.save_section, application_id, section, slice_, answers, 0)

    def ask(self) -> None:
        """The means, by the owner."""
        asked = teams.wishes(self.team, self.definition)
        act(self.team.owner_id, service.save_means, self.team.application_id, asked, 0)

    def budget(self, numbers: Iterable[int] | None = None) -> None:
        """Each institution's costs, by who joined for it."""
        asked = teams.wishes(self.team, self.definition)
        grids, ids = teams.budgets(self.team, asked, self.definition), self.institution_ids()
        for number in numbers if numbers is not None else range(len(self.team.joiners)):
            grid, institution_id = grids[number], ids[number][0]
            act(self.team.joiners[number], service.save_costs, institution_id, grid, 0)

    def attach(self, leave: int = 0) -> None:
        """A PDF in every required place that takes one, but for the last `leave` of the team's own."""
        ids = [public_id for _, public_id in self.institution_ids()]
        wanted = [p for p in places(self.definition) if p.required and "pdf" in p.kinds]
        own = [p for p in wanted if not p.per_institution]
        left_out = own[len(own) - leave :]

        def of_place(place: Place) -> list[str]:
            return slices(place, drafts.institutions_of(self.team.application_id))

        for place in wanted:
            if place not in left_out:
                for slice_ in read(of_place, place):
                    self._attach(place, ids.index(slice_) if slice_ else 0, slice_)

    def _attach(self, place: Place, number: int, slice_: str) -> None:
        site, language = self.team.sites[number], self.team.language
        title = place.names.get(language) or place.code
        if self.papers.own or (self.papers.plans and place.section is not None):
            owner, writer = site.house.name, self.writer()
            lines = [
                ("과제 / Project", self.team.theme.title.of(language)),
                ("기관 / Institution", owner),
                ("공고 / Call", self.call_code),
            ]
        else:
            owner, writer, language = SAMPLE, replace(self.writer(), lead=SAMPLE, rng=Random(0), theme=THEMES[0]), "ko"
            lines = [("체험용 본보기 / Sample for the demonstration", title)]
        parts = paper_parts(writer, self.definition.sections[: 1 if slice_ else 6])
        file = self.papers.file(place, title, owner, lines, parts, language)
        act(self.team.joiners[number], service.attach, self.team.application_id, place.code, slice_, file)

    # --- what stands for it ---

    def ask_to_confirm(self) -> None:
        def ask(context: Context) -> None:
            for number, (_, public_id) in enumerate(ids):
                name = people.shown(self.rng)
                mail = address(self.rng, f"ceo.{name.latin}", self.team.sites[number].house.domain)
                service.ask_confirmation(context, self.team.application_id, public_id, name.shown, mail)

        ids = self.institution_ids()
        act(self.team.owner_id, ask)

    def confirm(self, numbers: Iterable[int] | None = None) -> None:
        """The representatives confirm every section, without an account."""
        ids = self.institution_ids()
        for number in numbers if numbers is not None else range(len(ids)):
            institution_id = ids[number][0]

            def agree(context: Context, institution_id: int = institution_id) -> None:
                link = db.session.scalars(
                    select(ConfirmationLink).where(ConfirmationLink.institution_id == institution_id)
                ).one()
                institution = db.session.get_one(Institution, institution_id)
                draft = whole(db.session.get_one(Application, self.team.application_id))
                codes = [place.section.code for place in places_of(draft, institution)]
                service.confirm(context, service.mint_confirmation_link(context, link.id), codes)

            act_as_visitor(agree)

    def submit(self) -> None:
        act(self.team.owner_id, service.submit, self.team.application_id)


def application(team: Team, call_code: str, papers: Papers) -> Steps:
    """The story of one complete application, from the start to the submission."""
    step = (team.hands_in - team.begins) / 8
    work = Consortium(team, call_code, papers)
    yield team.begins
    work.start()
    work.invite()
    yield team.begins + step  # the letters with the links have arrived
    work.join()
    work.add_people()
    yield team.begins + step * 2
    work.consent(but=1 if team.silent_member else 0)
    yield team.begins + step * 4
    work.write()
    work.write_parts()
    yield team.begins + step * 6
    work.ask()
    work.budget()
    work.attach()
    work.ask_to_confirm()
    yield team.begins + step * 7
    late = len(team.sites) - 1
    work.confirm([n for n in range(len(team.sites)) if not (team.late_confirmation and n == late)])
    yield team.hands_in
    work.submit()
    if team.late_confirmation:
        yield team.hands_in + timedelta(minutes=2)
        work.confirm([late])
