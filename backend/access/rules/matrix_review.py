"""Reviewing a matrix before it rules: what is wrong with it, and what it would change.

Source: docs/decisions/0017-rights-matrix.md.
"""

import csv
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta

import msgspec

from backend.access.rules.matrix import (
    COLUMNS,
    Codes,
    Line,
    Matrix,
    Read,
    Row,
    cell,
    parse_line,
    parse_matrix,
    read_rows,
)

_OPTIONAL = frozenset({"effective_to"})
_Cell = tuple[str, str]


class Complaint(msgspec.Struct, frozen=True):
    """What is wrong with one line of a matrix; line 0 is the whole of it."""

    line: int
    words: str


class Review(msgspec.Struct, frozen=True):
    """A matrix read from text, with everything that is wrong with it."""

    matrix: Matrix
    complaints: tuple[Complaint, ...]


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """A cell that says something else from one day on."""

    profession: str
    type_code: str
    on: date
    before: Read
    after: Read

    @property
    def widens(self) -> bool:
        """Whether it lets in who was kept out."""
        return self.after is Read.YES

    @property
    def narrows(self) -> bool:
        """Whether it keeps out who was let in."""
        return self.before is Read.YES


def review(text: str, codes: Codes) -> Review:
    """Read a matrix and say everything that is wrong with it."""
    try:
        heading, rows = read_rows(text)
    except csv.Error as error:
        words = f"This is no table of comma-separated values: {error}."
        return Review(parse_matrix((), codes), (Complaint(0, words),))
    return Review(parse_matrix(rows, codes), (*_of_heading(heading), *_of_rows(rows, codes)))


def _of_heading(heading: tuple[str, ...]) -> Iterator[Complaint]:
    for column in COLUMNS:
        if column not in heading and column not in _OPTIONAL:
            yield Complaint(0, f"The column {column} is missing.")
    for column, count in Counter(heading).items():
        if column not in COLUMNS:
            yield Complaint(0, f"The column {column or '(without a name)'} is not known.")
        elif count > 1:
            yield Complaint(0, f"The column {column} comes {count} times.")


def _of_rows(rows: Sequence[Row], codes: Codes) -> Iterator[Complaint]:
    if not rows:
        yield Complaint(0, "There is no line in it.")
    placed: dict[_Cell, list[tuple[int, Line]]] = {}
    for row in rows:
        yield from _of_row(row, codes)
        line = parse_line(row)
        if line is None:
            continue
        key = row.values.get("profession_code", ""), row.values.get("type_code", "")
        for number, other in placed.setdefault(key, []):
            if _overlap(line, other):
                words = f"{key[0]} x {key[1]} overlaps line {number}: two lines for one day."
                yield Complaint(row.number, words)
        placed[key].append((row.number, line))


def _of_row(row: Row, codes: Codes) -> Iterator[Complaint]:
    values = row.values
    for column, known in (("profession_code", codes.professions), ("type_code", codes.types)):
        code = values.get(column, "")
        if code not in known:
            yield Complaint(row.number, f"{column} {code or '(empty)'} is not known.")
    if "" in values:
        yield Complaint(row.number, "It has more values than there are columns.")
    line = parse_line(row)
    if line is None:
        yield Complaint(
            row.number,
            "It cannot be read: read is yes, no or unknown; dates are written 2026-01-31.",
        )
        return
    if not line.source and line.read is not Read.UNKNOWN:
        yield Complaint(row.number, "It has no source.")
    if line.effective_to is not None and line.effective_to < line.effective_from:
        yield Complaint(row.number, "It ends before it starts.")


def _overlap(one: Line, other: Line) -> bool:
    first, second = sorted((one, other), key=lambda line: line.effective_from)
    return first.effective_to is None or second.effective_from <= first.effective_to


def tally(matrix: Matrix, codes: Codes, on: date) -> Mapping[str, Mapping[Read, int]]:
    """Count what a matrix says on a day of all types, by profession."""
    return {
        profession: Counter(cell(matrix, profession, one, on).value for one in codes.types)
        for profession in codes.professions
    }


def changes(old: Matrix, new: Matrix, codes: Codes, on: date) -> tuple[Change, ...]:
    """List every cell that says something else under another matrix.

    Each is compared on the day itself, and on each later day on which either
    matrix turns: a cell that will change next year is named with its day.
    """
    return tuple(
        change
        for profession in codes.professions
        for type_code in codes.types
        for change in _changes_of((profession, type_code), old, new, on)
    )


def _changes_of(key: _Cell, old: Matrix, new: Matrix, on: date) -> Iterator[Change]:
    said = None
    for day in sorted({on, *_turns(old, key, on), *_turns(new, key, on)}):
        before, after = cell(old, *key, day).value, cell(new, *key, day).value
        if before is not after and (before, after) != said:
            yield Change(profession=key[0], type_code=key[1], on=day, before=before, after=after)
        said = before, after


def _turns(matrix: Matrix, key: _Cell, after: date) -> Iterator[date]:
    """Yield the days after one on which a cell may say something else."""
    for line in matrix.lines.get(key, ()):
        days = [line.effective_from]
        if line.effective_to is not None and line.effective_to < date.max:
            days.append(line.effective_to + timedelta(days=1))
        yield from (day for day in days if day > after)


def next_turn(matrix: Matrix, after: date) -> date | None:
    """Return the next day on which any cell may say something else, if there is one."""
    return min((day for key in matrix.lines for day in _turns(matrix, key, after)), default=None)
