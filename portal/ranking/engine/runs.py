"""What calibration says about a run of the ranking, computed from the run's frozen inputs alone.

Everything is rounded as it is stored: points and expected ranks to 2 decimals, probabilities to 3, variances to 4. So
the page, the export and the stored run hold one number, and a replay gives the same hash though the last bits of a
float depend on the machine. The order of entries and marks in the inputs does not matter.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

import numpy as np

from portal.ranking.engine.calibrate import Calibration, calibrate
from portal.ranking.engine.flags import constant_scorers, outliers, panels
from portal.ranking.engine.rank import Ranks, rank
from portal.ranking.engine.scores import Floats, Scores
from portal.ranking.engine.spread import Spread, interval, spread
from portal.ranking.engine.value import worth_of_one_more

POINTS: Final = 2
SHARES: Final = 3
VARIANCES: Final = 4


@dataclass(frozen=True)
class _Read:
    """Marks [N] in order of entry and pseudonym as (entry, pseudonym, total); `entries` [P] are those with a mark."""

    entries: list[str]
    marks: list[tuple[str, str, int]]
    scores: Scores


def calibration_of(inputs: Mapping[str, Any], progress: Callable[[int, int], None] | None = None) -> dict[str, Any]:
    """`entries` by public id, those without a mark left out; only that key where nobody has one. Raises NotConverged.

    score and score90 in points; rank50, rank90 and expected as ranks among the entries with a mark; inside as a
    probability; worth: by how much one more review lowers the probability of standing on the wrong side of the line.
    """
    read = _read(inputs)
    if read is None:
        return {"entries": {}}
    calibration = calibrate(read.scores)
    sure = spread(calibration, inputs["seed"])
    ranks = rank(calibration, inputs["draws"], inputs["seed"], inputs["inside"], progress)
    variances = calibration.variances
    panel = panels(read.scores)
    return {
        "mean": _rounded(calibration.mean, POINTS),
        "variances": {
            name: _rounded(getattr(variances, name), VARIANCES) for name in ("proposal", "reviewer", "noise")
        },
        "severity": calibration.severity,
        "error": {"mean": _rounded(ranks.error.mean(), POINTS), "largest": _rounded(ranks.error.max(), POINTS)},
        "panels": np.bincount(panel).tolist(),
        "entries": _entries(read, calibration, sure, ranks, [int(n) + 1 for n in panel], inputs["inside"]),
        "reviewers": _reviewers(read.scores, calibration, sure),
        "outliers": _outliers(read, calibration, sure),
    }  # fmt: skip


def _rounded(value: float, digits: int) -> float:
    """Never -0.0."""
    return round(float(value), digits) + 0.0


def _read(inputs: Mapping[str, Any]) -> _Read | None:
    ranked = {entry for entry, _ in inputs["entries"]}
    found = sorted(
        (entry, pseudonym, sum(points.values()), reviewer)
        for entry, _, pseudonym, points, _, reviewer in inputs["marks"]
        if entry in ranked
    )
    if not found:
        return None
    entries, proposal = np.unique([entry for entry, *_ in found], return_inverse=True)
    _, reviewer = np.unique([number for *_, number in found], return_inverse=True)
    score = np.array([total for _, _, total, _ in found], dtype=np.float64)
    scores = Scores(proposal.astype(np.int64), score, reviewer.astype(np.int64))
    return _Read([str(e) for e in entries], [(entry, name, total) for entry, name, total, _ in found], scores)


def _entries(
    read: _Read, calibration: Calibration, sure: Spread, ranks: Ranks, panel: list[int], inside: int
) -> dict[str, dict[str, Any]]:
    low, high = interval(calibration.score, sure.score, 0.9)
    worth = worth_of_one_more(calibration, sure, inside) if 0 < inside < len(read.entries) else None
    assert ranks.inside is not None and ranks.group is not None
    return {
        entry: {
            "score": _rounded(calibration.score[p], POINTS),
            "score90": [_rounded(low[p], POINTS), _rounded(high[p], POINTS)],
            "expected": _rounded(ranks.expected[p], POINTS),
            "rank50": [int(ranks.low50[p]), int(ranks.high50[p])],
            "rank90": [int(ranks.low90[p]), int(ranks.high90[p])],
            "inside": _rounded(ranks.inside[p], SHARES),
            "group": ranks.group[p],
            "worth": None if worth is None else _rounded(worth[p], SHARES),
            "panel": panel[p],
        }
        for p, entry in enumerate(read.entries)
    }


def _reviewers(scores: Scores, calibration: Calibration, sure: Spread) -> list[dict[str, Any]]:
    """From the most severe to the most lenient, without anything that says whose marks these are."""
    given = np.bincount(scores.reviewer, minlength=scores.R)  # type: ignore[arg-type]
    constant = set(constant_scorers(scores).tolist())
    bounds: list[tuple[Floats, Floats]] = [interval(calibration.reviewer, sure.reviewer, share) for share in (0.5, 0.9)]
    found = [
        {
            "effect": _rounded(calibration.reviewer[r], POINTS),
            "effect50": [_rounded(bound[r], POINTS) for bound in bounds[0]],
            "effect90": [_rounded(bound[r], POINTS) for bound in bounds[1]],
            "marks": int(given[r]),
            "constant": r in constant,
        }
        for r in range(scores.R)
    ]
    return sorted(found, key=lambda r: (r["effect"], r["effect90"], r["effect50"], r["marks"], r["constant"]))


def _outliers(read: _Read, calibration: Calibration, sure: Spread) -> list[dict[str, Any]]:
    """The farthest first; by the pseudonym that the mark has within its application."""
    return [
        {
            "entry": read.marks[o.place][0], "pseudonym": read.marks[o.place][1], "total": read.marks[o.place][2],
            "off": _rounded(o.off, POINTS),
        }
        for o in outliers(calibration, sure)
    ]  # fmt: skip


def calibrated_scores(inputs: Mapping[str, Any]) -> dict[str, Fraction]:
    """entry -> score adjusted for the reviewers' severity, in millionths of a point, so that the machine's last bits
    decide nothing. Empty where nobody gave a mark. Raises NotConverged."""
    read = _read(inputs)
    if read is None:
        return {}
    found = calibrate(read.scores).score
    return {entry: Fraction(round(float(found[p]) * 1_000_000), 1_000_000) for p, entry in enumerate(read.entries)}
