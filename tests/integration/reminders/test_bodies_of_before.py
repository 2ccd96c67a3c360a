"""Screenings of before name a document to whoever reads them: nobody is told it any more."""

from uuid import UUID

import msgspec

from backend.kernel.spaces import edit_space, save_space
from backend.kernel.work import Work
from sync.edit import Entry
from tests.integration.reminders.agenda import Agenda
from tests.integration.reminders.helped import AGENDA, World, world
from tests.journeys import Json, put

PAPER = "11111111-2222-4333-8444-555555555555"
DONE = {
    "label": "Mammographie",
    "exam": "mammography",
    "status": "completed",
    "performed_on": "2025-03",
}
SECTIONS = [*AGENDA, "screenings"]


async def written_before(house: Agenda, one: World, fields: Json) -> str:
    """Leave a screening in the record as it was written when a device still named a document."""
    record_id = UUID(await one.write("screenings", fields))

    async def use_case(work: Work) -> None:
        edit = await edit_space(work, house.host, UUID(one.space_id))
        await edit.load([record_id])
        standing = edit.record(record_id)
        assert standing is not None
        declared = house.host.collections["screenings"]
        edit.put(
            Entry(
                record_id=record_id,
                collection=msgspec.structs.replace(declared, retired=frozenset(), fits=None),
                author_id=standing.author_id,
                fields=fields | {"document_id": PAPER},
            )
        )
        await save_space(work, UUID(one.space_id), edit)

    await house.office.write(use_case)
    return str(record_id)


async def test_a_record_of_before_is_planned_and_changed_and_names_nothing(
    calendar: Agenda,
) -> None:
    """To nobody, the holder included: neither by a page nor by the answer to a push."""
    calendar.stop()
    one = await world(calendar, sections=SECTIONS)
    record_id = await written_before(calendar, one, DONE)

    await calendar.tick_alone()
    mothers = (await one.mother.whole(one.space_id)).records[record_id]
    daughters = (await one.daughter.whole(one.space_id)).records[record_id]
    stale = put(
        one.space_id,
        "screenings",
        {"result": "normal"},
        record_id=record_id,
        base=0,
        was={"result": None},
    )
    (merged,) = await one.mother.push(stale)
    named = put(
        one.space_id, "screenings", {"document_id": PAPER}, record_id=record_id, base=merged["seq"]
    )
    (refused,) = await one.mother.push(named)

    assert await one.advised()
    assert mothers["body"] == daughters["body"] == DONE
    assert merged["status"] == "merged", merged
    assert merged["current"] == DONE | {"result": "normal"}
    assert refused["status"] == "refused"
