"""What who brought an entry sees of it, with no consent and no emergency."""

from backend.access.model import Role, Terms, Viewer
from backend.kernel.ids import PartyId


def own_eye(party_id: PartyId) -> Viewer:
    """Return the eye of a depositor: on what they brought, and on nothing else.

    It is nobody's viewer in any space: it has no feed, and is asked entry by entry.

    Source: Code de la santé publique, R1111-49; docs/decisions/0025-professional-deposits.md.
    """
    return Viewer(
        party_id=party_id,
        role=Role.PROFESSIONAL,
        is_open=True,
        terms=Terms(granted=True, sections=()),
    )
