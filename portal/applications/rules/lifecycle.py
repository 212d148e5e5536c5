"""The two lifecycles that applications own: the application's, and a stage entry's."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from portal.applications.models import ApplicationState, EntryState

MOVES: Final[dict[ApplicationState, frozenset[ApplicationState]]] = {
    ApplicationState.DRAFT: frozenset({ApplicationState.SUBMITTED}),
    ApplicationState.SUBMITTED: frozenset(
        {ApplicationState.SUBMITTED, ApplicationState.CLOSED, ApplicationState.WITHDRAWN}
    ),
    ApplicationState.WITHDRAWN: frozenset({ApplicationState.SUBMITTED}),
    ApplicationState.CLOSED: frozenset(),
}

ENTRY_MOVES: Final[dict[EntryState, frozenset[EntryState]]] = {
    EntryState.ENTERED: frozenset({EntryState.IN_REVIEW, EntryState.NOT_ADVANCED, EntryState.WITHDRAWN}),
    EntryState.IN_REVIEW: frozenset({EntryState.ADVANCED, EntryState.NOT_ADVANCED, EntryState.WITHDRAWN}),
    EntryState.ADVANCED: frozenset(),
    EntryState.NOT_ADVANCED: frozenset({EntryState.ADVANCED}),  # from the reserve list
    EntryState.WITHDRAWN: frozenset(),
}

# A post stamped before the deadline may still wait for a lock; the close job starts when none can be left.
CLOSE_GRACE: Final = timedelta(seconds=60)


def may_move(state: ApplicationState, to: ApplicationState) -> bool:
    return to in MOVES[state]


def entry_may_move(state: EntryState, to: EntryState) -> bool:
    return to in ENTRY_MOVES[state]


def before_deadline(now: datetime, deadline: datetime) -> bool:
    """`now` is the moment the complete request reached the server; the deadline itself is too late."""
    return now < deadline


def close_is_due(state: ApplicationState, now: datetime, deadline: datetime) -> bool:
    return state is ApplicationState.SUBMITTED and now >= deadline
