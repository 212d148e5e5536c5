"""Applicants' choices, groups' rankings and places in CSV files, and the matching as a file. No database."""

from __future__ import annotations

import csv
from collections import defaultdict
from pathlib import Path
from typing import IO

from portal.awards.engine.matching import Matching, Places
from portal.platform.csv_rows import CsvRow, TableRefused, read_rows

CHOICES = ("choice1", "choice2", "choice3")
WRITTEN = ("applicant", "group", "choice", "rank", "missed")


def _whole(row: CsvRow, column: str) -> int:
    value = row.exact(column)
    if value.denominator != 1 or value < 0:
        raise row.refuse(column, "is not a whole number")
    return int(value)


def read_choices(file: Path) -> dict[str, list[str]]:
    """Columns applicant, choice1 to choice3; empty choices are left out. Raises TableRefused."""
    found: dict[str, list[str]] = {}
    for row in read_rows(file, ("applicant", "choice1")):
        who = row.text("applicant")
        if who in found:
            raise row.refuse("applicant", f"‘{who}’ stands twice")
        found[who] = [given for column in CHOICES if (given := row.cells.get(column, ""))]
    return found


def read_ranks(file: Path) -> dict[str, dict[str, int]]:
    """Columns group, applicant, rank; whoever has no row is not accepted by the group."""
    found: dict[str, dict[str, int]] = defaultdict(dict)
    for row in read_rows(file, ("group", "applicant", "rank")):
        order, who = found[row.text("group")], row.text("applicant")
        if who in order:
            raise row.refuse("applicant", f"‘{who}’ stands twice in this group")
        order[who] = _whole(row, "rank")
    return dict(found)


def read_places(file: Path, all_places: int | None) -> Places:
    """Columns group, institute, places, institute_places (the same in every row of an institute), in the call's order."""
    groups: dict[str, tuple[str, int]] = {}
    institutes: dict[str, int] = {}
    for row in read_rows(file, ("group", "institute", "places", "institute_places")):
        group, institute = row.text("group"), row.text("institute")
        if group in groups:
            raise row.refuse("group", f"‘{group}’ stands twice")
        most = _whole(row, "institute_places")
        if institutes.setdefault(institute, most) != most:
            raise row.refuse("institute_places", f"‘{institute}’ has another number above")
        groups[group] = (institute, _whole(row, "places"))
    if not groups:
        raise TableRefused(f"{file.name} names no group")
    return Places(groups, institutes, all_places)


def read_held(file: Path) -> dict[str, str]:
    """Columns applicant, group: offers that stand or were accepted."""
    return {row.text("applicant"): row.text("group") for row in read_rows(file, ("applicant", "group"))}


def write_matching(
    out: IO[str], found: Matching, choices: dict[str, list[str]], ranks: dict[str, dict[str, int]]
) -> None:
    """One row for each applicant: group, number of the choice, rank there, and why each better choice was missed."""
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(WRITTEN)
    for who in choices:
        group = found.placed.get(who, "")
        missed = "; ".join(
            f"{m.group} {m.why}" + (f" by ranks {m.best} to {m.worst}, own {m.own}" if m.best is not None else "")
            for m in found.missed[who]
        )
        choice = found.choice(choices, who) if group in choices[who] else ""
        writer.writerow([who, group, choice, ranks.get(group, {}).get(who, ""), missed])
