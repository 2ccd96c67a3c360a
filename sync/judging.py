"""Rules between a record that is written and what is around it in its space."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import datetime

import msgspec

from sync.ports import Around, Collection, Host
from sync.storage.port import Record

Held = Callable[[Sequence[str]], Awaitable[list[Record]]]


class Judge:
    """Judges bodies at one instant, beside what was brought in before.

    Nothing is brought in for collections that are judged by themselves, so that
    they cost nothing.
    """

    def __init__(self, host: Host, now: datetime) -> None:
        self._host = host
        self._now = now
        self._beside: dict[str, tuple[bytes, ...]] = {}

    async def surround(self, collections: Iterable[str], held: Held) -> None:
        """Bring in what records of some collections are judged beside, once."""
        known = self._host.collections
        declared = {known[name].beside for name in set(collections) if name in known}
        for name in declared - {None} - self._beside.keys():
            assert name is not None
            records = await held([name])
            self._beside[name] = tuple(r.body for r in records if r.body is not None)

    def refuse_unfit(self, collection: Collection, body: msgspec.Struct) -> None:
        """Refuse a body that does not fit what is around it.

        Raises:
            Exception: The host's refusal.
        """
        if collection.fits is None:
            return
        beside = () if collection.beside is None else self._beside[collection.beside]
        collection.fits(body, Around(now=self._now, beside=beside))
