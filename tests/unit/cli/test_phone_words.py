"""What the phone says: the reason and a next step, in the language of the person."""

from pathlib import Path

import httpx

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
