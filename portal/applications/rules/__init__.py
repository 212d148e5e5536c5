"""Pure questions about an application: who may write what, and until when."""

from __future__ import annotations
