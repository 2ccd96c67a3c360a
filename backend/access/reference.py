"""The reviewed data of rights, read once: professions, types, the matrix, what is sensitive."""

import csv
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from backend.access.model import Section
from backend.access.rules.matrix import Codes
from backend.access.rules.sensitivity import Mark, Sensitivity


@cache
def codes() -> Codes:
    """Return the professions, types and collections that a matrix may speak of."""
    return Codes(
        professions=MappingProxyType(
            {row["code"]: row["label_fr"] for row in rows("professions.csv")}
        ),
        types=MappingProxyType(
            {row["code"]: row["label_fr"] for row in rows("document_types.csv")}
        ),
        judged_by=MappingProxyType(
            {row["collection"]: row["type_code"] or None for row in rows("collections.csv")}
        ),
    )


@cache
def shipped_matrix() -> str:
    """Return the text of the matrix that rules until an operator imports another."""
    return text_of("matrix.csv")


@cache
def sensitivity() -> Sensitivity:
    """Return the codes and words that make an entry sensitive, ready to be asked."""
    marks = (
        Mark(
            section=Section(row["section"]),
            kind=row["kind"],
            value=row["value"],
            source=row["source"],
        )
        for row in rows("sensitive.csv")
    )
    return Sensitivity(marks, {row["system"]: row["kind"] for row in rows("code_systems.csv")})


def text_of(file_name: str) -> str:
    """Return a file of `data/` as it stands."""
    return files("backend.access").joinpath("data", file_name).read_text("utf-8")


def rows(file_name: str) -> list[dict[str, str]]:
    """Return the rows of a file of `data/`, without its comments."""
    lines = (line for line in text_of(file_name).splitlines() if not line.startswith("#"))
    return list(csv.DictReader(lines))
