"""The reviewed data of this room, read once: what documents, results and reasons say."""

import csv
from functools import cache
from importlib.resources import files
from typing import Literal

import msgspec

from notifications.core.text import plain

Result = Literal["normal", "abnormal", "unknown"]
Meaning = Literal["advised-against", "postponed", "refused"]


class ExamShown(msgspec.Struct, frozen=True, kw_only=True):
    """An examination that a document shows to have taken place, and in which window."""

    exam: str
    window: str | None


def exam_shown(format_code: str | None, type_code: str) -> ExamShown | None:
    """Say which examination a document shows, by its format or its type."""
    for row in _rows("documents.csv"):
        if row["match"] == "format":
            is_shown = format_code is not None and _is_format(format_code, row["value"])
        else:
            is_shown = row["value"] == type_code
        if is_shown:
            return ExamShown(exam=row["exam"], window=row["window"] or None)
    return None


def overseas(code: str) -> str | None:
    """Return the country code of a territory, from an INSEE code or a postcode."""
    return next(
        (row["country"] for row in _rows("overseas.csv") if code[:3] == row["begins"]), None
    )


def result_in(interpretation: str | None, text: str | None) -> Result:
    """Say what a result says: by its interpretation, or by its words."""
    words = plain(text or "")
    for row in _rows("results.csv"):
        is_told = (
            row["value"] == interpretation if row["match"] == "code" else row["value"] in words
        )
        if is_told:
            return "normal" if row["result"] == "normal" else "abnormal"
    return "unknown"


def meaning_of(reason: str) -> Meaning:
    """Say what a reason for something that was not done means."""
    words = plain(reason)
    for row in _rows("reasons.csv"):
        if row["words"] in words:
            return "advised-against" if row["meaning"] == "advised-against" else "postponed"
    return "refused"


def _is_format(format_code: str, family: str) -> bool:
    """Say whether a format is one of a family: a version may follow."""
    return format_code == family or format_code.startswith(f"{family}:")


@cache
def _rows(name: str) -> tuple[dict[str, str], ...]:
    text = files("backend.prevention").joinpath("data", name).read_text("utf-8")
    lines = (line for line in text.splitlines() if not line.startswith("#"))
    return tuple(csv.DictReader(lines))
