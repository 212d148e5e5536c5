"""The sums of the chain: pure, and repeated by the stand-alone verifier."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

GENESIS = "0" * 64


def commitment(salt: str, value: str) -> str:
    """SHA-256 over the salt and the value: the field can be shown or withheld without changing the chain."""
    return hashlib.sha256(f"{salt}:{value}".encode()).hexdigest()


def canonical_value(value: Any) -> str:
    """A field's value as canonical JSON."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)


def moment_text(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


@dataclass(frozen=True)
class Link:
    """What one row commits to."""

    sequence: int
    at: datetime
    kind: str
    object_type: str
    object_id: str
    actor_id: int | None
    actor_role: str
    fields: dict[str, str]

    def hash_after(self, previous: str) -> str:
        body = json.dumps(
            {
                "sequence": self.sequence, "at": moment_text(self.at), "kind": self.kind,
                "object": [self.object_type, self.object_id], "actor": [self.actor_id, self.actor_role],
                "fields": self.fields,
            },
            ensure_ascii=False, sort_keys=True, separators=(",", ":"),
        )  # fmt: skip
        return hashlib.sha256(f"{previous}|{body}".encode()).hexdigest()


@dataclass(frozen=True)
class Break:
    """The first row at which the chain does not hold, and why."""

    sequence: int
    reason: str
