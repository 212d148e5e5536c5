"""When a panel may deliberate, and what its votes mean. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

YES: Final = "yes"
NO: Final = "no"
ABSTAIN: Final = "abstain"
NOBODY: Final = "nobody"  # of a choice: none of them
CARRIED: Final = "carried"
LOST: Final = "lost"  # a question without a majority, or a choice in which nothing has one


def has_quorum(present: int, members: int, quorum: int) -> bool:
    """More than `quorum` per cent of the members are there; whoever a conflict keeps out is in neither number."""
    return members > 0 and 100 * present > quorum * members


def choices_of(entries: Sequence[str]) -> tuple[str, ...]:
    """What may be voted for: yes or no on a question; among several entries one of them, or nobody."""
    return (YES, NO, ABSTAIN) if len(entries) < 2 else (*entries, NOBODY, ABSTAIN)


def outcome_of(counts: Mapping[str, int], entries: Sequence[str], entitled: int) -> str:
    """More than half of those present who may vote decide; an abstention is no vote for anything.

    Of a question CARRIED or LOST; of a choice the entry, NOBODY, or LOST.
    """
    if len(entries) < 2:
        return CARRIED if 2 * counts.get(YES, 0) > entitled else LOST
    return next((choice for choice in (*entries, NOBODY) if 2 * counts.get(choice, 0) > entitled), LOST)
