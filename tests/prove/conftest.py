"""One browser for everything that looks at pages."""

from __future__ import annotations

from tests.e2e.conftest import browser, eyes, open_page

__all__ = ["browser", "eyes", "open_page"]
