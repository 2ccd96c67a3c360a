"""A professional of two professions: as what they were let in, and as what they sit there."""

from typing import Any

import msgspec
import pytest

from backend.access.consents.delivery import deliver_due
from tests.clinic import INS, Clinic
from tests.integration.emergency.depositing import bring
from tests.journeys import BIRTH_DATE, Json, Phone, put

RPPS = "10000000991"
DOCTOR, PHYSIOTHERAPIST = "10", "70"
PLACES = {DOCTOR: "CABINET DU LOT", PHYSIOTHERAPIST: "CLUB DE RUGBY"}


class Both(msgspec.Struct, kw_only=True):
    """Somebody who is a doctor here and a physiotherapist there."""

    clinic: Clinic
    activities: dict[str, str]

    async def sit_as(self, profession: str) -> Phone:
        """Sign in, in one of the two."""
        body = {"rpps": RPPS, "activity": self.activities[profession]}
        path = "/v1/operator/professionals/sessions"
        return Phone(
            self.clinic.client, (await self.clinic.operator("POST", path, json=body)).json()
        )

    async def let_in_as(self, profession: str, **asked: Any) -> Phone:
        """Ask in one of the two, and be given."""
        software = await self.sit_as(profession)
        body = {"ins": INS, "birth_date": BIRTH_DATE, "purpose": "follow-up", **asked}
        request = await software.post("/v1/professionals/me/consents", json=body)
        await deliver_due(self.clinic.office, self.clinic.host)
        space = f"/v1/spaces/{self.clinic.space_id}"
        path = f"{space}/consents/{request.json()['request_id']}/answer"
        given = await self.clinic.phone.post(path, json={"answer": "give"})
        assert given.status_code == 200, given.text
        return software


async def both_in(clinic: Clinic) -> Both:
    """Make them up."""
    made = {}
    for profession, place in PLACES.items():
        body = {
            "rpps": RPPS,
            "given_name": "Anne",
            "family_name": "FAURE",
            "profession_code": profession,
            "organization": place,
        }
        answer = await clinic.operator("POST", "/v1/operator/professionals", json=body)
        made[profession] = answer.json()["activity"]["activity_id"]
    return Both(clinic=clinic, activities=made)


async def mask(clinic: Clinic, **fields: object) -> None:
    """Mask something from one profession."""
    body = {"from_whom": "profession", **fields}
    answer = await clinic.phone.post(f"/v1/spaces/{clinic.space_id}/masks", json=body)
    assert answer.status_code == 201, answer.text


async def reads(software: Phone, clinic: Clinic, record_id: str) -> int:
    """Ask for one entry; return the status."""
    path = f"/v1/spaces/{clinic.space_id}/entries/{record_id}"
    return (await software.get(path)).status_code


async def lines(clinic: Clinic, action: str) -> list[Json]:
    """Return the entries of the journal that tell an action."""
    return [
        line["entry"] for line in await clinic.own_journal() if line["entry"]["action"] == action
    ]


@pytest.mark.parametrize("let_in", [DOCTOR, PHYSIOTHERAPIST, None])
@pytest.mark.parametrize("way", ["entry", "section"])
async def test_an_emergency_reads_nothing_that_is_masked_from_whoever_declared_it(
    clinic: Clinic, let_in: str | None, way: str
) -> None:
    """Whatever consent they have in another profession of theirs."""
    both = await both_in(clinic)
    free = (await bring(await clinic.doctor("AUTRE"))).json()["record_id"]
    if let_in is not None:
        await both.let_in_as(let_in)
    target = {"record_id": clinic.allergy_id} if way == "entry" else {"section": "allergies"}
    await mask(clinic, profession=DOCTOR, **target)
    software = await both.sit_as(DOCTOR)

    declared = await clinic.declare(software)

    assert declared.status_code == 201, declared.text
    assert await reads(software, clinic, clinic.allergy_id) == 404
    assert await reads(software, clinic, free) == 200


async def test_the_journal_says_as_what_somebody_sat_there(clinic: Clinic) -> None:
    """The activity that they chose, and not the one in which they were let in."""
    both = await both_in(clinic)
    record_id = (await bring(await clinic.doctor("AUTRE"))).json()["record_id"]
    await both.let_in_as(DOCTOR, keeps_copy=True)
    elsewhere = await both.sit_as(PHYSIOTHERAPIST)

    read = await reads(elsewhere, clinic, record_id)
    await elsewhere.whole(clinic.space_id)
    await elsewhere.push(put(clinic.space_id, "conditions", {"label": "Lombalgie"}))

    told = [*await lines(clinic, "read"), *await lines(clinic, "add")]
    actors = [one["actor"] for one in told if one["actor"]["kind"] == "professional"]
    assert read == 200
    assert len(actors) == 3
    assert {(one["profession"], one["organization"]) for one in actors} == {
        (PHYSIOTHERAPIST, PLACES[PHYSIOTHERAPIST])
    }


async def test_what_is_read_in_an_emergency_is_told_so_beside_a_consent(clinic: Clinic) -> None:
    """A consent for some does not make an ordinary reading of all the rest."""
    both = await both_in(clinic)
    software = await both.let_in_as(DOCTOR, sections=["allergies"])
    await clinic.declare(software)

    await software.get(f"/v1/spaces/{clinic.space_id}/entries")

    (line,) = await lines(clinic, "read")
    assert line["emergency"] is True
