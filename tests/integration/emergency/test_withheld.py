"""The journal says nothing of what is still to be announced, and everything after."""

from datetime import UTC, datetime, timedelta

import pytest

from backend.access.journal.audit import audit
from tests.clinic import Clinic
from tests.integration.emergency.depositing import add, bring
from tests.journeys import Json, Phone


async def grant(clinic: Clinic, doctor: Phone) -> None:
    """Let a professional see what the matrix says."""
    me = (await doctor.get("/v1/professionals/me")).json()
    await clinic.act(
        "consents",
        {
            "party_id": me["professional_id"],
            "name": "Anne FAURE",
            "profession": "10",
            "status": "given",
            "asked_at": datetime.now(UTC).isoformat(),
            "given_at": datetime.now(UTC).isoformat(),
        },
    )


async def told(clinic: Clinic) -> list[Json]:
    """Return the entries of the journal that are not the patient's own."""
    lines = [line["entry"] for line in await clinic.own_journal()]
    return [one for one in lines if one["actor"]["kind"] != "patient"]


def about(lines: list[Json], record_id: str) -> list[str]:
    """Say what the journal says was done to a record."""
    return [
        one["action"]
        for one in lines
        if record_id in {thing["record_id"] for thing in one.get("objects", [])}
    ]


@pytest.mark.parametrize("kind", ["document", "entry"])
async def test_what_is_to_be_announced_leaves_no_line_before(clinic: Clinic, kind: str) -> None:
    """Deposited and read online, alone and among others: the journal is that of a world without."""
    doctor, colleague = await clinic.doctor(), await clinic.doctor("MOREL")
    await clinic.declare(colleague)
    path = f"/v1/spaces/{clinic.space_id}/entries"
    await colleague.get(path)
    before = await told(clinic)

    orders = "when-released"
    answer = await (
        bring(doctor, Visible_To_Patient=orders)
        if kind == "document"
        else add(doctor, visible_to_patient=orders)
    )
    record_id = answer.json()["record_id"]
    seen = await colleague.get(f"{path}/{record_id}")
    own = await doctor.get(f"/v1/deposits/{record_id}")
    during = await told(clinic)
    listed = await colleague.get(path)
    after = await told(clinic)

    assert (answer.status_code, seen.status_code, own.status_code) == (201, 200, 200)
    assert during == before
    assert record_id in {one["record_id"] for one in listed.json()["entries"]}
    assert len(after) == len(before) + 1
    assert after[-1]["objects"] == before[-1]["objects"]


async def test_once_released_the_journal_says_all_that_was_done(clinic: Clinic) -> None:
    """Each line with its own instant, before the release, and the chain holds."""
    doctor = await clinic.doctor()
    await grant(clinic, doctor)
    record_id = (await bring(doctor, Visible_To_Patient="when-released")).json()["record_id"]
    await doctor.get(f"/v1/spaces/{clinic.space_id}/entries/{record_id}")
    await doctor.get(f"/v1/spaces/{clinic.space_id}/documents/{record_id}/content")
    hidden = about(await told(clinic), record_id)

    with clinic.later(minutes=5):
        fresh = await clinic.sign_in("10000000001")
        released = await fresh.post(f"/v1/deposits/{record_id}/release")
        lines = await told(clinic)
        checked = [one async for one in audit(clinic.office)]

    assert (hidden, released.status_code) == ([], 204)
    assert about(lines, record_id) == ["deposit", "read", "read-content", "released"]
    times = [datetime.fromisoformat(one["at"]) for one in lines[-4:]]
    assert times[2] < datetime.now(UTC) < times[3]
    assert checked[-1].entries >= len(lines)


async def test_at_its_instant_the_journal_says_all_by_itself(clinic: Clinic) -> None:
    """With no other act, and once: the phone that reads next finds it."""
    doctor = await clinic.doctor()
    at = (datetime.now(UTC) + timedelta(minutes=10)).isoformat()
    record_id = (await add(doctor, visible_to_patient=at)).json()["record_id"]
    hidden = about(await told(clinic), record_id)

    with clinic.later(minutes=11):
        shown = about(await told(clinic), record_id)
        again = about(await told(clinic), record_id)

    assert (hidden, shown, again) == ([], ["deposit"], ["deposit"])


async def test_what_is_withdrawn_before_it_was_announced_is_told_once_it_is_gone(
    clinic: Clinic,
) -> None:
    """Nothing is left to be announced; that it was there is not left out."""
    doctor = await clinic.doctor()
    record_id = (await add(doctor, visible_to_patient="when-released")).json()["record_id"]

    await doctor.client.delete(f"/v1/deposits/{record_id}", headers=doctor.headers)

    assert about(await told(clinic), record_id) == ["deposit", "withdraw"]


async def test_a_first_read_of_what_is_to_be_announced_sends_no_message(clinic: Clinic) -> None:
    """Of which the journal would say nothing; the first read that it tells is the first."""
    colleague = await clinic.doctor("MOREL")
    await grant(clinic, colleague)
    orders = "when-released"
    record_id = (await bring(await clinic.doctor(), Visible_To_Patient=orders)).json()["record_id"]
    shown = (await bring(await clinic.doctor("PETIT"))).json()["record_id"]
    path = f"/v1/spaces/{clinic.space_id}/entries"

    hidden = await colleague.get(f"{path}/{record_id}")
    before = len(clinic.notices("first-read"))
    other = await colleague.get(f"{path}/{shown}")

    assert (hidden.status_code, other.status_code) == (200, 200)
    assert (before, len(clinic.notices("first-read"))) == (0, 1)
    assert [one["action"] for one in await told(clinic)].count("read") == 1
