"""Mandates, whatever they name: a phone holds exactly that, until it ends; and birthdays."""

import asyncio
import calendar
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.access.collection import ViewerRights
from backend.access.matrices.in_force import MatrixInForce
from backend.access.model import SENSITIVE, Mandate
from backend.access.rules.mandates import is_active, latest_end, over_at, runs_out_at
from backend.identity.rules.opening import is_minor, legal_day, majority_at
from backend.kernel.errors import Refusal
from backend.record import ALL
from sync.core.audience import Viewer
from sync.edit import Entry, SpaceEdit
from sync.exchange import Exchange, SpaceAsk
from sync.ports import Host
from sync.push import Caller
from sync.storage.port import SpaceStore
from tests.property.homes import BEGINNING, MemoryHome

SENSITIVE_WORDS = sorted(SENSITIVE)
KINDS: dict[str, dict[str, Any]] = {
    "notes": {"title": "a"},
    "conditions": {"label": "a"},
    "allergies": {"label": "a"},
    "immunizations": {"label": "a", "status": "completed", "occurred_on": "2026-10-01"},
    "screenings": {"label": "a", "exam": "fit", "status": "completed", "performed_on": "2026"},
    "situations": {"label": "a", "kind": "residence", "country": "FR"},
}
HIDDEN = 8

entries = st.lists(
    st.tuples(
        st.sampled_from(sorted(KINDS)),
        st.sets(st.sampled_from(SENSITIVE_WORDS), max_size=2),
        st.booleans(),  # Whether it is kept from whoever represents the person.
        st.booleans(),  # Whether the caregiver brought it.
    ),
    max_size=12,
)
sections = st.sets(st.sampled_from([*KINDS, *SENSITIVE_WORDS, "messages"]), max_size=6)
actions = st.sets(st.sampled_from(["read", "add", "change", "message"]))


class Ward:
    """A space in memory, its holder, and a caregiver."""

    def __init__(self) -> None:
        self.home = MemoryHome()
        rights = ViewerRights(MatrixInForce())
        self.host = Host(collections=ALL, rights=rights, refusal=Refusal, checkpoint_key=b"k" * 32)
        self.exchange = Exchange(self.home, self.host)
        self.space_id, self.mandate_id = uuid4(), uuid4()
        self.holder = Caller(party_id=uuid4(), device_id=uuid4())
        self.caregiver = Caller(party_id=uuid4(), device_id=uuid4())
        self.told: set[UUID] = set()
        """Who was told that something is new, since a test last looked."""

    async def open(self) -> None:
        """Make the space."""
        eye = Viewer(viewer_id=uuid4(), party_id=self.holder.party_id, role="holder")
        await self.home.create(self.space_id, [eye])

    async def put(self, record_id: UUID, collection: str, fields: Any, **given: Any) -> None:
        """Write a record as its author says."""
        author_id = given.pop("author_id", self.holder.party_id)

        async def work(store: SpaceStore, now: datetime) -> frozenset[UUID]:
            edit = await SpaceEdit.begin(store, self.host, now=now)
            await edit.load([record_id])
            await edit.surround([collection])
            edit.put(
                Entry(
                    record_id=record_id,
                    collection=self.host.collections[collection],
                    author_id=author_id,
                    fields=fields,
                    **given,
                )
            )
            return await edit.save()

        self.told |= await self.home.write(self.space_id, work)

    async def mandate(self, named: set[str], allowed: set[str], **changes: Any) -> None:
        """Give the mandate, or change it."""
        mandate = Mandate(
            party_id=self.caregiver.party_id,
            name="Camille",
            status="active",
            sections=tuple(sorted(named)),
            actions=tuple(sorted(allowed)),
            invited_at=BEGINNING,
            starts_at=BEGINNING,
            ends_at=BEGINNING + timedelta(days=60),
        )
        mandate = msgspec.structs.replace(mandate, **changes)
        await self.put(self.mandate_id, "mandates", msgspec.to_builtins(mandate))

    async def held(self) -> set[UUID] | None:
        """Pull as a fresh phone of the caregiver; None for a wipe."""
        caller = Caller(party_id=self.caregiver.party_id, device_id=uuid4())
        answer = await self.exchange._answer(caller, SpaceAsk(space_id=self.space_id))
        page = msgspec.json.decode(answer)
        if page["state"] == "wipe":
            return None
        return {UUID(c["record_id"]) for c in page["changes"] if c["kind"] == "put"}


@settings(max_examples=60)
@given(brought=entries, before=sections, after=sections, first=actions, then=actions)
def test_a_caregivers_phone_holds_what_a_naive_reader_of_the_mandate_would_give(
    brought, before, after, first, then
):
    """Named, not sensitive unless that is named too, not secret; to add shows what they added."""

    async def journey() -> None:
        ward = Ward()
        await ward.open()
        written = {}
        for collection, sensitive, is_secret, is_theirs in brought:
            record_id = uuid4()
            author = ward.caregiver if is_theirs else ward.holder
            written[record_id] = (collection, sensitive, is_secret, is_theirs)
            await ward.put(
                record_id,
                collection,
                {**KINDS[collection], "sensitive": sorted(sensitive)},
                author_id=author.party_id,
                flags=HIDDEN if is_secret else None,
            )
        for named, allowed in ((before, first), (after, then)):
            await ward.mandate(named, allowed)
            assert await ward.held() == naive(written, named, allowed)
        await ward.mandate(after, then, status="ended", ended_at=BEGINNING)
        assert await ward.held() is None

    asyncio.run(journey())


def naive(written: dict[UUID, Any], named: set[str], allowed: set[str]) -> set[UUID]:
    """Say what a caregiver sees, as somebody would who reads the rule aloud."""
    seen = set()
    for record_id, (collection, sensitive, is_secret, is_theirs) in written.items():
        is_left = "read" in allowed or (is_theirs and "add" in allowed)
        is_named = is_left and (collection in named or sensitive & named)
        if is_named and not is_secret and not sensitive - named:
            seen.add(record_id)
    return seen


@settings(max_examples=40)
@given(days=st.integers(1, 59), later=st.integers(0, 400))
def test_an_end_that_somebody_decided_looks_like_one_that_came(days, later):
    """The same answer and the same viewer, at every instant after."""

    async def journey() -> list[Any]:
        seen = []
        for is_early in (True, False):
            ward = Ward()
            await ward.open()
            await ward.put(uuid4(), "notes", {"title": "a"})
            end = BEGINNING + timedelta(days=days)
            await ward.mandate({"notes"}, {"read"}, ends_at=end if not is_early else LATE)
            ward.home.clock.at = end
            ward.told.clear()
            if is_early:
                await ward.mandate({"notes"}, {"read"}, ends_at=LATE, status="ended", ended_at=end)
            ward.home.clock.move(later)
            await ward.put(uuid4(), "notes", {"title": "b"})
            (eye,) = [
                v
                for v in ward.home.spaces[ward.space_id].viewers.values()
                if v.party_id == ward.caregiver.party_id
            ]
            assert ward.told == {ward.holder.party_id}
            seen.append((await ward.held(), eye.closes_at, eye.is_over(ward.home.clock.at)))
        return seen

    early, natural = asyncio.run(journey())
    assert early == natural == (None, BEGINNING + timedelta(days=days), True)


LATE = BEGINNING + timedelta(days=60)


@given(
    invited=st.datetimes(
        datetime.fromisoformat("2026-01-01"),
        datetime.fromisoformat("2030-01-01"),
        timezones=st.just(UTC),
    ),
    lasts=st.integers(1, 366),
    reviewed=st.one_of(st.none(), st.integers(0, 366)),
    asked=st.integers(0, 800),
)
def test_a_mandate_is_active_until_it_runs_out_and_never_after(invited, lasts, reviewed, asked):
    """At its date, or 120 days after the person last agreed: whichever comes first."""
    mandate = Mandate(
        name="a",
        status="active",
        sections=(),
        actions=(),
        invited_at=invited,
        starts_at=invited,
        ends_at=invited + timedelta(days=lasts),
        reviewed_at=None if reviewed is None else invited + timedelta(days=reviewed),
    )
    now = invited + timedelta(days=asked)

    assert is_active(mandate, now) == (asked < min(lasts, (reviewed or 0) + 120))
    assert over_at(mandate) == runs_out_at(mandate)


@given(
    now=st.datetimes(
        datetime.fromisoformat("2024-01-01"),
        datetime.fromisoformat("2060-01-01"),
        timezones=st.just(UTC),
    )
)
def test_twelve_months_are_a_calendar_year(now):
    """From a day to the same day of the next year; from 29 February to the 28th."""
    end = latest_end(now)

    assert (end.year, end.month) == (now.year + 1, now.month)
    assert end.day in (now.day, now.day - 1)
    assert end.day == now.day or (now.month, now.day) == (2, 29)


leap_days = st.sampled_from([y for y in range(1940, 2040) if calendar.isleap(y)]).map(
    lambda year: date(year, 2, 29)
)


@given(born=st.one_of(st.dates(date(1940, 1, 1), date(2040, 1, 1)), leap_days))
def test_childhood_ends_at_the_midnight_that_begins_the_eighteenth_birthday(born):
    """In Paris, in summer and winter; on 1 March for who has no birthday that year."""
    instant = majority_at(born)
    local = instant.astimezone(ZoneInfo("Europe/Paris"))

    assert local.time() == time(0)
    has_birthday = (born.month, born.day) != (2, 29) or calendar.isleap(born.year + 18)
    day = (born.month, born.day) if has_birthday else (3, 1)
    assert (local.year, local.month, local.day) == (born.year + 18, *day)
    assert is_minor(born, legal_day(instant - timedelta(microseconds=1)))
    assert not is_minor(born, legal_day(instant))
