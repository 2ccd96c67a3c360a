"""A phone that follows a real server: believed while honest, found out when not."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import msgspec
from sqlalchemy import bindparam, delete, update

from backend.access.journal import log
from backend.access.journal.restoring import say_restored
from backend.access.journal.tables import log_heads, trace_heads, traces
from sync.core.ledger.witness import Fault
from sync.replica import ReplicaStore, SpaceSeen, rows
from sync.replica.journal import RESTORED, Journal, JournalReport
from tests.integration.journal.house import House, holder
from tests.journeys import Phone


class Follower:
    """The journal of a phone, over HTTP."""

    def __init__(self, phone: Phone, space_id: str) -> None:
        self._phone = phone
        self.store = ReplicaStore()
        self.journal = Journal(self.store, UUID(space_id))
        seen = SpaceSeen(space_id=UUID(space_id), role="holder", display_name="Léa")
        with self.store.transaction():
            rows.save_profile(self.store, seen)

    async def get(self, path: str, params: dict[str, str]) -> bytes:
        """Ask the server."""
        answer = await self._phone.get(path, params=params)
        assert answer.status_code == 200, answer.text
        return answer.content

    async def check(self, *, is_full: bool = False) -> JournalReport:
        """Check."""
        return await self.journal.check(self, datetime.now(UTC), is_full=is_full)


async def test_a_real_server_is_believed_line_by_line(house: House) -> None:
    """Before and after each turn of the tree, through a renewed key, and read again whole."""
    phone, space_id = await holder(house)
    follower = Follower(phone, space_id)
    reports = [await follower.check()]
    for turn in range(4):
        await house.write(space_id, 3)
        reports.append(await follower.check())
        if turn == 2:
            house.office.keys.provider.renew_signer()
        await log.merge_all(house.office)
        reports.append(await follower.check())
    reports.append(await follower.check(is_full=True))

    assert {report.fault for report in reports} == {None}
    assert (reports[-1].lines, reports[-1].merged_seq) == (14, 14)
    assert follower.journal.alarms() == []
    follower.store.close()


async def test_a_real_server_that_forgets_is_found_out(house: House) -> None:
    """Lines cut off, with the head and all, by somebody at the database."""
    phone, space_id = await holder(house)
    follower = Follower(phone, space_id)
    await house.write(space_id, 5)
    await log.merge_all(house.office)
    assert (await follower.check()).fault is None

    line = follower.journal.lines()[2]
    of = traces.c.space_id == bindparam("in_space")
    head = update(trace_heads).where(trace_heads.c.space_id == bindparam("in_space"))
    head = head.values(seq=3, merged_seq=3, chain=bindparam("new"))
    await house.office.write(
        lambda work: work.db.run(
            delete(traces).where(of, traces.c.seq > bindparam("last")),
            in_space=UUID(space_id),
            last=3,
        )
    )
    await house.office.write(
        lambda work: work.db.run(head, in_space=UUID(space_id), new=bytes.fromhex(line.chain))
    )
    await house.write(space_id, 4)

    assert (await follower.check()).fault in (Fault.CHAIN, Fault.REWRITTEN, Fault.INCLUSION)
    follower.store.close()


async def test_a_real_restore_is_told_to_the_phone(house: House) -> None:
    """The operator's word goes by the signed beginning of a new log."""
    phone, space_id = await holder(house)
    follower = Follower(phone, space_id)
    await house.write(space_id, 2)
    await log.merge_all(house.office)
    assert (await follower.check()).fault is None

    await say_restored(house.office)
    at_once = await follower.check()
    await log.merge_all(house.office)
    merged = await follower.check()

    assert (at_once.fault, at_once.is_restored, at_once.lost) == (None, True, 0)
    assert (merged.fault, merged.is_restored, merged.merged_seq) == (None, False, 5)
    assert [alarm.kind for alarm in follower.journal.alarms()] == [RESTORED]
    follower.store.close()


async def test_a_forged_head_of_a_real_server_is_found_out(house: House) -> None:
    """A signature fits one head only."""
    phone, space_id = await holder(house)
    follower = Follower(phone, space_id)
    await house.write(space_id, 2)
    await log.merge_all(house.office)
    signed = await log.signed_head(house.office)

    later = msgspec.structs.replace(signed.head, time=signed.head.time + timedelta(days=1))
    forged = msgspec.json.encode(msgspec.structs.replace(signed, head=later))
    await house.office.write(
        lambda work: work.db.run(update(log_heads).values(signed=bindparam("new")), new=forged)
    )

    assert (await follower.check()).fault is Fault.SIGNATURE
    follower.store.close()
