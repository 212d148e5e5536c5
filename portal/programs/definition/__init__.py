"""The shape of a program file: what `catalog/*.toml` may say, typed.

A call freezes the whole definition as canonical JSON with its SHA-256 when it opens; every later feature reads the
frozen copy through `CallDefinition`. Words are mappings {"ko": .., "en": ..}, shown with `say()`. A `mark` tells where
a value comes from: S announced, F found in a public text, G general knowledge, I inferred, P assumed by this project.
"""

from __future__ import annotations

from portal.programs.definition.call import CallDefinition, ProgramDefinition, canonical, digest, parse
from portal.programs.definition.law import Appeal, ConflictGround, Disclosure, MatchingRate, Regime
from portal.programs.definition.questions import (
    AttachmentSlot,
    EligibilityChoice,
    EligibilityQuestion,
    EligibilityRule,
    FileKind,
    MemberRule,
    Question,
    QuestionKind,
    ReferenceRule,
    Section,
    ShownIf,
)
from portal.programs.definition.stages import (
    Anchor,
    Condition,
    Criterion,
    MeetingRule,
    PanelRule,
    PointItem,
    ScreeningRule,
    SessionRule,
    Stage,
    Track,
)
from portal.programs.definition.support import (
    AwardRule,
    CommitteeRule,
    Component,
    ComponentOption,
    CostCategory,
    LineDefinition,
    PlanDefinition,
    PoolDefinition,
)
from portal.programs.definition.words import INSTITUTION_KINDS, Choice, Code, InstitutionKind, Mark, Part, Words

__all__ = [
    "INSTITUTION_KINDS", "Anchor", "Appeal", "AttachmentSlot", "AwardRule", "CallDefinition",
    "Choice", "Code", "CommitteeRule", "Component", "ComponentOption", "Condition", "ConflictGround", "CostCategory",
    "Criterion", "Disclosure", "EligibilityChoice", "EligibilityQuestion", "EligibilityRule", "FileKind", "InstitutionKind", "LineDefinition", "Mark",
    "MatchingRate", "MeetingRule", "MemberRule", "PanelRule", "Part", "PlanDefinition", "PointItem", "PoolDefinition",
    "ProgramDefinition", "Question", "QuestionKind", "ReferenceRule", "Regime", "ScreeningRule", "Section",
    "SessionRule", "ShownIf", "Stage", "Track", "Words", "canonical", "digest", "parse",
]  # fmt: skip
