"""Ways to tamper with a journal and its log, each as somebody with all of the keys could.

Each gets a server whose journal a phone has pinned at PINNED, and which has gone on since.
"""

from collections.abc import Callable
from datetime import timedelta
from random import Random
from uuid import UUID

import msgspec

from backend.kernel import signing
from sync.core.ledger.heads import TreeHead
from sync.core.ledger.witness import Fault
from tests.unit.sync.ledger.clerk import MINE, OTHER, Clerk

PINNED = 9
Way = Callable[[Clerk, Random], None]


def _pinned(clerk: Clerk) -> TreeHead:
    assert clerk.pinned is not None
    return clerk.pinned


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
    size = random.randrange(_pinned(clerk).size)
    clerk.leaves, clerk.places = clerk.leaves[:size], clerk.places[:size]
    clerk.now += timedelta(minutes=1)
    clerk.sign()


def fork_log(clerk: Clerk, random: Random) -> None:
    """Publish a tree of the same or another size with another past."""
    index = random.randrange(_pinned(clerk).size)
    clerk.leaves[index] = random.randbytes(32)
    size = random.choice((_pinned(clerk).size, len(clerk.leaves)))
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
    clerk.now = random.choice((clerk.now, _pinned(clerk).time - timedelta(days=1)))
    is_old = clerk.now < _pinned(clerk).time
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
