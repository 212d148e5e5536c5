"""The verbs of an application, from start to withdrawal. Each is split into its own module; callers import from here."""

from __future__ import annotations
