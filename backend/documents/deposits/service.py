"""Use cases: a professional brings a document or an entry, without asking to read anything.

Feeding a record asks for information, not for consent, and tells the depositor
nothing of what is in it.

Source: docs/decisions/0025-professional-deposits.md; Code de la santé publique,
L1111-17 III and R1111-47.
"""

from uuid import UUID

from backend.access.actors import full_name, professional_actor
from backend.access.journal import service as journal
from backend.access.journal.model import Action, Object, Trace
from backend.access.model import Role
from backend.access.notices import tell
from backend.access.rules.writing import is_for_professionals
from backend.documents.deposits import store
from backend.documents.deposits.admission import forgive, is_blocked
from backend.documents.deposits.errors import DepositNotPossible
from backend.documents.deposits.limits import NOTICES
from backend.documents.deposits.model import EntryDeposit, EntryDeposited, Orders
from backend.documents.model import Deposited
from backend.documents.reading import Provenance, Upload
from backend.documents.service import Desk, deposit
from backend.documents.witnesses import COLLECTION, Held, action_of
from backend.identity.professionals.model import ProfessionalCaller
from backend.kernel.spaces import edit_space, save_space
from backend.kernel.work import Office, Work
from sync.edit import Entry, SpaceEdit
from sync.errors import CollectionUnknown, FieldReadOnly, SpaceNotFound
from sync.ports import Collection, Host
from sync.storage.port import Record

SIGNATURE = "written_by"
NOTICE = "new-document"


class DepositWitness:
    """Writes what goes with a professional's document, in its own transaction."""

    def __init__(self, host: Host, professional: ProfessionalCaller, upload: Upload) -> None:
        self._host = host
        self._professional = professional
        self._space_id = upload.space_id

    async def admit(self, held: Held) -> None:
        if await is_blocked(held, self._professional.professional_id):
            raise DepositNotPossible("No record takes this deposit.")

    async def note(self, work: Work, edit: SpaceEdit, deposited: Deposited) -> None:
        await store.add(
            work,
            self._professional.professional_id,
            self._space_id,
            collection=COLLECTION,
            record_id=deposited.record_id,
        )
        action = action_of(edit, deposited)
        if action is Action.DEPOSIT:  # What is replaced is found by its own name.
            await forgive(work, self._professional)
        objects = ((COLLECTION, deposited.record_id),)
        await trace(work, self._space_id, self._professional, action, objects)
        record = edit.record(deposited.record_id)
        assert record is not None
        await tell_of(work, self._host, edit, record)


async def deposit_document(
    desk: Desk,
    professional: ProfessionalCaller,
    upload: Upload,
    witness: DepositWitness | None = None,
) -> Deposited:
    """File a document whose destination was found.

    Raises:
        DepositNotPossible: The record was closed, or shut to this professional, meanwhile.
        Refusal: Why the document is not taken.
    """
    witness = witness or DepositWitness(desk.host, professional, upload)
    try:
        deposited = await deposit(desk, upload, witness)
    except SpaceNotFound:
        raise DepositNotPossible("No record takes this deposit.") from None
    if deposited.status == "duplicate" and upload.replaces is None:
        await desk.office.preparing().write(lambda work: forgive(work, professional))
    return deposited


async def deposit_entry(
    office: Office, host: Host, professional: ProfessionalCaller, order: EntryDeposit
) -> EntryDeposited:
    """File an entry whose destination was found, signed by the professional.

    Raises:
        DepositNotPossible: The record was closed, or shut to this professional, meanwhile.
        CollectionUnknown: Professionals bring no entries of this collection.
        FieldReadOnly: A field is the server's own.
    """
    collection = depositable(host, order.collection)
    fields = signed(collection, order.fields, professional)
    space_id = order.space_id

    async def file(work: Work) -> EntryDeposited:
        try:
            edit = await edit_space(work, host, space_id)
        except SpaceNotFound:
            raise DepositNotPossible("No record takes this deposit.") from None
        if await is_blocked(edit.held, professional.professional_id):
            raise DepositNotPossible("No record takes this deposit.")
        record_id = work.new_id()
        await edit.load([record_id])
        await edit.surround([collection.name])
        record = edit.put(
            Entry(
                record_id=record_id,
                collection=collection,
                author_id=professional.professional_id,
                fields=fields,
                flags=order.orders.flags.value,
                due_at=order.orders.announced_at,
            )
        )
        await store.add(
            work,
            professional.professional_id,
            space_id,
            collection=collection.name,
            record_id=record_id,
        )
        await forgive(work, professional)
        await tell_of(work, host, edit, record)
        await save_space(work, space_id, edit)
        objects = ((collection.name, record_id),)
        await trace(work, space_id, professional, Action.DEPOSIT, objects)
        return EntryDeposited(record_id=record_id)

    return await office.write(file)


def provenance_of(professional: ProfessionalCaller, orders: Orders) -> Provenance:
    """Say who brings a document, for those that do not name their author."""
    author: dict[str, object] = {"name": full_name(professional.professional_names)}
    if professional.specialty is not None:
        author["specialty_code"] = professional.specialty
    if professional.organization is not None:
        author["organization"] = professional.organization
    return Provenance(
        author=author,
        custodian=professional.organization,
        orders=orders.codes,
        announced_at=orders.announced_at,
    )


def depositable(host: Host, name: str) -> Collection:
    """Return a collection that professionals bring entries of: what may be read in a document.

    Raises:
        CollectionUnknown: It is none of these.
    """
    collection = host.collections.get(name)
    if collection is None or not collection.lasting_flags or not is_for_professionals(name):
        raise CollectionUnknown("/collection")
    return collection


def signed(
    collection: Collection, fields: dict[str, object], professional: ProfessionalCaller
) -> dict[str, object]:
    """Sign the fields of an entry with who answers for them.

    Raises:
        FieldReadOnly: A field is the server's own.
    """
    for name, rule in collection.rules.items():
        if not rule.is_of_devices and name in fields:
            raise FieldReadOnly(f"/fields/{name}")
    signature = {
        "party_id": str(professional.professional_id),
        "role": Role.PROFESSIONAL.value,
        "name": full_name(professional.professional_names),
    }
    return {**fields, SIGNATURE: signature}


async def trace(
    work: Work,
    space_id: UUID,
    professional: ProfessionalCaller,
    action: Action,
    objects: tuple[tuple[str, UUID], ...],
) -> None:
    """Write what a professional did to entries into the journal of their person."""
    actor, on_behalf_of = professional_actor(professional)
    told = Trace(
        at=work.now,
        actor=actor,
        on_behalf_of=on_behalf_of,
        action=action,
        objects=tuple(Object(collection=name, record_id=one) for name, one in objects),
    )
    await journal.write(work, space_id, told)


async def tell_of(work: Work, host: Host, edit: SpaceEdit, record: Record) -> None:
    """Tell those whose record it is that there is something new, if they may see it.

    One message an hour and person at most: it names nothing, so that one is enough.
    """
    viewers = [*edit.viewers.values()]
    audience = host.rights.audience(record, viewers, work.now)
    seeing = [one for one in viewers if one.viewer_id in audience]
    await tell(work, seeing, NOTICE, limits=[NOTICES])
