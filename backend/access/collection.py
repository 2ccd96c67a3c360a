"""How rights take part in sync: every question of its engine, put to the rules."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import sync.core.audience as feeds
from backend.access.model import Confidentiality, Entry, Role, Viewer
from backend.access.rules.visibility import decide
from backend.access.rules.writing import Act, may_write
from backend.kernel.ids import PartyId
from sync.ports import Action
from sync.storage.port import Record

_ROLES = {role.value: role for role in Role}


class ViewerRights:
    """Answers sync by asking the rules; decides nothing itself."""

    def audience(
        self, record: Record, viewers: Sequence[feeds.Viewer], now: datetime
    ) -> frozenset[UUID]:
        entry = _entry(record)
        return frozenset(v.viewer_id for v in viewers if decide(_viewer(v), entry).allow)

    def may_write(
        self, viewer: feeds.Viewer, action: Action, collection: str, record: Record | None
    ) -> bool:
        entry = None if record is None else _entry(record)
        return may_write(_viewer(viewer), Act(action.value), collection, entry)

    def in_force(self, viewer: feeds.Viewer, now: datetime) -> bool:
        return viewer.is_open


def _entry(record: Record) -> Entry:
    return Entry(
        collection=record.collection,
        category=record.category,
        depositor_id=PartyId(record.depositor_id),
        orders=Confidentiality(record.flags),
        deleted=record.deleted,
    )


def _viewer(viewer: feeds.Viewer) -> Viewer:
    party_id = None if viewer.party_id is None else PartyId(viewer.party_id)
    role = _ROLES.get(viewer.role)
    # A role of a newer version of this code grants nothing here.
    is_open = viewer.is_open and role is not None
    return Viewer(party_id=party_id, role=role or Role.REPRESENTATIVE, is_open=is_open)
