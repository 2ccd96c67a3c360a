"""Choosing how one is reminded: signed in, or from a message that came."""

import contextlib
import hashlib
from collections.abc import Collection
from datetime import datetime
from uuid import UUID

import msgspec

from backend.identity.accounts import store as accounts
from backend.identity.accounts.model import Contacts
from backend.identity.sessions.model import Caller
from backend.identity.spaces import store as spaces
from backend.kernel.conditions import check_if_match
from backend.kernel.spaces import open_store
from backend.kernel.work import Work
from backend.preferences import links, store
from backend.preferences.errors import (
    LinkSpent,
    PushKeysUnsuitable,
    SubscriptionNotFound,
    SubscriptionRefused,
)
from backend.preferences.model import (
    Change,
    Choice,
    Kept,
    Link,
    Preferences,
    Reached,
    Standing,
    Subscription,
)
from backend.preferences.rules import Scope, after_choice, channels_in_order, checked
from backend.preferences.senders import ServerKeys
from notifications.channels.push_hosts import EndpointRefused, origin_of
from notifications.channels.web_push import KeyUnsuitable, receiver
from notifications.core.reminder import ReminderKind
from notifications.ports import ChannelName
from notifications.texts.catalogue import language_served
from sync.core.audience import Viewer
from sync.errors import SpaceNotFound


async def read_choice(work: Work, caller: Caller, space_id: UUID, zone: str) -> Choice:
    """Return how the caller is reminded about a space.

    Args:
        work: The transaction.
        caller: Who asks.
        space_id: About which space.
        zone: The time zone of who has chosen none.

    Raises:
        SpaceNotFound: No such space, or none that the caller may open.
    """
    await _own_viewer(work, space_id, caller.party_id)
    reached = await reached_about(work, space_id, caller.party_id, zone)
    assert reached is not None, "Who is signed in has an account."
    return _choice(space_id, reached)


async def list_choices(work: Work, caller: Caller, zone: str) -> list[Choice]:
    """Return how the caller is reminded about each space that they may open now."""
    found = []
    for membership in await spaces.memberships_of(work, caller.account_id):
        with contextlib.suppress(SpaceNotFound):
            found.append(await read_choice(work, caller, membership.space_id, zone))
    return found


async def change_choice(
    work: Work, caller: Caller, space_id: UUID, change: Change, zone: str
) -> Choice:
    """Put what the caller has chosen in place of what stood.

    Args:
        work: The transaction.
        caller: Who chooses.
        space_id: About which space.
        change: What is wanted, and what it was made from.
        zone: The time zone of who has chosen none.

    Raises:
        SpaceNotFound: No such space, or none that the caller may open.
        IfMatchMissing, IfMatchFailed: See `check_if_match`.
        InvalidInput: See `rules.checked`.
    """
    await _own_viewer(work, space_id, caller.party_id)
    await store.kept(work, space_id, caller.party_id, lock=True)
    reached = await reached_about(work, space_id, caller.party_id, zone)
    assert reached is not None
    check_if_match(change.if_match, etag_of(reached.preferences))
    chosen = checked(change.wanted)
    await store.put(work, space_id, caller.party_id, chosen)
    return _choice(space_id, msgspec.structs.replace(reached, preferences=chosen))


async def renew_links(work: Work, caller: Caller, space_id: UUID) -> None:
    """Make the addresses in messages that the caller has got lead nowhere.

    Raises:
        SpaceNotFound: No such space, or none that the caller may open.
    """
    await _own_viewer(work, space_id, caller.party_id)
    await store.renew_links(work, space_id, caller.party_id)


async def subscribe(
    work: Work, caller: Caller, subscription: Subscription, keys: ServerKeys
) -> UUID:
    """Let this device be reached by its push service, from now on at this address alone.

    Raises:
        SubscriptionRefused: The address is none of a known push service.
        PushKeysUnsuitable: A key cannot be one, or is of another server.
    """
    try:
        origin_of(subscription.endpoint)
    except EndpointRefused as error:
        raise SubscriptionRefused(str(error), pointer="/endpoint") from None
    try:
        receiver(subscription.public, subscription.auth)
    except KeyUnsuitable as error:
        raise PushKeysUnsuitable(str(error), pointer="/keys") from None
    if keys.sender(subscription.sender) is None:
        raise PushKeysUnsuitable(
            "Subscribe for the key of this server.", pointer="/application_server_key"
        )
    return await store.subscribe(work, caller.account_id, caller.device_id, subscription)


async def unsubscribe(work: Work, caller: Caller, subscription_id: UUID) -> None:
    """Forget a subscription of the caller's.

    Raises:
        SubscriptionNotFound: There is none with this id.
    """
    if not await store.unsubscribe(work, caller.account_id, subscription_id):
        raise SubscriptionNotFound("No subscription here has this id.")


async def read_standing(work: Work, token: str, zone: str) -> Standing:
    """Say what a reader's messages are set to.

    Raises:
        LinkSpent: The address leads nowhere.
    """
    link = await _opened(work, token)
    return _standing(link, await _preferences(work, link, zone))


async def choose(work: Work, token: str, scope: Scope, zone: str) -> Standing:
    """Turn reminders off, or on again, for the reader of a message.

    Raises:
        LinkSpent: The address leads nowhere.
    """
    link = await _opened(work, token)
    await store.kept(work, link.space_id, link.party_id, lock=True)
    chosen = after_choice(await _preferences(work, link, zone), ReminderKind(link.kind), scope)
    await store.put(work, link.space_id, link.party_id, chosen)
    return _standing(link, chosen)


async def reached_about(
    work: Work, space_id: UUID, party_id: UUID, zone: str, *, role: str = ""
) -> Reached | None:
    """Return everything by which a party is reached about a space; None without an account."""
    account = await accounts.account(work, party_id)
    if account is None:
        return None
    contacts = await accounts.contacts_of(work, account)
    kept = await store.kept(work, space_id, party_id)
    return Reached(
        role=role,
        preferences=_chosen(kept, contacts, zone),
        phone=contacts.phone,
        email=contacts.email,
        subscriptions=await store.subscriptions_of(work, party_id),
    )


def reachable(reached: Reached) -> list[ChannelName]:
    """Return the ways that lead to a person, in the order in which they are tried."""
    has = {
        ChannelName.PUSH: bool(reached.subscriptions),
        ChannelName.SMS: reached.phone is not None,
        ChannelName.EMAIL: reached.email is not None,
        ChannelName.LETTER: bool(reached.preferences.postal_address),
    }
    return channels_in_order(reached.preferences, {name for name, there in has.items() if there})


def etag_of(preferences: Preferences) -> str:
    """Return the tag of preferences: it follows from what they say."""
    return f'"{hashlib.sha256(msgspec.json.encode(preferences)).hexdigest()[:32]}"'


async def viewer_in_force(
    work: Work, space_id: UUID, party_id: UUID, now: datetime
) -> Viewer | None:
    """Return the eye of a party that may look at a space at this instant, or None."""
    viewers: Collection[Viewer] = await (await open_store(work, space_id)).viewers()
    for viewer in viewers:
        if viewer.party_id == party_id and viewer.is_in_force(now):
            return viewer
    return None


async def _own_viewer(work: Work, space_id: UUID, party_id: UUID) -> Viewer:
    viewer = await viewer_in_force(work, space_id, party_id, work.now)
    if viewer is None:
        raise SpaceNotFound
    return viewer


async def _opened(work: Work, token: str) -> Link:
    link = await links.opened(work, token)
    if link is None:
        raise LinkSpent("This address leads nowhere, or not any more.")
    return link


async def _preferences(work: Work, link: Link, zone: str) -> Preferences:
    reached = await reached_about(work, link.space_id, link.party_id, zone)
    if reached is None:
        raise LinkSpent("This address leads nowhere, or not any more.")
    return reached.preferences


def _chosen(kept: Kept, contacts: Contacts, zone: str) -> Preferences:
    if kept.preferences is not None:
        return kept.preferences
    return Preferences(time_zone=zone, language=language_served(contacts.language))


def _choice(space_id: UUID, reached: Reached) -> Choice:
    return Choice(
        space_id=space_id,
        preferences=reached.preferences,
        reached_by=tuple(reachable(reached)),
    )


def _standing(link: Link, preferences: Preferences) -> Standing:
    return Standing(
        language=preferences.language,
        is_kind_on=ReminderKind(link.kind) in preferences.kinds,
        is_any_on=bool(preferences.kinds),
    )
