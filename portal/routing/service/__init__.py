"""The verbs of routing, split by what they are about; callers import from here."""

from __future__ import annotations

from portal.routing.service.assignments import (
    answer_assignment,
    confirm_conflict,
    declare,
    decline_by_link,
    dismiss_conflict,
    fill,
    mint_assignment_token,
    pledge,
    replace,
    revoke_barred,
    waive_conflict,
)
from portal.routing.service.detection import ask_to_detect, check, detect, detect_around
from portal.routing.service.imports import import_pairs, proposal_to_compare
from portal.routing.service.one_more import ask_one_more
from portal.routing.service.panels import add_seats, answer_seat, form_panel, make_chair, mint_seat_token, set_standby
from portal.routing.service.personal import (
    erase_of_applications,
    erase_person,
    export_person,
    hindrances,
    remaining,
)
from portal.routing.service.preview import seat_previewer
from portal.routing.service.proceedings import note_absence, start_session, write_minutes
from portal.routing.service.runs import adopt, ask_to_route, discard, publish, route, route_if_ready, swap, try_changes
from portal.routing.service.sessions import (
    Wanted,
    change_session,
    draw_sessions,
    plan_sessions,
    publish_sessions,
    remove_session,
)
from portal.routing.service.swaps import (
    answer_swap,
    ask_to_swap,
    confirm_session,
    take_back_swap,
    take_free_slot,
)

__all__ = [
    "Wanted",
    "add_seats",
    "adopt",
    "answer_assignment",
    "answer_seat",
    "answer_swap",
    "ask_one_more",
    "ask_to_detect",
    "ask_to_route",
    "ask_to_swap",
    "change_session",
    "check",
    "confirm_conflict",
    "confirm_session",
    "declare",
    "decline_by_link",
    "detect",
    "detect_around",
    "discard",
    "dismiss_conflict",
    "draw_sessions",
    "erase_of_applications",
    "erase_person",
    "export_person",
    "fill",
    "form_panel",
    "hindrances",
    "import_pairs",
    "make_chair",
    "mint_assignment_token",
    "mint_seat_token",
    "note_absence",
    "plan_sessions",
    "pledge",
    "proposal_to_compare",
    "publish",
    "publish_sessions",
    "remaining",
    "remove_session",
    "replace",
    "revoke_barred",
    "route",
    "route_if_ready",
    "seat_previewer",
    "set_standby",
    "start_session",
    "swap",
    "take_back_swap",
    "take_free_slot",
    "try_changes",
    "waive_conflict",
    "write_minutes",
]
