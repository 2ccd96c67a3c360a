"""`carnet`: everything an operator does, and a phone in a terminal."""

import importlib
import sys

import click
from rich.console import Console
from rich.markup import escape

# Loaded when asked for, so that `carnet --help` is at once.
_COMMANDS = {
    "serve": ("backend.cli.serve", "Start the server."),
    "demo": ("backend.cli.demo", "Show how to sign in as the fictional family."),
    "migrate": ("backend.cli.serve", "Bring the database up to date."),
    "space": ("backend.cli.operate", "Open a health space."),
    "import": ("backend.cli.operate", "Bring clinical documents into a space."),
    "matrix": ("backend.cli.matrix", "Check, compare and replace the rights matrix."),
    "outbox": ("backend.cli.outbox", "Read the messages that would have been sent."),
    "phone": ("backend.cli.phone", "Be a phone: sign in, sync, read and write, also offline."),
    "professional": ("backend.cli.professional", "Make up a professional, for development."),
    "keys": ("backend.cli.operate", "Look after the encryption keys."),
    "journal": ("backend.cli.journal", "Check every journal of accesses."),
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

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        found = _COMMANDS.get(cmd_name)
        if found is None:
            return None
        module = importlib.import_module(found[0])
        name = "import_" if cmd_name == "import" else cmd_name
        command: click.Command = getattr(module, name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, words) for name, (_, words) in _COMMANDS.items()])


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
