"""Ending emergencies that run: by who declared them, a switch that is shut, or a block."""

from collections.abc import Callable
from uuid import UUID

import msgspec

from backend.access.model import EmergencyAccess
from sync.edit import Entry, SpaceEdit
from sync.ports import Host

COLLECTION = "emergencies"


async def end_running(
    edit: SpaceEdit, host: Host, author_id: UUID, is_meant: Callable[[EmergencyAccess], bool]
) -> list[UUID]:
    """Write of the running emergencies that are meant that they end now; return their records."""
    ended = []
    for record in await edit.held({COLLECTION}):
        standing = msgspec.json.decode(record.body or b"", type=EmergencyAccess)
        if standing.until <= edit.now or not is_meant(standing):
            continue
        await edit.load([record.record_id])
        over = msgspec.structs.replace(standing, until=edit.now)
        edit.put(
            Entry(
                record_id=record.record_id,
                collection=host.collections[COLLECTION],
                author_id=author_id,
                fields=msgspec.to_builtins(over),
            )
        )
        ended.append(record.record_id)
    return ended
