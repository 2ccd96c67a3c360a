"""Sessions, tokens and devices as stored."""

from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import bindparam, delete, insert, select, update

from backend.identity.accounts.model import SHARED
from backend.identity.limits import DEVICES_MAX
from backend.identity.rows import columns, fill_or_none, place
from backend.identity.sessions.model import Device, Ended, Opened, Session, Standing, Token
from backend.identity.tables import devices, sessions, tokens
from backend.kernel.ids import DeviceId
from backend.kernel.work import Work

_THIS_TOKEN = tokens.c.token_hash == bindparam("hashed")
_TOKEN = select(*columns(tokens, Token)).where(_THIS_TOKEN)
# Two uses of one refresh token wait for each other here.
_LOCK_TOKEN = _TOKEN.with_for_update()
_ADD_TOKEN = insert(tokens)
_SPEND = (
    update(tokens)
    .where(_THIS_TOKEN)
    .values(
        used_at=bindparam("spent_at"),
        retry_hash=bindparam("retry"),
        successor_hash=bindparam("refresh"),
        successor_access_hash=bindparam("access"),
    )
)
_VOID = (
    update(tokens).where(_THIS_TOKEN, tokens.c.used_at.is_(None)).values(used_at=bindparam("now"))
)
_DROP_TOKEN = delete(tokens).where(_THIS_TOKEN)

_OF_ACCOUNT = sessions.c.account_id == bindparam("account")
_THIS_SESSION = sessions.c.session_id == bindparam("session")
_SESSION = select(*columns(sessions, Session)).where(_OF_ACCOUNT, _THIS_SESSION)
# On the path of every request: only what it needs.
_OPENED_BY = select(*columns(tokens, Opened)).where(_THIS_TOKEN, tokens.c.kind == bindparam("kind"))
_STANDING = select(*columns(sessions, Standing)).where(_OF_ACCOUNT, _THIS_SESSION)
# One that stands: who signs in on a device ends what stood there before.
_AT_DEVICE = (
    select(*columns(sessions, Session))
    .where(
        _OF_ACCOUNT,
        sessions.c.device_id == bindparam("device"),
        sessions.c.ended_at.is_(None),
        sessions.c.expires_at > bindparam("now"),
    )
    .order_by(sessions.c.created_at.desc(), sessions.c.session_id)
    .limit(1)
)
_ADD_SESSION = insert(sessions)
_END = update(sessions).values(ended_at=bindparam("now"), ended_as=bindparam("reason"))
_END_ONE = _END.where(_OF_ACCOUNT, _THIS_SESSION, sessions.c.ended_at.is_(None))
_END_OF_DEVICE = _END.where(
    _OF_ACCOUNT, sessions.c.device_id == bindparam("device"), sessions.c.ended_at.is_(None)
)
_END_OTHERS = _END.where(
    _OF_ACCOUNT, sessions.c.session_id != bindparam("session"), sessions.c.ended_at.is_(None)
)
_END_ON_BEHALF = _END.where(
    _OF_ACCOUNT,
    sessions.c.on_behalf_of == bindparam("professional"),
    sessions.c.ended_at.is_(None),
)
_KEEP_AWAKE = (
    update(sessions)
    .where(_OF_ACCOUNT, _THIS_SESSION, sessions.c.ended_at.is_(None))
    .values(idle_until=bindparam("until"))
)
_STEP_UP = (
    update(sessions)
    .where(_OF_ACCOUNT, _THIS_SESSION, sessions.c.ended_at.is_(None))
    .values(stepped_up_until=bindparam("until"), assurance=bindparam("new_assurance"))
)

_OWNED = devices.c.account_id == bindparam("account")
_THIS_DEVICE = devices.c.device_id == bindparam("device")
_ADD_DEVICE = insert(devices)
_SEEN_ON = select(devices.c.last_seen_at).where(
    # A shared computer is nobody's: whoever uses it next is not known by it.
    _OWNED,
    _THIS_DEVICE,
    devices.c.revoked_at.is_(None),
    devices.c.platform != SHARED,
)
_PLATFORM = select(devices.c.platform).where(_OWNED, _THIS_DEVICE)
_ANY_DEVICE = select(devices.c.device_id).where(_OWNED).limit(1)
_DEVICES = (
    select(
        devices.c.device_id,
        devices.c.sealed_name,
        devices.c.platform,
        devices.c.created_at,
        devices.c.last_seen_at,
    )
    .where(_OWNED, devices.c.revoked_at.is_(None))
    .order_by(devices.c.last_seen_at.desc())
    .limit(DEVICES_MAX + 1)
)
_HEARD = select(devices.c.device_id, devices.c.last_seen_at).where(
    _OWNED, devices.c.revoked_at.is_(None), devices.c.platform != SHARED
)
_SIGNED_IN_ON = select(sessions.c.device_id).where(
    _OF_ACCOUNT,
    sessions.c.ended_at.is_(None),
    sessions.c.idle_until > bindparam("now"),
    sessions.c.expires_at > bindparam("now"),
)
_SEE = (
    update(devices)
    .where(_OWNED, _THIS_DEVICE, devices.c.last_seen_at < bindparam("before"))
    .values(last_seen_at=bindparam("seen_at"))
)
_REVOKE = (
    update(devices)
    .where(_OWNED, _THIS_DEVICE, devices.c.revoked_at.is_(None))
    .values(revoked_at=bindparam("now"))
)


async def token(work: Work, hashed: bytes) -> Token | None:
    """Return a token by its hash, or None."""
    return fill_or_none(Token, await work.db.row(_TOKEN, hashed=hashed))


async def opened_by(work: Work, hashed: bytes, kind: str) -> Opened | None:
    """Return the account and the session that a token opens, until when and where, or None."""
    row = await work.db.row(_OPENED_BY, hashed=hashed, kind=kind)
    return None if row is None else Opened(*row)


def ask_standing_ahead(work: Work, account_id: UUID, session_id: UUID) -> None:
    """Say that `standing` will be asked of this session."""
    work.db.ahead(_STANDING, account=account_id, session=session_id)


async def standing(work: Work, account_id: UUID, session_id: UUID) -> Standing | None:
    """Return whether and how a session stands, or None."""
    row = await work.db.row(_STANDING, account=account_id, session=session_id)
    return None if row is None else Standing(*row)


async def lock_token(work: Work, hashed: bytes) -> Token | None:
    """Return a token and keep others from spending it until the end."""
    return fill_or_none(Token, await work.db.row(_LOCK_TOKEN, hashed=hashed))


async def add_tokens(work: Work, new: list[Token]) -> None:
    """Store new tokens."""
    await work.db.run_many(_ADD_TOKEN, [msgspec.structs.asdict(token) for token in new])


async def spend(work: Work, spent: Token) -> None:
    """Remember that a refresh token was used, and what came after it."""
    await work.db.run(
        _SPEND,
        hashed=spent.token_hash,
        spent_at=spent.used_at,
        retry=spent.retry_hash,
        refresh=spent.successor_hash,
        access=spent.successor_access_hash,
    )


async def void(work: Work, hashed: bytes) -> bool:
    """Make a refresh token count as used; False when it was used indeed."""
    return await work.db.run(_VOID, hashed=hashed, now=work.now) == 1


async def drop_token(work: Work, hashed: bytes) -> None:
    """Forget a token."""
    await work.db.run(_DROP_TOKEN, hashed=hashed)


async def session(work: Work, account_id: UUID, session_id: UUID) -> Session | None:
    """Return a session, or None."""
    row = await work.db.row(_SESSION, account=account_id, session=session_id)
    return fill_or_none(Session, row)


async def session_at(work: Work, account_id: UUID, device_id: UUID) -> Session | None:
    """Return the session that stands on a device of an account, or None."""
    row = await work.db.row(_AT_DEVICE, account=account_id, device=device_id, now=work.now)
    return fill_or_none(Session, row)


async def add_session(work: Work, new: Session) -> None:
    """Store a new session."""
    await work.db.run(_ADD_SESSION, **msgspec.structs.asdict(new))


async def end_session(work: Work, account_id: UUID, session_id: UUID, reason: Ended) -> bool:
    """End a session; False when it was over."""
    ended = await work.db.run(
        _END_ONE, account=account_id, session=session_id, now=work.now, reason=reason.value
    )
    return ended == 1


async def end_sessions_of(work: Work, account_id: UUID, device_id: UUID, reason: Ended) -> None:
    """End every session of a device."""
    await work.db.run(
        _END_OF_DEVICE, account=account_id, device=device_id, now=work.now, reason=reason.value
    )


async def end_other_sessions(work: Work, account_id: UUID, session_id: UUID, reason: Ended) -> None:
    """End every session of an account but one."""
    await work.db.run(
        _END_OTHERS, account=account_id, session=session_id, now=work.now, reason=reason.value
    )


async def end_sessions_on_behalf(
    work: Work, account_id: UUID, professional_id: UUID, reason: Ended
) -> None:
    """End every session that an assistant has for one professional."""
    await work.db.run(
        _END_ON_BEHALF,
        account=account_id,
        professional=professional_id,
        now=work.now,
        reason=reason.value,
    )


async def keep_awake(work: Work, account_id: UUID, session_id: UUID, until: datetime) -> bool:
    """Put off the end of an idle session; False when it is over."""
    kept = await work.db.run(_KEEP_AWAKE, account=account_id, session=session_id, until=until)
    return kept == 1


async def step_up(work: Work, of: Session, *, until: datetime, assurance: str) -> bool:
    """Note a fresh proof of who is there; False when the session is over."""
    changed = await work.db.run(
        _STEP_UP,
        account=of.account_id,
        session=of.session_id,
        until=until,
        new_assurance=assurance,
    )
    return changed == 1


async def is_known_device(work: Work, account_id: UUID, device_id: UUID) -> bool:
    """Say whether a device of the account has this id and was not removed."""
    return await work.db.row(_SEEN_ON, account=account_id, device=device_id) is not None


async def is_shared(work: Work, account_id: UUID, device_id: UUID) -> bool:
    """Say whether a device is a computer that others use after."""
    row = await work.db.row(_PLATFORM, account=account_id, device=device_id)
    return row is not None and row[0] == SHARED


async def has_signed_in(work: Work, account_id: UUID) -> bool:
    """Say whether any device was ever signed in to an account."""
    return await work.db.row(_ANY_DEVICE, account=account_id) is not None


async def add_device(work: Work, account_id: UUID, *, name: str, platform: str) -> DeviceId:
    """Store a new device."""
    device_id = DeviceId(work.new_id())
    cipher = await work.keys.cipher(work.db, account_id)
    await work.db.run(
        _ADD_DEVICE,
        account_id=account_id,
        device_id=device_id,
        sealed_name=cipher.seal(place(devices, device_id, "name"), name.encode()),
        platform=platform,
        created_at=work.now,
        last_seen_at=work.now,
        revoked_at=None,
    )
    return device_id


async def devices_of(work: Work, account_id: UUID, *, current: UUID | None) -> list[Device]:
    """Return the devices of an account that were not removed, the last seen first."""
    cipher = await work.keys.cipher(work.db, account_id)
    rows = await work.db.rows(_DEVICES, account=account_id)
    return [
        Device(
            device_id=DeviceId(device_id),
            name=cipher.open(place(devices, device_id, "name"), sealed).decode(),
            platform=platform,
            created_at=created_at,
            last_seen_at=last_seen_at,
            is_current=device_id == current,
        )
        for device_id, sealed, platform, created_at, last_seen_at in rows
    ]


async def heard(work: Work, account_id: UUID) -> dict[UUID, datetime]:
    """Return when each device of its own on which an account is signed in was last seen."""
    signed_in = await work.db.rows(_SIGNED_IN_ON, account=account_id, now=work.now)
    on = {device_id for (device_id,) in signed_in}
    seen = await work.db.rows(_HEARD, account=account_id)
    return {device_id: at for device_id, at in seen if device_id in on}


async def see_device(work: Work, account_id: UUID, device_id: UUID, *, before: datetime) -> None:
    """Note that a device is in use, unless it was seen since *before*."""
    await work.db.run(_SEE, account=account_id, device=device_id, before=before, seen_at=work.now)


async def revoke_device(work: Work, account_id: UUID, device_id: UUID) -> bool:
    """Remove a device; False when there is none with this id."""
    return await work.db.run(_REVOKE, account=account_id, device=device_id, now=work.now) == 1
