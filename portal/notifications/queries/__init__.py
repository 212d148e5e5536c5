"""A person's letters and the office's log of them; templates, batches and their recipients."""

from portal.notifications.queries.batches import (
    RecipientRow,
    batch_in_office,
    batches_of,
    held_batch,
    people_named,
    progress_of,
    recipients_page,
    staged,
    teams_of,
    template_in_office,
    templates_of,
    unwritten,
)
from portal.notifications.queries.letters import (
    PAGE,
    LogRow,
    application_named,
    call_letter,
    call_letters,
    inbox,
    kinds_of_call,
    my_letter,
    unread_count,
)

__all__ = [
    "PAGE", "LogRow", "RecipientRow", "application_named", "batch_in_office", "batches_of", "call_letter", "call_letters", "held_batch",
    "inbox", "kinds_of_call", "my_letter", "people_named", "progress_of", "recipients_page", "staged", "teams_of",
    "template_in_office", "templates_of", "unread_count", "unwritten",
]  # fmt: skip
