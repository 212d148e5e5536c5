"""The best portfolio: the greatest summed merit within all caps, with a bound that no portfolio can pass.

What the solver chooses is mended in whole units, so that no won is beyond a cap.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from portal.awards.engine.caps import SKIP, Exact, Instance, Purse
from portal.awards.engine.order import rank_order
from portal.awards.engine.solver import Found, Program

GAP: Final = 1e-4  # relative, where no proof is asked for
PROVEN_UP_TO: Final = 100  # candidates for which the optimum is proven
SECONDS: Final = 60.0  # after which the best found so far is taken, its gap told
LARGE: Final = 1000  # candidates above which those around the line are tried alone first


@dataclass(frozen=True)
class Portfolio:
    """`chosen` in rank order; `merit` exact; no portfolio has more than `bound`; `gap` = (bound - merit) / |bound|."""

    chosen: list[int]
    merit: Fraction
    bound: float
    gap: float


def best_portfolio(instance: Instance, gap: float | None = None, seconds: float = SECONDS) -> Portfolio:
    """Raises LocksBreakCaps. `gap` None: 0 up to PROVEN_UP_TO candidates, GAP above.

    Never worse than rank order with the rule skip. Among candidates that are alike in merit and under all caps the
    first are chosen; equal input gives equal output.
    """
    instance.check()
    if not instance.merit:
        return Portfolio([], Fraction(0), 0.0, 0.0)
    wanted = gap if gap is not None else 0.0 if len(instance.merit) <= PROVEN_UP_TO else GAP
    walked = set(rank_order(instance, SKIP).chosen)
    program = Program(instance)
    found = _near_the_line(program, wanted, seconds) if len(instance.merit) > LARGE else None
    if found is None:
        solved = program.solve(program.low, program.high, wanted, seconds)
        found = Found(_mended(instance, solved.chosen), solved.bound)
    chosen = max((found.chosen, walked - _worthless(instance)), key=instance.total)
    chosen = _first_of_alike(instance, chosen)
    merit = instance.total(chosen)
    bound = max(found.bound, float(merit))
    return Portfolio([n for n in instance.order if n in chosen], merit, bound, _gap(bound, float(merit)))


def _gap(bound: float, merit: float) -> float:
    return 0.0 if bound == merit else (bound - merit) / max(abs(bound), 1e-300)


def _near_the_line(program: Program, gap: float, seconds: float) -> Found | None:
    """The candidates around the relaxation's line solved alone; None where that is not within `gap` of its bound."""
    narrowed = program.near_the_line()
    if narrowed is None:
        return None
    low, high, bound = narrowed
    solved = program.solve(low, high, gap / 2, seconds)
    chosen = _mended(program.instance, solved.chosen)
    return Found(chosen, bound) if _gap(bound, float(program.instance.total(chosen))) <= gap else None


def _worthless(instance: Instance) -> set[int]:
    return {n for n, merit in enumerate(instance.merit) if merit <= 0 and n not in instance.lock_in}


def _mended(instance: Instance, found: set[int]) -> set[int]:
    """Locks set, caps kept in whole units.

    Where a cap is passed, one chosen goes for another who brings it back within the cap at the least loss; where none
    does, the least merit that uses it goes. Then whatever fits comes in.
    """
    purse = Purse(instance, sorted((found | set(instance.lock_in)) - set(instance.lock_out)))
    while min(purse.left, default=0) < 0 and (_exchange(instance, purse) or _lighten(instance, purse)):
        pass
    for n in reversed(instance.order):
        if all(left >= 0 for left in purse.left):
            break
        if n in purse.chosen and n not in instance.lock_in and _helps(instance, purse, n):
            purse.give_back(n)
    for n in instance.order:
        if instance.merit[n] > 0 and n not in purse.chosen and n not in instance.lock_out and purse.fits(n):
            purse.take(n)
    return purse.chosen


def _exchange(instance: Instance, purse: Purse) -> bool:
    """The exchange of one for one after which every cap holds, at the least loss of merit; False if there is none."""
    leaving = [n for n in instance.order if n in purse.chosen and n not in instance.lock_in]
    coming = [n for n in instance.order if n not in purse.chosen and n not in instance.lock_out]
    best: tuple[Exact, int, int] | None = None
    for out in (n for n in leaving if _helps(instance, purse, n)):
        purse.give_back(out)
        for into in coming:
            loss = instance.merit[out] - instance.merit[into]
            if best is not None and loss >= best[0]:
                break
            if purse.fits(into) and min(purse.left) >= 0:
                best = (loss, out, into)
                break
        purse.take(out)
    if best is None:
        return False
    purse.give_back(best[1])
    purse.take(best[2])
    return True


def _lighten(instance: Instance, purse: Purse) -> bool:
    """In the first cap that is passed, the heaviest chosen goes for the lightest that fits elsewhere; False if none does."""
    place = next(n for n, left in enumerate(purse.left) if left < 0)
    use = instance.caps[place].use
    leaving = [n for n in instance.order if n in purse.chosen and n not in instance.lock_in]
    out = max(leaving, key=lambda n: use.get(n, 0))
    purse.give_back(out)
    lighter = [
        n for n in instance.order
        if n not in purse.chosen and n not in instance.lock_out and use.get(n, 0) < use.get(out, 0)
        and all(value <= purse.left[c] for c, value in instance.counted_in[n] if c != place)
    ]  # fmt: skip
    into = min(lighter, key=lambda n: use.get(n, 0), default=out)
    purse.take(into)
    return into != out


def _helps(instance: Instance, purse: Purse, n: int) -> bool:
    return any(value and purse.left[cap] < 0 for cap, value in instance.counted_in[n])


def _first_of_alike(instance: Instance, chosen: set[int]) -> set[int]:
    """Candidates of one merit and one use of every cap can stand for each other: take the first of them."""
    alike: dict[tuple[object, ...], list[int]] = {}
    for n, used in enumerate(instance.counted_in):
        if n not in instance.lock_in and n not in instance.lock_out:
            alike.setdefault((instance.merit[n], tuple(used)), []).append(n)
    made = {n for n in chosen if n in instance.lock_in}
    for same in alike.values():
        made.update(same[: sum(n in chosen for n in same)])
    return made
