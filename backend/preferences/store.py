"""Preferences, push subscriptions and links as stored."""

from uuid import UUID

import msgspec
from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from backend.identity.rows import columns, fill_or_none, place
from backend.identity.tables import devices, sessions
from backend.kernel.work import Work
from backend.preferences.limits import SUBSCRIPTIONS_READ_MAX
from backend.preferences.model import Kept, Link, Preferences, Subscribed, Subscription
from backend.preferences.tables import preferences, stop_links, subscriptions

_IN_SPACE = preferences.c.space_id == bindparam("in_space")
_OF_PARTY = preferences.c.party_id == bindparam("party")
_KEPT = select(preferences.c.sealed, preferences.c.link_version).where(_IN_SPACE, _OF_PARTY)
# Two who change the same preferences do so one after the other.
_LOCK = _KEPT.with_for_update()
_NEW = upsert(preferences)
_FIRST = _NEW.on_conflict_do_nothing(
    index_elements=[preferences.c.space_id, preferences.c.party_id]
)
_PUT = (
    update(preferences)
    .where(_IN_SPACE, _OF_PARTY)
    .values(sealed=bindparam("new"), changed_at=bindparam("now"))
)
_RENEW = (
    update(preferences)
    .where(_IN_SPACE, _OF_PARTY)
    .values(link_version=preferences.c.link_version + 1, changed_at=bindparam("now"))
)

_OF_ACCOUNT = subscriptions.c.account_id == bindparam("account")
_THIS = subscriptions.c.subscription_id == bindparam("subscription")
_ADD_SUBSCRIPTION = insert(subscriptions)
_DROP = delete(subscriptions).where(_OF_ACCOUNT, _THIS)
_DROP_OF_DEVICE = delete(subscriptions).where(
    _OF_ACCOUNT, subscriptions.c.device_id == bindparam("device")
)
# Of devices that are signed in now: whoever signed out is not disturbed there any more.
_LIVE = (
    select(
        subscriptions.c.subscription_id,
        subscriptions.c.device_id,
        subscriptions.c.sealed,
        devices.c.last_seen_at,
    )
    .join(
        devices,
        (devices.c.account_id == subscriptions.c.account_id)
        & (devices.c.device_id == subscriptions.c.device_id),
    )
    .join(
        sessions,
        (sessions.c.account_id == subscriptions.c.account_id)
        & (sessions.c.device_id == subscriptions.c.device_id),
    )
    .where(
        _OF_ACCOUNT,
        devices.c.revoked_at.is_(None),
        sessions.c.ended_at.is_(None),
        sessions.c.idle_until > bindparam("now"),
        sessions.c.expires_at > bindparam("now"),
    )
    .distinct()
    .order_by(devices.c.last_seen_at.desc(), subscriptions.c.subscription_id)
    .limit(SUBSCRIPTIONS_READ_MAX)
)

_LINK = select(*columns(stop_links, Link)).where(stop_links.c.token_hash == bindparam("hashed"))
_ADD_LINK = upsert(stop_links).on_conflict_do_nothing(index_elements=[stop_links.c.token_hash])


async def kept(work: Work, space_id: UUID, party_id: UUID, *, lock: bool = False) -> Kept:
    """Return what a party has chosen about a space; nothing is the defaults.

    With *lock*, whoever else is about to change it waits, the first time too.
    """
    if lock:
        await _make_room(work, space_id, party_id)
    row = await work.db.row(_LOCK if lock else _KEPT, in_space=space_id, party=party_id)
    if row is None:
        return Kept()
    if row[0] is None:
        return Kept(link_version=row[1])
    cipher = await work.keys.cipher(work.db, space_id)
    plain = cipher.open(_place(party_id), row[0])
    return Kept(preferences=msgspec.json.decode(plain, type=Preferences), link_version=row[1])


async def put(work: Work, space_id: UUID, party_id: UUID, chosen: Preferences) -> None:
    """Keep what a party has chosen, in place of what stood."""
    await _make_room(work, space_id, party_id)
    cipher = await work.keys.cipher(work.db, space_id)
    sealed = cipher.seal(_place(party_id), msgspec.json.encode(chosen))
    await work.db.run(_PUT, in_space=space_id, party=party_id, new=sealed, now=work.now)


async def renew_links(work: Work, space_id: UUID, party_id: UUID) -> None:
    """Make the addresses in former messages lead nowhere."""
    await _make_room(work, space_id, party_id)
    await work.db.run(_RENEW, in_space=space_id, party=party_id, now=work.now)


async def _make_room(work: Work, space_id: UUID, party_id: UUID) -> None:
    await work.db.run(
        _FIRST,
        space_id=space_id,
        party_id=party_id,
        sealed=None,
        link_version=0,
        changed_at=work.now,
    )


async def subscribe(
    work: Work, account_id: UUID, device_id: UUID, subscription: Subscription
) -> UUID:
    """Keep a device's subscription in place of its former one; return its id."""
    subscription_id = work.new_id()
    cipher = await work.keys.cipher(work.db, account_id)
    sealed = cipher.seal(_sealed_at(subscription_id), msgspec.json.encode(subscription))
    await work.db.run(_DROP_OF_DEVICE, account=account_id, device=device_id)
    await work.db.run(
        _ADD_SUBSCRIPTION,
        account_id=account_id,
        subscription_id=subscription_id,
        device_id=device_id,
        sealed=sealed,
        created_at=work.now,
    )
    return subscription_id


async def unsubscribe(work: Work, account_id: UUID, subscription_id: UUID) -> bool:
    """Forget a subscription; False when there is none with this id."""
    gone = await work.db.run(_DROP, account=account_id, subscription=subscription_id)
    return gone == 1


async def subscriptions_of(work: Work, account_id: UUID) -> tuple[Subscribed, ...]:
    """Return the subscriptions of devices that are signed in, the last seen first."""
    rows = await work.db.rows(_LIVE, account=account_id, now=work.now)
    if not rows:
        return ()
    cipher = await work.keys.cipher(work.db, account_id)
    return tuple(
        Subscribed(
            subscription_id=subscription_id,
            device_id=device_id,
            subscription=msgspec.json.decode(
                cipher.open(_sealed_at(subscription_id), sealed), type=Subscription
            ),
        )
        for subscription_id, device_id, sealed, _ in rows
    )


async def link(work: Work, token_hash: bytes) -> Link | None:
    """Return what an address leads to, or None."""
    return fill_or_none(Link, await work.db.row(_LINK, hashed=token_hash))


async def add_link(work: Work, token_hash: bytes, new: Link) -> None:
    """Note where an address leads; nothing when it is noted."""
    await work.db.run(
        _ADD_LINK, token_hash=token_hash, created_at=work.now, **msgspec.structs.asdict(new)
    )


def _place(party_id: UUID) -> bytes:
    return place(preferences, party_id, "sealed")


def _sealed_at(subscription_id: UUID) -> bytes:
    return place(subscriptions, subscription_id, "sealed")
