"""`carnet`: everything an operator does, and a phone in a terminal."""

import importlib
import sys
from typing import Any

import click
from rich.console import Console
from rich.markup import escape

from backend.cli.help import HELP, NO_BREAK, french, in_french
from backend.cli.language import language_of

# Loaded when asked for, so that `carnet --help` is at once.
_COMMANDS = {
    "serve": ("backend.cli.serve", "Start the server."),
    "demo": ("backend.cli.demo", "Show how to sign in as the fictional family."),
    "migrate": ("backend.cli.serve", "Bring the database up to date."),
    "space": ("backend.cli.operate", "Open a health space."),
    "import": ("backend.cli.operate", "Bring clinical documents into a space."),
    "matrix": ("backend.cli.matrix", "Check, compare and replace the rights matrix."),
    "calendar": ("backend.cli.calendar", "Look at the calendars of vaccines and screenings."),
    "outbox": ("backend.cli.outbox", "Read the messages that would have been sent."),
    "phone": ("backend.cli.phone", "Be a phone: sign in, sync, read and write, also offline."),
    "professional": ("backend.cli.professional", "Make up a professional, for development."),
    "agent": ("backend.cli.agents", "Add support agents, or let them go."),
    "letters": ("backend.cli.letters", "Print letters that wait."),
    "sms-gateway": ("backend.cli.sms_gateway", "Be an SMS gateway that sends nothing, to try."),
    "roles": ("backend.cli.agents", "Give the agents' role on PostgreSQL its rights."),
    "keys": ("backend.cli.operate", "Look after the encryption keys."),
    "journal": ("backend.cli.journal", "Check every journal of accesses."),
    "review": ("backend.cli.review", "Look into what waits to be looked into."),
    "backup": ("backend.cli.operate", "Copy the database and the documents."),
    "restore": ("backend.cli.maintain", "Put a copy back."),
    "doctor": ("backend.cli.maintain", "Check this installation and say what to do."),
}


class Failure(click.ClickException):
    """Something that the person can act on: a sentence, and what to do next."""

    def show(self, file: object = None) -> None:
        Console(stderr=True, highlight=False).print(f"[red]✗[/red] {escape(self.message)}")


class Carnet(click.Group):
    """A group whose commands are loaded when they are needed."""

    _is_french = False

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        found = _COMMANDS.get(cmd_name)
        if found is None:
            return None
        module = importlib.import_module(found[0])
        name = "import_" if cmd_name == "import" else cmd_name.replace("-", "_")
        command: click.Command = getattr(module, name)
        return in_french(command, f"carnet {cmd_name}") if self._is_french else command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        rows = [(name, words) for name, (_, words) in _COMMANDS.items()]
        if self._is_french:
            rows = [(name, _first_sentence(name)) for name, _ in rows]
        with formatter.section("Commands"):
            formatter.write_dl(rows)

    def main(self, *args: Any, **options: Any) -> Any:
        """Run in the language of the terminal."""
        if self._is_french or language_of() != "fr":
            return super().main(*args, **options)
        twin = in_french(self, "carnet")
        assert isinstance(twin, Carnet)
        twin._is_french = True
        return twin.main(*args, **options)


def _first_sentence(name: str) -> str:
    line = french()[f"carnet {name}"][HELP].strip().partition("\n")[0]
    return line.partition(f"{NO_BREAK}; ")[0].removesuffix(".") + "."


@click.group(cls=Carnet, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="carnet", prog_name="carnet")
def carnet() -> None:
    """A health record that syncs, offline first.

    Settings are environment variables: CARNET_DATA (folder), CARNET_DATABASE_URL,
    CARNET_PROFILE, CARNET_HOST, CARNET_PORT, CARNET_KEY_FILE and others;
    `carnet doctor` shows the ones in force.
    """


def main() -> None:
    """Run the command line."""
    try:
        carnet()
    except BrokenPipeError:
        sys.exit(0)
