"""The reviewed data of this room, read once: what a measure may be, who is whose kin."""

import csv
from collections.abc import Mapping
from importlib.resources import files
from types import MappingProxyType
from typing import TypeVar

import msgspec

LOINC = "http://loinc.org"

R = TypeVar("R", bound=msgspec.Struct)


class Quantity(msgspec.Struct, frozen=True, kw_only=True):
    """A line of `data/measures.csv`: one number of one kind of measure, in one unit."""

    kind: str
    part: str
    """The field of the body that holds the number."""
    unit: str
    code: str
    """The LOINC code of the measure."""
    part_code: str
    """The LOINC code of this number within the measure, or an empty word."""
    low: float
    high: float
    """The last plausible values: beyond them, it is a slip of the finger."""
    label_en: str
    label_fr: str
    code_source: str
    range_source: str


class Relation(msgspec.Struct, frozen=True, kw_only=True):
    """A line of `data/relations.csv`: what someone is to the holder."""

    code: str
    system: str
    is_family: bool
    label_en: str
    label_fr: str
    source: str


def _lines(file_name: str, line: type[R]) -> tuple[R, ...]:
    text = files("backend.clinical").joinpath("data", file_name).read_text("utf-8")
    rows = csv.DictReader(text.splitlines())
    return tuple(msgspec.convert(row, line, strict=False) for row in rows)


QUANTITIES: Mapping[tuple[str, str, str], Quantity] = MappingProxyType(
    {(line.kind, line.part, line.unit): line for line in _lines("measures.csv", Quantity)}
)
"""By kind, part and unit."""

RELATIONS: Mapping[str, Relation] = MappingProxyType(
    {line.code: line for line in _lines("relations.csv", Relation)}
)
"""By code."""
