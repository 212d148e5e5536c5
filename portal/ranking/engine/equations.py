"""Henderson's mixed model equations for score = mean + proposal + reviewer + noise, solved for many right sides at once.

C. R. Henderson, "Best linear unbiased estimation and prediction under a selection model", Biometrics 31 (1975). All
equations are multiplied by the noise variance. The proposal block is diagonal and eliminated; what remains over the
reviewers is solved by conjugate gradients with a diagonal preconditioner; the mean, which has a flat prior, follows
from one further right side that is solved once.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from portal.ranking.engine.scores import Floats, Scores, summed
from portal.ranking.engine.variances import Variances

TOLERANCE = 1e-9  # of the right side's length
MOST_STEPS = 2000


class NotConverged(ArithmeticError):
    """The conjugate gradients did not reach their tolerance: the variances leave the equations all but singular."""


@dataclass(frozen=True)
class Effects:
    """For B right sides: mean [B], proposal [P, B], reviewer [R, B], all in points."""

    mean: Floats
    proposal: Floats
    reviewer: Floats


class Equations:
    """The coefficients for one set of variances."""

    def __init__(self, scores: Scores, variances: Variances) -> None:
        self.scores, self.variances = scores, variances
        self.severity = scores.reviewer is not None and variances.reviewer > 0
        self.pull = variances.noise / variances.proposal  # of the prior on a proposal, in scores of weight 1
        self.weight = scores.proposal_weight
        self.diagonal = self.weight + self.pull
        if self.severity:
            table = scores.table
            self.reviewer_pull = variances.noise / variances.reviewer
            self.reviewer_diagonal = table.of_reviewer + self.reviewer_pull
            squared = table.cell_weight**2 / self.diagonal[table.row]
            kept = summed(table.column, squared, scores.R)
            self.preconditioner = 1.0 / (self.reviewer_diagonal - kept)

    def apply(self, x: Floats) -> Floats:
        """The reviewers' block after the proposals are eliminated, times x [R, B]."""
        table = self.scores.table
        through = table.by_reviewer @ ((table.weight @ x) / self.diagonal[:, None])
        return np.asarray(self.reviewer_diagonal[:, None] * x - through)

    def conjugate_gradients(self, right: Floats) -> Floats:
        """Solve the reviewers' block for right [R, B], each column with steps of its own. Raises NotConverged."""
        x = np.zeros_like(right)
        rest = right.copy()
        aim = (TOLERANCE**2) * np.einsum("rb,rb->b", right, right)
        turned = self.preconditioner[:, None] * rest
        direction = turned.copy()
        strength = np.einsum("rb,rb->b", rest, turned)
        for _ in range(MOST_STEPS):
            if (np.einsum("rb,rb->b", rest, rest) <= aim).all():
                return x
            image = self.apply(direction)
            curve = np.einsum("rb,rb->b", direction, image)
            step = np.divide(strength, curve, out=np.zeros_like(strength), where=curve > 0)
            x += step * direction
            rest -= step * image
            turned = self.preconditioner[:, None] * rest
            before, strength = strength, np.einsum("rb,rb->b", rest, turned)
            direction *= np.divide(strength, before, out=np.zeros_like(strength), where=before > 0)
            direction += turned
        raise NotConverged(f"not converged after {MOST_STEPS} steps")

    @cached_property
    def coupling(self) -> Floats:
        """Of each reviewer with the mean [R], after the proposals are eliminated."""
        table = self.scores.table
        return np.asarray(table.of_reviewer - table.by_reviewer @ (self.weight / self.diagonal))

    @cached_property
    def of_mean(self) -> tuple[Floats, float]:
        """What the reviewers answer to a mean of 1 [R], and the mean's precision after all others are eliminated."""
        own = float((self.weight * self.pull / self.diagonal).sum())
        if not self.severity:
            return np.zeros(self.scores.R), own
        answer = self.conjugate_gradients(self.coupling[:, None])[:, 0]
        return answer, own - float(self.coupling @ answer)

    def solve(self, of_proposal: Floats, of_reviewer: Floats) -> Effects:
        """Effects for weighted sums of scores by proposal [P, B] and by reviewer [R, B] (unused without severity)."""
        shares = of_proposal / self.diagonal[:, None]
        right = of_proposal.sum(axis=0) - self.weight @ shares
        answer, precision = self.of_mean
        if not self.severity:
            mean = right / precision
            proposal = (of_proposal - np.outer(self.weight, mean)) / self.diagonal[:, None]
            return Effects(mean, proposal, np.zeros((self.scores.R, len(mean))))
        table = self.scores.table
        alone = self.conjugate_gradients(of_reviewer - table.by_reviewer @ shares)
        mean = (right - self.coupling @ alone) / precision
        reviewer = alone - np.outer(answer, mean)
        rest = of_proposal - np.outer(self.weight, mean) - table.weight @ reviewer
        return Effects(mean, rest / self.diagonal[:, None], reviewer)

    def reduced(self) -> Floats:
        """The block of reviewers and mean (last) as a dense array [R + 1, R + 1]; [1, 1] without severity."""
        own = float((self.weight * self.pull / self.diagonal).sum())
        if not self.severity:
            return np.array([[own]])
        table, size = self.scores.table, self.scores.R
        scaled = table.weight.multiply(1.0 / self.diagonal[:, None]).tocsr()
        block = np.empty((size + 1, size + 1))
        block[:size, :size] = np.diag(self.reviewer_diagonal) - (table.by_reviewer @ scaled).toarray()
        block[:size, size] = block[size, :size] = self.coupling
        block[size, size] = own
        return block
