"""What bars somebody from a call, in words: from which application, on which ground, by what evidence, until when."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from portal.accounts.models import Organisation, Relation
from portal.applications.models import Application
from portal.conflicts.models import Severity
from portal.conflicts.rules import Found, ground_of, name_of
from portal.platform.context import Actor
from portal.platform.language import Text
from portal.programs.models import Call
from portal.routing.queries import conflicts as queries

DETECTORS: dict[str, Text] = {
    "participant": Text("신청서에 이름이 있습니다.", "Is named in the application."),
    "sanctioned": Text("참여제한 기간 중입니다.", "Is under a restriction of participation."),
    "same_call_applicant": Text("같은 공고의 다른 신청서에 참여합니다.", "Takes part in another application to this call."),
    "same_company": Text("{of}에 소속되어 있습니다.", "Works at {of}."),
    "same_department": Text("연구책임자와 {of}의 같은 부서에 있습니다.", "Is in the PI's department at {of}."),
    "cross_review": Text("이 신청서의 연구자가 지금 이 사람의 과제를 평가합니다.", "A researcher here now reviews an application of this person."),
    "referee": Text("신청자를 위해 추천서를 썼습니다.", "Wrote a letter for the applicant."),
    "supplier": Text("{of}이(가) 신청 자원을 공급합니다.", "{of} supplies what the application asks for."),
    "relative": Text("이 신청서의 연구자와 친족 관계입니다.", "Is or was a relative of a researcher here."),
    "adviser_student": Text("이 신청서의 연구자와 지도교수·학생 관계입니다.", "Is or was adviser or student of a researcher here."),
    "co_author": Text("이 신청서의 연구자와 함께 쓴 논문이 있습니다.", "Wrote a paper with a researcher here."),
    "joint_project": Text("이 신청서의 연구자와 함께 한 과제가 있습니다.", "Shares a project with a researcher here."),
    "employment": Text("{of}에서 일하였습니다.", "Worked at {of}."),
    "shares": Text("{of}의 주식 등 경제적 이익이 있습니다.", "Holds shares of {of} or gains from it."),
}  # fmt: skip


@dataclass(frozen=True)
class Row:
    application: Application
    ground: Mapping[str, str] | Text
    article: Mapping[str, str]
    severity: Severity
    told: Text
    note: str  # title of the paper or project
    since: date | None
    until: date | None


def _organisations(evidence: Iterable[dict[str, Any]], relations: dict[str, Relation]) -> dict[int, Organisation]:
    ids = {e["organisation"] for e in evidence if e.get("organisation") is not None}
    ids |= {r.organisation_id for r in relations.values() if r.organisation_id is not None}
    return queries.organisations(ids)


def evidence_told(evidence: Sequence[dict[str, Any]]) -> list[tuple[Text, str]]:
    """Each evidence as a sentence and the title of what it rests on; a fixed number of statements."""
    relations = queries.relations({str(e["relation"]) for e in evidence if "relation" in e})
    organisations = _organisations(evidence, relations)
    told = []
    for row in evidence:
        relation = relations.get(str(row.get("relation")))
        of = organisations.get(row.get("organisation") or (relation.organisation_id if relation else None) or 0)
        words = DETECTORS.get(row.get("detector", ""), Text("", ""))
        name, name_en = (of.name, of.name_en or of.name) if of else ("", "")
        told.append(
            (
                Text(words.ko.replace("{of}", name), words.en.replace("{of}", name_en)),
                relation.note if relation else "",
            )
        )
    return told


def rows(actor: Actor, call: Call, found: Sequence[Found]) -> list[Row]:
    """By application; of those from which the reader is barred, none."""
    shown = queries.applications_shown(actor, call.id, {bar.application_id for bar in found})
    seen = [bar for bar in found if bar.application_id in shown]
    regime = call.definition.regime
    made = []
    for bar, (told, note) in zip(seen, evidence_told([dict(bar.evidence) for bar in seen]), strict=True):
        ground = ground_of(regime, bar.ground)
        made.append(
            Row(
                shown[bar.application_id], name_of(regime, bar.ground), ground.article if ground else {},
                bar.severity, told, note, bar.since, bar.until,
            )
        )  # fmt: skip
    return sorted(made, key=lambda row: (row.application.title, row.application.id))
