"""Generated panels for the numeric engines: scores of known proposals by known reviewers. Seeded."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from portal.ranking.engine import Scores


@dataclass(frozen=True)
class Truth:
    """The scores, and what made them: `merit` [P] is mean + proposal effect, `reviewer` [R] effects."""

    scores: Scores
    merit: NDArray[np.float64]
    reviewer: NDArray[np.float64]


def _neighbours(generator: np.random.Generator, proposals: int, reviewers: int, each: int) -> NDArray[np.int64]:
    """Reviewers [P, each] of overlapping fields: near each other in one order, loads even, nobody twice."""
    seats = np.repeat(np.arange(reviewers), -(-proposals // reviewers))[:proposals]
    layers = [seats[np.argsort(seats + generator.normal(0, 10, proposals))] for _ in range(each)]
    table = np.array(layers).T
    for p in range(proposals):
        while len(set(table[p])) < each:
            other, layer = (p + int(generator.integers(-20, 21))) % proposals, int(generator.integers(each))
            table[p, layer], table[other, layer] = table[other, layer], table[p, layer]
    return table


def drawn(
    seed: int, proposals: int, reviewers: int, each: int,
    variances: tuple[float, float, float], mean: float, clip: tuple[float, float],
) -> Truth:  # fmt: skip
    """Normal effects of the variances proposal, reviewer, noise; scores rounded and clipped."""
    generator = np.random.default_rng(seed)
    table = _neighbours(generator, proposals, reviewers, each)
    proposal, reviewer = np.repeat(np.arange(proposals), each), table.reshape(-1)
    merit = mean + generator.normal(0, np.sqrt(variances[0]), proposals)
    severity = generator.normal(0, np.sqrt(variances[1]), reviewers)
    noise = generator.normal(0, np.sqrt(variances[2]), len(proposal))
    score = np.clip(np.round(merit[proposal] + severity[reviewer] + noise), *clip)
    return Truth(Scores(proposal, score, reviewer, None, proposals, reviewers), merit, severity)


def harsh(seed: int, proposals: int = 400) -> Truth:
    """Three reviews each, six a reviewer, reviewers who differ nearly as much as proposals do."""
    return drawn(seed, proposals, proposals // 2, 3, (1.0, 0.8, 1.0), 5.5, (1, 9))


def nips14(seed: int, proposals: int = 400) -> Truth:
    """The variances found at NeurIPS 2014, where reviewers differ little."""
    return drawn(seed, proposals, proposals // 2, 3, (1.278, 0.240, 1.268), 5.5, (1, 10))


def panel(seed: int, proposals: int = 15, assessors: int = 5) -> Truth:
    """Every assessor grades every proposal from 1 to 6."""
    generator = np.random.default_rng(seed)
    merit = 3.8 + generator.normal(0, 0.8, proposals)
    severity = generator.normal(0, 0.7, assessors)
    proposal, reviewer = np.repeat(np.arange(proposals), assessors), np.tile(np.arange(assessors), proposals)
    noise = generator.normal(0, 0.8, len(proposal))
    score = np.clip(np.round(merit[proposal] + severity[reviewer] + noise), 1, 6)
    return Truth(Scores(proposal, score, reviewer), merit, severity)
