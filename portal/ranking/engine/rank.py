"""How sure each rank is: ranks in posterior draws, and three groups at the line."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from portal.ranking.engine.calibrate import Calibration
from portal.ranking.engine.draws import deviations
from portal.ranking.engine.scores import Floats, Ints

INSIDE: Final = "inside"
OUTSIDE: Final = "outside"
NOT_SEPARABLE: Final = "not separable"
MOST_CELLS: Final = 250_000_000  # proposals x draws kept, 4 bytes each
_AT_ONCE: Final = 2_000_000  # ranks sorted at once for their bounds


@dataclass(frozen=True)
class Ranks:
    """Of P proposals, rank 1 the highest score.

    `expected` [P]; `error` [P] its Monte Carlo standard error; `low50`, `high50`, `low90`, `high90` [P] bounds of the
    rank; `inside` [P] the share of draws within the line and `group` [P], both None without a line.
    """

    expected: Floats
    error: Floats
    low50: Ints
    high50: Ints
    low90: Ints
    high90: Ints
    inside: Floats | None
    group: list[str] | None
    draws: int


def rank(
    calibration: Calibration,
    draws: int = 200,
    seed: int = 0,
    inside: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Ranks:
    """Ranks over `draws` exact posterior draws of the proposals' scores, the variances taken as known.

    A proposal is inside where its 50 % interval of the rank ends at the line `inside` or above it, outside where it
    begins below, and otherwise not separable by the scores. Memory: 4 bytes for each proposal and draw, and one block
    of deviations. `progress(done, total)` after each block. Raises ValueError below two draws, at a negative line or
    beyond MOST_CELLS.
    """
    size = len(calibration.proposal)
    if draws < 2 or (inside is not None and inside < 0):
        raise ValueError("at least two draws, and a line of 0 or more")
    if size * draws > MOST_CELLS:
        raise ValueError(f"{size} proposals x {draws} draws are more than {MOST_CELLS} ranks")
    ranks = np.empty((size, draws), dtype=np.int32)
    done = 0
    for drawn in _drawn(calibration, draws, seed):
        ranks[:, done : done + drawn.shape[0]] = drawn.T
        done += drawn.shape[0]
        if progress is not None:
            progress(done, draws)
    low50, high50, low90, high90 = _bounds(ranks)
    share = None if inside is None else (ranks <= inside).mean(axis=1)
    group = None if inside is None else _groups(low50, high50, inside)
    expected = ranks.mean(axis=1)
    return Ranks(expected, _error(ranks), low50, high50, low90, high90, share, group, draws)


def _drawn(calibration: Calibration, draws: int, seed: int) -> Iterator[NDArray[np.int32]]:
    """Ranks [B, P] in blocks: both signs of each deviation side by side; of an odd last one the first."""
    left = draws
    for deviation in deviations(calibration.equations, (draws + 1) // 2, np.random.default_rng(seed)):
        signed = np.stack([deviation.proposal.T, -deviation.proposal.T], axis=1).reshape(-1, len(calibration.proposal))
        effects = calibration.proposal[None, :] + signed[:left]
        left -= len(effects)
        order = np.argsort(-effects, axis=1, kind="stable")
        ranks = np.empty(effects.shape, dtype=np.int32)
        np.put_along_axis(ranks, order, np.arange(1, effects.shape[1] + 1, dtype=np.int32)[None, :], axis=1)
        yield ranks


def _error(ranks: NDArray[np.int32]) -> Floats:
    """Standard error of the mean rank from the means of pairs, which are independent of one another."""
    pairs = ranks.shape[1] // 2
    if pairs < 2:
        return np.asarray(ranks.std(axis=1) / np.sqrt(ranks.shape[1]))
    middle = (ranks[:, 0 : 2 * pairs : 2] + ranks[:, 1 : 2 * pairs : 2]) / 2.0
    return np.asarray(middle.std(axis=1, ddof=1) / np.sqrt(pairs))


def _bounds(ranks: NDArray[np.int32]) -> list[Ints]:
    """Ranks at 25, 75, 5 and 95 % of the draws, outwards where that falls between two."""
    last = ranks.shape[1] - 1
    places = [
        int(np.floor(0.25 * last)), int(np.ceil(0.75 * last)), int(np.floor(0.05 * last)), int(np.ceil(0.95 * last)),
    ]  # fmt: skip
    found = np.empty((4, len(ranks)), dtype=np.int64)
    step = max(1, _AT_ONCE // ranks.shape[1])
    for start in range(0, len(ranks), step):
        part = np.partition(ranks[start : start + step], sorted(set(places)), axis=1)
        found[:, start : start + step] = part[:, places].T
    return list(found)


def _groups(low: Ints, high: Ints, line: int) -> list[str]:
    return [
        INSIDE if high_ <= line else OUTSIDE if low_ > line else NOT_SEPARABLE
        for low_, high_ in zip(low.tolist(), high.tolist(), strict=True)
    ]
