"""The office's page of one call: propose, approve, publish, and the awards with their states."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from flask import url_for

from portal.applications.models import EntryState, StageEntry
from portal.awards import rules, service
from portal.awards.errors import TableOpen
from portal.awards.forms import ProposalForm, proposal_form
from portal.awards.models import Award, AwardState, Decision, DecisionState, Outcome, Result, Scenario
from portal.awards.pages import bundles
from portal.awards.pages.explained import placing_words
from portal.awards.placing import told
from portal.awards.queries import awards as award_queries
from portal.awards.queries import decisions as queries
from portal.awards.queries import reserves, tables
from portal.awards.queries.matching import latest
from portal.awards.rules import Piece
from portal.awards.service import Approver, committee, decide
from portal.awards.service.matching import is_current
from portal.budgets import queries as budgets
from portal.platform.context import Actor
from portal.platform.errors import DomainError
from portal.platform.language import Text, say
from portal.programs.models import Call, Stage
from portal.ranking.queries import conditions, latest_run
from portal.ranking.rules import under_minimum
from portal.routing.queries.sessions import absences

TONES = {
    AwardState.RESERVED: "neutral", AwardState.OFFERED: "info", AwardState.ACCEPTED: "success",
    AwardState.AGREED: "success", AwardState.ACTIVE: "success", AwardState.ENDED: "neutral",
    AwardState.ELIMINATED: "danger", AwardState.DECLINED: "warning", AwardState.EXPIRED: "warning",
    AwardState.CANCELLED: "neutral",
}  # fmt: skip
DECISION_TONES = {
    DecisionState.PROPOSED: "info", DecisionState.APPROVED: "warning", DecisionState.PUBLISHED: "success",
    DecisionState.ANNULLED: "neutral",
}  # fmt: skip
RESULT_TONES = {
    Result.ADVANCE: "success", Result.AWARD: "success", Result.RESERVE: "info", Result.DECLINE: "neutral",
}  # fmt: skip
ABOVE = Text(
    "평가 결과와 조건 판정에 따라 선정 범위에 들었습니다.",
    "Within the selection by the result of the review and the conditions.",
)
BELOW = Text("평가 결과 선정 범위에 들지 못했습니다.", "Not within the selection by the result of the review.")
FAILED = Text("조건을 충족하지 못하여 선정할 수 없습니다.", "A condition was not met, so it cannot be selected.")
SHORT = Text("평가 결과 이 단계의 최저 점수에 미치지 못하였습니다.", "Below the least points that this stage asks for.")


def default_stage(call: Call) -> Stage:
    """The earliest stage without a published decision that has entries; else the last."""
    for stage in call.stages:
        if stage.opened_at is not None and stage.decided_at is None:
            return stage
    return next((s for s in reversed(call.stages) if s.decided_at is not None), call.stages[0])


LONG = 30  # entries from which on a proposal is a table with shared reasons


class Proposal:
    """What the proposal form starts from: every open entry in rank order."""

    def __init__(self, stage: Stage, track: str) -> None:
        self.stage, self.track = stage, track
        self.definition = stage.call.definition
        self.of_stage = self.definition.stage(stage.code)
        self.run = latest_run(stage.id, track)
        self.places = tables.places(self.run)
        open_ones = queries.open_entries(stage.id, track)
        self.waiting = [e for e in open_ones if e.state is EntryState.ENTERED]
        self.entries = sorted(
            (e for e in open_ones if e.state is EntryState.IN_REVIEW),
            key=lambda e: (self.places[e.id].rank if e.id in self.places else 10**6, e.id),
        )
        self.findings = conditions([e.id for e in self.entries])
        self.absent = absences([e.id for e in self.entries])
        self.table_open = False
        self.saved = self._matching()
        self.said = self._said()
        self.bundles = self._bundles()

    def _matching(self) -> Scenario | None:
        """The last matching of choices, as long as it is computed and its rankings are the ones of today."""
        if not self.of_stage.awards or rules.ranked_choice(self.definition) is None:
            return None
        saved = latest(self.stage.id)
        return saved if saved is not None and saved.result is not None and is_current(self.stage, saved) else None

    def _said(self) -> dict[int, dict[str, Any]]:
        """What it says of each entry."""
        saved = self.saved
        if saved is None or saved.result is None:
            return {}
        found = {e.id: told(saved.inputs, saved.result, e.public_id) for e in self.entries}
        return {id_: one for id_, one in found.items() if one is not None}

    def _placed(self) -> dict[int, str]:
        return {id_: one["placed"] for id_, one in self.said.items() if one["placed"]}

    def _bundles(self) -> dict[int, list[Piece]]:
        if not self.of_stage.awards or not self.entries:
            return {}
        try:
            return decide.bundles(self.stage, self.track, [e.id for e in self.entries], self._placed())
        except TableOpen:
            self.table_open = True
            return {}

    @property
    def ready(self) -> bool:
        return self.run is not None and bool(self.entries) and not self.waiting and not self.table_open

    @property
    def long(self) -> bool:
        return len(self.entries) > LONG

    @property
    def keep(self) -> int:
        return rules.keep_of(self.definition, self.of_stage.code, self.track)

    def failed(self, entry: StageEntry) -> bool:
        return any(not finding.passed for finding in self.findings.get(entry.id, {}).values())

    def short(self, entry: StageEntry) -> bool:
        place = self.places.get(entry.id)
        return under_minimum(place.mean if place else None, self.of_stage.minimum_points)

    def _why(self, entry: StageEntry, result: Result) -> Text:
        if result in rules.SELECTED:
            return ABOVE
        return FAILED if self.failed(entry) else SHORT if self.short(entry) else BELOW

    def first_result(self, entry: StageEntry, chosen: int) -> Result:
        if self.saved is not None:
            placed = entry.id in self._placed() and not self.failed(entry)
            rest = Result.RESERVE if self.definition.awards.promote and not self.failed(entry) else Result.DECLINE
            return Result.AWARD if placed else rest
        fundable = not self.of_stage.awards or bool(self.bundles.get(entry.id))
        if chosen < self.keep and fundable and not self.failed(entry) and not self.short(entry):
            return Result.AWARD if self.of_stage.awards else Result.ADVANCE
        return Result.DECLINE

    def form(self) -> ProposalForm:
        """Prefilled from the ranking and the panel's table; on a post, with what was typed."""
        made = proposal_form([e.id for e in self.entries], rules.allowed_results(self.of_stage), long=self.long)()
        if made.is_submitted():
            return made
        made.stage.data, made.track.data = self.stage.code, self.track
        made.matching.data = self.saved.public_id if self.saved is not None else ""
        made.selected_reason.data, made.other_reason.data = say(ABOVE), say(BELOW)
        chosen = 0
        for entry in self.entries:
            result = self.first_result(entry, chosen)
            chosen += result in rules.SELECTED
            made[f"result_{entry.id}"].data = result.value
            why = self._why(entry, result)
            made[f"reason_{entry.id}"].data = "" if self.long and why in (ABOVE, BELOW) else say(why)
        return made

    def typed(self, form: ProposalForm) -> list[tuple[int, Result, str]]:
        return [self._typed(form, entry.id) for entry in self.entries]

    def _typed(self, form: ProposalForm, entry_id: int) -> tuple[int, Result, str]:
        result = Result(form[f"result_{entry_id}"].data)
        own = (form[f"reason_{entry_id}"].data or "").strip()
        shared = form.selected_reason if result in rules.SELECTED else form.other_reason
        return entry_id, result, own or ((shared.data or "").strip() if self.long else "")

    def rows(self, form: ProposalForm) -> list[dict[str, Any]]:
        return [
            {
                "entry": entry,
                "place": self.places.get(entry.id),
                "applicant": entry.application.applicant,
                "conditions": [
                    (c.names, *word(self.findings.get(entry.id, {}).get(c.code))) for c in self.of_stage.conditions
                ],
                "absent": entry.id in self.absent,
                "bundle": bundles.rows(self.bundles.get(entry.id, []), self.definition),
                "placing": placing_words(self.said.get(entry.id), self.definition),
                "result": form[f"result_{entry.id}"],
                "reason": form[f"reason_{entry.id}"],
            }
            for entry in self.entries
        ]

    def pieces(self, form: ProposalForm) -> list[Piece]:
        """The bundles of everything the form selects now."""
        chosen = [e.id for e in self.entries if form[f"result_{e.id}"].data == Result.AWARD]
        return [piece for entry_id in chosen for piece in self.bundles.get(entry_id, [])]


def word(found: Any) -> tuple[Text, str]:
    if found is None:
        return Text("판정 전", "Not judged yet"), "neutral"
    return (Text("충족", "Met"), "success") if found.passed else (Text("미충족", "Not met"), "danger")


def caps_beside(actor: Actor, call: Call, pieces: Sequence[Piece]) -> dict[str, Any]:
    tree = budgets.tree()
    caps = bundles.caps(actor, call.definition, pieces, bundles.known_lines(tree), tree)
    return bundles.grouped(caps, call.definition)


def approver_rows(found: Sequence[Approver]) -> list[dict[str, Any]]:
    """Each holder of the right with what keeps them from approving now, and for whom they stand in."""
    return [
        {
            "name": one.actor.name,
            "bar": rules.BARS[one.bar] if one.bar else None,
            "away": one.away,
            "deputy": one.away.deputy.name if one.away and one.away.deputy else "",
            "stands_in_for": ", ".join(absent.actor.name for absent in one.stands_in_for),
            "can": one.can_now,
        }
        for one in found
    ]


def approval_view(decision: Decision, now: datetime) -> dict[str, Any]:
    """Who can approve a decision that waits for it; nothing for one that does not."""
    waiting = decision.state is DecisionState.PROPOSED
    rows = approver_rows(service.approvers_of(decision, now)) if waiting else []
    return {"approvers": rows, "nobody_can": waiting and not any(row["can"] for row in rows)}


def letters(
    decision: Decision, outcomes: Sequence[Outcome], bundles_of: dict[int, list[Piece]]
) -> list[dict[str, Any]]:
    """The facts of each letter that publication sends: to whom, what, why, how much, until when."""
    definition = decision.stage.call.definition
    days = definition.awards.acceptance_days
    return [
        {
            "to": outcome.entry.application.owner.name,
            "title": outcome.entry.application.title,
            "result": rules.RESULTS[outcome.result],
            "tone": RESULT_TONES[outcome.result],
            "reason": outcome.reason,
            "rank": outcome.rank,
            "bundle": bundles.rows(bundles_of.get(outcome.entry_id, []), definition),
            "total": rules.total_value(bundles_of.get(outcome.entry_id, []), definition),
            "days": days if outcome.result is Result.AWARD else None,
            "application": outcome.entry.application.public_id,
        }
        for outcome in outcomes
    ]


def bundles_of_decision(decision: Decision, outcomes: Sequence[Outcome]) -> dict[int, list[Piece]]:
    """The awards' own components once they exist; before that the panel's closed table."""
    entry_of = {outcome.id: outcome.entry_id for outcome in outcomes}
    made = award_queries.awards_of_decision(decision.id)
    if made:
        return {entry_of[a.outcome_id]: bundles.pieces_of(a.components) for a in made}
    if decision.state is not DecisionState.PROPOSED:
        return {}
    try:
        awarded = [o.entry_id for o in outcomes if o.result is Result.AWARD]
        return decide.bundles(decision.stage, decision.track, awarded)
    except DomainError:
        return {}


def decision_view(actor: Actor, decision: Decision, now: datetime) -> dict[str, Any]:
    """The decision under way: its letters, who can approve, what it takes of the caps."""
    outcomes = queries.outcomes_of(decision.id)
    held = bundles_of_decision(decision, outcomes)
    proposed = decision.state is DecisionState.PROPOSED
    known = queries.people(
        [decision.proposed_by_id, decision.approved_by_id, decision.published_by_id, decision.approved_for_id]
    )
    call = decision.stage.call
    mine = decision.proposed_by_id in tables.identities(actor)
    is_administrator = actor.has("administrator", *call.scopes)
    rule, sitting = committee.rule_of(decision), queries.sitting_of(decision.id)
    waits = rule is not None and sitting is None and proposed
    return {
        "committee": rule,
        "sitting": sitting,
        "may_record_sitting": waits,
        "decision": decision,
        "state": rules.DECISION_STATES[decision.state],
        "tone": DECISION_TONES[decision.state],
        "letters": letters(decision, outcomes, held),
        **approval_view(decision, now),
        "caps": caps_beside(actor, call, [p for b in held.values() for p in b]) if proposed else {},
        "people": known,
        "may_approve": proposed and is_administrator and not waits,
        "may_publish": decision.state is DecisionState.APPROVED,
        "may_return": decision.state in (DecisionState.PROPOSED, DecisionState.APPROVED) and (mine or is_administrator),
        "answer_until": now + timedelta(days=call.definition.awards.acceptance_days),
    }


def reserve_list(actor: Actor, decision: Decision, now: datetime) -> dict[str, Any] | None:
    """Who is next, how many places are free, and what was done with the list so far; None where there is no list."""
    definition = decision.stage.call.definition
    if not definition.awards.promote or decision.state is not DecisionState.PUBLISHED:
        return None
    standing, until = reserves.standing(decision.id), reserves.valid_until(decision)
    settled = reserves.settled(decision.id)
    free = reserves.free_places(decision)
    over = until is not None and now >= until
    known = queries.people([outcome.reserve_by_id for outcome in settled])
    return {
        "standing": standing,
        "settled": [(outcome, known.get(outcome.reserve_by_id or 0)) for outcome in settled],
        "free": free,
        "following": [] if over else standing[:free],
        "until": until,
        "over": over,
        "may": actor.has("administrator", *decision.stage.call.scopes) and not over,
    }


def award_rows(call: Call, made: Sequence[Award]) -> list[dict[str, Any]]:
    return [
        {
            "award": award,
            "title": award.application.title,
            "applicant": award.application.applicant,
            "state": rules.AWARD_STATES[award.state],
            "tone": TONES[award.state],
            "total": sum(c.value for c in award.components),
            "bundle": bundles.rows(bundles.pieces_of(award.components), call.definition),
            "url": url_for("awards.offer", public_id=award.public_id),
        }
        for award in made
    ]
