"""The verbs of routing, split by what they are about; callers import from here."""

from __future__ import annotations

from portal.routing.service.assignments import (
    answer_assignment,
    confirm_conflict,
    declare,
    dismiss_conflict,
    pledge,
    replace,
    revoke_barred,
    waive_conflict,
)
from portal.routing.service.detection import detect
from portal.routing.service.panels import add_seats, answer_seat, form_panel, make_chair, mint_seat_token
from portal.routing.service.preview import seat_previewer
from portal.routing.service.runs import ask_to_route, discard, publish, route, route_if_ready, swap

__all__ = [
    "add_seats",
    "answer_assignment",
    "answer_seat",
    "ask_to_route",
    "confirm_conflict",
    "declare",
    "detect",
    "discard",
    "dismiss_conflict",
    "form_panel",
    "make_chair",
    "mint_seat_token",
    "pledge",
    "publish",
    "replace",
    "revoke_barred",
    "route",
    "route_if_ready",
    "seat_previewer",
    "swap",
    "waive_conflict",
]
