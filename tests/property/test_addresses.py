"""What was made for one caregiver, under one mandate, is theirs while it says the same."""

from datetime import datetime

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.access.model import Entry, Role, Viewer
from backend.access.rules.addresses import address_of, no_address_of
from backend.access.rules.visibility import decide
from backend.kernel.ids import PartyId
from tests.property import rights as draw
from tests.property.test_decide import naive

replace = msgspec.structs.replace


@given(
    viewer=draw.viewers,
    entry=draw.entries,
    now=draw.instants,
    sections=st.none() | draw.some_sections,
    party=draw.parties,
)
@settings(max_examples=600)
def test_what_is_addressed_is_for_one_caregiver_of_one_mandate(
    viewer: Viewer,
    entry: Entry,
    now: datetime,
    sections: tuple[str, ...] | None,
    party: PartyId,
) -> None:
    """Not for the person, nor for the same caregiver with other sections; and opens nothing."""
    theirs = replace(
        entry, addressed_to=address_of(viewer.party_id, viewer.terms.sections), collection="x"
    )
    others = replace(entry, addressed_to=address_of(party, sections))

    for one in (theirs, others, replace(entry, addressed_to=no_address_of(party))):
        assert decide(viewer, one, now).allow is naive(viewer, one, now)
    if viewer.role is not Role.CAREGIVER:
        assert not decide(viewer, theirs, now).allow
