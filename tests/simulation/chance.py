"""Chance from one seed, what was reached by it, and the trace that it leaves."""

import hashlib
import random
from collections import Counter, deque
from collections.abc import Callable, Sequence
from typing import TypeVar
from uuid import UUID

T = TypeVar("T")

TRACE_KEPT = 200

SOMETIMES = (
    "a request was lost",
    "a reply was lost",
    "a request arrived twice",
    "a request arrived days late",
    "requests arrived out of order",
    "a reply was cut",
    "the server said it was busy",
    "a stream broke",
    "a stream was whole",
    "the server crashed before a commit",
    "the server crashed after a commit",
    "a request met a server that was down",
    "a request died with the server",
    "an older backup was restored",
    "an acknowledged op went with a restore",
    "the server's clock moved by a year",
    "two writers met",
    "a record was hidden",
    "a record was shown again",
    "a grant ended",
    "a grant ended by the clock",
    "a grant began again",
    "a viewer was granted in mid-run",
    "a viewer could no longer write",
    "a professional deposited a record",
    "a device was wiped",
    "a device was told to start again",
    "a device was killed during a sync",
    "a device died before its commit",
    "a device died after its commit",
    "a device died midway",
    "a device was replaced",
    "a device's clock moved by a year",
    "a device was away for a year",
    "a sync gave up",
    "a page was not the last",
    "one request carried several profiles",
    "an op was answered again",
    "an op was merged",
    "an op lost a conflict",
    "an op was refused for a record that is gone",
    "an op was refused for want of rights",
    "an unpushed edit went with its record",
    "a consent was given",
    "a consent was ended",
    "a consent ended between two pages",
    "a team has a new member",
    "a team has a new attending",
    "a team has a new administrator",
    "a team was left",
    "a professional was blocked",
    "a block was lifted",
    "a block met a push in flight",
    "a mandate was renewed",
    "a mandate ended early",
    "a mandate ended while its device was away",
    "a caregiver's device was wiped",
    "a professional's device was wiped",
    "an emergency was declared",
    "an emergency ended during a pull",
    "settings were changed",
    "the matrix changed",
    "a document had a version",
    "a masked document had a version",
    "a document was released",
    "a document was withdrawn",
    "an announcement was released by the clock",
    "a professional read online",
    "a professional found nothing online",
    "a young adult took over",
    "a child came of age",
    "a mask was made offline",
    "a mask was lifted",
    "a mask reached a copy as gone",
    "a mask was refused: what it hides had gone",
    "rights were brought up to date at a contact",
    "a body named a record that its reader sees",
    "a body left out a record that its reader may not see",
)
"""What every run of some length must have reached: a fault never met proves nothing."""


class Sometimes(Counter[str]):
    """How often each thing happened."""

    def happened(self, what: str) -> None:
        """Count one thing."""
        assert what in SOMETIMES, what
        self[what] += 1

    def missing(self) -> list[str]:
        """Return what never happened."""
        return [what for what in SOMETIMES if not self[what]]


class Trace:
    """What happened, in order: its end as text and all of it as a hash."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._hash = hashlib.sha256()
        self._lines: deque[str] = deque(maxlen=TRACE_KEPT)
        self.count = 0

    def note(self, who: str, what: str) -> None:
        """Write down that somebody did something now."""
        line = f"{self._clock():14.3f} {who:>10} {what}"
        self._hash.update(line.encode())
        self._lines.append(line)
        self.count += 1

    def tail(self) -> list[str]:
        """Return the last lines."""
        return list(self._lines)

    def digest(self) -> str:
        """Return a hash of every line."""
        return self._hash.hexdigest()


class Chance:
    """All the chance there is in one run."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def happens(self, probability: float) -> bool:
        """Say whether something happens this time."""
        return self._random.random() < probability

    def pick(self, options: Sequence[T]) -> T:
        """Choose one."""
        return options[int(self._random.random() * len(options))]

    def weighed(self, options: Sequence[tuple[T, float]]) -> T:
        """Choose one by its weight."""
        at = self._random.random() * sum(weight for _, weight in options)
        for option, weight in options:
            at -= weight
            if at < 0:
                return option
        return options[-1][0]

    def between(self, low: float, high: float) -> float:
        """Choose a number in a range."""
        return low + (high - low) * self._random.random()

    def count(self, low: int, high: int) -> int:
        """Choose a whole number, both ends included."""
        return low + int(self._random.random() * (high - low + 1))

    def random(self) -> float:
        """Return a number from 0 up to, but not including, 1."""
        return self._random.random()

    def new_id(self) -> UUID:
        """Make an identifier."""
        return UUID(int=self._random.getrandbits(128), version=4)
