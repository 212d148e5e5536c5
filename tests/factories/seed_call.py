"""A small call in euro, in English alone, made as its officers make it; and an application to it."""

from __future__ import annotations

import io
from datetime import timedelta

from portal.applications import service as applications
from portal.applications.models import Application
from portal.applications.queries import drafts
from portal.applications.rules.attachments import places
from portal.applications.rules.means import Wish
from portal.budgets import service as budgets
from portal.demo.papers import pdf
from portal.platform import clock
from portal.platform.context import Context
from portal.platform.db import db
from portal.programs import service as programs
from portal.programs.models import Call
from portal.programs.service import CallFacts, NewProgram
from tests.factories.base import context

SEED = NewProgram(
    code="SEED", names={"en": "Seed grants"}, funder={"en": "A foundation"}, line="seed", regime="plain",
    applicant="person", currency="EUR", time_zone="Europe/Berlin", holidays="DE", first_month="2026-07",
)  # fmt: skip


def seed_call() -> Call:
    """The draft with its lines; call inside a transaction."""
    for code, parent in (("seed", None), ("seed_2026", "seed")):
        line = budgets.NewLine(code, parent, {"en": code}, "EUR", 1_000_000_00, 2026 if parent else None, {})
        budgets.open_line(context(), line)
    opens = clock.now() + timedelta(days=14)
    facts = CallFacts("SEED-2026", {"en": "Seed grants 2026"}, opens, opens + timedelta(days=30))
    return programs.new_program(context(), SEED, facts)


def written(by: Context, call_id: int, **more: str) -> int:
    """An application with everything in it, not yet handed in; call inside a transaction."""
    made = applications.start(by, call_id, "Cheaper reading of old maps", None)
    here = made.id
    applications.save_section(
        by, here, "plan", "", {"summary": "We read maps.", "plan": "First we scan them.", **more}, 0
    )
    wish = Wish("grant", "", 2026, 12_345_50, 0)
    row = drafts.answer_of(here, "requested_means")
    applications.save_means(by, here, [wish], row.version if row else 0)
    definition = db.session.get_one(Application, here).call.definition
    for place in places(definition):
        paper = io.BytesIO(pdf("Statement", "", (("Call", "SEED-2026"),), (("Plan", ("We scan.",)),)))
        applications.attach(by, here, place.code, "", applications.receive(paper, "statement.pdf", place, "file"))
    return here
