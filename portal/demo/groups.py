"""The whole application of a team without an institution, or of one person alone, through the services."""

from __future__ import annotations

from datetime import timedelta

from portal.applications import service
from portal.applications.models import MemberRole
from portal.demo import people
from portal.demo.acting import Steps, act, act_as_operator, read
from portal.demo.applying import Applying, address, open_call
from portal.platform.context import Context

HOMES = ("gmail", "naver", "kaist", "snu", "mit")  # parts of invented addresses


class Group(Applying):
    """People who know each other, or one alone."""

    def start(self) -> None:
        """The owner signs up and starts the application."""
        team = self.team
        name = people.shown(self.rng)
        shown, mail = team.owner or (name.shown, address(self.rng, name.latin, self.rng.choice(HOMES)))
        team.name = shown
        team.owner_id = act_as_operator(lambda c: people.account(c, shown, mail, team.language).id)
        call_id, self.definition = read(open_call, self.call_code)
        self.begin(call_id, None)

    def invite(self) -> None:
        def add(context: Context) -> None:
            for n in range(self.team.others):
                name = people.shown(self.rng)
                service.add_member(
                    context, self.team.application_id, institution="", name=name.shown,
                    email=address(self.rng, name.latin, self.rng.choice(HOMES)),
                    role=MemberRole.STUDENT if n % 3 == 0 else MemberRole.RESEARCHER,
                )  # fmt: skip

        if self.team.others:
            act(self.team.owner_id, add)


def application(work: Group) -> Steps:
    """The story of one complete application, from the start to the submission."""
    team = work.team
    step = (team.hands_in - team.begins) / 4
    yield team.begins
    work.start()
    work.invite()
    yield team.begins + step  # the letters with the links have arrived
    work.consent(but=1 if team.silent_member and team.others else 0)
    yield team.begins + step * 2
    work.write()
    work.attach_own(work.wanted(work.definition.sections_to_apply_with))
    work.ask_referees()
    yield team.begins + step * 3
    late = 1 if team.number % 3 == 0 else 0  # a letter that follows the submission
    work.answer_for(but=late)
    yield team.hands_in
    work.submit()
    if late:
        yield team.hands_in + timedelta(hours=30)
        work.answer_for()
