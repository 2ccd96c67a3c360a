"""Choosing how one is reminded in a terminal, on a real server with the fictional family."""

import json
from pathlib import Path

from tests.terminals import Terminals


def test_a_person_sees_and_chooses_how_they_are_reminded(terminals: Terminals) -> None:
    """In words, with what to do; what is left out stays as it was."""
    lucienne = terminals.sign_in("lucienne")

    first = terminals.ok(lucienne, "notifications")
    ways = ("--by", "sms", "--by", "letter")
    address = ("--address", "Mme Lucienne CHANTERIVE", "--address", "48000 MENDE")
    hours = ("--quiet", "20:30-09:00")
    chosen = terminals.json(
        lucienne, "notifications", "--off", "screening", *ways, *hours, *address
    )
    after = terminals.ok(lucienne, "notifications", "--quiet", "none", "--language", "en")
    alone = terminals.ok(lucienne, "notifications", "--by", "push")

    assert "Nothing rings from 21:00 to 08:00 (Europe/Paris)." in first
    assert "screenings" in first
    assert chosen["channels"] == ["sms", "letter"]
    assert chosen["quiet_hours"] == {"starts": "20:30", "ends": "09:00"}
    assert "screening" not in chosen["kinds"]
    assert "At any hour." in after
    assert "Today none of these reaches you" in alone
    assert "In this order: SMS, letter." in after
    assert "Address of letters: Mme Lucienne CHANTERIVE, 48000 MENDE." in after


def test_a_wrong_choice_says_what_to_do(terminals: Terminals) -> None:
    """And changes nothing."""
    lucienne = terminals.sign_in("lucienne")

    alone = terminals.fails(lucienne, "notifications", "--by", "letter")
    zone = terminals.fails(lucienne, "notifications", "--zone", "Mars/Olympus")
    quiet = terminals.run(lucienne, "notifications", "--quiet", "late")

    assert "Add your postal address" in alone
    assert zone
    assert quiet.exit_code == 2
    assert terminals.json(lucienne, "notifications")["time_zone"] == "Europe/Paris"


async def test_letters_are_printed_for_envelopes(terminals: Terminals, tmp_path: Path) -> None:
    """None waits on a new server; a file that is there is never replaced."""
    there = tmp_path / "letters.pdf"
    there.write_text("mine")

    refused = await terminals.server.command("letters", "print", "--file", there)
    none = await terminals.server.command("letters", "print", "--file", tmp_path / "new.pdf")
    listed = await terminals.server.command("letters", "list", "--output", "json")

    assert refused.returncode == 1
    assert "is there already" in " ".join(refused.stderr.split())
    assert "No letter waits." in none.stdout
    assert json.loads(listed.stdout) == []
    assert there.read_text() == "mine"
