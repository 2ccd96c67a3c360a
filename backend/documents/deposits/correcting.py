"""A corrected file takes the place of one that its author deposited."""

import msgspec

from backend.documents.deposits import keeping
from backend.documents.deposits.errors import DepositNotFound
from backend.documents.deposits.model import Orders
from backend.documents.deposits.service import DepositWitness, deposit_document, provenance_of
from backend.documents.model import Deposited
from backend.documents.reading import Upload
from backend.documents.service import Desk
from backend.documents.witnesses import COLLECTION, Held
from backend.identity.professionals.model import ProfessionalCaller
from backend.kernel.conditions import IfMatchFailed
from sync.ports import Host


class Correction(msgspec.Struct, frozen=True, kw_only=True):
    """A file for the place of another, and what it was made from."""

    upload: Upload
    orders: Orders
    if_match: str


class _CorrectionWitness(DepositWitness):
    """Looks again, in the transaction that files it, at what a version was made from.

    Between the two, another desk may have corrected it, or withdrawn it.
    """

    def __init__(
        self, host: Host, professional: ProfessionalCaller, upload: Upload, body: bytes
    ) -> None:
        """Take the body that the version was made from, whole: a tag is of what is shown."""
        super().__init__(host, professional, upload)
        self._record_id = upload.replaces
        self._body = body

    async def admit(self, held: Held) -> None:
        await super().admit(held)
        standing = await held(frozenset({COLLECTION}))
        former = next((one for one in standing if one.record_id == self._record_id), None)
        if former is None or former.body is None:
            raise DepositNotFound("No document of yours has this identifier.")
        if former.body != self._body:
            raise IfMatchFailed("This has changed since.")


async def correct_document(
    desk: Desk, professional: ProfessionalCaller, correction: Correction
) -> Deposited:
    """File a new version of what stands, kept from whom the former was kept.

    Run for a request that nothing was answered to yet: once it was, what it was made
    from stands no more, and the same request is to get the same answer.

    Raises:
        ProfessionalOnly: The caller is an assistant.
        DepositNotFound: No document of the caller's own.
        DepositWithdrawn: It was withdrawn.
        IfMatchMissing, IfMatchFailed: See `check_if_match`.
        Refusal: Why the document is not taken.
    """
    upload = correction.upload
    record_id = upload.replaces
    assert record_id is not None
    body, standing = await desk.office.preparing().write(
        lambda work: keeping.find_document(
            work, desk.host, professional, record_id, correction.if_match
        )
    )
    orders = correction.orders.beside(standing)
    made = msgspec.structs.replace(upload, provenance=provenance_of(professional, orders))
    witness = _CorrectionWitness(desk.host, professional, made, body)
    return await deposit_document(desk, professional, made, witness)
