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
    assert "3 lines checked: nothing was changed" in " ".join(told.split())
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
        assert "put back to an earlier copy. 2 lines that were read here are gone." in told


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


@pytest.fixture
def parents(tmp_path: Path) -> Terminal:
    """The phone of a parent, whose child's journal has two pages and proves nothing to them."""
    server = FakeServer(("Ana Martin", "Leo Martin"))
    child = server.spaces[1]["space_id"]
    base = f"/v1/spaces/{child}/journal"
    problem = {"code": "space-not-found", "title": "No record", "next_step": "Check."}
    server.refuses[f"{base}/proof"] = httpx.Response(404, json=problem)
    return Represented(server, tmp_path / "parent", base).sign_in()


class Represented(Terminal):
    """A terminal whose server gives a child's lines one by one."""

    def __init__(self, server: FakeServer, home: Path, base: str) -> None:
        super().__init__(server, home)
        answered = server.connect

        def connect(address: str, language: str) -> httpx.AsyncClient:
            client = answered(address, language)
            plain = client._transport

            async def pages(request: httpx.Request) -> httpx.Response:
                if request.url.path != base or server.is_down:
                    return await plain.handle_async_request(request)
                seq = int(request.url.params["after"]) + 1
                line = {
                    "seq": seq,
                    "entry": {"at": f"202{seq}-06-01T12:00:00Z"},
                    "text": {"fr": f"Ligne {seq}.", "en": f"Line {seq}."},
                }
                return httpx.Response(200, json={"entries": [line], "more": seq < 2})

            client._transport = httpx.MockTransport(pages)
            return client

        server.connect = connect  # type: ignore[method-assign]


def test_a_parent_reads_their_childs_journal_without_a_proof(parents: Terminal):
    """Every page of it, under its years; no verdict is made up, and nobody asks for a proof."""
    told = parents.ok("journal", "--profile", "Leo")
    found = parents.json("journal", "--profile", "Leo")

    assert told.split() == ["2021", "1", "Line", "1.", "2022", "2", "Line", "2."]
    assert [line["seq"] for line in found["lines"]] == [1, 2]
    assert found["report"] is None
    assert not [path for path in parents.server.asked if path.endswith("/proof")]


def test_a_parent_cannot_verify_and_is_told_who_can(parents: Terminal):
    """The lines are shown; what was asked for was not done, which a script must learn."""
    result = parents.run("journal", "--profile", "Leo", "--verify")

    assert result.exit_code == 1
    assert "Line 2." in result.stdout
    assert "only the holder can verify their journal" in " ".join(result.stderr.split())


def test_a_childs_journal_is_not_kept_on_a_parents_phone(parents: Terminal):
    """Offline there is nothing to show, and that is said."""
    assert "not kept on this phone" in parents.fails("journal", "--profile", "Leo", "--offline")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_fault_has_its_words(language: str):
    """Whatever is found can be said."""
    said = {say(language, f"fault-{fault.value}") for fault in Fault}

    assert len(said) == len(Fault)
