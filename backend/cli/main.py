"""`carnet`: everything an operator does, and a phone in a terminal."""

import importlib
import logging
from typing import Any

import click

from backend.cli.help import first_sentence, french, in_french
from backend.cli.language import language_of
from backend.cli.screen import any_encoding
from backend.cli.spoken import Spoken

# Loaded when asked for, so that `carnet --help` is at once.
_COMMANDS = {
    "serve": ("backend.cli.serve", "Start the server."),
    "demo": ("backend.cli.demo", "Show how to sign in as the fictional family."),
    "migrate": ("backend.cli.serve", "Bring the database up to date."),
    "space": ("backend.cli.operate", "Open a health space."),
    "import": ("backend.cli.importing", "Bring clinical documents into a space."),
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
    "restore": ("backend.cli.restore", "Put a copy back."),
    "doctor": ("backend.cli.doctor", "Check this installation and say what to do."),
}


class Carnet(Spoken):
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

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find a command; of one that is none, say which one may be meant."""
        try:
            return super().resolve_command(ctx, args)
        except click.exceptions.NoSuchCommand as unknown:
            name = unknown.command_name
            raise click.exceptions.NoSuchCommand(name, possibilities=_COMMANDS, ctx=ctx) from None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        rows = [(name, words) for name, (_, words) in _COMMANDS.items()]
        if self._is_french:
            rows = [(name, first_sentence(french()[f"carnet {name}"])) for name, _ in rows]
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
    any_encoding()
    if logging.lastResort is not None:
        # A command that is the server for a moment says by itself what was put off.
        logging.lastResort.setLevel(logging.ERROR)
    carnet()
