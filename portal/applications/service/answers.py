"""Save the answers of one section."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from portal.applications import rules
from portal.applications.errors import AnswersRefused, NotYours
from portal.applications.models import Application, Member, SectionAnswer
from portal.applications.queries import drafts
from portal.applications.rules.answers import Known, checked
from portal.applications.service.draft import next_version, opened
from portal.platform.context import Context
from portal.platform.db import db
from portal.platform.errors import Forbidden, NotFound


def save_section(
    context: Context, application_id: int, section: str, slice: str, answers: Mapping[str, Any], version: int
) -> SectionAnswer:
    """Keep a draft of a section: `slice` is "" for the team's, an institution's public id for its own.

    What cannot be read yet stays as it was typed; the completeness check names it. Raises CallClosed, Forbidden,
    NotYours, StaleAnswers (nothing is saved), AnswersRefused (limits, resident numbers, foreign ids).
    """
    application = opened(context, application_id, f"sections.{section}")
    asked = application.call.definition.section(section)
    if asked is None:
        raise NotFound
    if not rules.can_edit_section(drafts.standing_of(context.actor, application), asked, slice):
        _refuse(application, slice)
    result = checked(asked, answers, known_of(application, drafts.members_of(application.id)))
    if result.refused:
        raise AnswersRefused(result.refused)
    row = drafts.answer_of(application.id, section, slice)
    if row is not None and _sent_again(context, row, result.answers, version):
        return row
    row = next_version(context, application, section, slice, version)
    row.answers = result.answers
    db.session.flush()
    return row


def known_of(application: Application, members: Sequence[Member]) -> Known:
    """What the answers of an application may point at."""
    return Known(
        frozenset(m.public_id for m in members),
        frozenset(i.public_id for i in application.institutions),
        application.call.definition.currency,
    )


def _refuse(application: Application, slice: str) -> None:
    institution = drafts.institution_of(application.id, slice) if slice else None
    if institution is not None:
        raise NotYours(who=institution.name)
    raise Forbidden


def _sent_again(context: Context, row: SectionAnswer, answers: dict[str, Any], version: int) -> bool:
    """The same save once more because its answer was lost on the way: nothing new, nobody in between."""
    return row.version == version + 1 and row.answers == answers and row.saved_by_id == context.actor.person_id
