"""What acts with their dates come to for one party, as time goes by."""

from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

import pytest

from backend.access.collection import COLLECTIONS, ViewerRights
from backend.access.matrices.in_force import MatrixInForce
from backend.access.model import Consent
from backend.access.rules.terms import Acts, professional_eye
from backend.kernel.errors import Refusal
from sync.core.audience import Viewer
from sync.edit import Entry, SpaceEdit
from sync.errors import SpaceNotFound
from sync.exchange import Exchange, SpaceAsk, SpaceWork
from sync.ports import Host
from sync.push import Caller
from tests.property.homes import BEGINNING, MemoryHome

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
T = TypeVar("T")

DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
PARTY = UUID(int=7)
DOCTOR = "10"


def consent(given_at: datetime, **changed: Any) -> Consent:
    return Consent(
        party_id=changed.pop("party_id", PARTY),
        name="A doctor",
        profession=DOCTOR,
        status="given",
        asked_at=given_at,
        given_at=given_at,
        **changed,
    )


class Clinic:
    """A space with a professional, over the rights and the engine that ship."""

    def __init__(self, home: MemoryHome | None = None) -> None:
        self.home = home or MemoryHome()
        self.host = Host(
            collections={one.name: one for one in COLLECTIONS},
            rights=ViewerRights(MatrixInForce()),
            refusal=Refusal,
            checkpoint_key=b"k" * 32,
        )
        self.exchange = Exchange(self.home, self.host)
        self.space_id = UUID(int=1)

    async def open(self) -> None:
        holder = Viewer(viewer_id=UUID(int=2), party_id=UUID(int=3), role="holder")
        await self.home.create(self.space_id, [holder])

    async def write(self, number: int, act: Consent) -> None:
        async def work(store: Any, now: datetime) -> None:
            edit = await SpaceEdit.begin(store, self.host, now=now)
            record_id = UUID(int=100 + number)
            await edit.load([record_id])
            collection = self.host.collections["consents"]
            fields = {name: getattr(act, name) for name in act.__struct_fields__}
            known = {name: value for name, value in fields.items() if value is not None}
            edit.put(
                Entry(
                    record_id=record_id, collection=collection, author_id=UUID(int=3), fields=known
                )
            )
            await edit.save()

        use_case: SpaceWork[None] = work
        await self.home.write(self.space_id, use_case)

    async def pull(self) -> None:
        caller = Caller(party_id=PARTY, device_id=UUID(int=5))
        await self.exchange.page(caller, SpaceAsk(space_id=self.space_id))


async def test_a_consent_that_ends_leaves_an_older_one_standing() -> None:
    """When the newest of two consents ends, the other goes on, with nobody writing anything."""
    clinic = Clinic()
    await clinic.open()
    await clinic.write(1, consent(BEGINNING, ends_at=BEGINNING + 9 * DAY, keeps_copy=True))
    clinic.home.clock.move(0.5)
    await clinic.write(2, consent(BEGINNING + DAY / 2, ends_at=BEGINNING + DAY))

    with pytest.raises(SpaceNotFound):
        await clinic.pull()  # The newer one lets nobody keep a copy.
    clinic.home.clock.move(1)
    await clinic.pull()
    assert clinic.home.spaces[clinic.space_id].due_at == BEGINNING + 9 * DAY
    clinic.home.clock.move(9)

    with pytest.raises(SpaceNotFound):
        await clinic.pull()


async def test_a_consent_outlives_a_clock_that_was_wrong() -> None:
    """What ended while the clock was a year ahead stands again once it is right."""
    clinic = Clinic()
    await clinic.open()
    await clinic.write(1, consent(BEGINNING, ends_at=BEGINNING + 9 * DAY, keeps_copy=True))
    clinic.home.clock.move(366)
    with pytest.raises(SpaceNotFound):
        await clinic.pull()
    clinic.home.clock.move(-365)

    await clinic.pull()

    assert clinic.home.spaces[clinic.space_id].due_at == BEGINNING + 9 * DAY


def test_a_consent_given_by_a_clock_that_was_wrong_waits_for_its_day() -> None:
    """Of an act that stands and one that is yet to begin, the one that has begun counts."""
    acts = Acts(consents=(consent(NOW - DAY), consent(NOW + DAY, sections=("documents",))))

    eye = professional_eye(acts, PARTY, NOW)

    assert eye.terms.is_granted(NOW)
    assert eye.terms.sections is None
    assert eye.terms.turns_at == NOW + DAY


class SlowHome(MemoryHome):
    """A home where each transaction takes a second, once it is late."""

    is_late = False

    async def read(self, space_id: UUID, work: SpaceWork[T]) -> T:
        self._take_time()
        return await super().read(space_id, work)

    async def write(self, space_id: UUID, work: SpaceWork[T]) -> T:
        self._take_time()
        return await super().write(space_id, work)

    def _take_time(self) -> None:
        if self.is_late:
            self.clock.at += SECOND


async def test_a_reader_outlasts_acts_that_end_one_after_the_other() -> None:
    """Whoever reads while one act after the other ends is served, and not told of a fault."""
    home = SlowHome()
    clinic = Clinic(home)
    await clinic.open()
    await clinic.write(0, consent(BEGINNING, ends_at=BEGINNING + DAY, keeps_copy=True))
    for number in range(1, 10):
        home.clock.at = BEGINNING + number * SECOND / 10
        ends_at = BEGINNING + (14 - number) * SECOND
        await clinic.write(number, consent(home.clock.at, ends_at=ends_at, keeps_copy=True))
    home.clock.at = BEGINNING + 5 * SECOND
    home.is_late = True

    await clinic.pull()

    assert home.clock.at == BEGINNING + 14 * SECOND
