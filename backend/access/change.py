"""One change of rights: acts of one space, written by somebody in one transaction.

Use cases read the acts that stand, write others, and say who did it. Saving
makes them take effect, writes the journal, and keeps the directory by which
professionals find the spaces that are open to them.

Source: docs/decisions/0016-rights-are-compiled-from-acts.md, 0023-consent.md.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TypeVar
from uuid import UUID

import msgspec

from backend.access.actors import person_actor
from backend.access.collection import terms_in
from backend.access.journal import service as journal
from backend.access.journal.model import Action, Actor, ActorKind, Object, Trace
from backend.access.model import Block, Consent, Role, TeamMember
from backend.access.namesakes import has_names_of_person
from backend.access.rules.visibility import ACTS
from backend.identity.spaces import store as spaces
from backend.identity.spaces.model import Membership
from backend.kernel.ids import DeviceId, PartyId
from backend.kernel.spaces import edit_space, open_store, save_space
from backend.kernel.work import Work
from sync.core.audience import Viewer
from sync.edit import Entry, SpaceEdit
from sync.errors import SpaceNotFound
from sync.ports import Host
from sync.push import Caller
from sync.storage.port import Record

B = TypeVar("B", bound=msgspec.Struct)

_OWN = {Role.HOLDER.value: Role.HOLDER, Role.REPRESENTATIVE.value: Role.REPRESENTATIVE}

PROFESSIONAL = "professional"

Who = tuple[Actor, Actor | None]
"""Somebody who acts, and on whose behalf if it is another's."""


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """The acts that stand in a space, by their records."""

    consents: dict[UUID, Consent]
    team: dict[UUID, TeamMember]
    blocks: dict[UUID, Block]
    depositors: dict[UUID, UUID]

    def is_blocked(self, party_id: UUID) -> bool:
        """Say whether a professional is shut out."""
        return any(one.party_id == party_id for one in self.blocks.values())

    def named(self, record_id: UUID) -> Actor | None:
        """Say whom an act of these lets in or shuts out, as the journal names them."""
        acts: tuple[Mapping[UUID, Consent | TeamMember | Block], ...]
        acts = (self.consents, self.team, self.blocks)
        act = next((held[record_id] for held in acts if record_id in held), None)
        if act is None:
            return None
        return Actor(
            kind=ActorKind.PROFESSIONAL,
            party_id=PartyId(act.party_id),
            name=act.name or None,
            profession=act.profession,
            organization=act.organization if isinstance(act, Consent) else None,
        )

    def member(self, party_id: UUID, now: datetime) -> tuple[UUID, TeamMember] | None:
        """Return the membership of somebody that has not ended, if there is one."""
        found = [
            (record_id, one)
            for record_id, one in self.team.items()
            if one.party_id == party_id and (one.ends_at is None or now < one.ends_at)
        ]
        return max(found, key=lambda pair: pair[1].starts_at, default=None)

    def consent(self, party_id: UUID, now: datetime) -> Consent | None:
        """Return the consent that somebody was given and that is in force, if any."""
        found = [
            one
            for one in self.consents.values()
            if one.party_id == party_id
            and one.status == "given"
            and (one.ends_at is None or now < one.ends_at)
        ]
        return max(found, key=lambda one: one.given_at or one.asked_at, default=None)


class RightsChange:
    """Acts of one space, being changed."""

    def __init__(self, work: Work, host: Host, space_id: UUID, edit: SpaceEdit) -> None:
        self.work = work
        self.space_id = space_id
        self.edit = edit
        self._host = host
        self._traces: list[Trace] = []
        self._before: dict[UUID, str | None] = {}
        self.held = Held(consents={}, team={}, blocks={}, depositors={})

    @classmethod
    async def begin(cls, work: Work, host: Host, space_id: UUID) -> "RightsChange":
        """Take the space for this transaction, with every act that stands there.

        Raises:
            SpaceNotFound: No such space, or a closed one.
        """
        edit = await edit_space(work, host, space_id)
        change = cls(work, host, space_id, edit)
        change.held = held_in(await edit.held(ACTS))
        change._before = change._directory()
        return change

    def person(self, device: Caller) -> tuple[Role, Who]:
        """Say as what somebody decides for the person of the space.

        Raises:
            SpaceNotFound: They are neither its holder nor a representative, now.
        """
        return own_eye(self.edit.viewers.values(), self._host, device, self.edit.now)

    def open_to(self, party_id: UUID) -> Viewer | None:
        """Return the eye of a professional to whom the space is open by consent, if it is."""
        return granted_eye(self.edit.viewers.values(), self._host, party_id, self.edit.now)

    async def put(self, collection: str, record_id: UUID, body: B, author_id: UUID) -> None:
        """Write an act."""
        body = await self._compared(body)
        await self.edit.load([record_id])
        self.edit.put(
            Entry(
                record_id=record_id,
                collection=self._host.collections[collection],
                author_id=author_id,
                fields=msgspec.to_builtins(body),
            )
        )
        _keep(self.held, record_id, body)

    async def _compared(self, body: B) -> B:
        """Note in an act that lets somebody in whether they have the names of the person."""
        if not isinstance(body, Consent | TeamMember):
            return body
        found = await has_names_of_person(self.work, self.space_id, body.name)
        return msgspec.structs.replace(body, is_namesake=found)

    async def delete(self, record_id: UUID, author_id: UUID) -> None:
        """Take an act back."""
        await self.edit.load([record_id])
        record = self.edit.record(record_id)
        assert record is not None, "An act that stands has a record."
        self.edit.delete(record, author_id)
        self.held.blocks.pop(record_id, None)

    def trace(self, who: Who, action: Action, collection: str, record_id: UUID) -> None:
        """Say in the journal what was done, by whom, for whom, and to whom the act names.

        After the act is written, and before it is taken back.
        """
        self._traces.append(
            Trace(
                at=self.work.now,
                actor=who[0],
                on_behalf_of=who[1],
                whom=self.held.named(record_id),
                action=action,
                objects=(Object(collection=collection, record_id=record_id),),
            )
        )

    async def save(self) -> None:
        """Make the acts take effect, write the journal, and keep the directory."""
        await save_space(self.work, self.space_id, self.edit)
        if self._traces:
            await journal.write_all(self.work, self.space_id, self._traces)
        await self._keep_directory()

    async def _keep_directory(self) -> None:
        after = self._directory()
        viewers = {one.party_id: one for one in self.edit.viewers.values()}
        for party_id in after.keys() | self._before.keys():
            role = after.get(party_id)
            if role == self._before.get(party_id):
                continue
            await spaces.drop_member(self.work, party_id, self.space_id)
            if role is not None:
                await spaces.add_member(
                    self.work,
                    Membership(
                        account_id=party_id,
                        space_id=self.space_id,
                        viewer_id=viewers[party_id].viewer_id,
                        role=role,
                        joined_at=self.work.now,
                    ),
                )

    def _directory(self) -> dict[UUID, str | None]:
        """Say as what each professional finds the space, if they do."""
        found: dict[UUID, str | None] = {}
        for viewer in self.edit.viewers.values():
            if viewer.role != Role.PROFESSIONAL.value or viewer.party_id is None:
                continue
            member = self.held.member(viewer.party_id, self.edit.now)
            role = PROFESSIONAL if member is None else member[1].role
            found[viewer.party_id] = role if viewer.is_open else None
        return found


def held_in(records: Iterable[Record]) -> Held:
    """Read acts from their records."""
    held = Held(consents={}, team={}, blocks={}, depositors={})
    for record in records:
        held.depositors[record.record_id] = record.depositor_id
        body = _BODIES.get(record.collection)
        if body is not None and record.body is not None:
            _keep(held, record.record_id, msgspec.json.decode(record.body, type=body))
    return held


async def held_by_own(work: Work, host: Host, space_id: UUID, device: Caller) -> Held:
    """Return the acts that stand, to somebody who decides for the person of the space.

    Raises:
        SpaceNotFound: No such space, or the asker does not decide there, now.
    """
    held, viewers = await look(work, space_id)
    own_eye(viewers, host, device, work.now)
    return held


async def look(work: Work, space_id: UUID) -> tuple[Held, list[Viewer]]:
    """Return the acts and the viewers of an open space, without taking it.

    Raises:
        SpaceNotFound: No such space, or a closed one.
    """
    store = await open_store(work, space_id)
    space = await store.look()
    if space is None or not space.is_open:
        raise SpaceNotFound
    return held_in(await store.held(ACTS)), await store.viewers()


def own_eye(
    viewers: Iterable[Viewer], host: Host, device: Caller, now: datetime
) -> tuple[Role, Who]:
    """Say as what somebody decides for the person of a space.

    Raises:
        SpaceNotFound: They are neither its holder nor a representative, now.
    """
    for viewer in viewers:
        role = _OWN.get(viewer.role)
        if viewer.party_id == device.party_id and role is not None:
            if not host.rights.in_force(viewer, now):
                break
            return role, person_actor(role, PartyId(device.party_id), DeviceId(device.device_id))
    raise SpaceNotFound


def granted_eye(
    viewers: Iterable[Viewer], host: Host, party_id: UUID, now: datetime
) -> Viewer | None:
    """Return the eye of a professional to whom a space is open by consent, if it is."""
    for viewer in viewers:
        if viewer.party_id == party_id and is_granted(viewer, host, now):
            return viewer
    return None


def is_granted(viewer: Viewer, host: Host, now: datetime) -> bool:
    """Say whether a professional looks by a consent, and not in an emergency alone."""
    return (
        viewer.role == Role.PROFESSIONAL.value
        and host.rights.in_force(viewer, now)
        and terms_in(viewer.grant).is_granted(now)
    )


_BODIES: dict[str, type[msgspec.Struct]] = {
    "consents": Consent,
    "care_team": TeamMember,
    "blocks": Block,
}


def _keep(held: Held, record_id: UUID, body: msgspec.Struct) -> None:
    if isinstance(body, Consent):
        held.consents[record_id] = body
    elif isinstance(body, TeamMember):
        held.team[record_id] = body
    elif isinstance(body, Block):
        held.blocks[record_id] = body
