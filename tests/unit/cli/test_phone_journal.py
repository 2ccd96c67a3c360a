"""`carnet phone journal`: lines in words, a verdict, and an alarm that cannot be overlooked."""

from datetime import timedelta
from pathlib import Path
from uuid import UUID

import httpx
import pytest

from backend.cli.language import LANGUAGES
from backend.cli.words import say_in as say
from sync.core.ledger.witness import Fault
from tests.unit.cli.fake_server import FakeServer, Terminal
from tests.unit.sync.ledger.clerk import Clerk


@pytest.fixture
def space_id(server: FakeServer) -> UUID:
    """A space with a journal of three lines that are in the log."""
    found = server.world.space_id
    server.clerk.write(found, 3)
    for number, line in enumerate(server.clerk.journals[found], start=1):
        line["text"] = {"fr": f"Ligne {number}.", "en": f"Line {number}."}
    server.clerk.merge()
    return found


def test_lines_are_shown_in_ones_language_with_a_verdict(
    server: FakeServer, space_id: UUID, tmp_path: Path
):
    """In words, under their year, with what was checked."""
    english = Terminal(server, tmp_path / "one").sign_in()
    french = Terminal(server, tmp_path / "two", language="fr").sign_in()

    told = english.ok("journal")

    assert [word in told for word in ("2026", "Line 1.", "Line 3.")] == [True] * 3
    assert "3 line(s) checked: nothing was changed" in " ".join(told.split())
    assert "Ligne 2." in french.ok("journal", "--verify")


def test_what_was_read_is_shown_offline(terminal: Terminal, space_id: UUID):
    """A journal in the pocket, with or without a server."""
    terminal.ok("journal")
    terminal.server.is_down = True

    offline = terminal.ok("journal", "--offline")
    unreachable = terminal.run("journal")
    whole = terminal.fails("journal", "--verify")

    assert "Line 2." in offline
    assert "checked" not in offline
    assert "Line 2." in unreachable.stdout
    assert "The server does not answer." in whole


def test_a_server_that_changed_a_line_is_told_on(terminal: Terminal, space_id: UUID):
    """The command fails, says what is wrong and what to do, and goes on showing what was read."""
    terminal.ok("journal")
    line = terminal.server.clerk.journals[space_id][1]
    line["entry"] = {**line["entry"], "action": "read"}

    result = terminal.run("journal", "--verify")
    later = terminal.run("journal", "--offline")

    assert result.exit_code == 1
    told = " ".join(result.stderr.split())
    assert "cannot be trusted: a line was changed. Keep this phone as it is" in told
    assert "Line 2." in later.stdout
    assert "Alarm of 2026" in " ".join(later.stderr.split())


def test_a_server_that_forgot_is_told_on_without_asking(terminal: Terminal, space_id: UUID):
    """A copy put back without a word, at the next look."""
    backup = terminal.server.clerk.copy()
    terminal.server.clerk.write(space_id, 1)
    terminal.server.clerk.merge()
    terminal.ok("journal")

    terminal.server.clerk = backup
    result = terminal.run("journal")

    assert result.exit_code == 1
    assert "the log has lost lines" in " ".join(result.stderr.split())


def test_a_restore_that_is_said_is_passed_on(terminal: Terminal, space_id: UUID):
    """With how many lines were lost; and it stays on the screen."""
    clerk: Clerk = terminal.server.clerk
    backup = clerk.copy()
    clerk.write(space_id, 2)
    clerk.merge()
    terminal.ok("journal")
    backup.now = clerk.now + timedelta(hours=1)
    backup.begin_log(restored=True)
    backup.write(space_id, 1, action="restored")
    backup.merge()
    terminal.server.clerk = backup

    first = terminal.run("journal")
    second = terminal.run("journal")

    for result in (first, second):
        assert result.exit_code == 0
        told = " ".join(result.stderr.split())
        assert "put back to an earlier copy. 2 line(s) that were read here are gone." in told


def test_scripts_get_all_of_it(terminal: Terminal, space_id: UUID):
    """Report, alarms and lines as JSON."""
    found = terminal.json("journal")

    assert found["report"]["new"] == 3
    assert found["alarms"] == []
    assert [line["seq"] for line in found["lines"]] == [1, 2, 3]


def test_a_journal_that_is_not_ones_own_is_said_in_words(terminal: Terminal, space_id: UUID):
    """What the server refuses is passed on, with its next step."""
    problem = {"code": "space-not-found", "title": "No record", "next_step": "Check the account."}
    terminal.server.refuses[f"/v1/spaces/{space_id}/journal/proof"] = httpx.Response(
        404, json=problem
    )

    assert "No record. Check the account." in terminal.fails("journal")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_fault_has_its_words(language: str):
    """Whatever is found can be said."""
    said = {say(language, f"fault-{fault.value}") for fault in Fault}

    assert len(said) == len(Fault)
