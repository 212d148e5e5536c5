"""Pure questions of routing: who is barred by what the data say, what a panel needs, who may answer what."""

from __future__ import annotations
