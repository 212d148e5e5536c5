"""A reviewer's packet, ready to be typeset: its cover and each application as it was handed in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from portal.platform.formats import quantity
from portal.platform.language import Text, say
from portal.programs.definition import CallDefinition, Question
from portal.reviews import queries
from portal.reviews.pages.application import Paper, paper
from portal.routing.models import Assignment
from portal.routing.pages import Team

Block = dict[str, Any]
SERVICE = Text("AI 연구지원 포털", "AI Grant Portal")


@dataclass(frozen=True)
class PacketPart:
    """One application: data of `packet.typ`, and the hashes of its files' clean PDFs with their labels."""

    title: str
    data: dict[str, Any]
    files: list[tuple[str, str]]


def packet_cover(assignments: Sequence[Assignment], words: str) -> dict[str, Any]:
    stage = assignments[0].entry.stage
    rows = [[str(n), a.entry.application.title] for n, a in enumerate(assignments, start=1)]
    return {
        "title": say(Text("평가 자료 묶음", "Review packet")),
        "footer": say(SERVICE),
        "facts": [
            [say(Text("공고", "Call")), say(stage.call.names)],
            [say(Text("평가 단계", "Stage")), say(stage.call.definition.stage(stage.code).names)],
            [say(Text("열람", "Reader")), words],
        ],
        "blocks": [
            _table([say(Text("번호", "No.")), say(Text("과제", "Application"))], rows),
            _text(
                say(
                    Text(
                        "이 묶음은 위 위원의 평가에만 쓰며, 평가가 끝나면 지워 주십시오. 모든 쪽에 이름이 적혀 있고 "
                        "내려받은 기록이 남습니다.",
                        "This packet serves this reviewer's review alone; delete it when the review ends. Every page "
                        "bears the name, and the download is on record.",
                    )
                )
            ),
        ],
    }


def packet_part(number: int, assignment: Assignment) -> PacketPart:
    entry = assignment.entry
    definition = entry.stage.call.definition
    documents = queries.documents_of(entry)
    shown = paper(definition, entry, documents)
    hashes = {row.public_id: row.clean_sha256 for row in documents if row.kind == "pdf"}
    title = f"{number}. {entry.application.title}"
    data = {
        "title": title,
        "footer": entry.application.title,
        "facts": [[say(Text("신청", "Applicant")), shown.team.label]],
        "blocks": [*_sections(shown, definition), *_team(shown.team), *_costs(shown), *_files(shown)],
    }
    files = [(sha, doc.label) for doc in shown.documents if (sha := hashes.get(doc.id)) is not None]
    return PacketPart(title, data, files)


def _sections(shown: Paper, definition: CallDefinition) -> Iterable[Block]:
    for section in shown.sections:
        yield {"kind": "heading", "text": say(section.names)}
        for part in section.parts:
            if part.institution:
                yield {"kind": "small", "text": part.institution}
            for question in part.questions:
                yield {"kind": "small", "text": say(question.names)}
                if question.code in part.documents:
                    yield _text(say(Text("첨부 파일을 보십시오.", "See the attached file.")))
                else:
                    yield from _answer(question, part.answers.get(question.code), shown.names, definition.currency)


def _answer(question: Question, value: Any, names: Mapping[str, str], currency: str) -> Iterable[Block]:
    if isinstance(value, Mapping) and question.both_languages:
        yield _text("\n\n".join(str(text) for text in value.values()))
    elif isinstance(value, Mapping):
        header = ["", *(say(c.names) for c in question.columns)]
        rows = [
            [say(row.names), *(_words(c, value.get(row.code, {}).get(c.code), names, currency) for c in question.columns)]
            for row in question.rows
        ]  # fmt: skip
        yield _table(header, rows)
    elif isinstance(value, list) and value and isinstance(value[0], Mapping):
        rows = [[_words(c, row.get(c.code), names, currency) for c in question.columns] for row in value]
        yield _table([say(c.names) for c in question.columns], rows)
    else:
        yield _text(_words(question, value, names, currency))


def _words(question: Any, value: Any, names: Mapping[str, str], currency: str) -> str:
    if value in (None, "", []):
        return "–"
    if isinstance(value, list):
        return ", ".join(_words(question, one, names, currency) for one in value)
    chosen = next((say(c.names) for c in getattr(question, "choices", []) if c.code == value), None)
    if chosen is not None:
        return chosen
    if question.kind in ("people", "institutions"):
        return names.get(str(value), str(value))
    if question.kind == "money" and isinstance(value, int):
        return quantity(value, currency)
    return str(value)


def _team(team: Team) -> Iterable[Block]:
    header = [Text("이름", "Name"), Text("소속", "Affiliation"), Text("역할", "Part")]
    rows = [
        [name, ", ".join(part for part in (institution, department) if part), say(role)]
        for name, institution, department, role in team.members
    ]
    yield {"kind": "heading", "text": say(Text("참여자", "People"))}
    yield _table([say(h) for h in header], rows)


def _costs(shown: Paper) -> Iterable[Block]:
    if not shown.costs:
        return
    heads = [Text("정부지원금", "Government"), Text("현금", "Cash"), Text("현물", "In kind"), Text("합계", "Total")]
    yield {"kind": "heading", "text": say(Text("사업비 요약", "Budget in short"))}
    yield _table([say(Text("기관", "Institution")), *map(str, shown.cost_years), *map(say, heads)], shown.costs)


def _files(shown: Paper) -> Iterable[Block]:
    if not shown.documents:
        return
    yield {"kind": "heading", "text": say(Text("첨부 파일", "Files"))}
    rows = [[d.label, d.filename, str(d.pages or "–")] for d in shown.documents]
    yield _table([say(Text("구분", "Item")), say(Text("파일", "File")), say(Text("쪽", "Pages"))], rows)
    for document in shown.documents:
        if document.text_only and document.texts:  # stands beside a PDF; shown as text, as on the page
            yield {"kind": "small", "text": document.label}
            yield _text("\n".join(document.texts))


def _text(text: str) -> Block:
    return {"kind": "text", "text": text}


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> Block:
    return {"kind": "table", "header": list(header), "rows": [list(row) for row in rows]}
