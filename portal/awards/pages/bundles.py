"""Bundles and caps in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from portal.awards import rules
from portal.awards.models import AwardComponent
from portal.awards.rules import Piece
from portal.budgets import queries as budgets
from portal.budgets.models import BudgetLine
from portal.budgets.rules import Line, Tree, sees_figures
from portal.platform.context import Actor
from portal.platform.formats import quantity
from portal.platform.language import Text, say
from portal.programs.definition import CallDefinition


def name_of(piece: Piece, definition: CallDefinition) -> str:
    """`GPU · NVIDIA B200`, `팀별 데이터 · 2025년`, `채용 인원 · 지능형 수소`, `인건비`."""
    component = definition.component(piece.component)
    if component.kind == "money":
        more = say(Text("{year}년", "{year}"), year=piece.year)
    elif piece.option:
        named = rules.option_of(component, piece.option) or definition.track(piece.option)
        more = say(named.names) if named else piece.option
    else:
        return say(component.names)
    return f"{say(component.names)} · {more}"


def size_of(piece: Piece, definition: CallDefinition) -> str:
    """`28억 원`, `512장 × 10개월`, `750만 원 × 12개월`, `1명`."""
    component = definition.component(piece.component)
    size = quantity(piece.quantity, definition.currency if component.is_money else component.unit)
    if not component.counts_months:
        return size
    months = say(Text("{n}개월", "{n} months"), n=piece.months)
    return f"{size} × {months}"


def period_of(piece: Piece, definition: CallDefinition) -> str:
    """The months of a resource: `2025. 8.~2026. 5.`."""
    months = rules.award_months(definition, piece.months)
    if not months:
        return ""
    (first_year, first), (last_year, last) = months[0], months[-1]
    return say(
        Text("{y1}. {m1}.~{y2}. {m2}.", "{m1}/{y1} to {m2}/{y2}"), y1=first_year, m1=first, y2=last_year, m2=last
    )


def rows(pieces: Iterable[Piece], definition: CallDefinition) -> list[dict[str, Any]]:
    """One line a piece: name, size, in-kind value, months."""
    found = []
    for piece in pieces:
        component = definition.component(piece.component)
        found.append(
            {
                "name": name_of(piece, definition),
                "size": size_of(piece, definition),
                "value": rules.value_of(piece, definition),
                "kind": component.kind,
                "period": period_of(piece, definition),
                "operator": component.operator,
            }
        )
    return found


def pieces_of(components: Iterable[AwardComponent]) -> list[Piece]:
    return [Piece(c.component, c.option, c.year, c.quantity, c.months) for c in components]


@dataclass(frozen=True)
class Cap:
    """One line beside the table: its cap, what others hold (known only to budget roles), what this table takes."""

    code: str
    names: Mapping[str, str]
    unit: str
    cap: int
    used: int
    now: int
    mark: str
    live: bool
    monthly: bool
    enforced: bool

    @property
    def left(self) -> int:
        return self.cap - self.used - self.now


def path_codes(tree: Tree, code: str) -> list[str]:
    """The line and those above it that count in the same unit: what one amount is held against."""
    line = tree.by_code.get(code)
    return [] if line is None else [step.code for step in tree.path(line) if step.unit == line.unit]


def caps(
    actor: Actor, definition: CallDefinition, pieces: Iterable[Piece], lines: Mapping[str, BudgetLine], tree: Tree
) -> list[Cap]:
    """Every line that the call's awards can charge, with what these pieces take of it.

    Holders of a budget role see the live line; others the published ceiling less this table alone, and no line
    above the program's.
    """
    sums = tree.affected({c: a for c, a in rules.bundle_charges(pieces, definition).items() if c in tree.by_code})
    wanted: dict[str, Line] = {}
    for code in rules.chargeable_lines(definition):
        for step in path_codes(tree, code):
            wanted.setdefault(step, tree.by_code[step])
    direct = set(rules.chargeable_lines(definition))
    found = []
    for code, line in sorted(wanted.items(), key=lambda item: item[1].id):
        row, live = lines[code], sees_figures(actor, tree.path(line))
        above = code not in direct and line.parent_id is None
        if not row.enforced or (above and not live):
            continue
        found.append(
            Cap(
                code=code, names=row.names, unit=row.unit, cap=row.cap, used=row.used if live else 0,
                now=sums.get(line.id, 0), mark=row.mark, live=live, monthly=row.month is not None,
                enforced=row.enforced,
            )
        )  # fmt: skip
    return found


def grouped(found: Iterable[Cap], definition: CallDefinition) -> dict[str, Any]:
    """Money lines one by one; the months of each pool together under its option's name, with the tightest."""
    options = {o.pool: o.names for component in definition.components for o in component.options if o.pool}
    money: list[Cap] = []
    pools: dict[str, list[Cap]] = {}
    for cap in found:
        if cap.monthly:
            pools.setdefault(cap.code.rsplit("_", 2)[0], []).append(cap)
        else:
            money.append(cap)
    return {
        "money": money,
        "pools": [
            {
                "names": options.get(code, months[0].names),
                "months": months,
                "tightest": min(months, key=lambda c: (c.left, c.code)),
            }
            for code, months in pools.items()
        ],
    }


def known_lines(tree: Tree) -> dict[str, BudgetLine]:
    return budgets.lines_by_code(tree.by_code)
