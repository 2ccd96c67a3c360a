"""The text of an entry is the canonical one, though it is written in one go."""

from datetime import UTC, datetime
from uuid import UUID

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from backend.access.journal.model import (
    VERSION,
    Action,
    Actor,
    ActorKind,
    Entry,
    Object,
)
from backend.access.journal.service import encode
from backend.kernel.ids import DeviceId, PartyId
from sync.core.ledger import canonical

actors = st.builds(
    Actor,
    kind=st.sampled_from(ActorKind),
    party_id=st.none() | st.uuids().map(PartyId),
    name=st.none() | st.text(),
    profession=st.none() | st.text(),
    organization=st.none() | st.text(),
    device_id=st.none() | st.uuids().map(DeviceId),
)
entries = st.builds(
    Entry,
    v=st.just(VERSION),
    space_id=st.uuids(),
    seq=st.integers(1, canonical.INTEGER_MAX),
    at=st.datetimes(timezones=st.just(UTC)),
    actor=actors,
    action=st.sampled_from(Action),
    objects=st.lists(
        st.builds(Object, collection=st.text(), record_id=st.uuids(), section=st.none() | st.text())
    ).map(tuple),
    on_behalf_of=st.none() | actors,
    whom=st.none() | actors,
    purpose=st.none() | st.text(),
    emergency=st.booleans(),
)


@given(entry=entries)
def test_an_entry_is_written_in_its_canonical_text(entry: Entry) -> None:
    """Whoever checks a commitment writes the text anew from what was sent."""
    assert encode(entry) == canonical.encode(msgspec.to_builtins(entry))


def test_every_sign_is_written_as_the_canonical_text_writes_it() -> None:
    """Escapes differ between writers of JSON: here they are compared one by one."""
    signs = "".join(map(chr, (*range(0x3000), 0xE000, 0xFFFD, 0xFFFF, 0x1F600, 0x10FFFF)))
    entry = Entry(
        v=VERSION,
        space_id=UUID(int=1),
        seq=1,
        at=datetime(2026, 1, 1, tzinfo=UTC),
        actor=Actor(kind=ActorKind.PATIENT),
        action=Action.READ,
        purpose=signs,
    )

    assert encode(entry) == canonical.encode(msgspec.to_builtins(entry))
