"""An emergency reads, and puts nothing into a copy that software keeps by a consent."""

from backend.access.consents.delivery import deliver_due
from tests.clinic import INS, Clinic
from tests.integration.emergency.depositing import bring
from tests.journeys import BIRTH_DATE, put


async def test_an_emergency_puts_nothing_into_a_copy(clinic: Clinic) -> None:
    """What it opens is read while connected, for four hours, and is on no device after."""
    phone, space_id = clinic.phone, clinic.space_id
    await phone.push(put(space_id, "conditions", {"label": "Asthme"}))
    document = (await bring(await clinic.doctor("AUTRE"))).json()["record_id"]
    doctor = await clinic.doctor()
    asked = {"purpose": "follow-up", "sections": ["allergies"], "keeps_copy": True}
    body = {"ins": INS, "birth_date": BIRTH_DATE, **asked}
    request = (await doctor.post("/v1/professionals/me/consents", json=body)).json()
    await deliver_due(clinic.office, clinic.host)
    path = f"/v1/spaces/{space_id}/consents/{request['request_id']}/answer"
    await phone.post(path, json={"answer": "give"})
    before = await doctor.whole(space_id)

    await clinic.declare(doctor)

    after = await doctor.whole(space_id)
    online = (await doctor.get(f"/v1/spaces/{space_id}/entries")).json()["entries"]
    content = await doctor.get(f"/v1/spaces/{space_id}/documents/{document}/content")
    assert set(before.records) == {clinic.allergy_id}
    assert set(after.records) == set(before.records)
    assert (after.count, after.is_proved) == (1, True)
    assert {"allergies", "conditions", "documents"} <= {one["collection"] for one in online}
    assert content.status_code == 200
