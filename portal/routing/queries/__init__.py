"""Every SELECT of routing, split by who asks."""

from __future__ import annotations
