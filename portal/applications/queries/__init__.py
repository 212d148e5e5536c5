"""Every SELECT over applications, split by who asks."""

from __future__ import annotations
