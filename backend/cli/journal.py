"""What an operator or an auditor asks of the journals."""

import asyncio
from typing import Any

import click
import msgspec

from backend.cli.ask import confirm
from backend.cli.heard import heard
from backend.cli.operator_client import checked, operator
from backend.cli.screen import console, show, tell
from backend.cli.serve import checked_settings
from backend.cli.spoken import Failure
from backend.cli.words import say


@click.group()
def journal() -> None:
    """Check every journal, say that a copy was put back."""


@journal.command()
@click.option("--json", "as_json", is_flag=True, help="For scripts.")
def verify(*, as_json: bool) -> None:
    """Check every chain, every line, the tree over them, and its signatures.

    The first fault ends it with a sentence and the exit code 1.
    """
    found = asyncio.run(_verify())
    if as_json:
        click.echo(msgspec.json.encode(found).decode())
    if found.get("fault"):
        raise Failure(say("journal-damaged", fault=heard(found["fault"])))
    if not as_json:
        show(say("journal-sound", **_counts(found)), mark="ok")


def _counts(found: dict[str, Any]) -> dict[str, int]:
    return {name: found[name] for name in ("entries", "spaces", "leaves")}


async def _verify() -> dict[str, Any]:
    last: dict[str, Any] = {}
    async with (
        operator(checked_settings()) as client,
        client.stream("POST", "/v1/operator/journal/verification") as answer,
    ):
        if not answer.is_success:
            await answer.aread()
            checked(answer)
        with console(is_error=True).status(say("journal-checking")) as status:
            async for line in answer.aiter_lines():
                if line:
                    last = msgspec.json.decode(line)
                    status.update(say("journal-so-far", **_counts(last)))
    if not last.get("finished"):
        raise Failure(say("cut-short"))
    return last


@journal.command()
@click.option("--yes", is_flag=True, help="Do not ask.")
def restored(*, yes: bool) -> None:
    """Say to every person that the database was put back to an earlier copy.

    `carnet restore` does this by itself; it is for databases that were put back
    with tools of their own.
    """
    if not yes:
        confirm(say("journal-confirm"))
    asyncio.run(_restored())


async def _restored() -> None:
    async with operator(checked_settings()) as client:
        told = checked(await client.post("/v1/operator/journal/restoration"))
    tell("journal-told", mark="ok", count=told["journals"])
