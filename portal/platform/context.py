"""What a use case is handed instead of reaching for it: who acts, when, ids and chance."""

from __future__ import annotations

import random
import secrets
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True)
class Grant:
    """A role with its scope: `*`, `program:WBL`, `call:<public id>`, `line:<code>` or `organisation:<public id>`."""

    role: str
    scope: str


@dataclass(frozen=True)
class Actor:
    """Who acts. `person_id` is None for the system itself and for a visitor."""

    person_id: int | None
    name: str = ""
    language: str = "ko"
    grants: frozenset[Grant] = frozenset()
    session_id: int | None = None
    same_as: frozenset[int] = frozenset()  # every identity of the same human, this one included
    system: str | None = None
    time_zone: str = "Asia/Seoul"

    def has(self, role: str, *scopes: str) -> bool:
        """Holds `role` globally or for one of `scopes`."""
        return any(g.role == role and (g.scope == "*" or g.scope in scopes) for g in self.grants)

    def holds(self, role: str) -> bool:
        """Holds `role` with any scope."""
        return any(g.role == role for g in self.grants)

    def scopes(self, role: str) -> frozenset[str]:
        return frozenset(g.scope for g in self.grants if g.role == role)


VISITOR = Actor(person_id=None)


def system_actor(name: str) -> Actor:
    return Actor(person_id=None, name=name, system=name)


class Ids(Protocol):
    def public_id(self) -> str: ...
    def token(self) -> str: ...


class RandomIds:
    """128-bit random public ids (26 characters, URL-safe) and 256-bit tokens."""

    _alphabet = "abcdefghijkmnpqrstuvwxyz23456789"

    def public_id(self) -> str:
        number = secrets.randbits(130)
        return "".join(self._alphabet[(number >> (5 * i)) & 31] for i in range(26))

    def token(self) -> str:
        return secrets.token_urlsafe(32)


class SeededIds:
    """The same ids for the same seed: replays, demonstrations and the two-world test."""

    def __init__(self, seed: int) -> None:
        self._rng = random.Random(seed)  # noqa: S311 - reproducible on purpose

    def public_id(self) -> str:
        return "".join(self._rng.choice(RandomIds._alphabet) for _ in range(26))

    def token(self) -> str:
        return "".join(self._rng.choice(RandomIds._alphabet) for _ in range(43))


@dataclass(frozen=True)
class Context:
    actor: Actor
    now: datetime
    ids: Ids = field(default_factory=RandomIds)
    rng: random.Random = field(default_factory=lambda: random.Random(secrets.randbits(64)))  # noqa: S311
