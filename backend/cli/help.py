"""What `--help` says to people whose terminal speaks French.

The English words stand in the code; the French ones in `data/help_fr.toml`, by
command and option. Commands are copied, never changed: a process may show both.
"""

import copy
import functools
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path

import click

_FILE = Path(__file__).parent / "data" / "help_fr.toml"
HELP = "help"
NO_BREAK = "\u00a0"

# The library's own words.
_HEADINGS = {"Options": f"Options{NO_BREAK}", "Commands": f"Commandes{NO_BREAK}"}
_OWN = {
    "Show this message and exit.": "Affiche cette aide.",
    "[default: ": "[par défaut : ",
    "[required]": "[obligatoire]",
    "[env var: ": "[variable : ",
}


class FrenchFormatter(click.HelpFormatter):
    """Writes the parts of a help page in French."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        super().write_usage(prog, args, prefix=f"Utilisation{NO_BREAK}: ")

    def write_heading(self, heading: str) -> None:
        super().write_heading(_HEADINGS.get(heading, heading))

    def write_dl(
        self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2
    ) -> None:
        super().write_dl([(name, _in_our_words(said)) for name, said in rows], col_max, col_spacing)


class FrenchContext(click.Context):
    """A context whose help is in French."""

    formatter_class = FrenchFormatter


@functools.cache
def french() -> Mapping[str, Mapping[str, str]]:
    """Return the French words, by the path of a command, then by `help` or option."""
    text = _FILE.read_text("utf-8")
    for sign in (";", ":"):
        text = text.replace(f" {sign}", f"{NO_BREAK}{sign}")  # As French is set in type.
    return tomllib.loads(text)


def option_name(parameter: click.Parameter) -> str:
    """Return the name by which the words of an option are found: its first long one."""
    return next((one for one in parameter.opts if one.startswith("--")), parameter.opts[0])


def in_french(command: click.Command, path: str) -> click.Command:
    """Return a copy of a command that explains itself in French.

    Args:
        command: The command; its callback is shared with the copy.
        path: What people type for it, such as `carnet space open`.
    """
    words = french().get(path, {})
    twin = copy.copy(command)
    twin.help = words.get(HELP, command.help)
    twin.short_help = None
    twin.context_class = FrenchContext
    twin.params = [_with_words(one, words) for one in command.params]
    if isinstance(twin, click.Group):
        twin.commands = {
            name: in_french(sub, f"{path} {name}") for name, sub in twin.commands.items()
        }
    return twin


def _with_words(parameter: click.Parameter, words: Mapping[str, str]) -> click.Parameter:
    if not isinstance(parameter, click.Option):
        return parameter
    twin = copy.copy(parameter)
    twin.help = words.get(option_name(parameter), parameter.help)
    return twin


def _in_our_words(said: str) -> str:
    for theirs, ours in _OWN.items():
        said = said.replace(theirs, ours)
    return said
