"""The matrix turns red when a guard is broken: a handful here, all of them in `tests/prove/test_access.py`."""

from __future__ import annotations

import pytest

from portal.platform.visibility import clauses
from tests.integration.access.cells import Visitor
from tests.integration.access.mutations import ASKED_AGAIN, SHOWN_BY, allowing, denying, let_in, missed, shut_out
from tests.integration.access.world import World

POLICIES = (
    "applications.views_application", "reviews.reviews_application", "programs.officer_of_call",
    "awards.approves_decision", "budgets.changes_cap", "desks.auditor.audits",
)  # fmt: skip
CLAUSES = (
    "desks.officer.content_is_open", "ranking.bars_nobody", "routing.queries.panels.is_mine",
    "routing.queries.sessions.declared_on", "routing.queries.sessions.panel_bars_nobody",
    "routing.queries.sessions.seated_on", "routing.queries.sessions.session_is_published",
)  # fmt: skip


@pytest.fixture(scope="module")
def visitor(world: World) -> Visitor:
    return Visitor(world)


@pytest.mark.parametrize("policy", POLICIES)
def test_denying_policy_turns_the_matrix_red(visitor: Visitor, policy: str) -> None:
    with denying(policy):
        assert shut_out(visitor, policy)


@pytest.mark.parametrize("policy", POLICIES)
def test_allowing_policy_without_its_clauses_turns_the_matrix_red(visitor: Visitor, policy: str) -> None:
    with allowing(policy):
        assert let_in(visitor, policy)


@pytest.mark.parametrize("clause", CLAUSES)
def test_missing_clause_turns_the_matrix_red(visitor: Visitor, clause: str) -> None:
    assert missed(visitor, clause)


def test_every_clause_is_known_to_the_mutation_run() -> None:
    unknown = set(clauses) ^ (set(SHOWN_BY) | ASKED_AGAIN)
    assert not unknown, f"say in SHOWN_BY of mutations.py which cell or sight misses it when it is gone: {unknown}"
