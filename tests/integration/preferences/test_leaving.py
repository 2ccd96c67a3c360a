"""From what a person asked for to what reaches them: by their choice, until they say "no more"."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from notifications.texts.lint import health_words
from tests.databases import settings_on
from tests.integration.preferences.asking import ADDRESS, choose
from tests.integration.reminders.agenda import Agenda, agenda_on, appointment, rule
from tests.journeys import Json, Phone

PARIS = ZoneInfo("Europe/Paris")
# How long a phone that could ring by itself has to say so.
GRACE = timedelta(minutes=15)


@pytest.fixture
async def agenda(database_kind: str, tmp_path: Path, cache_folder: Path) -> AsyncIterator[Agenda]:
    """People who are reminded."""
    folder = tmp_path / "data"
    async with (
        settings_on(database_kind, folder, cache_folder, reminders=True) as settings,
        agenda_on(settings) as opened,
    ):
        yield opened


def day(days: int, hour: int) -> datetime:
    """Return an hour of a coming day, by the clock of Paris."""
    at = datetime.now(PARIS) + timedelta(days=days)
    return at.replace(hour=hour, minute=0, second=0, microsecond=0)


async def reminded_of(agenda: Agenda, *kinds: str, **chosen: object) -> tuple[Phone, str]:
    """Let somebody in who is reminded of these kinds alone."""
    phone, space_id = await agenda.patient()
    await choose(phone, space_id, kinds=list(kinds), **chosen)
    return phone, space_id


async def tick_at(agenda: Agenda, at: datetime) -> list[Json]:
    """Let the clock of the server stand at an instant; return what has left until then."""
    with agenda.at(at):
        await agenda.tick()
    return agenda.told()


async def test_a_reminder_leaves_once_and_ends_by_its_own_address(agenda: Agenda) -> None:
    """An SMS that says nothing of what it is about; "no more" holds from the next ring on."""
    phone, space_id = await reminded_of(agenda, "own")
    first = day(3, 11)
    await phone.push(rule(space_id, first, title="Insuline", rrule="FREQ=DAILY"))
    await agenda.tick()

    early = await tick_at(agenda, first - timedelta(minutes=5))
    told = await tick_at(agenda, first + GRACE)
    again = await tick_at(agenda, first + GRACE + timedelta(minutes=1))
    link = told[0]["text"].rpartition(" Stop : ")[2]
    page = await agenda.client.post(
        link.removeprefix("http://127.0.0.1:8000"), content="List-Unsubscribe=One-Click"
    )
    next_day = await tick_at(agenda, first + timedelta(days=1) + GRACE)

    assert early == []
    (message,) = told
    assert (message["channel"], message["kind"]) == ("sms", "reminder")
    assert "Insuline" not in message["text"]
    assert health_words(message["text"]) == []
    assert page.status_code == 200
    assert again == next_day == told
    reasons = {job.reason for job in await agenda.jobs(space_id) if job.state == "skipped"}
    assert "kind-off" in reasons


async def test_the_ring_of_a_morning_comes_the_evening_before(agenda: Agenda) -> None:
    """Two hours before nine is within quiet hours: at 21:00, with the day and the hour."""
    phone, space_id = await reminded_of(agenda, "appointment")
    starts_at = day(5, 9)
    await phone.push(appointment(space_id, starts_at))
    await agenda.tick()
    evening = starts_at - timedelta(hours=12)
    # The rings of a week and of a day before are by themselves; this is about the last one.
    before = len(await tick_at(agenda, starts_at - timedelta(days=1) + GRACE))

    late_afternoon = await tick_at(agenda, evening - timedelta(hours=1))
    at_nine = await tick_at(agenda, evening + GRACE)
    at_night = await tick_at(agenda, starts_at - timedelta(hours=2) + GRACE)

    assert len(late_afternoon) == before
    assert len(at_nine) == len(at_night) == before + 1
    assert "à 9 h 00" in at_nine[-1]["text"]


async def test_who_chose_letters_has_one_waiting_for_the_printer(agenda: Agenda) -> None:
    """With the address as they wrote it, and no SMS beside it."""
    phone, space_id = await reminded_of(agenda, "own", channels=["letter"], postal_address=ADDRESS)
    at = day(3, 11)
    await phone.push(rule(space_id, at, title="Insuline"))
    await agenda.tick()

    told = await tick_at(agenda, at + GRACE)
    printed = await agenda.client.post("/v1/operator/letters/print", headers=agenda.counter.headers)

    assert [one["channel"] for one in told] == ["letter"]
    (letter,) = printed.json()
    assert letter["address"] == ADDRESS
    assert health_words(f"{letter['subject']} {letter['text']}") == []
