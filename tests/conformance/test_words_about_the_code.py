"""What the documents say of the code is there: files, commands, options, the tower; and sizes."""

import ast
import re
import subprocess
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path, PurePosixPath

import click
import pytest

from backend.cli.main import carnet

ROOT = Path(__file__).parents[2]
FILE_LINES_MAX, FUNCTION_LINES_MAX = 400, 50
# What a document names that a reader makes, or that only stands for others.
MADE_BY_READERS = ("data/", "practice/", "demo.json", "docs/decisions/NNNN-title.md")

_LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")
_CODE = re.compile(r"`([^`]+)`")
_PATH = re.compile(r"(?:\.?[\w-]+/)*[\w-]+\.(?:py|toml|csv|md|json|txt)|(?:[\w-]+/)+")
_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_CARNET = re.compile(r"(?:^|[|(]\s*|bin/)carnet((?: +[\w./:@-]++)++)(?!\\)", re.MULTILINE)


@cache
def tracked() -> frozenset[str]:
    """Return every file of the project, and every folder."""
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, check=True)
    files = listed.stdout.decode().split("\n")[:-1]
    folders = {str(parent) for one in files for parent in PurePosixPath(one).parents}
    return frozenset({*files, *folders})


def documents() -> list[str]:
    """Name the documents that people read."""
    return sorted(one for one in tracked() if one.endswith(".md") and one != "CHANGELOG.md")


def named_in(text: str) -> Iterator[str]:
    """Yield what a document calls a path."""
    yield from (one for one in _LINK.findall(text) if ":" not in one)
    yield from (one for one in _CODE.findall(_FENCE.sub("", text)) if _PATH.fullmatch(one))


def typed_in(text: str) -> str:
    """Return what a document tells to type, each thing on a line of its own."""
    shown = [block for kind, block in _FENCE.findall(text) if kind == "sh"]
    return "\n".join([*shown, *_CODE.findall(_FENCE.sub("", text))])


def is_there(path: str, document: str) -> bool:
    """Say whether a path leads somewhere: from its document, or as the end of a whole one."""
    linked = (ROOT / document).parent.joinpath(path).resolve()
    name = path.rstrip("/")
    return linked.exists() or any(f"/{one}".endswith(f"/{name}") for one in tracked())


def unknown_command(words: list[str]) -> str | None:
    """Return the first word that is no command where it stands, or None."""
    command: click.Command = carnet
    with click.Context(carnet) as context:
        for word in words:
            if not isinstance(command, click.Group) or word.startswith("-"):
                return None
            found = command.get_command(context, word)
            if found is None:
                return word
            command = found
    return None


@pytest.mark.parametrize("document", documents())
def test_what_a_document_names_is_there(document: str) -> None:
    """A link, a file or a folder that was moved or renamed is moved in the words as well."""
    text = (ROOT / document).read_text()

    named = [one for one in named_in(text) if not one.startswith(MADE_BY_READERS)]

    assert [one for one in named if not is_there(one, document)] == []


@pytest.mark.parametrize("document", documents())
def test_what_a_document_tells_to_type_is_a_command(document: str) -> None:
    """Of `carnet`, and of make."""
    typed = typed_in((ROOT / document).read_text())
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))

    unknown = [unknown_command(words.split()) for words in _CARNET.findall(typed)]
    unmade = {*re.findall(r"^make ([a-z]+)", typed, re.MULTILINE)} - targets

    assert [one for one in unknown if one is not None] == []
    assert unmade == set()


def test_the_tower_in_words_is_the_tower() -> None:
    """Whoever reads CONTRIBUTING sees what import-linter holds."""
    held = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    (layers,) = [one["layers"] for one in held["contracts"] if one["type"] == "layers"]

    assert "\n".join(layers) in (ROOT / "CONTRIBUTING.md").read_text()


def test_files_and_functions_keep_to_their_length() -> None:
    """What is longer is two things."""
    longer = []
    for one in sorted(tracked()):
        if one.endswith(".py"):
            text = (ROOT / one).read_text()
            lines = len(text.splitlines())
            longer += [one] if lines > FILE_LINES_MAX else []
            longer += [
                f"{one}: {part.name}"
                for part in ast.walk(ast.parse(text))
                if isinstance(part, ast.FunctionDef | ast.AsyncFunctionDef)
                and (part.end_lineno or 0) - part.lineno >= FUNCTION_LINES_MAX
            ]

    assert longer == []
