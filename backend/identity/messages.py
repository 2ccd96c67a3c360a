"""What is written to people about signing in and about their record, in their language."""

import tomllib
from datetime import timedelta
from functools import cache
from importlib.resources import files

import msgspec

from backend.identity.accounts.model import Channel, Contacts
from backend.identity.limits import CODE_LIFE_EMAIL, CODE_LIFE_SMS
from backend.kernel.work import Message, Work

LANGUAGES = ("fr", "en")
LETTER = "letter"


class Words(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One message in one language."""

    subject: str
    text: str


@cache
def catalogue() -> dict[str, dict[str, Words]]:
    """Return every message, by kind and language."""
    return _read("messages.toml")


@cache
def letters() -> dict[str, dict[str, Words]]:
    """Return every letter that is printed, by kind and language."""
    return _read("letters.toml")


def _read(file_name: str) -> dict[str, dict[str, Words]]:
    text = files("backend.identity").joinpath("data", file_name).read_text("utf-8")
    return msgspec.convert(tomllib.loads(text), dict[str, dict[str, Words]])


def send_code(work: Work, *, purpose: str, channel: Channel, contacts: Contacts, code: str) -> None:
    """Write a one-time code to the contact behind *channel*."""
    life = CODE_LIFE_SMS if channel is Channel.SMS else CODE_LIFE_EMAIL
    minutes = int(life.total_seconds()) // 60
    to = contacts.phone if channel is Channel.SMS else contacts.email
    assert to is not None
    _send(work, f"code-{purpose}", contacts, (channel.value, to), code=code, minutes=str(minutes))


def send_consent_code(work: Work, contacts: Contacts, code: str, *, life: timedelta) -> None:
    """Write the code that a person may give in person, by the one way that is fastest."""
    minutes = str(int(life.total_seconds()) // 60)
    for channel, to in ((Channel.SMS, contacts.phone), (Channel.EMAIL, contacts.email)):
        if to is not None:
            _send(work, "code-consent", contacts, (channel.value, to), code=code, minutes=minutes)
            return


def send_notice(work: Work, kind: str, contacts: Contacts, **words: str) -> None:
    """Tell of a change to every address of an account.

    Source: NIST SP 800-63B, 4.6: all addresses, the old ones included.
    """
    for channel, to in ((Channel.SMS, contacts.phone), (Channel.EMAIL, contacts.email)):
        if to is not None:
            _send(work, f"notice-{kind}", contacts, (channel.value, to), **words)


def words_of(kind: str, language: str) -> Words:
    """Return a message in a language, or in the first one."""
    return catalogue()[kind][language if language in LANGUAGES else LANGUAGES[0]]


def send_invitation(work: Work, contacts: Contacts, *, code: str, days: str) -> None:
    """Write the code of an invitation to whom somebody wants to be helped by."""
    for channel, to in ((Channel.SMS, contacts.phone), (Channel.EMAIL, contacts.email)):
        if to is not None:
            _send(work, "invitation", contacts, (channel.value, to), code=code, days=days)


def letter(kind: str, language: str, *, code: str, until: str) -> Words:
    """Write what is printed on a letter."""
    written = letters()[f"letter-{kind}"][language]
    return Words(subject=written.subject, text=written.text.format(code=code, until=until))


def show_letter(work: Work, kind: str, language: str, to: str, written: Words) -> None:
    """Put a letter into the outbox, for who tries the server: it is printed elsewhere."""
    _add(work, (LETTER, to), f"letter-{kind}", language, written)


def _send(work: Work, kind: str, contacts: Contacts, way: tuple[str, str], **words: str) -> None:
    language = contacts.language if contacts.language in LANGUAGES else LANGUAGES[0]
    said = catalogue()[kind][language]
    written = Words(subject=said.subject, text=said.text.format(**words))
    _add(work, way, kind, language, written)


def _add(work: Work, way: tuple[str, str], kind: str, language: str, written: Words) -> None:
    work.messages.append(
        Message(
            message_id=work.new_id(),
            channel=way[0],
            to=way[1],
            kind=kind,
            language=language,
            subject=written.subject,
            text=written.text,
            created_at=work.now,
        )
    )
