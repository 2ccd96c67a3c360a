"""A phone finds every tampering, and accuses nobody who is honest."""

import os
import sqlite3
from collections import Counter
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest

from sync.core.ledger.witness import Fault
from sync.replica import ReplicaStore, SpaceSeen
from sync.replica import rows as replica_rows
from sync.replica.journal import RESTORED, Journal, JournalReport
from sync.replica.store import _SCHEMA, SCHEMA_VERSION
from tests.unit.sync.ledger.clerk import MINE, OTHER, Clerk
from tests.unit.sync.ledger.tampering import (
    WAYS,
    cut_page,
    edit_and_regrow,
    forge_signature,
    fork_log,
    lie_about_consistency,
    lie_about_inclusion,
    other_key,
    other_log,
    roll_back_log,
    truncate,
    truncate_and_go_on,
)

pytestmark = pytest.mark.slow

NOW = datetime(2026, 11, 22, tzinfo=UTC)
TAMPERINGS_RUN = int(os.environ.get("CARNET_TEST_TAMPERINGS", "10000"))
HONEST_LINES = int(os.environ.get("CARNET_TEST_HONEST_LINES", "100000"))


class Phone:
    """A device that holds two spaces."""

    def __init__(self) -> None:
        self.store = ReplicaStore()
        for space_id in (MINE, OTHER):
            seen = SpaceSeen(space_id=space_id, role="holder", display_name="Ada")
            with self.store.transaction():
                replica_rows.save_profile(self.store, seen)
        self.mine, self.other = Journal(self.store, MINE), Journal(self.store, OTHER)

    async def check(self, clerk: Clerk, *, is_full: bool = False) -> JournalReport:
        """Check one's own journal."""
        return await self.mine.check(clerk, NOW, is_full=is_full)


@pytest.fixture
def phone():
    """A device that has seen nothing yet."""
    made = Phone()
    yield made
    made.store.close()


def begun(seed: int = 0) -> Clerk:
    """Make a server with two journals and a tree of several turns."""
    clerk = Clerk(seed)
    for _ in range(3):
        clerk.write(MINE, 3)
        clerk.write(OTHER, 2)
        clerk.merge()
    return clerk


async def test_an_honest_server_is_believed(phone: Phone) -> None:
    """From nothing, then line by line, with a pause, an erased line and a renewed key."""
    clerk = begun()
    first = await phone.check(clerk)
    again = await phone.check(clerk)
    clerk.write(MINE, 2)
    unmerged = await phone.check(clerk)
    clerk.renew()
    clerk.merge()
    merged = await phone.check(clerk)
    clerk.erase(MINE, 4)
    full = await phone.check(clerk, is_full=True)

    assert [one.fault for one in (first, again, unmerged, merged, full)] == [None] * 5
    assert [one.new for one in (first, again, unmerged, merged, full)] == [9, 0, 2, 0, 0]
    assert [one.merged_seq for one in (first, again, unmerged, merged)] == [9, 9, 9, 11]
    assert phone.mine.alarms() == []
    assert [line.seq for line in phone.mine.lines()] == list(range(1, 12))
    assert phone.mine.lines()[3].entry is None


async def test_an_empty_journal_is_believed(phone: Phone) -> None:
    """Nothing is written, and nothing is wrong."""
    report = await phone.check(Clerk())

    assert (report.fault, report.lines, report.merged_seq) == (None, 0, 0)


async def test_a_journal_of_many_pages_is_read_to_its_end(phone: Phone) -> None:
    """Page after page, each following the one before."""
    clerk = Clerk()
    clerk.write(MINE, 777)

    report = await phone.check(clerk)

    assert (report.fault, report.new) == (None, 777)


async def test_no_false_alarm_over_many_honest_lines(phone: Phone) -> None:
    """A hundred thousand lines, read in portions of any size, merged whenever, keys renewed."""
    clerk, random = Clerk(7), Random(7)
    written = merges = 0
    while written < HONEST_LINES:
        step = min(HONEST_LINES - written, random.choice((1, 17, 300, 9_000)))
        clerk.write(MINE, step)
        written += step
        if random.random() < 0.6:
            clerk.merge()
            merges += 1
        if random.random() < 0.1:
            clerk.renew()
        report = await phone.check(clerk)
        assert report.fault is None

    whole = await phone.check(clerk, is_full=True)
    assert (whole.fault, whole.lines, whole.new) == (None, HONEST_LINES, 0)
    assert merges > 3
    assert phone.mine.alarms() == []


async def test_every_tampering_is_found(phone: Phone) -> None:
    """Ten thousand of every kind, by a server that has all of its keys; none gets through."""
    random, found = Random(20), Counter[tuple[str, str]]()
    clerk = begun()
    assert (await phone.check(clerk)).fault is None
    pinned = clerk.head.head
    clerk.write(MINE, 4)
    clerk.write(OTHER, 1)
    clerk.merge()
    remembered = phone.mine.pin(), phone.mine.known_log()
    ways = list(WAYS)

    for run in range(TAMPERINGS_RUN):
        way = ways[run % len(ways)]
        server = clerk.copy()
        server.pinned = pinned
        way(server, random)

        # A line that was read is not read again, unless everything is.
        report = await phone.check(server, is_full=True)

        assert report.fault is not None, f"{way.__name__}, run {run}: not found"
        found[way.__name__, report.fault.value] += 1

    assert (phone.mine.pin(), phone.mine.known_log()) == remembered
    assert {way.__name__ for way in ways} == {name for name, _ in found}
    for name, fault in found:
        way = next(one for one in ways if one.__name__ == name)
        assert Fault(fault) in WAYS[way], (name, fault)
    assert (await phone.check(clerk)).fault is None, "The honest server is still believed."


async def test_what_concerns_new_lines_is_found_without_reading_all_again(phone: Phone) -> None:
    """A check of what is new finds a tampering of what is new, of the log and of the end."""
    clerk, random = begun(), Random(3)
    assert (await phone.check(clerk)).fault is None
    pinned = clerk.head.head
    clerk.write(MINE, 4)
    clerk.merge()

    for way in (
        edit_and_regrow,
        truncate,
        truncate_and_go_on,
        roll_back_log,
        fork_log,
        lie_about_consistency,
        lie_about_inclusion,
        forge_signature,
        other_key,
        other_log,
        cut_page,
    ):
        server = clerk.copy()
        server.pinned = pinned
        way(server, random)
        assert (await phone.check(server)).fault is not None, way.__name__


async def test_a_server_that_keeps_lines_out_of_the_log_is_found(phone: Phone) -> None:
    """By the times of its own heads: it signed on for hours, and did not take them in."""
    clerk = begun()
    clerk.write(MINE, 1)
    faults = []
    for _ in range(3):
        faults.append((await phone.check(clerk)).fault)
        clerk.now += timedelta(hours=1)
        clerk.write(OTHER, 1)
        clerk.merge(without=MINE)
    clerk.merge()

    assert faults == [None, None, Fault.KEPT_OUT]
    assert (await phone.check(clerk)).fault is None, "It is in now."


async def test_a_sequencer_that_was_down_is_not_accused(phone: Phone) -> None:
    """Heads stood still for hours; the first one after takes nearly everything in."""
    clerk = begun()
    clerk.write(MINE, 1)
    first = await phone.check(clerk)
    clerk.now += timedelta(hours=9)
    clerk.sign()  # Of a first batch, without this line.
    between = await phone.check(clerk)
    clerk.merge()
    after = await phone.check(clerk)

    assert [one.fault for one in (first, between, after)] == [None] * 3
    assert after.merged_seq == 10


async def test_a_restore_is_reported_with_what_was_lost(phone: Phone) -> None:
    """A server that says so is believed, and the person is told for good, for each space."""
    clerk = begun()
    backup = clerk.copy()
    clerk.write(MINE, 4)
    clerk.write(OTHER, 1)
    clerk.merge()
    assert (await phone.check(clerk)).fault is None
    assert (await phone.other.check(clerk, NOW)).fault is None

    backup.now = clerk.now + timedelta(hours=1)
    backup.begin_log(restored=True)
    backup.write(MINE, 1, action="restored")
    backup.write(OTHER, 1, action="restored")
    backup.merge()
    mine = await phone.check(backup)
    other = await phone.other.check(backup, NOW)
    after = await phone.check(backup)

    assert (mine.fault, mine.is_restored, mine.lost) == (None, True, 4)
    assert (other.fault, other.is_restored, other.lost) == (None, True, 1)
    assert (after.fault, after.is_restored, after.lines) == (None, False, 10)
    assert [(one.kind, one.lost) for one in phone.mine.alarms()] == [(RESTORED, 4)]
    assert phone.mine.lines()[-1].entry["action"] == "restored"


async def test_a_restore_that_is_not_said_is_an_alarm(phone: Phone) -> None:
    """The copy by itself is a log that shrank; gone on for a while, one that forked."""
    clerk = begun()
    backup = clerk.copy()
    clerk.write(MINE, 1)
    clerk.merge()
    await phone.check(clerk)

    shrunk = await phone.check(backup)
    backup.write(MINE, 3)
    backup.write(OTHER, 1)
    backup.merge()
    backup.merge()
    forked = await phone.check(backup)

    assert shrunk.fault is Fault.LOG_SHORTENED
    assert forked.fault is Fault.LOG_REWRITTEN


async def test_a_fault_that_stands_is_said_once(phone: Phone) -> None:
    """Ten checks of one lie are one alarm; another lie is another one."""
    clerk = begun()
    await phone.check(clerk)
    liar = clerk.copy()
    liar.leaves = liar.leaves[:2]
    liar.sign()

    for _ in range(10):
        await phone.check(liar)
    forge_signature(liar, Random(1))
    await phone.check(liar)

    assert [one.kind for one in phone.mine.alarms()] == ["log-shortened", "signature"]


async def test_two_spaces_share_one_log(phone: Phone) -> None:
    """A head seen for one journal binds the server for the other."""
    clerk = begun()
    backup = clerk.copy()
    clerk.write(OTHER, 1)
    clerk.merge()
    await phone.check(backup)
    await phone.other.check(clerk, NOW)

    report = await phone.check(backup)

    assert report.fault is Fault.LOG_SHORTENED


async def test_an_ended_space_leaves_nothing_of_its_journal(phone: Phone) -> None:
    """What ends on a device takes the journal with it."""
    clerk = begun()
    await phone.check(clerk)

    with phone.store.transaction():
        replica_rows.end_profile(phone.store, MINE, NOW)

    assert phone.mine.lines() == []
    assert phone.mine.pin().seq == 0


def test_a_file_of_the_version_before_gets_its_tables(tmp_path: Path) -> None:
    """A phone that updates keeps what it holds, and begins to follow the journal."""
    path = tmp_path / "copy.sqlite3"
    with closing(sqlite3.connect(path)) as file:
        file.executescript(_SCHEMA)
        file.execute("INSERT INTO profile (space_id, role, display_name) VALUES ('s', 'r', 'Ada')")
        file.execute("PRAGMA user_version = 1")
        file.commit()

    store = ReplicaStore(path)

    assert store.row("SELECT display_name FROM profile")["display_name"] == "Ada"
    assert store.rows("SELECT * FROM journal_line") == []
    assert store.row("PRAGMA user_version")[0] == SCHEMA_VERSION
    store.close()
