"""Professionals made up for development, where there is no Pro Santé Connect."""

import asyncio
import json
from typing import Any

import click

from backend.cli.operator_client import checked, operator
from backend.cli.screen import tell
from backend.cli.serve import checked_settings
from backend.cli.spoken import Failure
from backend.cli.words import say
from backend.settings import Settings


@click.group()
def professional() -> None:
    """Make up a professional and sign them in. Not in the production profile."""


@professional.command("add")
@click.option("--rpps", required=True, help="A number of 11 digits that nobody has.")
@click.option("--names", required=True, help="Given name, then family name, as `Anne FAURE`.")
@click.option("--profession", required=True, help="Code: 10 doctor, 60 nurse, 70 physiotherapist …")
@click.option("--specialty", help="Code, such as SM26.")
@click.option("--organization", help="Where they work.")
@click.option("--regulator", is_flag=True, help="They answer emergency calls.")
@click.option("--json", "as_json", is_flag=True, help="For scripts.")
def add(names: str, *, as_json: bool, **options: Any) -> None:
    """Make a professional up; again with the same number, they work in one more place."""
    given_name, _, family_name = names.strip().partition(" ")
    if not family_name:
        raise click.UsageError(say("professional-names"))
    body = {
        "rpps": options["rpps"],
        "given_name": given_name,
        "family_name": family_name.strip(),
        "profession_code": options["profession"],
        "specialty": options["specialty"],
        "organization": options["organization"],
        "is_regulator": options["regulator"],
    }
    made = asyncio.run(_ask(_development(), "/v1/operator/professionals", body))
    if as_json:
        click.echo(json.dumps(made))
        return
    who, where = made["professional_id"], made["activity"]["activity_id"]
    tell("professional-added", mark="ok", names=names, professional_id=who, activity_id=where)
    tell("professional-next", rpps=options["rpps"])


@professional.command("sign-in")
@click.option("--rpps", required=True, help="The number of somebody who was made up.")
@click.option("--activity", help="Which of their activities, where there are several.")
@click.option("--device-name", default="Terminal", show_default=True, help="What to call it.")
@click.option("--json", "as_json", is_flag=True, help="For scripts.")
def sign_in(rpps: str, activity: str | None, device_name: str, *, as_json: bool) -> None:
    """Sign in somebody who was made up, and print their tokens."""
    tokens = fictional_tokens(rpps, activity, device_name)
    if as_json:
        click.echo(json.dumps(tokens))
        return
    tell("professional-signed-in", mark="ok", device_id=tokens["device_id"])
    tell("professional-token", whole=True, token=tokens["access_token"])
    tell("professional-token-time")


def fictional_tokens(rpps: str, activity: str | None, device_name: str) -> Any:
    """Sign in somebody who was made up; return the tokens as JSON."""
    body = {"rpps": rpps, "activity": activity, "device_name": device_name}
    return asyncio.run(_ask(_development(), "/v1/operator/professionals/sessions", body))


def _development() -> Settings:
    settings = checked_settings()
    if settings.is_production:
        raise Failure(say("professional-production"))
    return settings


async def _ask(settings: Settings, path: str, body: dict[str, Any]) -> Any:
    async with operator(settings) as client:
        answer = await client.post(path, json=body)
    return checked(answer)
