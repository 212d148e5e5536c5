"""The verbs of an application, from start to withdrawal; callers import them from here."""

from __future__ import annotations

from portal.applications.service.answers import known_of, save_section
from portal.applications.service.attachments import NewFile, attach, receive, remove_attachment
from portal.applications.service.costs import save_costs
from portal.applications.service.draft import Lead, opened, rename, start
from portal.applications.service.means import save_means

__all__ = [
    "Lead",
    "NewFile",
    "attach",
    "known_of",
    "opened",
    "receive",
    "remove_attachment",
    "rename",
    "save_costs",
    "save_means",
    "save_section",
    "start",
]
