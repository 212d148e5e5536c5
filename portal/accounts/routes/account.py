"""One's own account: settings, sessions, reviewer profile."""

from __future__ import annotations

from typing import Any

from flask import abort, g, request, session, url_for

from portal.accounts import queries, rules, service
from portal.accounts.forms import EndAffiliationForm, ProfileForm, ReviewerProfileForm
from portal.accounts.policies import reviews
from portal.accounts.routes import bp
from portal.accounts.routes.frame import act
from portal.platform import clock
from portal.platform.access import guard, signed_in
from portal.platform.context import Context
from portal.platform.language import Text
from portal.platform.web import page, perform


@bp.route("/account", methods=["GET", "POST"])
@guard(signed_in)
def profile() -> Any:
    actor = g.actor
    person = queries.person_of(actor.person_id)
    ids = queries.identities(person)
    others = "\n".join(row.email for row in queries.addresses_of([person.id]))
    form = ProfileForm(obj=person, addresses=others)

    def save(context: Context) -> str:
        service.save_profile(
            context, actor.person_id, form.name.data, form.language.data, form.time_zone.data,
            form.researcher_number.data, form.name_latin.data or "", form.orcid.data or "",
            (form.addresses.data or "").splitlines(),
        )  # fmt: skip
        return url_for("accounts.profile")

    answer = perform(form, save, Text("저장하였습니다.", "Saved."))
    if answer is not None:
        session.pop("lang", None)  # the person's own setting counts from here
        return answer
    opened = queries.session_of(actor.session_id)
    return page(
        "accounts/profile.html", form=form, email=person.email, affiliations=queries.affiliations_of(ids),
        end_form=EndAffiliationForm(formdata=None), own=person.id, today=rules.korean_day(g.now),
        needs_second_factor=queries.needs_second_factor(person, g.now),
        second_factor_passed=opened is not None and opened.second_factor_at is not None,
        is_reviewer=actor.holds("reviewer") or actor.holds("chair"),
    )  # fmt: skip


@bp.get("/account/sessions")
@guard(signed_in)
def sessions() -> Any:
    found = queries.live_sessions(g.actor.person_id, clock.real_now())
    return page("accounts/sessions.html", sessions=found, current=g.actor.session_id)


@bp.post("/account/sessions/end")
@guard(signed_in)
def end_session() -> Any:
    actor, wanted = g.actor, request.form.get("session", "")
    if not wanted.isascii() or not wanted.isdigit() or len(wanted) > 18:
        abort(404)
    return act(
        lambda context: service.close_session(context, int(wanted), actor.person_id),
        url_for("accounts.sessions"),
        Text("그 기기에서 로그아웃되었습니다.", "That device is signed out."),
    )


@bp.post("/account/sessions/end-others")
@guard(signed_in)
def end_other_sessions() -> Any:
    actor = g.actor
    return act(
        lambda context: service.revoke_all(context, actor.person_id, but=actor.session_id),
        url_for("accounts.sessions"),
        Text("다른 기기에서 모두 로그아웃되었습니다.", "You are signed out on all other devices."),
    )


@bp.route("/reviewer/profile", methods=["GET", "POST"])
@guard(reviews)
def reviewer_profile() -> Any:
    actor = g.actor
    known = queries.reviewer_profile(actor.person_id)
    form = ReviewerProfileForm(obj=known) if known else ReviewerProfileForm(kind="academia", capacity=20)

    def save(context: Context) -> str:
        service.save_reviewer_profile(
            context, actor.person_id, keywords=form.keywords.data, kind=form.kind.data, capacity=form.capacity.data,
            works=form.works.data or "",
        )  # fmt: skip
        return url_for("accounts.reviewer_profile")

    answer = perform(form, save, Text("저장하였습니다.", "Saved."))
    if answer is not None:
        return answer
    ids = queries.identities(queries.person_of(actor.person_id))
    ahead = [a for a in queries.absences_of(ids) if a.ended_at is None and a.until >= rules.korean_day(g.now)]
    return page("accounts/reviewer_profile.html", form=form, affiliations=queries.affiliations_of(ids), absences=ahead)
