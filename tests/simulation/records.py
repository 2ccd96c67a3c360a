"""Records of a household, small and with all that real rights read of one."""

from typing import Annotated
from uuid import UUID

from backend.access.collection import COLLECTIONS as ACTS
from backend.access.orders import drafted, ordered
from backend.access.sections import watched
from backend.kernel.collection import collection
from backend.kernel.errors import Refusal
from backend.kernel.values import (
    BOTH,
    CLIENT,
    NAMES_A_DOCUMENT,
    READ_ONLY,
    Body,
    DraftState,
    Instant,
    Signature,
)
from sync.ports import Collection, Host, Policy, Rights
from tests.hosts import KEY

NOTES, CONDITIONS, APPOINTMENTS, DOCUMENTS = "notes", "conditions", "appointments", "documents"
TYPES = ("11488-4", "11502-2", "11369-6")
CATEGORIES = (CONDITIONS, APPOINTMENTS, *TYPES)
SENSITIVE = ("sexual-health", "mental-health", "addiction", "violence")


class Item(Body, frozen=True, kw_only=True):
    """What a person or a professional writes down."""

    title: str
    place: str | None = None
    color: Annotated[str, CLIENT] | None = None
    text: Annotated[str, BOTH] | None = None
    sensitive: tuple[str, ...] = ()
    draft_of: Annotated[UUID | None, NAMES_A_DOCUMENT] = None
    draft_state: DraftState | None = None
    confidentiality: tuple[str, ...] = ()
    """For whoever reads along: a draft's own orders stand beside its body."""
    announced_at: Instant | None = None
    written_by: Annotated[Signature | None, READ_ONLY] = None


class Paper(Body, frozen=True, kw_only=True):
    """What is known of a document."""

    title: str
    place: str | None = None
    color: Annotated[str, CLIENT] | None = None
    text: Annotated[str, BOTH] | None = None
    sensitive: tuple[str, ...] = ()
    type_code: str = TYPES[0]
    confidentiality: tuple[str, ...] = ()
    announced_at: Instant | None = None
    replaces: Annotated[UUID | None, NAMES_A_DOCUMENT] = None


def _anything(_: object) -> None:
    """Every body is right."""


_NO_CLUES: tuple[tuple[()], tuple[()]] = ((), ())

_ITEMS = tuple(
    watched(drafted(collection(name, Item, check=_anything)), Item, lambda _: _NO_CLUES)
    for name in (NOTES, CONDITIONS, APPOINTMENTS)
)
_PAPERS = watched(
    ordered(
        collection(
            DOCUMENTS,
            Paper,
            check=_anything,
            category=lambda paper: paper.type_code,
            policy=Policy.APPEND,
        ),
        Paper,
        lambda paper: paper.confidentiality,
        lambda paper: paper.announced_at,
    ),
    Paper,
    lambda _: _NO_CLUES,
)
COLLECTIONS: dict[str, Collection] = {one.name: one for one in (*_ITEMS, _PAPERS, *ACTS)}


def make_host(rights: Rights) -> Host:
    """Make a host with the records of a household and the real acts of rights."""
    return Host(collections=COLLECTIONS, rights=rights, refusal=Refusal, checkpoint_key=KEY)
