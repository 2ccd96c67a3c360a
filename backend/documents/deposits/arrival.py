"""Whom a file that comes in is for: what the headers say, else what a CDA says itself."""

from datetime import date

import msgspec

from backend.documents.cda.document import read_patient
from backend.documents.deposits.rules import whom_of
from backend.documents.errors import DocumentWithoutIdentity
from backend.documents.formats import declared_format
from backend.documents.reading import readers
from backend.identity.errors import InvalidIns
from backend.identity.model import Ins, InsOid
from backend.identity.spaces.finding import Whom


class Arrival(msgspec.Struct, frozen=True, kw_only=True):
    """What the headers of a deposit say of its patient."""

    ins: str | None
    ins_system: InsOid
    birth_date: date | None


async def whom_of_upload(said: Arrival, data: bytes, media_type: str) -> Whom:
    """Return whom a file is for.

    Raises:
        DocumentWithoutIdentity: Neither the headers nor the file say.
        InvalidIns: Nobody can have been given this number.
        Refusal: Why a CDA cannot be read.
    """
    if said.ins is not None and said.birth_date is not None:
        try:
            ins = msgspec.convert({"value": said.ins, "oid": said.ins_system.value}, Ins)
        except msgspec.ValidationError:
            raise InvalidIns("A number has 15 characters.", pointer="/ins") from None
        return Whom(ins=ins, birth_date=said.birth_date)
    if declared_format(media_type).kind != "cda":
        raise DocumentWithoutIdentity("Say whom this file is about.", pointer="/ins")
    patient = await readers().run(lambda: read_patient(data))
    return whom_of(patient)
