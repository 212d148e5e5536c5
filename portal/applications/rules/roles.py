"""What the people of an application are called."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from portal.applications.models import MemberRole
from portal.platform.language import Text
from portal.programs.definition import CallDefinition

_CONSORTIUM: Final[Mapping[str, Text]] = {
    MemberRole.PI.value: Text("연구책임자", "Principal investigator"),
    MemberRole.RESEARCHER.value: Text("참여연구자", "Participating researcher"),
    MemberRole.STUDENT.value: Text("학생연구자", "Student researcher"),
    MemberRole.TALENT.value: Text("유치 대상 인재", "Talent to be brought in"),
}
_TEAM: Final[Mapping[str, Text]] = {
    MemberRole.PI.value: Text("팀장", "Team leader"),
    MemberRole.RESEARCHER.value: Text("팀원", "Team member"),
}
_PERSON: Final[Mapping[str, Text]] = {MemberRole.PI.value: Text("신청자", "Applicant")}


def member_roles(definition: CallDefinition) -> Mapping[str, Text]:
    """Role code -> word, for the kind of applicant that the call takes."""
    return {"team": _TEAM, "person": _PERSON}.get(definition.applicant, _CONSORTIUM)
