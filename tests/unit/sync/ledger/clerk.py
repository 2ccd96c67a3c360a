"""A small server of journals, kept in memory: honest, until a test reaches into it."""

import copy
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import msgspec

from backend.kernel import signing
from sync.core.ledger import canonical, chain, tree
from sync.core.ledger.heads import (
    Leaf,
    LogOpening,
    SignedHead,
    TreeHead,
    head_message,
    opening_message,
)

MINE, OTHER = UUID(int=1), UUID(int=2)
START = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
WORDS = ("open", "read", "add", "mask", "deposit")


class Clerk:
    """Writes lines, takes them into a tree, signs heads, and answers as the protocol says."""

    def __init__(self, seed: int = 0, signers: tuple[signing.Signer, ...] = ()) -> None:
        self.random = Random(seed)
        self.pinned: TreeHead | None = None
        self.now = START
        self.signers = signers or signing.renewed(())
        self.journals: dict[UUID, list[dict[str, Any]]] = {}
        self.begin_log(restored=False)

    def copy(self) -> "Clerk":
        """Return what a backup taken now holds."""
        other = copy.copy(self)
        other.random = Random(self.random.random())
        other.journals = {key: [dict(one) for one in found] for key, found in self.journals.items()}
        other.leaves = list(self.leaves)
        other.places = list(self.places)
        return other

    def begin_log(self, *, restored: bool) -> None:
        """Begin a log, in the place of the present one if there is one."""
        self.now += timedelta(microseconds=1)
        former = self.head.head if restored else None
        self.opening = LogOpening(
            log_id=UUID(bytes=self.random.randbytes(16), version=4),
            opened_at=self.now,
            restored=restored,
            former=former,
        )
        self.leaves: list[bytes] = []
        self.places: list[tuple[UUID, int]] = []
        self.sign()

    def write(self, space_id: UUID, count: int = 1, **given: Any) -> None:
        """Write lines into a journal."""
        lines = self.journals.setdefault(space_id, [])
        for _ in range(count):
            self.now += timedelta(seconds=self.random.randrange(1, 20))
            entry = {
                "v": 1,
                "space_id": str(space_id),
                "seq": len(lines) + 1,
                "at": self.now.isoformat(),
                "actor": {"kind": "professional", "name": f"Dr {self.random.randrange(9)}"},
                "action": self.random.choice(WORDS),
                **given,
            }
            lines.append({"entry": entry, "salt": self.random.randbytes(16).hex()})
            self.relink(space_id, len(lines))

    def relink(self, space_id: UUID, start: int, *, commitments: bool = True) -> None:
        """Compute commitments and chains from a number on, as a server that lies would."""
        lines = self.journals[space_id]
        link = chain.begin(space_id) if start == 1 else bytes.fromhex(lines[start - 2]["chain"])
        for number, line in enumerate(lines[start - 1 :], start=start):
            line["seq"] = number
            if commitments and line.get("entry") is not None:
                plain = canonical.encode(line["entry"])
                line["commitment"] = chain.commit(bytes.fromhex(line["salt"]), plain).hex()
            link = chain.link(link, bytes.fromhex(line["commitment"]))
            line["chain"] = link.hex()

    def erase(self, space_id: UUID, seq: int) -> None:
        """Destroy what a line says."""
        self.journals[space_id][seq - 1].update(entry=None, salt=None)

    def merge(self, *, without: UUID | None = None) -> None:
        """Take every chain that moved into the tree, but that of one space, and sign."""
        self.now += timedelta(seconds=30)
        for space_id, lines in self.journals.items():
            if space_id != without and lines and (space_id, len(lines)) not in self.places:
                self.places.append((space_id, len(lines)))
                self.leaves.append(tree.leaf_hash(self.leaf(len(self.places) - 1).data()))
        self.sign()

    def leaf(self, index: int) -> Leaf:
        """Say what a leaf is about, as its journal has it now."""
        space_id, seq = self.places[index]
        lines = self.journals[space_id]
        # Of a line that a test took away there is nothing to say.
        chained = lines[seq - 1]["chain"] if seq <= len(lines) else "00" * 32
        return Leaf(space_id=space_id, seq=seq, chain=chained)

    def regrow(self) -> None:
        """Compute every leaf anew, as a server that lies would."""
        self.leaves = [tree.leaf_hash(self.leaf(i).data()) for i in range(len(self.places))]
        self.sign()

    def sign(self, **changed: Any) -> None:
        """Sign the tree as it stands."""
        head = TreeHead(
            log_id=self.opening.log_id,
            size=len(self.leaves),
            root=self.span((0, len(self.leaves))).hex(),
            time=self.now,
        )
        head = msgspec.structs.replace(head, **changed)
        self.head = SignedHead(
            head=head,
            signature=signing.sign(self.signers, head_message(head)),
            opening=self.opening,
            opening_signature=signing.sign(self.signers, opening_message(self.opening)),
        )

    def span(self, span: tree.Span) -> bytes:
        """Compute the hash of a span of leaves."""
        grown = tree.CompactRange()
        for one in self.leaves[span[0] : span[1]]:
            grown.append(one)
        return grown.root()

    def renew(self) -> None:
        """Sign with a new key from now on."""
        self.signers = signing.renewed(self.signers)

    # What phones ask.

    async def get(self, path: str, params: dict[str, str]) -> bytes:
        """Answer as the server does."""
        return msgspec.json.encode(self.answer(urlsplit(path).path, params))

    def answer(self, path: str, params: dict[str, str]) -> Any:
        """Make an answer."""
        if path == "/v1/log/keys":
            return signing.published(self.signers)
        if path == "/v1/log/consistency":
            return {"hashes": self.consistency(int(params["from"]), int(params["to"]))}
        space_id = UUID(path.split("/")[3])
        if path.endswith("/proof"):
            return self.proof(space_id)
        return self.page(space_id, int(params["after"]), int(params["limit"]))

    def consistency(self, first: int, second: int) -> list[str]:
        """Prove that the log goes on."""
        return [self.span(one).hex() for one in tree.consistency_spans(first, second)]

    def proof(self, space_id: UUID) -> dict[str, Any]:
        """Prove that a journal is in the log."""
        size = self.head.head.size
        found = [i for i, (owner, _) in enumerate(self.places[:size]) if owner == space_id]
        if not found:
            return {"head": self.head}
        index = found[-1]
        return {
            "head": self.head,
            "leaf": self.leaf(index),
            "leaf_index": index,
            "hashes": [self.span(one).hex() for one in tree.inclusion_spans(index, size)],
        }

    def page(self, space_id: UUID, after: int, limit: int) -> dict[str, Any]:
        """Return some lines."""
        lines = self.journals.get(space_id, [])
        some = lines[after : after + limit]
        end = lines[-1] if lines else {"seq": 0, "chain": chain.begin(space_id).hex()}
        return {
            "entries": [{k: v for k, v in one.items() if v is not None} for one in some],
            "head": {"seq": end["seq"], "chain": end["chain"]},
            "more": after + len(some) < len(lines),
        }
