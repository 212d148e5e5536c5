"""Places of a closed application that may be written again: what a stage asks for, what an officer asks to complete."""

from __future__ import annotations

from flask import Response, g, url_for

from portal.applications import queries, service
from portal.applications.forms.submit import SubmitForm
from portal.applications.models import Reopening
from portal.applications.policies import hands_in_reopening, views_reopening
from portal.applications.queries import submissions
from portal.applications.routes import bp
from portal.applications.routes.missing import missing_rows
from portal.applications.rules import can_lead
from portal.applications.rules.completeness import blocking, completeness_of
from portal.applications.rules.reopening import is_live
from portal.platform.access import guard, subject
from portal.platform.context import Context
from portal.platform.language import Text
from portal.platform.web import page, perform
from portal.programs.definition import CallDefinition, Words


@bp.get("/applications/<public_id>/reopenings/<reopening_id>")
@guard(views_reopening)
def reopening(public_id: str, reopening_id: str) -> Response:
    return _page(subject(Reopening), SubmitForm())


@bp.post("/applications/<public_id>/reopenings/<reopening_id>")
@guard(hands_in_reopening)
def hand_in_reopening(public_id: str, reopening_id: str) -> Response:
    asked, form = subject(Reopening), SubmitForm()
    asked_id = asked.id

    def hand_in(context: Context) -> str:
        submission = service.hand_in(context, asked_id)
        return url_for("applications.receipt", public_id=public_id, number=submission.number)

    done = perform(form, hand_in, Text("제출했습니다.", "It has been handed in."))
    return done or _page(asked, form)


def places(definition: CallDefinition, codes: list[str], public_id: str) -> list[dict[str, str | Words]]:
    """Each place by name, with the address where it is written."""
    rows: list[dict[str, str | Words]] = []
    for section in definition.sections:
        if f"sections.{section.code}" in codes:
            url = url_for("applications.section", public_id=public_id, section=section.code)
            rows.append({"label": section.names, "url": url})
    for slot in definition.attachments:
        if f"attachments.{slot.code}" in codes:
            url = url_for("applications.attachments", public_id=public_id, _anchor=f"slot-{slot.code}-")
            rows.append({"label": slot.names, "url": url})
    return rows


def _page(asked: Reopening, form: SubmitForm) -> Response:
    application = asked.application
    draft, standing = queries.whole(application), queries.standing_of(g.actor, application)
    found = completeness_of(draft, standing, g.now.date(), asked.places)
    stage = draft.definition.stage(asked.entry.stage.code)
    return page(
        "applications/reopening.html", form, application=application, asked=asked, stage=stage,
        places=places(draft.definition, asked.places, application.public_id), missing=missing_rows(found),
        stops=len(blocking(found)), live=is_live(asked, g.now), leads=can_lead(standing),
        handed_in=submissions.submission_by_id(asked.submission_id), zone=draft.definition.time_zone,
    )  # fmt: skip
