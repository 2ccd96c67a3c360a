"""Who may write what."""

from enum import Enum

from backend.access.model import Confidentiality, Entry, Role, Viewer


class Act(Enum):
    """What a viewer wants to do to an entry."""

    ADD = "add"
    CHANGE = "change"
    DELETE = "delete"


# Made by the server with the space; there is exactly one.
_SINGLE = frozenset({"profile"})
# Signed by whoever brought them: others answer with a record of their own.
_SIGNED = frozenset({"documents", "measures"})
# Their bytes come by upload, which makes the record.
_UPLOADED = frozenset({"documents"})


def may_write(viewer: Viewer, act: Act, collection: str, entry: Entry | None) -> bool:
    """Say whether a viewer may do this to an entry that it sees, or to a new one.

    A draft read from a document is for the patient to confirm, mend or throw
    away, whoever deposited the document.
    """
    if not viewer.is_open or viewer.role not in (Role.HOLDER, Role.REPRESENTATIVE):
        return False
    if act is Act.ADD:
        return collection not in _SINGLE | _UPLOADED
    if act is Act.DELETE and collection in _SINGLE:
        return False
    if collection not in _SIGNED or entry is None:
        return True
    return entry.depositor_id == viewer.party_id or Confidentiality.DRAFT in entry.orders
