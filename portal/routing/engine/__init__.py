"""Assigning reviewers: pure numerics on arrays, no database."""

from __future__ import annotations

from portal.routing.engine.affinity import Match, affinities
from portal.routing.engine.assign import Problem, Solution, Unfilled, solve

__all__ = ["Match", "Problem", "Solution", "Unfilled", "affinities", "solve"]
