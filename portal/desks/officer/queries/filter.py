"""What an office looks for in a call's applications: the same in an address, under a name, in a file, in letters."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any, Final
from urllib.parse import urlencode

from portal.applications.models import ApplicationState
from portal.awards.models import Result
from portal.programs.models import Call
from portal.screening.models import ScreeningState

ALL_IN, SOME_MISSING = "in", "missing"
SORTS: Final = ("title", "applicant", "submitted", "requested", "reviews")


@dataclass(frozen=True)
class Filter:
    """What is looked for: codes, empty where anything will do. `stage` and what follows mean the latest stage entered;
    `outcome` the latest that was published; `sort` a column, with a minus for the other way round."""

    state: str = ""
    stage: str = ""
    track: str = ""
    screening: str = ""
    reviews: str = ""
    outcome: str = ""
    language: str = ""
    q: str = ""
    sort: str = ""

    @classmethod
    def of(cls, call: Call, asked: dict[str, str]) -> Filter:
        """From an address: what the call does not know is not asked for."""
        known: dict[str, set[str]] = {
            "state": {s.value for s in ApplicationState},
            "stage": {stage.code for stage in call.definition.stages},
            "track": {track.code for track in call.definition.tracks},
            "screening": {s.value for s in ScreeningState},
            "reviews": {ALL_IN, SOME_MISSING},
            "outcome": {r.value for r in Result},
            "language": {"ko", "en"},
            "sort": set(SORTS) | {f"-{name}" for name in SORTS},
        }
        chosen = {name: value for name, value in asked.items() if value in known.get(name, ())}
        return cls(**chosen, q=" ".join(asked.get("q", "").split())[:80])

    @property
    def arguments(self) -> dict[str, Any]:
        """For an address: what is asked for, in one order."""
        return {field.name: value for field in fields(self) if (value := getattr(self, field.name))}

    @property
    def query(self) -> str:
        return urlencode(self.arguments)

    def without(self, *names: str) -> Filter:
        return replace(self, **dict.fromkeys(names, ""))

    @property
    def narrows(self) -> bool:
        return any(getattr(self, field.name) for field in fields(self) if field.name != "sort")

    @property
    def reads_content(self) -> bool:
        """Asks for more than number and state, which is all that is told before the close."""
        return self.without("state", "sort").narrows

    @property
    def of_entry(self) -> bool:
        return bool(self.stage or self.track or self.screening or self.reviews)
