"""Acts of rights written straight into a space: for tests of what follows from them."""

from uuid import UUID

from backend.kernel.spaces import edit_space, save_space
from backend.kernel.work import Office, Work
from sync.edit import Entry
from sync.ports import Host
from tests.clinic import Clinic
from tests.journeys import Json

_HOLDER = UUID(int=1)


async def write_act(clinic: Clinic, collection: str, fields: Json) -> UUID:
    """Write an act into the patient's space; return its record."""
    state = clinic.state
    office: Office = state.office
    host: Host = state.host

    async def write(work: Work) -> UUID:
        edit = await edit_space(work, host, UUID(clinic.space_id))
        record_id = work.new_id()
        await edit.load([record_id])
        edit.put(
            Entry(
                record_id=record_id,
                collection=host.collections[collection],
                author_id=_HOLDER,
                fields=fields,
            )
        )
        await save_space(work, UUID(clinic.space_id), edit)
        return record_id

    return await office.write(write)
