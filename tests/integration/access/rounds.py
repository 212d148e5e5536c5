"""Places by choices that were decided, one of them given back: the next round waits."""

from __future__ import annotations

from sqlalchemy import select

from portal.awards import placing
from portal.awards import service as awards
from portal.awards.models import Award, Outcome, Result
from portal.platform.db import db
from tests.factories import base
from tests.factories import matching as choosing
from tests.factories.budgets import plan
from tests.integration.access.world import WHY, World, as_wbl

RULES = {"max_count": 20, "acceptance_days": 14, "promote": True}


def a_place_was_given_back(world: World) -> None:
    """Three tracks decided by one matching; the first of the first track has declined."""
    plan(choosing.lines())
    made = choosing.matched(made=as_wbl(choosing.definition(awards=RULES)))
    saved = awards.save_matching(base.context(), made.stage.id)
    found = placing.place(saved.inputs)
    awards.keep_solution(base.context(), saved.id, found)
    db.session.flush()
    for track in choosing.GROUPS:
        outcomes = [
            (entry.id, Result.AWARD if entry.public_id in found["placed"] else Result.RESERVE, WHY)
            for name, entry in made.entries.items()
            if choosing.CHOICES[name][0] == track
        ]
        number = awards.propose(world.context("officer"), made.stage.id, outcomes, WHY, track, saved).id
        awards.approve(world.context("administrator"), number)
        awards.publish(world.context("administrator"), number)
    given = db.session.scalars(select(Award).join(Outcome).where(Outcome.entry_id == made.entries["a1"].id)).one()
    owner = made.entries["a1"].application.owner_id
    awards.decline_award(base.context(db.session.get_one(base.Person, owner)), given.id, "다른 곳에서 일합니다.")
    again = awards.save_matching(base.context(), made.stage.id)
    awards.keep_solution(base.context(), again.id, placing.place(again.inputs))
    world.ids |= {"round_call": made.call.public_id, "round": again.public_id}
