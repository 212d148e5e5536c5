"""What the budget pages show: lines as nested nodes for the drawn tree, resource pools by month."""

from __future__ import annotations

import os.path
import re
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from flask import url_for

from portal.budgets.models import BudgetLine, LineStatus, MovementKind
from portal.platform.language import Text

KINDS = {
    MovementKind.RESERVE: Text("예약", "Reserved"),
    MovementKind.COMMIT: Text("확약", "Committed"),
    MovementKind.OBLIGATE: Text("지급 의무 발생", "Obligated"),
    MovementKind.DISBURSE: Text("지급", "Disbursed"),
    MovementKind.RELEASE: Text("예약 해제", "Released"),
    MovementKind.LAPSE: Text("기한 경과로 해제", "Lapsed"),
    MovementKind.RECOVER: Text("회수", "Recovered"),
}
PLANNED = Text("미편성", "not yet appropriated")


def is_monthly(line: BudgetLine) -> bool:
    return line.month is not None


def roots(lines: Sequence[BudgetLine]) -> list[dict[str, Any]]:
    """The money lines in sight as trees; a line whose parent is out of sight stands at the top."""
    shown = [line for line in lines if not is_monthly(line)]
    ids = {line.id for line in shown}
    children: dict[int | None, list[BudgetLine]] = defaultdict(list)
    for line in shown:
        children[line.parent_id if line.parent_id in ids else None].append(line)
    return [_node(line, children) for line in children[None]]


def _node(line: BudgetLine, children: dict[int | None, list[BudgetLine]]) -> dict[str, Any]:
    return {
        "name": line.names,
        "cap": line.cap,
        "used": line.used,
        "unit": line.unit,
        "mark": line.mark,
        "status": PLANNED if line.status is LineStatus.PLANNED else "",
        "url": url_for("budgets.line", public_id=line.public_id),
        "children": [_node(child, children) for child in children[line.id]],
    }


def pools(lines: Sequence[BudgetLine]) -> list[dict[str, Any]]:
    """Each resource pool with its months in order; a pool is the monthly lines whose code differs by month only."""
    found: dict[str, list[BudgetLine]] = defaultdict(list)
    for line in lines:
        if is_monthly(line):
            found[line.code.rsplit("_", 2)[0]].append(line)
    return [_pool(code, months) for code, months in sorted(found.items())]


def _shared_names(months: list[BudgetLine]) -> dict[str, str]:
    """What the names of the months begin with, without the beginning of their dates."""
    shared = {}
    for lang, first in months[0].names.items():
        start = os.path.commonprefix([line.names[lang] for line in months])  # noqa: RUF071 - letters, not paths
        shared[lang] = re.sub(r"[ ,]*\d*$", "", start) or first
    return shared


def _pool(code: str, months: list[BudgetLine]) -> dict[str, Any]:
    ordered = sorted(months, key=lambda line: (line.year or 0, line.month or 0))
    return {
        "code": code,
        "names": _shared_names(ordered),
        "unit": ordered[0].unit,
        "mark": ordered[0].mark,
        "months": [
            {
                "label": Text(f"{line.year}. {line.month}.", f"{line.month}/{line.year}"),
                "used": line.used,
                "cap": line.cap,
                "url": url_for("budgets.line", public_id=line.public_id),
            }
            for line in ordered
        ],
    }


class EntryPage:
    """What the pagination macro reads."""

    def __init__(self, line: BudgetLine, number: int, total: int, size: int) -> None:
        self.line, self.number, self.total = line, number, total
        self.pages = max(1, -(-total // size))

    def url_for(self, number: int) -> str:
        return url_for("budgets.line", public_id=self.line.public_id, page=number)
