"""What leaves to remind somebody: no health matter, no person, and one SMS."""

import itertools
import string
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from typing import Any

import pytest

from notifications.channels.push import ring_of
from notifications.channels.ways import PushWay
from notifications.core.reminder import ReminderKind
from notifications.ports import ChannelName
from notifications.texts.catalogue import LANGUAGES, catalogue
from notifications.texts.lint import forbidden, health_words
from notifications.texts.rendering import Reader, render
from notifications.texts.sms import is_plain, parts, plain, septets
from tests.unit.notifications.rings import STOP, delivery, notice

# What may be filled into the texts of each room; `letters.toml` and `messages.toml` are identity's.
PEOPLE = {"agent": "Camille Durand", "organization": "Mairie de Riom"}
DAYS = [datetime(2026, month, 28, 12, 5, tzinfo=UTC) for month in range(1, 13)]
HOSTILE_ZONES = ("Europe/Paris", "vaccin/grippe", "../../etc/passwd", "", "\x00", "cancer " * 500)


def templates() -> Iterator[tuple[str, str]]:
    """Yield every text of the project that is sent or printed, with where it stands."""
    sources = {
        "notifications.texts": ("reminders.toml",),
        "backend.identity": ("data/messages.toml", "data/letters.toml"),
    }
    for package, names in sources.items():
        for name in names:
            content = tomllib.loads(files(package).joinpath(name).read_text("utf-8"))
            content.pop("kinds", None)  # Names of ours, which never leave.
            yield from _leaves(name, content)


def _leaves(place: str, value: object) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _leaves(f"{place}/{name}", inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _leaves(place, inner)
    else:
        yield place, str(value)


def rendered() -> Iterator[tuple[str, str]]:
    """Yield every text of every kind, by every channel, for everybody, on hostile data."""
    cases = itertools.product(
        ReminderKind, ChannelName, LANGUAGES, (False, True), (None, STOP), HOSTILE_ZONES, DAYS
    )
    for kind, channel, language, is_helper, stop, zone, day in cases:
        reader = Reader(language=language, is_helper=is_helper, stop_url=stop)
        words = render(notice(kind=kind, time_zone=zone, due_at=day), channel, reader)
        place = f"{kind.value}/{channel.value}/{language}"
        yield place, words.subject
        yield place, words.text


def test_no_template_names_a_health_matter() -> None:
    """An SMS is read over a shoulder, and so is the screen of a locked phone."""
    found = {place: words for place, text in templates() if (words := health_words(text))}

    assert found == {}


def test_no_rendered_text_names_a_health_matter() -> None:
    """Every kind, channel, language and reader, with people's data at its worst."""
    found = {place: words for place, text in rendered() if (words := health_words(text))}

    assert found == {}


@pytest.mark.parametrize(
    "text",
    [
        "Votre vaccination est prévue demain.",
        "Your flu shot is due",
        "Pensez à votre mammographie",
        "DÉPISTAGE du cancer colorectal",
        "Rendez-vous avec le Dr Martin",
        "Appointment with your gynaecologist",
        "Rappel DTP",
        "Time for Shingrix",
        "Examen de santé de 3 mois",
    ],
)
def test_a_text_that_names_one_is_found(text: str) -> None:
    """Whatever its case and its accents."""
    assert health_words(text)


def test_a_word_that_only_looks_like_one_passes() -> None:
    """Words are compared from their beginning, and some of them whole."""
    assert health_words("Carnet vous attend le lundi, avec ses détails et son atelier.") == []


def test_the_address_to_say_no_more_is_not_read_as_words() -> None:
    """It is random: any of its letters may make a word."""
    assert health_words("Stop : https://carnet.example.org/n/cancer-hpv_flu") == []


def test_only_a_day_a_time_and_an_address_are_filled_in() -> None:
    """A name, a place or a title has no way into what leaves."""
    fields = {
        name
        for place, text in templates()
        if place.startswith("reminders.toml")
        for _, name, _, _ in string.Formatter().parse(text)
        if name is not None
    }

    assert fields == {"day", "time", "stop", "weekday", "month", "hour", "minute"}


def test_everybody_is_written_to_in_their_language_whatever_the_kind() -> None:
    """No kind is forgotten, and an unknown language is the first one."""
    known = catalogue()

    assert set(known.kinds) == set(ReminderKind)
    for group in set(known.kinds.values()):
        for reader in ("own", "helped"):
            assert set(known.text[group][reader]) == set(LANGUAGES) == set(known.frame)
    strange = render(notice(), ChannelName.SMS, Reader(language="zz"))
    assert strange == render(notice(), ChannelName.SMS, Reader(language="fr"))


def test_every_list_of_forbidden_words_says_who_says_so() -> None:
    """They are reviewed by people who are not programmers."""
    assert all(group.source and group.words for group in forbidden().values())


def test_a_reminder_is_one_plain_sms_with_its_address() -> None:
    """On the longest day, in every language, for everybody."""
    places = set()
    wrong: dict[str, str] = {}
    for place, text in rendered():
        if "/sms/" in place:
            places.add(place)
            if parts(text) > 1 or not is_plain(text):
                wrong[place] = f"{septets(text)} {text}"

    assert len(places) == len(ReminderKind) * len(LANGUAGES)
    assert wrong == {}


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 1),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("ê" * 70, 1),
        ("ê" * 71, 2),
        ("\N{GRINNING FACE}" * 35, 1),
        ("\N{GRINNING FACE}" * 36, 2),
    ],
)
def test_sms_are_counted_as_operators_bill_them(text: str, count: int) -> None:
    """Septets in the plain alphabet, of which a few count twice; else two bytes a unit."""
    assert parts(text) == count


def test_what_the_plain_alphabet_lacks_is_written_without_its_accent() -> None:
    """Else one circumflex would halve the room."""
    assert plain("1er août à 14\u202fh, ça n’œuvre… 你") == "1er aout à 14 h, ca n'oeuvre... ?"


def test_an_appointment_says_when_in_its_own_place() -> None:
    """A traveller reads the clock of the place where they are awaited."""
    at = datetime(2026, 7, 1, 6, 30, tzinfo=UTC)

    paris = render(notice(due_at=at), ChannelName.EMAIL, Reader(language="fr"))
    tokyo = render(
        notice(due_at=at, time_zone="Asia/Tokyo"), ChannelName.SMS, Reader(language="en")
    )

    assert "mercredi 1er juillet à 8 h 30" in paris.text
    assert "Wednesday 1 July at 15:30" in tokyo.text


def test_an_appointment_of_an_unknown_zone_says_no_time() -> None:
    """A wrong one would have somebody come too late."""
    words = render(notice(time_zone="Mars/Olympus"), ChannelName.SMS, Reader())

    assert words == render(notice(kind=ReminderKind.OWN), ChannelName.SMS, Reader())


def test_nothing_but_an_appointment_says_when() -> None:
    """The day on which something falls due tells what it is, to who knows a calendar."""
    for kind in set(ReminderKind) - {ReminderKind.APPOINTMENT}:
        words = [
            render(notice(kind=kind, due_at=day), channel, Reader())
            for channel in ChannelName
            for day in (DAYS[0], DAYS[0] + timedelta(days=3))
        ]

        assert len({(one.subject, one.text) for one in words}) == len({one.text for one in words})
        assert not any(character.isdigit() for one in words for character in one.text)


def test_what_a_phone_is_sent_holds_identifiers_and_neutral_words() -> None:
    """Everything else it reads in its own copy."""
    way = PushWay(to="", targets=())
    sent: list[Any] = []
    for kind, language in itertools.product(ReminderKind, LANGUAGES):
        body = ring_of(delivery(way, ChannelName.PUSH, kind=kind, language=language), way)
        sent.append(body.decode())

    assert [health_words(one) for one in sent] == [[]] * len(sent)
    assert len({one for one in sent if "vaccine" in one or "screening" in one}) == 0
