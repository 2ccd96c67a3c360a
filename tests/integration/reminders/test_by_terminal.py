"""The demonstration family's reminders in a terminal, on a real server, and without it."""

import asyncio
import time
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.terminals import Terminals

PLANNED_SECONDS = 30.0


def held(terminals: Terminals, whose: str, *words: str) -> list[dict[str, Any]]:
    """List reminders, once the server has planned what it was told."""
    until = time.monotonic() + PLANNED_SECONDS
    while time.monotonic() < until:
        found: list[dict[str, Any]] = terminals.json(whose, "list", "reminders", *words)
        if found:
            return found
        time.sleep(0.5)
    raise AssertionError("Nothing was planned.")


def own(terminals: Terminals, whose: str) -> list[dict[str, Any]]:
    """List the reminders that somebody asked for, the soonest first."""
    found = held(terminals, whose)
    return [one for one in found if one["fields"]["kind"] == "own"]


def test_the_family_is_told_what_is_due_and_why(terminals: Terminals) -> None:
    """The grandchild's vaccines, the daughter's screening, the grandmother's zoster."""
    claire = terminals.sign_in("claire")
    held(terminals, claire, "--profile", "Malo")

    child, daughter, grandmother = (
        {
            one["fields"]["subject"]: one["fields"]
            for one in held(terminals, claire, "--profile", who)
        }
        for who in ("Malo", "Claire", "Lucienne")
    )
    english = terminals.ok(claire, "list", "reminders", "--profile", "Lucienne")
    french = terminals.run(claire, "--lang", "fr", "list", "reminders", "--profile", "Lucienne")
    everybody = terminals.ok(claire, "list", "reminders")
    weighing = [one for one in grandmother.values() if one["kind"] == "own"]

    assert {"vaccine", "examination"} <= {one["kind"] for one in child.values()}
    assert "screening" in {one["kind"] for one in daughter.values()}
    assert grandmother["zoster#1"]["status"] == "due"
    assert grandmother["zoster#1"]["source"]
    assert "Shingles" in english
    assert "zona" in french.stdout
    assert all(name in everybody for name in ("Claire Delorbe", "Lucienne Chanterive", "Malo"))
    assert "Cervical cancer screening" in everybody
    assert weighing
    assert english.count("Se peser et noter le poids") == 1  # Then so many times more.
    assert "times more, until" in english
    assert "…" not in everybody


def test_a_phone_without_a_network_rings_and_keeps_the_answer(terminals: Terminals) -> None:
    """What it answered is sent once there is one again."""
    lucienne = terminals.sign_in("lucienne")
    # At night nothing else rings: advice does at ten.
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    first = tomorrow.replace(hour=3, minute=17, second=0, microsecond=0)
    terminals.ok(lucienne, "remind", "add", "Tablet", "--at", first.isoformat(), "--every", "daily")
    until = time.monotonic() + PLANNED_SECONDS
    while not own(terminals, lucienne) and time.monotonic() < until:
        time.sleep(0.5)
    taken = terminals.ok(lucienne, "remind", "take")
    listed = terminals.ok(lucienne, "list", "reminders")
    asyncio.run(terminals.server.close())

    (ringing,) = terminals.json(lucienne, "ring", "--at", first.isoformat())
    silent = terminals.ok(lucienne, "ring", "--at", (first - timedelta(hours=1)).isoformat())
    done = terminals.ok(lucienne, "remind", "done", ringing["record_id"][:8])
    over = terminals.json(lucienne, "ring", "--at", first.isoformat())
    asyncio.run(terminals.server.start())
    terminals.ok(lucienne, "sync")

    assert "rings by itself" in taken
    assert "Shingles vaccine: dose 1 due" in listed  # Whether a phone has it or not.
    assert ringing["fields"]["title"] == {"fr": "Tablet", "en": "Tablet"}
    assert "Nothing rings" in silent
    assert "Kept on this phone" in done
    assert over == []
    (stands,) = [
        one for one in own(terminals, lucienne) if one["record_id"] == ringing["record_id"]
    ]
    assert stands["fields"]["state"] == "done"
    assert not stands["is_waiting"]


def test_what_is_put_aside_or_snoozed_says_so(terminals: Terminals) -> None:
    """And can be taken back; what is no reminder is said to be none."""
    lucienne = terminals.sign_in("lucienne")
    vaccine = next(one for one in held(terminals, lucienne) if one["fields"]["kind"] == "vaccine")
    record_id = vaccine["record_id"]

    def state() -> str:
        return str(terminals.json(lucienne, "show", record_id)["fields"]["state"])

    terminals.ok(lucienne, "remind", "ack", record_id)
    assert state() == "seen"
    terminals.ok(lucienne, "remind", "snooze", record_id, "--minutes", "90")
    assert state() == "snoozed"
    terminals.ok(lucienne, "remind", "dismiss", record_id)
    assert state() == "dismissed"
    refused = terminals.fails(lucienne, "remind", "ack", record_id)
    terminals.ok(lucienne, "remind", "undo", record_id)
    assert state() == "planned"
    note = terminals.json(lucienne, "list", "appointments")[0]["record_id"]
    wrong = terminals.fails(lucienne, "remind", "done", note)

    assert "This reminder is over" in refused
    assert "is no reminder" in wrong


def test_a_hostile_rule_is_refused_with_a_next_step(terminals: Terminals) -> None:
    """In bounded time, and nothing of it is kept."""
    lucienne = terminals.sign_in("lucienne")
    words = ("remind", "add", "Siren", "--at", "2026-12-01T08:00")

    refused = terminals.fails(lucienne, *words, "--every", "FREQ=SECONDLY")
    nowhere = terminals.fails(lucienne, *words, "--zone", "Europe/Nowhere")

    assert "This repetition is not possible" in refused
    assert "time zone" in nowhere


def test_a_time_is_by_the_clock_of_the_zone_that_was_named(terminals: Terminals) -> None:
    """Wherever this machine is; what has an offset is what it says."""
    lucienne = terminals.sign_in("lucienne")

    there = ("--zone", "America/Cayenne")
    terminals.ok(lucienne, "remind", "add", "Wall", "--at", "2027-01-04T08:00", *there)
    terminals.ok(lucienne, "remind", "add", "Offset", "--at", "2027-01-04T08:00+00:00", *there)
    rules = terminals.json(lucienne, "list", "reminder_rules")

    at = {one["fields"]["title"]: one["fields"]["starts_at"] for one in rules}
    assert at["Wall"] == "2027-01-04T08:00:00-03:00"
    assert at["Offset"] == "2027-01-04T08:00:00Z"
