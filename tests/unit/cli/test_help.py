"""`--help` in the language of the terminal, whole in both."""

from collections.abc import Iterator

import click
import pytest
from click.testing import CliRunner

from backend.cli.help import HELP, french, option_name
from backend.cli.main import carnet

FRENCH = {"LC_ALL": "fr_FR.UTF-8"}
ENGLISH = {"LC_ALL": "C"}


def commands(
    command: click.Command = carnet, path: str = "carnet"
) -> Iterator[tuple[str, click.Command]]:
    """Yield every command by what people type for it."""
    yield path, command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            sub = command.get_command(context, name)
            assert sub is not None
            yield from commands(sub, f"{path} {name}")


def options(command: click.Command) -> list[click.Option]:
    """Return the options of a command."""
    return [one for one in command.params if isinstance(one, click.Option)]


COMMANDS = dict(commands())


@pytest.mark.parametrize("path", sorted(COMMANDS))
def test_a_command_and_its_options_are_explained_in_both_languages(path: str) -> None:
    """A command that is added needs words in English, in the code, and in French."""
    command, words = COMMANDS[path], french()[path]

    assert command.help
    assert words[HELP].strip()
    assert words[HELP].strip() != command.help.strip()
    for option in options(command):
        name = option_name(option)
        assert option.help, f"{path} {name} has no English words."
        assert words.get(name, "").strip(), f"{path} {name} has no French words."
        assert words[name] != option.help


def test_no_french_words_are_left_over() -> None:
    """Words for what is gone would be reviewed in vain."""
    known = {path: {HELP, *map(option_name, options(one))} for path, one in COMMANDS.items()}

    assert {path: set(words) for path, words in french().items()} == known


@pytest.mark.parametrize("path", sorted(COMMANDS))
def test_help_is_in_the_language_of_the_terminal(path: str) -> None:
    """And a process that showed one can show the other."""
    words = path.split()[1:]
    first = french()[path][HELP].strip().split()[:4]

    in_french = CliRunner().invoke(carnet, [*words, "--help"], env=FRENCH)
    in_english = CliRunner().invoke(carnet, [*words, "--help"], env=ENGLISH)

    assert in_french.exit_code == in_english.exit_code == 0
    assert " ".join(first) in " ".join(in_french.output.split())
    assert "Utilisation : " in " ".join(in_french.output.split())
    assert "Affiche cette aide." in in_french.output
    assert "Usage: " in in_english.output
    assert "Show this message" in in_english.output
    assert "Show this message" not in in_french.output


def test_the_list_of_commands_is_in_french_too() -> None:
    """Each with a short sentence."""
    listed = CliRunner().invoke(carnet, ["--help"], env=FRENCH).output

    assert "Commandes :" in " ".join(listed.split())
    assert "Démarre le serveur." in " ".join(listed.split())
    assert "Vérifie réglages" in listed


def test_a_command_still_works_in_french(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The copy that explains itself does what the command does."""
    monkeypatch.setenv("CARNET_DATA", str(tmp_path / "data"))

    result = CliRunner().invoke(carnet, ["space", "open"], env=FRENCH)

    assert result.exit_code == 2
    assert "--family-name" in result.output
