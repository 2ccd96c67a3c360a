"""What operators must look into: emergencies, and lines of a journal that somebody reported."""

import asyncio
import json
from typing import Any
from uuid import UUID

import click
from rich.console import Console
from rich.markup import escape

from backend.cli.operator_client import checked, operator
from backend.cli.serve import checked_settings

console = Console(highlight=False)


@click.group()
def review() -> None:
    """Look into emergencies, and into what people reported."""


@review.command("list")
@click.option(
    "--state",
    type=click.Choice(["open", "closed", "withdrawn"]),
    default="open",
    show_default=True,
    help="Which of them.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON line for each review.")
def list_(state: str, *, as_json: bool) -> None:
    """List what waits, the longest waiting first."""
    found = asyncio.run(_list(state))
    for one in found:
        if as_json:
            click.echo(json.dumps(one))
        else:
            when = one["created_at"][:16].replace("T", " ")
            line = f"{when}  {one['kind']}  {one['space_id']} {one['review_id']}"
            console.print(line, soft_wrap=True)  # Both are there to be copied.
    if not as_json:
        console.print(
            "Nothing waits." if not found else "Read one: carnet review show SPACE REVIEW"
        )


@review.command()
@click.argument("space_id", type=click.UUID)
@click.argument("review_id", type=click.UUID)
def show(space_id: UUID, review_id: UUID) -> None:
    """Read what a review is about; the person's journal says so."""
    path = f"/v1/operator/reviews/{space_id}/{review_id}"
    opened = asyncio.run(_ask("GET", path))
    for name, value in opened["content"].items():
        console.print(f"{name.replace('_', ' ')}: {escape(str(value))}")
    if opened["peers"] is not None:
        console.print(_beside_peers(opened["peers"]))
    if opened["note"]:
        console.print(f"closed: {escape(opened['note'])}")


@review.command()
@click.argument("space_id", type=click.UUID)
@click.argument("review_id", type=click.UUID)
@click.option("--note", required=True, help="What came of it.")
def close(space_id: UUID, review_id: UUID, note: str) -> None:
    """Take a review out of the queue, with what came of it."""
    asyncio.run(_ask("POST", f"/v1/operator/reviews/{space_id}/{review_id}/close", {"note": note}))
    console.print("[green]✓[/green] Closed.")


def _beside_peers(found: dict[str, Any]) -> str:
    """Say how often somebody declares emergencies, beside their peers."""
    said = f"declared in 90 days: {found['declared']}; "
    if found["median_of_peers"] is None:
        return f"{said}nobody of the same profession declared any."
    said += f"median of {found['peers']} peers: {found['median_of_peers']:g}"
    return f"{said}. More than three times as many." if found["is_far_above"] else f"{said}."


async def _list(state: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    async with operator(checked_settings()) as client:
        after = None
        while True:
            params = {"state": state} | ({} if after is None else {"after": after})
            page = checked(await client.get("/v1/operator/reviews", params=params))
            found += page["reviews"]
            after = page["next"]
            if after is None:
                return found


async def _ask(method: str, path: str, body: dict[str, str] | None = None) -> Any:
    async with operator(checked_settings()) as client:
        answer = await client.request(method, path, json=body)
        return None if answer.status_code == 204 else checked(answer)
