"""What ties people to others: recorded relations, and projects that run or ran in this portal."""

from __future__ import annotations

from collections import defaultdict

from sqlalchemy import or_, select

from portal.accounts.models import Participation, Relation
from portal.platform.db import db
from portal.routing.queries.identities import Identities, identities_of
from portal.routing.rules.detection import Related


def of_people(who: Identities) -> dict[int, list[Related]]:
    """asked person -> relations of every identity, told from their side. A fixed number of statements."""
    found: dict[int, list[Related]] = defaultdict(list)
    owner = {id_: asked for asked, (ids, _) in who.items() for id_ in ids}
    _recorded(owner, found)
    _projects(owner, {email: asked for asked, (_, emails) in who.items() for email in emails}, found)
    return found


def _recorded(owner: dict[int, int], found: dict[int, list[Related]]) -> None:
    ids = list(owner)
    rows = db.session.scalars(
        select(Relation)
        .where(Relation.withdrawn_at.is_(None), or_(Relation.person_id.in_(ids), Relation.other_id.in_(ids)))
        .order_by(Relation.id)
    ).all()
    others = identities_of({side for row in rows for side in (row.person_id, row.other_id) if side is not None})
    for row in rows:
        for mine, other in ((row.person_id, row.other_id), (row.other_id, row.person_id)):
            if mine is None or mine not in owner:
                continue
            people, emails = others[other] if other is not None else (frozenset[int](), frozenset[str]())
            found[owner[mine]].append(
                Related(
                    row.kind.value, row.public_id, row.since, row.until, people, emails,
                    row.organisation_id if mine == row.person_id else None,
                )
            )  # fmt: skip


def _projects(owner: dict[int, int], known_as: dict[str, int], found: dict[int, list[Related]]) -> None:
    """Everybody else in a project in which one of these people takes part."""
    mine = db.session.scalars(
        select(Participation)
        .where(or_(Participation.person_id.in_(list(owner)), Participation.email_key.in_(list(known_as))))
        .order_by(Participation.id)
    ).all()
    projects: dict[str, list[Participation]] = defaultdict(list)
    rows = select(Participation).where(Participation.project.in_({row.project for row in mine}))
    for row in db.session.scalars(rows.order_by(Participation.id)):
        projects[row.project].append(row)
    for part in mine:
        asked = owner[part.person_id] if part.person_id in owner else known_as[part.email_key]
        rest = [row for row in projects[part.project] if row.id != part.id]
        if rest:
            ends = [row.until for row in (part, *rest)]
            found[asked].append(
                Related(
                    "joint_project", part.project, part.since, None if None in ends else max(filter(None, ends)),
                    frozenset(r.person_id for r in rest if r.person_id is not None),
                    frozenset(r.email_key for r in rest),
                )
            )  # fmt: skip
