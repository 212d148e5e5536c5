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

__all__ = [
    "PER_PAGE",
    "Card",
    "Difference",
    "Document",
    "Paper",
    "ScoreShown",
    "Standing",
    "anchors",
    "card",
    "cards",
    "differences",
    "paper",
    "scores",
    "stage_chips",
]
