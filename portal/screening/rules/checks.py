"""The kinds of rule that a program file may name, and the run over all of a call's rules."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from portal.programs.definition import CallDefinition, ScreeningRule
from portal.screening.models import FindingResult
from portal.screening.rules import answered, money, papers, team
from portal.screening.rules.findings import Answer, Content, Facts, FoundFinding, evidence

Check = Callable[[Content, dict[str, Any], CallDefinition, Facts], Answer]

KINDS: dict[str, Check] = {
    "lead_kind": team.lead_kind,
    "must_include": team.must_include,
    "institution_count": team.institution_count,
    "institutions_joined": team.institutions_joined,
    "foreign_role": team.foreign_role,
    "no_active_restriction": team.no_active_restriction,
    "consents_present": team.consents_present,
    "confirmations_present": team.confirmations_present,
    "one_application_per_lead": team.one_application_per_lead,
    "one_application_per_pi": team.one_application_per_pi,
    "has_pi": team.has_pi,
    "has_member": team.has_member,
    "team_size": team.team_size,
    "one_team_per_person": team.one_team_per_person,
    "answer_among": answered.answer_among,
    "years_since": answered.years_since,
    "sections_complete": papers.sections_complete,
    "page_limits": papers.page_limits,
    "attachments_present": papers.attachments_present,
    "budget_matching": money.budget_matching,
    "means_within_caps": money.means_within_caps,
    "component_exclusions": money.component_exclusions,
    "asks_for_something": money.asks_for_something,
}


def _run(rule: ScreeningRule, content: Content, definition: CallDefinition, facts: Facts) -> Answer:
    check = KINDS.get(rule.kind)
    if check is None:
        return FindingResult.UNCLEAR, [
            evidence(
                f"이 규칙({rule.kind})은 사람이 확인해야 합니다.", f"This rule ({rule.kind}) is for a person to check."
            )
        ]
    return check(content, dict(rule.params), definition, facts)


def rules_of(definition: CallDefinition, stage: str) -> list[ScreeningRule]:
    """The rules that run at a stage: those that name it, and on applications those that name none."""
    report = definition.judges_report(stage)
    return [rule for rule in definition.screening if stage in rule.stages or not (rule.stages or report)]


def screen(content: Content, definition: CallDefinition, facts: Facts) -> list[FoundFinding]:
    """One finding per rule of the stage, in the call's order."""
    found = []
    for rule in rules_of(definition, facts.stage):
        result, seen = _run(rule, content, definition, facts)
        found.append(FoundFinding(rule.code, result, seen))
    return found


def eligible(findings: list[FoundFinding]) -> bool:
    """The machine may say yes, and only when every rule passes."""
    return all(finding.result is FindingResult.PASS for finding in findings)
