"""A decision as fields that are committed one by one: shown or withheld by audience, and verifiable either way.

Each field has a salt of its own; its commitment is SHA-256 over the salt and the canonical JSON of path and value. The
root is SHA-256 over all commitments in order. A redacted copy keeps the commitment of a withheld field and neither its
path, value nor salt, so the root still comes out. `verifier.py` repeats these sums without the portal.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

PUBLIC: Final = "public"
OFFICE: Final = "office"  # any other audience is the public id of an application: its own team
ERASED: Final = "erased"  # past its term: path, value and salt are gone, the commitment stands in the salt's place


@dataclass(frozen=True)
class Field:
    path: str
    value: Any
    audience: str
    salt: str

    @property
    def commitment(self) -> str:
        if self.audience == ERASED:
            return self.salt
        text = json.dumps([self.path, self.value], ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(f"{self.salt}:{text}".encode()).hexdigest()

    def erased(self) -> Field:
        return Field("", None, ERASED, self.commitment)

    def as_row(self) -> list[Any]:
        return [self.path, self.value, self.audience, self.salt]


def root(commitments: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(sorted(commitments)).encode()).hexdigest()


def fields_of(rows: Sequence[Sequence[Any]]) -> list[Field]:
    return [Field(path, value, audience, salt) for path, value, audience, salt in rows]


def copy_for(fields: Sequence[Field], *, office: bool, applications: frozenset[str]) -> dict[str, Any]:
    """What a reader may take along: whole for the office, else the public fields and those of their own applications."""
    shown, withheld = [], []
    for field in fields:
        if field.audience == ERASED:
            withheld.append(field.commitment)
        elif office or field.audience == PUBLIC or field.audience in applications:
            shown.append({"path": field.path, "value": field.value, "salt": field.salt})
        else:
            withheld.append(field.commitment)
    return {
        "root": root(field.commitment for field in fields),
        "fields": sorted(shown, key=lambda field: field["path"]),
        "withheld": sorted(withheld),
    }
