"""Orders that a record carries about who may see it, read from what it says.

A record read in a document also carries the orders of that document. They last
through every edit: what was to be announced first, or kept from the parents,
does not come into sight because somebody corrected a dose.
"""

from collections.abc import Callable
from collections.abc import Collection as Words
from datetime import datetime
from typing import TypeVar

import msgspec
from msgspec import Struct

from backend.access.model import Confidentiality
from sync.ports import Collection

B = TypeVar("B", bound=Struct)

LASTING = (
    Confidentiality.MASKED
    | Confidentiality.ANNOUNCEMENT_PENDING
    | Confidentiality.HIDDEN_FROM_REPRESENTATIVES
)
_BY_CODE = {
    "MASQUE_PS": Confidentiality.MASKED,
    "INVISIBLE_PATIENT": Confidentiality.ANNOUNCEMENT_PENDING,
    "INVISIBLE_REPRESENTANTS_LEGAUX": Confidentiality.HIDDEN_FROM_REPRESENTATIVES,
}


def orders_in(codes: Words[str]) -> Confidentiality:
    """Read the confidentiality codes of a document.

    Source: CI-SIS value set JDV_J08. Its levels N, R and V order nothing by themselves.
    """
    orders = Confidentiality.NONE
    for code in codes:
        orders |= _BY_CODE.get(code, Confidentiality.NONE)
    return orders


def drafted(collection: Collection) -> Collection:
    """Declare that records of a collection may be read in documents, as drafts."""

    def orders_of(body: Struct) -> int:
        is_draft = getattr(body, "draft_state", None) == "draft"
        return Confidentiality.DRAFT.value if is_draft else 0

    return msgspec.structs.replace(collection, flags=orders_of, lasting_flags=LASTING.value)


def ordered(
    collection: Collection,
    body: type[B],
    codes: Callable[[B], Words[str]],
    announced_at: Callable[[B], datetime | None],
) -> Collection:
    """Declare that bodies of a collection hold their own confidentiality codes."""

    def due_at(value: Struct) -> datetime | None:
        assert isinstance(value, body)
        return announced_at(value)

    def orders_of(value: Struct) -> int:
        assert isinstance(value, body)
        return orders_in(codes(value)).value

    return msgspec.structs.replace(collection, flags=orders_of, due_at=due_at)
