"""What is still missing before an application can be handed in, and who holds it.

Only what the team itself can give stops a submission. What others give (joining, consents, confirmations) is listed,
reminded of and recorded as missing; where the call lets confirmations follow, a silent partner costs nobody the
deadline.
"""

from __future__ import annotations

import enum
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from portal.applications.content import Whole, sections_to_apply_with
from portal.applications.models import Institution, InstitutionRole, MemberRole
from portal.applications.rules import Standing, can_edit_slice, can_edit_team
from portal.applications.rules.answers import Known, is_shown, missing, section_problems
from portal.applications.rules.attachments import filled, places, slices
from portal.applications.rules.confirmation import PlaceState, places_of, state_of_all
from portal.applications.rules.matching import Costs, matching, rate_for, sum_of
from portal.applications.rules.means import Wish, asked_for, flags_of
from portal.applications.rules.means import problems as means_problems
from portal.platform.formats import MINOR_DIGITS, money
from portal.platform.language import Text, say, speaking
from portal.programs.definition import Question, Section, Words


class Holder(enum.StrEnum):
    ME = "me"
    TEAM = "team"  # others of the team who may write its sections
    INSTITUTION = "institution"
    REPRESENTATIVE = "representative"
    MEMBER = "member"


@dataclass(frozen=True)
class Missing:
    """One thing missing: where, who holds it, in words, and the page where it is mended (`endpoint` with `args`).

    `place`: a section's code, or members, institutions, attachments, title. `institution`, `member`: public ids, for
    a reminder.
    """

    place: str
    slice: str
    holder: Holder
    holder_name: str
    sentence: Text
    endpoint: str
    args: dict[str, str]
    blocking: bool = True
    anchor: str = ""
    institution: str = ""
    member: str = ""
    wrong: bool = False  # something stands there, but it cannot stay

    @property
    def held_by_others(self) -> bool:
        return self.holder is not Holder.ME


TEXTS = {
    "title": Text("과제 제목이 비어 있습니다.", "The project has no title."),
    "answer": Text("‘{section}’의 ‘{question}’에 답하지 않았습니다.", "“{section}”: “{question}” is not answered."),
    "answers": Text(
        "‘{section}’의 ‘{question}’에 빈칸이 {count}개 있습니다.", "“{section}”: “{question}” has {count} empty cells."
    ),
    "problem": Text("‘{section}’의 ‘{question}’: {problem}", "“{section}”, “{question}”: {problem}"),
    "budget": Text("{name}의 사업비를 적지 않았습니다.", "The budget of {name} has not been entered."),
    "government": Text(
        "{name}의 정부지원금이 한도보다 {over} 많습니다.", "{name} asks the government for {over} more than its share."
    ),
    "cash": Text("{name}의 현금 부담이 {short} 모자랍니다.", "{name} needs {short} more of its own share in cash."),
    "means": Text("희망 자원을 적지 않았습니다.", "No means have been asked for."),
    "file": Text("첨부 ‘{slot}’이(가) 없습니다.", "The attachment “{slot}” is missing."),
    "file_of": Text("{name}의 첨부 ‘{slot}’이(가) 없습니다.", "The attachment “{slot}” of {name} is missing."),
    "few": Text(
        "컨소시엄에 기관이 {least}개 이상 있어야 합니다. 지금 {count}개입니다.",
        "The consortium needs at least {least} institutions; it has {count}.",
    ),
    "many": Text(
        "컨소시엄은 {most}개 기관까지입니다. 지금 {count}개입니다.",
        "A consortium may have at most {most} institutions; it has {count}.",
    ),
    "join": Text("{name}이(가) 아직 초대에 응하지 않았습니다.", "{name} has not answered the invitation yet."),
    "principal": Text("연구책임자가 정해지지 않았습니다.", "There is no principal investigator yet."),
    "consent": Text(
        "{name} 님이 개인정보 이용에 아직 동의하지 않았습니다.",
        "{name} has not yet agreed to the use of personal data.",
    ),
    "declined": Text(
        "{name} 님이 동의하지 않았습니다. 참여자에서 빼야 제출할 수 있습니다.",
        "{name} did not agree. Remove this member before submitting.",
    ),
    "confirm": Text("{name} 대표자의 확인이 아직 없습니다.", "The representative of {name} has not confirmed yet."),
    "changed": Text(
        "{name} 대표자가 확인한 뒤 내용이 바뀌어 다시 확인이 필요합니다.",
        "The content changed after the representative of {name} confirmed it; it needs confirming again.",
    ),
}  # fmt: skip


def told(which: str, /, **values: Any) -> Text:
    """The sentence in both languages; program data is spoken in each, money in each."""
    spoken = []
    for code in ("ko", "en"):
        with speaking(code):
            spoken.append(say(TEXTS[which], **{k: v() if callable(v) else _word(v) for k, v in values.items()}))
    return Text(*spoken)


def _word(value: Any) -> Any:
    return say(value) if isinstance(value, Text | dict) else value


@dataclass(frozen=True)
class _Eyes:
    """Who looks, to say "me" or name the one who holds it."""

    whole: Whole
    standing: Standing

    def team(self) -> tuple[Holder, str]:
        if can_edit_team(self.standing):
            return Holder.ME, ""
        return Holder.TEAM, self.whole.application.owner.name

    def slice(self, institution: Institution) -> tuple[Holder, str]:
        if can_edit_slice(self.standing, institution.public_id):
            return Holder.ME, ""
        return Holder.INSTITUTION, institution.name


def completeness(whole: Whole, standing: Standing, today: date) -> list[Missing]:
    """Everything missing, in the order of the form; those that stop a submission have `blocking`."""
    eyes = _Eyes(whole, standing)
    found = [
        *_title(eyes),
        *_institutions(eyes),
        *_members(eyes),
        *_sections(eyes, today),
        *_attachments(eyes),
        *_confirmations(eyes),
    ]
    return found


def blocking(found: Sequence[Missing]) -> list[Missing]:
    return [missing for missing in found if missing.blocking]


def _args(whole: Whole, **more: str) -> dict[str, str]:
    return {"public_id": whole.application.public_id, **{k: v for k, v in more.items() if v}}


def _title(eyes: _Eyes) -> Iterator[Missing]:
    if not eyes.whole.application.title.strip():
        yield Missing("title", "", *eyes.team(), told("title"), "applications.title", _args(eyes.whole))


def _institutions(eyes: _Eyes) -> Iterator[Missing]:
    whole, definition = eyes.whole, eyes.whole.definition
    count, page = len(whole.institutions), "applications.institutions"
    if count < definition.min_institutions:
        text = told("few", least=definition.min_institutions, count=count)
        yield Missing("institutions", "", *eyes.team(), text, page, _args(whole))
    if count > definition.max_institutions:
        text = told("many", most=definition.max_institutions, count=count)
        yield Missing("institutions", "", *eyes.team(), text, page, _args(whole))
    for institution in whole.institutions:
        if institution.joined_at is None:
            yield Missing(
                "institutions", institution.public_id, Holder.INSTITUTION, institution.name,
                told("join", name=institution.name), page, _args(whole), not definition.confirmations_may_follow,
                institution=institution.public_id,
            )  # fmt: skip


def _members(eyes: _Eyes) -> Iterator[Missing]:
    whole, page = eyes.whole, "applications.members"
    if not any(member.role is MemberRole.PI for member in whole.members):
        yield Missing("members", "", *eyes.team(), told("principal"), page, _args(whole))
    for member in whole.members:
        if member.declined_at is not None:
            text = told("declined", name=member.name)
            yield Missing("members", "", *eyes.team(), text, page, _args(whole), member=member.public_id)
        elif member.consented_at is None:
            yield Missing(
                "members", "", Holder.MEMBER, member.name, told("consent", name=member.name), page, _args(whole),
                not whole.definition.confirmations_may_follow, member=member.public_id,
            )  # fmt: skip


def _sections(eyes: _Eyes, today: date) -> Iterator[Missing]:
    for section in sections_to_apply_with(eyes.whole.definition):
        yield from _section(eyes, section, today)


def _section(eyes: _Eyes, section: Section, today: date) -> Iterator[Missing]:
    if section.editor == "institution":
        for institution in eyes.whole.institutions:
            yield from _slice(eyes, section, institution)
    else:
        yield from _written(eyes, section, "", *eyes.team())
        for question in _shown(eyes.whole, section, ""):
            if question.kind == "budget":
                for institution in eyes.whole.institutions:
                    yield from _budget(eyes, section, question, institution)
            elif question.kind == "requested_means":
                yield from _means(eyes, section, question, today)


def _shown(whole: Whole, section: Section, slice_: str) -> list[Question]:
    answers = whole.answers_of(section.code, slice_)
    return [question for question in section.questions if is_shown(question, answers)]


def _slice(eyes: _Eyes, section: Section, institution: Institution) -> Iterator[Missing]:
    yield from _written(eyes, section, institution.public_id, *eyes.slice(institution))
    for question in _shown(eyes.whole, section, institution.public_id):
        if question.kind == "budget":
            yield from _budget(eyes, section, question, institution)


def _known(whole: Whole) -> Known:
    return Known(
        frozenset(m.public_id for m in whole.members),
        frozenset(i.public_id for i in whole.institutions),
        MINOR_DIGITS.get(whole.definition.currency, 2),
    )


def _written(eyes: _Eyes, section: Section, slice_: str, holder: Holder, name: str) -> Iterator[Missing]:
    """Empty required answers and answers that cannot stand, one line for each question."""
    whole, answers = eyes.whole, eyes.whole.answers_of(section.code, slice_)
    empty = [problem.path for problem in missing(section, answers)]
    wrong = list(section_problems(section, answers, _known(whole)))
    args = _args(whole, section=section.code, slice=slice_)
    names: dict[str, Any] = {"section": section.names}
    if not answers:
        empty = [f"q_{q.code}" for q in _shown(whole, section, slice_) if q.required and f"q_{q.code}" in empty]
    for question in section.questions:
        path = f"q_{question.code}"
        mine = [p for p in empty if p == path or p.startswith(f"{path}-")]
        first = next((p for p in wrong if p.path == path or p.path.startswith(f"{path}-")), None)
        if mine:
            which = "answer" if mine == [path] else "answers"
            text = told(which, question=question.names, count=len(mine), **names)
            yield Missing(
                section.code, slice_, holder, name, text, "applications.section", args, anchor=mine[0],
                institution=slice_,
            )  # fmt: skip
        elif first is not None:
            problem = first
            text = told(
                "problem", question=question.names, problem=Text(*_filled(problem.sentence, problem.params)), **names
            )
            yield Missing(
                section.code, slice_, holder, name, text, "applications.section", args, anchor=first.path,
                institution=slice_, wrong=True,
            )  # fmt: skip


def _filled(text: Text, params: dict[str, Any]) -> tuple[str, str]:
    spoken = []
    for code in ("ko", "en"):
        with speaking(code):
            spoken.append(say(text, **params))
    return spoken[0], spoken[1]


def _budget(eyes: _Eyes, section: Section, question: Question, institution: Institution) -> Iterator[Missing]:
    """Each institution enters its own costs, and each slice keeps the matching rule."""
    whole, currency = eyes.whole, eyes.whole.definition.currency
    rows = [row for row in whole.costs if row.institution_id == institution.id]
    costs = sum_of(Costs(row.government, row.cash, row.in_kind) for row in rows)
    holder, name = eyes.slice(institution)
    args = _args(whole, slice=institution.public_id)

    def line(which: str, **values: Any) -> Missing:
        return Missing(
            section.code, institution.public_id, holder, name, told(which, name=institution.name, **values),
            "applications.budget", args, institution=institution.public_id, wrong=which != "budget",
        )  # fmt: skip

    if not costs.total:
        if question.required:
            yield line("budget")
        return
    held = matching(costs, rate_for(institution.kind, whole.definition.regime.matching))
    if held.government_over:
        yield line("government", over=lambda: money(held.government_over, currency))
    if held.cash_missing:
        yield line("cash", short=lambda: money(held.cash_missing, currency))


def _means(eyes: _Eyes, section: Section, question: Question, today: date) -> Iterator[Missing]:
    whole, page = eyes.whole, "applications.means"
    wishes = [Wish(r.component, r.option, r.year, r.quantity, r.months) for r in whole.means if r.quantity]
    if not wishes and question.required and asked_for(whole.definition):
        yield Missing(section.code, "", *eyes.team(), told("means"), page, _args(whole))
    flags = flags_of(whole.institutions, today)
    spoken = []
    for code in ("ko", "en"):
        with speaking(code):
            found = means_problems(whole.definition, wishes, flags)
            spoken.append([(problem.path, say(problem.sentence, **problem.params)) for problem in found])
    for (path, ko), (_, en) in zip(*spoken, strict=True):
        yield Missing(section.code, "", *eyes.team(), Text(ko, en), page, _args(whole), anchor=path, wrong=True)


def _attachments(eyes: _Eyes) -> Iterator[Missing]:
    whole = eyes.whole
    asked = {section.code for section in sections_to_apply_with(whole.definition)}
    by_id = {institution.public_id: institution for institution in whole.institutions}
    for place in places(whole.definition):
        if not place.required or (place.section and place.section not in asked):
            continue
        for slice_ in slices(place, whole.institutions):
            if filled(place, [a for a in whole.attachments if a.slot == place.code and a.slice == slice_]):
                continue
            holder, name = eyes.slice(by_id[slice_]) if slice_ else eyes.team()
            yield _file(whole, place.names, place.code, slice_, holder, name, by_id.get(slice_), not place.may_follow)


def _file(
    whole: Whole, names: Words, code: str, slice_: str, holder: Holder, name: str, of: Institution | None,
    stops: bool,
) -> Missing:  # fmt: skip
    text = told("file_of", slot=names, name=of.name) if of else told("file", slot=names)
    return Missing(
        "attachments", slice_, holder, name, text, "applications.attachments", _args(whole), stops,
        anchor=f"slot-{code}-{slice_}", institution=slice_,
    )  # fmt: skip


def _confirmations(eyes: _Eyes) -> Iterator[Missing]:
    whole = eyes.whole
    for institution in whole.institutions:
        places = places_of(whole, institution)
        state = state_of_all(places)
        if not places or state is PlaceState.CONFIRMED:
            continue
        which = "changed" if state is PlaceState.CHANGED else "confirm"
        yield Missing(
            "institutions", institution.public_id, Holder.REPRESENTATIVE, institution.name,
            told(which, name=institution.name), "applications.institutions", _args(whole),
            not whole.definition.confirmations_may_follow, institution=institution.public_id,
        )  # fmt: skip


def lead_of(whole: Whole) -> Institution | None:
    return next((i for i in whole.institutions if i.role is InstitutionRole.LEAD), None)
