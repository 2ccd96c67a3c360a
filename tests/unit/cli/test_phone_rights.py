"""Commands about rights where there is no server to ask, or nothing to be asked about."""

from datetime import datetime, timedelta

import click
import httpx
import pytest

from backend.cli.days import DAY
from backend.cli.phone.doors import id_starting, read_end
from sync.replica import RecordUnknown
from tests.property.worlds import named
from tests.unit.cli.fake_server import Terminal

CONTEXT, OPTION = click.Context(click.Command("invite")), click.Option(["--until"])


def test_a_mask_is_on_a_record_or_on_a_section(terminal: Terminal) -> None:
    """Neither, and both, are said to be mistakes before anything is asked."""
    note = terminal.add("title=Milk")

    for words in (("mask",), ("mask", note, "--section", "notes")):
        result = terminal.run(*words)
        assert result.exit_code == 2
        assert "one of them" in result.stderr


def test_a_mask_without_a_network_says_that_nothing_could_be_foreseen(terminal: Terminal) -> None:
    """It is kept and leaves later; only a preview asked for by itself fails."""
    note = terminal.add("title=Milk")
    terminal.server.is_down = True

    result = terminal.run("mask", note)
    preview = terminal.fails("mask", note, "--preview")

    assert result.exit_code == 0, result.output
    assert "cannot be shown beforehand" in " ".join(result.stderr.split())
    assert "Kept on this phone" in result.stdout
    assert "The server does not answer" in preview
    [mask] = terminal.json("list", "masks", "--offline")
    assert mask["fields"] == {"record_id": note}


def test_a_profession_is_a_short_number_and_somebody_is_a_name(terminal: Terminal) -> None:
    """Nobody of that name: said as such, and no mask is put on."""
    note = terminal.add("title=Milk")
    path = f"/v1/spaces/{terminal.server.world.space_id}/parties"
    terminal.server.refuses[path] = httpx.Response(200, json=[])

    told = terminal.fails("mask", note, "--from", "NOBODY")
    terminal.ok("mask", note, "--from", "70", "--offline")

    [mask] = terminal.json("list", "masks", "--offline")
    assert (mask["fields"]["from_whom"], mask["fields"]["profession"]) == ("profession", "70")
    assert "Nobody in this record answers to 'NOBODY'" in told


def test_what_is_not_masked_cannot_be_unmasked(terminal: Terminal) -> None:
    """A record that is here, and one that is not, are told apart."""
    note = terminal.add("title=Milk")

    assert "Nothing of" in terminal.fails("unmask", note, "--offline")
    assert "Nothing here starts with" in terminal.fails("unmask", "zzz", "--offline")


def test_an_invitation_goes_to_one_contact(terminal: Terminal) -> None:
    """A telephone or an address; the server is not asked before."""
    for contacts in ((), ("--phone", "+33639980102", "--email", "a@example.org")):
        result = terminal.run("invite", "Ana", *contacts)
        assert result.exit_code == 2
        assert "one of them" in result.stderr


def test_the_last_day_counts_whole() -> None:
    """A day ends with its last second, a time of a day is that time, by the clock here."""
    whole = read_end(CONTEXT, OPTION, "2027-03-31")
    noon = read_end(CONTEXT, OPTION, "2027-03-31T12:00")

    assert whole == datetime(2027, 3, 31, 23, 59, 59).astimezone()
    assert noon is not None
    assert whole - noon == timedelta(hours=12, seconds=-1)
    assert read_end(CONTEXT, OPTION, None) is None


def test_a_day_that_is_none_says_how_one_is_written() -> None:
    """With an example."""
    for reader in (read_end, lambda *given: DAY.convert(given[2], given[1], given[0])):
        for text in ("soon", "2027-02-30"):
            with pytest.raises(click.BadParameter, match=r"as \d{4}-\d\d-\d\d"):
                reader(CONTEXT, OPTION, text)


def test_an_identifier_may_be_cut_short_while_it_means_one_thing() -> None:
    """None and several are both nobody's."""
    one, other = named("one"), named("other")

    assert id_starting(str(one)[:8].upper(), [one, other]) == one
    for start in ("", "zz"):
        with pytest.raises(RecordUnknown):
            id_starting(start, [one, other])
