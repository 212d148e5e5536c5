"""Pairs as a file: down with names, up for a dry run."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from portal.applications.models import StageEntry
from portal.platform import storage
from portal.platform.csv_rows import TableRefused, read_rows
from portal.platform.language import Text
from portal.platform.sheets import csv_bytes
from portal.routing.errors import PairsUnreadable
from portal.routing.models import Assignment, AssignmentState, Panel, RoutingRun
from portal.routing.rules.imports import STRANGER, refusals
from portal.routing.rules.panels import ASSIGNMENT_STATES, LIVE
from portal.routing.rules.trials import Pair

NEEDED = ("application", "reviewer")
HEADER = (*NEEDED, "title", "name", "affinity", "state")


@dataclass(frozen=True)
class Reading:
    """What a file holds: the pairs that may stand, and the rows that may not with their reasons."""

    pairs: Sequence[Pair]
    refused: Sequence[tuple[int, Text]]
    sha256: str


def csv_of(entries: Sequence[StageEntry], assignments: Sequence[Assignment], panel: Panel) -> bytes:
    """Drafts and live pairs by title; `application` and `reviewer` are the ids by which they are read again."""
    shown = {e.id: e.application for e in entries}
    people = {s.person_id: s.person for s in panel.seats}
    kept = (AssignmentState.DRAFT, *LIVE)
    rows = [
        (
            shown[a.entry_id].public_id, people[a.person_id].public_id, shown[a.entry_id].title,
            people[a.person_id].name, a.affinity / 1_000_000, ASSIGNMENT_STATES[a.state][0].en,
        )
        for a in assignments
        if a.state in kept and a.entry_id in shown and a.person_id in people
    ]  # fmt: skip
    return csv_bytes(HEADER, sorted(rows, key=lambda row: (row[2], row[0], row[3])))


def npz_of(run: RoutingRun) -> bytes:
    from portal.routing.engine.replay import problem_of  # NumPy: only where it is asked for
    from portal.routing.instances import write_instance

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "instance.npz"
        write_instance(path, problem_of(run.inputs))
        return io.BytesIO(path.read_bytes()).getvalue()


def read(sha256: str, entries: Sequence[StageEntry], panel: Panel, proposal: RoutingRun) -> Reading:
    """Of a stored file. Raises PairsUnreadable."""
    try:
        rows = read_rows(storage.path_for_parser(sha256), NEEDED)
        named = [(row.number, row.text("application"), row.text("reviewer")) for row in rows]
    except TableRefused as error:
        raise PairsUnreadable("file", why=str(error)) from error
    known = {e.application.public_id: e.id for e in entries}
    people = {s.person.public_id: s.person_id for s in panel.seats}
    pairs = [(known.get(a, 0), people.get(r, 0)) for _, a, r in named]
    reasons = [
        STRANGER if 0 in pair else why
        for pair, why in zip(pairs, refusals(proposal.inputs, pairs), strict=True)
    ]  # fmt: skip
    return Reading(
        [pair for pair, why in zip(pairs, reasons, strict=True) if why is None],
        [(number, why) for (number, *_), why in zip(named, reasons, strict=True) if why is not None], sha256,
    )  # fmt: skip
