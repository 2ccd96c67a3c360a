"""How rights take part in sync: every question of its engine, put to the rules."""

import functools
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

import sync.core.audience as feeds
from backend.access.acts import BODIES, settle
from backend.access.mandates.reference import sections
from backend.access.matrices.in_force import MatrixInForce
from backend.access.model import Confidentiality, Entry, Mask, Reason, Role, Terms, Viewer
from backend.access.reference import codes
from backend.access.rules.masks import check_mask
from backend.access.rules.visibility import decide
from backend.access.rules.writing import Act, may_write
from backend.access.scopes import address_in, scopes_in
from backend.access.sections import with_words_of
from backend.kernel.collection import collection
from backend.kernel.ids import PartyId
from sync.edit import SpaceEdit
from sync.ports import Action, Collection, Policy
from sync.storage.port import Record

_ROLES = {role.value: role for role in Role}
_ACTS = {action: Act(action.value) for action in Action}
DECIDING = frozenset({Role.HOLDER.value, Role.REPRESENTATIVE.value})
"""As what somebody decides for the person of a space, and is told who sees what."""


def _check_nothing(_: msgspec.Struct) -> None:
    """Acts that use cases write are right by construction."""


def check_known_mask(mask: Mask) -> None:
    """Refuse a mask that would hide nothing: see `check_mask`."""
    known = codes()
    named = known.types.keys() | sections().keys()
    check_mask(mask, sections=named, professions=known.professions)


def _act(name: str) -> Collection:
    body = BODIES[name]
    declared = (
        collection(name, Mask, check=check_known_mask, policy=Policy.APPEND)
        if body is Mask
        else collection(name, body, check=_check_nothing, policy=Policy.ONLINE)
    )
    if body is not Mask:
        return msgspec.structs.replace(declared, is_act=True)
    return msgspec.structs.replace(declared, is_act=True, refers="record_id", instead="section")


COLLECTIONS: tuple[Collection, ...] = tuple(_act(name) for name in BODIES)


class ViewerRights:
    """Answers sync by asking the rules; decides nothing itself."""

    def __init__(self, matrix: MatrixInForce, *, attending_sees_masked: bool = True) -> None:
        self._matrix = matrix
        self._attending_sees_masked = attending_sees_masked

    def audience(
        self, record: Record, viewers: Sequence[feeds.Viewer], now: datetime
    ) -> frozenset[UUID]:
        entry = entry_of(record)
        return frozenset(
            v.viewer_id for v in viewers if decide(self._copying(v, now), entry, now).allow
        )

    def visible_to(
        self, viewer: feeds.Viewer, records: Iterable[Record], now: datetime
    ) -> frozenset[UUID]:
        return self._visible_to(self._copying(viewer, now), records, now)

    def readable_to(
        self, viewer: feeds.Viewer, records: Iterable[Record], now: datetime
    ) -> frozenset[UUID]:
        return self._visible_to(self.viewer(viewer, now), records, now)

    def _copying(self, viewer: feeds.Viewer, now: datetime) -> Viewer:
        """Say what the rules need to know of who holds a copy: an emergency puts nothing in it.

        Source: DESIGN, section 4; docs/decisions/0024-emergency-access.md.
        """
        eye = self.viewer(viewer, now)
        if eye.terms.emergency is None:
            return eye
        return msgspec.structs.replace(eye, terms=_without_emergency(eye.terms))

    def _visible_to(self, eye: Viewer, records: Iterable[Record], now: datetime) -> frozenset[UUID]:
        seen, unknown = [], 0
        for record in records:
            decision = decide(eye, entry_of(record), now)
            if decision.allow:
                seen.append(record.record_id)
            elif decision.reason is Reason.MATRIX_DENIES:
                unknown += self._matrix.is_unknown(eye.terms.profession, record.category, now)
        if unknown:
            self._matrix.count_unknown(eye.terms.profession, unknown)
        return frozenset(seen)

    def may_write(  # noqa: PLR0913  # Who does what to which record, whose it is, and when.
        self,
        viewer: feeds.Viewer,
        action: Action,
        collection: str,
        record: Record | None,
        now: datetime,
        *,
        depositor: feeds.Viewer | None = None,
    ) -> bool:
        return may_write(
            self.viewer(viewer, now),
            _ACTS[action],
            collection,
            None if record is None else entry_of(record),
            now,
            brought_as=None if depositor is None else _ROLES.get(depositor.role),
        )

    def in_force(self, viewer: feeds.Viewer, now: datetime) -> bool:
        role = _ROLES.get(viewer.role)
        if role is None or not viewer.is_in_force(now):
            return False
        if role in (Role.HOLDER, Role.REPRESENTATIVE):
            return True
        terms = terms_in(viewer.grant)
        emergency = terms.emergency if role is Role.PROFESSIONAL else None
        return terms.is_granted(now) or (emergency is not None and now < emergency.until)

    def is_guest(self, viewer: feeds.Viewer) -> bool:
        return viewer.role == Role.PROFESSIONAL.value

    def due_at(self, viewer: feeds.Viewer, now: datetime) -> datetime | None:
        terms = terms_in(viewer.grant)
        turns = [
            viewer.opens_at,
            terms.granted_from,
            terms.granted_until,
            terms.sees_masked_until,
            terms.turns_at,
            None if terms.emergency is None else terms.emergency.until,
        ]
        return min((at for at in turns if at is not None and now < at), default=None)

    def refreshed(self, viewer: feeds.Viewer, now: datetime) -> bytes | None:
        terms = terms_in(viewer.grant)
        version = self._judged_by(now) if self.is_guest(viewer) else terms.matrix
        is_of_the_past = terms.since is None or terms.since <= now
        if terms.matrix == version and is_of_the_past:
            return None
        since = terms.since if is_of_the_past else now
        return msgspec.json.encode(msgspec.structs.replace(terms, matrix=version, since=since))

    def signature(self, viewer: feeds.Viewer) -> dict[str, Any] | None:
        if viewer.role == Role.HOLDER.value:
            return None
        name = terms_in(viewer.grant).name
        who = {"name": name} if name else {}
        return {"party_id": str(viewer.party_id), "role": viewer.role, **who}

    def kept(
        self, viewer: feeds.Viewer, standing: dict[str, Any], fields: dict[str, Any]
    ) -> dict[str, Any]:
        if viewer.role in DECIDING:
            return fields
        return with_words_of(standing, fields)

    async def settle(self, edit: SpaceEdit) -> None:
        await settle(edit, matrix=self._judged_by(edit.now))

    def viewer(self, viewer: feeds.Viewer, now: datetime) -> Viewer:
        """Say what the rules need to know of a viewer at this instant."""
        party_id = None if viewer.party_id is None else PartyId(viewer.party_id)
        role = _ROLES.get(viewer.role)
        # A role of a newer version of this code grants nothing here.
        is_open = role is not None and viewer.is_in_force(now)
        terms = terms_in(viewer.grant)
        readable: frozenset[str] = frozenset()
        if role is Role.PROFESSIONAL:
            readable = self._matrix.readable(terms.profession, now)
            if not self._attending_sees_masked:
                terms = _without_sight_of_masked(terms)
        return Viewer(
            party_id=party_id,
            role=role or Role.CAREGIVER,
            is_open=is_open,
            terms=terms,
            readable=readable,
        )

    def _judged_by(self, now: datetime) -> str:
        """Name what a professional's feed follows from beside its terms."""
        version = self._matrix.version(now)
        return version if self._attending_sees_masked else f"{version}/masks-hide"


def entry_of(record: Record) -> Entry:
    """Say what the rules need to know of a record."""
    return Entry(
        collection=record.collection,
        category=record.category,
        depositor_id=PartyId(record.depositor_id),
        orders=_orders(record.flags),
        deleted=record.deleted,
        hidden_from=scopes_in(record.restrictions) if record.restrictions else (),
        announced_at=record.due_at,
        addressed_to=address_in(record.restrictions) if record.restrictions else None,
    )


@functools.lru_cache(maxsize=10_000)
def _orders(flags: int) -> Confidentiality:
    # A flag is made of its bits each time, unless it is remembered.
    return Confidentiality(flags)


@functools.lru_cache(maxsize=10_000)
def terms_in(grant: bytes) -> Terms:
    """Read the terms of a viewer; one that has none is granted nothing by them."""
    return msgspec.json.decode(grant, type=Terms) if grant else Terms()


@functools.lru_cache(maxsize=1_000)
def _without_sight_of_masked(terms: Terms) -> Terms:
    return msgspec.structs.replace(terms, sees_masked=False, sees_masked_until=None)


@functools.lru_cache(maxsize=1_000)
def _without_emergency(terms: Terms) -> Terms:
    return msgspec.structs.replace(terms, emergency=None)
