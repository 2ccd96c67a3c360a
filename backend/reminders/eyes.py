"""Whose reminders are planned, and what theirs may follow from: what they may see.

The person has reminders that follow from everything, and whoever stands in their
place shares them. Each caregiver has their own, planned as if the record held
nothing but what the one function that decides lets them see: a reminder that is
missing, or says another thing than one would expect, tells of what is hidden as
well as one that names it.

Source: docs/decisions/0038-reminders-of-a-caregiver.md.
"""

from collections.abc import Collection, Iterable
from datetime import datetime
from uuid import UUID

import msgspec

from backend.access.collection import entry_of, terms_in
from backend.access.model import (
    Confidentiality,
    Decision,
    Entry,
    Reason,
    Role,
    Terms,
    Viewer,
)
from backend.access.rules.addresses import address_of, no_address_of
from backend.access.rules.visibility import REMINDERS, decide
from backend.kernel.ids import PartyId
from backend.reminders.collection import SECTIONS
from backend.reminders.facts import Reads
from notifications.core.reminder import ADVISED, ReminderKind
from sync.core.audience import Viewer as SyncViewer
from sync.storage.port import Record

Sight = tuple[frozenset[UUID], frozenset[UUID]]
"""What is hidden, and of which of that something is known all the same."""

_WHOLE: Sight = (frozenset(), frozenset())
_ADVISED = frozenset(SECTIONS[kind.value] for kind in ADVISED)
_NOBODY = PartyId(UUID(int=0))


class Eye(msgspec.Struct, frozen=True, kw_only=True):
    """One who has reminders of their own, and the records that these follow from.

    `party_id` is a caregiver's, None for the person and who stands in their place.
    `address` is under which a caregiver's reminders reach them now, `reached` the
    sections of which they get any. Two eyes of the same `sight` see the same records.
    """

    party_id: UUID | None
    address: str | None
    records: tuple[Record, ...]
    sight: Sight
    reached: frozenset[str] = frozenset(SECTIONS.values())

    @property
    def is_advised(self) -> bool:
        """Whether anything that a calendar says reaches them."""
        return bool(self.reached & _ADVISED)

    def gets(self, kind: ReminderKind) -> bool:
        """Say whether reminders of a kind reach them: no others are made."""
        return SECTIONS[kind.value] in self.reached


def eyes_of(
    viewers: Collection[SyncViewer], records: tuple[Record, ...], reads: Reads, now: datetime
) -> list[Eye]:
    """Return everybody who has reminders: the person first, then each caregiver.

    Args:
        viewers: Of the space.
        records: All that plans follow from, whoever may see it.
        reads: From what plans follow.
        now: This instant.
    """
    caregivers = [
        (one.party_id, one)
        for one in viewers
        if one.role == Role.CAREGIVER.value and one.party_id is not None
    ]
    return [
        _own(viewers, records, now),
        *(_helping(i, one, records, reads, now) for i, one in sorted(caregivers)),
    ]


def gone(party_id: UUID) -> Eye:
    """Return the eye of a caregiver who has none any more."""
    return Eye(
        party_id=party_id,
        address=no_address_of(party_id),
        records=(),
        sight=(frozenset(), frozenset()),
        reached=frozenset(),
    )


def is_kept_from_representatives(record: Record, now: datetime) -> bool:
    """Say whether a record is a secret of the person from those who stand in their place."""
    eye = Viewer(party_id=None, role=Role.REPRESENTATIVE, is_open=True)
    return not decide(eye, entry_of(record), now).allow


def _own(viewers: Iterable[SyncViewer], records: tuple[Record, ...], now: datetime) -> Eye:
    """Return the eye of the person; while that is a child, their representatives'.

    A child has no phone of its own: what its reminders say, its parents are told.
    """
    if any(one.role == Role.HOLDER.value and one.party_id is not None for one in viewers):
        return Eye(party_id=None, address=None, records=records, sight=_WHOLE)
    hidden = {one.record_id for one in records if is_kept_from_representatives(one, now)}
    seen = tuple(one for one in records if one.record_id not in hidden)
    return Eye(party_id=None, address=None, records=seen, sight=(frozenset(hidden), frozenset()))


def _helping(
    party_id: UUID,
    viewer: SyncViewer,
    records: tuple[Record, ...],
    reads: Reads,
    now: datetime,
) -> Eye:
    judge = _Judge(party_id, terms_in(viewer.grant), is_open=viewer.is_in_force(now), now=now)
    seen, hidden, familiar = [], set(), set()
    for record in records:
        decision = judge.decide(record)
        if decision.allow:
            seen.append(record)
            continue
        hidden.add(record.record_id)
        # What a mask or an order keeps from them is kept whole: that is the person's own word.
        if decision.reason is Reason.OUTSIDE_MANDATE and reads.familiar is not None:
            known = reads.familiar(record)
            if known is not None:
                seen.append(known)
                familiar.add(record.record_id)
    address = address_of(party_id, judge.terms.sections)
    return Eye(
        party_id=party_id,
        address=address,
        records=tuple(seen),
        sight=(frozenset(hidden), frozenset(familiar)),
        reached=frozenset(name for name in SECTIONS.values() if judge.reaches(name, address)),
    )


class _Judge:
    """Asks what a caregiver may see, once for all records that are alike to it."""

    def __init__(self, party_id: UUID, terms: Terms, *, is_open: bool, now: datetime) -> None:
        self.terms = terms
        self._eye = Viewer(
            party_id=PartyId(party_id), role=Role.CAREGIVER, is_open=is_open, terms=terms
        )
        self._now = now
        self._known: dict[tuple[object, ...], Decision] = {}

    def reaches(self, section: str, address: str) -> bool:
        """Say whether a reminder of a section that is addressed to the caregiver reaches them."""
        entry = Entry(
            collection=REMINDERS,
            category=section,
            depositor_id=_NOBODY,
            orders=Confidentiality.NONE,
            deleted=False,
            addressed_to=address,
        )
        return decide(self._eye, entry, self._now).allow

    def decide(self, record: Record) -> Decision:
        """Decide on one record."""
        # All that an entry is made of: most records of a space differ in nothing of it.
        alike = (
            record.collection,
            record.category,
            record.flags,
            record.depositor_id,
            record.deleted,
            record.restrictions,
            record.due_at,
        )
        found = self._known.get(alike)
        if found is None:
            found = self._known[alike] = decide(self._eye, entry_of(record), self._now)
        return found
