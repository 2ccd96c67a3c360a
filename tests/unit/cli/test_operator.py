"""What an operator reads: a sentence and a next step, and never a start on the wrong keys."""

import asyncio
import json
import secrets
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from click.testing import CliRunner, Result

from backend.cli.importing import _import_words
from backend.cli.main import carnet
from backend.cli.operator_client import checked
from backend.cli.spoken import Failure
from backend.kernel.sealing import FileKeys
from backend.migrations.runner import migrate
from backend.settings import DATABASE_FILE, SettingsInvalid, read_settings
from notifications import calendars

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command of an operator over a data folder of its own."""
    monkeypatch.setenv("CARNET_DATA", str(tmp_path / "data"))

    def running(*words: str) -> Result:
        result = CliRunner().invoke(carnet, list(words))
        assert result.exception is None or isinstance(result.exception, SystemExit)
        return result

    return running


def sealed_database(folder: Path, keys: FileKeys) -> Path:
    """Make a database in which one person's key is under *keys*."""
    folder.mkdir(parents=True, exist_ok=True)
    owner_id = uuid4()
    connection = sqlite3.connect(folder / DATABASE_FILE)
    connection.execute("CREATE TABLE owner_key (owner_id BLOB PRIMARY KEY, wrapped BLOB)")
    wrapped = keys.wrap(owner_id, secrets.token_bytes(32))
    connection.execute("INSERT INTO owner_key VALUES (?, ?)", (owner_id.bytes, wrapped))
    connection.commit()
    connection.close()
    return folder


def test_a_copy_under_other_keys_is_not_put_in_place(tmp_path: Path, run: Run):
    """After a rotation an old copy needs the old key file; what stands is not touched."""
    keys = FileKeys.open(tmp_path / "data" / "keys" / "carnet.keys")
    copy = sealed_database(tmp_path / "copy", keys)
    keys.drop_keys_before(keys.add_key())

    refused = run("restore", str(copy), "--yes")

    assert refused.exit_code == 1
    assert "does not open this data" in " ".join(refused.output.split())
    assert [path.name for path in (tmp_path / "data").iterdir()] == ["keys"]


def test_one_copy_put_back_twice_gives_no_number_twice(tmp_path: Path, run: Run):
    """Epochs and heads go on from what the copy replaces, not from what it holds."""
    database = _with_one_space(tmp_path / "data")
    (tmp_path / "copy").mkdir()
    shutil.copy(database, tmp_path / "copy" / DATABASE_FILE)
    seen = [_standing(database)]

    for _ in range(3):
        assert run("restore", str(tmp_path / "copy"), "--yes").exit_code == 0
        seen.append(_standing(database))

    epochs, heads, of_viewers = zip(*seen, strict=True)
    assert epochs == (1, 2, 3, 4)
    assert list(heads) == sorted(set(heads))
    assert list(of_viewers) == sorted(set(of_viewers))


def test_a_copy_is_put_back_over_a_damaged_file(tmp_path: Path, run: Run):
    """That is what copies are for; the operator is told what could not be looked at."""
    database = _with_one_space(tmp_path / "data")
    (tmp_path / "copy").mkdir()
    shutil.copy(database, tmp_path / "copy" / DATABASE_FILE)
    database.write_bytes(b"not a database, or not any more" * 200)

    done = run("restore", str(tmp_path / "copy"), "--yes")

    assert done.exit_code == 0
    assert "cannot be read" in done.output
    assert _standing(database)[0] == 2


def _with_one_space(folder: Path) -> Path:
    """Make a migrated database with a space and a viewer, and its key file."""
    folder.mkdir()
    FileKeys.open(folder / "keys" / "carnet.keys")
    asyncio.run(migrate("sqlite", folder))
    connection = sqlite3.connect(folder / DATABASE_FILE)
    space = b"s" * 16
    connection.execute("INSERT INTO space VALUES (?, 10, 1, 'open', NULL)", (space,))
    connection.execute(
        "INSERT INTO viewer (space_id, viewer_id, role, grant_, is_open, head, count, digest) "
        "VALUES (?, ?, 'holder', x'', 1, 12, 0, x'00')",
        (space, b"v" * 16),
    )
    connection.commit()
    connection.close()
    return folder / DATABASE_FILE


def _standing(database: Path) -> tuple[int, int, int]:
    connection = sqlite3.connect(database)
    found = connection.execute(
        "SELECT space.epoch, space.head, viewer.head FROM space JOIN viewer USING (space_id)"
    ).fetchone()
    connection.close()
    return found


@pytest.mark.parametrize("command", ["serve", "doctor", "migrate"])
def test_a_missing_key_file_is_not_made_anew_beside_sealed_data(
    tmp_path: Path, run: Run, command: str
):
    """It would shut the old records for good, and open none of them."""
    sealed_database(tmp_path / "data", FileKeys.open(tmp_path / "elsewhere.keys"))

    refused = run(command, *(("--port", "0") if command == "serve" else ()))

    assert refused.exit_code == 1
    assert "Put back the copy" in " ".join(refused.output.split())
    assert not (tmp_path / "data" / "keys").exists()


def test_a_data_folder_that_cannot_be_made_is_a_sentence(
    tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
):
    """Not a trace; and the doctor sees a file in its place."""
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("CARNET_DATA", str(tmp_path / "file" / "data"))

    refused = run("migrate")
    assert refused.exit_code == 1
    assert "Set CARNET_DATA" in refused.output

    monkeypatch.setenv("CARNET_DATA", str(tmp_path / "file"))
    assert "is a file" in " ".join(run("doctor").output.split())


def test_a_calendar_with_faults_does_not_start_a_server(
    tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
):
    """The faults are sentences, to `doctor` as well, and nothing was made yet."""
    folder = tmp_path / "calendar"
    shutil.copytree(Path(calendars.__file__).parent / "fr", folder)
    rules = folder / "screenings.toml"
    rules.write_text(rules.read_text("utf-8").replace('to = "2m"', 'to = "50d"', 1), "utf-8")
    monkeypatch.setenv("CARNET_CALENDAR", str(folder))

    refused = run("serve", "--port", "0")
    found = run("doctor")

    assert refused.exit_code == found.exit_code == 1
    for said in (refused, found):
        assert "leave a gap from '50d' to '2m'" in " ".join(said.output.split())
    assert not (tmp_path / "data").exists()


def test_the_doctor_names_the_calendar_that_people_are_advised_by(
    run: Run, monkeypatch: pytest.MonkeyPatch
):
    """And says so where nobody is advised, or reminded."""
    advised = run("doctor").output
    monkeypatch.setenv("CARNET_CALENDAR", "none")
    silent = run("doctor").output
    monkeypatch.setenv("CARNET_REMINDERS", "false")
    still = run("doctor").output

    assert "✓ Calendar fr." in advised
    assert "CARNET_CALENDAR is none" in silent
    assert "CARNET_REMINDERS is off" in still


def test_links_lead_to_the_port_that_was_chosen():
    """Unless the address that people see is set."""
    other = {"CARNET_PORT": "8051"}

    assert read_settings({}).public_url == "http://127.0.0.1:8000"
    assert read_settings(other).public_url == "http://127.0.0.1:8051"
    set_apart = read_settings({**other, "CARNET_PUBLIC_URL": "https://carnet.example.org"})
    assert set_apart.public_url == "https://carnet.example.org"


def test_a_wrong_setting_is_named_as_it_was_written():
    """By its variable, not by a place in a struct."""
    with pytest.raises(SettingsInvalid, match=r"^CARNET_PORT has a wrong value: Expected `int`"):
        read_settings({"CARNET_PORT": "abc"})
    with pytest.raises(SettingsInvalid, match=r"^CARNET_PROFILE has a wrong value: .*'foo'"):
        read_settings({"CARNET_PROFILE": "foo"})


def test_a_date_that_does_not_exist_is_refused_before_it_is_sent(run: Run):
    """With the option it was given in."""
    refused = run(
        "space", "open", "--family-name=A", "--given-names=B", "--birth-date=1990-13-01",
        "--sex=female", "--birth-place=46042",
    )  # fmt: skip

    assert refused.exit_code == 2
    assert "--birth-date" in refused.output


def test_an_import_tells_what_was_not_read_and_who_may_be_meant():
    """A document under the right number with another birth date is looked at by somebody."""
    line = {"file": "a [b].xml", "status": "created", "drafts": [{}], "disagreeing": []}

    assert _import_words(line) == "[green]✓[/green] a \\[b].xml: new, 1 entry to confirm"
    assert "not understood: title" in _import_words({**line, "not_understood": ["title"]})
    assert "but not: birth_date" in _import_words({**line, "disagreeing": ["birth_date"]})


def test_an_import_counts_what_was_left_out_and_says_why():
    """The rest of the document stands; who brought it looks at the few that do not."""
    line = {"file": "a.xml", "status": "created", "drafts": [{}]}
    early = {"collection": "immunizations", "code": "date-before-birth", "source": "/x"}
    late = {**early, "code": "date-in-future"}

    said = _import_words({**line, "refused": [early, late, early]})

    assert "2 left out: this date is before the birth (immunizations)" in said
    assert "1 left out: this date is in the future (immunizations)" in said


@pytest.mark.parametrize(
    ("problem", "said"),
    [
        (
            {"code": "ins-invalid", "title": "Not valid", "next_step": "Copy it again."},
            "Not valid. Copy it again.",
        ),
        (
            {"code": "request-invalid", "title": "Odd", "next_step": "Update.", "detail": "[x]"},
            "The request is not well formed: mend what follows, then try again. ([x])",
        ),
    ],
)
def test_a_refusal_of_the_server_reads_as_sentences(problem: dict[str, str], said: str):
    """An operator has no app to update."""
    with pytest.raises(Failure) as refused:
        checked(httpx.Response(422, json=problem))

    assert refused.value.message == said


def test_representatives_are_listed_added_and_removed(tmp_path: Path, run: Run):
    """As a court decided: a parent goes, and a letter for another is printed."""
    (tmp_path / "data").mkdir()
    asyncio.run(migrate("sqlite", tmp_path / "data"))
    traits = {
        "birth_family_name": "MARTIN",
        "birth_given_name": "LEA",
        "given_names": ["LEA"],
        "birth_date": "2019-04-09",
        "sex": "female",
        "birth_place_code": "63220",
    }
    patient = {"identity": {"traits": traits, "reliability": "provisional"}}
    body = json.dumps({"patient": patient, "representatives": [{}]})
    opened = json.loads(run("space", "open", "--json", body, "--output", "json").output)
    words = ("space", "representative")
    listed = run(*words, "list", opened["space_id"]).output

    removed = run(*words, "remove", opened["space_id"], listed.split(":")[0])
    unknown = run(*words, "remove", opened["space_id"], str(uuid4()))
    added = run(*words, "add", opened["space_id"])

    assert "has a letter, until 2037-04-08" in listed
    assert "open this space no more" in removed.output
    assert unknown.exit_code == 1
    assert "Letter to the representative: code" in added.output
