"""The demonstration family in a terminal, as `docs/try-rights.md` tells it, on a real server."""

from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import httpx
import pytest

from tests import calendars
from tests.integration.access.family import DOCTOR, PHYSIOTHERAPIST, RESCUER
from tests.terminals import Terminals

pytestmark = pytest.mark.slow

OTHER_DOCTOR = "99900000047"
WEIGHT = ("kind=weight", "label=Poids", "value=61.5", "unit=kg", "measured_at=now")
WHY = ("--reason", "unable-to-answer", "--why", "Found unconscious at home.")


def test_a_mask_put_on_offline_empties_the_copy_of_a_profession(terminals: Terminals) -> None:
    """Her doctor still sees the document, the preview said so, and the journal has both."""
    lucienne = terminals.sign_in("lucienne")
    physio = terminals.software(PHYSIOTHERAPIST)
    doctor = terminals.software(DOCTOR)
    brought = {"47420-5"}  # What she wrote herself is never hidden from her.
    document = next(
        one["record_id"]
        for one in terminals.json(physio, "list", "documents", "--offline")
        if one["fields"]["type_code"] not in brought
    )

    preview = terminals.json(lucienne, "mask", document, "--from", "70", "--preview")
    waiting = terminals.ok(lucienne, "mask", document, "--from", "70", "--offline")
    still_there = terminals.ok(physio, "sync")
    terminals.ok(lucienne, "sync")
    gone = terminals.ok(physio, "sync")

    foreseen = {one["who"]["en"].split(" (")[0]: one["sees_after"] for one in preview["viewers"]}
    assert foreseen["Solène TRÉGUIDEL"] == 0
    assert foreseen["Dr Armelle KERVADOC"] == 1
    assert "Kept on this phone" in waiting
    assert terminals.json(doctor, "profiles") == []  # Read, and not kept.
    assert "Erased: 0." in still_there
    assert "Erased: 1." in gone
    assert document not in terminals.ok(physio, "list", "documents", "--offline")
    held = terminals.json(doctor, "read", "--profile", "Lucienne", "--collection", "documents")
    assert document in {one["record_id"] for one in held}
    seen = {
        one["who"]["en"].split(" (")[0]: one["allow"]
        for one in terminals.json(lucienne, "who", document)["viewers"]
    }
    assert (seen["Solène TRÉGUIDEL"], seen["Dr Armelle KERVADOC"]) == (False, True)
    journal = terminals.ok(lucienne, "journal", "--verify")
    assert "you masked a document" in journal
    assert "Dr Armelle KERVADOC" in journal
    assert "nothing was changed or taken away" in journal
    assert "This mask is off" in terminals.ok(lucienne, "unmask", document)
    assert "nothing" in terminals.ok(lucienne, "list", "masks", "--offline").casefold()


def test_a_mandate_opens_what_it_names_and_is_ended_quietly(terminals: Terminals) -> None:
    """Two sections, and nothing else of what she wrote herself; then only that it ended."""
    until = str(datetime.now(UTC).date() + timedelta(days=100))
    lucienne, claire = terminals.sign_in("lucienne"), terminals.sign_in("claire")
    terminals.ok(claire, "add", "measures", "--profile", "Lucienne", *WEIGHT)
    terminals.ok(claire, "leave")

    made = terminals.json(
        lucienne,
        *("invite", "Claire Delorbe", "--phone", "+33639980102", "--until", until),
        *("--section", "appointments", "--section", "immunizations"),
        *("--password", "carnet-demo-lucienne"),
    )
    accepted = terminals.ok(claire, "accept", made["code"])
    held = {
        collection: len(terminals.json(claire, "list", collection, "--profile", "Lucienne"))
        for collection in ("appointments", "immunizations", "measures", "documents", "consents")
    }
    listed = terminals.json(lucienne, "mandates")
    terminals.ok(lucienne, "end-mandate", made["record_id"])
    terminals.ok(claire, "sync")

    assert "You now help Lucienne Chanterive" in accepted
    assert held["appointments"] > 0
    assert held["immunizations"] > 0
    assert [held[one] for one in ("measures", "documents", "consents")] == [0, 0, 0]
    assert [one["status"] for one in listed] == ["ended", "active"]
    profiles = {one["display_name"]: one["state"] for one in terminals.json(claire, "profiles")}
    assert profiles["Lucienne Chanterive"] == "ended"
    assert "No record here answers" in terminals.fails(
        claire, "list", "appointments", "--profile", "Lucienne"
    )


def test_three_emergencies_are_opened_and_a_fourth_is_not(terminals: Terminals) -> None:
    """Refused without a reason, read with one, told to the person, and at an end in a day."""
    doctor, lucienne = terminals.software(OTHER_DOCTOR), terminals.person("lucienne")["space_id"]

    refused = terminals.fails(doctor, "read", "--profile", lucienne)
    opened = [
        terminals.json(doctor, "emergency", *terminals.number(key), *WHY)["space_id"]
        for key in ("lucienne", "claire", "malo")
    ]
    seen = terminals.json(doctor, "read", "--profile", lucienne)
    terminals.ok(doctor, "end-emergency", lucienne)
    fourth = terminals.fails(doctor, "emergency", *terminals.number("lucienne"), *WHY)

    assert "This record is not open to you" in refused
    assert opened[0] == lucienne
    assert len(seen) > 100
    assert "Three emergency accesses in 24 hours" in fourth
    closed = terminals.fails(doctor, "read", "--profile", lucienne)
    assert "This record is not open to you" in closed


def test_consents_are_asked_answered_and_ended(terminals: Terminals) -> None:
    """A professional asks, the person answers as they like, and shuts somebody out for good."""
    lucienne, doctor = terminals.sign_in("lucienne"), terminals.software(OTHER_DOCTOR)

    asked = terminals.ok(doctor, "ask-consent", *terminals.number("lucienne"))
    waiting = _waiting(terminals, lucienne)
    given = terminals.ok(lucienne, "answer", waiting, "give")
    known = terminals.json(doctor, "patients")
    terminals.ok(lucienne, "end-consent", waiting)
    blocked = terminals.ok(lucienne, "block", "VAUQUELANDE")

    assert "Asked, if this person has a record here" in asked
    assert "Given to Perrine VAUQUELANDE" in given
    assert [one["display_name"] for one in known] == ["Lucienne Chanterive"]
    assert terminals.json(doctor, "patients") == []
    assert "Perrine VAUQUELANDE has no access" in blocked
    states = {one["name"]: one["state"] for one in terminals.json(lucienne, "parties")}
    assert states["Perrine VAUQUELANDE"] == "blocked"


def test_emergencies_are_switched_off_at_once_and_on_with_a_proof(terminals: Terminals) -> None:
    """To let somebody see more asks for the password and a code; to let them see less does not."""
    lucienne, rescuer = terminals.sign_in("lucienne"), terminals.software(RESCUER)

    off = terminals.json(lucienne, "emergency-settings", "--regulation", "off")
    refused = terminals.fails(rescuer, "emergency", *terminals.number("lucienne"), *WHY)
    proof = ("--password", "carnet-demo-lucienne")
    on = terminals.json(lucienne, "emergency-settings", "--regulation", "on", *proof)

    assert off["emergency_regulation"] is False
    assert "Emergency access is not open" in refused
    assert on["emergency_regulation"] is True


def test_the_agenda_goes_out_by_a_link(terminals: Terminals) -> None:
    """Shared with a proof, made anew, ended; each link that was is nowhere from then on."""
    lucienne = terminals.sign_in("lucienne")
    proof = ("--password", "carnet-demo-lucienne")

    none = terminals.ok(lucienne, "agenda", "show")
    first = terminals.json(lucienne, "agenda", "share", *proof)["url"]
    second = terminals.ok(lucienne, "agenda", "rotate", *proof)
    read = httpx.get(_here(terminals, second), trust_env=False)
    standing = terminals.json(lucienne, "agenda", "show")
    over = terminals.ok(lucienne, "agenda", "end")

    assert "carnet phone agenda share" in none
    assert (read.status_code, read.headers["content-type"]) == (200, "text/calendar; charset=utf-8")
    told = {one.one("SUMMARY").text for one in calendars.read(read.content).events}
    assert told == {"Appointment", "Cancelled: Appointment"}
    assert (standing["is_shared"], standing["titles"]) == (True, "neutral")
    assert "shows nothing any more" in over
    for url in (first, second):
        assert httpx.get(_here(terminals, url), trust_env=False).status_code == 404


def _here(terminals: Terminals, url: str) -> str:
    """Return the address of a link at the server of this test."""
    return terminals.server.address + urlsplit(url).path


def _waiting(terminals: Terminals, whose: str) -> str:
    """Return the consent that waits for an answer; it is delivered a moment later."""
    for _ in range(100):
        every = terminals.json(whose, "consents")
        found = [str(one["record_id"]) for one in every if one["consent"]["status"] == "asked"]
        if found:
            return found[0]
    raise AssertionError("Nobody asked.")
