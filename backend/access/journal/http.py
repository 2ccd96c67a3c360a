"""The journal and its log over HTTP: decode, call one use case, encode."""

from typing import Annotated, Literal
from uuid import UUID

import msgspec
from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.openapi.spec import Example
from litestar.params import FromPath, JSONBody, QueryParameter

from backend.access.journal import log, reading
from backend.access.journal.answers import Verdict
from backend.access.journal.log import ChainProof
from backend.access.journal.reading import COMMENT_MAX, PAGE_LINES_MAX, Answered, Asker, JournalPage
from backend.kernel.ids import DeviceId, PartyId
from backend.kernel.work import Office
from backend.settings import Settings
from sync.core.ledger.heads import LogKey, SignedHead
from sync.push import Caller


class AnswerRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the holder says of a line."""

    answer: Verdict
    comment: Annotated[str, msgspec.Meta(max_length=COMMENT_MAX)] | None = None


class Consistency(msgspec.Struct, frozen=True, kw_only=True):
    """Proof that a log of one size is the beginning of the same log at another."""

    log_id: UUID
    first: int
    second: int
    hashes: list[str]


class JournalController(Controller):
    """Who did what in one's own space."""

    path = "/v1/spaces/{space_id:uuid}/journal"
    tags = ("journal",)

    @get(operation_id="listJournal", summary="Read who did what in your space.")
    async def list_journal(
        self,
        office: NamedDependency[Office],
        device: NamedDependency[Caller],
        settings: NamedDependency[Settings],
        space_id: FromPath[UUID],
        after: Annotated[
            int,
            QueryParameter(
                description="The last number that you have.", ge=0, examples=[Example(value=0)]
            ),
        ] = 0,
        limit: Annotated[
            int,
            QueryParameter(
                description=f"Lines on a page, from 1 to {PAGE_LINES_MAX}.",
                ge=1,
                le=PAGE_LINES_MAX,
                examples=[Example(value=PAGE_LINES_MAX)],
            ),
        ] = PAGE_LINES_MAX,
        grouped: Annotated[
            Literal["visits"] | None,
            QueryParameter(description="Also group the lines of this page by visit."),
        ] = None,
    ) -> JournalPage:
        """Return lines in order, each with words, and with what proves that it is unchanged.

        For the holder: remember `head`, which is what a later answer must go on from.
        A child's representatives read it without what is kept from them, hence
        without what proves it; lines are then numbered by their place.
        """
        asker = _asker(device, settings, space_id)
        return await reading.read_page(
            office, asker, after=after, limit=limit, is_grouped=grouped is not None
        )

    @get("/proof", operation_id="proveJournal", summary="Prove that your journal is in the log.")
    async def prove(
        self,
        office: NamedDependency[Office],
        device: NamedDependency[Caller],
        settings: NamedDependency[Settings],
        space_id: FromPath[UUID],
    ) -> ChainProof:
        """Return the newest signed head and the inclusion proof of your chain in it.

        The leaf is SHA-256 of the byte 0 and `leaf` in canonical JSON (RFC 8785);
        the proof is that of RFC 9162, 2.1.3. A new line is in the log within a minute.
        """
        return await reading.read_proof(office, _asker(device, settings, space_id))

    @post(
        "/{seq:int}/answer",
        operation_id="answerJournal",
        status_code=200,
        summary="Say whether you expected a line.",
    )
    async def answer(
        self,
        office: NamedDependency[Office],
        device: NamedDependency[Caller],
        settings: NamedDependency[Settings],
        space_id: FromPath[UUID],
        seq: FromPath[int],
        data: JSONBody[AnswerRequest],
    ) -> Answered:
        """Keep the answer, and have it looked into unless the line was expected.

        The last answer to a line stands; the same one again changes nothing.
        """
        asker = _asker(device, settings, space_id)
        return await office.write(
            lambda work: reading.give_answer(
                work, asker, seq, verdict=data.answer, comment=data.comment
            )
        )


class LogController(Controller):
    """The log over all journals: sizes and hashes, of which nobody can tell whose they are."""

    path = "/v1/log"
    tags = ("journal",)

    @get("/head", operation_id="getLogHead", summary="Read the newest signed head of the log.")
    async def head(
        self, office: NamedDependency[Office], device: NamedDependency[Caller]
    ) -> SignedHead:
        """Return size, root, time and signature, and how this log began.

        After a restore the log is a new one, and `opening` says which one it
        replaces: lines written since the copy are lost.
        """
        return await log.signed_head(office)

    @get(
        "/consistency",
        operation_id="proveLogConsistency",
        summary="Prove that the log only ever grew.",
    )
    async def consistency(
        self,
        office: NamedDependency[Office],
        device: NamedDependency[Caller],
        first: Annotated[
            int,
            QueryParameter(
                name="from", description="The smaller size.", ge=0, examples=[Example(value=0)]
            ),
        ] = 0,
        second: Annotated[
            int | None,
            QueryParameter(
                name="to",
                description="The larger size; the newest when left out.",
                ge=0,
                examples=[Example(value=0)],
            ),
        ] = None,
    ) -> Consistency:
        """Return the consistency proof of RFC 9162, 2.1.4, of the log that goes on."""
        head = (await log.signed_head(office)).head
        size = head.size if second is None else second
        hashes = await office.read(lambda work: log.consistency(work, head.log_id, first, size))
        return Consistency(log_id=head.log_id, first=first, second=size, hashes=hashes)

    @get("/keys", operation_id="listLogKeys", summary="List the keys that sign the log.")
    async def keys(
        self, office: NamedDependency[Office], device: NamedDependency[Caller]
    ) -> list[LogKey]:
        """Return every Ed25519 key that signs or signed heads, oldest first.

        Each but the first is endorsed by one before it.
        """
        return log.log_keys(office)


def _asker(device: Caller, settings: Settings, space_id: UUID) -> Asker:
    return Asker(
        space_id=space_id,
        party_id=PartyId(device.party_id),
        device_id=DeviceId(device.device_id),
        zone=settings.zone,
    )
