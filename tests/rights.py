"""Acts of rights for tests, written as use cases write them: in an edit of the space."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import msgspec

from backend.kernel.spaces import edit_space, save_space
from backend.kernel.work import Office, Work
from sync.edit import Entry
from sync.ports import Host

Fields = Mapping[str, Any]

LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
FAR = timedelta(days=300)


def consent(party_id: UUID, *, profession: str = "10", **fields: Any) -> Fields:
    """Agree that a professional reads, from long ago and without end."""
    return {
        "party_id": str(party_id),
        "name": "Anne Martin",
        "profession": profession,
        "status": "given",
        "asked_at": LONG_AGO,
        "given_at": LONG_AGO,
        **fields,
    }


def member(
    party_id: UUID, *, role: str = "member", profession: str = "10", **fields: Any
) -> Fields:
    """Take a professional into the care team, from long ago and without end."""
    return {
        "party_id": str(party_id),
        "name": "Anne Martin",
        "profession": "10",
        "role": role,
        "starts_at": LONG_AGO,
        **fields,
    }


def mandate(party_id: UUID, *sections: str, **fields: Any) -> Fields:
    """Entrust a caregiver with sections, for reading, from long ago."""
    return {
        "party_id": str(party_id),
        "name": "Jeanne Petit",
        "status": "active",
        "sections": sections,
        "actions": ["read"],
        "invited_at": LONG_AGO,
        "starts_at": LONG_AGO,
        "ends_at": LONG_AGO + FAR * 4,
        # Nobody is to be asked again before it ends.
        "reviewed_at": LONG_AGO + FAR * 4,
        **fields,
    }


def block(party_id: UUID, **fields: Any) -> Fields:
    """Shut a professional out."""
    values = {"name": "Anne Martin", "profession": "10", "blocked_at": LONG_AGO}
    return {"party_id": str(party_id), **values, **fields}


def emergency(party_id: UUID, until: datetime, **fields: Any) -> Fields:
    """Let a professional read without consent, for a while."""
    return {
        "party_id": str(party_id),
        "name": "Paul Roux",
        "profession": "10",
        "reason_code": "BTG",
        "reason": "inconscient",
        "opened_at": LONG_AGO,
        "until": until,
        **fields,
    }


async def decide_on(
    office: Office,
    host: Host,
    space_id: UUID,
    *acts: tuple[str, Fields],
    record_id: UUID | None = None,
) -> list[UUID]:
    """Write acts of rights in one transaction; return their records."""

    async def use_case(work: Work) -> list[UUID]:
        edit = await edit_space(work, host, space_id)
        written = []
        for collection, fields in acts:
            act_id = record_id or uuid4()
            await edit.load([act_id])
            edit.put(
                Entry(
                    record_id=act_id,
                    collection=host.collections[collection],
                    author_id=uuid4(),
                    fields=msgspec.to_builtins(dict(fields)),
                )
            )
            written.append(act_id)
        await save_space(work, space_id, edit)
        return written

    return await office.write(use_case)
