"""What the routing pages show, ready to show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import request, url_for

from portal.accounts.models import Person
from portal.applications.models import StageEntry
from portal.applications.queries.submissions import content_of
from portal.applications.rules.roles import member_roles
from portal.platform.jobs import Job, JobState
from portal.platform.language import Text
from portal.routing.models import Assignment, AssignmentState, Panel, RoutingRun, Seat, SeatState
from portal.routing.rules.panels import ASSIGNMENT_STATES, LIVE, SEAT_STATES

REASONS = {
    "conflicts": Text(
        "이해충돌로 맡을 수 있는 위원이 부족합니다", "too few reviewers are free of conflicts of interest"
    ),
    "absence": Text(
        "부재 중인 위원을 빼면 맡을 수 있는 위원이 부족합니다", "too few are left without those who are away"
    ),
    "capacity": Text("맡을 수 있는 위원의 담당 건수가 다 찼습니다", "those who could are at their capacity"),
    "import": Text("올린 파일에 위원이 부족합니다", "the uploaded file gives it too few reviewers"),
    "kind:foreign": Text("해외 위원을 배정할 수 없습니다", "no overseas reviewer can take it"),
    "kind:industry": Text("산업계 위원을 배정할 수 없습니다", "no industry reviewer can take it"),
}
JOB_WORDS = {
    JobState.WAITING: Text("차례를 기다리고 있습니다.", "Waiting for its turn."),
    JobState.RUNNING: Text("배정안을 만들고 있습니다.", "Making the assignment."),
    JobState.PARKED: Text(
        "배정안을 만들지 못했습니다. 작업 화면에서 사유을 확인해 주십시오.",
        "The assignment failed. See the reason on the page of jobs.",
    ),
}
PLEDGE = Text(
    "평가위원으로서 공정하게 평가하고, 평가하며 알게 된 내용을 외부에 알리거나 다른 목적에 쓰지 않으며, "
    "이해관계가 있으면 바로 알리겠습니다. 이 서약은 이번 평가에서 배정받은 모든 과제에 적용됩니다.",
    "As a reviewer I will judge fairly, neither disclose nor use for other ends what I learn, and report any conflict "
    "of interest at once. This pledge covers every application assigned to me in this review.",
)


@dataclass(frozen=True)
class Cell:
    public_id: str
    name: str
    word: Text
    tone: str
    terms: Sequence[str]
    affinity: int  # per cent
    by_hand: bool
    can_swap: bool
    draft: bool


@dataclass(frozen=True)
class EntryRow:
    entry: StageEntry
    title: str
    applicant: str
    cells: Sequence[Cell]
    barred: int
    wanted: int


def _cell(a: Assignment, names: Mapping[int, Person]) -> Cell:
    word, tone = ASSIGNMENT_STATES[a.state]
    person = names.get(a.person_id)
    return Cell(
        a.public_id, person.name if person else "", word, tone, list(a.explanation.get("terms", [])),
        round(a.affinity / 10_000), bool(a.explanation.get("by_hand")), a.state is not AssignmentState.REVOKED,
        a.state is AssignmentState.DRAFT,
    )  # fmt: skip


def entry_rows(
    entries: Sequence[StageEntry], assignments: Sequence[Assignment], names: Mapping[int, Person],
    barred: set[tuple[int, int]], seats: Sequence[Seat], wanted: int,
) -> list[EntryRow]:  # fmt: skip
    """Each entry with its reviewers, their shared terms and the conflicts avoided."""
    by_entry: dict[int, list[Assignment]] = {}
    for a in assignments:
        by_entry.setdefault(a.entry_id, []).append(a)
    people = [s.person_id for s in seats if s.state is SeatState.ACCEPTED]
    return [
        EntryRow(
            entry, entry.application.title, entry.application.applicant,
            [_cell(a, names) for a in by_entry.get(entry.id, [])],
            sum((p, entry.application_id) in barred for p in people), min(wanted, len(people)),
        )
        for entry in entries
    ]  # fmt: skip


@dataclass(frozen=True)
class SeatRow:
    seat: Seat
    name: str
    organisation: str
    word: Text
    tone: str
    load: int
    capacity: int
    barred: int


def seat_rows(
    panel: Panel, organisations: Mapping[int, str], assignments: Sequence[Assignment],
    capacities: Mapping[int, int], barred: set[tuple[int, int]], maximum: int,
) -> list[SeatRow]:  # fmt: skip
    loads: dict[int, int] = {}
    for a in assignments:
        if a.state in (AssignmentState.DRAFT, *LIVE):
            loads[a.person_id] = loads.get(a.person_id, 0) + 1
    blocked: dict[int, int] = {}
    for person, _ in barred:
        blocked[person] = blocked.get(person, 0) + 1
    return [
        SeatRow(
            seat, seat.person.name, organisations.get(seat.person_id, ""), *SEAT_STATES[seat.state],
            loads.get(seat.person_id, 0), min(maximum, capacities.get(seat.person_id, maximum)),
            blocked.get(seat.person_id, 0),
        )
        for seat in panel.seats
    ]  # fmt: skip


def unfilled(run: RoutingRun | None, entries: Sequence[StageEntry]) -> list[dict[str, Any]]:
    titles = {e.id: e.application.title for e in entries}
    return [
        {"title": titles[u["entry"]], "missing": u["missing"], "why": REASONS.get(u["reason"], u["reason"])}
        for u in (run.result.get("unfilled", []) if run else [])
        if u["entry"] in titles
    ]


def left_out(run: RoutingRun | None, names: Mapping[int, Person]) -> list[dict[str, Any]]:
    """Whom the run left out because they are away: part of its frozen inputs."""
    return [
        {"name": names[row["person"]].name, "days": row["days"], "of": row["of"]}
        for row in (run.inputs.get("away", []) if run else [])
        if row["person"] in names
    ]


def job_state(job: Job | None) -> dict[str, Any] | None:
    """The run that is under way, or that was parked; nothing once it is done."""
    if job is None or job.state is JobState.DONE:
        return None
    return {
        "word": JOB_WORDS[job.state],
        "done": job.progress_done,
        "total": job.progress_total,
        "since": job.created_at,
        "parked": job.state is JobState.PARKED,
    }


@dataclass(frozen=True)
class Team:
    """Names of people and institutions, and nothing else: what a declaration is answered on."""

    institutions: Sequence[tuple[str, str]]  # name, country
    members: Sequence[tuple[str, str, str, Text]]  # name, institution, department, role

    @property
    def label(self) -> str:
        """The institutions by name, the lead first, or the people of a team without any; no title."""
        return ", ".join([name for name, _ in self.institutions] or [name for name, *_ in self.members])


def team_of(entry: StageEntry) -> Team:
    content, roles = content_of(entry.submission), member_roles(entry.application.call.definition)
    names = {i["id"]: str(i["name"]) for i in content["institutions"]}
    return Team(
        [(str(i["name"]), str(i["country"])) for i in content["institutions"]],
        [
            (
                str(m["name"]),
                names.get(m["institution"], ""),
                str(m["department"]),
                roles.get(m["role"], Text(m["role"], m["role"])),
            )
            for m in content["members"]
        ],
    )


@dataclass(frozen=True)
class Pagination:
    number: int
    pages: int
    total: int
    endpoint: str
    arguments: dict[str, Any]

    def url_for(self, number: int) -> str:
        return url_for(self.endpoint, **self.arguments | {"page": number})


def pagination(endpoint: str, number: int, pages: int, total: int, **fixed: str) -> Pagination:
    kept = {k: v for k, v in request.args.items() if k not in ("page", "lang")}
    return Pagination(number, pages, total, endpoint, kept | fixed)
