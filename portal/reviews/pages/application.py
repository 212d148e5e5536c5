"""The application as its reviewer reads it, scores and differences, ready to show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import url_for

from portal.applications.models import Attachment, Reference, StageEntry
from portal.applications.queries.submissions import content_of
from portal.applications.rules.answers import is_shown
from portal.applications.rules.attachments import EDITABLE
from portal.platform.formats import quantity
from portal.platform.language import Text, say
from portal.programs.definition import CallDefinition, Criterion, Question, Section
from portal.programs.definition import Stage as StageDefinition
from portal.programs.models import Call, Stage
from portal.reviews import rules, service
from portal.reviews.forms import ReviewForm
from portal.reviews.models import Review
from portal.routing.pages import Team, team_of


@dataclass(frozen=True)
class Part:
    """The answers of the team (`institution` empty) or of one institution; `documents`: question -> file's id."""

    institution: str
    questions: list[Question]
    answers: Mapping[str, Any]
    documents: Mapping[str, str]


@dataclass(frozen=True)
class SectionShown:
    code: str
    names: Mapping[str, str]
    parts: list[Part]


@dataclass(frozen=True)
class Document:
    """A file in the viewer; without a copy (`ready` false) its text is all there is."""

    id: str
    label: str
    filename: str
    kind: str
    size: int
    pages: int
    texts: list[str]
    ready: bool

    @property
    def picture(self) -> bool:
        return self.kind in ("png", "jpeg")

    @property
    def film(self) -> bool:
        return self.kind == "mp4"

    @property
    def text_only(self) -> bool:
        """HWP and its kin stand beside a PDF: they are shown as text."""
        return self.kind in EDITABLE


@dataclass(frozen=True)
class Paper:
    """Everything of the frozen submission that a reviewer reads."""

    content: Mapping[str, Any]
    team: Team
    names: Mapping[str, str]
    sections: list[SectionShown]
    costs: list[list[str]]
    cost_years: list[int]
    documents: list[Document]
    letters: list[Document]


def paper(
    definition: CallDefinition, entry: StageEntry, files: Sequence[Attachment], letters: Sequence[Reference] = ()
) -> Paper:
    content = content_of(entry.submission)
    names = {i["id"]: i["name"] for i in content["institutions"]} | {m["id"]: m["name"] for m in content["members"]}
    documents = [_document(definition, row, names) for row in files]
    by_place = {(row.slot, row.slice): row.public_id for row in files}
    sections = [
        SectionShown(section.code, section.names, parts)
        for section in definition.sections
        if (parts := _parts(section, content["sections"].get(section.code, {}), names, by_place))
    ]
    years = sorted({row["year"] for row in content["costs"]})
    return Paper(
        content, team_of(entry), names, sections, _costs(definition, content, names, years), years, documents,
        [_letter(row) for row in letters],
    )  # fmt: skip


def _parts(
    section: Section,
    slices: Mapping[str, Mapping[str, Any]],
    names: Mapping[str, str],
    documents: Mapping[tuple[str, str], str],
) -> list[Part]:
    """The team's answers, or one part per institution in the order of the consortium."""
    found = []
    for slice_ in sorted(set(slices) | {""}, key=lambda s: list(names).index(s) if s in names else -1):
        given = slices.get(slice_, {})
        files = {
            q.code: documents[place]
            for q in section.questions
            if q.is_file and (place := (f"{section.code}.{q.code}", slice_)) in documents
        }
        answered = [
            q for q in section.questions if q.code in files or (q.code in given and q.is_typed and is_shown(q, given))
        ]
        if answered:
            found.append(Part(names.get(slice_, ""), answered, given, files))
    return found


def _document(definition: CallDefinition, row: Attachment, names: Mapping[str, str]) -> Document:
    slot = definition.slot(row.slot)
    label = say(slot.names) if slot else row.slot
    if slot is None and "." in row.slot:
        section, code = row.slot.split(".", 1)
        asked = definition.section(section)
        label = next((say(q.names) for q in asked.questions if q.code == code), row.slot) if asked else row.slot
    if row.slice:
        label = f"{label} · {names.get(row.slice, '')}"
    texts = row.text.split("\f") if row.text else []
    return Document(
        row.public_id, label, row.filename, row.kind, row.size, row.pages or 0, texts, row.clean_sha256 is not None
    )


def _letter(row: Reference) -> Document:
    label = say(Text("{name} ({relation})", "{name} ({relation})"), name=row.name, relation=row.relation)
    texts = row.text.split("\f") if row.text else []
    return Document(
        row.public_id, label, row.filename, row.kind, row.size, row.pages or 0, texts, row.clean_sha256 is not None
    )


def _costs(
    definition: CallDefinition, content: Mapping[str, Any], names: Mapping[str, str], years: Sequence[int]
) -> list[list[str]]:
    """One row per institution: name, each year's total, government, cash, in-kind and all together."""
    rows = []
    for institution in content["institutions"]:
        mine = [c for c in content["costs"] if c["institution"] == institution["id"]]
        if not mine:
            continue
        by_year = [sum(c["government"] + c["cash"] + c["in_kind"] for c in mine if c["year"] == y) for y in years]
        kinds = [sum(c[kind] for c in mine) for kind in ("government", "cash", "in_kind")]
        sums = [quantity(n, definition.currency) for n in (*by_year, *kinds, sum(kinds))]
        rows.append([names[institution["id"]], *sums])
    return rows


@dataclass(frozen=True)
class ScoreShown:
    criterion: Criterion
    points: int | None
    reason: str


def scores(stage: StageDefinition, review: Review | None) -> list[ScoreShown]:
    marks = service.marks_of(review) if review is not None else {}
    return [ScoreShown(c, *marks.get(c.code, (None, ""))) for c in stage.criteria]


def anchors(criterion: Criterion) -> list[dict[str, Any]]:
    return [
        {"points": rules.anchor_points(criterion, a.share), "names": a.names, "text": a.text}
        for a in sorted(criterion.anchors, key=lambda a: -a.share)
    ]


@dataclass(frozen=True)
class Difference:
    """One field that this window and the other one left differently."""

    label: str
    typed: str
    saved: str


def differences(form: ReviewForm, review: Review) -> list[Difference]:
    marks = service.marks_of(review)
    pairs: list[tuple[str, str, int | str | None]] = []
    for criterion in form.stage.criteria:
        points, reason = marks.get(criterion.code, (None, ""))
        name = say(criterion.names)
        pairs.append((say(Text("‘{c}’ 점수", "Score on ‘{c}’"), c=name), form.points(criterion).data or "", points))
        pairs.append((say(Text("‘{c}’ 의견", "Reason on ‘{c}’"), c=name), form.reason(criterion).data or "", reason))
    pairs.append((say(Text("종합의견", "Overall comment")), form.comment.data or "", review.comment))
    pairs.append(
        (say(Text("담당자에게만 남기는 말", "Note to the officer")), form.note.data or "", review.note_to_officer)
    )
    shown = [(label, typed, "" if saved is None else str(saved)) for label, typed, saved in pairs]
    return [Difference(*row) for row in shown if _plain(row[1]) != _plain(row[2])]


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n").strip()


def stage_chips(call: Call, current: Stage, endpoint: str = "reviews.progress") -> list[dict[str, Any]]:
    """The call's stages that were opened for review, as links."""
    return [
        {
            "label": call.definition.stage(s.code).names,
            "url": url_for(endpoint, public_id=call.public_id, stage=s.code),
            "current": s.id == current.id,
        }
        for s in call.stages
        if s.review_opens_at is not None
    ]
