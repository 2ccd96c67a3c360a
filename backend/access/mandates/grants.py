"""What identity may know of a caregiver's grant, for the list of spaces."""

from backend.access.collection import terms_in
from backend.identity.spaces.model import MandateTerms


class MandateGrants:
    """Reads the terms of viewers."""

    def mandate_in(self, grant: bytes) -> MandateTerms | None:
        terms = terms_in(grant)
        if not terms.granted or terms.granted_from is None or terms.granted_until is None:
            return None
        return MandateTerms(
            sections=terms.sections or (),
            actions=terms.actions,
            starts_at=terms.granted_from,
            until=terms.granted_until,
        )
