"""The inputs of a run: looked up, frozen, hashed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from portal.applications.models import StageEntry
from portal.applications.queries.submissions import content_of, texts_of_files
from portal.conflicts.queries import barred_pairs
from portal.conflicts.rules import today
from portal.platform.db import db
from portal.routing.errors import NothingToRoute, PanelTooSmall
from portal.routing.models import AssignmentState, Panel, Seat
from portal.routing.queries import panels
from portal.routing.queries import pool as reviewers
from portal.routing.rules.panels import LIVE, can_run, fair_share, review_window, reviews_together
from portal.routing.rules.trials import Changes, Pair

if TYPE_CHECKING:  # NumPy takes 9 MB of every web process, and panels are solved in workers
    from portal.routing.engine import Match, Problem

ENGINE = "flow-2"
SUMMARY_LENGTH = 4000


def digest(value: Any) -> str:
    """SHA-256 of the canonical JSON."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True)
class Facts:
    """All that a run depends on; the affinities follow from it. Looking it up again is cheap."""

    told: dict[str, Any]
    entries: list[StageEntry]
    profiles: list[str]  # keywords of each reviewer


@dataclass(frozen=True)
class Frozen:
    """`record` is what is stored and hashed: the facts and the affinities."""

    record: dict[str, Any]
    problem: Problem
    match: Match

    @property
    def entries(self) -> list[int]:
        return [row["id"] for row in self.record["entries"]]

    @property
    def reviewers(self) -> list[int]:
        return [row["person"] for row in self.record["reviewers"]]

    @property
    def digest(self) -> str:
        return digest(self.record)

    @property
    def facts(self) -> dict[str, Any]:
        return {key: value for key, value in self.record.items() if key != "affinity"}


def text_of(entry: StageEntry, extracted: Mapping[str, str]) -> str:
    """Title and the team's texts, the first of each section, then what was read out of the files handed in."""
    content = content_of(entry.submission)
    parts = [str(content["title"])]
    for _, slices in sorted(content["sections"].items()):
        for _, value in sorted(slices.get("", {}).items()):
            texts = value.values() if isinstance(value, dict) else [value]  # in both languages
            parts.extend(text[:SUMMARY_LENGTH] for text in texts if isinstance(text, str))
    parts.extend(extracted.get(file["sha256"], "") for file in content.get("attachments", ()))
    return "\n".join(filter(None, parts))


def ready(panel: Panel) -> tuple[list[Seat], list[StageEntry]]:
    """Who reviews and what is reviewed. Raises NothingToRoute, PanelTooSmall."""
    rule = panel.stage.call.definition.stage(panel.stage.code).panel
    seats = list(panels.accepted_seats(panel.id))
    entries = list(panels.entries_to_route(panel.stage_id, panel.track))
    if not entries:
        raise NothingToRoute
    if not can_run(seats, rule):
        accepted = sum(not s.standby for s in seats)
        raise PanelTooSmall(accepted=accepted, needed=min(rule.reviews_per_entry, rule.size))
    return seats, entries


class _Pairs:
    """Entries and people by their places, and the pairs that the database knows of them."""

    def __init__(self, seats: list[Seat], entries: list[StageEntry], now: datetime) -> None:
        self.people, self.entries = [s.person_id for s in seats], [e.id for e in entries]
        self.row = {id_: n for n, id_ in enumerate(self.entries)}
        self.column = {id_: n for n, id_ in enumerate(self.people)}
        barred = barred_pairs(self.people, [e.application_id for e in entries], today(now))
        settled = panels.pairs_of_entries(self.entries)
        gone = {
            (a.entry_id, a.person_id) for a in settled if a.state in (AssignmentState.DECLINED, AssignmentState.REVOKED)
        }
        self.kept = self.places({(a.entry_id, a.person_id) for a in settled if a.state in LIVE})
        self.barred = self.places(
            {(e.id, p) for e in entries for p in self.people if (p, e.application_id) in barred or (e.id, p) in gone}
        )

    def places(self, pairs: set[Pair]) -> list[list[int]]:
        return sorted([self.row[e], self.column[p]] for e, p in pairs if e in self.row and p in self.column)


def look(panel: Panel, seed: int, now: datetime, changes: Changes) -> Facts:
    """Reads only. Raises NothingToRoute, PanelTooSmall."""
    definition = panel.stage.call.definition
    rule = definition.stage(panel.stage.code).panel
    seats, entries = ready(panel)
    pairs, together = _Pairs(seats, entries, now), reviews_together(rule)
    first, last = review_window(panel.stage, now)
    away = reviewers.left_out(pairs.people, first, last)
    profiles = reviewers.profiles_of(pairs.people)
    words = [f"{profiles[p].keywords}\n{profiles[p].works}".strip() if p in profiles else "" for p in pairs.people]
    own = [profiles[p].capacity if p in profiles else rule.max_load for p in pairs.people]
    standby = {s.person_id for s in seats if s.standby}
    most = [len(entries) if together else min(rule.max_load, n) for n in own]
    most = [0 if p in standby else n for p, n in zip(pairs.people, most, strict=True)]
    capacity = [changes.loads.get(p, n) for p, n in zip(pairs.people, most, strict=True)]
    kinds = {"foreign": rule.min_foreign, "industry": rule.min_industry} if together else {}
    kinds = {kind: count for kind, count in kinds.items() if count}
    forbidden = pairs.places(set(changes.forbidden))
    demand = (
        _everybody(pairs, seats, away.keys() | standby, forbidden, kinds)
        if together
        else [rule.reviews_per_entry] * len(entries)
    )
    told = {
        "engine": ENGINE, "seed": seed, "panel": panel.public_id, "stage": panel.stage.code, "together": together,
        "call": panel.stage.call.content_hash, "per_entry": rule.reviews_per_entry, "kinds": kinds,
        "entries": [{"id": e.id, "entry": e.public_id, "sha256": e.submission.sha256} for e in entries],
        "reviewers": [
            {"person": s.person_id, "kind": s.kind, "capacity": c, "profile": digest(w)}
            for s, c, w in zip(seats, capacity, words, strict=True)
        ],
        "barred": pairs.barred, "kept": pairs.kept, "forbidden": forbidden,
        "locked": pairs.places(set(changes.locked)), "changes": changes.as_json(),
        "away": [{"person": p, "days": n, "of": (last - first).days + 1} for p, n in sorted(away.items())],
        "demand": demand, "share": fair_share(capacity, sum(demand)),
    }  # fmt: skip
    return Facts(told, entries, words)


def _everybody(
    pairs: _Pairs, seats: list[Seat], away: AbstractSet[int], forbidden: list[list[int]], kinds: dict[str, int]
) -> list[int]:
    """Reviews of each entry where the whole panel reviews it: everybody who may, and the seats of kinds that nobody
    can take, which stay empty without costing anybody else theirs."""
    free = [[p not in away for p in pairs.people] for _ in pairs.entries]
    for places, state in ((pairs.barred, False), (forbidden, False), (pairs.kept, True)):
        for row, column in places:
            free[row][column] = state
    return [sum(row) + sum(max(0, least - _of_kind(row, seats, kind)) for kind, least in kinds.items()) for row in free]


def _of_kind(row: list[bool], seats: list[Seat], kind: str) -> int:
    return sum(may and seat.kind == kind for may, seat in zip(row, seats, strict=True))


def freeze(panel_id: int, seed: int, now: datetime, changes: Changes | None = None) -> Frozen:
    """Look up all inputs and compute the affinities: never in a request. Raises NothingToRoute, PanelTooSmall."""
    from portal.routing.engine import affinities
    from portal.routing.engine.replay import problem_of

    facts = look(db.session.get_one(Panel, panel_id), seed, now, changes or Changes())
    read = texts_of_files([e.application_id for e in facts.entries], SUMMARY_LENGTH)
    match = affinities([text_of(e, read) for e in facts.entries], facts.profiles)
    record = facts.told | {"affinity": match.affinity.tolist()}
    return Frozen(record, problem_of(record), match)
