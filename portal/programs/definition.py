"""The shape of a program file: what `catalog/*.toml` may say, typed.

A call freezes the whole definition as canonical JSON with its SHA-256 when it opens; every later feature reads the
frozen copy through `CallDefinition`. Words are mappings {"ko": .., "en": ..}, shown with `say()`. A `mark` tells where
a value comes from: S announced, F found in a public text, G general knowledge, I inferred, P assumed by this project.
"""

from __future__ import annotations

import hashlib
import json
from functools import lru_cache
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

Words = dict[str, str]
Mark = Literal["S", "F", "G", "I", "P"]
Code = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
InstitutionKind = Literal[
    "company_sme",
    "company_early_mid",
    "company_mid",
    "company_large",
    "university",
    "research_institute",
    "public_body",
]
INSTITUTION_KINDS: tuple[InstitutionKind, ...] = (
    "company_sme", "company_early_mid", "company_mid", "company_large", "university", "research_institute", "public_body",
)  # fmt: skip


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Choice(Part):
    code: Code
    names: Words


class ShownIf(Part):
    question: Code
    equals: list[str]


QuestionKind = Literal[
    "short_text", "long_text", "choice", "choices", "number", "money", "date", "people", "institutions",
    "requested_means", "table", "repeat", "document", "budget",
]  # fmt: skip


class Question(Part):
    """One question. `limit` counts characters; `columns` are the cells of a table or the fields of a repeat group."""

    code: Code
    names: Words
    kind: QuestionKind
    hint: Words = {}
    required: bool = True
    limit: int | None = None
    min: int | None = None
    max: int | None = None
    unit: str | None = None
    choices: list[Choice] = []
    columns: list[Question] = []
    rows: list[Choice] = []  # a table with fixed rows; empty: rows are added (repeat)
    max_pages: int | None = None  # document
    shown_if: ShownIf | None = None
    mark: Mark | None = None


class Section(Part):
    """`editor` institution: each institution fills its own slice; team: the whole team shares one copy."""

    code: Code
    names: Words
    guidance: Words = {}
    editor: Literal["team", "institution"] = "team"
    questions: list[Question]
    confirmed: bool = True  # representatives confirm this section
    mark: Mark | None = None


class AttachmentSlot(Part):
    code: Code
    names: Words
    hint: Words = {}
    per: Literal["application", "institution"] = "application"
    required: bool = True
    may_follow: bool = False
    kinds: list[Literal["pdf", "hwp", "hwpx", "xlsx", "png", "jpeg"]] = ["pdf"]
    max_pages: int | None = None
    max_megabytes: int = 50
    standard: bool = True  # False counts against the quota of non-standard forms (Manual 2-2: 3 at application)
    only_kinds: list[InstitutionKind] = []  # institution slots: asked of these kinds only; empty: of all
    mark: Mark | None = None


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

    kind money: amounts per year, charged to `line` + `_<year>`; kind resource: quantity of an option for months
    `from_month`..`to_month`, charged to the option's monthly pool and, by its unit value, to the money line.
    """

    code: Code
    names: Words
    kind: Literal["money", "resource"]
    unit: str
    operator: str = ""
    line: Code
    options: list[ComponentOption] = []
    years: list[int] = []
    max_per_year: int | None = None
    max_quantity: int | None = None
    optional: bool = True
    excluded_for: list[str] = []  # flags of a team, e.g. gpu_supplier, that may not receive this component
    matched: bool = False
    shared: bool = False  # a pool used jointly by the awarded teams, not asked for by each
    note: Words = {}
    mark: Mark | None = None


class Anchor(Part):
    share: int  # per cent of the criterion's points
    names: Words
    text: Words = {}


class Criterion(Part):
    """Points 0..`points`, whole numbers; reviewers give a reason of at least `min_reason` characters."""

    code: Code
    names: Words
    points: int
    guidance: Words = {}
    anchors: list[Anchor] = []
    min_reason: int = 20
    mark: Mark | None = None


class Condition(Part):
    """Pass or fail, apart from the points; can eliminate after scoring."""

    code: Code
    names: Words
    text: Words = {}
    mark: Mark | None = None


class PanelRule(Part):
    size: int
    reviews_per_entry: int
    min_foreign: int = 0
    min_industry: int = 0
    max_load: int = 100
    mark: Mark | None = None


class Stage(Part):
    """One scored step. `keep` entries go on (fewer or none is possible)."""

    code: Code
    names: Words
    form: Literal["paper", "presentation", "report"]
    keep: int
    criteria: list[Criterion]
    conditions: list[Condition] = []
    panel: PanelRule
    sections: list[Code] = []  # sections asked for at this stage only
    days: int  # planned working time from entry to published decision
    review_days: int
    minimum_points: int | None = None
    ties: list[Code] = []
    awards: bool = False  # the stage whose advancing entries are awarded
    mark: Mark | None = None


class ScreeningRule(Part):
    """`kind` names a pure check in screening/rules.py; `params` are its settings.

    `stages` names where it runs; empty: wherever the application itself is judged, so not on the report of a gate.
    """

    code: Code
    names: Words
    kind: str
    params: dict[str, int | str | list[str]] = {}
    stages: list[Code] = []
    article: Words = {}
    mark: Mark | None = None


class PointItem(Part):
    """One line of the published point sheet: `fact` of the application, worth `points` when the rule holds."""

    code: Code
    names: Words
    fact: str
    at_least: int | None = None
    equals: str | None = None
    points: int
    mark: Mark | None = None


class AwardRule(Part):
    max_count: int
    may_select_fewer: bool = True
    may_select_none: bool = True
    second_approver_above: int = 0
    acceptance_days: int = 14
    mark: Mark | None = None


class Disclosure(Part):
    scores: bool = False
    opinions: bool = True
    panel_list: bool = True


class ConflictGround(Part):
    code: Code
    names: Words
    severity: Literal["absolute", "waivable", "declared"]
    article: Words
    examples: Words = {}
    years: int | None = None
    asked: bool = True  # offered on the declaration page
    mark: Mark | None = None


class Appeal(Part):
    days: int
    skip_first_day: bool = True
    roll_over_holidays: bool = True
    grounds: list[Choice]
    not_appealable: list[Choice] = []
    article: Words
    mark: Mark | None = None


class MatchingRate(Part):
    """Shares in basis points (1/10,000). `cash` is of the own share, not of the total (Decree 19, table 1)."""

    kinds: list[InstitutionKind]
    government_max: int
    cash_min: int
    names: Words
    mark: Mark | None = None


class Regime(Part):
    """A named pack of law (`catalog/regimes/<code>.toml`)."""

    code: Code
    names: Words
    statement: Words
    country: str = "KR"
    conflict_grounds: list[ConflictGround]
    matching: list[MatchingRate] = []
    matching_article: Words = {}
    appeal: Appeal
    disclosure: Disclosure = Disclosure()
    disclosure_article: Words = {}
    call_days: int = 0
    max_non_standard_forms: int | None = None
    penalty_grounds: list[Choice] = []
    penalty_article: Words = {}
    marks: dict[str, Mark] = {}  # of single settings by their key, e.g. call_days


class EligibilityRule(Part):
    """What the call says in words; the check itself stands in `screening`."""

    code: Code
    text: Words
    article: Words = {}
    mark: Mark | None = None


class ProgramDefinition(Part):
    code: Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9]{1,15}$")]
    names: Words
    former: list[str] = []
    purpose: Words
    for_whom: Words
    how_much: Words
    ministry: Words
    operators: dict[str, Words] = {}
    announced_total: int | None = None
    announced_mark: Mark | None = None
    line: Code


class CallDefinition(Part):
    """A whole program file with its regime folded in: what a call freezes."""

    program: ProgramDefinition
    regime: Regime
    currency: str = "KRW"
    time_zone: str = "Asia/Seoul"
    languages: list[Literal["ko", "en"]] = ["ko", "en"]
    years: list[int]
    first_month: Annotated[str, Field(pattern=r"^\d{4}-\d{2}$")]  # award months run from here
    months: int
    open_days: int
    min_institutions: int = 1
    max_institutions: int = 30
    eligibility: list[EligibilityRule]
    sections: list[Section]
    attachments: list[AttachmentSlot]
    costs: list[CostCategory]
    components: list[Component]
    stages: list[Stage]
    screening: list[ScreeningRule]
    point_sheet: list[PointItem] = []
    point_sheet_decides: bool = False
    awards: AwardRule
    confirmations_may_follow: bool = True
    facts: dict[str, str] = {}
    marks: dict[str, Mark] = {}  # of single settings by their key, e.g. open_days

    @model_validator(mode="after")
    def _consistent(self) -> CallDefinition:
        for what, codes in (
            ("sections", [s.code for s in self.sections]),
            ("stages", [s.code for s in self.stages]),
            ("components", [c.code for c in self.components]),
            ("attachments", [a.code for a in self.attachments]),
        ):
            if len(codes) != len(set(codes)):
                raise ValueError(f"{what}: a code stands twice")
        for stage in self.stages:
            codes = [c.code for c in stage.criteria]
            if unknown := set(stage.ties) - set(codes):
                raise ValueError(f"stages.{stage.code}.ties: no such criterion {sorted(unknown)}")
        steps = {s.code for s in self.stages}
        for rule in self.screening:
            if unknown := set(rule.stages) - steps:
                raise ValueError(f"screening.{rule.code}.stages: no such stage {sorted(unknown)}")
        quota = self.regime.max_non_standard_forms
        if quota is not None and sum(not a.standard for a in self.attachments) > quota:
            raise ValueError(f"attachments: more than {quota} non-standard forms")
        return self

    def stage(self, code: str) -> Stage:
        return next(s for s in self.stages if s.code == code)

    def judges_report(self, code: str) -> bool:
        """A gate: the stage's submission is a report of an awarded team, not an application."""
        return any(s.code == code and s.form == "report" for s in self.stages)

    def section(self, code: str) -> Section | None:
        return next((s for s in self.sections if s.code == code), None)

    def component(self, code: str) -> Component:
        return next(c for c in self.components if c.code == code)

    def slot(self, code: str) -> AttachmentSlot | None:
        return next((a for a in self.attachments if a.code == code), None)

    def stage_after(self, code: str) -> Stage | None:
        codes = [s.code for s in self.stages]
        place = codes.index(code) + 1
        return self.stages[place] if place < len(codes) else None


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
    first: Annotated[str, Field(pattern=r"^\d{4}-(0[1-9]|1[0-2])$", alias="from")]
    last: Annotated[str, Field(pattern=r"^\d{4}-(0[1-9]|1[0-2])$", alias="to")]
    enforced: bool = True
    status: Literal["appropriated", "planned"] = "appropriated"
    office: Words = {}
    note: Words = {}
    mark: Mark


class PlanDefinition(Part):
    line: list[LineDefinition]
    pool: list[PoolDefinition] = []


def canonical(definition: BaseModel) -> str:
    """The JSON that is hashed: sorted keys, no spaces, UTF-8."""
    return json.dumps(definition.model_dump(mode="json"), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def digest(definition: BaseModel) -> str:
    return hashlib.sha256(canonical(definition).encode()).hexdigest()


@lru_cache(maxsize=64)
def parse(frozen: str) -> CallDefinition:
    """The typed definition of a frozen canonical JSON (cached by its text)."""
    return CallDefinition.model_validate_json(frozen)
