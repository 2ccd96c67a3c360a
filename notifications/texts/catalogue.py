"""The texts that leave, read from their data file."""

import tomllib
from functools import cache
from importlib.resources import files

import msgspec

from notifications.core.reminder import ReminderKind

LANGUAGES = ("fr", "en")


class Wording(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One text in one language, in each of its forms."""

    subject: str
    line: str
    sms: str
    letter: str


class Frame(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How days and times are written in one language, and how one says "no more"."""

    day: str
    first_day: str
    time: str
    weekdays: tuple[str, ...]
    months: tuple[str, ...]
    stop_sms: str
    stop_email: str
    stop_letter: str


class Catalogue(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Every text: by what it says, for whom (`own` or `helped`), and language."""

    kinds: dict[ReminderKind, str]
    frame: dict[str, Frame]
    text: dict[str, dict[str, dict[str, Wording]]]


@cache
def catalogue() -> Catalogue:
    """Read the texts."""
    text = files("notifications.texts").joinpath("reminders.toml").read_text("utf-8")
    return msgspec.convert(tomllib.loads(text), Catalogue)


def language_served(language: str) -> str:
    """Return a language, or the first one where it is not served."""
    return language if language in LANGUAGES else LANGUAGES[0]
