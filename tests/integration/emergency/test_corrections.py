"""A corrected file: sent twice, from two desks, and by whom the person has shut out."""

import asyncio
from uuid import UUID, uuid4

import httpx

from backend.kernel.spaces import edit_space, save_space
from backend.kernel.work import Work
from tests.clinic import Clinic
from tests.integration.emergency.depositing import HEADERS, OTHER_PDF, block, bring, held
from tests.journeys import Phone


async def put(doctor: Phone, record_id: str, data: bytes, **headers: str) -> httpx.Response:
    """Put a corrected file in the place of one."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    kept = {name: HEADERS[name] for name in ("Content-Type", "Document-Title", "Document-Type")}
    return await doctor.client.put(
        f"/v1/deposits/documents/{record_id}",
        content=data,
        headers={**doctor.headers, **kept, **named},
    )


async def brought(doctor: Phone) -> tuple[str, str]:
    """Deposit a file; return its record and tag."""
    record_id = str((await bring(doctor)).json()["record_id"])
    standing = await doctor.get(f"/v1/deposits/{record_id}")
    return record_id, str(standing.headers["etag"])


async def erase(clinic: Clinic, record_id: str) -> None:
    """Let a document go, as a person may whose record it is in."""

    async def use_case(work: Work) -> None:
        space_id = UUID(clinic.space_id)
        edit = await edit_space(work, clinic.host, space_id)
        await edit.load([UUID(record_id)])
        record = edit.record(UUID(record_id))
        assert record is not None
        edit.delete(record, record.depositor_id)
        await save_space(work, space_id, edit)

    await clinic.office.write(use_case)


async def test_a_correction_sent_twice_happens_once(clinic: Clinic) -> None:
    """Whoever did not hear the answer gets it: not that somebody else changed the file."""
    doctor = await clinic.doctor()
    record_id, tag = await brought(doctor)
    key = str(uuid4())

    first = await put(doctor, record_id, OTHER_PDF, If_Match=tag, Idempotency_Key=key)
    second = await put(doctor, record_id, OTHER_PDF, If_Match=tag, Idempotency_Key=key)
    other = await put(doctor, record_id, OTHER_PDF + b"%", If_Match=tag)

    assert first.status_code == 201, first.text
    assert (second.status_code, second.content) == (first.status_code, first.content)
    assert (other.status_code, other.json()["code"]) == (412, "if-match-failed")
    assert len(await held(clinic, "documents")) == 2


async def test_a_version_is_corrected_whatever_becomes_of_the_one_before(clinic: Clinic) -> None:
    """Its tag is of what its author reads: not of a name of what is gone."""
    doctor = await clinic.doctor()
    record_id, tag = await brought(doctor)
    second = (await put(doctor, record_id, OTHER_PDF, If_Match=tag)).json()["record_id"]
    await erase(clinic, record_id)
    standing = await doctor.get(f"/v1/deposits/{second}")
    assert "replaces" not in standing.json()["body"]

    third = await put(doctor, second, OTHER_PDF + b"%", If_Match=standing.headers["etag"])

    assert third.status_code == 201, third.text


async def test_who_was_shut_out_gets_no_answer_of_before(clinic: Clinic) -> None:
    """The answer names records: it is not told again to whom the record is shut."""
    doctor = await clinic.doctor()
    record_id, tag = await brought(doctor)
    key = str(uuid4())
    await put(doctor, record_id, OTHER_PDF, If_Match=tag, Idempotency_Key=key)
    await block(clinic, doctor)

    again = await put(doctor, record_id, OTHER_PDF, If_Match=tag, Idempotency_Key=key)
    unknown = await put(doctor, str(uuid4()), OTHER_PDF, If_Match=tag, Idempotency_Key=key)

    assert (again.status_code, again.json()["code"]) == (404, "deposit-not-found")
    assert again.content == unknown.content


async def test_of_two_corrections_at_once_one_stands(clinic: Clinic) -> None:
    """Both were made from the same: the second is told so, and nothing is lost."""
    doctor = await clinic.doctor()
    record_id, tag = await brought(doctor)

    answers = await asyncio.gather(
        *(put(doctor, record_id, OTHER_PDF + b"%" * i, If_Match=tag) for i in range(2))
    )

    assert sorted(one.status_code for one in answers) == [201, 412]
