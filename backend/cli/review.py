"""What operators must look into: emergencies, and lines of a journal that somebody reported."""

import asyncio
import json
from typing import Any
from uuid import UUID

import click

from backend.cli.clock import moment
from backend.cli.operator_client import checked, operator
from backend.cli.screen import tell
from backend.cli.serve import checked_settings
from backend.cli.words import known, say

# Of what a review is about, in ISO 8601.
_INSTANTS = frozenset({"at", "until"})


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
            when = moment(one["created_at"])
            kind = known("review-kind", one["kind"])
            ids = {name: one[name] for name in ("space_id", "review_id")}
            tell("review-line", whole=True, when=when, kind=kind, **ids)  # To be copied.
    if not as_json:
        tell("review-next" if found else "review-none")


@review.command()
@click.argument("space_id", type=click.UUID)
@click.argument("review_id", type=click.UUID)
def show(space_id: UUID, review_id: UUID) -> None:
    """Read what a review is about; the person's journal says so."""
    path = f"/v1/operator/reviews/{space_id}/{review_id}"
    opened = asyncio.run(_ask("GET", path))
    for name, value in opened["content"].items():
        tell("review-field", name=known("review-field", name), value=told(name, value))
    if opened["peers"] is not None:
        tell("review-beside", said=_beside_peers(opened["peers"]))
    if opened["note"]:
        tell("review-note", note=opened["note"])
    else:
        tell("review-close", space_id=str(space_id), review_id=str(review_id), whole=True)


def told(name: str, value: object) -> str:
    """Say a value of what a review is about."""
    if name in _INSTANTS and isinstance(value, str):
        return moment(value)
    if isinstance(value, bool):
        return say("yes" if value else "no")
    return say("review-nothing") if value is None else str(value)


@review.command()
@click.argument("space_id", type=click.UUID)
@click.argument("review_id", type=click.UUID)
@click.option("--note", required=True, help="What came of it.")
def close(space_id: UUID, review_id: UUID, note: str) -> None:
    """Take a review out of the queue, with what came of it."""
    asyncio.run(_ask("POST", f"/v1/operator/reviews/{space_id}/{review_id}/close", {"note": note}))
    tell("review-closed", mark="ok")


def _beside_peers(found: dict[str, Any]) -> str:
    """Say how often somebody declares emergencies, beside their peers."""
    median = found["median_of_peers"]
    if median is None:
        return say("review-no-peers", declared=found["declared"])
    key = "review-far-above" if found["is_far_above"] else "review-as-peers"
    return say(key, declared=found["declared"], peers=found["peers"], median=f"{median:g}")


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
