"""What an operator does for workshops from the command line."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from backend.cli.main import carnet


@pytest.fixture(autouse=True)
def data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work on a data folder of its own, on which no server runs."""
    monkeypatch.setenv("CARNET_DATA", str(tmp_path / "data"))
    return tmp_path / "data"


def run(*words: str, exit_code: int = 0) -> str:
    """Run a command, and return what it says."""
    result = CliRunner().invoke(carnet, list(words))
    assert result.exit_code == exit_code, result.output
    return result.output


def test_an_agent_is_added_and_let_go() -> None:
    """The enrolment code is printed once; letting go twice says that there is none."""
    words = ("agent", "add", "--name", "Bernadette M.", "--organization", "Ville de Cahors")
    said = run(*words)
    letter = json.loads(run(*words, "--output", "json").splitlines()[-1])

    gone = run("agent", "end", letter["agent_id"])
    run("agent", "end", letter["agent_id"], exit_code=1)

    assert "enrolment code" in said
    assert "Hand it over in a sealed letter." in " ".join(said.split())
    assert len(letter["code"].replace("-", "")) == 16
    assert "shut out" in gone


def test_no_letter_waits_at_first() -> None:
    """Printing says how many were taken."""
    assert "No letter waits." in run("letters", "print")
    assert json.loads(run("letters", "print", "--output", "json").splitlines()[-1]) == []


def test_roles_are_for_postgresql() -> None:
    """On SQLite there is nothing to do, and it says why."""
    assert "nothing to do" in run("roles")
