"""A consortium's whole application through the services, each act by who would do it: letters, links and all."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from sqlalchemy import select

from portal.applications import service
from portal.applications.models import Application, ConfirmationLink, Institution, MemberRole
from portal.applications.queries import drafts
from portal.applications.queries.submissions import whole
from portal.applications.rules.attachments import Place, slices
from portal.applications.rules.confirmation import places_of
from portal.demo import names, people, teams
from portal.demo.acting import Steps, act, act_as_operator, act_as_visitor, read
from portal.demo.applying import Applying, address, open_call
from portal.platform.context import Context
from portal.platform.db import db


class Consortium(Applying):
    """Several institutions, each with its own people and its own part."""

    # --- who takes part ---

    def start(self) -> None:
        """The owner signs up at the lead institution and starts the application."""
        team, lead = self.team, self.team.sites[0]
        name = people.shown(self.rng)
        shown, mail = team.owner or (name.shown, address(self.rng, name.latin, lead.house.domain))

        def sign_up(context: Context) -> tuple[int, int]:
            person = people.account(context, shown, mail, team.language)
            return person.id, people.placed(context, person, lead.house, lead.department, title="책임연구원")

        team.owner_id, affiliation_id = act_as_operator(sign_up)
        call_id, self.definition = read(open_call, self.call_code)
        self.begin(call_id, service.Lead(affiliation_id=affiliation_id))
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
        if self._wants_talent():
            act(self.team.owner_id, self._add_talent, self.institutions()[0])

    def _wants_talent(self) -> bool:
        """The call asks for somebody from abroad to be named."""
        rules = [rule for rule in self.definition.screening if rule.kind == "has_member"]
        return any(rule.params.get("role") == MemberRole.TALENT.value for rule in rules)

    def _add_talent(self, context: Context, institution: str) -> None:
        name = names.foreign(self.rng)
        service.add_member(
            context, self.team.application_id, institution=institution, name=name.shown,
            email=address(self.rng, name.latin, "abroad"), role=MemberRole.TALENT,
        )  # fmt: skip

    # --- what they write ---

    def institutions(self) -> list[str]:
        return [public_id for _, public_id in self.institution_ids()]

    def write_parts(self, numbers: Iterable[int] | None = None) -> None:
        """Each institution's slice, by who joined for it."""
        writer, ids = self.writer(), self.institution_ids()
        for number in numbers if numbers is not None else range(len(self.team.joiners)):
            for section in self.definition.sections_to_apply_with:
                if section.editor == "institution" and (answers := writer.section(section)):
                    self._save(self.team.joiners[number], section.code, ids[number][1], answers)

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
        ids = self.institutions()
        wanted = self.wanted(self.definition.sections_to_apply_with)
        own = [p for p in wanted if not p.per_institution]
        self.attach_own(own[: len(own) - leave])

        def of_place(place: Place) -> list[str]:
            return slices(place, drafts.institutions_of(self.team.application_id))

        for place in wanted:
            if place.per_institution:
                for slice_ in read(of_place, place):
                    number = ids.index(slice_)
                    owner = self.team.sites[number].house.name
                    self.attach_file(self.team.joiners[number], place, owner, slice_)

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


def application(work: Consortium) -> Steps:
    """The story of one complete application, from the start to the submission."""
    team = work.team
    step = (team.hands_in - team.begins) / 8
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
