"""Versions of the rights matrix, as operators see them."""

from datetime import datetime
from typing import Annotated, Literal

import msgspec

from backend.access.matrices.limits import MATRIX_CHARACTERS_MAX

SHIPPED = 0
"""The version that came with the code."""


class MatrixOrder(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A matrix to put in force, at once or at a later instant."""

    text: Annotated[
        str, msgspec.Meta(max_length=MATRIX_CHARACTERS_MAX, description="Comma-separated values.")
    ]
    effective_at: datetime | None = None


class MatrixVersion(msgspec.Struct, frozen=True, kw_only=True):
    """One version of the matrix. Version 0 came with the code."""

    version: int
    digest: str
    """SHA-256 of the text, in hexadecimal."""
    effective_at: datetime | None
    imported_at: datetime | None
    text: str


class MatrixReport(msgspec.Struct, frozen=True, kw_only=True):
    """A version of the matrix, and how often one denied for not knowing, by profession."""

    matrix: MatrixVersion
    unknown_denials: dict[str, int]


class Shift(msgspec.Struct, frozen=True, kw_only=True):
    """How many types a profession gains and loses."""

    profession: str
    widened: int
    narrowed: int


class MatrixImported(msgspec.Struct, frozen=True, kw_only=True):
    """What became of an import. `unchanged` is a matrix that is in force already."""

    status: Literal["created", "unchanged"]
    version: int
    effective_at: datetime | None
    shifts: tuple[Shift, ...]
