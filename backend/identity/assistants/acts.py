"""The list of acts, as people review it."""

import csv
from functools import cache
from importlib.resources import files

import msgspec

from backend.identity.assistants.model import LeavableAct
from backend.identity.professionals.model import Act


@cache
def catalogue() -> tuple[LeavableAct, ...]:
    """Return every act, with whether it may be left to an assistant."""
    text = files("backend.identity").joinpath("data", "assistant_acts.csv").read_text("utf-8")
    rows = [{**row, "may_be_left": row["may_be_left"] == "yes"} for row in _rows(text)]
    return msgspec.convert(rows, tuple[LeavableAct, ...])


@cache
def leavable() -> frozenset[Act]:
    """Return the acts that may be left to an assistant."""
    return frozenset(one.act for one in catalogue() if one.may_be_left)


def _rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(text.splitlines()))
