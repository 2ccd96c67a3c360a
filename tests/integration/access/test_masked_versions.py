"""A mask on a document holds for its versions, in whatever order they come."""

import pytest

from tests.archive import DOMINIQUE, cda
from tests.clinic import ANNE, PAUL, Clinic
from tests.journeys import Json, Phone, patient, put

BORN = "1979-03-28"


async def deposited(author: Phone, **changes: int | str) -> Json:
    """Deposit a version of one document; return what became of it."""
    headers = {"Content-Type": "text/xml"}
    answer = await author.post("/v1/deposits/documents", content=cda(**changes), headers=headers)
    assert answer.status_code == 201, answer.text
    found: Json = answer.json()
    return found


@pytest.mark.parametrize("before", [[3], [1, 3]])
async def test_a_version_that_comes_late_is_masked_too(clinic: Clinic, before: list[int]) -> None:
    """It replaces nothing that stands, and says what the patient hid all the same."""
    assert DOMINIQUE.ins is not None
    ins = {"value": DOMINIQUE.ins.value, "oid": DOMINIQUE.ins.oid.value}
    person = patient(BORN, birth_family_name="PAT-TROIS", birth_given_name="DOMINIQUE")
    person["identity"] |= {"reliability": "retrieved", "ins": ins}
    opened = await clinic.counter.open_space(person)
    phone = await clinic.counter.enrol(opened["letters"][0], "dominique", birth_date=BORN)
    space_id = opened["space_id"]
    author, reader = await clinic.professional(ANNE), await clinic.professional(PAUL)
    request = await clinic.asked(reader, ins=ins, birth_date=BORN)
    await clinic.answer(phone, space_id, request)
    for number in before:
        made = await deposited(author, unique=str(number), version=number)
    await phone.push(put(space_id, "masks", {"record_id": made["record_id"]}))

    late = await deposited(author, unique="2", version=2)

    read = await reader.get(f"/v1/spaces/{space_id}/entries")
    seen = {one["record_id"] for one in read.json()["entries"]}
    held = (await phone.whole(space_id)).records
    assert late["status"] == "version"
    assert late["record_id"] in held
    assert seen.isdisjoint({made["record_id"], late["record_id"]})
    content = f"/v1/spaces/{space_id}/documents/{late['record_id']}/content"
    assert (await reader.get(content)).status_code == 404
