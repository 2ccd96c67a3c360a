"""The tokens of one session, against a model: who holds a copy never goes on for long."""

import asyncio
import tempfile
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    rule,
    run_state_machine_as_test,
)

from backend.identity.accounts.model import Account, Contacts
from backend.identity.accounts.store import add, seal_contacts
from backend.identity.challenges.model import Assurance
from backend.identity.errors import NotSignedIn, SessionReused
from backend.identity.sessions import service
from backend.identity.sessions.model import SignedIn
from backend.kernel.errors import Refusal
from backend.kernel.ids import AccountId
from backend.kernel.work import Work
from tests.databases import open_test_database
from tests.people import PHONE_OF_LEA, Town

RETRY_SECONDS = 120
keys = st.sampled_from([None, "key-1", "key-2"])


class Pair:
    """What the model knows of one answer."""

    def __init__(self, tokens: SignedIn, now: float) -> None:
        self.tokens = tokens
        self.made_at = now
        self.spent_at: float | None = None
        self.spent_with: str | None = None
        self.successor: Pair | None = None
        self.withdrawn = False


class RefreshFamily(RuleBasedStateMachine):
    """Refreshes, repeats, copies, waits and sign-outs, in any order."""

    pairs = Bundle("pairs")

    def __init__(self, cache_folder: Path) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        folder = Path(self.folder.name)
        self.loop = asyncio.new_event_loop()
        self.opened = open_test_database("sqlite", folder / "data", cache_folder)
        self.town = Town(self.loop.run_until_complete(self.opened.__aenter__()), folder)
        self.ended: type[Refusal] | None = None
        self.seconds = 0.0

    def teardown(self) -> None:
        """Close the database."""
        self.town.passwords.close()
        self.loop.run_until_complete(self.opened.__aexit__(None, None, None))
        self.loop.close()
        self.folder.cleanup()

    @initialize(target=pairs)
    def sign_in(self) -> Pair:
        """Make an account and sign one device in."""

        async def begin(work: Work) -> SignedIn:
            account_id = AccountId(work.new_id())
            await work.keys.create(work.db, account_id)
            sealed = await seal_contacts(work, account_id, Contacts(email="lea@example.org"))
            account = Account(
                account_id=account_id,
                login_hash=bytes(32),
                password_hash="",
                sealed_contacts=sealed,
                created_at=work.now,
            )
            await add(work, account)
            tokens, _ = await service.start(work, account_id, PHONE_OF_LEA, Assurance.WEAK)
            return tokens

        return Pair(self.loop.run_until_complete(self.town.office.write(begin)), 0)

    @rule(seconds=st.sampled_from([1, 60, 119, 120, 400, 899, 900, 86400]))
    def wait(self, seconds: int) -> None:
        """Let time pass; too little for a session to be idle too long."""
        if self.seconds + seconds < 25 * 86400:
            self.seconds += seconds
            self.town.later(seconds=seconds)

    @rule(target=pairs, pair=pairs, key=keys)
    def refresh(self, pair: Pair, key: str | None) -> Pair:
        """Present a refresh token: fresh, spent, or withdrawn."""
        expected = self._expected(pair, key)
        asked = service.refresh(self.town.office, pair.tokens.refresh_token, key)
        if expected is not None:
            with pytest.raises(expected):
                self.loop.run_until_complete(asked)
            self.ended = self.ended or expected
            return pair
        tokens = self.loop.run_until_complete(asked)
        if pair.successor is not None:
            pair.successor.withdrawn = True
            pair.successor.spent_at = self.seconds
        if pair.spent_at is None:
            pair.spent_at, pair.spent_with = self.seconds, key
        pair.successor = Pair(tokens, self.seconds)
        return pair.successor

    @rule(pair=pairs)
    def call(self, pair: Pair) -> None:
        """Present an access token: it opens while it is young and its session stands."""
        young = self.seconds - pair.made_at < 900
        opens = self.ended is None and young and not pair.withdrawn
        try:
            self.loop.run_until_complete(self.town.caller(pair.tokens))
        except NotSignedIn:
            assert not opens
        else:
            assert opens

    @rule(pair=consumes(pairs))
    def sign_out(self, pair: Pair) -> None:
        """Sign out with an access token, if it still opens."""
        try:
            caller = self.loop.run_until_complete(self.town.caller(pair.tokens))
        except NotSignedIn:
            return
        self.loop.run_until_complete(
            self.town.office.write(lambda work: service.sign_out(work, caller))
        )
        self.ended = NotSignedIn

    def _expected(self, pair: Pair, key: str | None) -> type[Refusal] | None:
        if self.ended is not None:
            return self.ended
        if pair.spent_at is None:
            return None
        is_repeat = (
            key is not None
            and key == pair.spent_with
            and self.seconds - pair.spent_at < RETRY_SECONDS
            and pair.successor is not None
            and pair.successor.spent_at is None
        )
        return None if is_repeat else SessionReused


def test_a_copy_of_a_token_ends_the_session(cache_folder: Path) -> None:
    """In any order of refreshes, repeats, copies, waits and sign-outs."""
    run_state_machine_as_test(
        lambda: RefreshFamily(cache_folder),
        settings=settings(max_examples=40, stateful_step_count=15, deadline=None),
    )
