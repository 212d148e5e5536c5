"""Visibility clauses: SQL conditions that decide what a viewer may see, registered by name.

The mutation run switches each off in turn; a test must then turn red.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Final, ParamSpec, TypeVar

from sqlalchemy import BindParameter, ClauseElement, ColumnElement, bindparam, true

from portal.platform.db import compiled

P = ParamSpec("P")
T = TypeVar("T", bound=ClauseElement)

clauses: dict[str, Callable[..., ColumnElement[bool]]] = {}
ME: Final[BindParameter[int]] = bindparam("me", expanding=True)  # the viewer's identities, in a statement built once


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


def built_once(build: Callable[P, T]) -> Callable[P, T]:
    """Keep the statement that `build` makes of its arguments, for as long as the same clauses are in force.

    Building costs as much as asking; what changes from request to request are bound parameters.
    """
    kept: dict[object, T] = {}

    @wraps(build)
    def statement(*args: P.args, **kwargs: P.kwargs) -> T:
        key = (args, tuple(kwargs.items()), tuple(clauses.values()))
        found = kept.get(key)
        if found is None:
            found = kept[key] = compiled(lambda: build(*args, **kwargs), lambda: kept.get(key))
        return found

    return statement
