"""The address book of reminders: who is told by what, in which order, and when."""

from datetime import datetime
from uuid import UUID

import msgspec

from backend.access.model import Role
from backend.kernel.work import Office, Work
from backend.preferences import links, service, store
from backend.preferences.model import Link, Reached
from backend.preferences.rules import send_at
from notifications.channels.ways import PushTarget, PushWay, Way, address_of
from notifications.ports import ChannelName, Notice, Route, Routing
from sync.errors import SpaceNotFound

NOT_SEEN = "not-seen"
NO_ACCOUNT = "no-account"
KIND_OFF = "kind-off"
NO_ROUTE = "no-route"


class Bearings(msgspec.Struct, frozen=True, kw_only=True):
    """What the directory takes from the settings of a server.

    `time_zone` is that of who has chosen none, `public_url` where people reach the
    server, `served` the channels that leave from here.
    """

    time_zone: str
    public_url: str
    served: frozenset[ChannelName]


class _Found(msgspec.Struct, frozen=True, kw_only=True):
    reached: Reached
    link: Link
    stop_url: str
    is_noted: bool


class PreferenceDirectory:
    """Answers from what people chose, or from the defaults.

    A route holds contacts: it is asked for at each ring, and never stored.
    """

    def __init__(self, office: Office, bearings: Bearings) -> None:
        self._office = office
        self._bearings = bearings

    async def routing(self, notice: Notice, now: datetime) -> Routing:
        found = await self._office.read(lambda work: self._look(work, notice, now))
        if isinstance(found, Routing):
            return found
        if not found.is_noted:
            link = found.link
            await self._office.write(lambda work: links.note(work, link))
        reached, served = found.reached, self._bearings.served
        ways = [name for name in service.reachable(reached) if name in served]
        if not ways:
            return Routing(reason=NO_ROUTE)
        return Routing(
            routes=tuple(_route(name, reached, found.stop_url) for name in ways),
            send_at=send_at(notice, reached.preferences, now, is_own=_is_holder(reached)),
        )

    async def drop(self, party_id: UUID, route: Route) -> None:
        """Keep contacts, which are their owner's to change; dead subscriptions are gone by now."""

    async def forget(self, party_id: UUID, subscription_id: UUID) -> None:
        """Drop a push subscription that its service calls gone."""
        await self._office.write(lambda work: store.unsubscribe(work, party_id, subscription_id))

    async def _look(self, work: Work, notice: Notice, now: datetime) -> Routing | _Found:
        try:
            viewer = await service.viewer_in_force(work, notice.space_id, notice.party_id, now)
        except SpaceNotFound:
            viewer = None
        if viewer is None:
            return Routing(reason=NOT_SEEN)
        reached = await service.reached_about(
            work,
            notice.space_id,
            notice.party_id,
            self._bearings.time_zone,
            role=viewer.role,
        )
        if reached is None:
            return Routing(reason=NO_ACCOUNT)
        if notice.kind not in reached.preferences.kinds:
            return Routing(reason=KIND_OFF)
        version = (await store.kept(work, notice.space_id, notice.party_id)).link_version
        link = links.new_link(notice.space_id, notice.party_id, notice.kind.value, version)
        return _Found(
            reached=reached,
            link=link,
            stop_url=links.url_of(work, link, self._bearings.public_url),
            is_noted=await links.is_noted(work, link),
        )


def _is_holder(reached: Reached) -> bool:
    return reached.role == Role.HOLDER.value


def _route(name: ChannelName, reached: Reached, stop_url: str) -> Route:
    is_helper = not _is_holder(reached)
    if name is ChannelName.PUSH:
        address = address_of(_push_way(reached, is_helper=is_helper))
    else:
        to = {
            ChannelName.SMS: reached.phone,
            ChannelName.EMAIL: reached.email,
            ChannelName.LETTER: "\n".join(reached.preferences.postal_address),
        }[name]
        assert to is not None, "Only ways that lead to the person are asked for."
        address = address_of(Way(to=to, is_helper=is_helper, stop_url=stop_url))
    return Route(channel=name, address=address, language=reached.preferences.language)


def _push_way(reached: Reached, *, is_helper: bool) -> PushWay:
    targets = tuple(
        PushTarget(
            subscription_id=one.subscription_id,
            endpoint=one.subscription.endpoint,
            public=one.subscription.public,
            auth=one.subscription.auth,
            sender=one.subscription.sender,
        )
        for one in reached.subscriptions
    )
    return PushWay(to=f"{len(targets)}", targets=targets, is_helper=is_helper)
