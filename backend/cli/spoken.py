"""What goes wrong with a command, said in the language of who typed it.

Exit codes: 0, it is done; 1, it could not be; 2, it was not asked for rightly.
"""

import errno
import sqlite3
import sys
from collections.abc import Callable
from typing import Any, NoReturn

import click
from click.exceptions import NoArgsIsHelpError
from rich.markup import escape

from backend.cli.heard import heard, in_french
from backend.cli.help import usage_in_french
from backend.cli.language import language
from backend.cli.screen import MARKS, console, leave_closed_pipe
from backend.cli.words import say, say_in

FAILED, MISUSED = 1, 2


class Failure(click.ClickException):
    """Something that the person can act on: a sentence, and what to do next."""

    def show(self, file: object = None) -> None:
        console(is_error=True).print(f"{MARKS['bad']}{escape(self.message)}")


class Stopped(Failure):
    """The person stopped it, or there was nobody to answer its question."""


class Spoken(click.Group):
    """A group that tells people in their language what is wrong."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; what the machine refuses becomes a sentence."""
        try:
            return super().invoke(ctx)
        except click.UsageError as error:
            error.ctx = error.ctx or self._meant(ctx)
            raise
        except OSError as error:
            raise _failure_of(error) from None
        except sqlite3.Error as error:
            raise Failure(say("database-refused", why=heard(str(error)))) from None

    def _meant(self, ctx: click.Context) -> click.Context | None:
        """Return the command that was to run, where the parser did not say which."""
        name = ctx.invoked_subcommand
        command = None if name is None else self.get_command(ctx, name)
        if command is None:
            return None
        return command.context_class(command, info_name=name, parent=ctx)

    def main(self, *args: Any, **options: Any) -> Any:
        """Run the command line; end the process with one of three codes."""
        run: Callable[..., Any] = super().main
        if not options.pop("standalone_mode", True):
            return run(*args, **options, standalone_mode=False)
        try:
            ended = run(*args, **options, standalone_mode=False)
        except click.ClickException as error:
            _end(error)
        except click.Abort:
            _end(Stopped(say("stopped")))
        except OSError as error:  # Of the help, which no command writes.
            _end(_failure_of(error))
        sys.exit(ended if isinstance(ended, int) else 0)


def _failure_of(error: OSError) -> Failure:
    """Say what the machine refuses; leave where who reads has closed the pipe."""
    if error.errno == errno.EPIPE:
        leave_closed_pipe()
    why = heard(error.strerror or str(error))
    if error.filename is None:
        return Failure(say("machine-refused", why=why))
    return Failure(say("file-refused", path=error.filename, why=why))


def _end(error: click.ClickException) -> NoReturn:
    """Tell what is wrong, and end."""
    if isinstance(error, click.UsageError) and not isinstance(error, NoArgsIsHelpError):
        _tell_misuse(error)
    elif isinstance(error, Failure | NoArgsIsHelpError):
        error.show()
    else:
        Failure(heard(error.format_message())).show()
    sys.exit(MISUSED if isinstance(error, click.UsageError) else FAILED)


def _tell_misuse(error: click.UsageError) -> None:
    """Tell how a command is used, and where its help is."""
    context, tongue = error.ctx, language(error.ctx)
    message = error.format_message()
    if tongue == "fr":
        message = in_french(message)
    if context is not None:
        usage = context.get_usage()
        click.echo(usage_in_french(usage) if tongue == "fr" else usage, err=True)
        names = context.help_option_names
        if context.command.get_help_option(context) is not None:
            path = f"{context.command_path} {names[-1]}"
            click.echo(say_in(tongue, "see-help", command=path), err=True)
        click.echo(err=True)
    click.echo(say_in(tongue, "misused", why=message), err=True)
