"""Who may see what, by a second way: acts as they were written, asked one by one.

It shares nothing with `backend.access`: no compiled terms, no restrictions kept
on records, no flags. It reads the bodies of the acts that stand, and the clock.

Source: DESIGN, section 4; docs/decisions/0016-rights-are-compiled-from-acts.md.
"""

from collections import ChainMap
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

import msgspec

from sync.core.audience import Viewer
from sync.storage.memory import MemorySpace
from sync.storage.port import Record
from tests.simulation.law import Records
from tests.simulation.records import SENSITIVE

Act = dict[str, Any]
Cells = Mapping[tuple[str, str], tuple[date, date]]
"""What professions may read: the first and the last day of each right."""

PERSONAL = ("notes",)
_ACTS = ("masks", "blocks", "consents", "care_team", "mandates", "emergencies", "settings")
_NAMES = ("party_id", "record_id")
_TIMES = ("given_at", "starts_at", "opened_at", "ends_at", "until")


class Person(NamedTuple):
    """Who somebody is, whatever they may see."""

    kind: str
    profession: str = ""


class Acts(NamedTuple):
    """The acts that stand in a space, by their collection, oldest first."""

    by: dict[str, list[Act]]

    def about(self, collection: str, viewer: Viewer) -> list[Act]:
        """Return the acts that name a viewer's party."""
        return [one for one in self.by[collection] if one.get("party_id") == viewer.party_id]


class Oracle:
    """A `Law`: what the acts say."""

    sees_feeds = True

    def __init__(self, people: Mapping[UUID, Person], cells: Callable[[], Cells]) -> None:
        self._people = people
        self._cells = cells
        self._standing: dict[UUID, tuple[int, Acts]] = {}
        self._staged: tuple[Records | None, Acts] = (None, Acts({}))
        self._bodies: dict[bytes, dict[str, Any]] = {}

    # What a judge asks.

    def may_look(self, space: MemorySpace, records: Records, viewer: Viewer, now: datetime) -> bool:
        """Say whether a viewer may hold a copy of a space at this instant."""
        if viewer.role in {"holder", "representative"}:
            return viewer.closes_at is None or now < viewer.closes_at
        acts = self.acts(space, records)
        if viewer.role == "caregiver":
            return _mandate(acts, viewer, now) is not None
        own = _newest(_given(acts.about("consents", viewer), now), "given_at")
        is_blocked = bool(acts.about("blocks", viewer))
        return own is not None and own.get("keeps_copy", False) and not is_blocked

    def may_look_online(self, space: MemorySpace, viewer: Viewer, now: datetime) -> bool:
        """Say whether a professional may look while connected."""
        acts = self.acts(space, space.records)
        return self._grant(acts, viewer, now) is not None or _emergency(acts, viewer, now)

    def may_hold(
        self, space: MemorySpace, records: Records, viewer: Viewer, record: Record, now: datetime
    ) -> bool:
        """Say whether a viewer that may look at all may hold a copy of a standing record."""
        return self._may_see(space, records, viewer, record, now, online=False)

    def may_read(
        self, space: MemorySpace, records: Records, viewer: Viewer, record: Record, now: datetime
    ) -> bool:
        """Say whether a viewer that may look while connected may see a standing record."""
        return self._may_see(space, records, viewer, record, now, online=True)

    def _may_see(
        self,
        space: MemorySpace,
        records: Records,
        viewer: Viewer,
        record: Record,
        now: datetime,
        *,
        online: bool,
    ) -> bool:
        if record.deleted:
            return False
        fields = self.fields(record)
        is_own = viewer.party_id is not None and record.depositor_id == viewer.party_id
        if viewer.role == "holder":
            return is_own or not _is_pending(fields, now)
        if record.collection in _ACTS and viewer.role != "representative":
            return False
        if is_own and viewer.role != "caregiver":
            return True
        acts = self.acts(space, records)
        if viewer.role == "professional":
            return self._professional(acts, records, viewer, record, now, online=online)
        is_secret = "INVISIBLE_REPRESENTANTS_LEGAUX" in fields.get("confidentiality", ())
        if _is_pending(fields, now) or is_secret:
            return False
        if viewer.role == "representative":
            return True
        return self._caregiver(acts, records, viewer, record, now)

    def is_masked(self, space: MemorySpace, viewer: Viewer, record: Record) -> bool:
        """Say whether a mask hides a record from a viewer."""
        acts = self.acts(space, space.records)
        return self._hidden(acts, space.records, viewer, record)

    # Whom it asks for.

    def _professional(
        self,
        acts: Acts,
        records: Records,
        viewer: Viewer,
        record: Record,
        now: datetime,
        *,
        online: bool,
    ) -> bool:
        if record.collection in PERSONAL:
            return False
        is_masked = self._hidden(acts, records, viewer, record)
        reads_masked = any(one.get("emergency_masked", False) for one in acts.by["settings"])
        if online and _emergency(acts, viewer, now) and (reads_masked or not is_masked):
            return True
        consent = self._grant(acts, viewer, now)
        if consent is None:
            return False
        trusted = [one for one in _team(acts, viewer, now) if one["role"] != "member"]
        if is_masked and not trusted:
            return False
        sections = consent.get("sections", ())
        if sections and not any(self._is_in(record, one) for one in sections):
            return False
        first, last = self._cells().get(
            (self._people[_party(viewer)].profession, record.category), (date.max, date.min)
        )
        return first <= now.date() <= last

    def _caregiver(
        self, acts: Acts, records: Records, viewer: Viewer, record: Record, now: datetime
    ) -> bool:
        mandate = _mandate(acts, viewer, now)
        assert mandate is not None
        sections = mandate["sections"]
        left_out = [name for name in SENSITIVE if name not in sections]
        may = mandate["actions"]
        is_own = record.depositor_id == viewer.party_id
        return (
            not self._hidden(acts, records, viewer, record)
            and ("read" in may or (is_own and "add" in may))
            and any(self._is_in(record, one) for one in sections)
            and not any(self._is_in(record, one) for one in left_out)
        )

    def _grant(self, acts: Acts, viewer: Viewer, now: datetime) -> Act | None:
        """Return the consent by which a professional looks: their own, or the care team's."""
        if acts.about("blocks", viewer):
            return None
        own = _newest(_given(acts.about("consents", viewer), now), "given_at")
        if own is not None or not _team(acts, viewer, now):
            return own
        shared = [one for one in acts.by["consents"] if one.get("extends_to_team")]
        return _newest(_given(shared, now), "given_at")

    def _hidden(self, acts: Acts, records: Records, viewer: Viewer, record: Record) -> bool:
        is_professional = viewer.role == "professional"
        if is_professional and "MASQUE_PS" in self.fields(record).get("confidentiality", ()):
            return True
        for mask in acts.by["masks"]:
            from_whom = mask.get("from_whom", "professionals")
            if from_whom == "person":
                is_meant = mask["party_id"] == viewer.party_id
            elif from_whom == "profession":
                profession = self._people[_party(viewer)].profession
                is_meant = is_professional and mask["profession"] == profession
            else:
                is_meant = is_professional
            if is_meant and self._covers(mask, records, record):
                return True
        return False

    def _covers(self, mask: Act, records: Records, record: Record) -> bool:
        if "section" in mask:
            return self._is_in(record, mask["section"])
        target_id = mask["record_id"]
        if target_id == record.record_id:
            return True
        target = records.get(target_id)
        if target is None or target.collection != "documents":
            return False
        return (target.family_id or target_id) == (record.family_id or record.record_id)

    def _is_in(self, record: Record, section: str) -> bool:
        if section in SENSITIVE:
            return section in self.fields(record).get("sensitive", ())
        return section in {record.collection, record.category}

    # Acts.

    def acts(self, space: MemorySpace, records: Records) -> Acts:
        """Read the acts that stand."""
        if isinstance(records, ChainMap):
            if any(record.collection in _ACTS for record in records.maps[0].values()):
                if self._staged[0] is not records:
                    self._staged = (records, self._read(records))
                return self._staged[1]
            records = space.records
        known = self._standing.get(space.space_id)
        if known is None or known[0] != space.head:
            known = self._standing[space.space_id] = (space.head, self._read(records))
        return known[1]

    def _read(self, records: Records) -> Acts:
        acts: dict[str, list[Act]] = {name: [] for name in _ACTS}
        for record in sorted(records.values(), key=lambda record: record.rev):
            if record.collection in _ACTS and not record.deleted:
                acts[record.collection].append(self.fields(record))
        return Acts(acts)

    def fields(self, record: Record) -> dict[str, Any]:
        """Read the body of a record, its instants and its names of others as what they are."""
        assert record.body is not None
        known = self._bodies.get(record.body)
        if known is None:
            known = msgspec.json.decode(record.body)
            for name in (*_TIMES, "announced_at"):
                if name in known:
                    known[name] = datetime.fromisoformat(known[name])
            for name in _NAMES:
                if name in known:
                    known[name] = UUID(known[name])
            self._bodies[record.body] = known
        return known


def _party(viewer: Viewer) -> UUID:
    assert viewer.party_id is not None
    return viewer.party_id


def _is_pending(fields: dict[str, Any], now: datetime) -> bool:
    if "INVISIBLE_PATIENT" not in fields.get("confidentiality", ()):
        return False
    return "announced_at" not in fields or now < fields["announced_at"]


def _lasts(act: Act, begin: str, now: datetime, end: str = "ends_at") -> bool:
    return act[begin] <= now and (end not in act or now < act[end])


def _given(consents: Iterable[Act], now: datetime) -> list[Act]:
    return [one for one in consents if one["status"] == "given" and _lasts(one, "given_at", now)]


def _team(acts: Acts, viewer: Viewer, now: datetime) -> list[Act]:
    return [one for one in acts.about("care_team", viewer) if _lasts(one, "starts_at", now)]


def _emergency(acts: Acts, viewer: Viewer, now: datetime) -> bool:
    return any(_lasts(one, "opened_at", now, "until") for one in acts.about("emergencies", viewer))


def _mandate(acts: Acts, viewer: Viewer, now: datetime) -> Act | None:
    active = [one for one in acts.about("mandates", viewer) if one["status"] == "active"]
    return _newest((one for one in active if _lasts(one, "starts_at", now)), "starts_at")


def _newest(acts: Iterable[Act], by: str) -> Act | None:
    return max(acts, key=lambda act: act[by], default=None)
