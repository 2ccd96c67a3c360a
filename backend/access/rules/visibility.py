"""The one function that decides who may see what."""

from datetime import datetime

from backend.access.model import (
    SENSITIVE,
    Confidentiality,
    Decision,
    Emergency,
    Entry,
    From,
    Reason,
    Role,
    Scope,
    Terms,
    Viewer,
)
from backend.access.rules.addresses import address_of

ACTS = frozenset(
    {"masks", "blocks", "consents", "care_team", "mandates", "emergencies", "settings"}
)
"""The collections of acts of rights: for the holder, and who stands in the holder's place."""

REMINDERS, REMINDER_RULES = "reminders", "reminder_rules"
FOLLOWING = frozenset({REMINDERS, REMINDER_RULES})
"""The collections whose records belong to the section of what they are about."""

PERSONAL = frozenset({"notes"}) | FOLLOWING
"""What a person writes for nobody else, and what they are reminded of."""

_KINDS = frozenset(kind.value for kind in From)


def decide(viewer: Viewer, entry: Entry, now: datetime) -> Decision:
    """Say whether a viewer may see an entry at an instant.

    The first reason that fits is the answer; what nothing allows is forbidden.

    Source: DESIGN, section 4; docs/decisions/0009-one-function-decides.md,
    0035-rights-by-hand.md (caregivers), 0038-reminders-of-a-caregiver.md.
    """
    # Declared by a professional: in the terms of anybody else it would open nothing.
    declared = viewer.terms.emergency if viewer.role is Role.PROFESSIONAL else None
    emergency = _in_force(declared, now)
    if not viewer.is_open or not (_is_own(viewer) or viewer.terms.is_granted(now) or emergency):
        return _no(Reason.GRANT_NOT_IN_FORCE)
    if entry.deleted:
        return _no(Reason.DELETED)
    if not _is_for(viewer, entry):
        return _no(Reason.PRIVATE)
    if viewer.role is Role.HOLDER and not _is_pending(entry, now):
        return _yes(Reason.HOLDER)
    if entry.collection in ACTS and not _is_own(viewer):
        return _no(Reason.PRIVATE)
    if _brought(viewer, entry) and viewer.role is not Role.CAREGIVER:
        return _yes(Reason.DEPOSITOR)
    if viewer.role is Role.PROFESSIONAL:
        return _professional(viewer, entry, emergency, now)
    return _person(viewer, entry, now)


def _professional(
    viewer: Viewer, entry: Entry, emergency: Emergency | None, now: datetime
) -> Decision:
    terms = viewer.terms
    if entry.collection in PERSONAL:
        return _no(Reason.PRIVATE)
    # Who may be the person is told like the person: by somebody else, first.
    if terms.is_namesake and _is_pending(entry, now):
        return _no(Reason.ANNOUNCEMENT_PENDING)
    is_masked = is_hidden_from(viewer, entry)
    if emergency is not None and (
        emergency.reads_masked or not (is_masked or _is_hidden_in(emergency, viewer, entry))
    ):
        return _yes(Reason.EMERGENCY)
    if not terms.is_granted(now):
        return _no(Reason.GRANT_NOT_IN_FORCE if emergency is None else Reason.MASKED)
    return _consented(viewer, entry, is_masked=is_masked, now=now)


def _consented(viewer: Viewer, entry: Entry, *, is_masked: bool, now: datetime) -> Decision:
    """Decide for a professional by a consent, as far as it and the matrix reach."""
    terms = viewer.terms
    if terms.is_blocked:
        return _no(Reason.BLOCKED)
    if is_masked and not _sees_masked(terms, now):
        return _no(Reason.MASKED)
    if terms.sections is not None and not any(entry.is_in(one) for one in terms.sections):
        return _no(Reason.OUTSIDE_CONSENT)
    if entry.category in viewer.readable:
        return _yes(Reason.MATRIX_ALLOWS)
    return _no(Reason.MATRIX_DENIES)


def _person(viewer: Viewer, entry: Entry, now: datetime) -> Decision:
    """Decide for a holder who is to be told first, a representative or a caregiver."""
    if _is_pending(entry, now):
        return _no(Reason.ANNOUNCEMENT_PENDING)
    if Confidentiality.HIDDEN_FROM_REPRESENTATIVES in entry.orders:
        return _no(Reason.HIDDEN_FROM_REPRESENTATIVES)
    if viewer.role is Role.REPRESENTATIVE:
        return _yes(Reason.REPRESENTATIVE)
    if viewer.role is Role.CAREGIVER:
        return _caregiver(viewer, entry)
    return _no(Reason.NOTHING_ALLOWS)


def _caregiver(viewer: Viewer, entry: Entry) -> Decision:
    terms = viewer.terms
    if is_hidden_from(viewer, entry):
        return _no(Reason.MASKED)
    sections = terms.sections or ()
    # What they add for the person they may see again, as long as that part is left to them.
    reads = "read" in terms.actions or (_brought(viewer, entry) and "add" in terms.actions)
    if not reads or not any(entry.is_in(one) for one in sections):
        return _no(Reason.OUTSIDE_MANDATE)
    if any(entry.is_in(name) and name not in sections for name in SENSITIVE):
        return _no(Reason.SENSITIVE)
    return _yes(Reason.MANDATE)


def is_hidden_from(viewer: Viewer, entry: Entry) -> bool:
    """Say whether a mask hides an entry from a viewer, attending doctor or not."""
    if viewer.role is Role.PROFESSIONAL and Confidentiality.MASKED in entry.orders:
        return True
    if any(entry.is_in(section) for section in viewer.terms.hidden):
        return True
    return any(
        names(scope, viewer.role, viewer.terms.profession, viewer.party_id)
        for scope in entry.hidden_from
    )


def _is_hidden_in(emergency: Emergency, viewer: Viewer, entry: Entry) -> bool:
    """Say whether a mask hides an entry from the profession in which an emergency was declared."""
    if any(entry.is_in(section) for section in emergency.hidden):
        return True
    return any(
        names(scope, viewer.role, profession, viewer.party_id)
        for scope in entry.hidden_from
        for profession in emergency.professions
    )


def names(scope: Scope, role: Role, profession: str, party_id: object) -> bool:
    """Say whether a mask is meant for a professional or caregiver.

    A kind of mask of a newer version of this code is meant for everybody.
    """
    if scope.kind not in _KINDS:
        return True
    if scope.kind == From.PERSON.value:
        return scope.value == str(party_id)
    if role is not Role.PROFESSIONAL:
        return False
    return scope.kind == From.PROFESSIONALS.value or scope.value == profession


def _is_for(viewer: Viewer, entry: Entry) -> bool:
    """Say whether an entry is meant for a viewer: what is addressed, for one caregiver alone.

    Of reminders they see no others: the person's own follow from all of the record.
    """
    is_caregiver = viewer.role is Role.CAREGIVER
    if entry.addressed_to is None:
        return not is_caregiver or entry.collection != REMINDERS
    return is_caregiver and entry.addressed_to == address_of(viewer.party_id, viewer.terms.sections)


def _is_own(viewer: Viewer) -> bool:
    return viewer.role in (Role.HOLDER, Role.REPRESENTATIVE)


def _brought(viewer: Viewer, entry: Entry) -> bool:
    return viewer.party_id is not None and viewer.party_id == entry.depositor_id


def _is_pending(entry: Entry, now: datetime) -> bool:
    return Confidentiality.ANNOUNCEMENT_PENDING in entry.orders and (
        entry.announced_at is None or now < entry.announced_at
    )


def _in_force(emergency: Emergency | None, now: datetime) -> Emergency | None:
    return emergency if emergency is not None and now < emergency.until else None


def _sees_masked(terms: Terms, now: datetime) -> bool:
    until = terms.sees_masked_until
    return terms.sees_masked and (until is None or now < until)


def _yes(reason: Reason) -> Decision:
    return _ALLOWED[reason]


def _no(reason: Reason) -> Decision:
    return _DENIED[reason]


# Made once: a feed asks ten thousand times.
_ALLOWED = {reason: Decision(allow=True, reason=reason) for reason in Reason}
_DENIED = {reason: Decision(allow=False, reason=reason) for reason in Reason}
