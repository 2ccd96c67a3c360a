"""A field that bodies hold no more: read from bodies of before, and told to nobody."""

from typing import Any
from uuid import UUID

import msgspec

from backend.kernel.spaces import open_store
from backend.kernel.work import Work
from sync.storage.port import Writes
from tests.integration.access.house import House
from tests.journeys import put

EXAM = {
    "label": "Mammographie",
    "exam": "mammography",
    "status": "completed",
    "performed_on": "2026-01-02",
}


async def write_as_before(house: House, space_id: str, record_id: UUID, more: object) -> None:
    """Put something into a stored body that no door takes any more."""

    async def use_case(work: Work) -> None:
        store = await open_store(work, UUID(space_id))
        space = await store.lock()
        assert space is not None
        record = (await store.records([record_id]))[record_id]
        body = msgspec.json.encode({**msgspec.json.decode(record.body or b""), "document_id": more})
        writes = Writes(
            head=space.head,
            records=[msgspec.structs.replace(record, body=body)],
            viewers=[],
            lines=[],
            answered=[],
            kept=[],
        )
        await store.save(writes, device_id=None, now=work.now)

    await house.office.write(use_case)


async def stored(house: House, space_id: str, record_id: UUID) -> dict[str, Any]:
    """Return a body as it is stored."""

    async def use_case(work: Work) -> dict[str, Any]:
        store = await open_store(work, UUID(space_id))
        found: dict[str, Any] = msgspec.json.decode(
            (await store.records([record_id]))[record_id].body or b""
        )
        return found

    return await house.office.read(use_case)


async def test_a_screening_of_before_is_read_told_and_written_without_its_document(
    house: House,
) -> None:
    """Nothing of it is lost but the name of a document, which goes with the next write."""
    mother, space_id = await house.patient()
    daughter, _ = await house.caregiver(mother, space_id, sections=["screenings"])
    op = put(space_id, "screenings", EXAM)
    (outcome,) = await mother.push(op)
    assert outcome["status"] == "applied", outcome
    record_id = UUID(op["record_id"])

    await write_as_before(house, space_id, record_id, str(record_id))
    told = (await daughter.whole(space_id)).bodies("screenings")[op["record_id"]]
    one = await mother.get(f"/v1/spaces/{space_id}/entries/{record_id}")
    (sent,) = await mother.push({**op, "op_id": op["record_id"], "set": {"document_id": None}})
    whole = await mother.whole(space_id)
    base = whole.records[op["record_id"]]["seq"]
    before = await stored(house, space_id, record_id)
    change = put(space_id, "screenings", {"comment": "vu"}, record_id=op["record_id"], base=base)
    (written,) = await mother.push(change)

    assert "document_id" in before
    assert "document_id" not in told | one.json()["body"]
    assert told["label"] == EXAM["label"]
    assert (sent["status"], sent["code"]) == ("refused", "field-read-only")
    assert written["status"] == "applied", written
    assert (await stored(house, space_id, record_id)).keys() == {*EXAM, "comment"}
