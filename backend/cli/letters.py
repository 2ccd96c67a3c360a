"""Printing the letters that the server has asked for by itself."""

import asyncio
import json
import os
from pathlib import Path
from typing import Any

import click
import httpx
from rich.console import Console
from rich.markup import escape

from backend.cli.main import Failure
from backend.cli.operator_client import checked, operator
from backend.cli.serve import checked_settings

console = Console(highlight=False)

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
        raise Failure(f"{path} is there already. Print it, remove it, then run this again.")
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
        console.print("No letter waits.")
    elif output == "pdf":
        console.print(
            f"{len(taken)} in {path}, which only you can read. Print it, then remove it: "
            "their codes are kept nowhere else."
        )
    elif output != "json":
        console.print(f"{len(taken)} taken. Their codes are kept nowhere else.")


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
        console.print(f"[bold]To {escape(address)}[/bold]", soft_wrap=True)
        console.print(escape(letter["subject"]), soft_wrap=True)
        console.print(escape(letter["text"]), end="\n\n", soft_wrap=True)


def _write(path: Path, content: bytes) -> None:
    """Write a file that only its owner reads, to the end, before anything is wiped."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise Failure(
            f"{path} cannot be written ({error.strerror}). Nothing is lost: choose another "
            "--file, and run this again in ten minutes."
        ) from None
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
        console.print(f"{letter['letter_id']}  {letter['state']:8} {at[:16].replace('T', ' ')}")
    waiting = sum(letter["state"] != "printed" for letter in found)
    console.print(f"{waiting} wait to be printed.")
