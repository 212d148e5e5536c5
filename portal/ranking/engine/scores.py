"""The reviews as arrays, and the table of proposals by reviewers that all sums are taken over."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def summed(codes: Ints, values: Floats, size: int) -> Floats:
    """Sums of values [N] by code [size]."""
    return np.bincount(codes, weights=values, minlength=size).astype(np.float64)


@dataclass(frozen=True)
class Table:
    """One cell for each proposal and reviewer that met: P rows, R columns, C cells in row order.

    `weight` [P, R] sparse, `by_reviewer` the same transposed; `row`, `column`, `cell_weight` [C]; `of_proposal` [P] and
    `of_reviewer` [R] are sums of weights.
    """

    weight: csr_array
    by_reviewer: csr_array
    row: Ints
    column: Ints
    cell_weight: Floats
    of_proposal: Floats
    of_reviewer: Floats

    @cached_property
    def sum_rows(self) -> csr_array:
        """Takes values of cells [C, B] to sums by proposal [P, B]."""
        cells = np.arange(len(self.row) + 1)
        return csr_array(
            (np.ones(len(self.row)), cells[:-1], self.weight.indptr), shape=(self.weight.shape[0], len(self.row))
        )

    @cached_property
    def sum_columns(self) -> csr_array:
        """Takes values of cells [C, B] to sums by reviewer [R, B]."""
        cells = np.arange(len(self.row))
        return csr_array((np.ones(len(cells)), (self.column, cells)), shape=(self.weight.shape[1], len(cells)))


@dataclass(frozen=True)
class Scores:
    """N scores: `proposal` [N] and `reviewer` [N] are codes from 0, `score` [N] in points, `weight` [N] above 0.

    A score of weight w has noise of variance (noise / w). `reviewer` None: nobody knows who gave which score, so there
    is no severity. Raises ValueError where the arrays do not fit each other.
    """

    proposal: Ints
    score: Floats
    reviewer: Ints | None = None
    weight: Floats | None = None
    proposals: int = 0
    reviewers: int = 0

    def __post_init__(self) -> None:
        count = len(self.score)
        for name in ("proposal", "reviewer", "weight"):
            given = getattr(self, name)
            if given is not None and len(given) != count:
                raise ValueError(f"{count} scores, but {len(given)} in {name}")
        if not count:
            raise ValueError("no scores")
        if not np.isfinite(self.score).all() or not np.isfinite(self.w).all() or (self.w <= 0).any():
            raise ValueError("scores and weights are finite, weights above 0")
        for codes, size in ((self.proposal, self.P), (self.reviewer, self.R)):
            if codes is not None and (codes.min() < 0 or codes.max() >= size):
                raise ValueError("a code is outside its count")

    @cached_property
    def w(self) -> Floats:
        return np.ones(len(self.score)) if self.weight is None else self.weight

    @cached_property
    def P(self) -> int:
        return self.proposals or int(self.proposal.max()) + 1

    @cached_property
    def R(self) -> int:
        if self.reviewer is None:
            return 0
        return self.reviewers or int(self.reviewer.max()) + 1

    @cached_property
    def center(self) -> float:
        """Weighted mean of all scores; taken off before solving, so that nothing is lost to cancellation."""
        return float(self.w @ self.score / self.w.sum())

    @cached_property
    def totals(self) -> tuple[Floats, Floats]:
        """Weighted sums of the centred scores, by proposal [P] and by reviewer [R]."""
        value = self.w * (self.score - self.center)
        of_proposal = summed(self.proposal, value, self.P)
        if self.reviewer is None:
            return of_proposal, np.zeros(0)
        return of_proposal, summed(self.reviewer, value, self.R)

    @cached_property
    def counts(self) -> Ints:
        """Scores of each proposal [P]."""
        return np.bincount(self.proposal, minlength=self.P).astype(np.int64)

    @cached_property
    def proposal_weight(self) -> Floats:
        """Sum of weights of each proposal [P]."""
        return summed(self.proposal, self.w, self.P)

    @cached_property
    def table(self) -> Table:
        """Raises ValueError without reviewers."""
        if self.reviewer is None:
            raise ValueError("without reviewers there is no table")
        weight = csr_array((self.w, (self.proposal, self.reviewer)), shape=(self.P, self.R))
        weight.sum_duplicates()
        by_reviewer = weight.T.tocsr()
        row = np.repeat(np.arange(self.P, dtype=np.int64), np.diff(weight.indptr))
        of_reviewer = summed(self.reviewer, self.w, self.R)
        return Table(
            weight, by_reviewer, row, weight.indices.astype(np.int64), weight.data, self.proposal_weight, of_reviewer
        )
