"""Checks of what was written and attached: sections, pages, attachments."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from portal.applications.rules.answers import is_shown
from portal.programs.definition import AttachmentSlot, CallDefinition, Question, Section
from portal.screening.rules.findings import (
    Answer,
    Content,
    Evidence,
    Facts,
    evidence,
    fails_if,
    passes,
    unclear,
)

Params = dict[str, Any]


def _slices(content: Content, section: Section) -> list[tuple[str, str]]:
    """(slice, name of the institution) pairs that this section has."""
    if section.editor == "institution":
        return [(i["id"], str(i["name"])) for i in content["institutions"]]
    return [("", "")]


def _answered(question: Question, answers: dict[str, Any], content: Content, place: tuple[str, str]) -> bool:
    section, slice_ = place
    if question.is_file:
        slot = f"{section}.{question.code}"
        return any(a["slot"] == slot and a["slice"] == slice_ for a in content["attachments"])
    if question.kind == "budget":
        return any(not slice_ or c["institution"] == slice_ for c in content["costs"])
    if question.kind == "requested_means":
        return bool(content["means"])
    if question.kind == "people":
        return bool(content["members"])
    if question.kind == "institutions":
        return bool(content["institutions"])
    given = answers.get(question.code)
    return bool(given.strip()) if isinstance(given, str) else given not in (None, [], {})


def sections_complete(content: Content, params: Params, definition: CallDefinition, facts: Facts) -> Answer:
    """Every required question of every section has an answer (Decree 9(3))."""
    missing: list[Evidence] = []
    asked = definition.sections_of(facts.stage)
    for section in asked:
        for slice_, name in _slices(content, section):
            answers = content["sections"].get(section.code, {}).get(slice_, {})
            for q in section.questions:
                if q.required and is_shown(q, answers) and not _answered(q, answers, content, (section.code, slice_)):
                    missing.append(_unanswered(section, q, slice_, name))
    seen = evidence(
        f"필수 항목 {len(asked)}개 절이 모두 작성되었습니다.", f"All {len(asked)} sections are complete.", "sections"
    )
    return fails_if(missing, seen)


def _unanswered(section: Section, question: Question, slice_: str, name: str) -> Evidence:
    who_ko, who_en = (f" ({name})", f" ({name})") if name else ("", "")
    return evidence(
        f"‘{section.names.get('ko', '')}’ 절의 ‘{question.names.get('ko', '')}’이(가) 비어 있습니다{who_ko}.",
        f"“{question.names.get('en', '')}” in “{section.names.get('en', '')}” is empty{who_en}.",
        f"sections.{section.code}.{question.code}" + (f".{slice_}" if slice_ else ""),
    )


def _limits(definition: CallDefinition) -> dict[str, tuple[int, dict[str, str]]]:
    """Slot (or `section.question`) -> its page limit and name."""
    limits = {a.code: (a.max_pages, a.names) for a in definition.attachments if a.max_pages}
    for section in definition.sections:
        for q in section.questions:
            if q.kind == "document" and q.max_pages:
                limits[f"{section.code}.{q.code}"] = (q.max_pages, q.names)
    return limits


def page_limits(content: Content, params: Params, definition: CallDefinition, facts: Facts) -> Answer:
    """No document or film is longer than its limit; a length that could not be counted goes to a person."""
    limits = _limits(definition)
    over = list(_long_films(content, definition))
    unknown: list[Evidence] = []
    for a in content["attachments"]:
        limit, names = limits.get(a["slot"], (None, {}))
        if limit is None:
            continue
        place = f"attachments.{a['id']}"
        if a["pages"] is None:
            unknown.append(
                evidence(
                    f"‘{a['filename']}’의 쪽수를 셀 수 없습니다. {limit}쪽 이하인지 확인해 주십시오.",
                    f"The pages of “{a['filename']}” could not be counted. Check that there are at most {limit}.",
                    place,
                )
            )
        elif a["pages"] > limit:
            over.append(
                evidence(
                    f"‘{names.get('ko', '')}’ {a['pages']}쪽: {limit}쪽을 넘었습니다 ({a['filename']}).",
                    f"“{names.get('en', '')}” has {a['pages']} pages; the limit is {limit} ({a['filename']}).",
                    place,
                )
            )
    if over or not unknown:
        return fails_if(
            over, evidence("모든 문서가 쪽수 제한 안에 있습니다.", "Every document is within its limit.", "attachments")
        )
    return unclear(*unknown)


def _long_films(content: Content, definition: CallDefinition) -> Iterator[Evidence]:
    limits = {a.code: a.max_seconds for a in definition.attachments if a.max_seconds}
    for section in definition.sections:
        limits |= {f"{section.code}.{q.code}": q.max_seconds for q in section.questions if q.max_seconds}
    for a in content["attachments"]:
        limit = limits.get(a["slot"])
        if limit is not None and (a.get("seconds") or 0) > limit:
            yield evidence(
                f"영상 {a['seconds']}초: {limit}초를 넘었습니다 ({a['filename']}).",
                f"The film lasts {a['seconds']} seconds; the limit is {limit} ({a['filename']}).",
                f"attachments.{a['id']}",
            )


def _wanted_from(slot: AttachmentSlot, content: Content) -> list[tuple[str, str]]:
    if slot.per == "application":
        return [("", "")]
    return [
        (i["id"], str(i["name"]))
        for i in content["institutions"]
        if not slot.only_kinds or i["kind"] in slot.only_kinds
    ]


def attachments_present(content: Content, params: Params, definition: CallDefinition, facts: Facts) -> Answer:
    """Every required document is there; one that may follow leaves the question open."""
    there = {(a["slot"], a["slice"]) for a in content["attachments"]}
    missing: list[Evidence] = []
    following: list[Evidence] = []
    for slot in definition.attachments:
        if not slot.required:
            continue
        for slice_, name in _wanted_from(slot, content):
            if (slot.code, slice_) in there:
                continue
            who = f" ({name})" if name else ""
            seen = evidence(
                f"‘{slot.names.get('ko', '')}’이(가) 없습니다{who}.",
                f"“{slot.names.get('en', '')}” is missing{who}.",
                f"attachments.{slot.code}" + (f".{slice_}" if slice_ else ""),
            )
            (following if slot.may_follow else missing).append(seen)
    if missing:
        return fails_if(missing + following)
    if following:
        return unclear(*following)
    return passes(evidence("필수 서류가 모두 있습니다.", "Every required document is there.", "attachments"))
