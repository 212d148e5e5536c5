"""A call's applications: what can be looked for, the columns, and the same rows as a file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import parse_qsl

from flask import url_for

from portal.accounts.models import SavedFilter
from portal.awards.rules import RESULTS
from portal.desks.officer.pages import APPLICATION_STATES, ENTRY_STATES
from portal.desks.officer.queries.filter import ALL_IN, SOME_MISSING, Filter
from portal.desks.officer.queries.listing import ApplicationRow
from portal.platform.language import Text, say
from portal.platform.sheets import Out
from portal.programs.models import Call
from portal.screening import pages as screening

LIST = "desks_officer.applications"
REVIEWS = {ALL_IN: Text("모두 들어옴", "All in"), SOME_MISSING: Text("덜 들어옴", "Some missing")}
LANGUAGES = {"ko": Text("한국어", "Korean"), "en": Text("영어", "English")}
COLUMNS: tuple[tuple[str, Text, bool], ...] = (
    ("title", Text("과제", "Title"), False),
    ("applicant", Text("신청자", "Applicant"), False),
    ("submitted", Text("제출", "Submitted"), False),
    ("requested", Text("신청 정부지원금", "Contribution asked"), True),
    ("reviews", Text("평가", "Reviews"), False),
)


def page_code(call: Call) -> str:
    """Under which this list's filters are saved: stages and tracks are the call's own."""
    return f"applications:{call.public_id}"


def selects(call: Call, wanted: Filter) -> list[dict[str, Any]]:
    """What can be chosen, each with its choices; what the call does not have is not offered."""
    definition = call.definition
    offered: list[tuple[str, Text, dict[str, Any]]] = [
        ("stage", Text("단계", "Stage"), {s.code: s.names for s in definition.stages}),
        ("track", Text("분야", "Track"), {t.code: t.names for t in definition.tracks}),
        ("screening", Text("적합성 검토", "Screening"), {s.value: word for s, (word, _) in screening.STATES.items()}),
        ("reviews", Text("평가 진행", "Reviews"), dict(REVIEWS)),
        ("outcome", Text("발표된 결과", "Published outcome"), {r.value: word for r, word in RESULTS.items()}),
        ("language", Text("언어", "Language"), dict(LANGUAGES)),
    ]
    return [
        {"name": name, "label": label, "choices": choices, "chosen": getattr(wanted, name)}
        for name, label, choices in offered
        if choices
    ]


def columns(call: Call, wanted: Filter) -> list[dict[str, Any]]:
    """Each with the address that sorts by it, and the other way round the second time."""
    found = []
    for name, label, numeric in COLUMNS:
        up, down = wanted.sort == name, wanted.sort == f"-{name}"
        sort = f"-{name}" if up else name
        found.append(
            {
                "name": name, "label": label, "numeric": numeric,
                "direction": "ascending" if up else "descending" if down else None,
                "url": url_for(LIST, public_id=call.public_id, **wanted.arguments | {"sort": sort}),
            }
        )  # fmt: skip
    return found


def saved_chips(call: Call, saved: Iterable[SavedFilter], wanted: Filter) -> list[dict[str, Any]]:
    return [
        {
            "label": one.name,
            "url": url_for(LIST, public_id=call.public_id, **arguments_of(one.query)),
            "current": one.query == wanted.query,
            "id": one.public_id,
        }
        for one in saved
    ]


def arguments_of(query: str) -> dict[str, Any]:
    """What a saved query asks for."""
    return dict(parse_qsl(query))


def chosen_in_words(call: Call, wanted: Filter) -> str:
    """`적합성 검토: 적합 · 언어: 영어`; for the head of a letter's list."""
    said = [
        f"{say(one['label'])}: {say(one['choices'][one['chosen']])}" for one in selects(call, wanted) if one["chosen"]
    ]
    if wanted.state:
        said.insert(0, say(APPLICATION_STATES[wanted.state][0]))
    if wanted.q:
        said.append(f"‘{wanted.q}’")
    return " · ".join(said) or say(Text("모든 신청", "All applications"))


# --- the file ---

HEADER: tuple[Text, ...] = (
    Text("접수번호", "Receipt"), Text("과제", "Title"), Text("신청자", "Applicant"), Text("언어", "Language"),
    Text("상태", "State"), Text("제출", "Submitted"), Text("신청 정부지원금", "Contribution asked"),
    Text("통화", "Currency"), Text("단계", "Stage"), Text("분야", "Track"), Text("단계의 상태", "State in the stage"),
    Text("적합성 검토", "Screening"), Text("들어온 평가", "Reviews in"), Text("맡긴 평가", "Reviews asked for"),
    Text("발표된 결과", "Published outcome"),
)  # fmt: skip


def lines(call: Call, rows: Iterable[ApplicationRow]) -> Iterator[list[Out]]:
    definition = call.definition
    stages = {s.code: s.names for s in definition.stages}
    tracks = {t.code: t.names for t in definition.tracks}
    currency = definition.currency
    for row in rows:
        yield [
            row.receipt, row.title, row.applicant, LANGUAGES.get(row.language, row.language),
            APPLICATION_STATES[row.state][0], row.submitted_at, row.requested or None,
            currency if row.requested else None, stages.get(row.stage or ""), tracks.get(row.track or ""),
            ENTRY_STATES[row.entry_state.value][0] if row.entry_state else None,
            screening.STATES[row.screening][0] if row.screening else None,
            row.reviews_in if row.reviews else None, row.reviews or None,
            RESULTS[row.outcome] if row.outcome else None,
        ]  # fmt: skip
