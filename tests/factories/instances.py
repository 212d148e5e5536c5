"""Instances of the assignment: applications and reviewers in clustered fields."""

from __future__ import annotations

import numpy as np

from portal.routing.engine import Problem


def clustered(
    applications: int, reviewers: int, *, seed: int, reviews: int = 3, load: int = 6, conflicts: float = 0.03
) -> Problem:
    """Affinity: cosine of two points around the centres of a fiftieth as many fields as there are reviewers."""
    rng = np.random.default_rng(seed)
    centres = rng.normal(size=(max(4, reviewers // 50), 16))

    def points(count: int) -> np.ndarray:
        found = centres[rng.integers(0, len(centres), count)] + 0.6 * rng.normal(size=(count, 16))
        return (found / np.linalg.norm(found, axis=1, keepdims=True)).astype(np.float32)

    affinity = points(applications) @ points(reviewers).T
    affinity += 1
    affinity /= 2
    barred = rng.random((applications, reviewers), dtype=np.float32) < conflicts
    return Problem(affinity, barred, np.full(applications, reviews), np.full(reviewers, load), seed=seed)
