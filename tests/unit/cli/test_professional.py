"""Professionals made up on one's own machine, and never where real people are."""

import json
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner, Result

from backend.app import create_app
from backend.cli.main import carnet
from backend.operations.credential import operator_token
from backend.settings import Profile, Settings
from tests.databases import sqlite_folder
from tests.journeys import client_of, serving

Run = Callable[..., Result]

ANNE = ("--rpps", "10001234567", "--names", "Anne FAURE", "--profession", "10")


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command over a data folder of its own."""
    monkeypatch.setenv("CARNET_DATA", str(tmp_path / "data"))

    def running(*words: str) -> Result:
        return CliRunner().invoke(carnet, ["professional", *words])

    return running


def test_somebody_made_up_signs_in(run: Run) -> None:
    """The first command makes them, the second prints tokens that a script can read."""
    added = run("add", *ANNE, "--organization", "CABINET", "--json")
    signed_in = run("sign-in", "--rpps", "10001234567", "--json")

    assert added.exit_code == 0, added.output
    assert json.loads(added.output.splitlines()[-1])["activity"]["organization"] == "CABINET"
    assert signed_in.exit_code == 0, signed_in.output
    assert json.loads(signed_in.output)["assurance"] == "strong"


def test_with_a_second_activity_one_is_named(run: Run) -> None:
    """Made up again with another place, they work in both."""
    run("add", *ANNE, "--organization", "CABINET")
    again = run("add", *ANNE, "--organization", "CLINIQUE", "--json")
    second = json.loads(again.output)
    repeated = json.loads(run("add", *ANNE, "--organization", "CLINIQUE", "--json").output)

    unclear = run("sign-in", "--rpps", "10001234567")
    chosen = run(
        "sign-in", "--rpps", "10001234567", "--activity", second["activity"]["activity_id"]
    )

    assert unclear.exit_code == 1
    assert "Choose one of the activities" in unclear.output
    assert "repeat `carnet professional add`" in " ".join(unclear.output.split())
    assert repeated == second
    assert chosen.exit_code == 0, chosen.output


def test_nobody_else_is_signed_in_without_proof(run: Run) -> None:
    """A number that nobody made up is refused in a sentence."""
    refused = run("sign-in", "--rpps", "10001234567")
    nameless = run("add", "--rpps", "10001234567", "--names", "Anne", "--profession", "10")
    short = run("add", "--rpps", "1", "--names", "Anne FAURE", "--profession", "10")

    assert [one.exit_code for one in (refused, nameless, short)] == [1, 2, 1]
    assert "Nobody was made up with this number" in " ".join(refused.output.split())
    assert "--names is a given name" in " ".join(nameless.output.split())


def test_production_makes_nobody_up(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The command says so before it asks anybody."""
    for name, value in (
        ("PROFILE", "production"),
        ("MESSAGES", "gateway"),
        ("SMS_URL", "https://sms.test"),
        ("PUBLIC_URL", "https://carnet.test"),
        ("KEY_FILE", str(tmp_path / "apart" / "carnet.keys")),
    ):
        monkeypatch.setenv(f"CARNET_{name}", value)

    for words in (("add", *ANNE), ("sign-in", "--rpps", "10001234567")):
        result = run(*words)

        assert result.exit_code == 1
        assert "In production nobody is made up" in " ".join(result.output.split())


async def test_production_has_no_such_door(tmp_path: Path, cache_folder: Path) -> None:
    """The operator's own credential finds nothing there; in development it finds the door."""
    seen = {}
    for profile in Profile:
        folder = await sqlite_folder(tmp_path / profile.value, cache_folder)
        settings = Settings(
            profile=profile,
            data_folder=folder,
            key_file=tmp_path / f"{profile.value}.keys",
            message_channel="console" if profile is Profile.DEVELOPMENT else "gateway",
            sms_url="https://sms.test",
            public_url="https://carnet.test",
        )
        async with serving(settings) as app, client_of(app) as client:
            seen[profile] = [
                (await client.post(path, json={}, headers=headers)).status_code
                for path in ("/v1/operator/professionals", "/v1/operator/professionals/sessions")
                for headers in (
                    {"Authorization": f"Bearer {operator_token(folder)}"},
                    {},
                )
            ]

    assert seen[Profile.PRODUCTION] == [404] * 4
    assert seen[Profile.DEVELOPMENT] == [400, 401] * 2


async def test_the_doors_of_development_are_not_described() -> None:
    """Nobody writes a client of what is not there where it counts."""
    transport = httpx.ASGITransport(create_app(Settings()))
    async with httpx.AsyncClient(transport=transport, base_url="http://carnet.test") as client:
        described = (await client.get("/schema/openapi.json")).json()

    assert [path for path in described["paths"] if "operator/professionals" in path] == []
