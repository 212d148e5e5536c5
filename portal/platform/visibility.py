"""Visibility clauses: SQL conditions that decide what a viewer may see, registered by name.

The mutation run switches each off in turn; a test must then turn red.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from sqlalchemy import ColumnElement, true

clauses: dict[str, Callable[..., ColumnElement[bool]]] = {}


def clause(build: Callable[..., ColumnElement[bool]]) -> Callable[..., ColumnElement[bool]]:
    """Register a visibility clause by name, so that the mutation run can switch it off."""
    name = f"{build.__module__.removeprefix('portal.').removesuffix('.queries')}.{build.__name__}"
    clauses[name] = build

    @wraps(build)
    def visible(*args: Any, **kwargs: Any) -> ColumnElement[bool]:
        return clauses[name](*args, **kwargs)

    return visible


def no_clause(*_: Any, **__: Any) -> ColumnElement[bool]:
    """What a mutated clause answers: everything is visible."""
    return true()
