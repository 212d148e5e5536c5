"""The reviewer's pages, ready to show: one application, and all of a panel at once."""

from __future__ import annotations

from portal.reviews.pages.application import (
    Difference,
    Document,
    Paper,
    ScoreShown,
    anchors,
    differences,
    paper,
    scores,
    stage_chips,
)
from portal.reviews.pages.batch import PER_PAGE, Card, Standing, card, cards
from portal.reviews.pages.packet import PacketPart, packet_cover, packet_part

__all__ = [
    "PER_PAGE",
    "Card",
    "Difference",
    "Document",
    "PacketPart",
    "Paper",
    "ScoreShown",
    "Standing",
    "anchors",
    "card",
    "cards",
    "differences",
    "packet_cover",
    "packet_part",
    "paper",
    "scores",
    "stage_chips",
]
