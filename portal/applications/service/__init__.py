"""The verbs of an application, from start to withdrawal; callers import them from here."""

from __future__ import annotations

from portal.applications.service.answers import known_of, save_section
from portal.applications.service.attachments import NewFile, attach, receive, remove_attachment
from portal.applications.service.close import close, close_preview, enter_stage, move_entry
from portal.applications.service.confirm import ask_confirmation, behind_link, confirm, mint_confirmation_link
from portal.applications.service.consortium import (
    add_institution,
    invite_institution,
    join_institution,
    mint_institution_link,
    remove_institution,
)
from portal.applications.service.costs import save_costs
from portal.applications.service.draft import TAKING, Lead, opened, rename, start
from portal.applications.service.extension import extend_one, issue_code, mint_code, start_late, use_code
from portal.applications.service.means import save_means
from portal.applications.service.members import (
    add_member,
    consent,
    link_memberships,
    mint_member_link,
    remind_member,
    remove_member,
    withdraw_consent,
)
from portal.applications.service.references import (
    behind_reference,
    decline_reference,
    hand_in_letter,
    is_waited_for,
    letter_place,
    mint_reference_link,
    name_referee,
    reminder_is_due,
    remove_referee,
    send_again,
    still_taken,
)
from portal.applications.service.reminders import remind
from portal.applications.service.reopening import ask_to_complete, close_reopening, hand_in, take_back
from portal.applications.service.submit import submit
from portal.applications.service.withdraw import reinstate, withdraw

__all__ = [
    "TAKING",
    "Lead",
    "NewFile",
    "add_institution",
    "add_member",
    "ask_confirmation",
    "ask_to_complete",
    "attach",
    "behind_link",
    "behind_reference",
    "close",
    "close_preview",
    "close_reopening",
    "confirm",
    "consent",
    "decline_reference",
    "enter_stage",
    "extend_one",
    "hand_in",
    "hand_in_letter",
    "invite_institution",
    "is_waited_for",
    "issue_code",
    "join_institution",
    "known_of",
    "letter_place",
    "link_memberships",
    "mint_code",
    "mint_confirmation_link",
    "mint_institution_link",
    "mint_member_link",
    "mint_reference_link",
    "move_entry",
    "name_referee",
    "opened",
    "receive",
    "reinstate",
    "remind",
    "remind_member",
    "reminder_is_due",
    "remove_attachment",
    "remove_institution",
    "remove_member",
    "remove_referee",
    "rename",
    "save_costs",
    "save_means",
    "save_section",
    "send_again",
    "start",
    "start_late",
    "still_taken",
    "submit",
    "take_back",
    "use_code",
    "withdraw",
    "withdraw_consent",
]
