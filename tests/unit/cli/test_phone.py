"""A phone in a terminal: it works offline, says what happened, and leaks nothing."""

import asyncio
import json
from pathlib import Path
from uuid import UUID

import httpx
import pytest

from sync.replica import Replica, Shown
from tests.unit.cli.fake_server import CODE, PASSWORD, FakeServer, Terminal


def other_phone(terminal: Terminal) -> Terminal:
    """Sign in on a second phone of the same person."""
    return Terminal(terminal.server, terminal.home.parent / "other").sign_in()


def test_signing_in_asks_for_what_is_missing_and_fetches_everything(
    server: FakeServer, tmp_path: Path
):
    """Password and code are prompted for; the password is not shown."""
    terminal = Terminal(server, tmp_path / "phone")

    result = terminal.run("login", "ana", typed=f"{PASSWORD}\n{CODE}\n")

    assert result.exit_code == 0, result.output
    assert "Signed in: Ana Martin." in result.stdout
    assert PASSWORD not in result.output
    assert "•• 12" in result.stderr
    assert "/v1/sync" in server.asked


def test_a_wrong_password_or_code_is_one_sentence_with_a_next_step(
    server: FakeServer, tmp_path: Path
):
    """Which of the two was wrong, nobody says."""
    terminal = Terminal(server, tmp_path / "phone")

    wrong = terminal.fails("login", "ana", "--password", "no", "--code", CODE)

    assert wrong == terminal.fails("login", "ana", "--password", PASSWORD, "--code", "0")
    assert wrong.endswith("Sign in again.")


def test_the_tokens_are_for_the_owner_of_the_folder_alone(terminal: Terminal):
    """Folder, tokens and copy."""
    modes = {p.name: p.stat().st_mode & 0o777 for p in terminal.home.iterdir()}

    assert modes == {"account.json": 0o600, "carnet.sqlite": 0o600, "lock": 0o600}
    assert terminal.home.stat().st_mode & 0o777 == 0o700


def test_a_folder_is_the_phone_of_one_person(terminal: Terminal):
    """Another person takes another folder: records never mix."""
    told = terminal.fails("login", "ben", "--password", PASSWORD, "--code", CODE)

    assert "--home" in told
    assert "ana" in told


def test_what_is_added_here_is_read_there(terminal: Terminal):
    """Two folders are two phones."""
    other = other_phone(terminal)

    note = terminal.add("title=Milk", "text=two litres")

    assert [(n["record_id"], n["fields"]) for n in other.json("list", "notes")] == [
        (note, {"title": "Milk", "text": "two litres"})
    ]


def test_offline_everything_is_read_and_writes_wait_and_say_so(terminal: Terminal):
    """No request is made, and the next sync sends them."""
    note = terminal.add("title=Milk")
    terminal.server.asked.clear()

    told = terminal.ok("edit", note, "title=Bread", "--offline")

    assert "Kept on this phone" in told
    [shown] = terminal.json("list", "notes", "--offline")
    assert (shown["fields"], shown["is_waiting"]) == ({"title": "Bread"}, True)
    assert "waiting to be sent" in terminal.ok("show", note[:8], "--offline")
    assert terminal.json("status", "--offline")[0]["waiting"] == 1
    assert terminal.server.asked == []
    terminal.ok("sync")
    assert terminal.json("status", "--offline")[0]["waiting"] == 0


def test_without_a_network_reading_goes_on_and_says_where_it_comes_from(terminal: Terminal):
    """The answer is on stdout, the remark beside it, and the exit code is that of success."""
    note = terminal.add("title=Milk")
    terminal.server.is_down = True

    result = terminal.run("list", "notes", "--json")

    assert result.exit_code == 0
    assert json.loads(result.stdout)[0]["record_id"] == note
    assert "No network" in result.stderr
    assert "Kept on this phone" in terminal.ok("add", "notes", "title=Later")
    assert "1 change waits" in terminal.fails("sync")


def test_a_value_that_lost_is_shown_until_it_was_seen(terminal: Terminal):
    """With the one that stands."""
    note = terminal.add("title=a")
    other = other_phone(terminal)
    other.ok("edit", note, "title=b")
    terminal.ok("edit", note, "title=c", "--offline")

    synced = terminal.run("sync")
    shown = terminal.json("show", note)

    assert note in synced.stderr
    assert shown["fields"] == {"title": "b"}
    assert [(lost["fields"], lost["code"]) for lost in shown["lost"]] == [
        ({"title": "c"}, "conflict")
    ]
    assert "changed elsewhere first" in " ".join(terminal.ok("show", note).split())
    assert "title: c (Stands now: b)" in " ".join(terminal.ok("show", note).split())
    assert terminal.json("status")[0]["lost"] == 1
    terminal.ok("show", note, "--seen")
    assert terminal.json("show", note)["lost"] == []


def test_a_refused_record_fails_and_keeps_its_words(terminal: Terminal):
    """The sentence says why, and where the words are."""
    result = terminal.run("add", "notes", "titel=Milk")

    assert result.exit_code == 1
    told = " ".join(result.stderr.split())
    assert "(titel)" in told
    record_id = told.rstrip("`.").rsplit(" ", 1)[1]
    lost = terminal.json("show", record_id)["lost"]
    assert [(one["fields"], one["code"]) for one in lost] == [({"titel": "Milk"}, "body-invalid")]


def test_a_deleted_record_is_gone_everywhere(terminal: Terminal):
    """Here at once, there after a sync."""
    note = terminal.add("title=Milk")
    other = other_phone(terminal)

    assert "Deleted" in terminal.ok("delete", note)

    assert terminal.json("list", "notes") == []
    assert other.run("show", note, "--offline").exit_code == 0
    assert other.json("list", "notes") == []


def test_a_waiting_change_that_goes_with_its_record_is_told(terminal: Terminal):
    """It cannot be kept, since the record may have been withdrawn; nor does it go in silence."""
    note = terminal.add("title=Milk")
    other = other_phone(terminal)
    other.ok("edit", note, "title=Cheese", "--offline")
    terminal.ok("delete", note)

    synced = other.run("sync")

    assert "1 waiting change was erased" in " ".join(synced.stderr.split())


def test_values_are_json_where_they_parse_and_now_is_an_instant(
    terminal: Terminal,
):
    """Numbers, null and quoted text; the rest is text as typed."""
    added = terminal.run(
        "add", "notes", "n=71.5", 'code="61"', "gone=null", "title=a=b", "at=now", "seen_at=now",
        "--offline",
    )  # fmt: skip

    assert added.exit_code == 0
    [note] = terminal.json("list", "notes", "--offline")
    assert note["fields"] == {
        "n": 71.5,
        "code": "61",
        "title": "a=b",
        "at": "now",
        "seen_at": "2026-11-21T08:00:00+00:00",
    }


def test_a_year_alone_is_a_date(terminal: Terminal):
    """A number would be refused in a field of dates; elsewhere a number is a number."""
    terminal.ok("add", "history", "started_on=2019", "value=2019", "--offline")

    [record] = terminal.json("list", "history", "--offline")

    assert record["fields"] == {"started_on": "2019", "value": 2019}


def test_digits_of_a_code_or_a_lot_are_text(terminal: Terminal):
    """A box code that became a number would be refused, and its first zeros lost."""
    codes = {"box_code": "03400927349997", "code": "61", "lot_number": "0012"}
    pairs = [f"{name}={value}" for name, value in codes.items()]

    terminal.ok("add", "immunizations", *pairs, "dose_number=2", "--offline")

    [record] = terminal.json("list", "immunizations", "--offline")
    assert record["fields"] == {**codes, "dose_number": 2}


def test_a_screening_is_listed_by_what_it_was_and_said(terminal: Terminal):
    """Its name, its result and its day stand before the words of calendars."""
    fields = ("exam=fit", "label=Test", "status=completed", "result=normal")
    terminal.ok("add", "screenings", *fields, "performed_on=2024-01-10", "--offline")

    assert "Test · completed · normal · 2024-01-10 · fit" in terminal.ok(
        "list", "screenings", "--offline"
    )


@pytest.mark.parametrize("text", ["title", "=x", ""])
def test_what_is_no_field_is_refused_with_an_example(terminal: Terminal, text: str):
    """Nothing is queued."""
    assert "field=value" in terminal.fails("add", "notes", text)
    assert terminal.json("status", "--offline")[0]["waiting"] == 0


def test_with_several_records_a_name_a_role_or_an_identifier_chooses(tmp_path: Path):
    """And none is guessed."""
    server = FakeServer(("Ana Martin", "Tom Martin"))
    terminal = Terminal(server, tmp_path / "phone").sign_in()
    child = server.spaces[1]["space_id"]

    told = terminal.fails("add", "notes", "title=x")
    for chosen in ("tom martin", "Tom", "representative", child):
        terminal.ok("add", "notes", f"title={chosen}", "--profile", chosen)

    assert "Ana Martin, Tom Martin" in told
    assert len(terminal.json("list", "notes", "--space", child)) == 4
    assert terminal.json("list", "notes", "--profile", "holder") == []
    assert "profiles" in terminal.fails("list", "notes", "--profile", "Martin Luther")
    assert "Choose" in terminal.fails("list", "notes", "--profile", "martin")
    assert [p["role"] for p in terminal.json("profiles")] == ["holder", "representative"]


def test_a_session_that_ended_still_reads_and_says_how_to_go_on(terminal: Terminal):
    """What waits stays until somebody signs in again."""
    note = terminal.add("title=Milk")
    terminal.server.devices.clear()
    terminal.server.refuses["/v1/auth/refresh"] = httpx.Response(401, json={"code": "x"})

    read = terminal.run("show", note)
    written = terminal.run("edit", note, "title=Bread")

    assert read.exit_code == written.exit_code == 0
    assert "carnet phone login ana" in " ".join(read.stderr.split())
    assert "Kept on this phone" in written.stdout
    assert "carnet phone login ana" in terminal.fails("sync")
    terminal.server.refuses.clear()
    terminal.sign_in()
    assert terminal.json("status")[0]["waiting"] == 0


def test_an_expired_token_is_renewed_without_a_word(terminal: Terminal):
    """The new pair is kept."""
    terminal.server.devices.clear()

    terminal.ok("sync")

    account = json.loads((terminal.home / "account.json").read_text())
    assert account["refresh_token"] == "refresh 2"
    assert terminal.server.asked.count("/v1/auth/refresh") == 1


def test_a_phone_signed_out_from_afar_is_empty_afterwards(terminal: Terminal):
    """A found phone shows nothing."""
    terminal.add("title=Milk")
    revoked = httpx.Response(401, json={"code": "device-revoked"})
    terminal.server.refuses["/v1/spaces"] = revoked

    told = terminal.fails("list", "notes")

    assert "erased" in told
    assert [p.name for p in terminal.home.iterdir()] == ["lock"]


def test_access_that_ended_is_told_and_erased(terminal: Terminal):
    """The profile stays to say so."""
    terminal.add("title=Milk")
    world = terminal.server.world
    asyncio.run(world.end(0))

    result = terminal.run("sync")

    assert "has ended" in " ".join(result.stderr.split())
    assert [p["state"] for p in terminal.json("profiles", "--offline")] == ["ended"]
    assert terminal.json("status", "--offline")[0]["records"] == 0


def test_forgetting_asks_first_and_leaves_nothing(terminal: Terminal):
    """It counts what would be lost, signs out, and works without a network too."""
    terminal.ok("add", "notes", "title=Milk", "--offline")

    refused = terminal.run("forget", typed="n\n")
    assert refused.exit_code == 1
    assert "1 waiting change " in refused.output
    assert (terminal.home / "account.json").exists()

    terminal.ok("forget", "--yes")

    assert "/v1/auth/logout" in terminal.server.asked
    assert [p.name for p in terminal.home.iterdir()] == ["lock"]
    assert "carnet phone login" in terminal.fails("list", "notes")


def test_forgetting_without_a_network_erases_all_the_same(terminal: Terminal):
    """The server may be told another day, by removing the device."""
    terminal.server.is_down = True

    terminal.ok("forget", "--yes")

    assert not (terminal.home / "carnet.sqlite").exists()


def test_a_copy_that_cannot_be_read_can_be_forgotten(terminal: Terminal):
    """The sentence says how."""
    (terminal.home / "carnet.sqlite").write_bytes(b"this is no database, it is a sentence" * 99)

    told = terminal.fails("list", "notes")
    terminal.ok("forget", "--yes")

    assert "carnet phone forget" in told
    assert not (terminal.home / "carnet.sqlite").exists()


def test_health_data_does_not_leave_in_clear(terminal: Terminal):
    """Plain http:// is for this machine, unless a test says otherwise."""
    refused = terminal.run("sync", options=("--server", "http://example.org"))
    allowed = terminal.run("sync", options=("--server", "http://example.org", "--plain"))
    encrypted = terminal.run("sync", options=("--server", "https://example.org"))

    assert refused.exit_code == 1
    assert "https://" in refused.stderr
    assert (allowed.exit_code, encrypted.exit_code) == (0, 0)


def test_two_commands_at_once_do_not_share_a_phone(terminal: Terminal):
    """The second one says so and touches nothing."""
    from backend.cli.phone.home import Home

    home = Home(terminal.home)

    told = terminal.fails("list", "notes")
    home.close()

    assert "Another command" in told
    assert terminal.json("list", "notes") == []


def test_a_record_is_named_by_the_start_of_its_identifier_if_that_is_one(terminal: Terminal):
    """Nothing is guessed."""
    first, second = terminal.add("title=a"), terminal.add("title=b")

    assert terminal.json("show", first[:6])["record_id"] == first
    assert "Nothing here starts with" in terminal.fails("edit", "zzzz", "title=c")
    assert "Nothing here starts with" in terminal.fails("show", "")
    assert first[:6] != second[:6]


def test_none_is_told_from_not_yet_filled_in(terminal: Terminal, monkeypatch: pytest.MonkeyPatch):
    """An empty list says whether somebody said so; what cannot be said so says nothing."""
    unknown = terminal.ok("list", "allergies", "--offline")
    notes = terminal.ok("list", "notes", "--offline")

    records = Replica.records

    def with_profile(self: Replica, space_id: UUID, collection: str) -> list[Shown]:
        if collection != "profile":
            return records(self, space_id, collection)
        fields = {"allergies_empty_reason": "nilknown"}
        return [
            Shown(
                space_id=space_id,
                record_id=space_id,
                collection=collection,
                fields=fields,
                seq=1,
                is_waiting=False,
            )
        ]

    monkeypatch.setattr(Replica, "records", with_profile)
    none = terminal.ok("list", "allergies", "--offline")

    assert "Nobody has said anything about it yet." in unknown
    assert "there is nothing to note" in none
    assert notes.split() == ["Nothing", "here."]
