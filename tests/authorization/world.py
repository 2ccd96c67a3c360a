"""Spaces with everything in them that somebody may not see, and everybody who might ask."""

import secrets
from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import msgspec

from backend.access.reference import shipped_matrix
from backend.documents.reading import Upload
from backend.documents.service import Desk, deposit
from backend.identity.spaces import store as directory
from backend.identity.spaces.model import Membership
from backend.kernel.edge import Asgi
from backend.kernel.spaces import edit_space, open_store, save_space
from backend.kernel.work import Office, Work
from sync.core.audience import Viewer
from sync.edit import Entry
from sync.ports import Host
from tests.archive import DOMINIQUE, cda
from tests.authorization.cast import Actor, Cast
from tests.authorization.declaration import Operation, filled
from tests.journeys import CHILD_BIRTH_DATE, Json, Phone, patient, put

HOSPITAL = uuid4()
# Not by this name is any space known.
UNKNOWN = "unknown"


class Planted(msgspec.Struct, frozen=True, kw_only=True):
    """A record that was put somewhere, and the word that it alone holds."""

    space: str
    name: str
    record_id: str
    collection: str
    word: str


class World:
    """An application, its spaces and records, and its actors by name."""

    def __init__(self, app: Asgi, office: Office, host: Host, desk: Desk, cast: Cast) -> None:
        self.app = app
        self.office = office
        self.host = host
        self.desk = desk
        self.cast = cast
        self.spaces: dict[str, str] = {UNKNOWN: str(uuid4())}
        self.records: dict[tuple[str, str], Planted] = {}
        self.actors: dict[str, Actor] = {}
        self.given: dict[str, Any] = {"unknown_id": str(uuid4()), "matrix": shipped_matrix()}
        # What else must not come out, and the actors to whom it may be told.
        self.secrets: dict[str, tuple[str, frozenset[str]]] = {}

    def add_actor(self, actor: Actor) -> None:
        """Let somebody in, at an address of their own: attempts are counted by address."""
        address = f"192.0.2.{10 + len(self.actors)}"
        self.actors[actor.name] = msgspec.structs.replace(actor, address=address)

    def note(self, space: str, name: str, collection: str, record_id: object, word: str) -> None:
        """Remember what was planted."""
        self.records[space, name] = Planted(
            space=space, name=name, record_id=str(record_id), collection=collection, word=word
        )

    async def plant(
        self, phone: Phone, space: str, name: str, collection: str, field: str, **fields: object
    ) -> None:
        """Have a phone write a record with a word that stands nowhere else."""
        word = a_word()
        op = put(self.spaces[space], collection, {**fields, field: f"Mot {word}"})
        (outcome,) = await phone.push(op)
        assert outcome["status"] == "applied", outcome
        self.note(space, name, collection, op["record_id"], word)

    async def act(self, space: str, collection: str, fields: Json, name: str = "") -> UUID:
        """Write an act of rights as a use case of it would."""
        space_id = UUID(self.spaces[space])

        async def write(work: Work) -> UUID:
            edit = await edit_space(work, self.host, space_id)
            record_id = work.new_id()
            await edit.load([record_id])
            edit.put(
                Entry(
                    record_id=record_id,
                    collection=self.host.collections[collection],
                    author_id=UUID(int=0),
                    fields=fields,
                )
            )
            await save_space(work, space_id, edit)
            return record_id

        record_id = await self.office.write(write)
        if name:
            self.note(
                space, name, collection, record_id, str(fields.get("organization", record_id))
            )
        return record_id

    async def fresh(self, space: str, declared: Operation) -> str:
        """Write an act for somebody to change or end, as an operation declares it."""
        assert declared.fresh is not None
        fields = filled(declared.fresh, self.given)
        return str(await self.act(space, declared.collection, fields))

    async def bring(self, space: str, name: str, *hidden: str) -> None:
        """Have a hospital deposit a document about the person."""
        word = a_word()
        # A set of its own: else each would be a version of the one before.
        text = cda(unique=name, title=f"Mot {word}", entries="", hidden=hidden)
        of_set = f'<setId root="1.2.9" extension="{name}"/>'.encode()
        text = text.replace(b'<setId root="1.2.3.9"/>', of_set)
        if space == "child":
            text = text.replace(b"19790328", CHILD_BIRTH_DATE.replace("-", "").encode())
            text = text.replace(
                b'<id root="1.2.250.1.213.1.4.10" extension="279035121518989"/>', b""
            )
        made = await deposit(
            self.desk,
            Upload(
                space_id=UUID(self.spaces[space]),
                depositor_id=HOSPITAL,
                data=text,
                media_type="text/xml",
            ),
        )
        assert made.status == "created", made
        self.note(space, name, "documents", made.record_id, word)

    async def draw(self, space: str, name: str, document: str) -> None:
        """Say that a record was read in a document, and confirmed."""
        space_id, known = UUID(self.spaces[space]), self.records
        record_id = UUID(known[space, name].record_id)

        async def write(work: Work) -> None:
            edit = await edit_space(work, self.host, space_id)
            await edit.load([record_id])
            record = edit.record(record_id)
            assert record is not None
            assert record.body is not None
            collection = self.host.collections[record.collection]
            await edit.surround([collection.name])
            fields = msgspec.json.decode(record.body)
            fields |= {"draft_of": known[space, document].record_id, "draft_state": "confirmed"}
            edit.put(
                Entry(
                    record_id=record_id,
                    collection=collection,
                    author_id=record.author_id,
                    fields=fields,
                )
            )
            await save_space(work, space_id, edit)

        await self.office.write(write)

    async def upload(self, phone: Phone, space: str, name: str) -> None:
        """Have a phone deposit a paper."""
        word = a_word()
        answer = await phone.post(
            f"/v1/spaces/{self.spaces[space]}/documents",
            content=f"papier {word}".encode(),
            headers={"Content-Type": "text/plain", "Document-Title": f"Mot%20{word}"},
        )
        assert answer.status_code == 201, answer.text
        self.note(space, name, "documents", answer.json()["record_id"], word)

    async def change_viewers(
        self, space: str, change: Callable[[dict[UUID, Viewer]], Viewer]
    ) -> None:
        """Let somebody in or out as a use case of identity would."""
        space_id = UUID(self.spaces[space])

        async def write(work: Work) -> None:
            edit = await edit_space(work, self.host, space_id)
            await edit.grant(change(edit.viewers))
            await save_space(work, space_id, edit)

        await self.office.write(write)

    async def enter_directory(self, party_id: str, space: str, role: str) -> None:
        """Write a space into the directory of an account."""
        space_id = UUID(self.spaces[space])

        async def write(work: Work) -> None:
            store = await open_store(work, space_id)
            viewer = await store.viewer_of(UUID(party_id))
            viewer_id = work.new_id() if viewer is None else viewer.viewer_id
            await directory.add_member(
                work,
                Membership(
                    account_id=UUID(party_id),
                    space_id=space_id,
                    viewer_id=viewer_id,
                    role=role,
                    joined_at=work.now,
                ),
            )

        await self.office.write(write)


def a_word() -> str:
    """Make a word up that nobody says by chance."""
    return f"mot{secrets.token_hex(8)}"


def identity_of_home() -> Json:
    """Describe whom the hospital's documents are about, as an operator does."""
    return {"identity": msgspec.to_builtins(DOMINIQUE)}


def identity_of_child() -> Json:
    """Describe the same person as a child without a number, whom traits alone can prove."""
    traits = {**msgspec.to_builtins(DOMINIQUE.traits), "birth_date": CHILD_BIRTH_DATE}
    return {"identity": {"traits": traits, "reliability": "provisional"}}


def identity_of_stranger(number: str) -> Json:
    """Describe somebody whom every professional may bring something for."""
    described = patient(birth_family_name="AUTRE")
    ins = {"value": number, "oid": "urn:oid:1.2.250.1.213.1.4.10"}
    described["identity"] |= {"ins": ins, "reliability": "qualified"}
    return described
