"""What is missing, as lines with the address where each is mended."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import url_for

from portal.applications.rules.missing import Missing
from portal.platform.language import say


def missing_rows(missing: Sequence[Missing]) -> list[dict[str, Any]]:
    """Mine first, then those that stop the submission, then what may follow."""
    ordered = sorted(missing, key=lambda m: (m.held_by_others, not m.blocking))
    return [
        {
            "sentence": say(m.sentence),
            "url": url_for(m.endpoint, _anchor=m.anchor or None, **dict[str, Any](m.args)),
            "who": m.holder_name if m.held_by_others else "",
            "blocking": m.blocking,
        }
        for m in ordered
    ]
