"""Institutions and members of an application, and the pages behind their links."""

from __future__ import annotations

from flask import flash, g, redirect, url_for
from werkzeug.wrappers import Response

from portal.applications import consent as consent_text
from portal.applications import queries, service
from portal.applications.forms.consortium import (
    ROLE_NAMES,
    AskConfirmationForm,
    ConsentForm,
    InstitutionForm,
    JoinForm,
    MemberForm,
)
from portal.applications.forms.draft import KIND_NAMES
from portal.applications.models import Application, Institution, Member
from portal.applications.policies import answers_consent, answers_invitation, views_application
from portal.applications.routes import bp
from portal.applications.rules import can_edit_slice, can_lead, is_open, team_size
from portal.applications.rules.confirmation import places_of, state_of_all
from portal.applications.rules.roles import member_roles
from portal.platform.access import guard, subject
from portal.platform.context import Context
from portal.platform.language import Text
from portal.platform.web import ActionForm, page, perform


def _back(endpoint: str, public_id: str) -> str:
    return url_for(endpoint, public_id=public_id)


def _refused(form: ActionForm, endpoint: str, public_id: str) -> Response:
    """A one-button post that was refused: the page again, with the sentence at its head."""
    for sentence in form.form_errors:
        flash(sentence, "danger")
    return redirect(_back(endpoint, public_id), code=303)


@bp.route("/applications/<public_id>/institutions", methods=["GET", "POST"])
@guard(views_application)
def institutions(public_id: str) -> Response | str:
    application = subject(Application)
    form = InstitutionForm()

    def add(context: Context) -> str:
        service.add_institution(
            context, application.id, name=form.name.data, kind=form.kind.data, role=form.wanted_role,
            contact_email=form.contact_email.data, country=form.country.data,
        )  # fmt: skip
        return _back("applications.institutions", public_id)

    done = perform(form, add, Text("기관을 추가하고 초대를 보냈습니다.", "The institution was added and invited."))
    if done is not None:
        return done
    draft = queries.whole(application)
    standing = queries.standing_of(g.actor, application)
    rows = [
        {
            "institution": row,
            "state": state_of_all(places_of(draft, row)),
            "link": next((link for link in reversed(draft.links) if link.institution_id == row.id), None),
            "mine": can_edit_slice(standing, row.public_id),
        }
        for row in draft.institutions
    ]
    return page(
        "applications/institutions.html", form, application=application, rows=rows, leads=can_lead(standing),
        open=is_open(application, g.now), kinds=KIND_NAMES, role_names=ROLE_NAMES, ask_form=AskConfirmationForm(),
    )  # fmt: skip


@bp.post("/applications/<public_id>/institutions/<institution>/invite")
@guard(views_application)
def invite(public_id: str, institution: str) -> Response:
    application, form = subject(Application), ActionForm()

    def again(context: Context) -> str:
        service.invite_institution(context, application.id, institution)
        return _back("applications.institutions", public_id)

    done = perform(form, again, Text("초대 링크를 다시 보냈습니다.", "The invitation was sent again."))
    return done or _refused(form, "applications.institutions", public_id)


@bp.post("/applications/<public_id>/institutions/<institution>/remove")
@guard(views_application)
def remove_institution(public_id: str, institution: str) -> Response:
    application, form = subject(Application), ActionForm()

    def remove(context: Context) -> str:
        service.remove_institution(context, application.id, institution)
        return _back("applications.institutions", public_id)

    done = perform(form, remove, Text("기관을 뺐습니다.", "The institution was removed."))
    return done or _refused(form, "applications.institutions", public_id)


@bp.route("/applications/<public_id>/members", methods=["GET", "POST"])
@guard(views_application)
def members(public_id: str) -> Response | str:
    application = subject(Application)
    draft = queries.whole(application)
    standing = queries.standing_of(g.actor, application)
    leads = can_lead(standing)
    own = [row for row in draft.institutions if leads or can_edit_slice(standing, row.public_id)]
    definition = application.call.definition
    roles = member_roles(definition)
    form = MemberForm(roles=roles, institutions=own)

    def add(context: Context) -> str:
        service.add_member(
            context, application.id, institution=form.institution.data or "" if own else "", name=form.name.data,
            email=form.email.data, role=form.wanted_role, department=form.department.data or "" if own else "",
            may_edit=form.may_edit.data,
        )  # fmt: skip
        return _back("applications.members", public_id)

    done = perform(
        form, add, Text("참여자를 추가하고 동의를 요청했습니다.", "The member was added and asked to consent.")
    )
    if done is not None:
        return done
    groups = [
        {
            "institution": row,
            "members": [m for m in draft.members if m.institution_id == row.id],
            "mine": row in own,
        }
        for row in draft.institutions
    ]
    if not definition.has_institutions:
        groups = [{"institution": None, "members": draft.members, "mine": leads}]
    return page(
        "applications/members.html", form, application=application, groups=groups, size=team_size(definition),
        may_add=bool(own) or (definition.applicant == "team" and leads), open=is_open(application, g.now),
        role_names=roles, institution_roles=ROLE_NAMES,
    )  # fmt: skip


@bp.post("/applications/<public_id>/members/<member>/remind")
@guard(views_application)
def remind_member(public_id: str, member: str) -> Response:
    application, form = subject(Application), ActionForm()

    def remind(context: Context) -> str:
        service.remind_member(context, application.id, member)
        return _back("applications.members", public_id)

    done = perform(form, remind, Text("동의 요청을 다시 보냈습니다.", "The request was sent again."))
    return done or _refused(form, "applications.members", public_id)


@bp.post("/applications/<public_id>/members/<member>/remove")
@guard(views_application)
def remove_member(public_id: str, member: str) -> Response:
    application, form = subject(Application), ActionForm()

    def remove(context: Context) -> str:
        service.remove_member(context, application.id, member)
        return _back("applications.members", public_id)

    done = perform(form, remove, Text("참여자를 뺐습니다.", "The member was removed."))
    return done or _refused(form, "applications.members", public_id)


@bp.route("/join/<token>", methods=["GET", "POST"])
@guard(answers_invitation)
def join(token: str) -> Response | str:
    """The invited institution's editor joins; whoever is not signed in is told how, and comes back here."""
    institution = subject(Institution)
    application = institution.application
    form = JoinForm(kind=institution.kind)

    def join_now(context: Context) -> str:
        if context.actor.person_id is None:
            return url_for("accounts.sign_in", next=url_for("applications.join", token=token))
        service.join_institution(
            context, token, registration=form.registration.data, name_en=form.name_en.data or "", kind=form.kind.data
        )
        return url_for("desks_applicant.cockpit", public_id=application.public_id)

    done = perform(
        form,
        join_now,
        Text(
            "참여했습니다. 이제 기관의 내용을 작성해 주십시오.", "You have joined. Now fill in your institution's part."
        ),
    )
    if done is not None:
        return done
    return page(
        "applications/join.html", form, institution=institution, application=application, role_names=ROLE_NAMES,
        next=url_for("applications.join", token=token), open=is_open(application, g.now),
    )  # fmt: skip


@bp.route("/consent/<token>", methods=["GET", "POST"])
@guard(answers_consent)
def consent(token: str) -> Response | str:
    """A member reads the text and agrees or declines; no account is needed."""
    member = subject(Member)
    form = ConsentForm()

    def answer(context: Context) -> str:
        service.consent(context, token, form.agrees)
        return url_for("applications.consent", token=token)

    done = perform(form, answer, Text("답변을 저장했습니다.", "Your answer was saved."))
    if done is not None:
        return done
    application = member.application
    return page(
        "applications/consent.html", form, member=member, application=application, text=consent_text.CURRENT,
        role_names=member_roles(application.call.definition), open=is_open(application, g.now),
    )  # fmt: skip
