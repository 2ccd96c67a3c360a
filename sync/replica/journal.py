"""The journal on this device: read, checked against what was seen, and remembered.

A device keeps the last head of the log and of each journal that it has seen. A
server that changes, hides or takes back a line cannot answer both of them.
Source: docs/decisions/0018-journal.md.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Protocol, TypeVar
from uuid import UUID

import msgspec

from sync.core.ledger import witness
from sync.core.ledger.heads import LogKey, SignedHead
from sync.core.ledger.witness import ChainHead, ChainPin, Fault, Line, News, Proof, Tampered
from sync.replica.errors import AnswerUnusable
from sync.replica.store import ReplicaStore

T = TypeVar("T")

LINES_ASKED = 200
RESTORED = "restored"


class JournalReader(Protocol):
    """The way to the server, signed in already."""

    async def get(self, path: str, params: dict[str, str]) -> bytes:
        """Return the answer of a `GET`.

        Raises:
            TransportFailure: There is no answer to use.
        """


class Alarm(msgspec.Struct, frozen=True, kw_only=True):
    """Something that a person should know of, for as long as this device is theirs.

    `kind` is a fault, or `restored`; `lost` counts lines that were seen and are gone.
    """

    kind: str
    seq: int | None
    lost: int
    at: datetime


class JournalReport(msgspec.Struct, frozen=True, kw_only=True):
    """What a check found. Without a fault, everything fits what was seen before."""

    lines: int
    new: int
    fault: Fault | None = None
    fault_seq: int | None = None
    is_restored: bool = False
    lost: int = 0
    merged_seq: int = 0
    head: SignedHead | None = None


class _Page(msgspec.Struct, frozen=True, kw_only=True):
    entries: list[Line]
    head: ChainHead
    more: bool


class _Consistency(msgspec.Struct, frozen=True, kw_only=True):
    hashes: tuple[str, ...]


class _Seen(msgspec.Struct, frozen=True, kw_only=True):
    """What the server said in one check, and what of it is to be remembered."""

    proof: Proof
    keys: dict[str, str]
    lines: list[Line]
    pin: ChainPin
    is_restored: bool


class Journal:
    """The journal of one space on this device."""

    def __init__(self, store: ReplicaStore, space_id: UUID) -> None:
        self._store = store
        self._space_id = space_id
        self._name = str(space_id)

    # What is here.

    def lines(self) -> list[Line]:
        """Return every line that was read, in order."""
        found = self._store.rows(
            "SELECT line FROM journal_line WHERE space_id = ? ORDER BY seq", self._name
        )
        return [msgspec.json.decode(row["line"], type=Line) for row in found]

    def alarms(self) -> list[Alarm]:
        """Return what a person should know of, oldest first."""
        found = self._store.rows(
            "SELECT kind, seq, lost, at FROM journal_alarm WHERE space_id = ? ORDER BY place",
            self._name,
        )
        return [msgspec.convert(dict(row), Alarm, strict=False) for row in found]

    def pin(self) -> ChainPin:
        """Return what is remembered of this journal."""
        row = self._store.row("SELECT pin FROM journal_pin WHERE space_id = ?", self._name)
        if row is None:
            return witness.first_pin(self._space_id)
        return msgspec.json.decode(row["pin"], type=ChainPin)

    def known_log(self) -> tuple[SignedHead | None, dict[str, str]]:
        """Return the last head of the log, and the keys that are trusted for it."""
        row = self._store.row("SELECT head, keys FROM log_pin")
        if row is None:
            return None, {}
        head = msgspec.json.decode(row["head"], type=SignedHead)
        return head, msgspec.json.decode(row["keys"], type=dict[str, str])

    # The world.

    async def check(
        self, reader: JournalReader, now: datetime, *, is_full: bool = False
    ) -> JournalReport:
        """Read what is new, or everything, and check it against what was seen.

        A fault changes nothing of what is remembered, and stays among the alarms.

        Raises:
            TransportFailure: There is no answer to use.
        """
        try:
            seen = await self._look(reader, is_full=is_full)
        except Tampered as tampered:
            with self._store.transaction():
                self._alarm(tampered.fault.value, now, seq=tampered.seq)
            lines = self.pin().seq
            return JournalReport(lines=lines, new=0, fault=tampered.fault, fault_seq=tampered.seq)
        return self._keep(seen, now)

    async def _look(self, reader: JournalReader, *, is_full: bool) -> _Seen:
        # The proof first: the lines read after it hold whatever it is about.
        base = f"/v1/spaces/{self._space_id}/journal"
        proof = await _ask(reader, f"{base}/proof", {}, Proof)
        known, trusted = self.known_log()
        keys = witness.follow_keys(trusted, await _ask(reader, "/v1/log/keys", {}, list[LogKey]))
        news = witness.follow_head(
            known, proof.head, keys, await _consistency(reader, known, proof.head)
        )
        held = self.pin()
        # Each space of this device hears of a restore once, whichever was checked first.
        is_other_log = held.log_id not in (None, proof.head.head.log_id)
        is_restored = news is News.REPLACED or is_other_log
        is_whole = is_full or is_restored
        start = witness.first_pin(self._space_id) if is_whole else held
        lines, pin = await self._read(reader, base, start, is_restored=is_restored)
        if is_full and not is_restored:
            self._compare(lines)
            pin = msgspec.structs.replace(held, seq=pin.seq, chain=pin.chain)
        chains = {line.seq: line.chain for line in lines}
        pin = witness.follow_proof(
            self._space_id, pin, proof, lambda seq: chains.get(seq) or self._chain_at(seq)
        )
        return _Seen(proof=proof, keys=keys, lines=lines, pin=pin, is_restored=is_restored)

    async def _read(
        self, reader: JournalReader, base: str, pin: ChainPin, *, is_restored: bool
    ) -> tuple[list[Line], ChainPin]:
        """Read lines after a pin to the end, and check them."""
        lines: list[Line] = []
        while True:
            params = {"after": str(pin.seq), "limit": str(LINES_ASKED)}
            page = await _ask(reader, base, params, _Page)
            if not is_restored:
                witness.follow_end(self.pin(), page.head)
            witness.follow_end(pin, page.head)
            pin = witness.follow_lines(self._space_id, pin, page.entries)
            lines += page.entries
            if not page.more:
                if page.head != ChainHead(seq=pin.seq, chain=pin.chain):
                    raise Tampered(Fault.SHORTENED, pin.seq)
                return lines, pin
            if not page.entries:
                raise AnswerUnusable("A page without lines says that there are more.")

    def _compare(self, lines: Iterable[Line]) -> None:
        """Check that what is read again is what was read before."""
        for line in lines:
            held = self._chain_at(line.seq)
            if held is not None and held != line.chain:
                raise Tampered(Fault.REWRITTEN, line.seq)

    def _chain_at(self, seq: int) -> str | None:
        row = self._store.row(
            "SELECT chain FROM journal_line WHERE space_id = ? AND seq = ?", self._name, seq
        )
        return None if row is None else str(row["chain"])

    # What is kept.

    def _keep(self, seen: _Seen, now: datetime) -> JournalReport:
        lost = self._count_lost(seen.lines) if seen.is_restored else 0
        new = sum(self._chain_at(line.seq) != line.chain for line in seen.lines)
        with self._store.transaction():
            if seen.is_restored:
                self._store.run("DELETE FROM journal_line WHERE space_id = ?", self._name)
                self._alarm(RESTORED, now, lost=lost)
            self._save(seen)
        return JournalReport(
            lines=seen.pin.seq,
            new=new,
            is_restored=seen.is_restored,
            lost=lost,
            merged_seq=seen.pin.leaf_seq,
            head=seen.proof.head,
        )

    def _save(self, seen: _Seen) -> None:
        self._store.run_many(
            "INSERT INTO journal_line VALUES (?, ?, ?, ?)"
            " ON CONFLICT (space_id, seq) DO UPDATE SET line = excluded.line",
            (
                (self._name, line.seq, line.chain, msgspec.json.encode(line).decode())
                for line in seen.lines
            ),
        )
        self._store.run(
            "INSERT OR REPLACE INTO journal_pin VALUES (?, ?)",
            self._name,
            msgspec.json.encode(seen.pin).decode(),
        )
        self._store.run(
            "INSERT OR REPLACE INTO log_pin VALUES (1, ?, ?)",
            msgspec.json.encode(seen.proof.head).decode(),
            msgspec.json.encode(seen.keys).decode(),
        )

    def _count_lost(self, lines: list[Line]) -> int:
        """Count lines that were seen and that a restored server no longer has."""
        now = {line.seq: line.chain for line in lines}
        held = self._store.rows(
            "SELECT seq, chain FROM journal_line WHERE space_id = ?", self._name
        )
        return sum(now.get(row["seq"]) != row["chain"] for row in held)

    def _alarm(self, kind: str, now: datetime, *, seq: int | None = None, lost: int = 0) -> None:
        """Remember what a person should know; what stands as the last alarm is not said twice."""
        last = self._store.row(
            "SELECT kind, seq FROM journal_alarm WHERE space_id = ? ORDER BY place DESC", self._name
        )
        if kind != RESTORED and last is not None and tuple(last) == (kind, seq):
            return
        self._store.run(
            "INSERT INTO journal_alarm (space_id, kind, seq, lost, at) VALUES (?, ?, ?, ?, ?)",
            self._name,
            kind,
            seq,
            lost,
            now.isoformat(),
        )


async def _consistency(
    reader: JournalReader, known: SignedHead | None, seen: SignedHead
) -> tuple[str, ...]:
    """Ask for the proof between two heads, where there is one to ask for."""
    if known is None or known.head.log_id != seen.head.log_id:
        return ()
    first, second = known.head.size, seen.head.size
    if not 0 < first < second:
        return ()
    params = {"from": str(first), "to": str(second)}
    return (await _ask(reader, "/v1/log/consistency", params, _Consistency)).hashes


async def _ask(reader: JournalReader, path: str, params: dict[str, str], form: type[T]) -> T:
    answer = await reader.get(path, params)
    try:
        return msgspec.json.decode(answer, type=form)
    except msgspec.DecodeError as error:
        raise AnswerUnusable("The answer is not what the protocol says.") from error
