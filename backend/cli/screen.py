"""Where commands write: sentences for people, on a screen or into a pipe."""

import os
import sys
from typing import Literal, NoReturn

from rich.console import Console
from rich.markup import escape

from backend.cli.words import say

Mark = Literal["ok", "warn", "bad"]

MARKS: dict[Mark, str] = {
    "ok": "[green]✓[/green] ",
    "warn": "[yellow]![/yellow] ",
    "bad": "[red]✗[/red] ",
}


class Screen(Console):
    """Where people read; who closes a pipe has read enough, and nothing failed."""

    def on_broken_pipe(self) -> None:
        self.quiet = True
        leave_closed_pipe()


def leave_closed_pipe() -> NoReturn:
    """End well, and let what is left to be written go nowhere."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    raise SystemExit(0)


def console(*, is_error: bool = False, width: int | None = None) -> Screen:
    """Return where people read."""
    return Screen(stderr=is_error, highlight=False, width=width)


def tell(key: str, /, *, mark: Mark | None = None, whole: bool = False, **values: object) -> None:
    """Write one of our sentences.

    Args:
        key: Of the text; it may hold marks such as `[bold]`, the values never do.
        mark: Whether it is well, worth a look, or wrong.
        whole: Leave a line as long as it is, so that what is in it can be copied.
        **values: What the text is filled in with.
    """
    safe = {
        name: escape(printable(one)) if isinstance(one, str) else one
        for name, one in values.items()
    }
    console().print(f"{MARKS[mark] if mark else ''}{say(key, **safe)}", soft_wrap=whole)


def show(text: str, *, mark: Mark | None = None, whole: bool = False) -> None:
    """Write what somebody else said."""
    lines = "\n".join(printable(line) for line in text.split("\n"))
    console().print(f"{MARKS[mark] if mark else ''}{escape(lines)}", soft_wrap=whole)


def printable(text: str) -> str:
    """Return a line that somebody else wrote without what a terminal would obey."""
    return "".join(one if one.isprintable() else " " for one in text)


def any_encoding() -> None:
    """Let a terminal that knows few letters show a question mark, not a fault."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
