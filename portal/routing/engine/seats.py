"""What is left to assign once the locked pairs stand, and which of them cannot stand."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from portal.routing.engine.problem import Flags, Ints, Problem, Refused


@dataclass(frozen=True)
class Seats:
    """lawful [P, R] pairs that may be chosen; free seats [P], seats reserved for a kind [P, K]; room [R], least and
    comfortable further load [R]; locked [n, 2] pairs that stand; refused: those that cannot."""

    lawful: Flags
    free: Ints
    reserved: Ints
    room: Ints
    least: Ints
    share: Ints
    locked: Ints
    refused: list[Refused]

    @property
    def wanted(self) -> Ints:
        """[P] seats of each application."""
        seats: Ints = self.free + self.reserved.sum(axis=1)
        return seats


class _Hall:
    """Seats being taken by locked pairs, one after the other."""

    def __init__(self, problem: Problem) -> None:
        applications, reviewers = problem.shape
        self.problem = problem
        none = np.zeros((applications, 0), dtype=np.int64)
        self.reserved = none if problem.kind_min is None else problem.kind_min.astype(np.int64).copy()
        if self.reserved.shape[1] and problem.kind is None:
            raise ValueError("kind_min needs the kinds of the reviewers")
        self.free = problem.demand.astype(np.int64) - self.reserved.sum(axis=1)
        if (self.free < 0).any():
            raise ValueError(
                f"application {int(self.free.argmin())} asks for more reviewers of kinds than for reviewers"
            )
        self.lawful = ~problem.barred
        self.room = np.minimum(problem.capacity.astype(np.int64), applications)
        self.lawful &= self.room > 0
        self.taken = np.zeros(reviewers, dtype=np.int64)

    def refusal(self, p: int, r: int) -> str | None:
        if self.problem.barred[p, r]:
            return "conflicts"
        if self.room[r] <= 0:
            return "capacity"
        if not self.lawful[p, r]:
            return "institution"
        return None if self._kind(p, r) is not None or self.free[p] > 0 else "demand"

    def _kind(self, p: int, r: int) -> int | None:
        """The kind whose reserved seat the reviewer takes."""
        if self.problem.kind is None or not self.reserved.shape[1]:
            return None
        kind = int(self.problem.kind[r])
        return kind if kind >= 0 and self.reserved[p, kind] > 0 else None

    def take(self, p: int, r: int) -> None:
        kind = self._kind(p, r)
        if kind is None:
            self.free[p] -= 1
        else:
            self.reserved[p, kind] -= 1
        self.room[r] -= 1
        self.taken[r] += 1
        self.lawful[p, r] = False
        institution = self.problem.institution
        if institution is not None and institution[r] >= 0:
            self.lawful[p, institution == institution[r]] = False
        if self.problem.apart is not None:
            for q, s in _partners(self.problem.apart, p, r):
                self.lawful[q, s] = False


def _partners(apart: Ints, p: int, r: int) -> list[tuple[int, int]]:
    one = apart[(apart[:, 0] == p) & (apart[:, 1] == r)][:, 2:]
    other = apart[(apart[:, 2] == p) & (apart[:, 3] == r)][:, :2]
    return [(int(q), int(s)) for q, s in np.concatenate([one, other])]


def seats_of(problem: Problem) -> Seats:
    """Raises ValueError for kinds that ask for more than the demand."""
    hall, stand, refused = _Hall(problem), [], []
    for p, r in dict.fromkeys((int(p), int(r)) for p, r in problem.locked):
        reason = hall.refusal(p, r)
        if reason is None:
            hall.take(p, r)
            stand.append((p, r))
        else:
            refused.append(Refused(p, r, reason))
    hall.lawful[:, hall.room <= 0] = False
    zero = np.zeros(len(hall.room), dtype=np.int64)
    least = zero if problem.load_min is None else np.clip(problem.load_min - hall.taken, 0, hall.room)
    share = hall.room if problem.share is None else np.clip(problem.share - hall.taken, 0, hall.room)
    locked = np.array(stand, dtype=np.int64).reshape(-1, 2)
    return Seats(hall.lawful, hall.free, hall.reserved, hall.room, least, share, locked, refused)
