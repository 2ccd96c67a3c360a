"""What ends an emergency that runs, and what it never shows."""

import pytest

from tests.clinic import Clinic
from tests.integration.emergency.depositing import bring
from tests.integration.emergency.test_emergency import read, seen, settings
from tests.journeys import Phone


async def party(doctor: Phone) -> str:
    """Say which party a professional is."""
    found: str = (await doctor.get("/v1/professionals/me")).json()["professional_id"]
    return found


@pytest.mark.parametrize(
    ("switch", "is_regulator"),
    [("emergency_regulation", True), ("emergency_professionals", False)],
)
async def test_a_switch_that_is_shut_ends_whom_it_had_let_in(
    clinic: Clinic, switch: str, *, is_regulator: bool
) -> None:
    """From their next request on, and nobody whom another switch let in; once for all."""
    shut_out = await clinic.doctor(is_regulator=is_regulator)
    let_in = await clinic.doctor("PETIT", is_regulator=not is_regulator)
    await clinic.declare(shut_out)
    await clinic.declare(let_in)

    await settings(clinic, **{switch: False})
    answers = [(await read(one, clinic.space_id)).status_code for one in (shut_out, let_in)]
    await clinic.step_up()
    await settings(clinic, **{switch: True})
    after = await read(shut_out, clinic.space_id)

    assert answers == [404, 200]
    assert after.status_code == 404
    lines = [line["entry"] for line in await clinic.own_journal()]
    ended = [one["actor"]["kind"] for one in lines if one["action"] == "emergency-ended"]
    assert ended == ["patient"]


async def test_a_block_ends_the_emergency_that_runs_and_none_to_come(clinic: Clinic) -> None:
    """Who is blocked reads no more; whether they may declare another, the switches decide."""
    doctor = await clinic.doctor()
    await clinic.declare(doctor)
    body = {"party_id": await party(doctor)}
    path = f"/v1/spaces/{clinic.space_id}/blocks"

    blocked = await clinic.phone.post(path, json=body)
    refused = await read(doctor, clinic.space_id)
    again = await clinic.declare(doctor)

    assert (blocked.status_code, refused.status_code) == (201, 404)
    assert again.status_code == 201
    assert seen(await read(doctor, clinic.space_id)) >= {"allergies"}


async def test_who_has_the_names_of_the_person_is_not_shown_what_they_are_to_be_told(
    clinic: Clinic,
) -> None:
    """A doctor who opens their own record by emergency, or lets themselves in, finds no more."""
    author, other = await clinic.doctor("PETIT"), await clinic.doctor("MOREL")
    self_ = await clinic.doctor("Martin", given_name="Léa")
    announced = (await bring(author, Visible_To_Patient="when-released")).json()["record_id"]
    for doctor in (self_, other):
        assert (await clinic.declare(doctor)).status_code == 201

    def ids(answer: object) -> set[str]:
        return {one["record_id"] for one in answer.json()["entries"]}  # type: ignore[attr-defined]

    own, others = ids(await read(self_, clinic.space_id)), ids(await read(other, clinic.space_id))
    given = await clinic.phone.post(
        f"/v1/spaces/{clinic.space_id}/consents", json={"party_id": await party(self_)}
    )
    by_consent = ids(await read(self_, clinic.space_id))
    hidden = await self_.get(f"/v1/spaces/{clinic.space_id}/entries/{announced}")
    released = await self_.post(f"/v1/spaces/{clinic.space_id}/entries/{announced}/release")

    assert given.status_code == 201, given.text
    assert others - own == {announced}
    assert announced not in by_consent
    assert (hidden.status_code, released.status_code) == (404, 404)
