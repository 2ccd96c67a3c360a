"""What somebody decided is not undone by what others decided, nor heard of by them."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from backend.access.notices import NOTICES
from tests.clinic import ANNE, KINE, PAUL, Clinic
from tests.journeys import Phone

Json = dict[str, Any]

EXTENDING = {"extends_to_team": True}


def in_days(days: int) -> str:
    """Write an instant to come."""
    return (datetime.now(UTC) + timedelta(days=days)).isoformat()


async def declare(software: Phone, space_id: str, rpps: str) -> httpx.Response:
    """Bring a colleague into the care team."""
    path = f"/v1/professionals/me/spaces/{space_id}/care-team"
    return await software.post(path, json={"rpps": rpps, "ends_at": in_days(30)})


async def take_back(software: Phone, space_id: str, record_id: str) -> httpx.Response:
    """End the place of a colleague."""
    path = f"/v1/professionals/me/spaces/{space_id}/care-team/{record_id}"
    return await software.client.delete(path, headers=software.headers)


async def name(phone: Phone, space_id: str, party_id: str, role: str) -> None:
    """Give a professional a place in the care team."""
    place = {"party_id": party_id, "role": role}
    answer = await phone.post(f"/v1/spaces/{space_id}/care-team", json=place)
    assert answer.status_code == 201, answer.text


async def team(phone: Phone, space_id: str) -> set[str]:
    """Return who has a place."""
    answer = await phone.get(f"/v1/spaces/{space_id}/care-team")
    return {one["member"]["party_id"] for one in answer.json()}


async def seen(software: Phone, space_id: str) -> set[str] | None:
    """Return what a professional reads; None where the record is not open."""
    answer = await software.get(f"/v1/spaces/{space_id}/entries")
    if answer.status_code == 404:
        return None
    return {one["record_id"] for one in answer.json()["entries"]}


async def let_go(by: str, phone: Phone, software: Phone, space_id: str, record_id: str) -> None:
    """End a consent: by the person, or by the professional who has it."""
    who, path = (
        (phone, f"/v1/spaces/{space_id}/consents/{record_id}/end")
        if by == "person"
        else (software, f"/v1/professionals/me/consents/{record_id}/end")
    )
    ended = await who.post(path)
    assert ended.status_code == 204, ended.text


async def block(by: Phone, space_id: str, party_id: str) -> httpx.Response:
    """Shut a professional out."""
    return await by.post(f"/v1/spaces/{space_id}/blocks", json={"party_id": party_id})


async def test_nobody_declares_themselves(clinic: Clinic) -> None:
    """A place of one's own would go on when the consent that it rests on has ended."""
    phone, space_id = await clinic.patient()
    anne, paul = await clinic.professional(ANNE), await clinic.professional(PAUL)
    consent = await clinic.given(phone, anne, space_id, **EXTENDING)
    await clinic.given(phone, paul, space_id, **EXTENDING)

    refused = await declare(anne, space_id, ANNE)
    await let_go("person", phone, anne, space_id, consent)

    assert (refused.status_code, refused.json()["code"]) == (422, "not-a-colleague")
    assert refused.json()["pointer"] == "/rpps"
    assert await team(phone, space_id) == set()
    assert await seen(anne, space_id) is None


@pytest.mark.parametrize("by", ["person", "professional"])
@pytest.mark.parametrize("role", ["member", "attending", "administrator"])
@pytest.mark.parametrize("asked", [{}, {"sections": ["allergies"]}, EXTENDING])
async def test_the_end_of_a_consent_opens_nothing(
    clinic: Clinic, by: str, role: str, asked: Json
) -> None:
    """Not by the consent of a colleague, which would let them see as much, or more."""
    phone, space_id = await clinic.patient()
    await clinic.fill(phone, space_id)
    anne, paul = await clinic.professional(ANNE), await clinic.professional(PAUL)
    consent = await clinic.given(phone, anne, space_id, **asked)
    await clinic.given(phone, paul, space_id, **EXTENDING)
    await name(phone, space_id, await clinic.party(anne), role)
    before = await seen(anne, space_id)

    await let_go(by, phone, anne, space_id, consent)

    assert before
    assert await seen(anne, space_id) is None
    assert await clinic.patients(anne) == []
    assert await team(phone, space_id) == set()
    lines = [one["entry"]["action"] for one in await clinic.journal(phone, space_id)]
    ended = lines.index("consent-ended")
    assert lines[ended : ended + 2] == ["consent-ended", "care-team-changed"]


async def test_a_place_that_opens_nothing_stays(clinic: Clinic) -> None:
    """Where no consent reaches the team: whoever is let in again has not lost their place."""
    phone, space_id = await clinic.patient()
    await clinic.fill(phone, space_id)
    anne = await clinic.professional(ANNE)
    consent = await clinic.given(phone, anne, space_id)
    party_id = await clinic.party(anne)
    await name(phone, space_id, party_id, "attending")

    await let_go("person", phone, anne, space_id, consent)

    assert await team(phone, space_id) == {party_id}
    assert await seen(anne, space_id) is None


async def administrator_of(clinic: Clinic, phone: Phone, space_id: str) -> Phone:
    """Make somebody an administrator of a space."""
    anne = await clinic.professional(ANNE)
    await clinic.given(phone, anne, space_id, **EXTENDING)
    await name(phone, space_id, await clinic.party(anne), "administrator")
    return anne


async def test_an_administrator_hears_of_no_block_but_their_own(clinic: Clinic) -> None:
    """Who is shut out already is answered like who is not: by a block of one's own, of now."""
    phone, space_id = await clinic.patient()
    anne = await administrator_of(clinic, phone, space_id)
    blocked, free = await clinic.professional(PAUL), await clinic.professional(KINE, "70")
    for software in (blocked, free):
        await clinic.answer(phone, space_id, await clinic.asked(software), answer="refuse")
    by_person = (await block(phone, space_id, await clinic.party(blocked))).json()

    answers = {
        party_id: await block(anne, space_id, party_id)
        for party_id in (await clinic.party(blocked), await clinic.party(free))
    }
    again = await block(anne, space_id, await clinic.party(blocked))

    assert [one.status_code for one in answers.values()] == [201, 201]
    first = answers[await clinic.party(blocked)].json()
    assert first["record_id"] != by_person["record_id"]
    assert first["block"]["blocked_at"] > by_person["block"]["blocked_at"]
    assert again.json() == first


@pytest.mark.parametrize("first", ["person", "administrator"])
async def test_what_the_person_shut_an_administrator_does_not_open(
    clinic: Clinic, first: str
) -> None:
    """Each lifts what they decided, whoever of them was first."""
    phone, space_id = await clinic.patient()
    anne = await administrator_of(clinic, phone, space_id)
    paul = await clinic.professional(PAUL)
    await clinic.answer(phone, space_id, await clinic.asked(paul), answer="refuse")
    party_id = await clinic.party(paul)
    order = [phone, anne] if first == "person" else [anne, phone]
    made = {one: (await block(one, space_id, party_id)).json()["record_id"] for one in order}

    path = f"/v1/spaces/{space_id}/blocks"
    lifted = await anne.client.delete(f"{path}/{made[anne]}", headers=anne.headers)
    given = await phone.post(f"/v1/spaces/{space_id}/consents", json={"party_id": party_id})
    own = await phone.client.delete(f"{path}/{made[phone]}", headers=phone.headers)

    assert made[anne] != made[phone]
    assert (lifted.status_code, own.status_code) == (204, 204)
    assert given.json()["code"] == "professional-blocked"


@pytest.mark.parametrize("way", ["team", "blocks"])
async def test_nobody_makes_a_phone_ring_by_doing_and_undoing(clinic: Clinic, way: str) -> None:
    """A few messages an hour; the journal has every line."""
    phone, space_id = await clinic.patient()
    anne = await administrator_of(clinic, phone, space_id)
    paul = await clinic.professional(PAUL)
    await clinic.answer(phone, space_id, await clinic.asked(paul), answer="refuse")
    party_id = await clinic.party(paul)
    before = len(clinic.counter.messages())

    for _ in range(12):
        if way == "team":
            made = await declare(anne, space_id, PAUL)
            undone = await take_back(anne, space_id, made.json()["record_id"])
        else:
            made = await block(anne, space_id, party_id)
            path = f"/v1/spaces/{space_id}/blocks/{made.json()['record_id']}"
            undone = await anne.client.delete(path, headers=anne.headers)
        assert (made.status_code, undone.status_code) == (201, 204)

    sent = clinic.counter.messages()[before:]
    lines = [one["entry"]["action"] for one in await clinic.journal(phone, space_id)]
    assert 1 <= len(sent) <= NOTICES[0].most
    action = "care-team-changed" if way == "team" else "unblock"
    assert lines.count(action) >= (24 if way == "team" else 12)
