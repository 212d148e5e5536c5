"""The verbs of letters: written and sent; staged, confirmed and written to many."""

from portal.notifications.service.batches import (
    confirm_batch,
    discard_batch,
    finish_batch,
    restage_batch,
    stage_batch,
    write_some,
)
from portal.notifications.service.letters import (
    begin_sending,
    erase_letters,
    export_person,
    letters_past_term,
    letters_to,
    mark_failed,
    mark_read,
    mark_sent,
    rendered,
    settle_unsure,
    write_letters,
)
from portal.notifications.service.templates import Words, delete_template, save_template

__all__ = [
    "Words", "begin_sending", "confirm_batch", "delete_template", "discard_batch", "erase_letters", "export_person", "finish_batch", "letters_past_term", "letters_to", "mark_failed",
    "mark_read", "mark_sent", "rendered", "restage_batch", "save_template", "settle_unsure", "stage_batch",
    "write_letters", "write_some",
]  # fmt: skip
