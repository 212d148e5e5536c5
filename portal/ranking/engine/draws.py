"""Exact draws from the posterior by perturbing and solving.

Effects and noise are drawn from the model, scores are made of them, and what the equations find in those scores is
taken off: the rest is a draw of the posterior's deviation (G. Papandreou and A. Yuille, "Gaussian sampling by local
perturbations", NIPS 2010). Each deviation is used with both signs, which is exact as well, halves the solving and
takes the linear part out of the Monte Carlo error.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from portal.ranking.engine.equations import Equations
from portal.ranking.engine.scores import Floats

BLOCK: Final = 20  # deviations solved at once: at 40,000 proposals some 60 MB of arrays


@dataclass(frozen=True)
class Deviations:
    """B deviations from the posterior mean in points: mean [B], proposal [P, B], reviewer [R, B]."""

    mean: Floats
    proposal: Floats
    reviewer: Floats


def deviations(system: Equations, count: int, generator: np.random.Generator) -> Iterator[Deviations]:
    """`count` deviations in blocks. The same generator state gives the same draws."""
    for start in range(0, count, BLOCK):
        yield _block(system, min(BLOCK, count - start), generator)


def _block(system: Equations, size: int, generator: np.random.Generator) -> Deviations:
    scores, variances = system.scores, system.variances
    proposal = generator.standard_normal((scores.P, size)) * np.sqrt(variances.proposal)
    if not system.severity:
        noise = generator.standard_normal((scores.P, size)) * np.sqrt(variances.noise * system.weight)[:, None]
        found = system.solve(system.weight[:, None] * proposal + noise, np.zeros((0, size)))
        return Deviations(-found.mean, proposal - found.proposal, -found.reviewer)
    table = scores.table
    reviewer = generator.standard_normal((scores.R, size)) * np.sqrt(variances.reviewer)
    noise = generator.standard_normal((len(table.row), size)) * np.sqrt(variances.noise * table.cell_weight)[:, None]
    of_proposal = system.weight[:, None] * proposal + table.weight @ reviewer + table.sum_rows @ noise
    of_reviewer = table.of_reviewer[:, None] * reviewer + table.by_reviewer @ proposal + table.sum_columns @ noise
    found = system.solve(of_proposal, of_reviewer)
    return Deviations(-found.mean, proposal - found.proposal, reviewer - found.reviewer)
