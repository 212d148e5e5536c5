"""Which institution's part a page shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import g, url_for

from portal.applications import rules
from portal.applications.models import Application, ApplicationState, Institution, Member
from portal.applications.policies import asked_slice
from portal.applications.queries import drafts, reopenings
from portal.applications.rules.reopening import covers


@dataclass(frozen=True)
class Part:
    """The institution whose part is shown (None: the team's), and what the viewer may do with it."""

    standing: rules.Standing
    institution: Institution | None
    readable: Sequence[Institution]
    mine: bool
    open: bool

    @property
    def slice(self) -> str:
        return self.institution.public_id if self.institution else ""

    @property
    def editable(self) -> bool:
        return self.mine and self.open


def may_write(application: Application, place: str = "") -> bool:
    """Before the deadline everything of the application; later a reopened place (`sections.<code>`, ...) alone."""
    if rules.is_open(application, g.now):
        return True
    closed = application.state is ApplicationState.CLOSED
    return closed and bool(place) and any(covers(r, place) for r in reopenings.live(application.id, g.now))


def team_part(application: Application, place: str = "", members: Sequence[Member] | None = None) -> Part:
    """`members`: the application's, where they are at hand."""
    if members is None:
        standing = drafts.standing_of(g.actor, application)
    else:
        standing = drafts.standing_among(g.actor, application, application.institutions, members)
    return Part(standing, None, [], rules.can_edit_team(standing), may_write(application, place))


def institution_part(application: Application, place: str = "") -> Part:
    """The asked institution's part; without one the viewer's own, else the first that may be read."""
    standing = drafts.standing_of(g.actor, application)
    readable = [i for i in application.institutions if rules.can_read_slice(standing, i.public_id)]
    own = [i for i in readable if rules.can_edit_slice(standing, i.public_id)]
    asked = asked_slice()
    shown = next((i for i in readable if i.public_id == asked), None)
    if shown is None and not asked:
        shown = next(iter(own or readable), None)
    mine = shown is not None and shown in own
    return Part(standing, shown, readable, mine, may_write(application, place))


def part_tabs(endpoint: str, part: Part, **values: Any) -> list[dict[str, object]]:
    return [
        {
            "label": i.name,
            "url": url_for(endpoint, slice=i.public_id, **values),
            "current": i.public_id == part.slice,
        }
        for i in part.readable
    ]
