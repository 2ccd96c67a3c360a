"""What a mask and a block cost on a large space: acts of rights, through the edit that ships."""

import statistics
import tempfile
import time
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from backend.access.guard import AccessGuard
from backend.access.matrices.in_force import MatrixInForce
from backend.kernel.db import open_database
from backend.kernel.keys import Keys
from backend.kernel.sealing import FileKeys
from backend.kernel.spaces import SpaceTransactions
from backend.kernel.work import Office, Work
from backend.migrations.runner import migrate
from backend.opening import make_host
from sync.core.audience import Viewer
from sync.exchange import Exchange, SpaceAsk
from sync.push import Caller
from sync.storage.spaces import add_viewer, open_space
from tests.bench.subjects import NoMessages, ops
from tests.rights import block, consent, decide_on, mandate

RECORDS = 10_000
ROUNDS = 5


async def measure(url: str) -> dict[str, list[float]]:
    """Return the seconds of each round, by act, on a space of ten thousand entries.

    Three viewers keep a copy: the holder, a doctor's software and a caregiver,
    and both guests see every entry.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        await migrate(url, folder)
        database = await open_database(url, folder, address="bench-rights")
        try:
            return await _measure(
                Office(
                    database,
                    Keys(FileKeys.open(folder / "keys" / "k")),
                    NoMessages(),
                    AccessGuard(MatrixInForce()),
                )
            )
        finally:
            await database.close()


async def _measure(office: Office) -> dict[str, list[float]]:
    matrix = MatrixInForce()
    host = make_host(office.keys.provider.checkpoint_key, matrix)
    exchange = Exchange(SpaceTransactions(office), host)
    space_id, doctor = uuid4(), uuid4()
    holder = Caller(party_id=uuid4(), device_id=uuid4())

    async def make(work: Work) -> None:
        await office.keys.create(work.db, space_id)
        await open_space(work.db, space_id)
        viewer = Viewer(viewer_id=uuid4(), party_id=holder.party_id, role="holder")
        await add_viewer(work.db, space_id, viewer)

    await office.write(make)
    for _ in range(0, RECORDS, 500):
        await exchange.push(holder, ops(space_id, 500))
    await decide_on(office, host, space_id, ("mandates", mandate(uuid4(), "measures")))
    target = await _some_record(exchange, holder, space_id)

    async def timed(*act: Any) -> float:
        began = time.perf_counter()
        await decide_on(office, host, space_id, act)
        return time.perf_counter() - began

    seconds: dict[str, list[float]] = {}
    for _ in range(ROUNDS):
        given = consent(doctor, keeps_copy=True)
        seconds.setdefault("consent", []).append(await timed("consents", given))
        mask = {"record_id": str(target), "from_whom": "professionals"}
        seconds.setdefault("mask", []).append(await timed("masks", mask))
        shut = block(doctor)
        seconds.setdefault("block", []).append(await timed("blocks", shut))
        section = {"section": "measures", "from_whom": "person", "party_id": str(uuid4())}
        seconds.setdefault("section mask, of nobody", []).append(await timed("masks", section))
        doctor = uuid4()  # A block stands, so that the next round begins as the first.
    section = {"section": "measures", "from_whom": "professionals"}
    given = consent(doctor, keeps_copy=True)
    await decide_on(office, host, space_id, ("consents", given))
    seconds["section mask"] = [await timed("masks", section)]
    return seconds


async def _some_record(exchange: Exchange, holder: Caller, space_id: UUID) -> UUID:
    page = await exchange.page(holder, SpaceAsk(space_id=space_id, limit=1))
    return page.changes[0].record_id


def middle(seconds: list[float]) -> float:
    """Return the median in milliseconds."""
    return statistics.median(seconds) * 1000
