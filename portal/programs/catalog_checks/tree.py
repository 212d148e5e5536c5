"""The plan's tree: parents exist, nothing hangs below itself, and what lies under an enforced line fits into it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from portal.platform.language import Text
from portal.programs.catalog_checks.found import Found, Place, more_than_above
from portal.programs.definition import LineDefinition


def months_from(first_month: str, count: int) -> list[tuple[int, int]]:
    """`count` (year, month) pairs from `YYYY-MM`."""
    year, month = (int(part) for part in first_month.split("-"))
    start = year * 12 + month - 1
    return [(n // 12, n % 12 + 1) for n in range(start, start + count)]


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
                more_than_above(parent, above.cap, unit, total, [child.code for child in children]),
            )


def _hangs_below_itself(line: LineDefinition, by_code: Mapping[str, LineDefinition]) -> bool:
    seen: set[str] = set()
    at = line.parent
    while at is not None and at in by_code and at not in seen:
        seen.add(at)
        at = by_code[at].parent
    return line.code in seen
