"""The rights matrix: which profession may read which type of document, by reviewed data.

Source: docs/decisions/0017-rights-matrix.md.
"""

import csv
from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta
from enum import Enum
from io import StringIO
from types import MappingProxyType
from typing import TypeVar

import msgspec

COLUMNS = ("profession_code", "type_code", "read", "source", "effective_from", "effective_to")

T = TypeVar("T")


class Read(Enum):
    """What a cell of the matrix says. What is unknown denies, and is counted."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class Row(msgspec.Struct, frozen=True):
    """One line of a matrix as it is written, with its number in the file."""

    number: int
    values: Mapping[str, str]


class Codes(msgspec.Struct, frozen=True, kw_only=True):
    """What a matrix may speak of: the known professions, types and collections."""

    professions: Mapping[str, str]
    """Label by code."""
    types: Mapping[str, str]
    """Label by code."""
    judged_by: Mapping[str, str | None]
    """The type that stands for a collection; None for one that no profession reads."""


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """What the matrix says of one cell, from one day to another, both included."""

    read: Read
    source: str
    effective_from: date
    effective_to: date | None = None

    def covers(self, on: date) -> bool:
        """Say whether the line is in force on a day."""
        if on < self.effective_from:
            return False
        return self.effective_to is None or on <= self.effective_to


class Cell(msgspec.Struct, frozen=True):
    """What the matrix says on one day, and who says so."""

    value: Read
    source: str


class Matrix(msgspec.Struct, frozen=True):
    """A matrix that is ready to be asked: the lines of each cell that has one."""

    lines: Mapping[tuple[str, str], tuple[Line, ...]]
    """By profession, and by document type or collection."""


_UNKNOWN = Cell(Read.UNKNOWN, "")
# Of two lines that speak of the same day, the stricter one.
_STRICTEST = (Read.NO, Read.UNKNOWN, Read.YES)


def read_rows(text: str) -> tuple[tuple[str, ...], tuple[Row, ...]]:
    """Read a matrix as text: its heading, and its rows.

    A line that starts with `#` is a comment.

    Raises:
        csv.Error: The text is no table.
    """
    # A comment leaves an empty line behind, so that the numbers stay those of the file.
    lines = ["" if line.startswith("#") else line for line in text.split("\n")]
    reader = csv.reader(StringIO("\n".join(lines), newline=""), strict=True)
    found = [(reader.line_num, values) for values in reader if values]
    if not found:
        return (), ()
    heading = tuple(found[0][1])
    rows = (Row(number, _named(heading, values)) for number, values in found[1:])
    return heading, tuple(rows)


def _named(heading: tuple[str, ...], values: list[str]) -> Mapping[str, str]:
    named = dict(zip(heading, values, strict=False))
    if len(values) > len(heading):
        named[""] = values[len(heading)]  # Under no heading, for the review to complain of.
    return named


def parse_line(row: Row) -> Line | None:
    """Return what a row says, None if it cannot be read."""
    values = row.values
    read = _read(Read, values.get("read", ""))
    start = _read(date.fromisoformat, values.get("effective_from", ""))
    last = values.get("effective_to", "")
    end = _read(date.fromisoformat, last) if last else None
    if read is None or start is None or (last and end is None):
        return None
    source = values.get("source", "").strip()
    return Line(read=read, source=source, effective_from=start, effective_to=end)


def _read(kind: Callable[[str], T], word: str) -> T | None:
    try:
        return kind(word)
    except ValueError:
        return None


def parse_matrix(rows: Iterable[Row], codes: Codes) -> Matrix:
    """Make a matrix of its rows.

    A row that cannot be read, or that names what is not known, grants nothing:
    it is as if it were not there. `review` in `matrix_review.py` complains of it.
    """
    lines: dict[tuple[str, str], tuple[Line, ...]] = {}
    for row in rows:
        key = row.values.get("profession_code", ""), row.values.get("type_code", "")
        line = parse_line(row)
        if line is not None and key[0] in codes.professions and key[1] in codes.types:
            lines[key] = (*lines.get(key, ()), line)
    for collection, type_code in codes.judged_by.items():
        for profession in codes.professions:
            # None is no type: nothing stands under it.
            found = lines.get((profession, type_code or ""))
            if found is not None:
                lines[profession, collection] = found
    return Matrix(MappingProxyType(lines))


def cell(matrix: Matrix, profession: str, category: str, on: date) -> Cell:
    """Say what the matrix says on a day.

    Args:
        matrix: The matrix in force.
        profession: A code of `professions.csv`.
        category: The type code of a document, or the name of another collection.
        on: The day.
    """
    lines = matrix.lines.get((profession, category))
    if lines is None:
        return _UNKNOWN
    found = [line for line in lines if line.covers(on)]
    if not found:
        return _UNKNOWN
    strictest = min(found, key=lambda line: _STRICTEST.index(line.read))
    return Cell(strictest.read, strictest.source)


def may_read(matrix: Matrix, profession: str, category: str, on: date) -> bool:
    """Say whether a profession may read a category on a day; what is unknown denies."""
    lines = matrix.lines.get((profession, category))
    if lines is None:
        return False
    if len(lines) == 1:
        line = lines[0]
        return line.read is Read.YES and line.covers(on)
    return cell(matrix, profession, category, on).value is Read.YES


def turns(matrix: Matrix) -> frozenset[date]:
    """Return the days on which a cell of the matrix begins or ends to say something."""
    lines = [line for cell_lines in matrix.lines.values() for line in cell_lines]
    ends = (line.effective_to for line in lines)
    return frozenset(line.effective_from for line in lines) | frozenset(
        end + timedelta(days=1) for end in ends if end is not None and end < date.max
    )
