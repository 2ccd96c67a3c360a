"""Acts that need the server: asked at once, with the session of this phone."""

import asyncio
from datetime import datetime, timedelta
from typing import TypeVar
from uuid import UUID

import click
import httpx
import msgspec

from backend.access.journal.words import Text
from backend.cli.ask import prompt
from backend.cli.phone import view
from backend.cli.phone.pocket import Pocket, refuse_stranger
from backend.cli.phone.session import Challenge
from backend.cli.words import say
from sync.replica import AnswerUnusable, Fields, RecordUnknown, Refused
from sync.replica.retry import Patience, until_answered

_ATTEMPTS = 2
# As many as the server counts before it ends a challenge.
_CODE_TRIES_MAX = 5
_NEEDED, _CODE_REFUSED = "step-up-needed", "code-refused"

T = TypeVar("T")

password_option = click.option("--password", help="Asked for when the server wants it.")
code_option = click.option("--code", help="From an authenticator app; asked for when left out.")


class Proof(msgspec.Struct, frozen=True, kw_only=True):
    """What was given beforehand to prove who is there."""

    password: str | None
    code: str | None


def ask(
    pocket: Pocket,
    method: str,
    path: str,
    body: object = None,
    *,
    headers: dict[str, str] | None = None,
) -> httpx.Response:
    """Ask the server for an act, or for what it alone knows; again, if no answer came.

    A body of bytes is a file, and goes as it is.

    Raises:
        TransportFailure: There is no answer to use.
    """
    refuse_stranger(pocket)
    outside = pocket.outside
    content = body if isinstance(body, bytes) else msgspec.json.encode(body)
    if body is None:
        content = b""
    given = {"Idempotency-Key": str(outside.new_id()), **(headers or {})}
    patience = Patience(attempts=_ATTEMPTS, clock=outside.clock, random=outside.random)

    async def attempt() -> httpx.Response:
        return await pocket.ask(method, path, content=content, headers=given)

    return asyncio.run(until_answered(attempt, patience))


def ask_proven(
    pocket: Pocket,
    method: str,
    path: str,
    body: object = None,
    *,
    proof: Proof,
    headers: dict[str, str] | None = None,
) -> httpx.Response:
    """Ask for an act; if the server wants to know again who is there, prove it, and ask again.

    Raises:
        TransportFailure: There is no answer to use.
    """
    try:
        return ask(pocket, method, path, body, headers=headers)
    except Refused as refused:
        if refused.code != _NEEDED:
            raise
    _step_up(pocket, proof)
    return ask(pocket, method, path, body, headers=headers)


def read(answer: httpx.Response, form: type[T]) -> T:
    """Read an answer.

    Raises:
        AnswerUnusable: It is not what the protocol says.
    """
    try:
        return msgspec.json.decode(answer.content, type=form)
    except msgspec.DecodeError as error:
        raise AnswerUnusable("The answer is not what the protocol says.") from error


def read_list(answer: httpx.Response, form: type[T]) -> list[T]:
    """Read an answer that lists things.

    Raises:
        AnswerUnusable: It is not what the protocol says.
    """
    return [msgspec.convert(one, form) for one in read(answer, list[Fields])]


def in_words(pocket: Pocket, text: Text) -> str:
    """Return a text in the person's language."""
    return text.fr if pocket.language == "fr" else text.en


def id_starting(start: str, ids: list[UUID]) -> UUID:
    """Return the one identifier that starts so.

    Raises:
        RecordUnknown: None does, or several.
    """
    found = [one for one in ids if start and str(one).startswith(start.casefold())]
    if len(found) != 1:
        raise RecordUnknown(start)
    return found[0]


def read_end(
    _context: click.Context, _parameter: click.Parameter, text: str | None
) -> datetime | None:
    """Read until when something is to last: a day, which counts whole, or a time of a day."""
    if text is None:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise click.BadParameter(say("bad-end", text=text)) from None
    is_day = "T" not in text and " " not in text
    return (at + timedelta(days=1, seconds=-1) if is_day else at).astimezone()


def _step_up(pocket: Pocket, proof: Proof) -> None:
    """Prove again who is there: the password, and a code.

    Raises:
        TransportFailure: The password is wrong, or there is no answer to use.
    """
    view.note(pocket.say("prove-again"))
    password = proof.password or prompt(pocket.say("password"), hidden=True)
    begun = ask(pocket, "POST", "/v1/auth/step-up", {"password": password})
    challenge = read(begun, Challenge)
    key = "code-shown" if challenge.channel == "totp" else "code-sent"
    view.note(pocket.say(key, to=challenge.sent_to))
    for tries_left in reversed(range(1 if proof.code else _CODE_TRIES_MAX)):
        code = proof.code or prompt(pocket.say("code"))
        body = {"challenge_id": challenge.challenge_id, "code": code.strip()}
        try:
            ask(pocket, "POST", "/v1/auth/step-up/verify", body)
        except Refused as refused:
            if refused.code != _CODE_REFUSED or not tries_left:
                raise
            view.note(pocket.say("code-bad"))
        else:
            return
