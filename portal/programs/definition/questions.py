"""What is asked of an applicant: who they are, sections with their questions, files."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from portal.programs.definition.words import Choice, Code, InstitutionKind, Mark, Part, Words

QuestionKind = Literal[
    "short_text", "long_text", "choice", "choices", "ranked", "number", "money", "date", "people", "institutions",
    "requested_means", "table", "repeat", "document", "video", "budget",
]  # fmt: skip
FileKind = Literal["pdf", "hwp", "hwpx", "xlsx", "png", "jpeg", "mp4"]


class ShownIf(Part):
    question: Code
    equals: list[str]


class Question(Part):
    """One question. `limit` counts characters; `columns` are the cells of a table or the fields of a repeat group.

    `ranked`: up to `max` of the choices, the dearest first. `both_languages`: a text asked for in every language of
    the call; the application's own language is the authoritative one.
    """

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
    max_seconds: int | None = None  # video
    both_languages: bool = False
    shown_if: ShownIf | None = None
    mark: Mark | None = None

    @property
    def is_file(self) -> bool:
        return self.kind in ("document", "video")

    @property
    def is_typed(self) -> bool:
        """Answered in the section's own form; the others have a table and a page of their own."""
        return not self.is_file and self.kind not in ("requested_means", "budget")


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
    kinds: list[FileKind] = ["pdf"]
    max_pages: int | None = None
    max_seconds: int | None = None  # mp4
    max_megabytes: int = 50
    standard: bool = True  # False counts against the quota of non-standard forms (Manual 2-2: 3 at application)
    only_kinds: list[InstitutionKind] = []  # institution slots: asked of these kinds only; empty: of all
    mark: Mark | None = None


class EligibilityRule(Part):
    """What the call says in words; the check itself stands in `screening`."""

    code: Code
    text: Words
    article: Words = {}
    mark: Mark | None = None


class EligibilityChoice(Part):
    """One answer to a question of the eligibility check. `reason` says why it fails or has to be talked over,
    `remedy` what could be done."""

    code: Code
    names: Words
    verdict: Literal["passes", "fails", "ask"] = "passes"
    reason: Words = {}
    article: Words = {}
    remedy: Words = {}


class EligibilityQuestion(Part):
    """Asked of anybody before an application; it informs and bars nobody.

    `fills` names a question (`section.question`) into which the answer is carried when an application is started.
    """

    code: Code
    names: Words
    hint: Words = {}
    choices: list[EligibilityChoice]
    fills: str | None = None
    mark: Mark | None = None


class MemberRule(Part):
    """How many people a team has; `one_each`: nobody may be in two teams of the call."""

    least: int = Field(default=1, ge=1)
    most: int = Field(default=15, ge=1)
    one_each: bool = False
    mark: Mark | None = None


class ReferenceRule(Part):
    """Letters that referees hand in themselves, by a link; the applicant never sees them.

    `due_days`: how many days after the deadline letters may still come, to the same hour of the call's calendar.
    """

    count: int = Field(ge=1, le=10)
    due_days: int = Field(default=0, ge=0)
    guidance: Words  # what a letter should speak about
    max_pages: int = Field(default=3, ge=1)
    max_megabytes: int = Field(default=10, ge=1, le=50)
    mark: Mark | None = None
