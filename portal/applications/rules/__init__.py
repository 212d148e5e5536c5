"""Pure questions about an application: who may read and write what, and until when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from portal.applications.models import Application, ApplicationState
from portal.programs.definition import CallDefinition, Section

BUDGET = "budget"  # the version rows of the budget (one per institution) and of the requested means
MEANS = "means"


@dataclass(frozen=True)
class Standing:
    """How a person stands to an application. Institutions are public ids; a team without any is "" in them."""

    owner: bool = False
    leads: bool = False  # joined the lead institution, or is the principal investigator
    joined: frozenset[str] = frozenset()  # institutions that this person joined for
    edits: frozenset[str] = frozenset()  # institutions in which this person is a member who may edit
    member_of: frozenset[str] = frozenset()

    @property
    def writes_for(self) -> frozenset[str]:
        return self.joined | self.edits


def team_size(definition: CallDefinition) -> tuple[int, int]:
    """The least and the most people of an application without institutions."""
    return (1, 1) if definition.applicant == "person" else (definition.members.least, definition.members.most)


def is_open(application: Application, now: datetime) -> bool:
    """Drafts and submitted applications may be changed until the effective deadline, to the millisecond."""
    return (
        application.state in (ApplicationState.DRAFT, ApplicationState.SUBMITTED)
        and application.call.opened_at is not None
        and now < application.deadline
    )


def can_lead(standing: Standing) -> bool:
    """Names institutions and members, hands in, withdraws: the owner and whoever stands for the lead institution."""
    return standing.owner or standing.leads


def can_edit_team(standing: Standing) -> bool:
    """The team's own sections: the owner, who joined for the lead institution, members who may edit."""
    return standing.owner or standing.leads or bool(standing.edits)


def can_edit_slice(standing: Standing, slice: str) -> bool:
    """Each institution writes its own slice; not even the owner writes another's."""
    return bool(slice) and slice in standing.writes_for


def can_read_slice(standing: Standing, slice: str) -> bool:
    """The owner and the lead read every slice; the others their own institution's."""
    return standing.owner or standing.leads or slice in standing.writes_for | standing.member_of


def can_edit_section(standing: Standing, section: Section, slice: str) -> bool:
    if section.editor == "institution":
        return bool(slice) and can_edit_slice(standing, slice)
    return not slice and can_edit_team(standing)


def can_read_section(standing: Standing, section: Section, slice: str) -> bool:
    if section.editor == "institution":
        return bool(slice) and can_read_slice(standing, slice)
    return not slice
