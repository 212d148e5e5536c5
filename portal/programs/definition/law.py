"""A named pack of law, which a call freezes with itself."""

from __future__ import annotations

from typing import Literal

from portal.programs.definition.words import Choice, Code, InstitutionKind, Mark, Part, Words


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
