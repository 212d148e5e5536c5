"""Measured points: a file read into entries and parts, and the table that shows what counts with its provenance."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from portal.platform.csv_rows import TableRefused, read_rows
from portal.programs.definition import Stage as StageDefinition
from portal.programs.models import Stage
from portal.ranking import queries
from portal.ranking.errors import MeasurementsUnreadable
from portal.ranking.models import MeasurementImport

NEEDED = ("application", "part", "points")


def read(file: Path, known: Mapping[str, int], stage: StageDefinition, lane: str) -> dict[tuple[int, str], Fraction]:
    """`known`: public id of the application -> entry. Raises MeasurementsUnreadable with row and column."""
    limits = {part.code: part.points for one in stage.lanes if one.code == lane for part in one.parts}
    found: dict[tuple[int, str], Fraction] = {}
    try:
        for row in read_rows(file, NEEDED):
            application, part, points = row.text("application"), row.text("part"), row.exact("points")
            if application not in known:
                raise row.refuse("application", f"‘{application}’ is not in this stage")
            if part not in limits:
                raise row.refuse("part", f"‘{part}’ is none of {', '.join(sorted(limits))}")
            if not 0 <= points <= limits[part]:
                raise row.refuse("points", f"must lie between 0 and {limits[part]}")
            if (known[application], part) in found:
                raise row.refuse("part", "stands twice for this application")
            found[known[application], part] = points
        if not found:
            raise TableRefused("there is no row")
    except TableRefused as error:
        raise MeasurementsUnreadable("file", why=str(error)) from error
    return found


@dataclass(frozen=True)
class Measured:
    """One entry with its points of every part; None where nothing was brought in."""

    title: str
    application: str
    parts: list[Fraction | None]
    total: Fraction | None


def table(stage: Stage, definition: StageDefinition) -> list[Measured]:
    """Three statements."""
    entries = queries.entries_of_tracks(stage.id)
    titles, values = queries.titles(entries), queries.measured(stage.id)
    parts = [part.code for lane in definition.lanes for part in lane.parts]
    made = []
    for entry in entries:
        own = [None if (v := values.get((entry, part))) is None else Fraction(v) for part in parts]
        known = [value for value in own if value is not None]
        made.append(
            Measured(
                titles[entry][1], titles[entry][0], own, sum(known, Fraction(0)) if len(known) == len(own) else None
            )
        )
    return sorted(made, key=lambda row: (row.title, row.application))


def imports(stage: Stage) -> list[dict[str, Any]]:
    rows: list[MeasurementImport] = list(queries.measurement_imports(stage.id))
    names = queries.judges({row.by_id for row in rows if row.by_id is not None})
    return [{"row": row, "by": names.get(row.by_id or 0, "")} for row in rows]
