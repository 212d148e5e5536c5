"""Reads the catalog: program files, regimes and the plan's tree, each mistake with its file and line.

A program file names its regime by code; `catalog/regimes/<code>.toml` is folded in. Mistakes of shape are all told
at once; the checks of `catalog_checks` run when the shape is right.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple, TypeVar, cast, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from portal.programs import catalog_checks
from portal.programs.catalog_checks import Place
from portal.programs.definition import CallDefinition, LineDefinition, PlanDefinition, PoolDefinition
from portal.programs.definition.words import spoken
from portal.programs.toml_lines import TomlLines

CATALOG = Path(__file__).parent / "catalog"
PLAN = "plan"
MONTHS_EN = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip

M = TypeVar("M", bound=BaseModel)


class Problem(NamedTuple):
    file: str
    line: int
    reason: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.reason}"


class CatalogError(Exception):
    """What is wrong in the catalog; one `file:line: reason` a line."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = sorted(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class _File(NamedTuple):
    name: str
    data: dict[str, Any]
    lines: TomlLines

    def problem(self, path: Place, reason: str) -> Problem:
        return Problem(self.name, self.lines.line_of(path), reason)


def catalog_codes(catalog: Path = CATALOG) -> list[str]:
    """Codes of the program files, in alphabetical order."""
    return sorted(path.stem for path in catalog.glob("*.toml") if path.stem != PLAN)


@lru_cache(maxsize=32)
def load_call(code: str, catalog: Path = CATALOG) -> CallDefinition:
    """The program file `<code>.toml` with its regime folded in. Raises CatalogError."""
    return _call(_read(catalog, f"{code}.toml"), catalog)


def regime_codes(catalog: Path = CATALOG) -> list[str]:
    return sorted(path.stem for path in (catalog / "regimes").glob("*.toml"))


def load_regime(code: str, languages: Sequence[str], catalog: Path = CATALOG) -> dict[str, Any]:
    """A pack of law as a program file folds it in, in the languages of the call. Raises CatalogError."""
    return cast(dict[str, Any], spoken(_read(catalog, f"regimes/{code}.toml").data, languages))


def check_file(path: Path, catalog: Path = CATALOG) -> CallDefinition:
    """A program file wherever it lies, against the regimes and the plan of the catalog. Raises CatalogError."""
    if not path.is_file():
        raise CatalogError([Problem(str(path), 1, "there is no such file")])
    return _call(_parsed(path.name, path.read_text(encoding="utf-8")), catalog)


def file_schema() -> dict[str, Any]:
    """The JSON Schema of a program file: a call's definition with its regime named by code."""
    schema = CallDefinition.model_json_schema()
    schema["properties"]["regime"] = {"type": "string", "enum": regime_codes(), "title": "Regime"}
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": "Program file"}


def _call(file: _File, catalog: Path) -> CallDefinition:
    named = file.data.get("regime")
    if not isinstance(named, str):
        raise CatalogError([file.problem(("regime",), "regime: the code of a file in regimes/ is missing")])
    if not (catalog / "regimes" / f"{named}.toml").is_file():
        raise CatalogError([file.problem(("regime",), f"regime: there is no regimes/{named}.toml")])
    regime = _read(catalog, f"regimes/{named}.toml")
    languages = file.data.get("languages", CallDefinition.model_fields["languages"].default)

    def placed(path: Place, reason: str) -> Problem:
        if path[:1] == ("regime",):
            return regime.problem(path[1:], reason)
        return file.problem(path, reason)

    definition = _validated(CallDefinition, {**file.data, "regime": spoken(regime.data, languages)}, placed)
    found = catalog_checks.call(definition, load_plan(catalog))
    _refuse(placed(path, f"{_dotted(path)}: {reason.en}") for path, reason in found)
    return definition


def load_plan(catalog: Path = CATALOG) -> list[LineDefinition]:
    """The lines of `plan.toml`, pools spread over their months, in the file's order. Raises CatalogError."""
    return list(_plan(catalog))


@lru_cache(maxsize=8)
def _plan(catalog: Path) -> tuple[LineDefinition, ...]:
    file = _read(catalog, f"{PLAN}.toml")
    plan = _validated(PlanDefinition, file.data, file.problem)
    lines: list[LineDefinition] = []
    places: dict[str, Place] = {}
    problems: list[Problem] = []
    for kind, found in _spread(plan):
        for line in found:
            if line.code in places:
                problems.append(file.problem((*kind, "code"), f"the code {line.code} stands twice"))
            places.setdefault(line.code, kind)
            lines.append(line)
        if not found:
            problems.append(file.problem((*kind, "to"), "the pool ends before it begins"))
    for path, reason in (*catalog_checks.words(plan, ("ko", "en")), *catalog_checks.plan(lines, places)):
        problems.append(file.problem(path, f"{_dotted(path)}: {reason.en}"))
    _refuse(problems)
    return tuple(lines)


def _spread(plan: PlanDefinition) -> Iterable[tuple[Place, list[LineDefinition]]]:
    for place, line in enumerate(plan.line):
        yield ("line", place), [line]
    for place, pool in enumerate(plan.pool):
        yield ("pool", place), _months_of(pool)


def _months_of(pool: PoolDefinition) -> list[LineDefinition]:
    (year, month), (last_year, last_month) = (map(int, text.split("-")) for text in (pool.first, pool.last))
    count = (last_year - year) * 12 + last_month - month + 1
    shared = pool.model_dump(exclude={"code", "names", "first", "last"})
    return [
        LineDefinition(
            code=f"{pool.code}_{y}_{m:02d}", year=y, month=m,
            names={"ko": f"{pool.names.get('ko', '')} {y}년 {m}월", "en": f"{pool.names.get('en', '')}, {MONTHS_EN[m - 1]} {y}"}, **shared,
        )
        for y, m in catalog_checks.months_from(pool.first, max(count, 0))
    ]  # fmt: skip


# --- reading ---


def _read(catalog: Path, name: str) -> _File:
    path = catalog / name
    if not path.is_file():
        known = ", ".join(catalog_codes(catalog)) or "none"
        raise CatalogError([Problem(name, 1, f"there is no such file; program files: {known}")])
    return _parsed(name, path.read_text(encoding="utf-8"))


def _parsed(name: str, text: str) -> _File:
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        at = re.search(r"\(at line (\d+), column \d+\)", str(error))
        line = int(at[1]) if at else len(text.splitlines()) or 1
        raise CatalogError([Problem(name, line, str(error))]) from error
    return _File(name, data, TomlLines(text))


def _refuse(problems: Iterable[Problem]) -> None:
    if found := list(problems):
        raise CatalogError(found)


def _validated(model: type[M], data: Mapping[str, Any], placed: Callable[[Place, str], Problem]) -> M:
    try:
        return model.model_validate(data)
    except ValidationError as error:
        problems = [_told(model, detail, placed) for detail in error.errors(include_url=False)]
        raise CatalogError(problems) from error


def _told(model: type[BaseModel], detail: ErrorDetails, placed: Callable[[Place, str], Problem]) -> Problem:
    path: Place = detail["loc"]
    reason = detail["msg"].removeprefix("Value error, ")
    if not path and (named := re.match(r"(\w+)[:.]", reason)):  # a check over the whole file names its place itself
        return placed((named[1],), reason)
    if detail["type"] == "missing":
        reason = "is missing"
    elif detail["type"] == "extra_forbidden":
        near = difflib.get_close_matches(str(path[-1]), _fields(model, path[:-1]), n=1)
        reason = "there is no such key" + (f"; {near[0]} is meant?" if near else "")
    elif isinstance(detail["input"], str | int | float):
        reason += f", not {detail['input']!r}"
    return placed(path, f"{_dotted(path)}: {reason}")


def _fields(model: type[BaseModel], path: Place) -> list[str]:
    """The keys that the table at `path` may have."""
    at: Any = model
    for part in path:
        if isinstance(part, str) and isinstance(at, type) and issubclass(at, BaseModel) and part in at.model_fields:
            at = _part_of(at.model_fields[part].annotation)
    return (
        [f.alias or name for name, f in at.model_fields.items()]
        if isinstance(at, type) and issubclass(at, BaseModel)
        else []
    )


def _part_of(annotation: Any) -> Any:
    """The model inside list[Model] or Model | None."""
    inner = [_part_of(a) for a in get_args(annotation)]
    return next((a for a in inner if isinstance(a, type) and issubclass(a, BaseModel)), annotation)


def _dotted(path: Place) -> str:
    """stages[1].keep, counted from 0 as the file's order."""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return text.lstrip(".") or "the file"
