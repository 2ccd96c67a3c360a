"""The agenda's links, as stored."""

from uuid import UUID

import msgspec
from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from backend.agenda.feed.model import Feed, Link, Memory, Options
from backend.agenda.feed.tables import agenda_feeds, agenda_links
from backend.kernel.sealing import Cipher
from backend.kernel.work import Work

_COLUMNS = (
    agenda_feeds.c.feed_id,
    agenda_feeds.c.token_hash,
    agenda_feeds.c.titles,
    agenda_feeds.c.language,
    agenda_feeds.c.made_at,
    agenda_feeds.c.granted_from,
    agenda_feeds.c.rev,
    agenda_feeds.c.sealed_memory,
)
_THIS = (
    agenda_feeds.c.space_id == bindparam("in_space"),
    agenda_feeds.c.party_id == bindparam("party"),
)
_FEED = select(*_COLUMNS).where(*_THIS)
_PUT = upsert(agenda_feeds)
_PUT = _PUT.on_conflict_do_update(
    index_elements=["space_id", "party_id"],
    set_={column.name: _PUT.excluded[column.name] for column in _COLUMNS},
)
_REMEMBER = (
    update(agenda_feeds)
    .where(*_THIS, agenda_feeds.c.rev == bindparam("former_rev"))
    .values(rev=bindparam("new_rev"), sealed_memory=bindparam("sealed"))
)
_DROP = delete(agenda_feeds).where(*_THIS)

_ADD_LINK = insert(agenda_links)
_LINK = select(agenda_links.c.space_id, agenda_links.c.party_id).where(
    agenda_links.c.token_hash == bindparam("hashed")
)
_DROP_LINK = delete(agenda_links).where(agenda_links.c.token_hash == bindparam("hashed"))


async def link_of(work: Work, token_hash: bytes) -> Link | None:
    """Return where a link leads, if it leads anywhere."""
    row = await work.db.row(_LINK, hashed=token_hash)
    return None if row is None else Link(space_id=row[0], party_id=row[1])


async def feed_of(work: Work, link: Link) -> Feed | None:
    """Return the link that a party has to a space, if there is one."""
    row = await work.db.row(_FEED, in_space=link.space_id, party=link.party_id)
    if row is None:
        return None
    feed_id, token_hash, titles, language, made_at, granted_from, rev, sealed = row
    return Feed(
        link=link,
        feed_id=feed_id,
        token_hash=bytes(token_hash),
        options=Options(titles=titles, language=language),
        made_at=made_at,
        granted_from=granted_from,
        rev=rev,
        sealed_memory=bytes(sealed),
    )


async def put_feed(work: Work, feed: Feed) -> None:
    """Store a link in the place of the one that its party had to its space."""
    await work.db.run(
        _PUT,
        space_id=feed.link.space_id,
        party_id=feed.link.party_id,
        feed_id=feed.feed_id,
        token_hash=feed.token_hash,
        titles=feed.options.titles,
        language=feed.options.language,
        made_at=feed.made_at,
        granted_from=feed.granted_from,
        rev=feed.rev,
        sealed_memory=feed.sealed_memory,
    )
    await work.db.run(
        _ADD_LINK,
        token_hash=feed.token_hash,
        space_id=feed.link.space_id,
        party_id=feed.link.party_id,
    )


async def drop_feed(work: Work, feed: Feed) -> None:
    """Forget a link, and what it has shown."""
    await work.db.run(_DROP, in_space=feed.link.space_id, party=feed.link.party_id)
    await drop_link(work, feed.token_hash)


async def drop_link(work: Work, token_hash: bytes) -> None:
    """Forget where a link led."""
    await work.db.run(_DROP_LINK, hashed=token_hash)


async def save_memory(work: Work, cipher: Cipher, feed: Feed, memory: Memory) -> None:
    """Store what a link has shown."""
    rev = feed.rev + 1
    saved = await work.db.run(
        _REMEMBER,
        in_space=feed.link.space_id,
        party=feed.link.party_id,
        former_rev=feed.rev,
        new_rev=rev,
        sealed=sealed(cipher, feed.feed_id, rev, memory),
    )
    assert saved == 1, "The space is locked: nobody else wrote here."


def sealed(cipher: Cipher, feed_id: UUID, rev: int, memory: Memory) -> bytes:
    """Seal what a link has shown, for its place."""
    return cipher.seal(_place(feed_id, rev), msgspec.msgpack.encode(memory))


def memory_of(cipher: Cipher, feed: Feed) -> Memory:
    """Open what a link has shown."""
    opened = cipher.open(_place(feed.feed_id, feed.rev), feed.sealed_memory)
    return msgspec.msgpack.decode(opened, type=Memory)


def _place(feed_id: UUID, rev: int) -> bytes:
    return b"agenda_feed/memory" + feed_id.bytes + rev.to_bytes(8)
