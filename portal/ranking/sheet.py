"""Reviews from a CSV file, and what the engine makes of them: nothing here needs a database."""

from __future__ import annotations

import csv
import time
from collections.abc import Callable
from decimal import Context
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from portal.platform.csv_rows import CsvRow, TableRefused, read_rows

if TYPE_CHECKING:
    from portal.ranking.engine import Calibration, Ranks, Scores, Spread

READ: Final = ("proposal", "reviewer", "score")
WEIGHT: Final = "weight"
COLUMNS: Final = (
    "proposal", "n", "raw", "trimmed", "calibrated", "low50", "high50", "low90", "high90", "expected_rank", "p_inside",
    "group",
)  # fmt: skip
_DIGITS: Final = Context(prec=28)
_LISTED: Final = 50  # names of reviewers and scores in the report; the count stands beside


class Judged(NamedTuple):
    """One score as it was given; sorts the same whatever the order of the file."""

    proposal: str
    reviewer: str
    score: Fraction
    weight: Fraction


def read_reviews(file: Path) -> tuple[list[Judged], list[str]]:
    """Sorted scores, and the names of columns that say nothing here.

    Raises TableRefused: a column or cell is missing, is no number, a weight of 0, a pair twice.
    """
    seen: dict[tuple[str, str], int] = {}
    rows = read_rows(file, READ)
    if not rows:
        raise TableRefused(f"{file.name} has no reviews")
    return sorted(_judged(row, seen) for row in rows), [c for c in rows[0].cells if c and c not in (*READ, WEIGHT)]


def _judged(row: CsvRow, seen: dict[tuple[str, str], int]) -> Judged:
    proposal, reviewer = row.text("proposal"), row.cells["reviewer"]
    weight = row.exact(WEIGHT) if row.cells.get(WEIGHT) else Fraction(1)
    if weight <= 0:
        raise row.refuse(WEIGHT, "a weight is above 0")
    if reviewer:
        first = seen.setdefault((proposal, reviewer), row.number)
        if first != row.number:
            raise row.refuse("reviewer", f"{reviewer} has scored {proposal} in row {first} already")
    return Judged(proposal, reviewer, row.exact("score"), weight)


def as_scores(found: list[Judged]) -> tuple[list[str], list[str], Scores]:
    """Names of the proposals and reviewers, and the arrays. One review without a reviewer turns severity off."""
    import numpy as np

    from portal.ranking.engine import Scores

    proposals, reviewers = sorted({j.proposal for j in found}), sorted({j.reviewer for j in found})
    place = {name: n for n, name in enumerate(proposals)}
    chair = {name: n for n, name in enumerate(reviewers)}
    known = "" not in chair
    scores = Scores(
        np.array([place[j.proposal] for j in found]), np.array([float(j.score) for j in found]),
        np.array([chair[j.reviewer] for j in found]) if known else None, np.array([float(j.weight) for j in found]),
    )  # fmt: skip
    return proposals, reviewers if known else [], scores


def solve(
    found: list[Judged], inside: int | None, trim: bool, draws: int, seed: int, progress: Callable[[int, int], None]
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Rows of COLUMNS by expected rank, then calibrated, then exact mean, then name; and the report.

    Raises TableRefused where there are more proposals and draws than memory is kept for.
    """
    from portal.ranking.engine import MOST_CELLS, calibrate, rank, spread

    began = time.perf_counter()
    names, reviewers, scores = as_scores(found)
    if len(names) * draws > MOST_CELLS:
        raise TableRefused(f"{draws} draws are too many for {len(names)} proposals: at most {MOST_CELLS // len(names)}")
    calibration = calibrate(scores)
    ranks = rank(calibration, draws, seed, inside, progress)
    rows = _rows(names, _means(found, trim), calibration, ranks)
    report = _report(calibration, ranks, reviewers) | _flagged(names, reviewers, calibration, spread(calibration, seed))
    return rows, report | {"seed": seed, "seconds": round(time.perf_counter() - began, 4)}


class Means(NamedTuple):
    """Exact, in points."""

    n: int
    raw: Fraction
    trimmed: Fraction | None


def _means(found: list[Judged], trim: bool) -> dict[str, Means]:
    from portal.ranking.engine import raw_mean, trimmed_mean

    own: dict[str, list[Judged]] = {}
    for judged in found:
        own.setdefault(judged.proposal, []).append(judged)
    made = {}
    for name, given in own.items():
        values, weights = [j.score for j in given], [j.weight for j in given]
        raw = raw_mean(values, weights)
        assert raw is not None
        made[name] = Means(len(given), raw, trimmed_mean(values, weights) if trim else None)
    return made


def _rows(names: list[str], means: dict[str, Means], calibration: Calibration, ranks: Ranks) -> list[dict[str, Any]]:
    score = calibration.score
    order = sorted(range(len(names)), key=lambda p: (ranks.expected[p], -score[p], -means[names[p]].raw, names[p]))
    return [
        {
            "proposal": names[p], "n": means[names[p]].n, "raw": decimal(means[names[p]].raw),
            "trimmed": decimal(means[names[p]].trimmed), "calibrated": round(float(score[p]), 12),
            "low50": int(ranks.low50[p]), "high50": int(ranks.high50[p]),
            "low90": int(ranks.low90[p]), "high90": int(ranks.high90[p]), "expected_rank": float(ranks.expected[p]),
            "p_inside": "" if ranks.inside is None else float(ranks.inside[p]),
            "group": "" if ranks.group is None else ranks.group[p],
        }
        for p in order
    ]  # fmt: skip


def decimal(value: Fraction | None) -> str:
    """Exact where 28 digits are enough; empty for None."""
    if value is None:
        return ""
    return format(_DIGITS.divide(_DIGITS.create_decimal(value.numerator), value.denominator), "f")


def _report(calibration: Calibration, ranks: Ranks, reviewers: list[str]) -> dict[str, Any]:
    variances = calibration.variances
    told: dict[str, Any] = {
        "proposals": len(calibration.proposal), "reviewers": len(reviewers),
        "reviews": len(calibration.equations.scores.score), "mean": calibration.mean,
        "variances": {"proposal": variances.proposal, "reviewer": variances.reviewer, "noise": variances.noise},
        "severity": _severity(calibration, reviewers), "draws": ranks.draws,
        "monte_carlo_error": {"mean": float(ranks.error.mean()), "largest": float(ranks.error.max())},
    }  # fmt: skip
    if ranks.group is not None:
        told["groups"] = {name: ranks.group.count(name) for name in ("inside", "not separable", "outside")}
    return told


def _severity(calibration: Calibration, reviewers: list[str]) -> str:
    if not reviewers:
        return "off: a review has no reviewer"
    return "on" if calibration.severity else "off: the scores do not tell reviewers apart"


def _flagged(names: list[str], reviewers: list[str], calibration: Calibration, sure: Spread) -> dict[str, Any]:
    """Isolated panels, reviewers who always give one score, scores far from what all others foretell."""
    from portal.ranking.engine import constant_scorers, outliers, panels

    scores = calibration.equations.scores
    told: dict[str, Any] = {"components": None}
    if reviewers:
        found = panels(scores)
        sizes = [int((found == n).sum()) for n in range(int(found.max()) + 1)]
        told["components"] = len(sizes)
        if len(sizes) > 1:
            told["isolated_panels"] = sizes[:_LISTED]
            told["note"] = "panels without a shared reviewer: ranks between them rest on the prior alone"
    constant, far = constant_scorers(scores), outliers(calibration, sure)
    told["constant_scorers"] = {"count": len(constant), "reviewers": [reviewers[r] for r in constant[:_LISTED]]}
    told["outliers"] = {
        "count": len(far),
        "scores": [
            {
                "proposal": names[int(scores.proposal[o.place])],
                "reviewer": "" if scores.reviewer is None else reviewers[int(scores.reviewer[o.place])],
                "score": float(scores.score[o.place]), "off": round(o.off, 2),
            }
            for o in far[:_LISTED]
        ],
    }  # fmt: skip
    return told


def write_rows(file: Path, rows: list[dict[str, Any]]) -> None:
    """UTF-8, one header. Raises OSError."""
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
