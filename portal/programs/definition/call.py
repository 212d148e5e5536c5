"""A whole program file with its regime folded in: what a call freezes."""

from __future__ import annotations

import hashlib
import json
from functools import lru_cache
from typing import Annotated, Literal

from pydantic import BaseModel, Field, model_validator

from portal.programs.definition.law import Regime
from portal.programs.definition.questions import (
    AttachmentSlot,
    EligibilityQuestion,
    EligibilityRule,
    MemberRule,
    ReferenceRule,
    Section,
)
from portal.programs.definition.stages import PointItem, ScreeningRule, Stage, Track
from portal.programs.definition.support import AwardRule, Component, CostCategory, Month
from portal.programs.definition.words import Choice, Code, Inconsistent, Mark, Part, Words


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
    """A whole program file with its regime folded in: what a call freezes.

    `applicant`: a consortium of institutions; a team of people without any; or one person alone. `track_by` names the
    question (`section.question`) whose answer, or first choice, puts an application into its track.
    """

    program: ProgramDefinition
    regime: Regime
    applicant: Literal["consortium", "team", "person"] = "consortium"
    members: MemberRule = MemberRule()
    currency: str = "KRW"
    time_zone: str = "Asia/Seoul"
    holidays: str = "KR"  # country whose public holidays move the end of a legal term; empty: none do
    languages: list[Literal["ko", "en"]] = ["ko", "en"]
    years: list[int]
    first_month: Month  # award months run from here
    months: int
    open_days: int
    questions_days: int = Field(default=0, ge=0)  # so many days before the close the last public question is taken
    late_codes: bool = False  # officers may let one applicant in after the close, by a code
    min_institutions: int = 1
    max_institutions: int = 30
    eligibility: list[EligibilityRule]
    eligibility_check: list[EligibilityQuestion] = []
    sections: list[Section]
    attachments: list[AttachmentSlot]
    references: ReferenceRule | None = None  # letters by referees, beside what the team hands in
    costs: list[CostCategory]
    components: list[Component]
    tracks: list[Track] = []
    track_groups: list[Choice] = []
    track_by: str | None = None
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
            ("tracks", [t.code for t in self.tracks]),
        ):
            if len(codes) != len(set(codes)):
                raise Inconsistent("코드가 두 번 있습니다.", f"{what}: a code stands twice")
        for stage in self.stages:
            codes = [c.code for c in stage.criteria]
            if unknown := set(stage.ties) - set(codes):
                names = ", ".join(sorted(unknown))
                raise Inconsistent(
                    f"{stage.code} 단계에 평가 항목 {names}이(가) 없습니다.",
                    f"stages.{stage.code}.ties: no such criterion {names}",
                )
            self._check_ranking(stage)
            if stage.session is not None and stage.form != "presentation":
                raise Inconsistent(
                    f"{stage.code} 단계는 발표가 아니므로 발표 시간을 둘 수 없습니다.",
                    f"stages.{stage.code}.session: only a presentation has sessions",
                )
        steps = {s.code for s in self.stages}
        for rule in self.screening:
            if unknown := set(rule.stages) - steps:
                names = ", ".join(sorted(unknown))
                raise Inconsistent(
                    f"단계 {names}이(가) 없습니다.", f"screening.{rule.code}.stages: no such stage {names}"
                )
        quota = self.regime.max_non_standard_forms
        if quota is not None and sum(not a.standard for a in self.attachments) > quota:
            raise Inconsistent(
                f"표준 서식이 아닌 첨부는 {quota}개까지입니다.", f"attachments: more than {quota} non-standard forms"
            )
        return self

    def _check_ranking(self, stage: Stage) -> None:
        parts = [part.code for lane in stage.lanes for part in lane.parts]
        for codes in ([lane.code for lane in stage.lanes], parts, [a.code for a in stage.adjustments]):
            if len(codes) != len(set(codes)):
                raise Inconsistent(
                    f"{stage.code} 단계의 평가 영역이나 가감점에 코드가 두 번 있습니다.",
                    f"stages.{stage.code}: a code of lanes, parts or adjustments stands twice",
                )
        grounds = {ground.code for ground in self.regime.penalty_grounds}
        for one in stage.adjustments:
            if one.points < 0 and one.ground not in grounds:
                raise Inconsistent(
                    f"{stage.code} 단계의 감점 {one.code}은(는) 규정에 있는 사유여야 합니다.",
                    f"stages.{stage.code}.adjustments.{one.code}: a penalty needs a ground of the regime",
                )

    @property
    def bundle_is_fixed(self) -> bool:
        """Every award gets the same: no panel has amounts to recommend."""
        given = [c for c in self.components if not c.shared]
        return bool(given) and all(c.fixed is not None for c in given)

    @property
    def has_institutions(self) -> bool:
        return self.applicant == "consortium"

    def track(self, code: str) -> Track | None:
        return next((t for t in self.tracks if t.code == code), None)

    def keep(self, stage: str, track: str = "") -> int:
        """How many entries of a stage, or of one track of it, may go on."""
        found = self.track(track)
        return found.keep.get(stage, 0) if found is not None else self.stage(stage).keep

    def stage(self, code: str) -> Stage:
        return next(s for s in self.stages if s.code == code)

    def judges_report(self, code: str) -> bool:
        """A gate: the stage's submission is a report of an awarded team, not an application."""
        return any(s.code == code and s.form == "report" for s in self.stages)

    def section(self, code: str) -> Section | None:
        return next((s for s in self.sections if s.code == code), None)

    def sections_of(self, stage: str) -> list[Section]:
        """What a stage's submission holds: all but the sections of later stages; a report its own alone."""
        if self.judges_report(stage):
            return [section for section in self.sections if section.code in self.stage(stage).sections]
        place = next((n for n, s in enumerate(self.stages) if s.code == stage), 0)
        later = {code for s in self.stages[place + 1 :] for code in s.sections}
        until_now = {code for s in self.stages[: place + 1] for code in s.sections}
        return [section for section in self.sections if section.code not in later - until_now]

    @property
    def sections_to_apply_with(self) -> list[Section]:
        return self.sections_of(self.stages[0].code if self.stages else "")

    def component(self, code: str) -> Component:
        return next(c for c in self.components if c.code == code)

    def slot(self, code: str) -> AttachmentSlot | None:
        return next((a for a in self.attachments if a.code == code), None)

    def stage_after(self, code: str) -> Stage | None:
        codes = [s.code for s in self.stages]
        place = codes.index(code) + 1
        return self.stages[place] if place < len(codes) else None


def canonical(definition: BaseModel) -> str:
    """The JSON that is hashed: sorted keys, no spaces, UTF-8."""
    return json.dumps(definition.model_dump(mode="json"), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def digest(definition: BaseModel) -> str:
    return hashlib.sha256(canonical(definition).encode()).hexdigest()


@lru_cache(maxsize=64)
def parse(frozen: str) -> CallDefinition:
    """The typed definition of a frozen canonical JSON (cached by its text)."""
    return CallDefinition.model_validate_json(frozen)
