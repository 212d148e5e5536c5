"""Which message, to whom, in which words: one module per feature whose notices it writes."""

from portal.notifications.letters import (
    accounts,
    applications,
    audit,
    awards,
    batches,
    budgets,
    deadlines,
    programs,
    references,
    reviewing,
    sessions,
)

__all__ = [
    "accounts", "applications", "audit", "awards", "batches", "budgets", "deadlines", "programs", "references", "reviewing", "sessions",
]  # fmt: skip
