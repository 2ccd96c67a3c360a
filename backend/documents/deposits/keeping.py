"""Use cases on what a professional brought: see it, correct it, withdraw it, release it.

Only its author corrects and withdraws; the person is told by their journal.

Source: docs/decisions/0025-professional-deposits.md.
"""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec

from backend.access.collection import entry_of, terms_in
from backend.access.journal import service as journal
from backend.access.journal.model import Action
from backend.access.model import Confidentiality, Role
from backend.access.orders import LASTING
from backend.access.reading.model import EntryView
from backend.access.reading.service import etag_of, view_of
from backend.access.rules.depositors import own_eye
from backend.access.rules.visibility import decide
from backend.access.sections import with_words_of
from backend.documents import store as index
from backend.documents.deposits import store
from backend.documents.deposits.admission import is_blocked
from backend.documents.deposits.errors import DepositNotFound, DepositWithdrawn
from backend.documents.deposits.limits import PAGE_MAX
from backend.documents.deposits.model import DepositPage, Orders
from backend.documents.deposits.service import depositable, signed, tell_of, trace
from backend.documents.model import Document
from backend.documents.witnesses import COLLECTION
from backend.identity.acting import refuse_without
from backend.identity.professionals.model import Act, ProfessionalCaller
from backend.kernel.conditions import check_if_match
from backend.kernel.errors import InvalidInput
from backend.kernel.ids import PartyId
from backend.kernel.spaces import edit_space, save_space
from backend.kernel.work import Work
from sync.edit import Entry, SpaceEdit
from sync.errors import RecordNotFound, SpaceNotFound
from sync.ports import Host
from sync.storage.port import Record

WITHDRAWN = "entered-in-error"
_PENDING = "INVISIBLE_PATIENT"
_OF_A_MINOR = "INVISIBLE_REPRESENTANTS_LEGAUX"
_END = datetime(9999, 1, 1, tzinfo=UTC), UUID(int=0)


class _Own(msgspec.Struct, frozen=True):
    """A deposit of one's own, in the edit of its space."""

    space_id: UUID
    edit: SpaceEdit
    record: Record

    @property
    def body(self) -> bytes:
        """What it says."""
        assert self.record.body is not None
        return self.record.body


async def list_deposits(
    work: Work, professional: ProfessionalCaller, after: str | None
) -> DepositPage:
    """Return deposits of one's own, the newest first: by their identifiers, and no more.

    Raises:
        ProfessionalOnly: An assistant to whom deposits were not left.
        InvalidInput: `after` is not the `next` of a page.
    """
    refuse_without(professional, Act.DEPOSIT)
    place = _END if after is None else _place(after)
    found = await store.before(work, professional.professional_id, place, PAGE_MAX + 1)
    last = found[PAGE_MAX - 1] if len(found) > PAGE_MAX else None
    return DepositPage(
        deposits=found[:PAGE_MAX],
        next=None if last is None else f"{last.deposited_at.isoformat()}_{last.record_id}",
    )


async def read_deposit(
    work: Work, host: Host, professional: ProfessionalCaller, record_id: UUID
) -> EntryView:
    """Return what one brought, as it stands, whether one may read the record or not.

    Raises:
        ProfessionalOnly: The caller is an assistant.
        DepositNotFound: Nothing of the caller's own, or nothing they may still see.
    """
    refuse_without(professional, Act.READ_RECORD)
    own = await _own(work, host, professional, record_id)
    await save_space(work, own.space_id, own.edit)
    objects = ((own.record.collection, record_id),)
    await trace(work, own.space_id, professional, Action.READ, objects)
    return await _shown(host, own, own.record, professional)


async def find_document(
    work: Work, host: Host, professional: ProfessionalCaller, record_id: UUID, if_match: str
) -> tuple[bytes, Orders]:
    """Return the body and the orders of a document that its author may replace.

    Raises:
        ProfessionalOnly: The caller is an assistant.
        DepositNotFound: No document of the caller's own.
        DepositWithdrawn: It was withdrawn.
        IfMatchMissing, IfMatchFailed: See `check_if_match`.
    """
    own = await _to_correct(work, host, professional, record_id, if_match)
    if own.record.collection != COLLECTION:
        raise DepositNotFound("No document of yours has this identifier.")
    document = msgspec.json.decode(own.body, type=Document)
    if document.status == WITHDRAWN:
        raise DepositWithdrawn("It was withdrawn.")
    await save_space(work, own.space_id, own.edit)
    standing = Orders(
        is_to_be_announced=_PENDING in document.confidentiality,
        announced_at=document.announced_at,
        is_hidden_from_representatives=_OF_A_MINOR in document.confidentiality,
    )
    return own.body, standing


async def correct_entry(  # noqa: PLR0913  # Who, what, and from what.
    work: Work,
    host: Host,
    professional: ProfessionalCaller,
    record_id: UUID,
    *,
    fields: dict[str, object],
    if_match: str,
) -> EntryView:
    """Put other fields in the place of those that an entry has; its orders stay.

    Raises:
        ProfessionalOnly: The caller is an assistant.
        DepositNotFound: No entry of the caller's own.
        IfMatchMissing, IfMatchFailed: See `check_if_match`.
        FieldReadOnly: A field is the server's own.
    """
    own = await _to_correct(work, host, professional, record_id, if_match)
    if own.record.collection == COLLECTION:
        raise DepositNotFound("No entry of yours has this identifier.")
    collection = depositable(host, own.record.collection)
    # What the person has named sensitive stays so.
    kept = with_words_of(msgspec.json.decode(own.body), fields)
    written = signed(collection, kept, professional)
    await own.edit.surround([collection.name])
    record = own.edit.put(
        Entry(
            record_id=record_id,
            collection=collection,
            author_id=professional.professional_id,
            fields=written,
        )
    )
    await save_space(work, own.space_id, own.edit)
    if record.rev != own.record.rev:
        objects = ((collection.name, record_id),)
        await trace(work, own.space_id, professional, Action.CHANGE, objects)
    return await _shown(host, own, record, professional)


async def withdraw(
    work: Work, host: Host, professional: ProfessionalCaller, record_id: UUID
) -> None:
    """Take back what one brought, even where one was shut out since.

    A document stays, marked as an error, without what was read in it and nobody
    has confirmed. An entry is deleted. The journal keeps that it was here.

    Raises:
        ProfessionalOnly: The caller is an assistant.
        DepositNotFound: Nothing of the caller's own.
    """
    refuse_without(professional, Act.CORRECT_DEPOSIT)
    own = await _own(work, host, professional, record_id, even_blocked=True)
    gone = [own.record]
    if own.record.collection == COLLECTION:
        fields = msgspec.json.decode(own.body)
        if fields["status"] == WITHDRAWN:
            return
        gone += await _drafts(work, own)
        _put(own.edit, host, own.record, professional, {**fields, "status": WITHDRAWN})
        # So that it may be brought again, put right.
        await index.forget(work, own.space_id, record_id)
    else:
        own.edit.delete(own.record, professional.professional_id)
    for record in gone[1:]:
        own.edit.delete(record, professional.professional_id)
    await save_space(work, own.space_id, own.edit)
    await journal.tell_announced(work, own.space_id)
    objects = tuple((record.collection, record.record_id) for record in gone)
    await trace(work, own.space_id, professional, Action.WITHDRAW, objects)


async def release_deposit(
    work: Work, host: Host, professional: ProfessionalCaller, record_id: UUID
) -> None:
    """Let the person see what one brought: it was told them in person.

    Raises:
        ProfessionalOnly: The caller is an assistant.
        DepositNotFound: Nothing of the caller's own.
    """
    refuse_without(professional, Act.RELEASE_ANNOUNCEMENT)
    own = await _own(work, host, professional, record_id)
    await _release(work, host, professional, own)


async def release_entry(
    work: Work, host: Host, professional: ProfessionalCaller, *, space_id: UUID, record_id: UUID
) -> None:
    """Let the person see an entry that a professional with access to it told them of.

    Raises:
        ProfessionalOnly: The caller is an assistant.
        SpaceNotFound: No such space, or none that is open to the caller by a consent.
        RecordNotFound: No such entry for this caller.
    """
    refuse_without(professional, Act.RELEASE_ANNOUNCEMENT)
    edit = await edit_space(work, host, space_id)
    viewer = next(
        (
            one
            for one in edit.viewers.values()
            if one.party_id == professional.professional_id
            and one.role == Role.PROFESSIONAL.value
            # An emergency reads, and does nothing else.
            and terms_in(one.grant).is_granted(work.now)
            and not terms_in(one.grant).is_blocked
        ),
        None,
    )
    if viewer is None or not host.rights.in_force(viewer, work.now):
        raise SpaceNotFound
    await edit.load([record_id])
    record = edit.record(record_id)
    if record is None or not host.rights.audience(record, [viewer], work.now):
        raise RecordNotFound("/record_id")
    await _release(work, host, professional, _Own(space_id, edit, record))


async def _release(work: Work, host: Host, professional: ProfessionalCaller, own: _Own) -> None:
    """Lift the order from a whole family: a document, its versions, what was read in them."""
    edit = own.edit
    members = await edit.members({own.record.family})
    await edit.load(members)
    standing = (edit.record(member_id) for member_id in members)
    await edit.surround(record.collection for record in standing if record is not None)
    released = []
    for member_id in sorted(members):
        record = edit.record(member_id)
        if record is None or record.body is None:
            continue
        if Confidentiality.ANNOUNCEMENT_PENDING not in Confidentiality(record.flags):
            continue
        fields = msgspec.json.decode(record.body)
        if record.collection == COLLECTION:
            codes = [code for code in fields["confidentiality"] if code != _PENDING]
            fields = {**fields, "confidentiality": codes or ["N"], "announced_at": None}
        released.append(_put(edit, host, record, professional, fields, lifted=True))
    if not released:
        return
    for record in released:
        await tell_of(work, host, edit, record)
    await save_space(work, own.space_id, edit)
    # What was done to it before comes first, as it happened.
    await journal.tell_announced(work, own.space_id)
    objects = tuple((record.collection, record.record_id) for record in released)
    await trace(work, own.space_id, professional, Action.RELEASED, objects)


async def _to_correct(
    work: Work, host: Host, professional: ProfessionalCaller, record_id: UUID, if_match: str
) -> _Own:
    refuse_without(professional, Act.CORRECT_DEPOSIT)
    own = await _own(work, host, professional, record_id)
    shown = await _shown(host, own, own.record, professional)
    check_if_match(if_match, etag_of(bytes(shown.body)))
    return own


async def _shown(
    host: Host, own: _Own, record: Record, professional: ProfessionalCaller
) -> EntryView:
    """Show a deposit to who brought it; what it names is said where they brought that too."""
    named = None
    if record.named_id is not None:
        await own.edit.load([record.named_id])
        named = own.edit.record(record.named_id)
    eye = own_eye(PartyId(professional.professional_id))
    is_named_seen = named is not None and decide(eye, entry_of(named), own.edit.now).allow
    return view_of(record, host, is_named_seen=is_named_seen)


async def _own(
    work: Work,
    host: Host,
    professional: ProfessionalCaller,
    record_id: UUID,
    *,
    even_blocked: bool = False,
) -> _Own:
    """Find a deposit by the directory, and ask the rules of the record itself."""
    professional_id = professional.professional_id
    absent = DepositNotFound("Nothing that you deposited has this identifier.")
    space_id = await store.space_of(work, professional_id, record_id)
    if space_id is None:
        raise absent
    try:
        edit = await edit_space(work, host, space_id)
    except SpaceNotFound:
        raise absent from None
    await edit.load([record_id])
    record = edit.record(record_id)
    if record is None or record.body is None:
        raise absent
    eye = own_eye(PartyId(professional_id))
    if not decide(eye, entry_of(record), work.now).allow:
        raise absent
    if not even_blocked and await is_blocked(edit.held, professional_id):
        raise absent
    return _Own(space_id, edit, record)


async def _drafts(work: Work, own: _Own) -> list[Record]:
    """Return what was read in a document and nobody has decided on."""
    known = await index.of_record(work, own.space_id, own.record.record_id)
    draft_ids = () if known is None else known.draft_ids
    await own.edit.load(draft_ids)
    found = (own.edit.record(draft_id) for draft_id in draft_ids)
    return [
        record
        for record in found
        if record is not None
        and record.body is not None
        and Confidentiality.DRAFT in Confidentiality(record.flags)
    ]


def _put(  # noqa: PLR0913  # One record written anew, by whom.
    edit: SpaceEdit,
    host: Host,
    record: Record,
    professional: ProfessionalCaller,
    fields: dict[str, Any],
    *,
    lifted: bool = False,
) -> Record:
    """Write a record anew; *lifted* takes the announcement from its lasting orders."""
    collection = host.collections[record.collection]
    flags = None
    if lifted and record.collection != COLLECTION:
        flags = record.flags & LASTING.value & ~Confidentiality.ANNOUNCEMENT_PENDING.value
    return edit.put(
        Entry(
            record_id=record.record_id,
            collection=collection,
            author_id=professional.professional_id,
            fields=fields,
            flags=flags,
        )
    )


def _place(text: str) -> store.Place:
    at, _, record_id = text.partition("_")
    try:
        found = datetime.fromisoformat(at), UUID(record_id)
    except ValueError:
        found = None
    if found is None or found[0].tzinfo is None:
        raise InvalidInput("Send the `next` of the page before.", pointer="/after")
    return found
