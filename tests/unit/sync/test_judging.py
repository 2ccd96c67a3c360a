"""Records judged beside what is around them, and completed before they are checked."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import msgspec
import pytest

from sync.edit import Entry, SpaceEdit
from sync.ports import Around, Host
from sync.storage.memory import MemorySpace, MemorySpaceStore
from tests.hosts import Note, TooLong, make_host

NOW = datetime(2026, 11, 21, tzinfo=UTC)


def host() -> tuple[Host, list[Around]]:
    """Make a host whose notes must not have the title of any place, and get a colour."""
    asked: list[Around] = []

    def fits(body: msgspec.Struct, around: Around) -> None:
        assert isinstance(body, Note)
        asked.append(around)
        titles = {msgspec.json.decode(place, type=Note).title for place in around.beside}
        if body.title in titles:
            raise TooLong("/title")

    def complete(fields: dict[str, Any], standing: bytes | None) -> dict[str, Any]:
        return {"color": "grey" if standing is None else "blue", **fields}

    made = make_host()
    notes = msgspec.structs.replace(
        made.collections["notes"], fits=fits, complete=complete, beside="places"
    )
    collections = {**made.collections, "notes": notes}
    return msgspec.structs.replace(made, collections=collections), asked


class Writing:
    """One space in memory, written in edits of their own."""

    def __init__(self) -> None:
        self.host, self.asked = host()
        self.space = MemorySpace(uuid4())
        self.record_id = uuid4()

    async def put(self, collection: str, **fields: Any) -> dict[str, Any]:
        store = MemorySpaceStore(self.space)
        edit = await SpaceEdit.begin(store, self.host, now=NOW)
        record_id = self.record_id if collection == "notes" else uuid4()
        await edit.load([record_id])
        await edit.surround([collection, collection, "no such one"])
        record = edit.put(
            Entry(
                record_id=record_id,
                collection=self.host.collections[collection],
                author_id=uuid4(),
                fields=fields,
            )
        )
        await edit.save()
        store.commit()
        assert record.body is not None
        body: dict[str, Any] = msgspec.json.decode(record.body)
        return body


async def test_a_record_is_judged_beside_those_that_stand() -> None:
    """By the instant of the edit, and by the bodies of the collection that is named."""
    writing = Writing()
    await writing.put("notes", title="Lyon")
    await writing.put("places", title="Paris")

    with pytest.raises(TooLong):
        await writing.put("notes", title="Paris")

    assert [len(around.beside) for around in writing.asked] == [0, 1]
    assert {around.now for around in writing.asked} == {NOW}


async def test_a_body_that_stands_is_not_judged_again() -> None:
    """A rule that comes later, or a place that does, takes nothing away."""
    writing = Writing()
    await writing.put("notes", title="Paris", color="red")
    await writing.put("places", title="Paris")

    stands = await writing.put("notes", title="Paris", color="red")

    assert stands["title"] == "Paris"
    assert len(writing.asked) == 1


async def test_what_follows_from_fields_is_added_before_they_are_checked() -> None:
    """Given what stands, and never over what was written."""
    writing = Writing()

    new = await writing.put("notes", title="Lyon")
    again = await writing.put("notes", title="Metz")
    said = await writing.put("notes", title="Metz", color="red")

    assert [one["color"] for one in (new, again, said)] == ["grey", "blue", "red"]
