"""CPU seconds of the numeric engines, each beside what a simpler portal would do: `python -m tests.bench.engines`.

With OMP_NUM_THREADS=1: spinning threads would count as work.
"""

from __future__ import annotations

import argparse
import dataclasses
import functools
import random
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar
from unittest import mock

import numpy as np

from portal.awards.engine import SKIP, best_portfolio, rank_order
from portal.awards.engine.matching import Places, match
from portal.ranking.engine import Scores, calibrate, rank
from portal.routing.engine import Problem, Solution, affinities, pricing
from portal.routing.engine.assign import solve
from tests.factories.corpus import long_texts
from tests.factories.instances import clustered
from tests.factories.panels import drawn
from tests.factories.portfolios import call

Made = TypeVar("Made")


@dataclass(frozen=True)
class EngineRow:
    """One line of the table. `holds` None: nothing was promised, a baseline of the same run."""

    name: str
    seconds: float  # CPU
    told: str = ""
    goal: str = ""
    holds: bool | None = None


def timed(work: Callable[[], Made]) -> tuple[Made, float]:
    began = time.process_time()
    made = work()
    return made, time.process_time() - began


def ranking(proposals: int = 40_000, draws: int = 200) -> list[EngineRow]:
    """Calibration and posterior ranks, three reviews each, six a reviewer, beside raw means."""
    given = drawn(1, proposals, proposals // 2, 3, (1.0, 0.8, 1.0), 5.5, (1, 9)).scores

    def fresh() -> Scores:  # nothing kept from an earlier pass
        return Scores(given.proposal, given.score, given.reviewer, None, given.P, given.R)

    calibrate(drawn(2, 400, 200, 3, (1.0, 0.8, 1.0), 5.5, (1, 9)).scores)  # loads what is loaded once
    scores = fresh()
    _, raw = timed(lambda: np.bincount(scores.proposal, weights=scores.score) / np.bincount(scores.proposal))
    calibration, calibrated = timed(lambda: calibrate(fresh()))
    ranks, drawn_in = timed(lambda: rank(calibration, draws, 1, proposals // 5))
    size = f"{proposals:,} proposals"
    return [
        EngineRow(f"raw means, {size}", raw),
        EngineRow(f"calibrate, {size}", calibrated, f"{calibrated / raw:.0f} x raw means", "<= 0.1 s", calibrated <= 0.1),
        EngineRow(
            f"{draws} draws, {size}", drawn_in, f"expected ranks within {ranks.error.max():.0f}", "<= 10 s",
            drawn_in <= 10,
        ),
    ]  # fmt: skip


def selection(candidates: int = 4000) -> list[EngineRow]:
    """The best portfolio under 12 caps by institute, 5 by field and a total, beside rank order with skip."""
    best_portfolio(call(2, 50))
    instance = call(1, candidates)
    walk, walked = timed(lambda: rank_order(instance, SKIP))
    best, solved = timed(lambda: best_portfolio(instance))
    share = float(instance.total(walk.chosen)) / best.bound
    reached = float(best.merit) / best.bound
    size = f"{candidates:,} candidates"
    return [
        EngineRow(f"rank order (skip), {size}", walked, f"{share:.2%} of the bound"),
        EngineRow(
            f"best portfolio, {size}", solved, f"{reached:.3%} of the bound", ">= 99.9 %, <= 3 s",
            reached >= 0.999 and solved <= 3 and instance.keeps(best.chosen),
        ),
    ]  # fmt: skip


def places(applicants: int = 1260, groups: int = 8) -> list[EngineRow]:
    """Places of two levels, three choices each; beside sorting everybody within their first choice alone."""
    chance = random.Random(3)
    names = [f"g{n}" for n in range(groups)]
    choices = {f"a{n}": chance.sample(names, 3) for n in range(applicants)}
    ranks: dict[str, dict[str, int]] = {}
    for name in names:
        order = [a for a, own in choices.items() if name in own]
        chance.shuffle(order)
        ranks[name] = {a: n + 1 for n, a in enumerate(order)}
    offered = Places(
        {g: (f"i{n // 2}", 60) for n, g in enumerate(names)}, {f"i{n}": 115 - 5 * n for n in range(4)}, 400
    )  # fmt: skip

    def sorted_within() -> list[str]:
        """Everybody in their first choice alone, by its ranking; the institutes' places are not kept."""
        first = {name: sorted((ranks[name][a], a) for a, own in choices.items() if own[0] == name) for name in names}
        return [a for name in names for _, a in first[name][:60]]

    alone, sorted_in = timed(sorted_within)
    found, matched = timed(lambda: match(offered, choices, ranks))
    size = f"{applicants:,} x {groups}"
    return [
        EngineRow(f"first choices sorted, {size}", sorted_in, f"{len(alone)} placed, institutes not kept"),
        EngineRow(f"matching, {size}", matched, f"{len(found.placed)} placed", "<= 2 s", matched <= 2),
    ]


SIZES = ((2_000, 1_000, 2.0), (5_000, 4_000, 0.0), (13_000, 10_000, 40.0))  # applications, reviewers, seconds


def routing(seeds: tuple[int, ...] = (1, 2)) -> list[EngineRow]:
    """Three reviews each, load six, three percent of conflicts, clustered fields: the optimum with its proof, beside
    a flow over every pair; and again after one reviewer has declined."""
    rows: list[EngineRow] = []
    for seed in seeds:
        first = 0.0
        for applications, reviewers, most in SIZES:
            problem = clustered(applications, reviewers, seed=seed)
            found, seconds = timed(functools.partial(solve, problem))
            first, most = first or seconds, most or 8 * first
            told = f"gap {found.gap:g}, {found.rounds} rounds, {seconds / first:.1f} x the smallest"
            holds = found.gap == 0 and not found.unfilled and seconds <= most
            rows.append(EngineRow(f"assign {applications:,} x {reviewers:,}", seconds, told, f"<= {most:.1f} s", holds))
            if applications == SIZES[0][0]:
                rows += [_dense(problem, found.total, seconds), _declined(problem, found)]
    return rows


def _dense(problem: Problem, total: float, seconds: float) -> EngineRow:
    with mock.patch.object(pricing, "EVERY_CELL", problem.barred.size):
        whole, dense = timed(functools.partial(solve, problem))
    same = abs(whole.total - total) <= 1e-6 * total
    return EngineRow("  the same, every pair in the flow", dense, f"{dense / seconds:.1f} x, same total: {same}")


def _declined(problem: Problem, found: Solution) -> EngineRow:
    barred = problem.barred.copy()
    barred[tuple(found.pairs[0])] = True
    again, seconds = timed(lambda: solve(dataclasses.replace(problem, barred=barred), known=found.arcs))
    return EngineRow(
        "  after one decline", seconds, f"gap {again.gap:g}", "<= 0.5 s", again.gap == 0 and seconds <= 0.5
    )


def nearness(applications: int = 4_000, reviewers: int = 1_000) -> list[EngineRow]:
    """Affinities of texts of 1,500 characters, Korean and English; then again with the words that are known."""
    texts, profiles = long_texts(1, applications), long_texts(2, reviewers)
    _, cold = timed(lambda: affinities(texts, profiles))
    _, known = timed(lambda: affinities(texts, profiles))
    size = f"affinity {applications:,} x {reviewers:,}"
    return [
        EngineRow(size, cold, "1,500 characters each, Kiwi loaded", "<= 120 s", cold <= 120),
        EngineRow("  again, the words known", known, "", "<= 15 s", known <= 15),
    ]


ENGINES: dict[str, Callable[[], list[EngineRow]]] = {
    "routing": routing, "affinity": nearness, "ranking": ranking, "selection": selection, "places": places,
}  # fmt: skip


def print_rows(rows: list[EngineRow]) -> None:
    print(f"{'':36}{'CPU s':>9}  {'':34}goal")
    for row in rows:
        verdict = "" if row.holds is None else "  met" if row.holds else "  missed"
        print(f"{row.name:36}{row.seconds:9.4f}  {row.told:34}{row.goal}{verdict}")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.engines", description=__doc__)
    parser.add_argument("--only", choices=sorted(ENGINES))
    chosen = parser.parse_args()
    rows = [row for name, engine in ENGINES.items() if chosen.only in (None, name) for row in engine()]
    print_rows(rows)
    return int(any(row.holds is False for row in rows))


if __name__ == "__main__":
    sys.exit(main())
