"""What an operator asks of the server: open spaces, bring documents in, keys, copies."""

import asyncio
import json
from collections.abc import AsyncIterator, Coroutine
from pathlib import Path
from typing import Any
from uuid import UUID

import click
import httpx
import msgspec

from backend.cli.clock import day
from backend.cli.days import DAY
from backend.cli.heard import heard
from backend.cli.ins import ins_oid_option
from backend.cli.operator_client import checked, once, operator
from backend.cli.screen import console, tell
from backend.cli.serve import checked_settings
from backend.cli.spoken import Failure
from backend.cli.words import known, say

_output = click.option(
    "--output",
    type=click.Choice(["text", "json"]),
    default="text",
    help="Text for a person, or JSON for a script.",
)


def _run(work: Coroutine[Any, Any, None]) -> None:
    asyncio.run(work)


@click.group()
def space() -> None:
    """Open a health space, and issue its letters again."""


@space.command("open")
@click.option("--family-name", help="Birth family name.")
@click.option("--given-names", help="Birth given names, separated by spaces; the first counts.")
@click.option("--birth-date", type=DAY, help="As 1948-03-02.")
@click.option(
    "--sex", type=click.Choice(["male", "female", "unknown"]), help="As in the civil register."
)
@click.option("--birth-place", help="INSEE code of the place of birth, such as 46042.")
@click.option("--ins", help="INS number, 15 characters.")
@ins_oid_option
@click.option(
    "--status",
    type=click.Choice(["provisional", "retrieved", "validated", "qualified"]),
    default="provisional",
    help="How reliable the identity is.",
)
@click.option(
    "--representative",
    multiple=True,
    help="Who else opens it, always one for a child: a sign-in name, or `letter` for somebody "
    "without an account. Twice at most.",
)
@click.option("--json", "identity_json", help="All of it as JSON, or @FILE.")
@_output
def open_space(identity_json: str | None, output: str, **options: Any) -> None:
    """Open a space and print the letters that its people would get by post.

    Names, birth date, sex and birth place are needed.
    """
    body = _identity_from(identity_json) if identity_json else _identity_of(options)
    _run(_open_space(body, output))


def _identity_from(text: str) -> dict[str, Any]:
    try:
        raw = Path(text[1:]).read_bytes() if text.startswith("@") else text.encode()
        found = msgspec.json.decode(raw)
    except (OSError, msgspec.DecodeError) as error:
        raise click.UsageError(say("json-unreadable", why=heard(str(error)))) from None
    if not isinstance(found, dict):
        raise click.UsageError(say("json-no-object"))
    return found


def _identity_of(options: dict[str, Any]) -> dict[str, Any]:
    needed = ("family_name", "given_names", "birth_date", "sex", "birth_place")
    missing = [f"--{name.replace('_', '-')}" for name in needed if not options[name]]
    if missing:
        raise click.UsageError(say("space-missing", missing=", ".join(missing)))
    given_names = options["given_names"].split()
    identity: dict[str, Any] = {
        "traits": {
            "birth_family_name": options["family_name"],
            "birth_given_name": given_names[0],
            "given_names": given_names,
            "birth_date": options["birth_date"].isoformat(),
            "sex": options["sex"],
            "birth_place_code": options["birth_place"],
        },
        "reliability": options["status"],
    }
    if options["ins"]:
        number = options["ins"].replace(" ", "")
        identity["ins"] = {"value": number, "oid": options["ins_oid"]}
    representatives = [
        {} if name == "letter" else {"login": name} for name in options["representative"]
    ]
    return {"patient": {"identity": identity}, "representatives": representatives}


async def _open_space(body: dict[str, Any], output: str) -> None:
    async with operator(checked_settings()) as client:
        opened = checked(await once(client, "/v1/operator/spaces", json=body))
    if output == "json":
        click.echo(json.dumps(opened))
        return
    tell("space-open", mark="ok", whole=True, space_id=opened["space_id"])
    _print_letters(opened["letters"])
    if not opened["letters"]:
        tell("space-no-letter")


@space.group()
def representative() -> None:
    """See, add and remove who represents the person of a space."""


@representative.command("list")
@click.argument("space_id", type=click.UUID)
def list_representatives(space_id: UUID) -> None:
    """List who represents the person of a space, without names."""

    async def work() -> None:
        async with operator(checked_settings()) as client:
            path = f"/v1/operator/spaces/{space_id}/representatives"
            found = checked(await client.get(path))
        for one in found:
            key = "representative-entered" if one["has_entered"] else "representative-letter"
            until = say("representative-until", day=day(one["until"])) if one["until"] else ""
            tell(key, whole=True, viewer_id=one["viewer_id"], until=until)
        if not found:
            tell("representative-none")

    _run(work())


@representative.command("add")
@click.argument("space_id", type=click.UUID)
def add_representative(space_id: UUID) -> None:
    """Make room for one more, and print the letter that lets them in."""

    async def work() -> None:
        async with operator(checked_settings()) as client:
            path = f"/v1/operator/spaces/{space_id}/representatives"
            _print_letters([checked(await once(client, path))])

    _run(work())


@representative.command("remove")
@click.argument("space_id", type=click.UUID)
@click.argument("viewer_id", type=click.UUID)
def remove_representative(space_id: UUID, viewer_id: UUID) -> None:
    """Shut a representative out, as a court decided. `list` shows who is who."""

    async def work() -> None:
        async with operator(checked_settings()) as client:
            path = f"/v1/operator/spaces/{space_id}/representatives/{viewer_id}"
            answer = await client.delete(path)
            if not answer.is_success:
                checked(answer)
        tell("representative-removed", mark="ok")

    _run(work())


def _print_letters(letters: list[dict[str, Any]]) -> None:
    for letter in letters:
        tell(
            "space-letter",
            whole=True,
            role=known("letter-role", letter["role"]),
            code=letter["code"],
            day=day(letter["expires_at"]),
        )


@space.command("letter")
@click.argument("space_id", type=click.UUID)
@_output
def reissue_letters(space_id: UUID, output: str) -> None:
    """Issue the letters of a space again; the former codes stop working."""

    async def work() -> None:
        async with operator(checked_settings()) as client:
            letters = checked(await once(client, f"/v1/operator/spaces/{space_id}/letters"))
        if not letters:
            raise Failure(say("space-no-letter-left"))
        if output == "json":
            click.echo(json.dumps(letters))
        else:
            _print_letters(letters)

    _run(work())


@click.group()
def keys() -> None:
    """Look after the encryption keys."""


@keys.command("rotate")
def rotate() -> None:
    """Put every space's key under a new key-encryption key; nothing stops meanwhile.

    A copy made before opens with the former key file only.
    """
    _run(_follow("POST", "/v1/operator/keys/rotation", {}, "step-keys"))
    tell("keys-rotated")


@keys.command("renew-push")
def renew_push() -> None:
    """Let phones subscribe to notifications for a new key, from now on.

    Phones that subscribed for one of the last four are still reached.
    """
    from backend.kernel.sealing import FileKeys, KeyFileUnsafe

    try:
        FileKeys.open(checked_settings().keys_path).renew_push_secret()
    except KeyFileUnsafe as error:
        raise Failure(heard(str(error))) from None
    tell("keys-push", mark="ok")


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
def backup(folder: Path) -> None:
    """Copy the database and the documents into FOLDER, while the server goes on.

    The key file is not in the copy. Keep a copy of it apart: without it, nothing opens.
    """
    if checked_settings().database_url != "sqlite":
        raise Failure(say("backup-postgresql"))
    order = {"folder": str(folder.resolve())}
    _run(_follow("POST", "/v1/operator/backup", order, "step-files"))
    tell("backup-done")


async def _follow(method: str, path: str, body: dict[str, Any], unit: str) -> None:
    """Show the progress that the server streams, a JSON line a step."""
    last: dict[str, Any] = {}
    async with (
        operator(checked_settings()) as client,
        client.stream(method, path, json=body) as answer,
    ):
        if not answer.is_success:
            await answer.aread()
            checked(answer)
        with console(is_error=True).status(say("working")) as status:
            async for last in _json_lines(answer):
                status.update(say(unit, step=heard(last["step"]), count=last["done"]))
    if not last.get("finished"):
        raise Failure(say("cut-short"))
    tell(unit, mark="ok", step=heard(last["step"]), count=last["done"])


async def _json_lines(answer: httpx.Response) -> AsyncIterator[dict[str, Any]]:
    async for line in answer.aiter_lines():
        if line:
            yield msgspec.json.decode(line)
