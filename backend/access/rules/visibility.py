"""The one function that decides who may see what."""

from backend.access.model import Confidentiality, Decision, Entry, Reason, Role, Viewer


def decide(viewer: Viewer, entry: Entry) -> Decision:
    """Say whether a viewer may see an entry.

    The first reason that fits is the answer; what nothing allows is forbidden.

    Source: docs/decisions/0009-one-function-decides.md.
    """
    if not viewer.is_open:
        return Decision(allow=False, reason=Reason.GRANT_NOT_IN_FORCE)
    if entry.deleted:
        return Decision(allow=False, reason=Reason.DELETED)
    if viewer.party_id is not None and viewer.party_id == entry.depositor_id:
        return Decision(allow=True, reason=Reason.DEPOSITOR)
    if Confidentiality.ANNOUNCEMENT_PENDING in entry.orders:
        return Decision(allow=False, reason=Reason.ANNOUNCEMENT_PENDING)
    if viewer.role is Role.HOLDER:
        return Decision(allow=True, reason=Reason.HOLDER)
    if viewer.role is Role.REPRESENTATIVE:
        if Confidentiality.HIDDEN_FROM_REPRESENTATIVES in entry.orders:
            return Decision(allow=False, reason=Reason.HIDDEN_FROM_REPRESENTATIVES)
        return Decision(allow=True, reason=Reason.REPRESENTATIVE)
    return Decision(allow=False, reason=Reason.NOTHING_ALLOWS)
