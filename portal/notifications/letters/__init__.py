"""Which message, to whom, in which words: one module per feature whose notices it writes."""

from portal.notifications.letters import accounts, applications, awards, budgets, programs, reviewing

__all__ = ["accounts", "applications", "awards", "budgets", "programs", "reviewing"]
