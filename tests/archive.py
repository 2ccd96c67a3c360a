"""A small archive for tests of documents: spaces, the people who look at them, and papers."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import msgspec

from backend.access.collection import ViewerRights
from backend.access.guard import AccessGuard
from backend.access.matrices.in_force import MatrixInForce
from backend.documents.blobs import BlobStore
from backend.documents.model import Deposited
from backend.documents.reading import Upload
from backend.documents.service import Desk, deposit, deposit_as_viewer
from backend.identity.model import Ins, InsOid, PatientIdentity, Reliability, StrictTraits
from backend.kernel.db import Database
from backend.kernel.errors import Refusal
from backend.kernel.keys import Keys
from backend.kernel.sealing import FileKeys
from backend.kernel.spaces import SpaceTransactions
from backend.kernel.work import Message, Office, Work
from backend.record import ALL
from sync.core.audience import Viewer
from sync.core.change import Op, OpKind, Outcome
from sync.errors import SpaceNotFound
from sync.exchange import Exchange, SpaceAsk
from sync.ports import Host
from sync.push import Caller
from sync.storage.spaces import add_viewer, open_space
from tests.unit.documents.cda_samples import document_xml, section, template

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
PDF = b"%PDF-1.7\n" + b"a page of nothing much\n" * 8_000

# The patient of `cda_samples`.
DOMINIQUE = PatientIdentity(
    traits=StrictTraits(
        birth_family_name="PAT-TROIS",
        birth_given_name="DOMINIQUE",
        given_names=("DOMINIQUE", "MARIE-LOUISE"),
        birth_date=date(1979, 3, 28),
        sex="female",
        birth_place_code="51215",
    ),
    reliability=Reliability.QUALIFIED,
    ins=Ins(value="279035121518989", oid=InsOid.NIR_TEST),
)


class NoMail:
    """An outbox that nothing is put into."""

    leaves = True

    async def send(self, messages: list[Message]) -> None:
        raise AssertionError("Documents send no message.")


class Identities:
    """Who the spaces of a test are about."""

    def __init__(self) -> None:
        self.by_space: dict[UUID, PatientIdentity] = {}

    async def identity_of(self, work: Work, space_id: UUID) -> PatientIdentity:
        if space_id not in self.by_space:
            raise SpaceNotFound
        return self.by_space[space_id]


@dataclass
class Shelf:
    """One space and the parties who look at it."""

    space_id: UUID
    holder: Caller
    parent: Caller
    strangers: list[Caller] = field(default_factory=list)


@dataclass
class Item:
    """A record as a device has it."""

    record_id: UUID
    collection: str
    seq: int
    body: dict[str, Any]


class Archive:
    """A desk on an empty database and an empty folder."""

    def __init__(self, database: Database, folder: Path) -> None:
        provider = FileKeys.open(folder / "keys" / "carnet.keys")
        self.folder = folder
        self.identities = Identities()
        self.office = Office(
            database, Keys(provider), NoMail(), AccessGuard(MatrixInForce()), clock=lambda: NOW
        )
        self.host = Host(
            collections=ALL,
            rights=ViewerRights(MatrixInForce()),
            refusal=Refusal,
            checkpoint_key=provider.checkpoint_key,
        )
        self.blobs = BlobStore(folder / "blobs")
        self.desk = Desk(self.office, self.host, self.blobs, self.identities)
        self.exchange = Exchange(SpaceTransactions(self.office), self.host)

    async def open(self, identity: PatientIdentity = DOMINIQUE) -> Shelf:
        """Open a space with a holder and a representative."""
        shelf = Shelf(space_id=uuid4(), holder=_caller(), parent=_caller())
        self.identities.by_space[shelf.space_id] = identity

        async def use_case(work: Work) -> None:
            await work.keys.create(work.db, shelf.space_id)
            await open_space(work.db, shelf.space_id)
            for caller, role in ((shelf.holder, "holder"), (shelf.parent, "representative")):
                viewer = Viewer(viewer_id=uuid4(), party_id=caller.party_id, role=role)
                await add_viewer(work.db, shelf.space_id, viewer)

        await self.office.write(use_case)
        return shelf

    async def bring(self, shelf: Shelf, data: bytes, *, by: UUID | None = None) -> Deposited:
        """Deposit a CDA document as somebody outside the space: a professional."""
        return await deposit(
            self.desk,
            Upload(
                space_id=shelf.space_id,
                depositor_id=HOSPITAL if by is None else by,
                data=data,
                media_type="text/xml",
                file_name="a.xml",
            ),
        )

    async def upload(self, shelf: Shelf, caller: Caller, data: bytes, **given: Any) -> Deposited:
        """Deposit a file as somebody who looks at the space."""
        is_pdf = data.startswith(b"%PDF")
        fields = {
            "media_type": "application/pdf" if is_pdf else "application/xml",
            "title": "Ma radio" if is_pdf else None,
            **given,
        }
        return await deposit_as_viewer(
            self.desk,
            Upload(space_id=shelf.space_id, depositor_id=caller.party_id, data=data, **fields),
            caller.device_id,
        )

    async def pull(self, shelf: Shelf, caller: Caller) -> dict[UUID, Item]:
        """Return everything that a device holds after a first sync."""
        held = {}
        ask = SpaceAsk(space_id=shelf.space_id, limit=100)
        async for page in self.exchange.every_page(caller, ask):
            for change in msgspec.json.decode(page.encode())["changes"]:
                if change["kind"] == "put":
                    record_id = UUID(change["record_id"])
                    held[record_id] = Item(
                        record_id, change["collection"], change["seq"], change["body"]
                    )
        return held

    async def push(self, shelf: Shelf, caller: Caller, item: Item, **fields: Any) -> Outcome:
        """Change fields of a record as a device would."""
        (outcome,) = await self.exchange.push(
            caller,
            [
                Op(
                    op_id=uuid4(),
                    space_id=shelf.space_id,
                    collection=item.collection,
                    record_id=item.record_id,
                    kind=OpKind.PUT,
                    base=item.seq,
                    set=fields,
                    was={name: item.body.get(name) for name in fields},
                )
            ],
        )
        return outcome

    async def delete(self, shelf: Shelf, caller: Caller, item: Item) -> Outcome:
        """Delete a record as a device would."""
        (outcome,) = await self.exchange.push(
            caller,
            [
                Op(
                    op_id=uuid4(),
                    space_id=shelf.space_id,
                    collection=item.collection,
                    record_id=item.record_id,
                    kind=OpKind.DELETE,
                    base=item.seq,
                )
            ],
        )
        return outcome

    def blob_files(self) -> list[Path]:
        """List the files of every space."""
        return [path for path in (self.folder / "blobs").rglob("*") if path.is_file()]


HOSPITAL = uuid4()


def _caller() -> Caller:
    return Caller(party_id=uuid4(), device_id=uuid4())


def problem(code: str, label: str) -> str:
    """Write an entry about one condition."""
    return f"""<entry><act classCode="ACT" moodCode="EVN">{template("problem-concern")}
    <id root="1.2.3.7"/><code nullFlavor="NA"/><statusCode code="active"/>
    <effectiveTime><low value="20200101"/></effectiveTime>
    <entryRelationship typeCode="SUBJ"><observation classCode="OBS" moodCode="EVN">
      {template("problem")}<id root="1.2.3.8"/>
      <code code="G-1009" codeSystem="1.2.250.1.213.2.12"/><statusCode code="completed"/>
      <effectiveTime><low value="20200101"/></effectiveTime>
      <value xsi:type="CD" code="{code}" codeSystem="2.16.840.1.113883.6.3" displayName="{label}"/>
    </observation></entryRelationship></act></entry>"""


HYPERTENSION = problem("I10", "Hypertension")
DIABETES = problem("E119", "Diabete")


def cda(
    *,
    unique: str = "1",
    version: int = 1,
    entries: str = HYPERTENSION,
    hidden: Iterable[str] = (),
    replaces: str | None = None,
    title: str = "Synthese du docteur",
    created: str = "20240106113000+0100",
) -> bytes:
    """Write a document about Dominique, of the set 1.2.3.9."""
    codes = "".join(
        f'<confidentialityCode code="{code}" codeSystem="1.2.250.1.213.1.1.4.13"/>'
        for code in hidden
    )
    parent = (
        ""
        if replaces is None
        else f'<relatedDocument typeCode="RPLC"><parentDocument><id root="1.2.3.4" '
        f'extension="{replaces}"/></parentDocument></relatedDocument>'
    )
    xml = document_xml(section("11450-4", entries), created=created)
    for old, new in (
        ('<id root="1.2.3.4" extension="5"/>', f'<id root="1.2.3.4" extension="{unique}"/>'),
        ('<versionNumber value="2"/>', f'<versionNumber value="{version}"/>'),
        ("<title>Synthèse</title>", f"<title>{title}</title>"),
        ("<languageCode", f"{codes}<languageCode"),
        ("<component><structuredBody>", f"{parent}<component><structuredBody>"),
    ):
        assert xml.count(old) == 1, old
        xml = xml.replace(old, new)
    return xml.encode()
