"""What an operator does for workshops: agents, and the agents' database role."""

import asyncio
import json
from uuid import UUID

import click

from backend.cli.clock import day
from backend.cli.operator_client import checked, operator
from backend.cli.screen import tell
from backend.cli.serve import checked_settings
from backend.cli.spoken import Failure
from backend.cli.words import say


@click.group()
def agent() -> None:
    """Add support agents, who help people at workshops and see no record."""


@agent.command("add")
@click.option("--name", required=True, help="The agent's name, as patients will read it.")
@click.option("--organization", required=True, help="For whom the agent works.")
@click.option(
    "--output",
    type=click.Choice(["text", "json"]),
    default="text",
    help="Text for a person, or JSON for a script.",
)
def add(name: str, organization: str, output: str) -> None:
    """Add an agent and print the code by which they enrol."""

    async def work() -> None:
        body = {"name": name, "organization": organization}
        async with operator(checked_settings()) as client:
            letter = checked(await client.post("/v1/operator/agents", json=body))
        if output == "json":
            click.echo(json.dumps(letter))
            return
        until = day(letter["expires_at"])
        tell("agent-added", agent_id=letter["agent_id"], code=letter["code"], day=until)

    asyncio.run(work())


@agent.command("end")
@click.argument("agent_id", type=click.UUID)
def end(agent_id: UUID) -> None:
    """Let an agent go: their next request is refused."""

    async def work() -> None:
        async with operator(checked_settings()) as client:
            answer = await client.delete(f"/v1/operator/agents/{agent_id}")
            if not answer.is_success:
                checked(answer)
        tell("agent-ended", mark="ok")

    asyncio.run(work())


@click.command()
def roles() -> None:
    """Give the agents' role on PostgreSQL what it reaches, and nothing else."""
    settings = checked_settings()
    if settings.database_url == "sqlite":
        tell("roles-sqlite")
        return
    from backend.migrations.runner import grant_roles

    if not asyncio.run(grant_roles(settings.database_url, settings.data_folder)):
        raise Failure(say("roles-refused"))
    tell("roles-granted", mark="ok")
