"""Assigning reviewers: pure numerics on arrays, no database. OR-tools and SciPy are large: import `solve` from
`portal.routing.engine.assign` where it is used, never at start-up."""

from __future__ import annotations

from portal.routing.engine.affinity import Match, affinities
from portal.routing.engine.problem import MILLION, Problem, Progress, Refused, Solution, Unfilled

__all__ = ["MILLION", "Match", "Problem", "Progress", "Refused", "Solution", "Unfilled", "affinities"]
