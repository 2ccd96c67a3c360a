"""Questions to whoever types: yes or no, in their language."""

import os
import sys

import click

from backend.cli.spoken import Failure, Stopped
from backend.cli.words import say

_YES = frozenset({"y", "yes", "o", "oui"})
_NO = frozenset({"n", "no", "non", ""})


def confirm(question: str) -> None:
    """Ask whether to go on; nothing was done yet where the answer is no.

    Raises:
        Failure: The answer is no, or there is nobody to answer.
    """
    while True:
        try:
            said = click.prompt(
                f"{question} [{say('confirm-choices')}]",
                default="",
                show_default=False,
                prompt_suffix=say("prompt-end"),
                err=True,
            )
        except click.Abort:
            click.echo(err=True)
            # Ctrl-C has said no; a script has nobody who could.
            raise Stopped(say("not-confirmed" if not _is_piped() else "no-answer")) from None
        answer = str(said).strip().casefold()
        if answer in _YES:
            return
        if answer in _NO:
            raise Failure(say("not-confirmed"))
        click.echo(say("confirm-again"), err=True)


def prompt(question: str, *, hidden: bool = False) -> str:
    """Ask for a word.

    Raises:
        Failure: There is nobody to answer.
    """
    try:
        # What is piped in cannot be hidden, and need not be.
        hide = hidden and not _is_piped()
        end = say("prompt-end")
        return str(click.prompt(question, hide_input=hide, prompt_suffix=end, err=True))
    except click.Abort:
        click.echo(err=True)
        raise Stopped(say("stopped" if not _is_piped() else "no-answer")) from None


def _is_piped() -> bool:
    """Say whether what is read is typed by nobody."""
    try:
        return not os.isatty(sys.stdin.fileno())
    except (OSError, ValueError):
        return False
