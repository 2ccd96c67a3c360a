"""What the phone says: the reason and a next step, in the language of the person."""

import json
from pathlib import Path

import httpx
import msgspec
import pytest

from backend.cli.phone.home import Home
from tests.property.worlds import named
from tests.unit.cli.fake_server import CODE, PASSWORD, FakeServer, Terminal


def test_a_draft_is_marked_and_says_how_to_settle_it(terminal: Terminal):
    """What a program read in a document is no fact before somebody said so."""
    terminal.ok("add", "conditions", "label=Flu", "draft_state=draft", "--offline")
    [record] = terminal.json("list", "conditions", "--offline")

    listed = terminal.ok("list", "conditions", "--offline")
    shown = terminal.ok("show", record["record_id"], "--offline")
    terminal.ok("edit", record["record_id"], "draft_state=confirmed", "--offline")

    assert "to confirm" in listed
    assert "draft_state=confirmed" in " ".join(shown.split())
    assert "confirm" not in terminal.ok("list", "conditions", "--offline")


def test_a_new_phone_says_how_to_sign_in(server: FakeServer, tmp_path: Path):
    """Whatever is asked of it; and where nothing answers, at which address."""
    terminal = Terminal(server, tmp_path / "phone")

    for command in (("status",), ("profiles",), ("sync",), ("list", "notes"), ("add", "notes")):
        words = (*command, "title=x") if command[0] == "add" else command
        assert "carnet phone login LOGIN" in terminal.fails(*words)

    server.is_down = True
    assert "Nothing answers at http://127.0.0.1:8000" in terminal.fails(
        "login", "ana", "--password", PASSWORD, "--code", CODE
    )


def test_a_write_that_the_server_puts_off_is_kept_and_says_why(terminal: Terminal):
    """Not as if there were no network: the server answered, and had a reason."""
    problem = {"code": "storage-unavailable", "title": "Busy", "next_step": "Try later."}
    terminal.server.refuses["/v1/sync"] = httpx.Response(503, json=problem)

    added = terminal.run("add", "notes", "title=Milk")

    assert added.exit_code == 0
    assert "Busy. Try later. Nothing is lost: 1 change waits." in " ".join(added.stderr.split())
    assert "Kept on this phone" in added.stdout


def test_what_the_server_says_is_passed_on_with_the_time_to_wait(terminal: Terminal):
    """Its words, in the person's language."""
    problem = {"code": "too-many-requests", "title": "Too many", "next_step": "Slow down."}
    terminal.server.refuses["/v1/sync"] = httpx.Response(
        429, json=problem, headers={"Retry-After": "900"}
    )

    told = terminal.fails("sync")

    assert "Too many. Slow down." in told
    assert "900 s" in told
    assert "does not answer" not in told


def test_it_speaks_french(server: FakeServer, tmp_path: Path):
    """And asks the server to."""
    terminal = Terminal(server, tmp_path / "phone", language="fr").sign_in()

    told = terminal.ok("add", "notes", "title=Lait", "--offline")

    assert "Gardé sur ce téléphone" in told
    assert server.languages == {"fr"}
    assert "titulaire" in terminal.ok("profiles")


@pytest.mark.parametrize(
    ("signature", "told"),
    [
        (
            {"role": "representative", "name": "Luc Martin"},
            "Written by Luc Martin (representative) for Ana Martin.",
        ),
        ({"role": "caregiver"}, "Written for Ana Martin, as: caregiver."),
    ],
)
def test_who_wrote_for_somebody_is_said_in_words(
    terminal: Terminal, signature: dict[str, str], told: str
):
    """Nobody reads the identifier of a person; a script still gets all of it."""
    party = str(named("party"))
    written = json.dumps({"party_id": party, **signature})
    terminal.ok("add", "notes", "title=Milk", f"written_by={written}", "--offline")
    [record] = terminal.json("list", "notes", "--offline")
    note = record["record_id"]

    shown = terminal.ok("show", note, "--offline")
    listed = terminal.ok("list", "notes", "--offline")

    assert told in shown
    assert party not in shown + listed
    assert "written_by" not in shown + listed
    assert record["fields"]["written_by"]["party_id"] == party


def test_a_professional_whom_nobody_let_in_is_told_to_ask(terminal: Terminal):
    """To anybody else the same refusal is passed on as the server words it."""
    space_id = terminal.server.world.space_id
    problem = {"code": "space-not-found", "title": "No record", "next_step": "Check the account."}
    path = f"/v1/spaces/{space_id}/entries"
    terminal.server.refuses[path] = httpx.Response(404, json=problem)

    as_patient = terminal.fails("read", "--profile", str(space_id))
    home = Home(terminal.home)
    account = home.account()
    assert account is not None
    home.save_account(msgspec.structs.replace(account, is_professional=True))
    home.close()
    as_professional = terminal.fails("read", "--profile", str(space_id))

    assert "Check the account." in as_patient
    assert "no agreement is in force" in as_professional
    assert "carnet phone ask-consent" in as_professional
    assert "Check the account." not in as_professional
