"""Letters belong to their recipient; a call's log, templates and batches to its officers."""

from __future__ import annotations

from portal.notifications import queries
from portal.notifications.models import Letter, LetterBatch, LetterTemplate
from portal.platform.access import ALLOW, FORBID, Decision, allow_if, policy
from portal.platform.context import Actor


@policy(load=queries.my_letter)
def reads_letter(actor: Actor, letter: Letter) -> Decision:
    return ALLOW


@policy(load=queries.batch_in_office)
def works_on_batch(actor: Actor, batch: LetterBatch) -> Decision:
    """Scope and conflicts stand in the query."""
    return ALLOW


@policy(load=queries.template_in_office)
def changes_template(actor: Actor, template: LetterTemplate) -> Decision:
    """One of every call is changed by those who administer every call."""
    return allow_if(template.call_id is not None or actor.has("administrator"), FORBID)
