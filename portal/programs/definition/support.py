"""What can be given, and the lines that pay for it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from portal.programs.definition.words import Code, Mark, Part, Words

Month = Annotated[str, Field(pattern=r"^\d{4}-(0[1-9]|1[0-2])$")]


class CostCategory(Part):
    code: Code
    names: Words
    indirect: bool = False
    mark: Mark | None = None


class ComponentOption(Part):
    """One type of a component, e.g. a GPU model. `pool` names the resource line per month as `<pool>_<YYYY>_<MM>`."""

    code: Code
    names: Words
    pool: Code | None = None
    unit_value: int | None = None  # currency minor units per unit and month, charged to the component's money line
    unit_value_mark: Mark | None = None
    unit_value_source: Words = {}


class Component(Part):
    """One part of the award bundle.

    money: amounts per year, charged to `<line>_<year>`. resource: a quantity of an option for months from the call's
    first month, charged to the option's monthly pool and, by its unit value, to the money line. monthly: an amount a
    month, charged to `<line>_<year>` by the months that fall into each year. place: a head-count, charged to `line`
    (with `by_track`, to `<line>_<track>`).

    `fixed`: everybody awarded gets just this much (an amount a month, or places) and nobody asks for it.
    `binds`: which of two caps hold, the line's and the award's own (`max_per_year`); where the line does not bind, the
    money is booked on `<unbound_line>_<year>`, which is shown and never a limit. `rank_caps`: the most for ranks 1,
    2, ... of what nobody asks for.
    """

    code: Code
    names: Words
    kind: Literal["money", "resource", "monthly", "place"]
    unit: str
    operator: str = ""
    line: Code
    options: list[ComponentOption] = []
    years: list[int] = []
    max_per_year: int | None = None
    max_quantity: int | None = None
    least: int | None = None  # below this the work cannot be done: at least this much (money: a year) or nothing
    months: int | None = None  # monthly: for how many months; empty: the call's
    fixed: int | None = None
    by_track: bool = False
    asked: bool = True  # applicants ask for it; otherwise the panel gives it within the caps
    rank_caps: list[int] = []
    binds: list[Literal["line", "award"]] = ["line", "award"]
    unbound_line: Code | None = None
    optional: bool = True
    excluded_for: list[str] = []  # flags of a team, e.g. gpu_supplier, that may not receive this component
    matched: bool = False
    shared: bool = False  # a pool used jointly by the awarded teams, not asked for by each
    note: Words = {}
    mark: Mark | None = None

    @property
    def is_asked(self) -> bool:
        """Applicants ask for it."""
        return self.asked and self.fixed is None and not self.shared

    @property
    def is_money(self) -> bool:
        return self.kind in ("money", "monthly")

    @property
    def counts_months(self) -> bool:
        return self.kind in ("resource", "monthly")

    @property
    def award_cap(self) -> int | None:
        """The most of it for one award in one year, where that cap binds."""
        return self.max_per_year if "award" in self.binds else None

    def line_of(self, year: int) -> str:
        """The line that pays the money of a year."""
        return f"{self.line if 'line' in self.binds else self.unbound_line}_{year}"


class CommitteeRule(Part):
    """A deliberation committee confirms the panel's result, or returns it with a reason, before it is approved: more
    than half of its members present, more than half of those present in favour."""

    names: Words
    max_members: Annotated[int, Field(ge=3)] = 20
    article: Words = {}
    mark: Mark | None = None


class AwardRule(Part):
    max_count: int
    may_select_fewer: bool = True
    may_select_none: bool = True
    second_approver_above: int = 0
    acceptance_days: int = 14
    promote: bool = False  # a place given up goes to the next on the reserve list, checked anew
    over_cap: Literal["stop", "skip"] = "stop"  # in rank order, where the next does not fit under a cap
    committee: CommitteeRule | None = None  # of decisions that award
    reserve_days: int = 0  # how long the reserve list may be drawn on after publication; 0: as long as the call runs
    mark: Mark | None = None


class LineDefinition(Part):
    """A budget line of the plan's tree (`catalog/plan.toml`), in integer units."""

    code: Code
    parent: Code | None = None
    names: Words
    unit: str = "KRW"
    cap: int
    enforced: bool = True
    status: Literal["appropriated", "planned"] = "appropriated"
    year: int | None = None
    month: int | None = None
    office: Words = {}
    note: Words = {}
    mark: Mark


class PoolDefinition(Part):
    """Shorthand of a resource pool: one line `<code>_<YYYY>_<MM>` with the same cap for each month `from`..`to`."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    code: Code
    parent: Code | None = None
    names: Words
    unit: str
    cap: int
    first: Annotated[Month, Field(alias="from")]
    last: Annotated[Month, Field(alias="to")]
    enforced: bool = True
    status: Literal["appropriated", "planned"] = "appropriated"
    office: Words = {}
    note: Words = {}
    mark: Mark


class PlanDefinition(Part):
    line: list[LineDefinition]
    pool: list[PoolDefinition] = []
