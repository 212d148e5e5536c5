"""What a program file and the plan must also hold, beyond the shape of each part.

Every check yields (path, reason): the path of the value in the file, so that the loader can name its line and the
editor its page; the reason in both languages.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from portal.platform.language import Text
from portal.programs.catalog_checks import form, stages, support
from portal.programs.catalog_checks.found import Found, Line, Place, no_line
from portal.programs.catalog_checks.texts import doubles, words
from portal.programs.catalog_checks.tree import months_from, plan
from portal.programs.definition import CallDefinition

__all__ = ["Found", "Line", "Place", "call", "doubles", "months_from", "plan", "words"]


def call(definition: CallDefinition, lines: Iterable[Line]) -> Iterator[Found]:
    """`lines`: those of the plan, or of the books."""
    known = list(lines)
    caps, units = {line.code: line.cap for line in known}, {line.code: line.unit for line in known}
    yield from words(definition, definition.languages)
    yield from doubles(definition)
    if definition.program.line not in caps:
        yield ("program", "line"), no_line(definition.program.line)
    for place, component in enumerate(definition.components):
        yield from support.lines_of(definition, component, ("components", place), caps)
    for place, section in enumerate(definition.sections):
        yield from form.answers_of(section, ("sections", place), definition.languages)
    yield from support.currency(definition, units)
    for place, asked in enumerate(definition.eligibility_check):
        yield from form.eligibility(definition, asked, ("eligibility_check", place))
    yield from stages.steps(definition)
    yield from stages.references(definition)
    yield from stages.tracks(definition)
    if definition.awards.promote and not definition.bundle_is_fixed:
        yield (
            ("awards", "promote"),
            Text(
                "예비 순위 승계는 모두가 같은 지원을 받을 때만 할 수 있습니다. 모든 지원 항목의 양을 고정해 주십시오.",
                "a reserve list is promoted where every award gets the same: fix all components",
            ),
        )
