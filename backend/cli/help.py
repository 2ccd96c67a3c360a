"""What `--help` says to people whose terminal speaks French.

The English words stand in the code; the French ones in `data/help_fr.toml`, by
command and option. Commands are copied, never changed: a process may show both.
"""

import copy
import functools
import re
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path

import click

from backend.cli.heard import in_french as heard_in_french

_FILE = Path(__file__).parent / "data" / "help_fr.toml"
HELP = "help"
NO_BREAK = "\u00a0"

# What stands for the value of an option, and for the rest of a line.
_VALUES = {
    "TEXT": "TEXTE",
    "INTEGER RANGE": "NOMBRE",
    "INTEGER": "NOMBRE",
    "FILE": "FICHIER",
    "DIRECTORY": "DOSSIER",
    "PATH": "CHEMIN",
    "YYYY-MM-DD": "AAAA-MM-JJ",
}
_VALUE = re.compile(f" ({'|'.join(_VALUES)})$")
_REST = {"COMMAND [ARGS]...": "COMMANDE [MOTS]...", "Usage: ": f"Utilisation{NO_BREAK}: "}
_IN_BRACKETS = re.compile(r"\[(?P<said>default: [^\]]+|required|env var: [^\]]+)\]")


def usage_in_french(usage: str) -> str:
    """Return the line that says how a command is typed, in French."""
    for theirs, ours in _REST.items():
        usage = usage.replace(theirs, ours)
    return usage


class FrenchFormatter(click.HelpFormatter):
    """Writes the parts of a help page in French."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        super().write_usage(prog, usage_in_french(args), prefix=_REST["Usage: "])

    def write_heading(self, heading: str) -> None:
        super().write_heading(f"{heard_in_french(heading)}{NO_BREAK}")

    def write_dl(
        self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2
    ) -> None:
        said = [(_with_value(name), _in_our_words(words)) for name, words in rows]
        super().write_dl(said, col_max, col_spacing)


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


def first_sentence(words: Mapping[str, str]) -> str:
    """Return the line that stands for a command in a list of commands."""
    line = words[HELP].strip().partition("\n")[0]
    return line.partition(f"{NO_BREAK}; ")[0].removesuffix(".") + "."


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
    twin.short_help = first_sentence(words) if words else None
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


def _with_value(name: str) -> str:
    """Write what stands for the value of an option in French."""
    return _VALUE.sub(lambda found: f" {_VALUES[found[1]]}", name) if name[0] == "-" else name


def _in_our_words(said: str) -> str:
    """Write what the library adds to the words of an option in French."""
    whole = heard_in_french(said)
    return _IN_BRACKETS.sub(lambda found: f"[{heard_in_french(found['said'])}]", whole)
