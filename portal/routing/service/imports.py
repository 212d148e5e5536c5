"""Pairs brought in from a file: kept as a trial beside the proposal, adopted like any other with a reason."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from portal.audit import service as audit
from portal.platform.context import Context
from portal.platform.db import db
from portal.routing.errors import NothingToCompare, PairsRefused
from portal.routing.models import Panel, RoutingRun
from portal.routing.queries import panels
from portal.routing.rules.imports import outcome, refusals
from portal.routing.rules.trials import Pair
from portal.routing.service.runs import still_holds


def proposal_to_compare(panel_id: int) -> RoutingRun:
    """The proposal beside which brought-in pairs stand. Raises NothingToCompare."""
    run = panels.current_run(panel_id)
    if run is None or run.published_at is not None:
        raise NothingToCompare
    return run


def import_pairs(context: Context, panel_id: int, pairs: Sequence[Pair], sha256: str) -> RoutingRun:
    """Keep these pairs (entry, person) as a trial under the proposal's own inputs; `sha256` is the file's.

    Raises NothingToCompare, InputsChanged, PairsRefused when one of them cannot stand.
    """
    panel = db.session.scalars(select(Panel).where(Panel.id == panel_id).with_for_update()).one()
    proposal = proposal_to_compare(panel_id)
    still_holds(panel, proposal, context.now)
    refused = sum(why is not None for why in refusals(proposal.inputs, pairs))
    if refused:
        raise PairsRefused("file", count=refused)
    run = RoutingRun(
        public_id=context.ids.public_id(), panel_id=panel_id, inputs=proposal.inputs,
        inputs_hash=proposal.inputs_hash, created_at=context.now, created_by_id=context.actor.person_id, trial=True,
        result=outcome(proposal.inputs, proposal.result, pairs) | {"imported": sha256},
    )  # fmt: skip
    db.session.add(run)
    db.session.flush()
    audit.record(
        context, "PairsImported", "panel", panel.public_id, run=run.public_id, inputs=run.inputs_hash,
        file=sha256, pairs=len(run.result["pairs"]),
    )  # fmt: skip
    return run
