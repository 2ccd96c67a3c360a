"""Phones and professionals' software in a terminal, at one real server."""

import io
import json
import re
from pathlib import Path
from typing import Any

import msgspec
from click.testing import CliRunner, Result

from backend.cli.phone import phone
from backend.settings import DEMO_FILE
from tests.servers import Server


class LateCode(io.RawIOBase):
    """Types the code that was sent last, at the moment it is asked for."""

    def __init__(self, outbox: Path) -> None:
        self._outbox = outbox

    def readable(self) -> bool:
        return True

    def readinto(self, into: Any) -> int:
        text = json.loads(self._outbox.read_text().splitlines()[-1])["text"]
        found = re.search(r"\b[0-9]{6}\b", text)
        assert found is not None, text
        typed = f"{found.group()}\n".encode()
        into[: len(typed)] = typed
        return len(typed)


class Terminals(msgspec.Struct, frozen=True, kw_only=True):
    """Phones and professionals' software, a folder for each, at one server."""

    server: Server
    folder: Path

    def run(self, whose: str, *words: str) -> Result:
        base = ("--home", str(self.folder / whose), "--server", self.server.address, "--lang", "en")
        typed = LateCode(self.server.data_folder / "outbox.jsonl")
        # Whatever stands in a reader's way may be there; click asks for bytes.
        return CliRunner().invoke(phone, [*base, *words], input=io.BufferedReader(typed))

    def ok(self, whose: str, *words: str) -> str:
        result = self.run(whose, *words)
        assert result.exit_code == 0, (result.output, result.exception)
        return " ".join(result.stdout.split())

    def fails(self, whose: str, *words: str) -> str:
        result = self.run(whose, *words)
        assert result.exit_code == 1, (result.output, result.exception)
        return " ".join(result.stderr.split())

    def json(self, whose: str, *words: str) -> Any:
        result = self.run(whose, *words, "--json")
        assert result.exit_code == 0, (result.output, result.exception)
        return json.loads(result.stdout)

    def sign_in(self, key: str) -> str:
        self.ok(key, "login", f"{key}.demo", "--password", f"carnet-demo-{key}")
        return key

    def software(self, rpps: str) -> str:
        self.ok(rpps, "login-professional", rpps)
        return rpps

    def person(self, key: str) -> dict[str, str]:
        told = json.loads((self.server.data_folder / DEMO_FILE).read_text())
        found: dict[str, str] = next(one for one in told["persons"] if one["key"] == key)
        return found

    def number(self, key: str) -> tuple[str, ...]:
        """Return the options by which a professional names somebody."""
        one = self.person(key)
        ins = ("--ins", one["ins"], "--ins-oid", one["ins_oid"])
        return (*ins, "--birth-date", one["birth_date"])
