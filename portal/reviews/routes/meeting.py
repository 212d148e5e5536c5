"""`/panels/<id>/meeting`: the panel meets; each application and each vote has a page of its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import abort, g, request, url_for

from portal.audit.service import record
from portal.platform.access import guard, subject
from portal.platform.context import Context
from portal.platform.language import Text
from portal.platform.transaction import in_transaction
from portal.platform.web import ActionForm, PortalForm, context, page, perform
from portal.reviews import pages, rules, service
from portal.reviews.forms import (
    PRESENT,
    BallotForm,
    ConcludeForm,
    MinutesForm,
    MotionForm,
    PresenceForm,
    ReviewForm,
    RevisionForm,
    review_form,
)
from portal.reviews.models import MeetingItem, Motion
from portal.reviews.pages import meeting as shown
from portal.reviews.policies import attends_meeting, discusses_item, leads_meeting, votes_on_motion
from portal.reviews.queries import meetings
from portal.reviews.routes import bp
from portal.routing.models import Panel


@bp.get("/panels/<public_id>/meeting")
@guard(attends_meeting)
def meeting(public_id: str) -> Any:
    """An officer who is no member reads names here: each look is in the audit chain, a refresh of one is not one."""
    panel, number = subject(Panel), request.args.get("number", "")
    outside = meetings.seat_of(g.actor, panel) is None
    if outside and "HX-Request" not in request.headers:
        reader, stage = context(), panel.stage.public_id
        in_transaction(lambda: record(reader, "ReviewerNamesRead", "stage", stage, reason="meeting"))
    return _page(public_id, None, int(number) if number.isascii() and number.isdigit() and len(number) < 6 else None)


def _page(public_id: str, form: PortalForm | None, number: int | None = None) -> Any:
    panel = meetings.meeting_panel(g.actor, public_id)
    if panel is None:
        abort(404)
    made = shown.meeting(context(), panel, number)
    motion = form if isinstance(form, MotionForm) else MotionForm(formdata=None)
    motion.entries.choices = [(i.entry, i.title) for i in made.items]
    minutes = form if isinstance(form, MinutesForm) else MinutesForm(formdata=None)
    if minutes is not form:
        minutes.text.data = made.minutes[0].text if made.minutes else ""
    minutes.version.data = str(made.minutes[0].version if made.minutes else 0)
    definition = panel.stage.call.definition
    return page(
        "reviews/meeting.html", form, panel=panel, call=panel.stage.call, made=made, motion=motion, minutes=minutes,
        stage=definition.stage(panel.stage.code), zone=definition.time_zone, top=_top(panel),
        stale=minutes is form and minutes.status == 409,
    )  # fmt: skip


def _top(panel: Panel) -> int:
    return sum(c.points for c in panel.stage.call.definition.stage(panel.stage.code).criteria)


def _open(panel: Panel) -> int:
    found = meetings.open_meeting_of(panel.id)
    return found.id if found is not None else abort(404)


@bp.post("/panels/<public_id>/meeting/presence")
@guard(attends_meeting)
def presence(public_id: str) -> Any:
    """Oneself, or for whoever presides any member."""
    panel, form = subject(Panel), PresenceForm()
    meeting_id, own = _open(panel), meetings.seat_of(g.actor, panel)
    seat = next((s for s in panel.seats if s.public_id == form.seat.data), None) if form.seat.data else own
    if seat is None:
        abort(404)
    person_id, present = seat.person_id, form.state.data == PRESENT

    def act(context: Context) -> str:
        service.note_presence(context, meeting_id, person_id, present)
        return url_for("reviews.meeting", public_id=public_id)

    said = Text("출석을 적었습니다.", "Noted as present.") if present else Text("퇴장을 적었습니다.", "Noted as gone.")
    done = perform(form, act, said)
    return done if done is not None else _page(public_id, form)


@bp.post("/panels/<public_id>/meeting/minutes")
@guard(leads_meeting)
def minutes(public_id: str) -> Any:
    form, meeting_id = MinutesForm(), _open(subject(Panel))

    def act(context: Context) -> str:
        service.write_minutes(context, meeting_id, form.text.data, form.after)
        return url_for("reviews.meeting", public_id=public_id, _anchor="minutes")

    done = perform(form, act, Text("회의록을 저장했습니다.", "The minutes are saved."))
    return done if done is not None else _page(public_id, form)


@bp.post("/panels/<public_id>/meeting/close")
@guard(leads_meeting)
def close_meeting(public_id: str) -> Any:
    form, meeting_id = ActionForm(), _open(subject(Panel))

    def act(context: Context) -> str:
        service.close_meeting(context, meeting_id)
        return url_for("reviews.meeting", public_id=public_id)

    done = perform(
        form,
        act,
        Text("회의를 마쳤습니다. 순위를 다시 계산합니다.", "The meeting is closed; the ranking is computed anew."),
    )
    return done if done is not None else _page(public_id, form)


# --- one application ---


@bp.get("/panels/<public_id>/meeting/items/<entry_id>")
@guard(discusses_item)
def meeting_item(public_id: str, entry_id: str) -> Any:
    return _item_page(public_id, subject(MeetingItem), None)


def _item_page(public_id: str, item: MeetingItem, form: PortalForm | None) -> Any:
    panel = item.meeting.panel
    made = shown.meeting(context(), panel, item.meeting.number)
    rows = shown.reviews_of(context(), item.entry_id)
    own = next((row.review for row in rows if row.own), None)
    stage = panel.stage.call.definition.stage(panel.stage.code)
    current = next(i for i in made.items if i.item.id == item.id)
    revision = form if isinstance(form, RevisionForm) else review_form(stage, own, RevisionForm)
    concluding = form if isinstance(form, ConcludeForm) else ConcludeForm(formdata=None, data={"note": item.note})
    return page(
        "reviews/meeting_item.html", form, panel=panel, call=panel.stage.call, made=made, item=current, rows=rows,
        own=own, stage=stage, revision=revision, concluding=concluding, anchors=pages.anchors,
        points_of=shown.points_of, may_revise=made.running and current.current and made.here and made.rule.changes and own is not None,
        compare=pages.differences(revision, own) if isinstance(revision, ReviewForm) and revision.stale and own else [],
        zone=panel.stage.call.definition.time_zone, top=_top(panel),
    )  # fmt: skip


def _on_item(public_id: str, form: PortalForm, act: Callable[[Context], None], said: Text) -> Any:
    """Carry it out and show the application again."""
    entry_id = subject(MeetingItem).entry.public_id

    def then(context: Context) -> str:
        act(context)
        return url_for("reviews.meeting_item", public_id=public_id, entry_id=entry_id)

    done = perform(form, then, said)
    if done is not None:
        return done
    item = meetings.item_for(g.actor, public_id, entry_id)
    return _item_page(public_id, item, form) if item is not None else abort(404)


@bp.post("/panels/<public_id>/meeting/items/<entry_id>/take-up")
@guard(discusses_item)
def take_up(public_id: str, entry_id: str) -> Any:
    item = subject(MeetingItem)
    meeting_id, id_ = item.meeting_id, item.entry_id
    return _on_item(
        public_id,
        ActionForm(),
        lambda context: void(service.take_up(context, meeting_id, id_)),
        Text("논의를 시작했습니다.", "The panel discusses it now."),
    )


@bp.post("/panels/<public_id>/meeting/items/<entry_id>/conclude")
@guard(discusses_item)
def conclude(public_id: str, entry_id: str) -> Any:
    item, form = subject(MeetingItem), ConcludeForm()
    meeting_id, id_ = item.meeting_id, item.entry_id
    return _on_item(
        public_id,
        form,
        lambda context: void(service.conclude(context, meeting_id, id_, form.note.data)),
        Text("논의 결과를 적었습니다.", "The conclusion is noted."),
    )


@bp.post("/panels/<public_id>/meeting/items/<entry_id>/review")
@guard(discusses_item)
def revise(public_id: str, entry_id: str) -> Any:
    """One's own submitted review, changed."""
    item = subject(MeetingItem)
    own = next((row.review for row in shown.reviews_of(context(), item.entry_id) if row.own), None)
    if own is None:
        abort(404)
    stage = item.meeting.panel.stage
    form = review_form(stage.call.definition.stage(stage.code), None, RevisionForm)
    assert isinstance(form, RevisionForm)
    meeting_id, assignment_id = item.meeting_id, own.assignment_id

    def act(context: Context) -> None:
        service.revise_review(
            context, meeting_id, assignment_id, form.marks(), form.comment.data or "", form.why.data or "",
            form.started_from,
        )  # fmt: skip

    done = _on_item(
        public_id,
        form,
        act,
        Text(
            "고친 평가를 잠갔습니다. 앞의 판은 남아 있습니다.",
            "The changed review is locked; the former version is kept.",
        ),
    )
    return done


def void(_: object) -> None:
    """For an action whose result the page does not need."""


# --- votes ---


@bp.post("/panels/<public_id>/meeting/motions")
@guard(leads_meeting)
def put_motion(public_id: str) -> Any:
    panel, form = subject(Panel), MotionForm()
    meeting_id = _open(panel)
    known = {i.entry.public_id: i.entry_id for i in meetings.agenda(g.actor, meeting_id)}
    form.entries.choices = [(key, key) for key in known]
    chosen = [known.get(key) for key in form.entries.data or []]
    if None in chosen:
        abort(404)
    entries = [id_ for id_ in chosen if id_ is not None]

    def act(context: Context) -> str:
        motion = service.put_motion(context, meeting_id, form.question.data, entries)
        return url_for("reviews.motion", public_id=public_id, motion_id=motion.public_id)

    done = perform(form, act, Text("표결을 시작했습니다.", "The vote is open."))
    return done if done is not None else _page(public_id, form)


@bp.get("/panels/<public_id>/meeting/motions/<motion_id>")
@guard(votes_on_motion)
def motion(public_id: str, motion_id: str) -> Any:
    return _motion_page(subject(Motion), None)


def _motion_page(motion: Motion, form: PortalForm | None) -> Any:
    panel = motion.meeting.panel
    made = shown.meeting(context(), panel, motion.meeting.number)
    found = next(m for m in made.motions if m.motion.id == motion.id)
    ballot = form if isinstance(form, BallotForm) else BallotForm(formdata=None)
    ballot.choice.choices = [(c, shown.choice_name(c, found.about)) for c in rules.choices_of(list(found.about))]
    return page(
        "reviews/motion.html", form, panel=panel, call=panel.stage.call, made=made, found=found, ballot=ballot,
        zone=panel.stage.call.definition.time_zone,
    )  # fmt: skip


@bp.post("/panels/<public_id>/meeting/motions/<motion_id>/vote")
@guard(votes_on_motion)
def vote(public_id: str, motion_id: str) -> Any:
    form, id_ = BallotForm(), subject(Motion).id

    def act(context: Context) -> str:
        service.cast_ballot(context, id_, form.choice.data)
        return url_for("reviews.motion", public_id=public_id, motion_id=motion_id)

    done = perform(
        form,
        act,
        Text(
            "표를 냈습니다. 마감 전에는 바꿀 수 있습니다.",
            "Your vote is in; you may change it until the vote is closed.",
        ),
    )
    return done if done is not None else _again(public_id, motion_id, form)


@bp.post("/panels/<public_id>/meeting/motions/<motion_id>/close")
@guard(votes_on_motion)
def close_motion(public_id: str, motion_id: str) -> Any:
    form, id_ = ActionForm(), subject(Motion).id

    def act(context: Context) -> str:
        service.close_motion(context, id_)
        return url_for("reviews.motion", public_id=public_id, motion_id=motion_id)

    done = perform(form, act, Text("표결을 마감했습니다.", "The vote is closed."))
    return done if done is not None else _again(public_id, motion_id, form)


def _again(public_id: str, motion_id: str, form: PortalForm) -> Any:
    found = meetings.motion_for(g.actor, public_id, motion_id)
    return _motion_page(found, form) if found is not None else abort(404)
