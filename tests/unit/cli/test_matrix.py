"""What an operator reads of the rights matrix, and does to it."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from backend.access.reference import shipped_matrix
from backend.cli.main import carnet

Run = Callable[..., Result]
GAINED = "70,PRESC-KINE,yes,fictional,2026-01-01,"
LOST = "10,REMB,"


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command over a data folder of its own, on which no server runs."""
    monkeypatch.setenv("CARNET_DATA", str(tmp_path / "data"))

    def running(*words: str | Path) -> Result:
        result = CliRunner().invoke(carnet, ["matrix", *map(str, words)])
        assert result.exception is None or isinstance(result.exception, SystemExit)
        return result

    return running


@pytest.fixture
def other(tmp_path: Path) -> Path:
    """Write a matrix in which one profession gains a type, and one loses one."""
    kept = [line for line in shipped_matrix().splitlines() if not line.startswith(LOST)]
    file = tmp_path / "other.csv"
    file.write_text("\n".join([*kept, GAINED, ""]))
    return file


def test_a_matrix_is_compared_then_imported_then_exported(run: Run, other: Path):
    """The words say what would change; then it has; and the former one is still there."""
    compared = run("diff", other).output
    imported = run("import", other).output
    again = run("import", other).output

    assert "+ Masseur-kinésithérapeute (70)" in compared
    assert "- Médecin (10), Données de remboursement (REMB): yes becomes unknown" in compared
    assert "2 cells change: 1 widen, 1 narrow." in compared
    assert "Version 1 takes effect at once." in imported
    assert "Professions x types: 1 widen, 1 narrow." in imported
    assert "Nothing to do: version 1 says the same." in again
    assert run("export").output == other.read_text()
    assert run("export", "--version", "0").output == shipped_matrix()
    assert "0 cells change" in run("diff", other).output
    assert "In force: version 1, imported" in run("check").output


def test_a_matrix_that_is_wrong_is_not_imported(run: Run, other: Path):
    """Each complaint has its line, and a command that fails changes nothing."""
    other.write_text(f"{other.read_text()}{GAINED}\n")

    checked = run("check", other)
    imported = run("import", other)

    for result in (checked, imported):
        assert result.exit_code == 1
        assert "70 x PRESC-KINE overlaps line" in " ".join(result.output.split())
        assert "1 to mend in it." in result.output
    assert "version 0" in run("check").output


def test_what_the_server_refuses_is_a_sentence(run: Run, other: Path):
    """Without a server too: a day in the past, and a version that never was."""
    past = run("import", other, "--from", "2020-01-01")
    absent = run("export", "--version", "9")

    assert (past.exit_code, absent.exit_code) == (1, 1)
    assert "This date is already past. Choose today" in " ".join(past.output.split())
    assert "Check its number." in " ".join(absent.output.split())


def test_a_file_that_is_no_text_is_a_sentence(run: Run, tmp_path: Path):
    """Such as a spreadsheet that was not saved as text."""
    file = tmp_path / "matrix.xlsx"
    file.write_bytes(b"PK\x03\x04\xff\xfe")

    refused = run("check", file)

    assert refused.exit_code == 1
    assert "Save it as UTF-8" in " ".join(refused.output.split())


def test_a_matrix_is_counted_by_value_and_profession(run: Run, tmp_path: Path):
    """What is unknown is counted too: nobody has to look for what is not there."""
    file = tmp_path / "shipped.csv"
    file.write_text(shipped_matrix())

    lines = [line.split() for line in run("check", file).output.splitlines()]

    assert ["60", "Infirmier", "9", "6", "98"] in lines
    assert ["all", "116", "30", "2001"] in lines
