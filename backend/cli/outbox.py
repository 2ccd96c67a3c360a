"""Reading the messages that a development server would have sent."""

import contextlib
import json
import time
from pathlib import Path

import click

from backend.cli.clock import second
from backend.cli.screen import tell
from backend.cli.serve import checked_settings
from backend.cli.spoken import Failure
from backend.cli.words import known, say
from backend.settings import OUTBOX_FILE

POLL_SECONDS = 0.2


@click.command()
@click.option("--follow", is_flag=True, help="Go on showing what comes.")
@click.option("--last", type=int, default=10, help="How many of the past to show.")
@click.option("--json", "as_json", is_flag=True, help="The lines as they are.")
def outbox(last: int, *, follow: bool, as_json: bool) -> None:
    """Show SMS, e-mails and letters of a development server: codes are in there."""
    path = checked_settings().data_folder / OUTBOX_FILE
    if not path.exists() and not follow:
        raise Failure(say("outbox-empty"))
    lines = path.read_text().splitlines() if path.exists() else []
    for line in lines[-last:]:
        _show(line, as_json=as_json)
    position = path.stat().st_size if path.exists() else 0
    with contextlib.suppress(KeyboardInterrupt):  # Which is how it is ended.
        while follow:
            position = _show_new(path, position, as_json=as_json)
            time.sleep(POLL_SECONDS)


def _show_new(path: Path, position: int, *, as_json: bool) -> int:
    if not path.exists():
        return 0
    with path.open() as file:
        file.seek(position if path.stat().st_size >= position else 0)
        while line := file.readline():
            if not line.endswith("\n"):
                break  # Still being written.
            _show(line.rstrip(), as_json=as_json)
            position = file.tell()
    return position


def _show(line: str, *, as_json: bool) -> None:
    if as_json:
        click.echo(line)
        return
    try:
        message = json.loads(line)
    except ValueError:
        raise Failure(say("outbox-unreadable", path=OUTBOX_FILE)) from None
    tell(
        "outbox-line",
        whole=True,  # A link in it is there to be followed.
        at=second(message["created_at"]),
        channel=known("channel", message["channel"]),
        to=message["to"],
        text=message["text"],
    )
