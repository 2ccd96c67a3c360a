"""Children over HTTP: two representatives, and at 18 a space of one's own."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import msgspec
import pytest
import time_machine

from backend.identity.letters.model import LetterKind
from backend.identity.letters.service import queue, queue_again
from backend.identity.limits import ENDED_SHOWN
from backend.identity.model import Ins
from backend.identity.rules.opening import majority_at
from backend.identity.spaces.finding import Whom
from backend.kernel.work import Work
from backend.operations.housekeeping import keep_majorities
from tests.clinic import person
from tests.integration.access.house import House, write_line, write_secret
from tests.integration.emergency.depositing import CHILD
from tests.journeys import PASSWORD, Phone, patient, put

DOSE = {"label": "Grippe", "status": "completed", "occurred_on": "2026-10-01"}
TODAY = datetime.now(UTC).date()
# Somebody who is 18 in ten days.
BIRTH = TODAY.replace(year=TODAY.year - 18, day=1) + timedelta(days=TODAY.day + 9)
BIRTHDAY = majority_at(BIRTH)


def at(instant: datetime) -> time_machine.travel:
    """Set everybody's clock."""
    return time_machine.travel(instant, tick=True)


async def child(house: House, *, parents: int = 2, name: str = "parent") -> tuple[str, list[Phone]]:
    """Open the space of somebody who is nearly 18, with their parents in it."""
    born = BIRTH.isoformat()
    opened = await house.counter.open_space(patient(born), parents=parents)
    phones = [
        await house.counter.enrol(letter, f"{name}.{i}{i}", birth_date=born)
        for i, letter in enumerate(opened["letters"])
    ]
    return opened["space_id"], phones


async def keep(house: House) -> None:
    """Let housekeeping pass."""
    await keep_majorities(house.office, house.host)


async def test_at_the_stroke_of_18_the_parents_phones_are_wiped(house: House) -> None:
    """By the clock, whether housekeeping has passed or not; until then nothing changes."""
    space_id, (mother, father) = await child(house)
    await mother.push(put(space_id, "notes", {"title": "Appareil dentaire"}))

    with at(BIRTHDAY - timedelta(minutes=5)):
        for i, phone in enumerate((mother, father)):
            await house.again(phone, f"parent.{i}{i}")
        assert len((await father.whole(space_id)).records) == 2
    with at(BIRTHDAY):
        page = await house.state(mother, space_id)
        nowhere = await house.state(mother, str(uuid4()))
        assert page == {**nowhere, "space_id": space_id}
        assert page["state"] == "wipe"
        (outcome,) = await father.push(put(space_id, "notes", {"title": "late"}))
        assert (outcome["status"], outcome["code"]) == ("refused", "space-not-found")
        journal = await mother.get(f"/v1/spaces/{space_id}/journal")
        assert journal.status_code == 404
        (seen,) = await mother.spaces()
        assert seen["state"] == "ended"
        assert "birth_date" not in seen
    with at(BIRTHDAY + ENDED_SHOWN):
        await house.again(mother, "parent.00")
        assert await mother.spaces() == []


async def test_one_letter_is_printed_and_the_young_adult_takes_over(house: House) -> None:
    """However many processes keep house; the parents are told, in words that name nobody."""
    space_id, (mother, _) = await child(house)
    await mother.push(put(space_id, "notes", {"title": "Appareil dentaire"}))
    await keep(house)
    assert all(one["channel"] != "letter" for one in house.counter.messages())

    with at(BIRTHDAY + timedelta(minutes=1)):
        await asyncio.gather(*(keep(house) for _ in range(3)))
        await keep(house)
        sent = house.counter.messages()
        (letter,) = [one for one in sent if one["channel"] == "letter"]
        told = [one for one in sent if one["kind"] == "notice-space-handed-over"]
        assert len(told) == 2
        assert letter["to"] == "LEA MARTIN"
        (sheet,) = (await operator(house, "POST", "/v1/operator/letters/print")).json()
        assert (sheet["kind"], sheet["text"]) == ("of-age", letter["text"])
        assert (sheet["code"], "Code :" in sheet["text"]) == (None, False)
        assert "LEA" not in "".join(one["text"] for one in told)
        path = f"/v1/operator/spaces/{space_id}/letters"
        (handed,) = (await operator(house, "POST", path)).json()
        lea = await house.counter.enrol(handed, "lea.martin", birth_date=BIRTH.isoformat())
        assert {c["body"].get("title") for c in (await lea.whole(space_id)).records.values()} >= {
            "Appareil dentaire"
        }
        lines = (await lea.get(f"/v1/spaces/{space_id}/journal")).json()["entries"]
        assert any("remis le carnet" in line["text"]["fr"] for line in lines)


@pytest.mark.parametrize("messages_leave", [True, False])
async def test_a_letter_is_shown_in_the_outbox_of_a_development_server_alone(
    house: House, messages_leave: bool
) -> None:
    """Where messages leave, its code lies sealed until the printer takes it, once."""
    space_id, _ = await child(house)
    said: list[str] = []

    async def use_case(work: Work) -> None:
        work.messages_leave = messages_leave
        until = work.now + timedelta(days=9)
        await queue(
            work, UUID(space_id), kind=LetterKind.ACTIVATION, code="2345-6789", expires_at=until
        )
        said.extend(one.channel for one in work.messages)

    await house.office.write(use_case)
    taken, again = [
        (await operator(house, "POST", "/v1/operator/letters/print")).json() for _ in range(2)
    ]

    assert said == ([] if messages_leave else ["letter"])
    assert [(one["code"], one["addressee"]) for one in taken] == [("2345-6789", "LEA MARTIN")]
    assert again == []


async def test_a_former_parent_does_not_become_the_young_adult(house: House) -> None:
    """The letter comes to their home, and they know the birth date: it opens nothing to them."""
    space_id, (mother, _) = await child(house)
    with at(BIRTHDAY + timedelta(minutes=1)):
        await keep(house)
        path = f"/v1/operator/spaces/{space_id}/letters"
        (letter,) = (await operator(house, "POST", path)).json()
        await house.again(mother, "parent.00")
        body = {"code": letter["code"], "birth_date": BIRTH.isoformat()}

        stolen = await mother.post("/v1/spaces/activate", json=body)
        wrong = await mother.post("/v1/spaces/activate", json={**body, "code": "2222-2222-2222"})
        lea = await house.counter.enrol(letter, "lea.martin", birth_date=BIRTH.isoformat())
        (seen,) = await lea.spaces()

    assert (stolen.status_code, stolen.json()["code"]) == (403, "activation-refused")
    assert stolen.content == wrong.content
    assert (seen["role"], seen["state"]) == ("holder", "open")


async def test_a_former_parent_may_be_named_caregiver(house: House) -> None:
    """By the young adult alone, and then sees what the mandate names."""
    space_id, (mother, _) = await child(house)
    with at(BIRTHDAY + timedelta(minutes=1)):
        await keep(house)
        path = f"/v1/operator/spaces/{space_id}/letters"
        (handed,) = (await operator(house, "POST", path)).json()
        lea = await house.counter.enrol(handed, "lea.martin", birth_date=BIRTH.isoformat())
        await lea.push(put(space_id, "immunizations", DOSE), put(space_id, "notes", {"title": "x"}))
        await house.step_up(lea)
        await house.again(mother, "parent.00")
        invited = await house.invite(lea, space_id)

        accepted = await mother.post("/v1/mandates/accept", json={"code": invited["code"]})

        assert accepted.status_code == 200, accepted.text
        (seen,) = await mother.spaces()
        held = await mother.whole(space_id)
        assert (seen["role"], seen["state"]) == ("caregiver", "open")
        assert [one["collection"] for one in held.records.values()] == ["immunizations"]
        assert held.is_proved


async def test_a_parent_lets_the_other_one_in(house: House) -> None:
    """After a fresh proof, by a letter's code; there is no third."""
    space_id, (mother,) = await child(house, parents=1)
    path = f"/v1/spaces/{space_id}/representatives"

    unproven = await mother.post(path)
    await house.step_up(mother)
    letter = await mother.post(path)
    third = await mother.post(path)

    assert (unproven.status_code, unproven.json()["code"]) == (403, "step-up-needed")
    assert letter.status_code == 201, letter.text
    assert (third.status_code, third.json()["code"]) == (409, "too-many-representatives")
    father = await house.counter.enrol(letter.json(), "father", birth_date=BIRTH.isoformat())
    assert [one["role"] for one in await father.spaces()] == ["representative"]
    with at(BIRTHDAY):
        await house.again(father, "father")
        assert (await house.state(father, space_id))["state"] == "wipe"


async def test_a_letter_to_a_parent_opens_nothing_once_the_child_is_of_age(house: House) -> None:
    """Nobody represents an adult by a letter that lay in a drawer."""
    born = BIRTH.isoformat()
    opened = await house.counter.open_space(patient(born), parents=1)
    body = {
        "code": opened["letters"][0]["code"],
        "birth_date": born,
        "login": "late.parent",
        "password": PASSWORD,
        "phone": "+33639980999",
    }

    with at(BIRTHDAY):
        answer = await house.client.post("/v1/auth/activate", json=body)

    assert (answer.status_code, answer.json()["code"]) == (403, "activation-refused")


async def test_an_adult_names_no_representative(house: House) -> None:
    """A judge does, through the operator; and a stranger finds no such space."""
    lea, space_id = await house.patient()
    stranger = await house.counter.newcomer("other.person")

    own = await lea.post(f"/v1/spaces/{space_id}/representatives")
    seen = await stranger.post(f"/v1/spaces/{space_id}/representatives")
    nowhere = await stranger.post(f"/v1/spaces/{uuid4()}/representatives")

    assert (own.status_code, own.json()["code"]) == (403, "not-allowed")
    assert (seen.status_code, seen.content) == (404, nowhere.content)


async def test_an_operator_removes_a_parent_as_a_court_decided(house: House) -> None:
    """At once; a child with nobody left gets a new letter, and a lost one opens nothing."""
    space_id, (mother,) = await child(house, parents=1)
    path = f"/v1/operator/spaces/{space_id}/representatives"

    (known,) = (await operator(house, "GET", path)).json()
    removed = await operator(house, "DELETE", f"{path}/{known['viewer_id']}")
    again = await operator(house, "DELETE", f"{path}/{known['viewer_id']}")

    assert (removed.status_code, again.status_code) == (204, 404)
    assert (await house.state(mother, space_id))["state"] == "wipe"
    assert (await operator(house, "GET", path)).json() == []
    lost = (await operator(house, "POST", path)).json()
    (waiting,) = (await operator(house, "GET", path)).json()
    assert not waiting["has_entered"]
    await operator(house, "DELETE", f"{path}/{waiting['viewer_id']}")
    letter = (await operator(house, "POST", path)).json()
    born = BIRTH.isoformat()
    body = {"code": lost["code"], "birth_date": born, "login": "thief.one", "password": PASSWORD}
    refused = await house.client.post("/v1/auth/activate", json={**body, "phone": "+33639980998"})
    assert refused.status_code == 403
    aunt = await house.counter.enrol(letter, "aunt", birth_date=born)
    assert len((await aunt.whole(space_id)).records) == 1


async def test_a_parent_who_was_removed_may_come_back_by_a_new_letter(house: House) -> None:
    """The former way in is over, the new one is another viewer, and the list shows it once."""
    space_id, (mother,) = await child(house, parents=1)
    path = f"/v1/operator/spaces/{space_id}/representatives"
    (known,) = (await operator(house, "GET", path)).json()
    await operator(house, "DELETE", f"{path}/{known['viewer_id']}")
    letter = (await operator(house, "POST", path)).json()
    body = {"code": letter["code"], "birth_date": BIRTH.isoformat()}

    entered = await mother.post("/v1/spaces/activate", json=body)

    assert entered.status_code == 201, entered.text
    (seen,) = await mother.spaces()
    assert (seen["role"], seen["state"]) == ("representative", "open")
    assert (await mother.whole(space_id)).is_proved


async def test_spaces_of_before_are_noted_and_their_parents_end_in_time(house: House) -> None:
    """A space that was opened before this was kept ends like any other; an adult's does not."""
    space_id, (mother, _) = await child(house)
    lea, own_id = await house.patient()
    await house.forget_majorities()

    await keep(house)

    with at(BIRTHDAY):
        await house.again(mother, "parent.00")
        assert (await house.state(mother, space_id))["state"] == "wipe"
        await house.again(lea, "lea.martin")
        assert (await house.state(lea, own_id))["state"] == "open"


async def test_a_parents_journal_is_one_of_a_world_without_secrets(house: House) -> None:
    """Line by line what they may know, numbered without a gap; nothing to infer."""
    space_id, (mother, _) = await child(house)
    plain_id, (other, _) = await child(house, name="other")
    for one, phone in ((space_id, mother), (plain_id, other)):
        await phone.push(put(one, "notes", {"title": "Appareil dentaire"}))
    secret = await write_secret(house, space_id)
    await house.office.write(lambda work: write_line(work, space_id, [secret, uuid4()]))
    await house.office.write(lambda work: write_line(work, plain_id, [uuid4()]))

    told = (await mother.get(f"/v1/spaces/{space_id}/journal")).json()
    without = (await other.get(f"/v1/spaces/{plain_id}/journal")).json()
    second = (await mother.get(f"/v1/spaces/{space_id}/journal?after=1&limit=1")).json()

    assert [line["text"] for line in told["entries"]] == [
        line["text"] for line in without["entries"]
    ]
    places = list(range(1, len(told["entries"]) + 1))
    assert [line["seq"] for line in told["entries"]] == places
    assert [line["entry"]["seq"] for line in told["entries"]] == places
    assert str(secret) not in str(told)
    assert {"head", "chain", "commitment", "salt"} & {*told, *told["entries"][0]} == set()
    assert (second["entries"], second["more"]) == (told["entries"][1:2], True)
    proof = await mother.get(f"/v1/spaces/{space_id}/journal/proof")
    assert proof.status_code == 404


async def test_a_parent_answers_a_line_by_its_place(house: House) -> None:
    """The answer reaches the line that they read, however many are hidden before it."""
    space_id, (mother, _) = await child(house)
    await write_secret(house, space_id)
    await house.office.write(lambda work: write_line(work, space_id, [uuid4()]))
    path = f"/v1/spaces/{space_id}/journal"
    (line, *_) = (await mother.get(path)).json()["entries"]

    answer = await mother.post(f"{path}/{line['seq']}/answer", json={"answer": "unknown"})
    beyond = await mother.post(f"{path}/99/answer", json={"answer": "unknown"})

    assert answer.status_code == 200, answer.text
    assert beyond.status_code == 404
    (again, *_) = (await mother.get(path)).json()["entries"]
    assert again["answer"]["answer"] == "unknown"


async def test_a_secret_reaches_no_parents_phone(house: House) -> None:
    """Neither by sync nor by name; at 18 it is the young adult's."""
    space_id, (mother, _) = await child(house)
    secret = await write_secret(house, space_id)

    held = await mother.whole(space_id)
    lost = await mother.get(f"/v1/spaces/{space_id}/records/{secret}/lost")
    unknown = await mother.get(f"/v1/spaces/{space_id}/records/{uuid4()}/lost")

    assert str(secret) not in held.records
    assert (lost.status_code, lost.content) == (unknown.status_code, unknown.content)


async def operator(house: House, method: str, path: str, **given: Any) -> httpx.Response:
    """Ask as the operator of the server."""
    return await house.client.request(method, path, headers=house.counter.headers, **given)


@pytest.mark.parametrize("is_of_age", [False, True])
async def test_no_code_is_posted_to_where_somebody_grew_up(house: House, is_of_age: bool) -> None:
    """Whoever asks for their letter again, at a workshop, has one sent that says where to come."""
    opened = await house.counter.open_space(person(CHILD, BIRTH.isoformat()), parents=1)
    with at(BIRTHDAY + timedelta(minutes=1 if is_of_age else -60)):
        await keep(house)
        await operator(house, "POST", "/v1/operator/letters/print")
        lost = Whom(ins=msgspec.convert(CHILD, Ins), birth_date=BIRTH)

        await house.office.write(lambda work: queue_again(work, lost))

        sheets = (await operator(house, "POST", "/v1/operator/letters/print")).json()
    kinds = {one["kind"]: bool(one["code"]) for one in sheets}
    assert kinds["of-age" if is_of_age else "activation"] is not is_of_age
    assert opened["space_id"] in {one["space_id"] for one in sheets}
