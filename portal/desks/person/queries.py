"""Lists about one's own data across features."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, select

from portal.accounts.models import Person, PersonalCopy, RoleGrant
from portal.applications.models import StageEntry
from portal.platform.context import Actor
from portal.platform.db import db
from portal.platform.visibility import clause
from portal.programs.models import Stage
from portal.routing.models import Assignment


@clause
def copy_is_mine(actor: Actor) -> ColumnElement[bool]:
    return PersonalCopy.person_id.in_(actor.same_as)


def my_copy(actor: Actor, public_id: str) -> PersonalCopy | None:
    """A copy whose file is still there."""
    mine = select(PersonalCopy).where(PersonalCopy.public_id == public_id, copy_is_mine(actor))
    return db.session.scalars(mine.where(PersonalCopy.sha256.is_not(None))).one_or_none()


def copies_of(ids: Sequence[int]) -> Sequence[PersonalCopy]:
    return db.session.scalars(
        select(PersonalCopy).where(PersonalCopy.person_id.in_(ids)).order_by(PersonalCopy.id.desc()).limit(10)
    ).all()


def read_objects(ids: Sequence[int]) -> list[str]:
    """Public ids under which a look at these people is logged: their own, and stages in which they review."""
    people = db.session.scalars(select(Person.public_id).where(Person.id.in_(ids)).order_by(Person.id))
    stages = db.session.scalars(
        select(Stage.public_id)
        .join(StageEntry, StageEntry.stage_id == Stage.id)
        .join(Assignment, Assignment.entry_id == StageEntry.id)
        .where(Assignment.person_id.in_(ids), Assignment.published_at.is_not(None))
        .distinct()
        .order_by(Stage.public_id)
    )
    return [*people, *stages]


def grants_of_people(ids: Sequence[int]) -> Sequence[RoleGrant]:
    return db.session.scalars(select(RoleGrant).where(RoleGrant.person_id.in_(ids)).order_by(RoleGrant.id)).all()
