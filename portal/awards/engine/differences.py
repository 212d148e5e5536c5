"""Why rank order and the best portfolio differ, candidate by candidate: codes with what they refer to."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from portal.awards.engine.best import Portfolio
from portal.awards.engine.caps import Cap, Instance, Purse
from portal.awards.engine.order import Walk

RANK_ORDER: Final = "rank_order"
BEST: Final = "best"
# Why rank order lacks a candidate of the best portfolio.
NO_ROOM: Final = "no_room_in_rank_order"  # `caps` were used up when its turn came, by `others` whose place it takes
AFTER_STOP: Final = "after_the_stop"  # the list had ended at `others`, who did not fit under `caps`
# Why the best portfolio lacks a candidate of rank order.
MAKES_ROOM: Final = "makes_room"  # it would pass `caps`, in which `others` now stand: together they are worth more
NO_MERIT: Final = "no_merit"  # it adds nothing to the merit


@dataclass(frozen=True)
class Difference:
    """`candidate` is chosen in the list `there` alone. `others` by merit, the highest first."""

    candidate: int
    there: str
    code: str
    caps: list[Cap] = field(default_factory=list)
    others: list[int] = field(default_factory=list)


def differences(instance: Instance, walk: Walk, portfolio: Portfolio) -> list[Difference]:
    """One for each candidate that is in one list alone, by rank."""
    walked, best = set(walk.chosen), set(portfolio.chosen)
    full = Purse(instance, portfolio.chosen)
    made = []
    for n in instance.order:
        if n in best and n not in walked:
            made.append(_not_in_rank_order(instance, walk, walked - best, n))
        elif n in walked and n not in best:
            made.append(_not_in_best(instance, full, best - walked, n))
    return made


def _not_in_rank_order(instance: Instance, walk: Walk, went: set[int], n: int) -> Difference:
    if n in walk.refused:
        return Difference(n, BEST, NO_ROOM, walk.refused[n], _users(instance, walk.refused[n], went))
    assert walk.stopped_at is not None
    return Difference(n, BEST, AFTER_STOP, walk.refused[walk.stopped_at], [walk.stopped_at])


def _not_in_best(instance: Instance, full: Purse, came: set[int], n: int) -> Difference:
    lacking = full.lacking(n)
    if instance.merit[n] <= 0 or not lacking:
        return Difference(n, RANK_ORDER, NO_MERIT)
    return Difference(n, RANK_ORDER, MAKES_ROOM, lacking, _users(instance, lacking, came))


def _users(instance: Instance, caps: list[Cap], among: set[int]) -> list[int]:
    """Those who use one of the caps, by rank."""
    return [m for m in instance.order if m in among and any(cap.use.get(m) for cap in caps)]
