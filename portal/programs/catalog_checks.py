"""What a program file and the plan must also hold, beyond the shape of each part.

Every check yields (path, reason): the path of the value in the file, so that the loader can name its line.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from pydantic import BaseModel

from portal.programs.definition import CallDefinition, Component, LineDefinition, Question, Section

Place = tuple[str | int, ...]
Found = tuple[Place, str]
NOT_WORDS = frozenset({"facts", "params", "marks"})  # mappings of strings that nobody reads as a sentence


def months_from(first_month: str, count: int) -> list[tuple[int, int]]:
    """`count` (year, month) pairs from `YYYY-MM`."""
    year, month = (int(part) for part in first_month.split("-"))
    start = year * 12 + month - 1
    return [(n // 12, n % 12 + 1) for n in range(start, start + count)]


# --- of any file ---


def words(part: BaseModel, languages: Sequence[str], path: Place = ()) -> Iterator[Found]:
    """Every text has every language of the call, and none is blank."""
    for name, field in type(part).model_fields.items():
        if name in NOT_WORDS:
            continue
        value = getattr(part, name)
        if isinstance(value, dict) and not value and field.is_required():
            yield (*path, name), f"has no text in {', '.join(languages)}"
        yield from _words_in(value, languages, (*path, name))


def _words_in(value: Any, languages: Sequence[str], path: Place) -> Iterator[Found]:
    if isinstance(value, BaseModel):
        yield from words(value, languages, path)
    elif isinstance(value, list):
        for place, item in enumerate(value):
            yield from _words_in(item, languages, (*path, place))
    elif isinstance(value, dict) and value:
        if not all(isinstance(text, str) for text in value.values()):
            for key, inner in value.items():
                yield from _words_in(inner, languages, (*path, key))
            return
        for language in languages:
            if not str(value.get(language, "")).strip():
                yield path, f"has no text in {language}"
        for language in sorted(set(value) - set(languages)):
            yield (*path, language), f"{language} is not among the call's languages"


def doubles(part: BaseModel, path: Place = ()) -> Iterator[Found]:
    """No code stands twice in one list."""
    for name in type(part).model_fields:
        value = getattr(part, name)
        if isinstance(value, BaseModel):
            yield from doubles(value, (*path, name))
        elif isinstance(value, list):
            seen: set[str] = set()
            for place, item in enumerate(value):
                if not isinstance(item, BaseModel):
                    continue
                code = getattr(item, "code", None)
                if code in seen:
                    yield (*path, name, place, "code"), f"the code {code} stands twice"
                elif isinstance(code, str):
                    seen.add(code)
                yield from doubles(item, (*path, name, place))


# --- the plan ---


def plan(lines: Sequence[LineDefinition], places: Mapping[str, Place]) -> Iterator[Found]:
    """Parents exist, nothing hangs below itself, and what lies under an enforced line fits into it."""
    by_code = {line.code: line for line in lines}
    below: dict[tuple[str, str], list[LineDefinition]] = defaultdict(list)
    for line in lines:
        if line.parent is None:
            continue
        if line.parent not in by_code:
            yield (*places[line.code], "parent"), f"{line.code}: no such line {line.parent}"
        elif _hangs_below_itself(line, by_code):
            yield (*places[line.code], "parent"), f"{line.code} hangs below itself"
        else:
            below[line.parent, line.unit].append(line)
    for (parent, unit), children in below.items():
        above, total = by_code[parent], sum(child.cap for child in children)
        if above.enforced and above.unit == unit and total > above.cap:
            yield (
                (*places[parent], "cap"),
                f"{parent} has {above.cap:,} {unit}, but the lines under it have {total:,}: "
                + ", ".join(child.code for child in children),
            )


def _hangs_below_itself(line: LineDefinition, by_code: Mapping[str, LineDefinition]) -> bool:
    seen: set[str] = set()
    at = line.parent
    while at is not None and at in by_code and at not in seen:
        seen.add(at)
        at = by_code[at].parent
    return line.code in seen


# --- a call ---


def call(definition: CallDefinition, lines: Iterable[LineDefinition]) -> Iterator[Found]:
    caps = {line.code: line.cap for line in lines}
    yield from words(definition, definition.languages)
    yield from doubles(definition)
    if definition.program.line not in caps:
        yield ("program", "line"), f"the plan has no line {definition.program.line}"
    for place, component in enumerate(definition.components):
        yield from _component(definition, component, ("components", place), caps)
    for place, section in enumerate(definition.sections):
        yield from _section(section, ("sections", place))
    yield from _stages(definition)
    yield from _tracks(definition)
    if definition.awards.promote and not definition.bundle_is_fixed:
        yield ("awards", "promote"), "a reserve list is promoted where every award gets the same: fix all components"


def _component(
    definition: CallDefinition, component: Component, path: Place, caps: Mapping[str, int]
) -> Iterator[Found]:
    if "line" not in component.binds and component.unbound_line is None:
        yield (*path, "unbound_line"), "where the line does not bind, the money is booked on an unbound_line"
        return
    if component.kind == "resource":
        yield from _resource(definition, component, path, caps)
    elif component.kind == "place":
        yield from _place(definition, component, path, caps)
    elif component.kind == "monthly":
        yield from _monthly(definition, component, path, caps)
    else:
        yield from _money(definition, component, path, caps)


def _money(definition: CallDefinition, component: Component, path: Place, caps: Mapping[str, int]) -> Iterator[Found]:
    for year in component.years or definition.years:
        line = component.line_of(year)
        if line not in caps:
            yield (*path, "line"), f"the plan has no line {line}"
        elif "line" in component.binds and (component.award_cap or 0) > caps[line]:
            reason = f"{component.award_cap:,} for one award is more than the whole line {line} has ({caps[line]:,})"
            yield (*path, "max_per_year"), reason
    if not (component.is_asked or component.shared or component.award_cap or component.rank_caps or component.fixed):
        yield (*path, "asked"), f"{component.code} is not asked for: say how much (max_per_year, rank_caps or fixed)"


def _monthly(definition: CallDefinition, component: Component, path: Place, caps: Mapping[str, int]) -> Iterator[Found]:
    if component.fixed is None:
        yield (*path, "fixed"), "an amount a month is fixed: say how much"
    for year in sorted(
        {year for year, _ in months_from(definition.first_month, component.months or definition.months)}
    ):
        if component.line_of(year) not in caps:
            yield (*path, "line"), f"the plan has no line {component.line_of(year)}"


def _place(definition: CallDefinition, component: Component, path: Place, caps: Mapping[str, int]) -> Iterator[Found]:
    if component.fixed is None:
        yield (*path, "fixed"), "places are fixed: say how many each award takes"
    tracks = [track.code for track in definition.tracks]
    for line in [f"{component.line}_{track}" for track in tracks] if component.by_track else [component.line]:
        if line not in caps:
            yield (*path, "line"), f"the plan has no line {line}"


def _resource(
    definition: CallDefinition, component: Component, path: Place, caps: Mapping[str, int]
) -> Iterator[Found]:
    months = months_from(definition.first_month, definition.months)
    if not component.options:
        yield (*path, "options"), "a resource needs at least one option"
    largest = 0
    for place, option in enumerate(component.options):
        pools = [f"{option.pool}_{year}_{month:02d}" for year, month in months] if option.pool else []
        if unknown := [pool for pool in pools if pool not in caps]:
            more = f" and {len(unknown) - 1} more months" if len(unknown) > 1 else ""
            yield (*path, "options", place, "pool"), f"the plan has no pool {unknown[0]}{more}"
        largest += min((caps.get(pool, 0) for pool in pools), default=component.max_quantity or 0)
    if component.max_quantity is not None and component.max_quantity > largest:
        yield (*path, "max_quantity"), f"{component.max_quantity:,} is more than all pools together have ({largest:,})"
    if any(option.unit_value for option in component.options):
        for year in sorted({year for year, _ in months}):
            if component.line_of(year) not in caps:
                yield (*path, "line"), f"the plan has no line {component.line_of(year)}"


def _section(section: Section, path: Place) -> Iterator[Found]:
    earlier: dict[str, Question] = {}
    for place, question in enumerate(section.questions):
        here = (*path, "questions", place)
        if (condition := question.shown_if) is not None:
            other = earlier.get(condition.question)
            codes = {choice.code for choice in other.choices} if other else set()
            if other is None:
                yield (*here, "shown_if"), f"{condition.question} is no earlier question of the section {section.code}"
            elif codes and (unknown := sorted(set(condition.equals) - codes)):
                yield (*here, "shown_if"), f"{condition.question} has no choice {', '.join(unknown)}"
        yield from _question(question, here)
        earlier[question.code] = question


def _question(question: Question, path: Place) -> Iterator[Found]:
    if question.kind in ("choice", "choices", "ranked") and not question.choices:
        yield (*path, "choices"), f"{question.code} has nothing to choose from"
    if question.kind in ("table", "repeat") and not question.columns:
        yield (*path, "columns"), f"{question.code} has no columns"
    for place, column in enumerate(question.columns):
        if column.shown_if is not None:
            yield (*path, "columns", place, "shown_if"), "the columns of a table are always shown"
        yield from _question(column, (*path, "columns", place))


def _stages(definition: CallDefinition) -> Iterator[Found]:
    known = {section.code for section in definition.sections}
    for place, stage in enumerate(definition.stages):
        path: Place = ("stages", place)
        total = sum(criterion.points for criterion in stage.criteria)
        if total != 100:
            yield (*path, "criteria"), f"the points of {stage.code} sum to {total}, not to 100"
        if place and stage.keep >= (before := definition.stages[place - 1]).keep:
            yield (*path, "keep"), f"{stage.code} keeps {stage.keep}; {before.code} before it keeps {before.keep}"
        if unknown := sorted(set(stage.sections) - known):
            yield (*path, "sections"), f"the call has no section {', '.join(unknown)}"
    if not any(stage.awards for stage in definition.stages):
        yield ("stages",), "no stage awards"


def _tracks(definition: CallDefinition) -> Iterator[Found]:
    """Every track is somebody's answer to one required question, and the tracks keep what their stage keeps."""
    groups = {group.code for group in definition.track_groups}
    stages = {stage.code: stage.keep for stage in definition.stages}
    for place, track in enumerate(definition.tracks):
        if track.group is not None and track.group not in groups:
            yield ("tracks", place, "group"), f"the call has no group {track.group}"
        if set(track.keep) != set(stages):
            yield ("tracks", place, "keep"), f"{track.code} says how many it keeps of each of: {', '.join(stages)}"
    for place, stage in enumerate(definition.stages):
        kept = sum(track.keep.get(stage.code, 0) for track in definition.tracks)
        if definition.tracks and kept != stage.keep:
            yield ("stages", place, "keep"), f"{stage.code} keeps {stage.keep}, its tracks together {kept}"
    if (definition.track_by is None) != (not definition.tracks):
        yield ("track_by",), "tracks and the question that chooses one (track_by) belong together"
    elif definition.track_by is not None:
        yield from _track_by(definition, definition.track_by)


def _track_by(definition: CallDefinition, path: str) -> Iterator[Found]:
    section, _, code = path.partition(".")
    asked = next((s for s in definition.sections_to_apply_with if s.code == section and s.editor == "team"), None)
    question = next((q for q in asked.questions if q.code == code), None) if asked else None
    if question is None or question.kind not in ("choice", "ranked") or not question.required or question.shown_if:
        yield ("track_by",), f"{path} is no required choice of a section that every team fills in"
    elif {choice.code for choice in question.choices} != {track.code for track in definition.tracks}:
        yield ("track_by",), f"the choices of {path} are not the call's tracks"
