"""A day, as people type it for a command."""

import re
from datetime import date
from typing import Any, NoReturn

import click

from backend.cli.words import say

_WRITTEN = re.compile(r"\d{4}-\d{2}-\d{2}")


class Day(click.ParamType[date]):
    """A day of the calendar: 1948-03-02."""

    name = "day"

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str | None:
        return "YYYY-MM-DD"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        if isinstance(value, date):
            return value
        try:
            is_written = bool(_WRITTEN.fullmatch(value))
            return date.fromisoformat(value) if is_written else self._refuse(value, param, ctx)
        except ValueError:  # No such day in that month.
            return self._refuse(value, param, ctx)

    def _refuse(
        self, value: str, param: click.Parameter | None, ctx: click.Context | None
    ) -> NoReturn:
        self.fail(say("bad-day", text=value), param, ctx)


DAY = Day()
