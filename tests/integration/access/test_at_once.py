"""Two who decide at the same moment: one order holds for all, and the journal is in that order."""

import asyncio
from collections.abc import Awaitable
from typing import Any

import httpx

from tests.clinic import ANNE, INS, KINE, PAUL, Clinic
from tests.journeys import BIRTH_DATE, Phone, put

Json = dict[str, Any]

ROUNDS = 4


async def at_once(*asked: Awaitable[httpx.Response]) -> list[int]:
    """Ask all of it at the same moment; return the statuses, none of them a failure."""
    answers = await asyncio.gather(*asked)
    assert all(one.status_code < 500 for one in answers), [one.text for one in answers]
    return [one.status_code for one in answers]


async def told(clinic: Clinic, phone: Phone, space_id: str) -> list[tuple[str, set[str]]]:
    """Return what the journal says was done, in its order, and to which records."""
    entries = [line["entry"] for line in await clinic.journal(phone, space_id)]
    return [
        (one["action"], {thing["record_id"] for thing in one.get("objects", ())}) for one in entries
    ]


async def is_open(software: Phone, space_id: str) -> bool:
    """Say whether a professional may read."""
    answer = await software.get(f"/v1/spaces/{space_id}/entries")
    return answer.status_code == 200


async def test_a_consent_that_is_given_and_given_up_at_once_is_one_of_both(clinic: Clinic) -> None:
    """The professional, the person and the door say the same after it."""
    phone, space_id = await clinic.patient()
    anne = await clinic.professional(ANNE)
    for _ in range(ROUNDS):
        request_id = await clinic.asked(anne)
        of_person = f"/v1/spaces/{space_id}/consents/{request_id}"
        of_anne = f"/v1/professionals/me/consents/{request_id}/end"

        await at_once(
            phone.post(f"{of_person}/answer", json={"answer": "give"}), anne.post(of_anne)
        )

        listed = (await phone.get(f"/v1/spaces/{space_id}/consents")).json()
        person = {one["record_id"]: one["status"] for one in listed}[request_id]
        own = {one["request_id"]: one["status"] for one in await clinic.requests(anne)}[request_id]
        assert own == "ended" or (own, person) == ("given", "given")
        if own == "ended":
            assert not await is_open(anne, space_id)
        await anne.post(of_anne)
        assert not await is_open(anne, space_id)


async def test_a_code_counts_once(clinic: Clinic) -> None:
    """Sent twice at the same moment, and while the person answers at the phone."""
    phone, space_id = await clinic.patient()
    anne = await clinic.professional(ANNE)
    for also in (False, True):
        request_id = await clinic.asked(anne)
        code = clinic.counter.code()
        path = f"/v1/professionals/me/consents/{request_id}/code"
        answer = f"/v1/spaces/{space_id}/consents/{request_id}/answer"
        asked = [anne.post(path, json={"code": code}) for _ in range(2)]
        if also:
            asked.append(phone.post(answer, json={"answer": "give"}))

        statuses = await at_once(*asked)

        assert statuses.count(200) == 1, statuses
        given = [
            objects
            for action, objects in await told(clinic, phone, space_id)
            if action == "consent-given" and request_id in objects
        ]
        assert len(given) == 1


async def test_nothing_is_deposited_after_a_block(clinic: Clinic) -> None:
    """What came before stands; after the line of the block there is no other of the one blocked."""
    phone, space_id = await clinic.patient()
    anne = await clinic.professional(ANNE)
    await clinic.given(phone, anne, space_id)
    party_id = await clinic.party(anne)
    entry = {
        "ins": INS,
        "birth_date": BIRTH_DATE,
        "collection": "conditions",
        "fields": {"label": "Asthme"},
    }
    for _ in range(ROUNDS):
        seen = len(await told(clinic, phone, space_id))

        statuses = await at_once(
            *(anne.post("/v1/deposits/entries", json=entry) for _ in range(3)),
            phone.post(f"/v1/spaces/{space_id}/blocks", json={"party_id": party_id}),
            *(anne.post("/v1/deposits/entries", json=entry) for _ in range(3)),
        )

        new = [action for action, _ in (await told(clinic, phone, space_id))[seen:]]
        assert statuses.count(201) - 1 == new.count("deposit")
        assert "deposit" not in new[new.index("block") :]
        listed = await phone.whole(space_id)
        for record_id in listed.bodies("blocks"):
            await phone.client.delete(
                f"/v1/spaces/{space_id}/blocks/{record_id}", headers=phone.headers
            )


async def test_nothing_masked_is_read_after_the_line_of_its_mask(clinic: Clinic) -> None:
    """Whoever reads while it is masked read it before, by the journal too, or not at all."""
    phone, space_id = await clinic.patient()
    anne = await clinic.professional(ANNE)
    await clinic.given(phone, anne, space_id)
    for _ in range(ROUNDS):
        condition = put(space_id, "allergies", {"label": "Arachide"})
        await phone.push(condition)
        record_id = condition["record_id"]
        path = f"/v1/spaces/{space_id}/entries/{record_id}"
        mask = f"/v1/spaces/{space_id}/masks"

        statuses = await at_once(
            *(anne.get(path) for _ in range(3)),
            phone.post(mask, json={"record_id": record_id}),
            *(anne.get(path) for _ in range(3)),
        )

        about = [a for a, objects in await told(clinic, phone, space_id) if record_id in objects]
        assert statuses.count(200) == about.count("read")
        assert about[-1] == "mask", about
        assert (await anne.get(path)).status_code == 404


async def test_a_block_and_a_consent_at_once_leave_nobody_in(clinic: Clinic) -> None:
    """Whichever was first: shut out, and what was waiting is over."""
    phone, space_id = await clinic.patient()
    for rpps in (ANNE, PAUL, KINE):
        software = await clinic.professional(rpps)
        request_id = await clinic.asked(software)
        party_id = await clinic.party(software)
        answer = f"/v1/spaces/{space_id}/consents/{request_id}/answer"

        await at_once(
            phone.post(answer, json={"answer": "give"}),
            phone.post(f"/v1/spaces/{space_id}/blocks", json={"party_id": party_id}),
        )

        assert not await is_open(software, space_id)
        (request,) = await clinic.requests(software)
        assert request["status"] in ("refused", "ended")
