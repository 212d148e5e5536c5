"""Breaking one guard at a time: the matrix must turn red."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from unittest import mock

from portal.platform.access import ALLOW, HIDE, policies
from portal.platform.visibility import clauses, no_clause
from tests.integration.access.cells import BROKEN, Visitor, cells_of
from tests.integration.access.matrix import OK, RULES, SIGHTS
from tests.integration.access.world import ROLES

SEES = "sees "
# Where each clause is missed when it alone is gone: cells of a policy, or what a page shows.
SHOWN_BY: dict[str, str] = {
    "accounts.queries.directory.records_open_to": "accounts.reads_person",
    "accounts.queries.filters.filter_is_mine": "sees desks_officer.applications",
    "applications.queries.drafts.member_of_application": "applications.views_application",
    "applications.queries.submissions.readable_by_officer": "sees routing.conflicts",
    "awards.queries.awards.award_in_office": "awards.reads_award",
    "awards.queries.awards.award_is_mine": "awards.reads_award",
    "awards.queries.decisions.decision_bars_nobody": "awards.publishes_decision",
    "awards.queries.decisions.decision_in_office": "awards.reads_decision",
    "awards.queries.decisions.decision_is_published": "awards.reads_decision",
    "awards.queries.decisions.outcome_in_sight": "sees awards.decision",
    "awards.queries.tables.panel_in_office": "awards.reads_table",
    "awards.queries.tables.seated": "awards.reads_table",
    "budgets.line_in_sight": "sees budgets.tree",
    "budgets.movement_is_public": "sees desks_public.programs",
    "conflicts.not_barred": "sees desks_officer.applications",
    "desks.applicant.decision_is_published": "sees desks_applicant.cockpit",
    "desks.person.copy_is_mine": "desks.person.takes_copy",
    "desks.officer.content_is_open": "desks.officer.reads_office_application",
    "notifications.queries.batches.batch_bars_nobody": "notifications.works_on_batch",
    "notifications.queries.letters.letter_in_log": "sees notifications.messages",
    "notifications.queries.letters.letter_is_mine": "notifications.reads_letter",
    "programs.call_is_public": "programs.reads_call",
    "programs.granted": "ranking.works_on_ranking",
    "programs.is_no_preview": "programs.officer_of_call",
    "programs.program_is_public": "sees desks_public.programs",
    "programs.question_is_published": "sees programs.questions",
    "ranking.bars_nobody": "ranking.works_on_ranking",
    "reviews.queries.meetings.audits": "reviews.attends_meeting",
    "reviews.queries.mine.assigned_to": "reviews.reviews_application",
    "reviews.queries.mine.offered_to": "reviews.opens_review",
    "reviews.queries.mine.stage_undecided": "reviews.reviews_application",
    "routing.queries.panels.entry_open_to": "routing.swaps_reviewer",
    "routing.queries.panels.is_mine": "sees routing.pledge",
    "routing.queries.panels.still_in_stage": "routing.answers_declaration",
    "routing.queries.sessions.declared_on": "routing.reads_session",
    "routing.queries.sessions.panel_bars_nobody": "routing.runs_sessions",
    "routing.queries.sessions.seated_on": "routing.reads_sessions",
    "routing.queries.sessions.session_is_published": "routing.views_session",
}

# The policy itself asks the same again: only gone together with it are they missed.
ASKED_AGAIN = {"routing.queries.panels.seat_is_mine"}


@contextmanager
def denying(name: str) -> Iterator[None]:
    with mock.patch.object(policies[name], "ask", lambda *_: HIDE):
        yield


@contextmanager
def allowing(name: str) -> Iterator[None]:
    """The policy lets everybody in, and no visibility clause stands behind it."""
    with (
        mock.patch.object(policies[name], "ask", lambda *_: ALLOW),
        mock.patch.object(policies[name], "sign_in", policies[name].sign_in and policies[name].load is not None),
        mock.patch.dict(clauses, dict.fromkeys(clauses, no_clause)),
    ):
        yield


@contextmanager
def without(clause: str) -> Iterator[None]:
    with mock.patch.dict(clauses, {clause: no_clause}):
        yield


def shut_out(visitor: Visitor, policy: str) -> str | None:
    """The first cell in which somebody whom the matrix lets in is refused."""
    welcome = (cell for cell in cells_of(policy) if cell.expected in (200, OK))
    return next((found for cell in welcome if (found := visitor.differs(cell))), None)


def let_in(visitor: Visitor, policy: str) -> str | None:
    """The first cell in which somebody whom the matrix refuses gets the page or carries something out."""
    for cell in cells_of(policy):
        if cell.expected in (302, 401, 403, 404) and (found := visitor.differs(cell)) and f"-> {BROKEN}" not in found:
            return found
    return None


def shown(visitor: Visitor, endpoint: str) -> str | None:
    """The first text that the page now shows to somebody who must not see it."""
    pairs = [(s, role) for s in SIGHTS if s.endpoint == endpoint for role in ROLES if role not in s.seen_by.split()]
    return next((found for s, role in pairs if (found := visitor.sees_otherwise(s, role))), None)


def missed(visitor: Visitor, clause: str) -> str | None:
    with without(clause):
        place = SHOWN_BY[clause]
        if place.startswith(SEES):
            return shown(visitor, place.removeprefix(SEES))
        return let_in(visitor, place)


def allowable() -> list[str]:
    """Policies that refuse somebody."""
    return [name for name in RULES if name in policies and not RULES[name].bearer]
