"""What is still missing before an application can be handed in, and who holds it.

Only what the team itself can give stops a submission. What others give (joining, consents, confirmations) is listed,
reminded of and recorded as missing; where the call lets confirmations follow, a silent partner costs nobody the
deadline.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from portal.applications.content import Whole, place_of
from portal.applications.models import Institution, MemberRole
from portal.applications.rules import Standing, can_edit_slice, can_edit_team, team_size
from portal.applications.rules.answers import Known, is_shown, missing, section_problems
from portal.applications.rules.attachments import filled, places, slices
from portal.applications.rules.confirmation import PlaceState, state_of
from portal.applications.rules.matching import Costs, matching, rate_for, sum_of
from portal.applications.rules.means import Wish, asked_for, flags_of
from portal.applications.rules.means import problems as means_problems
from portal.applications.rules.missing import Holder, Missing, in_both, told
from portal.platform.formats import money
from portal.platform.language import Text, say, speaking
from portal.programs.definition import Question, Section, Words


@dataclass(frozen=True)
class _Eyes:
    """Who looks, to say "me" or name the one who holds it."""

    whole: Whole
    standing: Standing

    @cached_property
    def known(self) -> Known:
        whole = self.whole
        return Known(
            frozenset(m.public_id for m in whole.members),
            frozenset(i.public_id for i in whole.institutions),
            whole.definition.currency,
        )

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
        *_attachments(eyes, _to_apply_with(whole)),
        *_confirmations(eyes),
    ]
    return found


def completeness_of(whole: Whole, standing: Standing, today: date, places_asked: Collection[str]) -> list[Missing]:
    """What is missing in reopened places (`sections.<code>`, `attachments.<code>`) alone."""
    eyes = _Eyes(whole, standing)
    sections = [s for s in whole.definition.sections if f"sections.{s.code}" in places_asked]
    found = [missing for section in sections for missing in _section(eyes, section, today)]
    return found + list(_attachments(eyes, places_asked))


def blocking(found: Sequence[Missing]) -> list[Missing]:
    return [missing for missing in found if missing.blocking]


def _args(whole: Whole, **more: str) -> dict[str, str]:
    return {"public_id": whole.application.public_id, **{k: v for k, v in more.items() if v}}


def _title(eyes: _Eyes) -> Iterator[Missing]:
    if not eyes.whole.application.title.strip():
        yield Missing("title", "", *eyes.team(), told("title"), "applications.title", _args(eyes.whole))


def _institutions(eyes: _Eyes) -> Iterator[Missing]:
    whole, definition = eyes.whole, eyes.whole.definition
    if not definition.has_institutions:
        return
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
    least, most = team_size(whole.definition)
    count = len(whole.members)
    if not whole.definition.has_institutions and not least <= count <= most:
        text = told("small", least=least, count=count) if count < least else told("large", most=most, count=count)
        yield Missing("members", "", *eyes.team(), text, page, _args(whole))
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
    for section in eyes.whole.definition.sections_to_apply_with:
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


def _written(eyes: _Eyes, section: Section, slice_: str, holder: Holder, name: str) -> Iterator[Missing]:
    """Empty required answers and answers that cannot stand, one line for each question."""
    whole, answers = eyes.whole, eyes.whole.answers_of(section.code, slice_)
    empty = [problem.path for problem in missing(section, answers)]
    wrong = list(section_problems(section, answers, eyes.known))
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
                "problem", question=question.names, problem=Text(*in_both(problem.sentence, problem.params)), **names
            )
            yield Missing(
                section.code, slice_, holder, name, text, "applications.section", args, anchor=first.path,
                institution=slice_, wrong=True,
            )  # fmt: skip


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


def _to_apply_with(whole: Whole) -> list[str]:
    sections = [f"sections.{section.code}" for section in whole.definition.sections_to_apply_with]
    return sections + [f"attachments.{slot.code}" for slot in whole.definition.attachments]


def _attachments(eyes: _Eyes, asked: Collection[str]) -> Iterator[Missing]:
    whole = eyes.whole
    by_id = {institution.public_id: institution for institution in whole.institutions}
    for place in places(whole.definition):
        if not place.required or place_of(place.code) not in asked:
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
        state = state_of(whole, institution)
        if state is None or state is PlaceState.CONFIRMED:
            continue
        which = "changed" if state is PlaceState.CHANGED else "confirm"
        yield Missing(
            "institutions", institution.public_id, Holder.REPRESENTATIVE, institution.name,
            told(which, name=institution.name), "applications.institutions", _args(whole),
            not whole.definition.confirmations_may_follow, institution=institution.public_id,
        )  # fmt: skip
