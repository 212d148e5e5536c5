"""What a program file and the plan must also hold, beyond the shape of each part.

Every check yields (path, reason): the path of the value in the file, so that the loader can name its line and the
editor its page; the reason in both languages.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Protocol

from pydantic import BaseModel

from portal.platform.formats import quantity
from portal.platform.language import Text, speaking
from portal.programs.definition import (
    CallDefinition,
    Component,
    EligibilityQuestion,
    LineDefinition,
    Question,
    Section,
)

Place = tuple[str | int, ...]


class Line(Protocol):
    @property
    def code(self) -> str: ...
    @property
    def cap(self) -> int: ...
    @property
    def unit(self) -> str: ...


Found = tuple[Place, Text]
NOT_WORDS = frozenset({"facts", "params", "marks"})  # mappings of strings that nobody reads as a sentence


def months_from(first_month: str, count: int) -> list[tuple[int, int]]:
    """`count` (year, month) pairs from `YYYY-MM`."""
    year, month = (int(part) for part in first_month.split("-"))
    start = year * 12 + month - 1
    return [(n // 12, n % 12 + 1) for n in range(start, start + count)]


LANGUAGE_WORDS = {"ko": Text("한국어", "Korean"), "en": Text("영어", "English")}


def _no_text(languages: Sequence[str]) -> Text:
    names = [LANGUAGE_WORDS.get(code, Text(code, code)) for code in languages]
    return Text(
        f"{', '.join(name.ko for name in names)} 글이 없습니다.", f"has no text in {', '.join(n.en for n in names)}"
    )


def _twice(code: str) -> Text:
    return Text(f"코드 {code}이(가) 두 번 있습니다.", f"the code {code} stands twice")


def _no_line(code: str) -> Text:
    return Text(f"예산에 {code} 항목이 없습니다.", f"the plan has no line {code}")


def _no_pool(unknown: Sequence[str]) -> Text:
    more = len(unknown) - 1
    return Text(
        f"예산에 {unknown[0]} 자원이 없습니다." + (f" 다른 {more}개월도 없습니다." if more else ""),
        f"the plan has no pool {unknown[0]}" + (f" and {more} more months" if more else ""),
    )


def _more_than_line(asked: int, line: str, cap: int, unit: str) -> Text:
    with speaking("ko"):
        ko = f"선정 한 건의 상한 {quantity(asked, unit)}이(가) {line} 항목 전체({quantity(cap, unit)})보다 많습니다."
    with speaking("en"):
        en = f"{quantity(asked, unit)} for one award is more than the whole line {line} has ({quantity(cap, unit)})"
    return Text(ko, en)


def _more_than_above(parent: str, cap: int, unit: str, total: int, children: Sequence[str]) -> Text:
    under = ", ".join(children)
    return Text(
        f"{parent} 항목은 {cap:,} {unit}인데 그 아래 항목의 합이 {total:,}입니다: {under}",
        f"{parent} has {cap:,} {unit}, but the lines under it have {total:,}: {under}",
    )


# --- of any file ---


def words(part: BaseModel, languages: Sequence[str], path: Place = ()) -> Iterator[Found]:
    """Every text has every language of the call, and none is blank."""
    for name, field in type(part).model_fields.items():
        if name in NOT_WORDS:
            continue
        value = getattr(part, name)
        if isinstance(value, dict) and not value and field.is_required():
            yield (*path, name), _no_text(languages)
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
                yield path, _no_text([language])
        for language in sorted(set(value) - set(languages)):
            yield (
                (*path, language),
                Text(f"{language}는 공고의 언어가 아닙니다.", f"{language} is not among the call's languages"),
            )


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
                    yield (*path, name, place, "code"), _twice(code)
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
            yield (
                (*places[line.code], "parent"),
                Text(f"{line.code}: {line.parent} 항목이 없습니다.", f"{line.code}: no such line {line.parent}"),
            )
        elif _hangs_below_itself(line, by_code):
            yield (
                (*places[line.code], "parent"),
                Text(f"{line.code} 항목이 자기 아래에 있습니다.", f"{line.code} hangs below itself"),
            )
        else:
            below[line.parent, line.unit].append(line)
    for (parent, unit), children in below.items():
        above, total = by_code[parent], sum(child.cap for child in children)
        if above.enforced and above.unit == unit and total > above.cap:
            yield (
                (*places[parent], "cap"),
                _more_than_above(parent, above.cap, unit, total, [child.code for child in children]),
            )


def _hangs_below_itself(line: LineDefinition, by_code: Mapping[str, LineDefinition]) -> bool:
    seen: set[str] = set()
    at = line.parent
    while at is not None and at in by_code and at not in seen:
        seen.add(at)
        at = by_code[at].parent
    return line.code in seen


# --- a call ---


def call(definition: CallDefinition, lines: Iterable[Line]) -> Iterator[Found]:
    """`lines`: those of the plan, or of the books."""
    known = list(lines)
    caps, units = {line.code: line.cap for line in known}, {line.code: line.unit for line in known}
    yield from words(definition, definition.languages)
    yield from doubles(definition)
    if definition.program.line not in caps:
        yield ("program", "line"), _no_line(definition.program.line)
    for place, component in enumerate(definition.components):
        yield from _component(definition, component, ("components", place), caps)
    for place, section in enumerate(definition.sections):
        yield from _section(section, ("sections", place), definition.languages)
    yield from _currency(definition, units)
    for place, asked in enumerate(definition.eligibility_check):
        yield from _eligibility(definition, asked, ("eligibility_check", place))
    yield from _stages(definition)
    yield from _references(definition)
    yield from _tracks(definition)
    if definition.awards.promote and not definition.bundle_is_fixed:
        yield (
            ("awards", "promote"),
            Text(
                "예비 순위 승계는 모두가 같은 지원을 받을 때만 할 수 있습니다. 모든 지원 항목의 양을 고정해 주십시오.",
                "a reserve list is promoted where every award gets the same: fix all components",
            ),
        )


def _currency(definition: CallDefinition, units: Mapping[str, str]) -> Iterator[Found]:
    """Money comes from lines of the call's own currency."""
    for place, component in enumerate(definition.components):
        for year in component.years or definition.years if component.is_money else []:
            line = component.line_of(year)
            if units.get(line, definition.currency) != definition.currency:
                yield (
                    ("components", place, "line"),
                    Text(
                        f"{line} 항목은 {units[line]}이고 공고는 {definition.currency}입니다.",
                        f"the line {line} is kept in {units[line]}, the call in {definition.currency}",
                    ),
                )


def _component(
    definition: CallDefinition, component: Component, path: Place, caps: Mapping[str, int]
) -> Iterator[Found]:
    if "line" not in component.binds and component.unbound_line is None:
        yield (
            (*path, "unbound_line"),
            Text(
                "예산 항목의 한도를 적용하지 않을 때는 금액을 기록할 항목(unbound_line)이 필요합니다.",
                "where the line does not bind, the money is booked on an unbound_line",
            ),
        )
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
            yield (*path, "line"), _no_line(line)
        elif "line" in component.binds and (component.award_cap or 0) > caps[line]:
            yield (
                (*path, "max_per_year"),
                _more_than_line(component.award_cap or 0, line, caps[line], definition.currency),
            )
    if not (component.is_asked or component.shared or component.award_cap or component.rank_caps or component.fixed):
        yield (
            (*path, "asked"),
            Text(
                f"{component.code}은(는) 신청받지 않으므로 얼마인지 정해야 합니다(연간 상한, 순위별 상한 또는 고정).",
                f"{component.code} is not asked for: say how much (max_per_year, rank_caps or fixed)",
            ),
        )


def _monthly(definition: CallDefinition, component: Component, path: Place, caps: Mapping[str, int]) -> Iterator[Found]:
    if component.fixed is None:
        yield (*path, "fixed"), Text("월 지원액을 정해 주십시오.", "an amount a month is fixed: say how much")
    for year in sorted(
        {year for year, _ in months_from(definition.first_month, component.months or definition.months)}
    ):
        if component.line_of(year) not in caps:
            yield (*path, "line"), _no_line(component.line_of(year))


def _place(definition: CallDefinition, component: Component, path: Place, caps: Mapping[str, int]) -> Iterator[Found]:
    if component.fixed is None:
        yield (
            (*path, "fixed"),
            Text("선정마다 몇 자리를 쓰는지 정해 주십시오.", "places are fixed: say how many each award takes"),
        )
    tracks = [track.code for track in definition.tracks]
    for line in [f"{component.line}_{track}" for track in tracks] if component.by_track else [component.line]:
        if line not in caps:
            yield (*path, "line"), _no_line(line)


def _resource(
    definition: CallDefinition, component: Component, path: Place, caps: Mapping[str, int]
) -> Iterator[Found]:
    months = months_from(definition.first_month, definition.months)
    if not component.options:
        yield (
            (*path, "options"),
            Text("현물 자원에는 종류가 하나 이상 필요합니다.", "a resource needs at least one option"),
        )
    largest = 0
    for place, option in enumerate(component.options):
        pools = [f"{option.pool}_{year}_{month:02d}" for year, month in months] if option.pool else []
        if unknown := [pool for pool in pools if pool not in caps]:
            yield (*path, "options", place, "pool"), _no_pool(unknown)
        largest += min((caps.get(pool, 0) for pool in pools), default=component.max_quantity or 0)
    if component.max_quantity is not None and component.max_quantity > largest:
        yield (
            (*path, "max_quantity"),
            Text(
                f"{component.max_quantity:,}은(는) 모든 자원을 합한 {largest:,}보다 많습니다.",
                f"{component.max_quantity:,} is more than all pools together have ({largest:,})",
            ),
        )
    if any(option.unit_value for option in component.options):
        for year in sorted({year for year, _ in months}):
            if component.line_of(year) not in caps:
                yield (*path, "line"), _no_line(component.line_of(year))


def _section(section: Section, path: Place, languages: Sequence[str]) -> Iterator[Found]:
    earlier: dict[str, Question] = {}
    for place, question in enumerate(section.questions):
        here = (*path, "questions", place)
        if (condition := question.shown_if) is not None:
            other = earlier.get(condition.question)
            codes = {choice.code for choice in other.choices} if other else set()
            if other is None:
                yield (
                    (*here, "shown_if"),
                    Text(
                        f"{condition.question}은(는) {section.code} 항목의 앞선 질문이 아닙니다.",
                        f"{condition.question} is no earlier question of the section {section.code}",
                    ),
                )
            elif codes and (unknown := sorted(set(condition.equals) - codes)):
                yield (
                    (*here, "shown_if"),
                    Text(
                        f"{condition.question}에 선택지 {', '.join(unknown)}이(가) 없습니다.",
                        f"{condition.question} has no choice {', '.join(unknown)}",
                    ),
                )
        yield from _question(question, here, languages)
        earlier[question.code] = question


def _question(question: Question, path: Place, languages: Sequence[str]) -> Iterator[Found]:
    if question.kind in ("choice", "choices", "ranked") and not question.choices:
        yield (
            (*path, "choices"),
            Text(f"{question.code}에 선택지가 없습니다.", f"{question.code} has nothing to choose from"),
        )
    if question.both_languages and len(languages) < 2:
        yield (
            (*path, "both_languages"),
            Text("두 언어로 쓰는 질문은 두 언어의 공고에만 둘 수 있습니다.", "the call has one language only"),
        )
    if question.kind in ("table", "repeat") and not question.columns:
        yield (*path, "columns"), Text(f"{question.code}에 열이 없습니다.", f"{question.code} has no columns")
    for place, column in enumerate(question.columns):
        if column.shown_if is not None:
            yield (
                (*path, "columns", place, "shown_if"),
                Text("표의 열은 언제나 보입니다.", "the columns of a table are always shown"),
            )
        yield from _question(column, (*path, "columns", place), languages)


def _eligibility(definition: CallDefinition, asked: EligibilityQuestion, path: Place) -> Iterator[Found]:
    """Somebody can pass, whoever does not is told why, and what is carried over fits the question that it fills."""
    if not any(choice.verdict == "passes" for choice in asked.choices):
        yield (*path, "choices"), Text(f"{asked.code}에 통과하는 답이 없습니다.", f"nobody passes {asked.code}")
    for place, choice in enumerate(asked.choices):
        if choice.verdict != "passes" and not any(choice.reason.values()):
            yield (
                (*path, "choices", place, "reason"),
                Text(
                    f"{choice.code}이(가) 왜 통과하지 못하는지 써 주십시오.",
                    f"{asked.code}: say why {choice.code} does not pass",
                ),
            )
    if asked.fills is not None:
        yield from _fills(definition, asked, asked.fills, (*path, "fills"))


def _fills(definition: CallDefinition, asked: EligibilityQuestion, fills: str, path: Place) -> Iterator[Found]:
    section, _, code = fills.partition(".")
    team = next((s for s in definition.sections_to_apply_with if s.code == section and s.editor == "team"), None)
    question = next((q for q in team.questions if q.code == code), None) if team else None
    if question is None or question.kind != "choice":
        yield (
            path,
            Text(
                f"{fills}은(는) 모든 팀이 답하는 선택 질문이 아닙니다.",
                f"{fills} is no choice of a section that every team fills in",
            ),
        )
    elif unknown := sorted({c.code for c in asked.choices} - {c.code for c in question.choices}):
        names = ", ".join(unknown)
        yield path, Text(f"{fills}에 선택지 {names}이(가) 없습니다.", f"{fills} has no choice {names}")


def _stages(definition: CallDefinition) -> Iterator[Found]:
    known = {section.code for section in definition.sections}
    for place, stage in enumerate(definition.stages):
        path: Place = ("stages", place)
        total = sum(criterion.points for criterion in stage.criteria)
        if total != 100:
            yield (
                (*path, "criteria"),
                Text(
                    f"{stage.code} 단계의 배점 합계가 {total}점입니다. 100점이 되어야 합니다.",
                    f"the points of {stage.code} sum to {total}, not to 100",
                ),
            )
        if place and stage.keep >= (before := definition.stages[place - 1]).keep:
            yield (
                (*path, "keep"),
                Text(
                    f"{stage.code} 단계는 {stage.keep}건을 남기는데, 앞의 {before.code} 단계가 {before.keep}건을 남깁니다.",
                    f"{stage.code} keeps {stage.keep}; {before.code} before it keeps {before.keep}",
                ),
            )
        if unknown := sorted(set(stage.sections) - known):
            yield (
                (*path, "sections"),
                Text(f"공고에 {', '.join(unknown)} 항목이 없습니다.", f"the call has no section {', '.join(unknown)}"),
            )
    if not any(stage.awards for stage in definition.stages):
        yield ("stages",), Text("선정하는 단계가 없습니다.", "no stage awards")


def _references(definition: CallDefinition) -> Iterator[Found]:
    """A letter must be there while the first stage still reviews."""
    rule, first = definition.references, definition.stages[0] if definition.stages else None
    if rule is None or first is None:
        return
    if rule.due_days > (before := first.days - first.review_days):
        yield (
            ("references", "due_days"),
            Text(
                f"추천서는 마감 뒤 {rule.due_days}일까지 오는데, {first.code} 단계는 {before}일째부터 평가합니다.",
                f"letters come up to {rule.due_days} days after the deadline, but {first.code} is reviewed from day {before}",
            ),
        )


def _tracks(definition: CallDefinition) -> Iterator[Found]:
    """Every track is somebody's answer to one required question, and the tracks keep what their stage keeps."""
    groups = {group.code for group in definition.track_groups}
    stages = {stage.code: stage.keep for stage in definition.stages}
    for place, track in enumerate(definition.tracks):
        if track.group is not None and track.group not in groups:
            yield (
                ("tracks", place, "group"),
                Text(f"공고에 {track.group} 묶음이 없습니다.", f"the call has no group {track.group}"),
            )
        if set(track.keep) != set(stages):
            yield (
                ("tracks", place, "keep"),
                Text(
                    f"{track.code} 분야가 다음 단계마다 몇 건을 남기는지 정해 주십시오: {', '.join(stages)}",
                    f"{track.code} says how many it keeps of each of: {', '.join(stages)}",
                ),
            )
    for place, stage in enumerate(definition.stages):
        kept = sum(track.keep.get(stage.code, 0) for track in definition.tracks)
        if definition.tracks and kept != stage.keep:
            yield (
                ("stages", place, "keep"),
                Text(
                    f"{stage.code} 단계는 {stage.keep}건을 남기는데 분야를 합하면 {kept}건입니다.",
                    f"{stage.code} keeps {stage.keep}, its tracks together {kept}",
                ),
            )
    if (definition.track_by is None) != (not definition.tracks):
        yield (
            ("track_by",),
            Text(
                "분야와, 분야를 고르는 질문(track_by)은 함께 있어야 합니다.",
                "tracks and the question that chooses one (track_by) belong together",
            ),
        )
    elif definition.track_by is not None:
        yield from _track_by(definition, definition.track_by)


def _track_by(definition: CallDefinition, path: str) -> Iterator[Found]:
    section, _, code = path.partition(".")
    asked = next((s for s in definition.sections_to_apply_with if s.code == section and s.editor == "team"), None)
    question = next((q for q in asked.questions if q.code == code), None) if asked else None
    if question is None or question.kind not in ("choice", "ranked") or not question.required or question.shown_if:
        yield (
            ("track_by",),
            Text(
                f"{path}은(는) 모든 팀이 쓰는 항목의 필수 선택 질문이 아닙니다.",
                f"{path} is no required choice of a section that every team fills in",
            ),
        )
    elif {choice.code for choice in question.choices} != {track.code for track in definition.tracks}:
        yield (
            ("track_by",),
            Text(f"{path}의 선택지가 공고의 분야와 같지 않습니다.", f"the choices of {path} are not the call's tracks"),
        )
