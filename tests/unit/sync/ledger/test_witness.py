"""A phone finds every tampering, and accuses nobody who is honest."""

import os
import sqlite3
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from uuid import UUID

import msgspec
import pytest

from backend.kernel import signing
from sync.core.ledger.witness import Fault
from sync.replica import ReplicaStore, SpaceSeen
from sync.replica import rows as replica_rows
from sync.replica.journal import RESTORED, Journal, JournalReport
from sync.replica.store import _SCHEMA, SCHEMA_VERSION
from tests.unit.sync.ledger.clerk import Clerk

MINE, OTHER = UUID(int=1), UUID(int=2)
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


# Ways to tamper. Each gets a server whose journal a phone has pinned at PINNED, and
# which has gone on since, and changes it as somebody with all of its keys could.

PINNED = 9
Way = Callable[[Clerk, Random], None]


def _any(clerk: Clerk, random: Random, *, start: int = 1) -> int:
    return random.randrange(start, len(clerk.journals[MINE]) + 1)


def _seen(random: Random) -> int:
    return random.randrange(1, PINNED + 1)


def edit_entry(clerk: Clerk, random: Random) -> None:
    """Change what a line says, and nothing else."""
    line = clerk.journals[MINE][_any(clerk, random) - 1]
    field = random.choice(("actor", "action", "at", "space_id", "seq", "v", "new"))
    line["entry"] = {**line["entry"], field: f"x{random.random()}"}


def edit_and_recommit(clerk: Clerk, random: Random) -> None:
    """Change a line that was seen, and make its commitment and the chain fit."""
    seq = _seen(random)
    line = clerk.journals[MINE][seq - 1]
    line["entry"] = {**line["entry"], "action": "export"}
    clerk.relink(MINE, seq)


def edit_and_regrow(clerk: Clerk, random: Random) -> None:
    """The same, and the whole tree after it, signed with the right key."""
    edit_and_recommit(clerk, random)
    clerk.regrow()


def swap_salt(clerk: Clerk, random: Random) -> None:
    """Give a line another salt."""
    line = clerk.journals[MINE][_any(clerk, random) - 1]
    line["salt"] = random.choice((random.randbytes(16).hex(), "", "zz", None, line["salt"] + "00"))


def swap_salts(clerk: Clerk, random: Random) -> None:
    """Exchange the salts of two lines."""
    one, two = random.sample(clerk.journals[MINE], 2)
    one["salt"], two["salt"] = two["salt"], one["salt"]


def hide_entry_keep_salt(clerk: Clerk, random: Random) -> None:
    """Half an erasure is none."""
    clerk.journals[MINE][_any(clerk, random) - 1]["entry"] = None


def delete_line(clerk: Clerk, random: Random) -> None:
    """Take a line out, without mending anything."""
    del clerk.journals[MINE][_any(clerk, random) - 1]


def delete_and_relink(clerk: Clerk, random: Random) -> None:
    """Take a line out that was seen, renumber and mend the chain and the tree."""
    lines = clerk.journals[MINE]
    seq = _seen(random)
    del lines[seq - 1]
    for number, line in enumerate(lines, start=1):
        line["entry"] = {**line["entry"], "seq": number}
    clerk.places = [(s, min(n, len(lines)) if s == MINE else n) for s, n in clerk.places]
    clerk.relink(MINE, 1)
    clerk.regrow()


def reorder(clerk: Clerk, random: Random) -> None:
    """Exchange two lines."""
    lines = clerk.journals[MINE]
    one, two = random.sample(range(len(lines)), 2)
    lines[one], lines[two] = lines[two], lines[one]
    if random.random() < 0.5:
        clerk.relink(MINE, 1, commitments=False)


def insert_line(clerk: Clerk, random: Random) -> None:
    """Put a line in among those that were seen, and mend all after it."""
    lines = clerk.journals[MINE]
    seq = _seen(random)
    lines.insert(seq - 1, {**lines[seq - 1], "salt": random.randbytes(16).hex()})
    for number, line in enumerate(lines, start=1):
        line["entry"] = {**line["entry"], "seq": number}
    clerk.relink(MINE, 1)
    if random.random() < 0.5:
        clerk.regrow()


def insert_foreign_line(clerk: Clerk, random: Random) -> None:
    """Answer with a line of somebody else's journal, chained as if it were this one's."""
    lines = clerk.journals[MINE]
    seq = _any(clerk, random)
    lines[seq - 1] = dict(random.choice(clerk.journals[OTHER]))
    clerk.relink(MINE, seq)


def truncate(clerk: Clerk, random: Random) -> None:
    """Forget the last lines that were seen, in journal and tree."""
    del clerk.journals[MINE][random.randrange(PINNED) :]
    size = len(clerk.journals[MINE])
    clerk.places = [(s, n) for s, n in clerk.places if s != MINE or 0 < n <= size]
    clerk.regrow()


def truncate_and_go_on(clerk: Clerk, random: Random) -> None:
    """Forget lines that were seen, and write others in their place."""
    truncate(clerk, random)
    clerk.write(MINE, PINNED + random.randrange(4))
    clerk.merge()


def cut_page(clerk: Clerk, random: Random) -> None:
    """Leave the newest lines out of the answer, and say that this is all."""
    whole = clerk.page
    cut = random.randrange(1, 4)

    def page(space_id: UUID, after: int, limit: int) -> dict[str, object]:
        found = whole(space_id, after, limit)
        found["entries"] = found["entries"][:-cut]
        return found

    clerk.page = page  # type: ignore[method-assign]


def roll_back_log(clerk: Clerk, random: Random) -> None:
    """Publish a smaller tree, rightly signed."""
    size = random.randrange(clerk.pinned_size)  # type: ignore[attr-defined]
    clerk.leaves, clerk.places = clerk.leaves[:size], clerk.places[:size]
    clerk.now += timedelta(minutes=1)
    clerk.sign()


def fork_log(clerk: Clerk, random: Random) -> None:
    """Publish a tree of the same or another size with another past."""
    index = random.randrange(clerk.pinned_size)  # type: ignore[attr-defined]
    clerk.leaves[index] = random.randbytes(32)
    size = random.choice((clerk.pinned_size, len(clerk.leaves)))  # type: ignore[attr-defined]
    clerk.leaves, clerk.places = clerk.leaves[:size], clerk.places[:size]
    clerk.sign()


def fork_after_pin(clerk: Clerk, random: Random) -> None:
    """Show this phone a tree without its own new lines, where the root was signed for others."""
    clerk.sign(root=random.randbytes(32).hex())


def lie_about_consistency(clerk: Clerk, random: Random) -> None:
    """Answer another proof."""
    bend = random.choice((lambda hashes: hashes[:-1], lambda hashes: [*hashes, "00" * 32]))
    spoil = random.random() < 0.5
    honest = clerk.consistency

    def consistency(first: int, second: int) -> list[str]:
        found = honest(first, second)
        return ["ff" * 32, *found[1:]] if spoil else bend(found)

    clerk.consistency = consistency  # type: ignore[method-assign]


def lie_about_inclusion(clerk: Clerk, random: Random) -> None:
    """Answer another index, leaf or path."""
    honest = clerk.proof
    way = random.randrange(5)

    def proof(space_id: UUID) -> dict[str, object]:
        found = honest(space_id)
        if way == 0:
            found["leaf_index"] = (found["leaf_index"] + 1) % found["head"].head.size
        elif way == 1:
            found["hashes"] = ["00" * 32, *found["hashes"][1:]]
        elif way == 2:
            found["leaf"] = msgspec.structs.replace(found["leaf"], chain="00" * 32)
        elif way == 3:
            return {**honest(OTHER), "head": found["head"]}
        else:
            return {"head": found["head"]}
        return found

    clerk.proof = proof  # type: ignore[method-assign]


def old_leaf(clerk: Clerk, random: Random) -> None:
    """Prove an older state of the journal than was proved before."""
    index = clerk.places.index((MINE, random.choice((3, 6))))
    clerk.places = [
        (s, n) if s != MINE or i == index else (OTHER, 1) for i, (s, n) in enumerate(clerk.places)
    ]


def forge_head(clerk: Clerk, random: Random) -> None:
    """Change a signed head, and leave the signature."""
    head = clerk.head.head
    changed = random.choice(
        (
            {"size": head.size + 1},
            {"root": random.randbytes(32).hex()},
            {"time": head.time + timedelta(seconds=1)},
            {"log_id": UUID(int=random.getrandbits(128))},
        )
    )
    forged = msgspec.structs.replace(head, **changed)
    clerk.head = msgspec.structs.replace(clerk.head, head=forged)


def forge_signature(clerk: Clerk, random: Random) -> None:
    """Change a signature, or whom it is said to be of."""
    name = random.choice(("signature", "opening_signature"))
    signature = getattr(clerk.head, name)
    bent = bytearray.fromhex(signature.value)
    bent[random.randrange(64)] ^= 1 << random.randrange(8)
    forged = random.choice(
        (
            msgspec.structs.replace(signature, value=bytes(bent).hex()),
            msgspec.structs.replace(signature, key_id="0" * 16),
            msgspec.structs.replace(signature, value=""),
        )
    )
    clerk.head = msgspec.structs.replace(clerk.head, **{name: forged})


def other_key(clerk: Clerk, random: Random) -> None:
    """Sign with a key that nobody endorsed, published or not."""
    stranger = signing.renewed(())
    mixed = random.choice((stranger, (*clerk.signers, *stranger)))
    if random.random() < 0.5:
        clerk.signers = mixed
        clerk.sign()
    else:
        published, clerk.signers = clerk.signers, mixed
        clerk.sign()
        clerk.signers = published


def other_log(clerk: Clerk, random: Random) -> None:
    """Begin another log without a word, or with one that is older than what was seen."""
    clerk.now = random.choice((clerk.now, clerk.pinned_at - timedelta(days=1)))  # type: ignore[attr-defined]
    is_old = clerk.now < clerk.pinned_at  # type: ignore[attr-defined]
    clerk.begin_log(restored=is_old)
    clerk.merge()


def other_beginning(clerk: Clerk, random: Random) -> None:
    """Tell another story of how the log began."""
    clerk.opening = msgspec.structs.replace(
        clerk.opening, opened_at=clerk.opening.opened_at - timedelta(days=1 + random.randrange(9))
    )
    clerk.sign()


WAYS: dict[Way, set[Fault]] = {
    edit_entry: {Fault.COMMITMENT},
    edit_and_recommit: {Fault.REWRITTEN, Fault.CHAIN, Fault.INCLUSION},
    edit_and_regrow: {Fault.LOG_REWRITTEN},
    swap_salt: {Fault.COMMITMENT},
    swap_salts: {Fault.COMMITMENT},
    hide_entry_keep_salt: {Fault.COMMITMENT},
    delete_line: {Fault.GAP, Fault.SHORTENED, Fault.CHAIN, Fault.INCLUSION},
    delete_and_relink: {Fault.LOG_REWRITTEN},
    reorder: {
        Fault.SHORTENED,
        Fault.GAP,
        Fault.CHAIN,
        Fault.REWRITTEN,
        Fault.INCLUSION,
        Fault.PLACE,
    },
    insert_line: {Fault.CHAIN, Fault.REWRITTEN, Fault.LOG_REWRITTEN, Fault.INCLUSION},
    insert_foreign_line: {Fault.PLACE, Fault.CHAIN},
    truncate: {Fault.LOG_SHORTENED, Fault.LOG_REWRITTEN},
    truncate_and_go_on: {Fault.LOG_SHORTENED, Fault.LOG_REWRITTEN},
    cut_page: {Fault.SHORTENED, Fault.INCLUSION},
    roll_back_log: {Fault.LOG_SHORTENED},
    fork_log: {Fault.LOG_REWRITTEN},
    fork_after_pin: {Fault.LOG_REWRITTEN},
    lie_about_consistency: {Fault.LOG_REWRITTEN},
    lie_about_inclusion: {Fault.INCLUSION},
    old_leaf: {Fault.INCLUSION},
    forge_head: {Fault.SIGNATURE},
    forge_signature: {Fault.SIGNATURE},
    other_key: {Fault.KEY, Fault.SIGNATURE},
    other_log: {Fault.LOG_REPLACED},
    other_beginning: {Fault.LOG_REWRITTEN},
}


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
        server.pinned_size, server.pinned_at = pinned.size, pinned.time  # type: ignore[attr-defined]
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
        server.pinned_size, server.pinned_at = pinned.size, pinned.time  # type: ignore[attr-defined]
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
