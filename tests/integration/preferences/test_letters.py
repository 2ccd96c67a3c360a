"""Reminders by post: queued once, given to one printer, wiped once they are on paper."""

from typing import Any
from uuid import UUID

import msgspec
import pytest
from sqlalchemy import select

from backend.cli.letters import pdf_of_taken
from backend.identity.tables import queued_letters
from backend.kernel.carriers import Carriers, open_carriers
from backend.kernel.work import Work
from backend.preferences.letters import LetterChannel
from backend.settings import Settings
from notifications.channels.ways import Way, address_of
from notifications.core.reminder import ReminderKind
from notifications.ports import ChannelName, Delivery, Outcome, Route
from notifications.texts.lint import health_words
from tests.integration.access.house import House
from tests.integration.preferences.asking import ADDRESS, Book, choose, notice, party_of
from tests.journeys import Json, Phone

_SEALED = select(queued_letters.c.sealed).execution_options(all_spaces=True)


async def letter_to(house: House, phone: Phone, space_id: str, number: int = 1) -> Delivery:
    """Make a letter on its way to somebody."""
    party_id = await party_of(phone, house)
    way = Way(to="\n".join(ADDRESS), stop_url="https://carnet.example.org/n/AAAA")
    return Delivery(
        delivery_id=UUID(int=number),
        notice=notice(space_id, party_id, kind=ReminderKind.VACCINE),
        route=Route(channel=ChannelName.LETTER, address=address_of(way)),
    )


def carriers(house: House) -> Carriers:
    """Open the carriers of this server: a file."""
    return open_carriers(Settings(data_folder=house.counter.data_folder))


async def operator(house: House, method: str, path: str, **options: Any) -> Any:
    """Ask as the operator."""
    answer = await house.client.request(
        method, f"/v1/operator{path}", headers=house.counter.headers, **options
    )
    assert answer.status_code == 200, answer.text
    return answer.json()


async def note_printed(house: House, taken: list[Json]) -> Json:
    """Say that letters are on paper."""
    places = [{name: one[name] for name in ("space_id", "letter_id")} for one in taken]
    found: Json = await operator(house, "POST", "/letters/printed", json={"letters": places})
    return found


async def states(house: House) -> list[str]:
    """Return how far each letter has come."""
    return [one["state"] for one in await operator(house, "GET", "/letters")]


async def test_a_letter_that_is_sent_twice_is_printed_once(house: House) -> None:
    """A crash after queueing and before noting it is nobody's second letter."""
    phone, space_id = await house.patient()
    channel = LetterChannel(house.office, carriers(house))
    delivery = await letter_to(house, phone, space_id)

    receipts = [await channel.send(delivery) for _ in range(3)]
    taken = await operator(house, "POST", "/letters/print")

    assert {one.outcome for one in receipts} == {Outcome.DELIVERED}
    (letter,) = taken
    assert letter["address"] == ADDRESS
    assert (letter["kind"], letter["code"], letter["expires_at"]) == ("reminder", None, None)
    assert "Un rappel vous attend" in letter["text"]
    assert "https://carnet.example.org/n/AAAA" in letter["text"]
    assert health_words(f"{letter['subject']} {letter['text']}") == []
    assert pdf_of_taken(taken).startswith(b"%PDF-")


async def test_a_letter_is_wiped_once_it_is_on_paper_and_not_before(house: House) -> None:
    """What it says is nowhere after; that it was printed can still be seen."""
    phone, space_id = await house.patient()
    channel = LetterChannel(house.office, carriers(house))
    for number in (1, 2):
        await channel.send(await letter_to(house, phone, space_id, number))
    seen = [await states(house)]

    taken = await operator(house, "POST", "/letters/print")
    seen.append(await states(house))
    noted = await note_printed(house, taken)
    again = await note_printed(house, taken)
    seen.append(await states(house))

    async def sealed(work: Work) -> list[bytes]:
        return [bytes(row[0]) for row in await work.db.rows(_SEALED)]

    assert seen == [["queued"] * 2, ["taken"] * 2, ["printed"] * 2]
    assert (noted, again) == ({"printed": 2}, {"printed": 0})
    assert await house.office.read(sealed) == [b"", b""]


async def test_letters_of_a_printer_that_broke_are_given_to_the_next(house: House) -> None:
    """None is lost; meanwhile no two printers have the same."""
    phone, space_id = await house.patient()
    channel = LetterChannel(house.office, carriers(house))
    await channel.send(await letter_to(house, phone, space_id))

    first = await operator(house, "POST", "/letters/print")
    at_once = await operator(house, "POST", "/letters/print")
    with house.later(minutes=11):
        later = await operator(house, "POST", "/letters/print")
    await note_printed(house, later)
    with house.later(minutes=30):
        over = await operator(house, "POST", "/letters/print")

    assert [len(one) for one in (first, at_once, later, over)] == [1, 0, 1, 0]
    assert first == later


async def test_a_letter_can_be_read_in_the_outbox_where_nothing_leaves(house: House) -> None:
    """For who tries the server: the line says "reminder", and not of what."""
    phone, space_id = await house.patient()
    channel = LetterChannel(house.office, carriers(house))

    await channel.send(await letter_to(house, phone, space_id))

    line = house.counter.messages()[-1]
    assert (line["channel"], line["kind"], line["to"]) == ("letter", "reminder", ", ".join(ADDRESS))
    assert health_words(f"{line['subject']} {line['text']}") == []


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
async def test_a_person_with_an_address_and_nothing_else_gets_letters(house: House) -> None:
    """Chosen in the app; the envelope has the lines as they were written."""
    phone, space_id = await house.patient()
    await choose(phone, space_id, channels=["letter"], postal_address=["  Léa  MARTIN ", "RIOM"])

    way = await Book(house).way(phone, space_id)

    assert way.to == "Léa MARTIN\nRIOM"


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
async def test_a_letter_about_a_closed_space_is_not_printed(house: House) -> None:
    """Its key is gone, and with it whatever could be sealed."""
    phone, space_id = await house.patient()
    delivery = await letter_to(house, phone, space_id)
    nowhere = msgspec.structs.replace(delivery.notice, space_id=UUID(int=77))

    receipt = await LetterChannel(house.office, carriers(house)).send(
        msgspec.structs.replace(delivery, notice=nowhere)
    )

    assert (receipt.outcome, receipt.reason) == (Outcome.DEAD, "space-closed")
