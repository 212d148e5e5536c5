"""A call that asks for letters, referees with their links, and the letters they hand in."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

from portal.applications import service
from portal.applications.models import Reference
from portal.applications.queries.references import reference_by_public_id
from portal.applications.rules.references import place_of_letter
from portal.platform import clock
from portal.platform.context import VISITOR, Context
from portal.programs.definition import CallDefinition
from tests.factories import applications, consortia
from tests.factories.base import committed
from tests.factories.consortia import Team, words

RULE: dict[str, Any] = {"count": 2, "due_days": 7, "guidance": words("무엇을 아십니까", "What do you know?")}


def asking(made: CallDefinition | None = None, **changes: Any) -> CallDefinition:
    """The same call, which also asks for two letters until a week after the deadline."""
    data = (made or consortia.small_definition()).model_dump(mode="json")
    return CallDefinition.model_validate(data | {"references": RULE | changes})


def asking_team(closes_in: timedelta = timedelta(days=3), **changes: Any) -> Team:
    """Committed: a complete draft for such a call."""
    return consortia.complete_team(closes_in=closes_in, made=asking(**changes))


def named(
    team: Team, email: str = "prof@example.org", *, at: Any = None, language: str = "ko", name: str = "유교수"
) -> str:
    """A referee; the public id. Committed."""
    return committed(
        lambda: service.name_referee(
            team.context(at), team.application_id, name=name, email=email, relation="지도교수", language=language
        ).public_id
    )  # fmt: skip


def link(team: Team, reference: str) -> str:
    """The token in the referee's letter."""
    return committed(lambda: service.mint_reference_link(team.context(), _found(reference)))


def _found(reference: str) -> Reference:
    found = reference_by_public_id(reference)
    assert found is not None
    return found


def visitor(after: timedelta = timedelta()) -> Context:
    return Context(actor=VISITOR, now=clock.now() + after)


def letter(pages: int = 1) -> service.NewFile:
    """A letter as the portal takes it in: stored, checked, copied."""
    rule = asking().references
    assert rule is not None
    place = place_of_letter(rule)
    return service.receive(io.BytesIO(applications.pdf(pages)), "letter.pdf", place, "file")


def handed_in(token: str, after: timedelta = timedelta(), pages: int = 1) -> None:
    file = letter(pages)
    committed(lambda: service.hand_in_letter(visitor(after), token, file).id)
