"""What features say of a person: what they hold, what stands in the way of leaving, what remains and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from portal.platform.language import Text

ERASED_NAME = "(삭제됨 / erased)"


@dataclass(frozen=True)
class Holding:
    """Rows of one kind, as plain values under codes that `labels` puts into words.

    `code` is a kind of the retention schedule; `correct_at` the endpoint of the page where it can be corrected.
    """

    code: str
    title: Text
    labels: Mapping[str, Text]
    rows: Sequence[Mapping[str, Any]]
    correct_at: str = ""


@dataclass(frozen=True)
class Said:
    """A sentence with its places filled when it is shown."""

    text: Text
    params: Mapping[str, Any]


def said(ko: str, en: str, **params: Any) -> Said:
    return Said(Text(ko, en), params)


def plain(value: Any) -> Any:
    """A value as JSON keeps it: moments and days in ISO 8601."""
    return value.isoformat() if isinstance(value, date | datetime) else value


def erased_address(public_id: str) -> str:
    """An address that no mail reaches and that stays unique."""
    return f"erased-{public_id}@invalid"
