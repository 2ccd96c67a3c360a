"""Who may write what."""

from datetime import datetime
from enum import Enum

from backend.access.model import Confidentiality, Entry, Role, Viewer
from backend.access.rules.visibility import ACTS, PERSONAL, REMINDER_RULES, REMINDERS


class Act(Enum):
    """What a viewer wants to do to an entry."""

    ADD = "add"
    CHANGE = "change"
    DELETE = "delete"
    UPLOAD = "upload"  # To add an entry that comes as a file.


# Made by the server, and taken away by it alone.
_OF_THE_SERVER = frozenset({"profile", REMINDERS})
# Signed by whoever brought them: others answer with a record of their own.
_SIGNED = frozenset({"documents", "measures"})
# Whoever brings something as one of these brings it to the holder, and may be gone since.
_FOR_THE_HOLDER = frozenset({Role.CAREGIVER, Role.REPRESENTATIVE})
# Their bytes come by upload, which makes the record.
_UPLOADED = frozenset({"documents"})
# What a professional has no business in: the person's own agenda, circle and words.
_OF_THE_PERSON = frozenset({"contacts", "profile"}) | PERSONAL


def may_write(  # noqa: PLR0913  # Who does what to which entry, whose it is, and when.
    viewer: Viewer,
    act: Act,
    collection: str,
    entry: Entry | None,
    now: datetime,
    *,
    brought_as: Role | None = None,
) -> bool:
    """Say whether a viewer may do this to an entry that it sees, or to a new one.

    A reminder is made by the server; whoever sees it may answer it.
    A draft read from a document is for the patient to confirm, mend or throw
    away, whoever deposited the document. What a professional wrote, nobody else
    corrects or withdraws; an emergency only reads. What somebody brought who helps or
    represents the holder, the holder may throw away. A professional's files come as
    deposits, which say who answers for them, and never as uploads.

    Args:
        viewer: Who.
        act: What.
        collection: In which.
        entry: To which; None for a new one.
        now: When.
        brought_as: As what whoever brought the entry looks at the space, or looked; None
            for who never did.

    Source: docs/decisions/0022-mandates.md; docs/decisions/0025-professional-deposits.md.
    """
    if not viewer.is_open or not _is_a_way(act, collection):
        return False
    if viewer.role is Role.PROFESSIONAL:
        return act is not Act.UPLOAD and _professional(viewer, collection, entry, now)
    if viewer.role is Role.CAREGIVER and not _mandated(viewer, act, collection, now):
        # Whoever is reminded may answer, and say that the own phone rings.
        return collection == REMINDERS and entry is not None and viewer.terms.is_granted(now)
    if collection not in _SIGNED or entry is None:
        return True
    if viewer.role is Role.HOLDER and act is Act.DELETE and brought_as in _FOR_THE_HOLDER:
        return True
    return entry.depositor_id == viewer.party_id or Confidentiality.DRAFT in entry.orders


def is_for_professionals(collection: str) -> bool:
    """Say whether professionals write in a collection at all, by a consent or by a deposit."""
    return collection not in ACTS | _OF_THE_PERSON


def _is_a_way(act: Act, collection: str) -> bool:
    """Say whether a collection is written so at all, whoever writes."""
    if act is Act.UPLOAD:
        return collection in _UPLOADED
    if act is Act.ADD:
        return collection not in _OF_THE_SERVER | _UPLOADED
    return act is not Act.DELETE or collection not in _OF_THE_SERVER


def _professional(viewer: Viewer, collection: str, entry: Entry | None, now: datetime) -> bool:
    if not viewer.terms.is_granted(now) or viewer.terms.is_blocked:
        return False
    if not is_for_professionals(collection):
        return False
    return entry is None or entry.depositor_id == viewer.party_id


def _mandated(viewer: Viewer, act: Act, collection: str, now: datetime) -> bool:
    terms = viewer.terms
    if collection in ACTS or not terms.is_granted(now):
        return False
    wanted = "add" if act in (Act.ADD, Act.UPLOAD) else "change"
    section = "appointments" if collection == REMINDER_RULES else collection
    return wanted in terms.actions and section in (terms.sections or ())
