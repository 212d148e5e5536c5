"""Filters and pages that stay in the address."""

from __future__ import annotations

from math import ceil
from typing import Any

from flask import request, url_for

from portal.desks.officer import queries
from portal.platform.language import Text


class Pages:
    """What the pagination macro needs; filters stay in the address."""

    def __init__(self, number: int, total: int, endpoint: str, **arguments: Any) -> None:
        self.number, self.total = number, total
        self.pages = max(1, ceil(total / queries.PAGE))
        self._endpoint, self._arguments = endpoint, {k: v for k, v in arguments.items() if v}

    def url_for(self, number: int) -> str:
        return url_for(self._endpoint, page=number, **self._arguments)


def number() -> int:
    return max(1, request.args.get("page", 1, type=int))


def chips(
    endpoint: str, states: dict[str, tuple[Text, str]], counts: dict[str, int], current: str, **arguments: Any
) -> list[dict[str, Any]]:
    """Filters by state with their counts; "all" first."""
    every = {"label": Text("전체", "All"), "url": url_for(endpoint, **arguments), "current": not current}
    return [every | {"count": sum(counts.values())}] + [
        {
            "label": word,
            "url": url_for(endpoint, **arguments, state=code),
            "current": current == code,
            "count": counts.get(code, 0),
        }
        for code, (word, _) in states.items()
        if counts.get(code) or current == code
    ]
