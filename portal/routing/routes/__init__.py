"""The front doors of routing: the officer's pages of a call, the reviewer's answers."""

from __future__ import annotations

import portal.routing.routes.conflicts
import portal.routing.routes.office
import portal.routing.routes.pairs
import portal.routing.routes.panel
import portal.routing.routes.reviewer
import portal.routing.routes.sessions_office
import portal.routing.routes.sessions_panel
import portal.routing.routes.sessions_team
import portal.routing.routes.trials  # noqa: F401 - each registers its views
from portal.routing.routes.blueprint import bp

__all__ = ["bp"]
