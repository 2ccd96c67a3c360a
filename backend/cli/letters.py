"""Printing the letters that the server has asked for by itself."""

import asyncio
import json
import os
from pathlib import Path
from typing import Any

import click
import httpx

from backend.cli.clock import moment
from backend.cli.heard import heard
from backend.cli.operator_client import checked, operator
from backend.cli.screen import tell
from backend.cli.serve import checked_settings
from backend.cli.spoken import Failure
from backend.cli.words import counted, known, say

SENDER = "Carnet"


@click.group()
def letters() -> None:
    """Print the letters that the server has asked for by itself."""


@letters.command("print")
@click.option(
    "--output",
    type=click.Choice(["pdf", "text", "json"]),
    default="pdf",
    help="A PDF for envelopes with a window, text for a person, or JSON for a script.",
)
@click.option(
    "--file",
    "path",
    type=click.Path(dir_okay=False, path_type=Path),
    default=Path("letters.pdf"),
    help="Where the PDF goes; a file that is there is not replaced.",
)
def print_letters(output: str, path: Path) -> None:
    """Print the letters that wait, a page each; then nothing keeps what they say.

    A letter is wiped once it is in the file. After a failure it is given again
    ten minutes later: look whether it is on paper before you send it twice.
    """
    if output == "pdf" and path.exists():
        raise Failure(say("letters-there", path=path))
    asyncio.run(_print(output, path))


async def _print(output: str, path: Path) -> None:
    async with operator(checked_settings()) as client:
        taken: list[dict[str, Any]] = checked(await client.post("/v1/operator/letters/print"))
        if output == "json":
            click.echo(json.dumps(taken))
        elif output == "text":
            _show(taken)
        elif taken:
            _write(path, pdf_of_taken(taken))
        await _note_printed(client, taken)
    if not taken and output != "json":
        tell("letters-none")
    elif output == "pdf":
        tell("letters-in-file", mark="ok", count=len(taken), path=str(path))
    elif output != "json":
        tell("letters-taken", mark="ok", count=len(taken))


def pdf_of_taken(taken: list[dict[str, Any]]) -> bytes:
    """Set letters for envelopes with a window."""
    from notifications.channels.letter_pdf import LetterText, pdf_of

    return pdf_of(
        LetterText(
            address=letter["address"] or [letter["addressee"]],
            sender=SENDER,
            subject=letter["subject"],
            text=letter["text"],
            language=letter["language"],
        )
        for letter in taken
    )


def _show(taken: list[dict[str, Any]]) -> None:
    for letter in taken:
        address = ", ".join(letter["address"]) or letter["addressee"]
        tell("letters-to", whole=True, address=address)
        tell("letters-text", whole=True, subject=letter["subject"], text=letter["text"])


def _write(path: Path, content: bytes) -> None:
    """Write a file that only its owner reads, to the end, before anything is wiped."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        why = heard(error.strerror or str(error))
        raise Failure(say("letters-not-written", path=path, why=why)) from None
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


async def _note_printed(client: httpx.AsyncClient, taken: list[dict[str, Any]]) -> None:
    if not taken:
        return
    places = [{name: letter[name] for name in ("space_id", "letter_id")} for letter in taken]
    checked(await client.post("/v1/operator/letters/printed", json={"letters": places}))


@letters.command("list")
@click.option(
    "--output",
    type=click.Choice(["text", "json"]),
    default="text",
    help="Text for a person, or JSON for a script.",
)
def list_letters(output: str) -> None:
    """Show how far each letter has come; what they say is not shown."""

    async def work() -> list[dict[str, Any]]:
        async with operator(checked_settings()) as client:
            found: list[dict[str, Any]] = checked(await client.get("/v1/operator/letters"))
        return found

    found = asyncio.run(work())
    if output == "json":
        click.echo(json.dumps(found))
        return
    for letter in found:
        at = letter.get("printed_at") or letter.get("taken_at") or letter["queued_at"]
        state = known("letter-state", letter["state"])
        when = moment(at)
        tell("letters-line", whole=True, letter_id=letter["letter_id"], state=state, when=when)
    waiting = sum(letter["state"] != "printed" for letter in found)
    if waiting:
        tell("letters-waiting", said=counted(waiting, "letters-wait"))
    else:
        tell("letters-none")
