"""One command's hold of a phone: its folder, its copy, and a way to the server."""

import asyncio
import os
import random
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit
from uuid import UUID

import httpx
import msgspec

from backend.access.consents.model import PatientView
from backend.cli.heard import heard
from backend.cli.phone import values
from backend.cli.phone.home import Account, Home, HomeBusy
from backend.cli.phone.patients import patients_by
from backend.cli.phone.session import AccountSession
from backend.cli.spoken import Failure
from backend.cli.words import counted_in, say, say_in
from backend.kernel.ids import new_id
from sync.replica import (
    AnswerUnusable,
    Clock,
    DeviceRevoked,
    FieldsInvalid,
    Random,
    RecordUnknown,
    Refused,
    Replica,
    ReplicaStore,
    SignInNeeded,
    StoreTooNew,
    SyncGaveUp,
    SyncReport,
    Transport,
    Unreachable,
)
from sync.replica.http_transport import HttpTransport
from sync.replica.journal import Journal, JournalReport
from sync.replica.model import SpaceSeen
from sync.replica.retry import Patience, until_answered

_PORT, _DEFAULT_PORT = "CARNET_PORT", "8000"
TIMEOUT = httpx.Timeout(30, connect=5)


class SystemClock:
    """The clock of this machine."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


def server_here(environment: Mapping[str, str] = os.environ) -> str:
    """Return where a server of this machine answers, on the port that is set for it."""
    return f"http://127.0.0.1:{environment.get(_PORT) or _DEFAULT_PORT}"


def connect(server: str, language: str) -> httpx.AsyncClient:
    """Open a client of one server, which answers in one language."""
    return httpx.AsyncClient(
        base_url=server,
        timeout=TIMEOUT,
        headers={"Accept-Language": language, "User-Agent": "carnet-phone"},
        trust_env=not is_this_machine(server),
    )


class CopyDamaged(Failure):
    """The copy on this phone is not readable."""


class Surroundings(msgspec.Struct, frozen=True, kw_only=True):
    """The world outside a phone; a test brings its own."""

    connect: Callable[[str, str], httpx.AsyncClient] = connect
    clock: Clock = SystemClock()
    random: Random = random.SystemRandom()
    new_id: Callable[[], UUID] = new_id


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """What every command of the group was given."""

    folder: Path
    server: str | None
    language: str
    allow_plain: bool
    outside: Surroundings


class NoNetwork:
    """The way to the server of a phone that is told to stay offline."""

    async def sync(self, request: bytes) -> bytes:
        raise Unreachable("This phone is offline.")


class Pocket:
    """A phone in use."""

    def __init__(self, options: Options, home: Home, store: ReplicaStore) -> None:
        self.language = options.language
        self.outside = options.outside
        self.home = home
        self._options = options
        self._store = store
        self.replica = self._replica_over(NoNetwork())

    def say(self, key: str, **named: object) -> str:
        """Return a sentence in the person's language."""
        return say_in(self.language, key, **named)

    def counted(self, count: int, key: str, **named: object) -> str:
        """Return a sentence for one or for several, in the person's language."""
        return counted_in(self.language, count, key, **named)

    @property
    def login(self) -> str:
        """The sign-in name of this phone, or what to put in its place."""
        account = self.home.account()
        return "LOGIN" if account is None else account.login

    def server(self) -> str:
        """Return where the server is: as told now, as told at sign-in, or on this machine."""
        account = self.home.account()
        known = None if account is None else account.server
        return self._options.server or known or server_here()

    def client(self) -> httpx.AsyncClient:
        """Open a client of the server.

        Raises:
            Failure: Its address is none, or not one to send health data to.
        """
        server = self.server()
        if not is_address(server):
            raise Failure(self.say("no-address", server=server))
        is_safe = server.startswith("https://") or is_this_machine(server)
        if not is_safe and not self._options.allow_plain:
            raise Failure(self.say("not-https", server=server))
        return self.outside.connect(server, self.language)

    async def sync(self, attempts: int) -> SyncReport:
        """Learn which spaces there are, then sync them all.

        Raises:
            SyncGaveUp: The server did not answer.
            SignInNeeded: The session has ended.
            DeviceRevoked: It was ended from afar; this phone is empty now.
            Refused: The server said no.
        """
        patience = Patience(attempts=attempts, clock=self.outside.clock, random=self.outside.random)
        async with self.client() as client:
            transport = HttpTransport(client, AccountSession(client, self.home))
            replica = self._replica_over(transport)
            try:
                seen = await until_answered(transport.spaces, patience)
                replica.learn_spaces(await self._to_keep(transport, seen))
                return await replica.sync(attempts=attempts)
            except DeviceRevoked:
                self.erase()
                raise

    async def _to_keep(self, transport: HttpTransport, seen: list[SpaceSeen]) -> list[SpaceSeen]:
        """Leave out what a professional may read, but keep no copy of."""
        account = self.home.account()
        if account is None or not account.is_professional:
            return seen
        kept = {one.space_id for one in await patients_by(transport) if one.keeps_copy}
        kept |= {profile.space_id for profile in self.replica.profiles()}
        return [one for one in seen if one.space_id in kept]

    async def patients(self) -> list[PatientView]:
        """Return whose record is open to the professional who is signed in here.

        Raises:
            TransportFailure: There is no answer to use.
        """
        async with self.client() as client:
            return await patients_by(HttpTransport(client, AccountSession(client, self.home)))

    def journal(self, space_id: UUID) -> Journal:
        """Return the journal of a space, as this phone has it."""
        return Journal(self._store, space_id)

    async def check_journal(self, kept: Journal, *, is_full: bool) -> JournalReport:
        """Read what is new of a journal, or all of it, and check it against what was seen.

        Raises:
            TransportFailure: There is no answer to use.
        """
        async with self.client() as client:
            transport = HttpTransport(client, AccountSession(client, self.home))
            try:
                return await kept.check(transport, self.outside.clock.now(), is_full=is_full)
            except DeviceRevoked:
                self.erase()
                raise

    async def ask(
        self, method: str, path: str, *, content: bytes, headers: dict[str, str]
    ) -> httpx.Response:
        """Make a request with the session of this phone, and return its answer, a success.

        Raises:
            TransportFailure: There is no answer to use.
        """
        async with self.client() as client:
            transport = HttpTransport(client, AccountSession(client, self.home))
            try:
                return await transport.ask(method, path, content=content, headers=headers)
            except DeviceRevoked:
                self.erase()
                raise

    def erase(self) -> None:
        """Erase the copy, then the account and the files."""
        self.replica.erase()
        self._store.close()
        self.home.forget()

    def _replica_over(self, transport: Transport) -> Replica:
        return Replica(
            self._store,
            transport,
            clock=self.outside.clock,
            random=self.outside.random,
            new_id=self.outside.new_id,
        )


@contextmanager
def opened(options: Options) -> Iterator[Pocket]:
    """Open a phone for one command, and tell what goes wrong in sentences.

    Raises:
        Failure: Anything that the person can act on.
    """
    try:
        home = Home(options.folder)
    except HomeBusy:
        raise Failure(say("busy")) from None
    try:
        store = ReplicaStore(home.copy)
        try:
            pocket = Pocket(options, home, store)
            with _told(pocket):
                yield pocket
        finally:
            store.close()
    except StoreTooNew:
        raise Failure(say("store-new")) from None
    except sqlite3.OperationalError as error:
        raise Failure(say("not-written", why=heard(str(error)))) from None
    except sqlite3.DatabaseError as error:
        raise CopyDamaged(say("damaged", why=heard(str(error)))) from None
    finally:
        home.close()


def erase_damaged(options: Options) -> None:
    """Remove the files of a phone whose copy cannot be opened."""
    home = Home(options.folder)
    try:
        home.forget()
    finally:
        home.close()


@contextmanager
def _told(pocket: Pocket) -> Iterator[None]:
    try:
        yield
    except values.ProfileNotFound as error:
        refuse_stranger(pocket)
        key = "no-profile" if str(error) else "no-space"
        raise Failure(pocket.say(key, name=str(error))) from None
    except values.ProfileNotChosen as error:
        raise Failure(pocket.say("several-profiles", names=error)) from None
    except values.FieldUnreadable as error:
        raise Failure(pocket.say("field-form", text=str(error))) from None
    except FieldsInvalid:
        raise Failure(pocket.say("invalid-fields")) from None
    except RecordUnknown as error:
        raise Failure(pocket.say("no-record", id=str(error))) from None
    except TROUBLES as error:
        raise Failure(sentence_of(pocket, error)) from None


TROUBLES = (SyncGaveUp, SignInNeeded, Refused, Unreachable, AnswerUnusable)


def sentence_of(pocket: Pocket, trouble: Exception) -> str:
    """Say what stood in the way of a sync, and what to do next."""
    if isinstance(trouble, DeviceRevoked):
        return pocket.say("device-revoked")
    is_known = pocket.home.account() is not None
    if isinstance(trouble, SignInNeeded):
        return pocket.say("sign-in" if is_known else "not-signed-in", login=pocket.login)
    refused = trouble if isinstance(trouble, Refused) else trouble.__cause__
    waiting = pocket.replica.waiting()
    words = []
    if isinstance(refused, Refused) and refused.title:
        words.append(_refusal(pocket, refused))
        if waiting:
            words.append(pocket.counted(waiting, "waits"))
    elif isinstance(trouble, Refused) and not trouble.is_passing:
        words.append(pocket.say("server-said", why=f"{trouble.status} {trouble.code}."))
    elif not is_known:
        words.append(pocket.say("unknown-server", server=pocket.server()))
    else:
        words.append(pocket.counted(waiting, "unreachable"))
    seconds = getattr(trouble, "retry_after_seconds", None)
    if seconds:
        words.append(pocket.say("wait", seconds=round(seconds)))
    return " ".join(words)


def _refusal(pocket: Pocket, refused: Refused) -> str:
    """Say what the server said; to a professional, that nobody opened a record to them."""
    account = pocket.home.account()
    is_professional = account is not None and account.is_professional
    if is_professional and refused.code == "space-not-found":
        return pocket.say("not-let-in")
    return pocket.say("server-said", why=f"{refused.title}. {refused.next_step}")


def refuse_stranger(pocket: Pocket) -> None:
    """Say how to sign in on a phone where nobody ever did.

    Raises:
        Failure: There is no account here, and nothing to read.
    """
    if pocket.home.account() is None and not pocket.replica.profiles():
        raise Failure(pocket.say("not-signed-in", login=pocket.login))


def is_address(server: str) -> bool:
    """Say whether a text is the address of a server."""
    try:
        parts = urlsplit(server)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # A port that is none.
        return False


def is_this_machine(server: str) -> bool:
    """Say whether an address never leaves this machine."""
    host = urlsplit(server).hostname or ""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def signed_in_as(pocket: Pocket, login: str) -> Account:
    """Return the account to sign in with.

    Raises:
        Failure: This folder is somebody else's phone.
    """
    account = pocket.home.account()
    if account is not None and account.login.casefold() != login.casefold():
        raise Failure(pocket.say("another-login", login=account.login))
    return Account(
        server=pocket.server(),
        login=login,
        device_id=None if account is None else account.device_id,
    )
