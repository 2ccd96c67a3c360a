"""What a stored body names, and to whom a page says so, on each storage."""

from uuid import UUID, uuid4

import msgspec
import pytest

from sync.core.change import Kind
from sync.core.limits import PAGE_BYTES_MAX
from sync.core.pages import ENVELOPE_BYTES
from sync.storage.port import FeedPlace, Record
from tests.conformance.subjects import Subject, line, record, save, writes


def naming(rev: int, named_id: UUID, size: int = 0) -> Record:
    """Make a record that names another one."""
    body = b'{"title":"%b","about":"%b"}' % (b"x" * size, str(named_id).encode())
    return msgspec.structs.replace(record(rev, body), named_id=named_id)


async def told(subject: Subject, limit: int = 10, after: int = 0) -> list[bytes | None]:
    """Return the bodies of a page."""
    page, _ = await subject.run(
        lambda store: store.page(
            subject.viewer_id, FeedPlace(after), limit, naming={"notes": "about"}
        )
    )
    return [None if found.body is None else bytes(found.body) for found in page]


@pytest.mark.parametrize("kind", [Kind.PUT, Kind.GONE])
async def test_a_body_names_what_its_viewer_has(subject: Subject, kind: Kind) -> None:
    """What is gone, and what is another viewer's or nowhere, is not named."""
    paper = record(1)
    draft, stray = naming(2, paper.record_id), naming(3, uuid4())
    lines = [line(subject, paper, 1, kind), line(subject, draft, 2), line(subject, stray, 3)]

    await save(subject, writes(3, records=[paper, draft, stray], lines=lines))

    is_there = kind is Kind.PUT
    bare = b'{"title":""}'
    assert await told(subject) == [
        paper.body if is_there else None,
        draft.body if is_there else bare,
        bare,
    ]
    assert (await told(subject, 2))[1] == (draft.body if is_there else bare)


async def test_a_page_ends_where_it_would_if_nothing_were_named(subject: Subject) -> None:
    """Else the length of a page would tell that something is left out."""
    beside = ENVELOPE_BYTES + len(b'{"title":""}') + subject.seal_bytes
    half = PAGE_BYTES_MAX // 2 - beside
    counts, seq = [], 0
    for more in (0, 1):
        last = b'{"title":"%b"}' % (b"x" * (half + more))
        for first in (naming(1, uuid4(), half), record(1, b'{"title":"%b"}' % (b"x" * half))):
            saved = [first, record(2, last)]
            lines = [line(subject, one, seq + 1 + i) for i, one in enumerate(saved)]
            await save(subject, writes(2, records=saved, lines=lines))
            counts.append(len(await told(subject, 2, after=seq)))
            seq += 2

    assert counts == [2, 2, 1, 1]


async def test_who_names_a_record_is_found_among_many(subject: Subject) -> None:
    """However many are asked for at once."""
    papers = [uuid4() for _ in range(1200)]
    drafts = [naming(rev, papers[rev]) for rev in (1, 700, 1199)]
    deleted = msgspec.structs.replace(naming(1200, papers[0]), body=None, deleted=True)
    forgotten = msgspec.structs.replace(deleted, named_id=None)
    await save(subject, writes(1200, records=[*drafts, record(3), forgotten]))

    found = await subject.run(lambda store: store.naming(papers))
    none = await subject.run(lambda store: store.naming([uuid4()]))
    loaded = await subject.run(lambda store: store.records([drafts[0].record_id]))

    assert sorted(found) == sorted((draft.record_id, draft.named_id) for draft in drafts)
    assert none == []
    assert loaded == {drafts[0].record_id: drafts[0]}
