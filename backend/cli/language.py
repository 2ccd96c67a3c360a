"""Which language a command speaks: the one that was asked for, else the terminal's."""

import os
from collections.abc import Callable, Mapping
from typing import TypeVar

import click

LANGUAGES = ("fr", "en")

_ASKED = "carnet.language"

F = TypeVar("F", bound=Callable[..., object])


def language_of(environment: Mapping[str, str] = os.environ) -> str:
    """Return the language that the terminal asks for."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if environment.get(name):
            return "fr" if environment[name].lower().startswith("fr") else "en"
    return "en"


def language(context: click.Context | None = None) -> str:
    """Return the language of a command: of the one that runs, where none is given."""
    context = context or click.get_current_context(silent=True)
    asked: str | None = None if context is None else context.meta.get(_ASKED)
    return asked or language_of()


def language_option(name: str) -> Callable[[F], F]:
    """Make the option by which somebody asks for a language, ahead of every other word."""
    return click.option(
        name,
        type=click.Choice(LANGUAGES),
        callback=_ask,
        expose_value=False,
        is_eager=True,
        help="Language. [LANG]",
    )


def _ask(context: click.Context, _parameter: click.Parameter, value: str | None) -> None:
    if value is not None:
        context.meta[_ASKED] = value
