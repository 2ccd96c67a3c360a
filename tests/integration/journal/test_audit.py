"""An audit finds whatever was changed behind the journal's back, and nothing else."""

import asyncio
from collections.abc import Awaitable, Callable
from uuid import UUID

import msgspec
import pytest
from sqlalchemy import Executable, bindparam, delete, null, select, update

from backend.access.journal import log, service, store
from backend.access.journal.audit import Checked, JournalDamaged, audit
from backend.access.journal.restoring import say_restored
from backend.access.journal.tables import (
    log_heads,
    log_leaves,
    log_tiles,
    trace_heads,
    traces,
)
from backend.kernel.work import Work
from sync.core.ledger.heads import SignedHead
from tests.integration.journal.chains import (
    is_signed_whole,
    new_space,
    proved,
    write,
)
from tests.people import Town

Tampering = Callable[[Town, UUID], Awaitable[None]]


async def audited(town: Town) -> Checked:
    """Audit everything."""
    done = Checked()
    async for step in audit(town.office):
        done = step
    return done


async def prepared(town: Town) -> UUID:
    """Make a few spaces whose chains are in a tree of more than one turn."""
    spaces = [await new_space(town, lines=3) for _ in range(3)]
    await log.merge_all(town.office)
    await write(town, spaces[0], 2)
    await log.merge_all(town.office)
    return spaces[0]


async def run(town: Town, statement: Executable, **params: object) -> None:
    """Run a statement on the database, as somebody with a query tool would."""
    await town.office.write(lambda work: work.db.run(statement, **params))


async def test_an_honest_journal_passes(town: Town) -> None:
    """With erased lines, an erased person, a chain that waits, and a key that was renewed."""
    space_id = await prepared(town)
    await town.office.write(lambda work: store.erase(work.db, space_id, 2))
    gone = await new_space(town, lines=4)
    await town.office.write(lambda work: work.keys.shred(work.db, gone))
    town.office.keys.provider.renew_signer()
    await new_space(town, lines=1)

    done = await audited(town)

    assert done == Checked(spaces=5, entries=5 + 3 + 3 + 4 + 1, leaves=4)


async def test_an_audit_goes_on_beside_writers(town: Town) -> None:
    """Each space and each log is seen at one instant: no false alarm."""
    space_id = await prepared(town)

    async def busy() -> None:
        for _ in range(15):
            await write(town, space_id)
            await log.merge_all(town.office)

    results = await asyncio.gather(busy(), *(audited(town) for _ in range(5)))

    assert all(isinstance(one, Checked) for one in results[1:])


_OF = traces.c.space_id == bindparam("in_space")
_THIS = traces.c.seq == bindparam("this")
_HEAD_OF = trace_heads.c.space_id == bindparam("in_space")


async def _edit(town: Town, space_id: UUID) -> None:
    """Write another entry under the right seal, as a server that lies would."""

    async def use_case(work: Work) -> None:
        cipher = await work.keys.cipher(work.db, space_id)
        (row,) = await store.rows_after(work.db, space_id, 1, until=2, most=1)
        assert row.sealed is not None
        plain = cipher.open(service.place(2), row.sealed).replace(b"Anne", b"Jean")
        statement = update(traces).where(_OF, _THIS).values(sealed=bindparam("new"))
        sealed = cipher.seal(service.place(2), plain)
        await work.db.run(statement, in_space=space_id, this=2, new=sealed)

    await town.office.write(use_case)


async def _swap(town: Town, space_id: UUID) -> None:
    async def use_case(work: Work) -> None:
        rows = await store.rows_after(work.db, space_id, 0, until=2, most=2)
        statement = update(traces).where(_OF, _THIS).values(sealed=bindparam("new"))
        await work.db.run(statement, in_space=space_id, this=1, new=rows[1].sealed)

    await town.office.write(use_case)


async def _recommit(town: Town, space_id: UUID) -> None:
    statement = update(traces).where(_OF, _THIS).values(commitment=bindparam("new"))
    await run(town, statement, in_space=space_id, this=2, new=b"x" * 32)


async def _remove(town: Town, space_id: UUID) -> None:
    await run(town, delete(traces).where(_OF, _THIS), in_space=space_id, this=2)


async def _remove_last(town: Town, space_id: UUID) -> None:
    await run(town, delete(traces).where(_OF, _THIS), in_space=space_id, this=5)


async def _remove_journal(town: Town, space_id: UUID) -> None:
    await run(town, delete(traces).where(_OF), in_space=space_id)
    await run(town, delete(trace_heads).where(_HEAD_OF), in_space=space_id)


async def _truncate(town: Town, space_id: UUID) -> None:
    """Cut the last two lines off, head included, so that the chain is whole."""

    async def use_case(work: Work) -> None:
        rows = await store.rows_after(work.db, space_id, 2, until=3, most=1)
        cut = delete(traces).where(_OF, traces.c.seq > bindparam("this"))
        await work.db.run(cut, in_space=space_id, this=3)
        back = update(trace_heads).where(_HEAD_OF)
        back = back.values(seq=3, merged_seq=3, chain=bindparam("new"))
        await work.db.run(back, in_space=space_id, new=rows[0].chain)

    await town.office.write(use_case)


async def _move_head(town: Town, space_id: UUID) -> None:
    statement = update(trace_heads).where(_HEAD_OF).values(chain=bindparam("new"))
    await run(town, statement, in_space=space_id, new=b"x" * 32)


async def _hide_from_tree(town: Town, space_id: UUID) -> None:
    await write(town, space_id)
    await run(
        town,
        update(trace_heads).where(_HEAD_OF).values(waiting_since=null()),
        in_space=space_id,
    )


async def _bend_leaf(town: Town, space_id: UUID) -> None:
    async def use_case(work: Work) -> None:
        query = select(log_tiles.c.log_id, log_tiles.c.hashes).where(log_tiles.c.level == 0)
        ((log_id, hashes),) = await work.db.rows(query)
        statement = update(log_tiles).where(log_tiles.c.log_id == bindparam("log"))
        bent = bytes([hashes[0] ^ 1]) + hashes[1:]
        await work.db.run(statement.values(hashes=bindparam("new")), log=log_id, new=bent)

    await town.office.write(use_case)


async def _drop_tile(town: Town, space_id: UUID) -> None:
    await run(town, delete(log_tiles))


async def _misname_leaf(town: Town, space_id: UUID) -> None:
    """Say of one leaf that it is of another line."""
    statement = update(log_leaves).where(log_leaves.c.leaf_index == 0).values(seq=2)
    await run(town, statement)


async def _publish(town: Town, **changed: object) -> None:
    signed = await log.signed_head(town.office)
    forged = msgspec.structs.replace(signed, **changed)
    statement = update(log_heads).values(signed=bindparam("new"))
    await run(town, statement, new=msgspec.json.encode(forged))


async def _forge_root(town: Town, space_id: UUID) -> None:
    head = (await log.signed_head(town.office)).head
    await _publish(town, head=msgspec.structs.replace(head, root="00" * 32))


async def _forge_time(town: Town, space_id: UUID) -> None:
    head = (await log.signed_head(town.office)).head
    await _publish(town, head=msgspec.structs.replace(head, time=town.now.replace(year=2030)))


async def _forge_opening(town: Town, space_id: UUID) -> None:
    opening = (await log.signed_head(town.office)).opening
    early = msgspec.structs.replace(opening, opened_at=town.now.replace(year=2020))
    await _publish(town, opening=early)


TAMPERINGS: dict[str, tuple[Tampering, str]] = {
    "an entry edited": (_edit, "does not fit its commitment"),
    "an entry moved": (_swap, "seal is broken"),
    "a commitment changed": (_recommit, "chain does not fit"),
    "an entry removed": (_remove, "is missing before it"),
    "the last entry removed": (_remove_last, "its head says 5"),
    "a whole journal removed": (_remove_journal, "which is missing"),
    "a journal cut short": (_truncate, "has not taken in entry 3"),
    "a head changed": (_move_head, "its head says 5"),
    "a line kept from the tree": (_hide_from_tree, "has not taken in entry 6"),
    "a leaf changed": (_bend_leaf, "leaf 0 does not fit"),
    "the tiles removed": (_drop_tile, "are not all there"),
    "a leaf named for another line": (_misname_leaf, "leaf 0 does not fit|has not taken in"),
    "a root forged": (_forge_root, "does not have the root"),
    "a time forged": (_forge_time, "not signed by a key"),
    "a beginning forged": (_forge_opening, "not signed by a key"),
}


@pytest.mark.parametrize("way", TAMPERINGS)
async def test_an_audit_finds(town: Town, way: str) -> None:
    """Each way to change what was written is found, and named."""
    tamper, words = TAMPERINGS[way]
    space_id = await prepared(town)
    assert (await audited(town)).spaces == 3

    await tamper(town, space_id)

    with pytest.raises(JournalDamaged, match=words):
        await audited(town)


async def test_a_restore_is_said_in_a_new_log_and_in_every_journal(town: Town) -> None:
    """The new log names the one that was cut off; every chain is in it within the minute."""
    space_id = await prepared(town)
    before = await log.signed_head(town.office)

    told = await say_restored(town.office)
    after = await log.signed_head(town.office)
    town.later(minutes=1)
    await log.merge_when_due(town.office)

    merged = await log.signed_head(town.office)
    assert told == 3
    assert after.head.log_id != before.head.log_id
    assert after.opening.restored
    assert after.opening.former == before.head
    assert not before.opening.restored
    assert after.opening.opened_at > before.head.time
    assert is_signed_whole(town, after)
    assert (merged.head.log_id, merged.head.size) == (after.head.log_id, 3)
    assert (await proved(town, space_id))[0] == 6
    assert (await audited(town)).leaves == 4 + 3


async def test_a_copy_from_before_the_journal_is_said_too(town: Town) -> None:
    """It knew no log: the new one names none, and still says that it was a restore."""
    told = await say_restored(town.office)
    first: SignedHead = await log.signed_head(town.office)

    assert told == 0
    assert first.opening.restored
    assert first.opening.former is None
    assert is_signed_whole(town, first)
