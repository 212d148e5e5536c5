"""Rank order: from the highest merit down, by the call's stated rule for what does not fit."""

from __future__ import annotations

from dataclasses import dataclass

from portal.awards.engine.caps import SKIP, STOP, Cap, Instance, Purse


@dataclass(frozen=True)
class Walk:
    """`chosen` in rank order; `refused`: caps that lacked room when the candidate's turn came; `stopped_at`: the first
    that did not fit, under the rule stop."""

    chosen: list[int]
    refused: dict[int, list[Cap]]
    stopped_at: int | None


def rank_order(instance: Instance, rule: str = STOP) -> Walk:
    """Who is locked in is taken first; who is locked out is passed over.

    Under `stop` the first that does not fit ends the list, under `skip` it is passed over. Raises LocksBreakCaps, and
    ValueError on another rule.
    """
    if rule not in (STOP, SKIP):
        raise ValueError(f"the rule is {STOP} or {SKIP}")
    instance.check()
    purse = Purse(instance, sorted(instance.lock_in))
    refused: dict[int, list[Cap]] = {}
    stopped_at = None
    for n in instance.order:
        if n in purse.chosen or n in instance.lock_out:
            continue
        lacking = purse.lacking(n)
        if not lacking:
            purse.take(n)
            continue
        refused[n] = lacking
        if rule == STOP:
            stopped_at = n
            break
    return Walk([n for n in instance.order if n in purse.chosen], refused, stopped_at)
