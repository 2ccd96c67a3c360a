"""What an operator or an auditor asks of the journals."""

import asyncio
from typing import Any

import click
import msgspec
from rich.console import Console

from backend.cli.main import Failure
from backend.cli.operator_client import checked, operator
from backend.cli.serve import checked_settings

console = Console(highlight=False)


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
        raise Failure(f"{found['fault']} Keep this database as it is, and look who changed it.")
    if not as_json:
        console.print(
            f"[green]✓[/green] {found['entries']} lines of {found['spaces']} journals and "
            f"{found['leaves']} leaves of the log are as they were written."
        )


async def _verify() -> dict[str, Any]:
    last: dict[str, Any] = {}
    async with (
        operator(checked_settings()) as client,
        client.stream("POST", "/v1/operator/journal/verification") as answer,
    ):
        if not answer.is_success:
            await answer.aread()
            checked(answer)
        with Console(stderr=True).status("Checking …") as status:
            async for line in answer.aiter_lines():
                if line:
                    last = msgspec.json.decode(line)
                    status.update(f"{last['entries']} lines of {last['spaces']} journals")
    if not last.get("finished"):
        raise Failure("It stopped before the end. Run it again.")
    return last


@journal.command()
@click.option("--yes", is_flag=True, help="Do not ask.")
def restored(*, yes: bool) -> None:
    """Say to every person that the database was put back to an earlier copy.

    `carnet restore` does this by itself; it is for databases that were put back
    with tools of their own.
    """
    if not yes:
        click.confirm("Write into every journal that an earlier copy was put back?", abort=True)
    asyncio.run(_restored())


async def _restored() -> None:
    async with operator(checked_settings()) as client:
        told = checked(await client.post("/v1/operator/journal/restoration"))
    console.print(f"[green]✓[/green] It is written in {told['journals']} journals.")
