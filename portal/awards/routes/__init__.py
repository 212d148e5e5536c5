"""The front doors of awards: the panel's table, the office's decision, the file, the offer."""

from __future__ import annotations

import portal.awards.routes.file
import portal.awards.routes.matching
import portal.awards.routes.offer
import portal.awards.routes.office
import portal.awards.routes.scenarios
import portal.awards.routes.table  # noqa: F401 - each registers its views
from portal.awards.routes.blueprint import bp

__all__ = ["bp"]
