"""Who may see an entry, who may not, and why: the same decision, told for every viewer."""

from collections.abc import Iterable
from datetime import datetime

import msgspec

from backend.access.model import Decision, Entry, Reason, Role, Viewer
from backend.access.rules.visibility import decide, is_hidden_from
from backend.kernel.ids import PartyId

_ORDER = {role: place for place, role in enumerate(Role)}


class Explanation(msgspec.Struct, frozen=True, kw_only=True):
    """Whether one party may see an entry, and why.

    `despite_mask` says that a mask is meant for the party, who sees the entry all
    the same.
    """

    party_id: PartyId | None
    role: Role
    name: str
    profession: str
    organization: str
    allow: bool
    reason: Reason
    despite_mask: bool


def explain(viewers: Iterable[Viewer], entry: Entry, now: datetime) -> tuple[Explanation, ...]:
    """Say of each viewer whether it may see an entry at an instant, and why.

    Returns:
        One explanation for each viewer: who sees it first, then by role and name.

    Source: DESIGN, section 4; docs/decisions/0026-explaining-rights.md.
    """
    return tuple(sorted((explain_one(v, entry, now) for v in viewers), key=_place))


def explain_one(viewer: Viewer, entry: Entry, now: datetime) -> Explanation:
    """Say whether one viewer may see an entry at an instant, and why."""
    decision = told(viewer, entry, now)
    terms = viewer.terms
    return Explanation(
        party_id=viewer.party_id,
        role=viewer.role,
        name=terms.name,
        profession=terms.profession,
        organization=terms.organization,
        allow=decision.allow,
        reason=decision.reason,
        despite_mask=decision.allow and is_meant_for(viewer, entry),
    )


def told(viewer: Viewer, entry: Entry, now: datetime) -> Decision:
    """Decide, with the reason that the patient knows.

    A block ends the grant, and the grant is looked at first: but the patient
    blocked somebody, and did not let a consent run out.
    """
    decision = decide(viewer, entry, now)
    if decision.reason is Reason.GRANT_NOT_IN_FORCE and viewer.terms.is_blocked:
        return Decision(allow=False, reason=Reason.BLOCKED)
    return decision


def is_meant_for(viewer: Viewer, entry: Entry) -> bool:
    """Say whether a mask is on an entry for a professional or caregiver."""
    is_other = viewer.role in (Role.PROFESSIONAL, Role.CAREGIVER)
    return is_other and is_hidden_from(viewer, entry)


def _place(one: Explanation) -> tuple[bool, int, str, str]:
    return not one.allow, _ORDER[one.role], one.name, str(one.party_id)
