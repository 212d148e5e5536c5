"""Who may see and change an application: its team, by membership; no role reaches a draft."""

from __future__ import annotations

from flask import request

from portal.applications import rules
from portal.applications.models import Application, Attachment, ConfirmationLink, Institution, Member, Reopening
from portal.applications.queries import consortium, drafts, reopenings
from portal.platform.access import ALLOW, FORBID, Decision, allow_if, policy
from portal.platform.context import Actor
from portal.programs.models import Call
from portal.programs.queries import public_call


def asked_slice() -> str:
    """The institution's part that this request is about; empty for the team's."""
    return request.values.get("slice", "")


@policy(load=public_call)
def applies(actor: Actor, call: Call) -> Decision:
    """Everybody with an account; whether the call is open is answered on the page."""
    return ALLOW


@policy(load=drafts.application_for)
def views_application(actor: Actor, application: Application) -> Decision:
    """The team (visibility stands in the query)."""
    return ALLOW


@policy(load=drafts.application_for)
def edits_application(actor: Actor, application: Application) -> Decision:
    """The owner, who joined for the lead institution, members who may edit."""
    return allow_if(drafts.edits_team(actor, application), FORBID)


@policy(load=drafts.application_for)
def edits_slice(actor: Actor, application: Application) -> Decision:
    """Each institution its own part (`slice`); without one, the team's."""
    standing, slice = drafts.standing_of(actor, application), asked_slice()
    code = (request.view_args or {}).get("section")
    section = application.call.definition.section(str(code)) if code else None
    if section is not None:
        return allow_if(rules.can_edit_section(standing, section, slice), FORBID)
    return allow_if(rules.can_edit_slice(standing, slice) if slice else rules.can_edit_team(standing), FORBID)


@policy(load=drafts.attachment_for)
def reads_attachment(actor: Actor, found: tuple[Application, Attachment]) -> Decision:
    """The team its own files; an institution's files that institution, the owner and the lead."""
    application, attachment = found
    standing = drafts.standing_of(actor, application)
    return allow_if(not attachment.slice or rules.can_read_slice(standing, attachment.slice))


@policy(load=drafts.attachment_for)
def edits_attachment(actor: Actor, found: tuple[Application, Attachment]) -> Decision:
    application, attachment = found
    standing = drafts.standing_of(actor, application)
    mine = rules.can_edit_slice(standing, attachment.slice) if attachment.slice else rules.can_edit_team(standing)
    return allow_if(mine, FORBID)


@policy(load=drafts.application_alone)
def leads_application(actor: Actor, application: Application) -> Decision:
    """Hands in and withdraws: the owner and whoever stands for the lead institution."""
    return allow_if(drafts.leads(actor, application), FORBID)


@policy(load=reopenings.reopening_for)
def views_reopening(actor: Actor, reopening: Reopening) -> Decision:
    """The team (visibility stands in the query)."""
    return ALLOW


@policy(load=reopenings.reopening_for)
def hands_in_reopening(actor: Actor, reopening: Reopening) -> Decision:
    """Who hands in the application itself."""
    return allow_if(drafts.leads(actor, reopening.application), FORBID)


@policy(load=consortium.invitation, sign_in=False)
def answers_invitation(actor: Actor, institution: Institution) -> Decision:
    """Whoever holds the link may read the invitation; joining asks for an account."""
    return ALLOW


@policy(load=consortium.consent_request, sign_in=False)
def answers_consent(actor: Actor, member: Member) -> Decision:
    """Whoever holds the link: it went to the member's own address."""
    return ALLOW


@policy(load=consortium.confirmation_link, sign_in=False)
def answers_confirmation(actor: Actor, link: ConfirmationLink) -> Decision:
    """Whoever holds the link: it went to the representative's own address."""
    return ALLOW
