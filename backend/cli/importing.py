"""`carnet import`: bringing clinical documents into a space."""

import asyncio
import json
import mimetypes
from collections import Counter
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import UUID

import click
import httpx
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from backend.cli.language import language
from backend.cli.operator_client import checked, operator
from backend.cli.screen import MARKS, console, tell
from backend.cli.serve import checked_settings
from backend.cli.spoken import Failure
from backend.cli.words import counted, known, say
from backend.kernel.problems import catalogue

# They prove nothing about whom they are about.
_OF_THE_OWNER = frozenset({".pdf", ".jpg", ".jpeg", ".png", ".tif", ".tiff", ".txt", ".rtf"})


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
        raise Failure(say("import-no-file"))
    asyncio.run(_import(space_id, paths, as_json=as_json))


def _files_in(path: Path) -> list[Path]:
    if path.is_dir():
        return sorted(child for child in path.iterdir() if child.is_file())
    return [path]


async def _import(space_id: UUID, paths: list[Path], *, as_json: bool) -> None:
    refused = 0
    async with operator(checked_settings()) as client:
        with _bar(hidden=as_json) as bar:
            task = bar.add_task(say("import-at-work"), total=len(paths))
            for path in paths:
                line = await _import_one(client, space_id, path)
                refused += line["status"] == "refused"
                bar.advance(task)
                if as_json:
                    click.echo(json.dumps(line))
                else:
                    bar.console.print(_import_words(line))
    if not as_json:
        tell("import-done", taken=len(paths) - refused, refused=refused)
    if refused:
        raise SystemExit(1)


async def _import_one(client: httpx.AsyncClient, space_id: UUID, path: Path) -> dict[str, Any]:
    if path.suffix.casefold() in _OF_THE_OWNER:
        reason = say("import-of-owner")
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
        return MARKS["bad"] + say("import-line", name=name, said=escape(line["reason"]))
    said = [known("import-status", line["status"])]
    drafts = len(line.get("drafts", ()))
    if drafts:
        said.append(counted(drafts, "import-drafts"))
    said += [
        say("import-left-out", count=count, why=_title(code).casefold(), collection=collection)
        for (collection, code), count in _left_out(line).items()
    ]
    if line.get("not_understood"):
        said.append(say("import-not-understood", what=" ".join(line["not_understood"])))
    whole = say("import-line", name=name, said=escape(", ".join(said)))
    if line.get("disagreeing"):
        doubt = escape(say("import-disagreeing", traits=" ".join(line["disagreeing"])))
        return f"{MARKS['warn']}{whole}. {doubt}"
    return f"{MARKS['ok']}{whole}"


def _title(code: str) -> str:
    title: str = getattr(catalogue()[code].title, language())
    return title


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
        console=console(is_error=True),
        disable=hidden,
        transient=True,
    )
