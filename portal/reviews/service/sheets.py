"""Points and reasons as a spreadsheet: down, and up again after a dry run that changes nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Final, TypeVar

from portal.platform.context import Context
from portal.platform.errors import DomainError
from portal.platform.files.resident_number import refuse_resident_numbers
from portal.platform.language import LANGUAGES, Text, say, speaking
from portal.platform.names import nfc
from portal.platform.sheets import Cell, CellRefused, Out, Row, Sheet, safe_text
from portal.programs.definition import Criterion
from portal.programs.definition import Stage as StageDefinition
from portal.reviews import queries, rules
from portal.reviews.errors import (
    CellTooLong,
    NothingDiffers,
    RowLocked,
    RowNotYours,
    RowTwice,
    ScoreOutOfRange,
    SheetNotOurs,
)
from portal.reviews.models import Review, ReviewState
from portal.reviews.rules import Marks
from portal.reviews.service.reviewing import marks_of, save_review
from portal.routing.models import Assignment

Kept = TypeVar("Kept", int | None, str)
Own = Sequence[tuple[Assignment, Review | None]]
TITLE: Final = Text("점수표", "Scores")
LOCKED: Final = Text("제출하여 잠김", "Submitted, locked")


@dataclass(frozen=True)
class Difference:
    """One cell that the sheet and the stored draft have differently."""

    cell: str
    label: str
    stored: str
    given: str


@dataclass(frozen=True)
class Changed:
    """One review that the sheet would change, whole: what the confirmation saves."""

    assignment: str
    title: str
    version: int
    marks: Marks
    comment: str
    differences: list[Difference]


@dataclass(frozen=True)
class Reading:
    changed: list[Changed] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)  # sentences that name their cell


# --- down ---


def score_sheet(stage: StageDefinition, own: Own) -> Sheet:
    """One row per application: its id, title, points and reasons, the overall comment; locked ones say so."""
    rows: list[list[Out]] = []
    for assignment, review in own:
        marks = marks_of(review) if review is not None else {}
        row: list[Out] = [assignment.public_id, assignment.entry.application.title]
        for criterion in stage.criteria:
            row.extend(marks.get(criterion.code, (None, "")))
        locked = review is not None and review.state is not ReviewState.DRAFT
        rows.append([*row, review.comment if review is not None else "", LOCKED if locked else ""])
    return Sheet(TITLE, header(stage), rows)


def header(stage: StageDefinition) -> list[str]:
    heads = [say(Text("과제 번호", "Application id")), say(Text("과제", "Application"))]
    for c in stage.criteria:
        heads += [
            say(Text("{c} 점수 (0~{n})", "{c}: points (0 to {n})"), c=say(c.names), n=c.points),
            say(Text("{c} 의견", "{c}: reason"), c=say(c.names)),
        ]
    return [*heads, say(Text("종합의견", "Overall comment")), say(Text("상태", "State"))]


# --- up ---


def sheet_read(stage: StageDefinition, own: Own, rows: Sequence[Row]) -> Reading:
    """What would change and what is refused, cell by cell; nothing is stored. Raises SheetNotOurs."""
    columns = [_column(n) for n in range(len(header(stage)))]
    _check_header(stage, rows, columns)
    known = {assignment.public_id: (assignment, review) for assignment, review in own}
    found, seen = Reading(), set[str]()
    for row in rows[1:]:
        id_ = row["A"].text()
        if not id_ and not any(row[c].text() for c in columns):
            continue
        if id_ not in known or id_ in seen:
            found.refused.append(row["A"].refuse(RowTwice() if id_ in seen else RowNotYours()).sentence())
            continue
        seen.add(id_)
        _read_row(found, stage, row, columns, *known[id_])
    return found


def _check_header(stage: StageDefinition, rows: Sequence[Row], columns: Sequence[str]) -> None:
    """The first line as it went out, in either language."""
    given = [rows[0][column].text() for column in columns] if rows else []
    for language in LANGUAGES:
        with speaking(language):
            if given == [safe_text(head) for head in header(stage)]:
                return
    raise SheetNotOurs("file")


@dataclass
class _Compared:
    """One row against the stored draft: what differs and what is refused."""

    differing: list[Difference] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)

    def take(self, cell: Cell, label: str, old: Kept, read: Callable[[], Kept]) -> Kept:
        """What the cell holds; where it is refused, what is stored."""
        try:
            new = read()
        except DomainError as error:
            self.refused.append((error if isinstance(error, CellRefused) else cell.refuse(error)).sentence())
            return old
        if new != old:
            self.differing.append(Difference(cell.address, label, _shown(old), _shown(new)))
        return new


def _read_row(
    found: Reading, stage: StageDefinition, row: Row, columns: Sequence[str], assignment: Assignment,
    review: Review | None,
) -> None:  # fmt: skip
    stored = marks_of(review) if review is not None else {}
    compared, marks = _Compared(), dict[str, tuple[int | None, str]]()
    for place, criterion in enumerate(stage.criteria):
        at, why = row[columns[2 + 2 * place]], row[columns[3 + 2 * place]]
        points, reason = stored.get(criterion.code, (None, ""))
        name = say(criterion.names)
        marks[criterion.code] = (
            compared.take(at, name, points, partial(_points, at, criterion)),
            compared.take(why, say(Text("{c} 의견", "{c}: reason"), c=name), reason, partial(_text, why)),
        )
    cell, comment = row[columns[-2]], review.comment if review is not None else ""
    comment = compared.take(cell, say(Text("종합의견", "Overall comment")), comment, partial(_text, cell))
    if (compared.differing or compared.refused) and review is not None and review.state is not ReviewState.DRAFT:
        found.refused.append(row["A"].refuse(RowLocked()).sentence())
        return
    found.refused.extend(compared.refused)
    if compared.differing:
        version = review.version if review is not None else 0
        title = assignment.entry.application.title
        found.changed.append(Changed(assignment.public_id, title, version, marks, comment, compared.differing))


def _points(cell: Cell, criterion: Criterion) -> int | None:
    if not cell.text():
        return None
    points = cell.whole()
    if points > criterion.points:
        raise ScoreOutOfRange(criterion=say(criterion.names), points=criterion.points)
    return points


def _text(cell: Cell) -> str:
    """As typed; the apostrophe that an outgoing sheet put before a sign of formulas is taken off again."""
    text = cell.text().replace("\r\n", "\n")
    if text.startswith("'") and safe_text(text[1:]) == text:
        text = text[1:]
    if len(text) > rules.MAX_TEXT:
        raise CellTooLong(max=rules.MAX_TEXT)
    refuse_resident_numbers(text)
    return nfc(text)


def _shown(value: int | str | None) -> str:
    return "" if value is None else str(value)


def _column(place: int) -> str:
    """0 is A, 26 is AA."""
    letters = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def save_sheet(context: Context, panel_id: int, changes: Mapping[str, tuple[int, Marks, str]]) -> int:
    """Save what the dry run showed: (version, marks, comment) by assignment; all or none. How many reviews.

    Raises StaleReview where a draft changed since, ReviewLocked, RowNotYours, NothingDiffers.
    """
    own = {a.public_id: (a.id, review) for a, review in queries.batch(context.actor, panel_id)}
    if not changes:
        raise NothingDiffers
    for public_id, (version, marks, comment) in sorted(changes.items()):
        if public_id not in own:
            raise RowNotYours
        assignment_id, review = own[public_id]
        note = review.note_to_officer if review is not None else ""
        save_review(context, assignment_id, marks, comment, note, version)
    return len(changes)
