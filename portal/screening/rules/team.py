"""Checks of who applies: lead, mandatory members, team size, restrictions, consents, one application each."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from portal.applications.content import canonical_json, digest
from portal.programs.definition import CallDefinition, Question, Section
from portal.screening.rules.findings import (
    Answer,
    Content,
    Evidence,
    Facts,
    evidence,
    fails_if,
    lead_of,
    passes,
    unclear,
)

Params = dict[str, Any]
KIND_WORDS = {
    "company_sme": ("중소기업", "small or medium company"),
    "company_early_mid": ("초기 중견기업", "early mid-size company"),
    "company_mid": ("중견기업", "mid-size company"),
    "company_large": ("대기업", "large company"),
    "university": ("대학", "university"),
    "research_institute": ("연구기관", "research institute"),
    "public_body": ("공공기관", "public body"),
}
ROLE_WORDS = {
    "pi": ("연구책임자", "principal investigator"),
    "researcher": ("연구원", "researcher"),
    "student": ("학생", "student"),
    "talent": ("유치 인재", "talent from abroad"),
}
GROUPS = {
    "company": ("company_sme", "company_early_mid", "company_mid", "company_large"),
    "university_or_grad_students": ("university",),
    "institute": ("research_institute",),
}


def _words(kind: str) -> tuple[str, str]:
    return KIND_WORDS.get(kind, (kind, kind))


def _kinds(params: Params) -> set[str]:
    return {kind for name in _named(params, "kinds", []) for kind in GROUPS.get(name, (name,))}


def _named(params: Params, name: str, default: list[str]) -> set[str]:
    """A parameter that is one code or a list of them."""
    given = params.get(name, default)
    return {given} if isinstance(given, str) else {str(value) for value in given}


def lead_kind(content: Content, params: Params, definition: CallDefinition, facts: Facts) -> Answer:
    """The lead is of an allowed kind and country."""
    lead = lead_of(content)
    if lead is None:
        return fails_if([evidence("주관기관이 없습니다.", "There is no lead institution.", "institutions")])
    place, (ko, en) = f"institutions.{lead['id']}", _words(lead["kind"])
    allowed, country = _kinds(params), str(params.get("country", ""))
    found = []
    if allowed and lead["kind"] not in allowed:
        found.append(
            evidence(
                f"주관기관 ‘{lead['name']}’의 유형({ko})은 이 공고에서 주관할 수 없습니다.",
                f"The lead “{lead['name']}” is a {en}, which cannot lead in this call.",
                place,
            )
        )
    if country and lead["country"] != country:
        found.append(
            evidence(
                f"주관기관 ‘{lead['name']}’의 국가는 {lead['country']}입니다. {country} 기관이어야 합니다.",
                f"The lead “{lead['name']}” is in {lead['country']}; it must be in {country}.",
                place,
            )
        )
    return fails_if(found, evidence(f"주관기관: {lead['name']} ({ko})", f"Lead: {lead['name']} ({en})", place))


def must_include(content: Content, params: Params, definition: CallDefinition, facts: Facts) -> Answer:
    """At least `min` institutions of the kinds named take part."""
    wanted, least = _kinds(params), int(params.get("min", 1))
    there = [i for i in content["institutions"] if i["kind"] in wanted]
    names = ", ".join(str(i["name"]) for i in there)
    ko, en = (
        "·".join(_words(kind)[0] for kind in sorted(wanted)),
        " or ".join(_words(kind)[1] for kind in sorted(wanted)),
    )
    if len(there) >= least:
        return passes(evidence(f"{ko}: {names}", f"{en.capitalize()}: {names}", f"institutions.{there[0]['id']}"))
    students = [m for m in content["members"] if m["role"] == "student"]
    if "university" in wanted and students:
        return unclear(
            evidence(
                f"참여기관에 대학이 없으나 학생이 {len(students)}명 참여합니다. 대학원생 참여 요건을 확인해 주십시오.",
                f"No university takes part, but {len(students)} students do. Check the rule on graduate students.",
                f"members.{students[0]['id']}",
            )
        )
    return fails_if(
        [
            evidence(
                f"{ko}이(가) {least}곳 이상 참여해야 하나 {len(there)}곳입니다.",
                f"At least {least} of kind {en} must take part; there are {len(there)}.",
                "institutions",
            )
        ]
    )


def institution_count(content: Content, params: Params, definition: CallDefinition, facts: Facts) -> Answer:
    low = int(params.get("min", definition.min_institutions))
    high = int(params.get("max", definition.max_institutions))
    count = len(content["institutions"])
    seen = evidence(
        f"참여기관 {count}곳 (허용 {low}~{high}곳)", f"{count} institutions (allowed {low} to {high})", "institutions"
    )
    return passes(seen) if low <= count <= high else fails_if([seen])


def institutions_joined(content: Content, params: Params, definition: CallDefinition, facts: Facts) -> Answer:
    """Every institution accepted its invitation."""
    missing = [
        evidence(
            f"‘{i['name']}’이(가) 초대를 수락하지 않았습니다.",
            f"“{i['name']}” has not accepted its invitation.",
            f"institutions.{i['id']}",
        )
        for i in content["institutions"]
        if not i["joined"] and i["role"] != "lead"
    ]
    if missing and definition.confirmations_may_follow:
        return unclear(*missing)
    return fails_if(
        missing, evidence("모든 기관이 참여를 수락했습니다.", "Every institution has joined.", "institutions")
    )


def foreign_role(content: Content, params: Params, definition: CallDefinition, facts: Facts) -> Answer:
    """Foreign institutions take part in the roles allowed only (`roles`, usually joint)."""
    roles = _named(params, "roles", ["joint"])
    home = str(params.get("country", definition.regime.country))
    return fails_if(
        (
            evidence(
                f"외국 기관 ‘{i['name']}’({i['country']})은 공동연구기관으로만 참여할 수 있습니다.",
                f"The foreign institution “{i['name']}” ({i['country']}) may take part as a joint institution only.",
                f"institutions.{i['id']}",
            )
            for i in content["institutions"]
            if i["country"] != home and i["role"] not in roles
        ),
        evidence(
            "외국 기관의 역할에 문제가 없습니다.", "The roles of foreign institutions are allowed.", "institutions"
        ),
    )


def _under_restriction(facts: Facts, roles: set[str]) -> Iterator[Evidence]:
    for s in facts.sanctions:
        if s.role in roles and s.since <= facts.deadline_day <= s.until:
            yield evidence(
                f"‘{s.name}’: 마감일({facts.deadline_day}) 현재 참여제한 중 ({s.since} ~ {s.until}, {s.ground})",
                f"“{s.name}” is under a participation restriction on the deadline ({facts.deadline_day}): "
                f"{s.since} to {s.until} ({s.ground}).",
                s.place,
            )


def no_active_restriction(content: Content, params: Params, definition: CallDefinition, facts: Facts) -> Answer:
    """Nobody is barred from taking part on the day of the deadline (Act 10(1), 32)."""
    roles = _named(params, "roles", ["lead", "joint", "pi"])
    day = facts.deadline_day
    others = [s for s in facts.sanctions if s.role not in roles and s.since <= day <= s.until]
    result = fails_if(_under_restriction(facts, roles))
    if result[1]:
        return result
    if others:
        return unclear(*_under_restriction(facts, {s.role for s in others}))
    return passes(
        evidence(f"마감일({day}) 현재 참여제한이 없습니다.", f"No restriction on the deadline ({day}).", "institutions")
    )


def consents_present(content: Content, params: Params, definition: CallDefinition, facts: Facts) -> Answer:
    """Every member consented to the use of their data (PIPA 15)."""
    missing = [
        evidence(
            f"‘{m['name']}’님의 개인정보 수집·이용 동의가 없습니다.",
            f"{m['name']} has not consented to the use of personal data.",
            f"members.{m['id']}",
        )
        for m in content["members"]
        if not m["consented"]
    ]
    if not missing:
        count = len(content["members"])
        return passes(evidence(f"참여자 {count}명 모두 동의했습니다.", f"All {count} members consented.", "members"))
    return unclear(*missing) if definition.confirmations_may_follow else fails_if(missing)


def confirmed_hash(content: Content, section: Section, institution: str) -> str:
    """The hash a representative confirms for a section as handed in (applications/rules/confirmation.py)."""
    slice_ = institution if section.editor == "institution" else ""
    return digest(canonical_json({q.code: _value(content, section, slice_, institution, q) for q in section.questions}))


def _value(content: Content, section: Section, slice_: str, institution: str, question: Question) -> Any:
    if question.kind == "budget":
        return [c for c in content["costs"] if c["institution"] == institution]
    if question.kind == "requested_means":
        return content["means"]
    if question.is_file:
        slot = f"{section.code}.{question.code}"
        there = [a for a in content["attachments"] if a["slot"] == slot and a["slice"] == slice_]
        return [{"filename": a["filename"], "sha256": a["sha256"]} for a in there]
    given = content["sections"].get(section.code, {}).get(slice_, {}).get(question.code)
    if question.kind == "institutions" and isinstance(given, list):
        chosen = [i for i in content["institutions"] if i["id"] in given]
        return [{"name": i["name"], "role": i["role"], "kind": i["kind"]} for i in chosen]
    if question.kind == "people" and isinstance(given, list):
        names = {i["id"]: i["name"] for i in content["institutions"]}
        named = [m for m in content["members"] if m["id"] in given]
        return [{"name": m["name"], "role": m["role"], "institution": names.get(m["institution"], "")} for m in named]
    return given


def confirmations_present(content: Content, params: Params, definition: CallDefinition, facts: Facts) -> Answer:
    """Each institution's representative confirmed the sections that need it, as they were handed in."""
    sections = [s for s in definition.sections_to_apply_with if s.confirmed]
    given = {(c["institution"], c["section"]): c["content_hash"] for c in content["confirmations"]}
    missing = [
        evidence(
            f"‘{i['name']}’의 확인이 없거나 확인 뒤에 바뀐 절: {', '.join(s.names.get('ko', s.code) for s in open_)}",
            f"“{i['name']}” has not confirmed, or not as it is now: "
            f"{', '.join(s.names.get('en', s.code) for s in open_)}",
            f"institutions.{i['id']}",
        )
        for i in content["institutions"]
        if (open_ := [s for s in sections if given.get((i["id"], s.code)) != confirmed_hash(content, s, i["id"])])
    ]
    if not missing:
        return passes(evidence("모든 기관이 확인했습니다.", "Every institution confirmed.", "confirmations"))
    return unclear(*missing) if definition.confirmations_may_follow else fails_if(missing)


def one_application_per_lead(content: Content, params: Params, definition: CallDefinition, facts: Facts) -> Answer:
    return fails_if(
        (
            evidence(
                f"같은 주관기관이 이 공고에 다른 신청서를 제출했습니다: {receipt}",
                f"The same lead submitted another application in this call: {receipt}",
                "institutions",
            )
            for receipt in facts.others_of_lead
        ),
        evidence("이 주관기관의 신청서는 하나입니다.", "This is the lead's only application.", "institutions"),
    )


def one_application_per_pi(content: Content, params: Params, definition: CallDefinition, facts: Facts) -> Answer:
    return fails_if(
        (
            evidence(
                f"같은 연구책임자가 이 공고에 다른 신청서를 제출했습니다: {receipt}",
                f"The same principal investigator submitted another application in this call: {receipt}",
                "members",
            )
            for receipt in facts.others_of_pi
        ),
        evidence("이 연구책임자의 신청서는 하나입니다.", "This is the investigator's only application.", "members"),
    )


def has_pi(content: Content, params: Params, definition: CallDefinition, facts: Facts) -> Answer:
    """Exactly the number of principal investigators that the call wants."""
    least = int(params.get("min", 1))
    leads = [m for m in content["members"] if m["role"] == "pi"]
    names = ", ".join(str(m["name"]) for m in leads)
    if len(leads) >= least:
        return passes(evidence(f"연구책임자: {names}", f"Principal investigator: {names}", f"members.{leads[0]['id']}"))
    return fails_if([evidence("연구책임자가 없습니다.", "There is no principal investigator.", "members")])


def team_size(content: Content, params: Params, definition: CallDefinition, facts: Facts) -> Answer:
    """As many people as the call takes in one team."""
    low, high = definition.members.least, definition.members.most
    count = len(content["members"])
    seen = evidence(f"참여자 {count}명 (허용 {low}~{high}명)", f"{count} members (allowed {low} to {high})", "members")
    return passes(seen) if low <= count <= high else fails_if([seen])


def one_team_per_person(content: Content, params: Params, definition: CallDefinition, facts: Facts) -> Answer:
    """Nobody is in two teams of the call, by account or by address."""
    return fails_if(
        (
            evidence(
                f"‘{m['name']}’님은 이 공고의 다른 신청서에도 참여합니다: {receipt}",
                f"{m['name']} is also in another application of this call: {receipt}",
                f"members.{m['id']}",
            )
            for m in content["members"]
            for key, receipt in facts.members_elsewhere
            if key == m["email_key"]
        ),
        evidence("아무도 두 팀에 참여하지 않습니다.", "Nobody is in two teams.", "members"),
    )


def has_member(content: Content, params: Params, definition: CallDefinition, facts: Facts) -> Answer:
    """At least `min` members in the role."""
    role, least = str(params.get("role", "researcher")), int(params.get("min", 1))
    there = [m for m in content["members"] if m["role"] == role]
    names = ", ".join(str(m["name"]) for m in there)
    ko, en = ROLE_WORDS.get(role, (role, role))
    if len(there) >= least:
        return passes(evidence(f"{ko}: {names}", f"{en.capitalize()}: {names}", f"members.{there[0]['id']}"))
    return fails_if(
        [
            evidence(
                f"{ko}이(가) {least}명 이상 있어야 하나 {len(there)}명입니다.",
                f"At least {least} in the role “{en}” must take part; there are {len(there)}.",
                "members",
            )
        ]
    )
