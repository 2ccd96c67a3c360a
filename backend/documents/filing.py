"""Where a document that was read goes: among what the space has, in one transaction.

Whoever brings a document learns only what they may know. Another copy of it, or
another version, that is hidden from them counts for nothing in what happens to
theirs: in the world that they see, it does not exist.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct

from backend.access.model import Confidentiality, Role
from backend.access.orders import LASTING
from backend.access.sections import sections_in
from backend.documents import store as index
from backend.documents.cda.model import Draft, Json
from backend.documents.errors import DocumentIdReused
from backend.documents.model import Deposited, Document, DraftMade
from backend.documents.reading import Prepared, Upload, draft_fields, kept_as, matter
from backend.documents.store import Indexed, Marks
from backend.documents.versions import Succession, Version, succeed
from backend.documents.witnesses import COLLECTION, Witness
from backend.kernel.spaces import open_store, save_space
from backend.kernel.work import Work
from sync.bodies import encode_body
from sync.core.audience import Viewer
from sync.core.change import Kind
from sync.edit import Entry, SpaceEdit
from sync.errors import SpaceNotFound
from sync.ports import Action, Host
from sync.storage.port import Record, SpaceStore

_OWN = frozenset({Role.HOLDER.value, Role.REPRESENTATIVE.value})


class _Seen(Struct, frozen=True):
    """A document of the space that the depositor knows of."""

    row: Indexed
    record: Record
    document: Document
    may_be_replaced: bool


class _Standing(Struct, frozen=True):
    """What the space has of a document, as its depositor knows it."""

    marks: Marks
    seen: Sequence[_Seen]
    deleted: Sequence[Indexed]
    viewer: Viewer | None
    """Whose eye counts for what the depositor is told."""


class Filing:
    """Files one upload. It keeps nothing: a transaction that runs again starts afresh."""

    def __init__(
        self, host: Host, upload: Upload, *, as_viewer: bool, witness: Witness | None = None
    ) -> None:
        self._host = host
        self._upload = upload
        self._as_viewer = as_viewer
        self._witness = witness

    def admit(self, viewers: Sequence[Viewer], now: datetime) -> Viewer | None:
        """Return the depositor's own viewer, if there is one.

        Raises:
            SpaceNotFound: They must have one to bring this, and have none in force.
        """
        party_id = self._upload.depositor_id
        viewer = next((one for one in viewers if one.party_id == party_id), None)
        if viewer is not None and not self._host.rights.in_force(viewer, now):
            viewer = None
        if self._as_viewer and (viewer is None or not self._may_upload(viewer, now)):
            raise SpaceNotFound
        return viewer

    def _may_upload(self, viewer: Viewer, now: datetime) -> bool:
        return self._host.rights.may_write(viewer, Action.UPLOAD, COLLECTION, None, now)

    async def look_for(self, work: Work, prepared: Prepared) -> Deposited | None:
        """Return what became of this document when it came before; None for a new one.

        Raises:
            DocumentIdReused: Another content came under its identifier.
        """
        store = await open_store(work, self._upload.space_id)
        if self._witness is not None:
            await self._witness.admit(store.held)
        standing = await self._standing(work, store, prepared)
        return await self._before(store, standing, prepared)

    async def file(self, work: Work, prepared: Prepared) -> Deposited:
        """Write the record of a document, its drafts, and what becomes of its other versions.

        Raises:
            SpaceNotFound: The space is closed, or the depositor may not bring this.
            DocumentIdReused: Another content came under its identifier.
        """
        space_id = self._upload.space_id
        store = await open_store(work, space_id)
        edit = await SpaceEdit.begin(store, self._host, now=work.now)
        if self._witness is not None:
            await self._witness.admit(edit.held)
        standing = await self._standing(work, store, prepared)
        before = await self._before(store, standing, prepared)
        if before is not None:
            return before
        for row in standing.deleted:
            await index.forget(work, space_id, row.record_id)
        if self._upload.provenance is not None:
            stood = [one.document for one in standing.seen if _stands(one)]
            prepared = kept_as(prepared, stood, work.now)
        succession = _succession(standing, prepared, self._upload.replaces)
        writing = _Writing(self._host, edit, self._upload.depositor_id)
        deposited, draft_ids = await writing.write(work, prepared, standing.seen, succession)
        viewer = standing.viewer
        if viewer is not None:
            # What their eye is not on is not named, though they brought it.
            mine = (one for one in deposited.drafts if edit.seq(viewer, one.record_id) is not None)
            deposited = msgspec.structs.replace(deposited, drafts=tuple(mine))
        await index.add(
            work,
            space_id,
            Indexed(
                record_id=deposited.record_id,
                depositor_id=self._upload.depositor_id,
                marks=standing.marks,
                version_number=prepared.version_number,
                draft_ids=draft_ids,
            ),
        )
        await save_space(work, space_id, edit)
        if self._witness is not None:
            await self._witness.note(work, edit, deposited)
        return deposited

    async def _standing(self, work: Work, store: SpaceStore, prepared: Prepared) -> _Standing:
        space_id, depositor_id = self._upload.space_id, self._upload.depositor_id
        viewers = await store.viewers()
        viewer = self.admit(viewers, work.now)
        theirs = self._replaceable(viewer, viewers)
        marks = index.marks_of(work, space_id, prepared.names)
        rows = await self._rows(work, marks)
        records = await store.records([row.record_id for row in rows])
        held = await _held_by(viewer, store, [row.record_id for row in rows])
        seen, deleted = [], []
        for row in rows:
            record = records.get(row.record_id)
            if record is None or record.body is None:
                deleted.append(row)
                continue
            may_be_replaced = theirs is None or row.depositor_id in theirs
            if row.depositor_id == depositor_id or _may_know(record, viewer, held):
                document = msgspec.json.decode(record.body, type=Document)
                seen.append(_Seen(row, record, document, may_be_replaced))
        return _Standing(marks, seen, deleted, viewer if self._as_viewer else None)

    def _replaceable(
        self, viewer: Viewer | None, viewers: Sequence[Viewer]
    ) -> Collection[UUID | None] | None:
        """Name those whose documents a viewer may put another version in the place of.

        What professionals brought, only they replace; a caregiver replaces nothing
        of anybody else. None, for who looks at nothing: whatever they may know of.
        """
        if not self._as_viewer or viewer is None:
            return None
        if viewer.role not in _OWN:
            return {viewer.party_id}
        return {one.party_id for one in viewers if one.role != Role.PROFESSIONAL.value}

    async def _rows(self, work: Work, marks: Marks) -> list[Indexed]:
        """Return the documents that this one may be, or be a version of.

        What others brought is nothing to a professional: to correct and to
        withdraw is for an author alone, and who else was here is not theirs to know.
        """
        space_id, replaces = self._upload.space_id, self._upload.replaces
        rows = await index.known(work, space_id, marks)
        if self._upload.provenance is None:
            return rows
        former = None if replaces is None else await index.of_record(work, space_id, replaces)
        if former is not None and former.record_id not in {row.record_id for row in rows}:
            rows.append(former)
        return [row for row in rows if row.depositor_id == self._upload.depositor_id]

    async def _before(
        self, store: SpaceStore, standing: _Standing, prepared: Prepared
    ) -> Deposited | None:
        same = [one for one in standing.seen if one.row.marks.unique == standing.marks.unique]
        if not same:
            return None
        equal = [one for one in same if one.row.marks.content == standing.marks.content]
        if not equal:
            raise DocumentIdReused("This identifier is taken by another document.")
        found = equal[0]
        # Who looks at the space hears of what they have there. Others are told what was made, as
        # at first: what a person did with it since is not for them to know.
        draft_ids = found.row.draft_ids
        if standing.viewer is not None:
            held = await _held_by(standing.viewer, store, draft_ids)
            draft_ids = tuple(one for one in draft_ids if one in held)
        drafts = await store.records(draft_ids)
        return Deposited(
            record_id=found.row.record_id,
            status="duplicate",
            drafts=tuple(
                DraftMade(collection=record.collection, record_id=record_id)
                for record_id in draft_ids
                if (record := drafts.get(record_id)) is not None
            ),
            understood=found.document.understood,
            not_understood=found.document.not_understood,
            disagreeing=prepared.disagreeing,
            refused=prepared.refused,
        )


class _Writing:
    """Stages the records of one deposit in the edit of its space."""

    def __init__(self, host: Host, edit: SpaceEdit, depositor_id: UUID) -> None:
        self._host = host
        self._edit = edit
        self._depositor_id = depositor_id

    async def write(
        self, work: Work, prepared: Prepared, seen: Sequence[_Seen], succession: Succession
    ) -> tuple[Deposited, tuple[UUID, ...]]:
        """Stage everything; return what became of the document, and which drafts are its own."""
        former = [one for one in seen if one.row.record_id in succession.superseded]
        former_ids = [draft_id for one in former for draft_id in one.row.draft_ids]
        await self._edit.load([one.row.record_id for one in former] + former_ids)
        settled = self._settle(former_ids)
        for one in former:
            self._put(one.row.record_id, COLLECTION, {**_fields(one), "status": "superseded"})
        proposals = self._proposals(prepared, settled) if succession.status == "current" else []
        record_id = work.new_id()
        made = [
            DraftMade(collection=draft.collection, record_id=work.new_id()) for draft in proposals
        ]
        family_id = _family_of(seen, succession)
        known = [] if family_id is None else [family_id]
        await self._edit.load([record_id, *known, *(one.record_id for one in made)])
        await self._edit.surround(one.collection for one in made)
        place: Json = {"status": succession.status}
        if succession.replaces is not None:
            place["replaces"] = str(succession.replaces)
        own = self._sections(COLLECTION, {**prepared.body, **place})
        tags = self._tags(prepared, seen)
        document = self._put(
            record_id, COLLECTION, {**prepared.body, **place, **tags}, family_id=family_id
        )
        for draft_made, draft in zip(made, proposals, strict=True):
            self._put(
                draft_made.record_id,
                draft.collection,
                # In the body, unlike the orders: the patient sees why, and may decide otherwise.
                {**draft_fields(draft, record_id), "sensitive": own},
                flags=document.flags & LASTING,
                family_id=document.family,
                due_at=document.due_at,
            )
        deposited = Deposited(
            record_id=record_id,
            status="version" if place != {"status": "current"} else "created",
            drafts=tuple(made),
            understood=tuple(prepared.body.get("understood", ())),
            not_understood=tuple(prepared.body.get("not_understood", ())),
            disagreeing=prepared.disagreeing,
            refused=prepared.refused,
        )
        return deposited, (*(one.record_id for one in made), *settled)

    def _tags(self, prepared: Prepared, seen: Sequence[_Seen]) -> Json:
        """Tag a document with the sections of what it says, and of its other versions.

        What was read in it does not tag its other entries: a summary names many
        things, and most of them are no secret.
        """
        tags: set[str] = {word for one in seen for word in one.document.sensitive}
        for draft in prepared.drafts:
            tags.update(self._sections(draft.collection, draft_fields(draft, UUID(int=0))))
        return {"sensitive": sorted(tags)} if tags else {}

    def _sections(self, name: str, fields: Json) -> list[str]:
        collection = self._host.collections[name]
        _, struct = encode_body(collection, fields)
        return sorted(one.value for one in sections_in(collection.flags(struct)))

    def _put(self, record_id: UUID, collection: str, fields: Json, **kept: Any) -> Record:
        """Stage a record; *kept* is what an `Entry` says beside its body."""
        return self._edit.put(
            Entry(
                record_id=record_id,
                collection=self._host.collections[collection],
                author_id=self._depositor_id,
                fields=fields,
                **kept,
            )
        )

    def _settle(self, draft_ids: Sequence[UUID]) -> dict[UUID, tuple[str, bytes]]:
        """Drop what nobody has looked at yet; return what a person has decided on."""
        settled = {}
        for draft_id in draft_ids:
            record = self._edit.record(draft_id)
            if record is None or record.body is None:
                continue
            if Confidentiality.DRAFT in Confidentiality(record.flags):
                self._edit.delete(record, self._depositor_id)
            else:
                settled[draft_id] = (record.collection, matter(record.body))
        return settled

    def _proposals(self, prepared: Prepared, settled: dict[UUID, tuple[str, bytes]]) -> list[Draft]:
        """Leave out what a person has confirmed or rejected in a former version."""
        if not settled:
            return list(prepared.drafts)
        decided = set(settled.values())
        return [draft for draft in prepared.drafts if self._matter_of(draft) not in decided]

    def _matter_of(self, draft: Draft) -> tuple[str, bytes]:
        collection = self._host.collections[draft.collection]
        body, _ = encode_body(collection, draft_fields(draft, UUID(int=0)))
        return draft.collection, matter(body)


async def _held_by(
    viewer: Viewer | None, store: SpaceStore, record_ids: Sequence[UUID]
) -> frozenset[UUID]:
    """Return which of these records a viewer has."""
    if viewer is None:
        return frozenset()
    return frozenset(
        line.record_id
        for line in await store.lines(record_ids)
        if line.viewer_id == viewer.viewer_id and line.kind is Kind.PUT
    )


def _may_know(record: Record, viewer: Viewer | None, held: frozenset[UUID]) -> bool:
    """Say whether a depositor may learn that somebody else brought this."""
    if viewer is not None:
        return record.record_id in held
    return Confidentiality.MASKED not in Confidentiality(record.flags)


def _succession(standing: _Standing, prepared: Prepared, replaces: UUID | None) -> Succession:
    others = [
        Version(
            record_id=one.row.record_id,
            number=one.row.version_number,
            created_at=one.document.created_at,
            is_current=one.document.status == "current",
            is_parent=one.row.marks.unique == standing.marks.parent
            or one.row.record_id == replaces,
        )
        for one in standing.seen
        if _stands(one)
    ]
    return succeed(prepared.version_number, prepared.created_at, others)


def _stands(one: _Seen) -> bool:
    return one.may_be_replaced and one.document.status != "entered-in-error"


def _family_of(seen: Sequence[_Seen], succession: Succession) -> UUID | None:
    """Name the document that a version is kept from others with.

    One that comes late replaces nothing, and is hidden from whom the others are.
    """
    versions = [one for one in seen if one.may_be_replaced]
    nearest = [one for one in versions if one.row.record_id == succession.replaces]
    return next((one.record.family for one in (*nearest, *versions)), None)


def _fields(seen: _Seen) -> Json:
    assert seen.record.body is not None
    fields: Json = msgspec.json.decode(seen.record.body)
    return fields
