"""Choosing how one is reminded: defaults that help, one's own choice, and who is told how."""

from datetime import datetime, timedelta
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest

from notifications.core.reminder import ReminderKind
from tests.integration.access.house import House
from tests.integration.preferences.asking import (
    ADDRESS,
    ALL,
    NOON,
    PREFERENCES,
    Book,
    choose,
    chosen,
    subscribe,
)

PARIS = ZoneInfo("Europe/Paris")


async def test_who_has_chosen_nothing_is_reminded_of_everything_by_day(house: House) -> None:
    """All kinds, in their language, by what leads to them, and never at night."""
    phone, space_id = await house.patient()

    said, _ = await chosen(phone, space_id)

    assert said == {
        "space_id": space_id,
        "kinds": ALL,
        "channels": ["push", "sms", "email", "letter"],
        "quiet_hours": {"starts": "21:00", "ends": "08:00"},
        "time_zone": "Europe/Paris",
        "language": "fr",
        "postal_address": [],
        "reached_by": ["sms"],
    }
    listed = (await phone.get(PREFERENCES)).json()
    assert listed == [said]


async def test_what_is_chosen_is_kept_and_is_ones_own(house: House) -> None:
    """The caregiver's nights are not the patient's."""
    phone, space_id = await house.patient()
    helper, _ = await house.caregiver(phone, space_id)

    await choose(phone, space_id, kinds=["appointment", "own"], quiet_hours=None, language="en")
    await choose(
        helper,
        space_id,
        kinds=["vaccine"],
        quiet_hours={"starts": "19:30", "ends": "09:15"},
        time_zone="Indian/Reunion",
    )

    own, _ = await chosen(phone, space_id)
    theirs, _ = await chosen(helper, space_id)
    assert (own["kinds"], own["quiet_hours"], own["language"]) == (
        ["appointment", "own"],
        None,
        "en",
    )
    assert (theirs["kinds"], theirs["time_zone"]) == (["vaccine"], "Indian/Reunion")
    assert theirs["quiet_hours"] == {"starts": "19:30", "ends": "09:15"}


async def test_a_choice_made_from_something_older_is_refused(house: House) -> None:
    """Two phones of one person do not undo each other."""
    phone, space_id = await house.patient()
    body, tag = await chosen(phone, space_id)
    body = {name: body[name] for name in body if name not in ("space_id", "reached_by")}
    await choose(phone, space_id, kinds=["own"])

    path = f"{PREFERENCES}/{space_id}"
    stale = await house.client.put(path, json=body, headers={**phone.headers, "If-Match": tag})
    bare = await house.client.put(path, json=body, headers=phone.headers)

    assert (stale.status_code, bare.status_code) == (412, 428)
    assert (await chosen(phone, space_id))[0]["kinds"] == ["own"]


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"time_zone": "Mars/Olympus"}, "unknown-time-zone"),
        ({"time_zone": "../../etc/passwd"}, "unknown-time-zone"),
        ({"channels": ["letter"]}, "channel-unreachable"),
        ({"postal_address": ["Léa"]}, "address-unprintable"),
        ({"postal_address": ["Léa", "x" * 39]}, "address-unprintable"),
        ({"postal_address": ["Léa", "北京"]}, "address-unprintable"),
        ({"postal_address": ["Léa"] * 7}, "address-unprintable"),
        ({"kinds": ["horoscope"]}, "request-invalid"),
        ({"channels": ["telegram"]}, "request-invalid"),
        ({"quiet_hours": {"starts": "25:00", "ends": "08:00"}}, "request-invalid"),
        ({"language": "de"}, "request-invalid"),
    ],
)
async def test_a_choice_that_cannot_be_is_refused_and_nothing_changes(
    house: House, wrong: dict[str, object], code: str
) -> None:
    """With what to do about it."""
    phone, space_id = await house.patient()
    before, tag = await chosen(phone, space_id)
    body = {name: before[name] for name in before if name not in ("space_id", "reached_by")}

    answer = await house.client.put(
        f"{PREFERENCES}/{space_id}",
        json={**body, **wrong},
        headers={**phone.headers, "If-Match": tag},
    )

    assert answer.json()["code"] == code
    assert answer.json()["next_step"]
    assert (await chosen(phone, space_id))[0] == before


async def test_nobody_chooses_about_a_space_that_they_may_not_open(house: House) -> None:
    """Another's space and none at all: the same bytes."""
    _, space_id = await house.patient()
    stranger, _ = await house.patient("anne.durand")
    body, tag = await chosen(stranger, (await stranger.spaces())[0]["space_id"])
    body = {name: body[name] for name in body if name not in ("space_id", "reached_by")}
    headers = {**stranger.headers, "If-Match": tag}

    answers = []
    for place in (space_id, str(uuid4())):
        answers.append(await stranger.get(f"{PREFERENCES}/{place}"))
        answers.append(await house.client.put(f"{PREFERENCES}/{place}", json=body, headers=headers))

    assert {one.status_code for one in answers} == {404}
    assert len({one.content for one in answers}) == 1


async def test_a_ring_goes_to_the_phone_and_then_by_what_the_person_prefers(house: House) -> None:
    """Push, then SMS; a letter only where it is all that is left, or was chosen."""
    phone, space_id = await house.patient()
    book = Book(house)

    by_default = await book.names(phone, space_id)
    await subscribe(phone)
    with_push = await book.names(phone, space_id)
    await choose(phone, space_id, postal_address=ADDRESS)
    with_address = await book.names(phone, space_id)
    await choose(phone, space_id, channels=["letter", "sms"])
    by_choice = await book.names(phone, space_id)

    assert by_default == ["sms"]
    assert with_push == with_address == ["push", "sms"]
    assert by_choice == ["letter", "sms"]


async def test_a_kind_that_is_off_is_not_told_and_the_others_are(house: House) -> None:
    """The skip is counted with its reason."""
    phone, space_id = await house.patient()
    await choose(phone, space_id, kinds=["appointment"])
    book = Book(house)

    off = await book.routing(phone, space_id, kind=ReminderKind.SCREENING)
    on = await book.names(phone, space_id)

    assert (off.routes, off.reason) == ((), "kind-off")
    assert on == ["sms"]


async def test_a_ring_at_night_comes_in_the_evening_or_in_the_morning(house: House) -> None:
    """In the zone of whoever is told, not of the server."""
    phone, space_id = await house.patient()
    await choose(phone, space_id, time_zone="Asia/Tokyo")
    tokyo = ZoneInfo("Asia/Tokyo")
    ring = NOON.astimezone(tokyo).replace(hour=6, minute=0)
    book = Book(house)
    times = {"ring_at": ring, "due_at": ring + timedelta(hours=3), "now": ring - timedelta(days=1)}

    appointment = await book.routing(phone, space_id, **times)
    other = await book.routing(phone, space_id, kind=ReminderKind.VACCINE, **times)
    asked_for = await book.routing(phone, space_id, kind=ReminderKind.OWN, **times)

    assert appointment.send_at == (ring - timedelta(days=1)).replace(hour=21)
    assert other.send_at == ring.replace(hour=8)
    assert asked_for.send_at == ring


async def test_a_caregiver_is_told_of_somebody_they_help_until_the_mandate_ends(
    house: House,
) -> None:
    """In words that name nobody; after the end, not at all."""
    phone, space_id = await house.patient()
    helper, invited = await house.caregiver(phone, space_id)
    book = Book(house)

    own = await book.way(phone, space_id)
    theirs = await book.way(helper, space_id)
    ended = await house.client.delete(
        f"/v1/spaces/{space_id}/mandates/{invited['record_id']}", headers=phone.headers
    )
    after = await book.routing(helper, space_id)

    assert ended.status_code == 204, ended.text
    assert (own.is_helper, theirs.is_helper) == (False, True)
    assert own.stop_url != theirs.stop_url
    assert (after.routes, after.reason) == ((), "not-seen")


async def test_nobody_is_told_about_a_space_that_is_not_there(house: House) -> None:
    """A job that outlived its space, or its account, ends without a word."""
    phone, _ = await house.patient()

    routing = await Book(house).routing(phone, str(UUID(int=5)))

    assert (routing.routes, routing.reason) == ((), "not-seen")


async def test_what_is_chosen_is_sealed(house: House) -> None:
    """An address is nobody's to read who has the database alone."""
    phone, space_id = await house.patient()
    await choose(phone, space_id, postal_address=ADDRESS)
    await subscribe(phone, "a-secret-endpoint")

    async def everything(work):  # type: ignore[no-untyped-def]  # Raw rows, as a thief sees them.
        from sqlalchemy import select

        from backend.preferences.tables import preferences, subscriptions

        found = []
        for table in (preferences, subscriptions):
            query = select(table.c.sealed).execution_options(all_spaces=True)
            found += [bytes(row[0]) for row in await work.db.rows(query)]
        return found

    rows = await house.office.read(everything)

    assert len(rows) == 2
    assert not any(word in row for row in rows for word in (b"Fontaines", b"a-secret-endpoint"))


async def test_noon_is_noon() -> None:
    """The rings of these tests are by day."""
    assert 8 <= datetime.fromtimestamp(NOON.timestamp(), PARIS).hour < 21
