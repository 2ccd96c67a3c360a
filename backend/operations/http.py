"""The operator's doors: a separate audience, with a credential of its own."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Controller, Request, Response, delete, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, JSONBody
from litestar.response import Stream

from backend.access.journal.restoring import say_restored
from backend.access.minors import service as minors
from backend.documents.http import DepositOperation, FileNameHeader, provide_desk
from backend.documents.limits import DOCUMENT_BYTES_MAX
from backend.documents.model import Deposited
from backend.documents.reading import Upload
from backend.documents.receiving import decoded
from backend.documents.service import Desk, import_document
from backend.identity.errors import NotSignedIn
from backend.identity.letters.model import LetterPlace, LetterStanding, QueuedLetter
from backend.identity.letters.service import list_letters, note_printed, take_for_printing
from backend.identity.limits import LETTERS_AT_ONCE
from backend.identity.spaces.model import Letter, Opening, RepresentativeState, SpaceOpened
from backend.identity.spaces.service import open_space, reissue_letters
from backend.identity.wire import bearer_of
from backend.kernel.ids import SpaceId
from backend.kernel.metrics import CONTENT_TYPE, Metrics
from backend.kernel.once import KeyHeader, Once
from backend.kernel.work import Office
from backend.operations.credential import is_operator
from backend.operations.service import Progress, Verified, back_up, rotate_keys, verify_journals
from backend.patients import SERVER, PatientRecords
from backend.settings import Settings
from backend.workshops.agents.service import add_agent, end_agent
from backend.workshops.model import AgentLetter, AgentPerson
from backend.workshops.ports import AgentsDesk
from backend.workshops.wire import PersonName
from sync.ports import Host

NDJSON = "application/x-ndjson"


class BackupOrder(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where to copy to, on the server's own disk."""

    folder: Path


class Restored(msgspec.Struct, frozen=True, kw_only=True):
    """In how many journals it was written."""

    journals: int


class PrintedOrder(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which letters are on paper."""

    letters: Annotated[list[LetterPlace], msgspec.Meta(max_length=LETTERS_AT_ONCE)]


class Printed(msgspec.Struct, frozen=True, kw_only=True):
    """How many of them waited for that."""

    printed: int


class AgentOrder(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who a new support agent is, and for whom they work."""

    name: PersonName
    organization: PersonName


async def provide_operator(
    request: Request[Any, Any, Any], settings: NamedDependency[Settings]
) -> bool:
    """Let the operator in, and nobody else.

    Raises:
        NotSignedIn: Without the operator's token.
    """
    token = bearer_of(request)
    if token is None or not is_operator(settings.data_folder, token):
        raise NotSignedIn("This is for the operator of the server.")
    return True


def provide_once(
    request: Request[Any, Any, Any],
    office: NamedDependency[Office],
    operator: NamedDependency[bool],
    idempotency_key: KeyHeader = None,
) -> Once:
    """Let an operator who did not hear an answer send the request again."""
    return Once(request, office, "operator")


class MetricsController(Controller):
    """Numbers for whoever watches over the server."""

    tags = ("operations",)

    @get(
        "/metrics",
        operation_id="getMetrics",
        summary="Read the server's metrics, as its operator.",
        media_type="text/plain",
    )
    async def metrics(
        self, operator: NamedDependency[bool], metrics: NamedDependency[Metrics]
    ) -> Response[bytes]:
        """Return requests and durations in the exposition format of Prometheus."""
        return Response(metrics.text(), media_type=CONTENT_TYPE)


class OperatorController(Controller):
    """For whoever runs the server, from the command line."""

    path = "/v1/operator"
    tags = ("operations",)
    dependencies = {"once": Provide(provide_once, sync_to_thread=False)}

    @post("/spaces", operation_id="openSpace", status_code=201, summary="Open a person's space.")
    async def open_space(
        self,
        data: JSONBody[Opening],
        once: NamedDependency[Once],
        patients: NamedDependency[PatientRecords],
    ) -> Response[SpaceOpened]:
        """Return the space and the letters that its people would get by post."""
        return await once.answer(
            lambda office: office.write(lambda work: open_space(work, patients, data))
        )

    @post(
        "/spaces/{space_id:uuid}/letters",
        operation_id="reissueLetters",
        status_code=200,
        summary="Issue the unused letters of a space again.",
    )
    async def reissue(
        self,
        once: NamedDependency[Once],
        space_id: FromPath[UUID],
    ) -> Response[list[Letter]]:
        """Return new letters; the former codes open nothing any more."""
        return await once.answer(
            lambda office: office.write(lambda work: reissue_letters(work, SpaceId(space_id)))
        )

    @get(
        "/spaces/{space_id:uuid}/representatives",
        operation_id="listRepresentatives",
        summary="List who represents the person of a space.",
    )
    async def representatives(
        self,
        operator: NamedDependency[bool],
        office: NamedDependency[Office],
        space_id: FromPath[UUID],
    ) -> list[RepresentativeState]:
        """Return them without names: whether each has entered, and until when."""
        return await office.read(lambda work: minors.list_representatives(work, space_id))

    @post(
        "/spaces/{space_id:uuid}/representatives",
        operation_id="addRepresentative",
        status_code=201,
        summary="Make room for one more representative.",
    )
    async def add_representative(
        self, once: NamedDependency[Once], host: NamedDependency[Host], space_id: FromPath[UUID]
    ) -> Response[Letter]:
        """Return the letter that lets them in: for a child who has none left, or for a guardian."""
        return await once.answer(
            lambda office: office.write(lambda work: minors.add_by_operator(work, host, space_id))
        )

    @delete(
        "/spaces/{space_id:uuid}/representatives/{viewer_id:uuid}",
        operation_id="removeRepresentative",
        summary="End a representation, as a court decided.",
    )
    async def remove_representative(
        self,
        operator: NamedDependency[bool],
        office: NamedDependency[Office],
        host: NamedDependency[Host],
        space_id: FromPath[UUID],
        viewer_id: FromPath[UUID],
    ) -> None:
        """Shut them out at once; their phone is wiped at its next contact.

        Unused letters of this space open nothing any more, and invitations of theirs
        that nobody answered are withdrawn: make room anew for who is to come.
        """
        await office.write(lambda work: minors.remove(work, host, space_id, viewer_id))

    @post(
        "/spaces/{space_id:uuid}/documents",
        operation_id="importDocument",
        summary="Bring a clinical document into a space.",
        status_code=200,
        operation_class=DepositOperation,
        request_max_body_size=DOCUMENT_BYTES_MAX,
        dependencies={"desk": Provide(provide_desk, sync_to_thread=False)},
    )
    async def import_document(
        self,
        request: Request[Any, Any, Any],
        operator: NamedDependency[bool],
        desk: NamedDependency[Desk],
        space_id: FromPath[UUID],
        file_name: FileNameHeader = None,
    ) -> Deposited:
        """Keep the bytes as they are, and read what can be read."""
        return await import_document(
            desk,
            Upload(
                space_id=space_id,
                depositor_id=SERVER,
                data=await request.body(),
                media_type=request.headers.get("content-type", ""),
                file_name=decoded(file_name, "/file_name"),
            ),
        )

    @get("/letters", operation_id="listLetters", summary="List how far each letter has come.")
    async def letters(
        self, operator: NamedDependency[bool], office: NamedDependency[Office]
    ) -> list[LetterStanding]:
        """Return them with the last queued first; what they say is not shown here."""
        return await office.read(list_letters)

    @post(
        "/letters/print",
        operation_id="printLetters",
        status_code=200,
        summary="Take the letters that wait to be printed.",
    )
    async def print_letters(
        self, operator: NamedDependency[bool], office: NamedDependency[Office]
    ) -> list[QueuedLetter]:
        """Return them for one printer, which says when they are on paper.

        Of a printer that does not say so within ten minutes, they are given to the
        next one that asks.
        """
        return await office.write(take_for_printing)

    @post(
        "/letters/printed",
        operation_id="notePrintedLetters",
        status_code=200,
        summary="Say that letters are on paper.",
    )
    async def note_printed(
        self,
        data: JSONBody[PrintedOrder],
        operator: NamedDependency[bool],
        office: NamedDependency[Office],
    ) -> Printed:
        """Wipe what they say: their codes are kept nowhere from then on."""
        return Printed(printed=await office.write(lambda work: note_printed(work, data.letters)))

    @post("/agents", operation_id="addAgent", status_code=201, summary="Add a support agent.")
    async def add_agent(
        self,
        data: JSONBody[AgentOrder],
        operator: NamedDependency[bool],
        agents_desk: NamedDependency[AgentsDesk],
    ) -> AgentLetter:
        """Return the code by which the agent enrols; it is good once, for two weeks."""
        person = AgentPerson(name=data.name.strip(), organization=data.organization.strip())
        return await agents_desk.agents.write(lambda work: add_agent(work, person))

    @delete("/agents/{agent_id:uuid}", operation_id="endAgent", summary="Let a support agent go.")
    async def end_agent(
        self,
        operator: NamedDependency[bool],
        agents_desk: NamedDependency[AgentsDesk],
        agent_id: FromPath[UUID],
    ) -> None:
        """Shut the agent out from their next request on."""
        await agents_desk.agents.write(lambda work: end_agent(work, agent_id))

    @post(
        "/keys/rotation",
        operation_id="rotateKeys",
        status_code=200,
        summary="Put every key under a new key-encryption key.",
    )
    async def rotate(
        self,
        operator: NamedDependency[bool],
        office: NamedDependency[Office],
        settings: NamedDependency[Settings],
    ) -> Stream:
        """Stream the progress, a JSON line a step."""
        steps = rotate_keys(office, is_shared=settings.database_url != "sqlite")
        return Stream(_lines(steps), media_type=NDJSON)

    @post("/backup", operation_id="backUp", status_code=200, summary="Take a copy of the data.")
    async def back_up(
        self,
        data: JSONBody[BackupOrder],
        operator: NamedDependency[bool],
        settings: NamedDependency[Settings],
    ) -> Stream:
        """Stream the progress, a JSON line a step."""
        steps = back_up(settings, data.folder)
        first = await anext(steps)  # A refusal is answered before anything is streamed.
        return Stream(_lines(steps, first), media_type=NDJSON)

    @post(
        "/journal/verification",
        operation_id="verifyJournals",
        status_code=200,
        summary="Check every journal and every log.",
    )
    async def verify_journals(
        self, operator: NamedDependency[bool], office: NamedDependency[Office]
    ) -> Stream:
        """Stream how far it has come, a JSON line a step; the last one holds the first fault."""
        return Stream(_lines(verify_journals(office)), media_type=NDJSON)

    @post(
        "/journal/restoration",
        operation_id="sayRestored",
        status_code=200,
        summary="Say that the database was put back to an earlier copy.",
    )
    async def say_restored(
        self, operator: NamedDependency[bool], office: NamedDependency[Office]
    ) -> Restored:
        """Begin a new log in the place of the one that was cut off, and tell every person."""
        return Restored(journals=await say_restored(office))


async def _lines(
    steps: AsyncIterator[Progress | Verified], first: Progress | None = None
) -> AsyncIterator[bytes]:
    if first is not None:
        yield msgspec.json.encode(first) + b"\n"
    async for step in steps:
        yield msgspec.json.encode(step) + b"\n"
