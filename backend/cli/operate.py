"""What an operator asks of the server: open spaces, bring documents in, keys, copies."""

import asyncio
import json
import mimetypes
from collections import Counter
from collections.abc import AsyncIterator, Coroutine
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import UUID

import click
import httpx
import msgspec
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from backend.cli.ins import ins_oid_option
from backend.cli.main import Failure
from backend.cli.operator_client import checked, once, operator
from backend.cli.serve import checked_settings
from backend.kernel.problems import catalogue

console = Console(highlight=False)

# They prove nothing about whom they are about.
_OF_THE_OWNER = frozenset({".pdf", ".jpg", ".jpeg", ".png", ".tif", ".tiff", ".txt", ".rtf"})


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
@click.option("--birth-date", type=click.DateTime(["%Y-%m-%d"]), help="As 1948-03-02.")
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
        raw = Path(text[1:]).read_text() if text.startswith("@") else text
        found = json.loads(raw)
    except (OSError, ValueError) as error:
        raise Failure(f"--json cannot be read: {error}.") from None
    if not isinstance(found, dict):
        raise Failure(
            '--json is an object: {"patient": {"identity": {…}}, "representatives": […]}.'
        )
    return found


def _identity_of(options: dict[str, Any]) -> dict[str, Any]:
    needed = ("family_name", "given_names", "birth_date", "sex", "birth_place")
    missing = [f"--{name.replace('_', '-')}" for name in needed if not options[name]]
    if missing:
        raise Failure(f"Missing: {', '.join(missing)}. Or give all of it with --json.")
    given_names = options["given_names"].split()
    identity: dict[str, Any] = {
        "traits": {
            "birth_family_name": options["family_name"],
            "birth_given_name": given_names[0],
            "given_names": given_names,
            "birth_date": options["birth_date"].date().isoformat(),
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
    console.print(f"Space [bold]{opened['space_id']}[/bold] is open.")
    _print_letters(opened["letters"])
    if not opened["letters"]:
        console.print("  No letter: it shows at the representative's next sign-in or sync.")


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
            entered = "has entered" if one["has_entered"] else "has a letter"
            until = f", until {one['until'][:10]}" if one["until"] else ""
            console.print(f"{one['viewer_id']}: {entered}{until}.")
        if not found:
            console.print("Nobody represents this person.")

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
        console.print("They open this space no more; their phone is wiped at its next contact.")
        console.print("Unused letters open nothing now: `representative add` writes a new one.")

    _run(work())


def _print_letters(letters: list[dict[str, Any]]) -> None:
    for letter in letters:
        until = letter["expires_at"][:10]
        console.print(
            f"  Letter to the {letter['role']}: code [bold]{letter['code']}[/bold], "
            f"good until {until}, once."
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
            raise Failure(
                "No letter to issue: no space has this identifier, or everybody who was "
                "written to has opened it. Check the identifier."
            )
        if output == "json":
            click.echo(json.dumps(letters))
        else:
            _print_letters(letters)

    _run(work())


@click.command("import")
@click.option(
    "--space",
    "space_id",
    type=click.UUID,
    required=True,
    help="The identifier of the space that the documents are for.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON line for each file.")
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
def import_(space_id: UUID, files: tuple[Path, ...], *, as_json: bool) -> None:
    """Bring clinical documents (CDA R2) into a space: FILES, or folders of them.

    A PDF or an image says not whom it is about: its owner deposits it from a phone.
    """
    paths = [path for given in files for path in _files_in(given)]
    if not paths:
        raise Failure("There is no file in there.")
    _run(_import(space_id, paths, as_json=as_json))


def _files_in(path: Path) -> list[Path]:
    if path.is_dir():
        return sorted(child for child in path.iterdir() if child.is_file())
    return [path]


async def _import(space_id: UUID, paths: list[Path], *, as_json: bool) -> None:
    refused = 0
    async with operator(checked_settings()) as client:
        with _bar(hidden=as_json) as bar:
            task = bar.add_task("Importing", total=len(paths))
            for path in paths:
                line = await _import_one(client, space_id, path)
                refused += line["status"] == "refused"
                bar.advance(task)
                if as_json:
                    click.echo(json.dumps(line))
                else:
                    bar.console.print(_import_words(line))
    if not as_json:
        console.print(f"{len(paths) - refused} taken, {refused} refused.")
    if refused:
        raise SystemExit(1)


async def _import_one(client: httpx.AsyncClient, space_id: UUID, path: Path) -> dict[str, Any]:
    if path.suffix.casefold() in _OF_THE_OWNER:
        reason = "Only CDA documents are imported. Its owner can deposit this file from a phone."
        return {"file": path.name, "status": "refused", "reason": reason}
    contents = await asyncio.to_thread(path.read_bytes)
    kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    answer = await client.post(
        f"/v1/operator/spaces/{space_id}/documents",
        content=contents,
        headers={"Content-Type": kind, "Document-File-Name": quote(path.name)},
    )
    try:
        return {"file": path.name, **checked(answer)}
    except Failure as failure:
        return {"file": path.name, "status": "refused", "reason": failure.message}


def _import_words(line: dict[str, Any]) -> str:
    name = escape(line["file"])
    if line["status"] == "refused":
        return f"[red]✗[/red] {name}: {escape(line['reason'])}"
    words = {"created": "new", "duplicate": "already there", "version": "another version"}
    said = [words.get(line["status"], line["status"])]
    drafts = len(line.get("drafts", ()))
    if drafts:
        said.append(f"{drafts} {'entry' if drafts == 1 else 'entries'} to confirm")
    said += [
        f"{count} left out: {catalogue()[code].title.en.casefold()} ({collection})"
        for (collection, code), count in _left_out(line).items()
    ]
    if line.get("not_understood"):
        said.append(f"not understood: {' '.join(line['not_understood'])}")
    whole = f"{name}: {escape(', '.join(said))}"
    if line.get("disagreeing"):
        traits = escape(" ".join(line["disagreeing"]))
        return f"[yellow]![/yellow] {whole}. The INS number fits, but not: {traits}. Check whose."
    return f"[green]✓[/green] {whole}"


def _left_out(line: dict[str, Any]) -> Counter[tuple[str, str]]:
    """Count the entries of a document that make no record, by what is wrong with them."""
    return Counter(
        (one["collection"], one["code"])
        for one in line.get("refused", ())
        if one["code"] in catalogue()
    )


def _bar(*, hidden: bool) -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        console=Console(stderr=True, highlight=False),
        disable=hidden,
        transient=True,
    )


@click.group()
def keys() -> None:
    """Look after the encryption keys."""


@keys.command("rotate")
def rotate() -> None:
    """Put every space's key under a new key-encryption key; nothing stops meanwhile.

    A copy made before opens with the former key file only.
    """
    _run(_follow("POST", "/v1/operator/keys/rotation", {}, "keys rewrapped"))
    console.print(
        "Copies made until now open with the former key file only: make a new copy with "
        "`carnet backup`, and keep a copy of the new key file apart."
    )


@keys.command("renew-push")
def renew_push() -> None:
    """Let phones subscribe to notifications for a new key, from now on.

    Phones that subscribed for one of the last four are still reached.
    """
    from backend.kernel.sealing import FileKeys, KeyFileUnsafe

    try:
        FileKeys.open(checked_settings().keys_path).renew_push_secret()
    except (KeyFileUnsafe, OSError) as error:
        raise Failure(str(error)) from None
    console.print(
        "[green]✓[/green] There is a new key. Keep a copy of the key file apart, as it is now."
    )


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
def backup(folder: Path) -> None:
    """Copy the database and the documents into FOLDER, while the server goes on.

    The key file is not in the copy. Keep a copy of it apart: without it, nothing opens.
    """
    if checked_settings().database_url != "sqlite":
        raise Failure(
            "On PostgreSQL, copy the database with pg_dump or pg_basebackup, "
            "and the folder `blobs` with what you copy files with."
        )
    _run(_follow("POST", "/v1/operator/backup", {"folder": str(folder.resolve())}, "files copied"))


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
        with console.status("Working …") as status:
            async for last in _json_lines(answer):
                status.update(f"{last['step']}: {last['done']} {unit}")
    if not last.get("finished"):
        raise Failure("It stopped before the end. Run it again: what is done stays done.")
    console.print(f"[green]✓[/green] {last['step']}: {last['done']} {unit}.")


async def _json_lines(answer: httpx.Response) -> AsyncIterator[dict[str, Any]]:
    async for line in answer.aiter_lines():
        if line:
            yield msgspec.json.decode(line)
