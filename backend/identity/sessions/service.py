"""Signing a device in, keeping it signed in, and signing it out.

Source: docs/decisions/0006-token-model.md; OAuth 2.0 security, RFC 9700, 4.14.
"""

import hashlib
import secrets
from collections.abc import Container
from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from backend.identity.accounts.model import SHARED, Proposal
from backend.identity.challenges.model import Assurance
from backend.identity.errors import DeviceNotFound, DeviceRevoked, NotSignedIn, SessionReused
from backend.identity.limits import (
    ACCESS_LIFE,
    DEVICES_MAX,
    LAST_SEEN_STEP,
    PROFESSIONAL_IDLE_LIFE,
    PROFESSIONAL_SESSION_LIFE,
    REFRESH_IDLE_LIFE,
    SESSION_LIFE,
    SHARED_SESSION_LIFE,
)
from backend.identity.notices import tell
from backend.identity.outcomes import settle
from backend.identity.rows import place
from backend.identity.rules.sessions import is_lost_reply, why_ended
from backend.identity.sessions import store
from backend.identity.sessions.model import (
    PATIENTS,
    Audience,
    Caller,
    Capacity,
    Device,
    Ended,
    Session,
    SignedIn,
    Token,
)
from backend.identity.tables import sessions as session_table
from backend.kernel.errors import Refusal
from backend.kernel.ids import AccountId, DeviceId
from backend.kernel.work import Office, Work

TOKEN_BYTES = 32
TOKEN_CHARACTERS_MAX = 100
_ACCESS = "access"
_REFRESH = "refresh"
_PATIENT = Capacity()


async def authenticate(work: Work, token: str, audiences: Container[str] = PATIENTS) -> Caller:
    """Say who holds an access token of one of these audiences. Two point reads, no write.

    A token of another audience is refused like one that is unknown.

    Raises:
        NotSignedIn: Unknown, out of date, or the session is over.
        DeviceRevoked: The device was signed out from afar.
    """
    opened = None
    if len(token) <= TOKEN_CHARACTERS_MAX:
        opened = await store.opened_by(work, _hash(token), _ACCESS)
    if opened is None or opened.expires_at <= work.now or opened.audience not in audiences:
        raise NotSignedIn("This access token opens nothing.")
    session = await store.standing(work, opened.account_id, opened.session_id)
    if session is None:
        raise NotSignedIn("This access token opens nothing.")
    if session.ended_at is not None or session.expires_at <= work.now:
        if session.ended_as == Ended.DEVICE_REMOVED.value:
            raise DeviceRevoked("This device was signed out from afar.")
        raise NotSignedIn("This session is over.")
    return Caller(
        account_id=AccountId(opened.account_id),
        device_id=DeviceId(session.device_id),
        session_id=opened.session_id,
        assurance=Assurance(session.assurance),
        stepped_up_until=session.stepped_up_until,
        audience=opened.audience,
        on_behalf_of=session.on_behalf_of,
    )


async def start(
    work: Work,
    account_id: AccountId,
    proposal: Proposal,
    assurance: Assurance,
    capacity: Capacity = _PATIENT,
) -> tuple[SignedIn, bool]:
    """Sign a device in.

    Returns:
        Its tokens, and whether the account had not seen this device before.
    """
    device_id, is_new = await _device(work, account_id, proposal)
    is_shared = proposal.platform == SHARED
    session_id = work.new_id()
    expires_at = work.now + _longest(capacity, is_shared=is_shared)
    if capacity.ends_at is not None:
        expires_at = min(expires_at, capacity.ends_at)
    session = Session(
        account_id=account_id,
        session_id=session_id,
        device_id=device_id,
        assurance=assurance.value,
        created_at=work.now,
        idle_until=_idle_until(work.now, expires_at, capacity.audience.value),
        expires_at=expires_at,
        stepped_up_until=None,
        ended_at=None,
        ended_as=None,
        audience=capacity.audience.value,
        on_behalf_of=capacity.on_behalf_of,
        sealed_capacity=await _seal(work, account_id, session_id, capacity),
    )
    await store.add_session(work, session)
    signed_in, (_, renewing) = await _issue_tokens(work, session)
    if is_shared:
        await store.drop_token(work, renewing.token_hash)
        signed_in = msgspec.structs.replace(signed_in, refresh_token=None, may_store=False)
    return signed_in, is_new


async def refresh(
    office: Office,
    refresh_token: str,
    retry_key: str | None = None,
    audiences: Container[str] = PATIENTS,
) -> SignedIn:
    """Trade a refresh token of one of these audiences for a new pair.

    *retry_key* is the idempotency key of the request, if it has one: the same
    request sent again soon, its answer lost, then gets a pair too.

    Raises:
        NotSignedIn: Unknown, out of date, or the session is over.
        DeviceRevoked: The device was signed out from afar.
        SessionReused: The token was used before; the session is ended by it.
    """

    async def use_case(work: Work) -> SignedIn | Refusal:
        found = await _token(work, refresh_token, _REFRESH, for_use=True)
        if found is None or found.audience not in audiences:
            return NotSignedIn("This refresh token opens nothing.")
        return await _refresh(work, found, retry_key)

    return await settle(office, use_case)


async def capacity_of(work: Work, caller: Caller) -> tuple[Session, bytes]:
    """Return the session of a professional or an assistant, and as what they signed in.

    Raises:
        NotSignedIn: The session has just ended.
    """
    session = await store.session(work, caller.account_id, caller.session_id)
    if session is None or session.sealed_capacity is None:
        raise NotSignedIn("This session is over.")
    return session, await _open_capacity(work, session, session.sealed_capacity)


async def capacity_at(work: Work, account_id: UUID, device_id: UUID) -> bytes | None:
    """Return as what somebody is signed in on a device; None for nobody, and for patients."""
    session = await store.session_at(work, account_id, device_id)
    if session is None or session.sealed_capacity is None:
        return None
    return await _open_capacity(work, session, session.sealed_capacity)


async def sign_out(work: Work, caller: Caller) -> bool:
    """End the session of the caller. Idempotent.

    Returns:
        Whether the computer is a shared one, which must then forget everything.
    """
    return await end_here(work, caller.account_id, caller.session_id, caller.device_id)


async def end_here(work: Work, account_id: UUID, session_id: UUID, device_id: UUID) -> bool:
    """End a session at the device that has it, whatever its audience. Idempotent.

    Returns:
        Whether the computer is a shared one, which must then forget everything.
    """
    await store.end_session(work, account_id, session_id, Ended.SIGNED_OUT)
    is_shared = await store.is_shared(work, account_id, device_id)
    if is_shared:
        await store.revoke_device(work, account_id, device_id)
    return is_shared


async def list_devices(work: Work, caller: Caller) -> list[Device]:
    """Return the devices of the caller's account, the last seen first."""
    return await store.devices_of(work, caller.account_id, current=caller.device_id)


async def remove_device(work: Work, caller: Caller, device_id: UUID) -> None:
    """Sign a device out from afar, from its next request on.

    Raises:
        DeviceNotFound: The account has no such device.
    """
    if not await store.revoke_device(work, caller.account_id, device_id):
        raise DeviceNotFound("No device here has this id.")
    await store.end_sessions_of(work, caller.account_id, device_id, Ended.DEVICE_REMOVED)
    await tell(work, [caller.account_id], "device-removed")


async def _refresh(work: Work, found: Token, retry_key: str | None) -> SignedIn | Refusal:
    session = await store.session(work, found.account_id, found.session_id)
    if session is None:
        return NotSignedIn("This session is over.")
    ended = why_ended(session, work.now)
    if ended is not None:
        return ended

    retry_hash = None if retry_key is None else hashlib.sha256(retry_key.encode()).digest()
    if found.used_at is not None and not await _withdraw_answer(work, found, retry_hash):
        await store.end_session(work, found.account_id, found.session_id, Ended.TOKEN_REUSED)
        await tell(work, [found.account_id], "session-reused")
        return SessionReused("A refresh token was used twice.")
    until = _idle_until(work.now, session.expires_at, session.audience)
    if not await store.keep_awake(work, session.account_id, session.session_id, until):
        return NotSignedIn("This session has just ended.")
    await store.see_device(
        work, session.account_id, session.device_id, before=work.now - LAST_SEEN_STEP
    )
    signed_in, (access, renewed) = await _issue_tokens(work, session)
    await store.spend(
        work,
        msgspec.structs.replace(
            found,
            used_at=found.used_at or work.now,
            retry_hash=retry_hash,
            successor_hash=renewed.token_hash,
            successor_access_hash=access.token_hash,
        ),
    )
    return signed_in


async def _withdraw_answer(work: Work, spent: Token, retry_hash: bytes | None) -> bool:
    """Take back the pair that a lost answer held; False when this is no lost answer."""
    if not is_lost_reply(spent, retry_hash, work.now):
        return False
    assert spent.successor_hash is not None
    assert spent.successor_access_hash is not None
    if not await store.void(work, spent.successor_hash):
        return False
    await store.drop_token(work, spent.successor_access_hash)
    return True


async def _token(work: Work, token: str, kind: str, *, for_use: bool = False) -> Token | None:
    if len(token) > TOKEN_CHARACTERS_MAX:
        return None
    read = store.lock_token if for_use else store.token
    found = await read(work, _hash(token))
    if found is None or found.kind != kind or found.expires_at <= work.now:
        return None
    return found


async def _device(work: Work, account_id: AccountId, proposal: Proposal) -> tuple[DeviceId, bool]:
    known = None if proposal.platform == SHARED else proposal.device_id
    if known is not None and await store.is_known_device(work, account_id, known):
        await store.end_sessions_of(work, account_id, known, Ended.REPLACED)
        await store.see_device(work, account_id, known, before=work.now)
        return DeviceId(known), False
    others = await store.devices_of(work, account_id, current=None)
    if len(others) >= DEVICES_MAX:
        # Whoever signs in on so many devices has long lost the one not seen the longest.
        await store.revoke_device(work, account_id, others[-1].device_id)
        await store.end_sessions_of(work, account_id, others[-1].device_id, Ended.DEVICE_REMOVED)
    device_id = await store.add_device(
        work, account_id, name=proposal.name, platform=proposal.platform
    )
    return device_id, True


async def _issue_tokens(work: Work, session: Session) -> tuple[SignedIn, tuple[Token, Token]]:
    access, refresh_token = secrets.token_urlsafe(TOKEN_BYTES), secrets.token_urlsafe(TOKEN_BYTES)
    ends_at = {
        _ACCESS: min(work.now + ACCESS_LIFE, session.expires_at),
        # As long as the session may live: a late copy must still be recognised as one.
        _REFRESH: session.expires_at,
    }
    stored = tuple(
        Token(
            token_hash=_hash(token),
            kind=kind,
            account_id=session.account_id,
            session_id=session.session_id,
            expires_at=ends_at[kind],
            audience=session.audience,
        )
        for kind, token in ((_ACCESS, access), (_REFRESH, refresh_token))
    )
    await store.add_tokens(work, list(stored))
    signed_in = SignedIn(
        access_token=access,
        refresh_token=refresh_token,
        expires_in=int((ends_at[_ACCESS] - work.now).total_seconds()),
        device_id=session.device_id,
        assurance=Assurance(session.assurance),
    )
    return signed_in, (stored[0], stored[1])


def _longest(capacity: Capacity, *, is_shared: bool) -> timedelta:
    if is_shared:
        return SHARED_SESSION_LIFE
    return SESSION_LIFE if capacity.audience is Audience.PATIENT else PROFESSIONAL_SESSION_LIFE


def _idle_until(now: datetime, expires_at: datetime, audience: str) -> datetime:
    is_patient = audience == Audience.PATIENT.value
    return min(now + (REFRESH_IDLE_LIFE if is_patient else PROFESSIONAL_IDLE_LIFE), expires_at)


async def _open_capacity(work: Work, session: Session, sealed: bytes) -> bytes:
    cipher = await work.keys.cipher(work.db, session.on_behalf_of or session.account_id)
    return cipher.open(place(session_table, session.session_id, "capacity"), sealed)


async def _seal(
    work: Work, account_id: AccountId, session_id: UUID, capacity: Capacity
) -> bytes | None:
    if capacity.acting is None:
        return None
    cipher = await work.keys.cipher(work.db, capacity.on_behalf_of or account_id)
    return cipher.seal(place(session_table, session_id, "capacity"), capacity.acting)


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
