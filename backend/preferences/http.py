"""How one is reminded, over HTTP: signed in, or from a message that came."""

from datetime import time
from typing import Annotated, Any, Literal
from uuid import UUID

from litestar import Controller, MediaType, Request, Response, delete, get, post, put
from litestar.datastructures import ResponseHeader
from litestar.di import NamedDependency
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import FromPath, HeaderParameter, JSONBody
from msgspec import Meta, Struct

from backend.identity.sessions.model import Caller
from backend.identity.wire import Wire
from backend.kernel.problems import MEDIA_TYPE, ProblemDetails, language_of
from backend.kernel.work import Office
from backend.preferences import service
from backend.preferences.errors import ChoiceUnknown, LinkSpent
from backend.preferences.forms import fields_of
from backend.preferences.limits import (
    ADDRESS_LINE_CHARACTERS_MAX,
    ADDRESS_LINES_MAX,
    TOKEN_CHARACTERS_MAX,
)
from backend.preferences.links import PATH
from backend.preferences.model import CHANNELS, Change, Choice, Preferences, Standing, Subscription
from backend.preferences.page import POLICY, page_of, page_of_spent
from backend.preferences.rules import Scope
from backend.preferences.senders import ServerKeys, contact_of
from backend.settings import Settings
from notifications.channels.push_hosts import ENDPOINT_CHARACTERS_MAX
from notifications.core.quiet_hours import QuietHours
from notifications.core.reminder import ReminderKind
from notifications.ports import ChannelName

_KEY_CHARACTERS_MAX = 200
_ONE_CLICK = ("List-Unsubscribe", "One-Click")
_SCOPES: tuple[Scope, ...] = ("kind", "all", "back")

TimeOfDay = Annotated[
    str, Meta(pattern=r"^(?:[01][0-9]|2[0-3]):[0-5][0-9]$(?!\n)", examples=["21:00"])
]
PushKey = Annotated[str, Meta(max_length=_KEY_CHARACTERS_MAX)]
_ETAG = ResponseHeader(
    name="ETag", description="To be sent back in If-Match.", documentation_only=True
)
_CONDITIONS = {
    status: ResponseSpec(
        ProblemDetails, description=words, media_type=MEDIA_TYPE, generate_examples=False
    )
    for status, words in (
        (412, "They have changed since they were read."),
        (428, "`If-Match` is missing."),
    )
}


class QuietTimes(Wire, frozen=True, kw_only=True):
    """From when to when nothing rings, by the clock of the person's zone."""

    starts: TimeOfDay
    ends: TimeOfDay


class PreferenceFields(Wire, frozen=True, kw_only=True):
    """What is reminded of, by what, and when not.

    `channels` are tried in their order. `quiet_hours` null is for who may be
    disturbed at any hour. `postal_address` is who and where, line by line.
    """

    kinds: Annotated[list[ReminderKind], Meta(max_length=len(ReminderKind))]
    channels: Annotated[list[ChannelName], Meta(max_length=len(ChannelName))]
    quiet_hours: QuietTimes | None
    time_zone: Annotated[str, Meta(max_length=64, examples=["Europe/Paris"])]
    language: Literal["fr", "en"]
    postal_address: Annotated[
        list[Annotated[str, Meta(max_length=2 * ADDRESS_LINE_CHARACTERS_MAX)]],
        Meta(max_length=2 * ADDRESS_LINES_MAX),
    ] = []


class PreferenceView(Struct, frozen=True, kw_only=True):
    """How one is reminded about a space. `reached_by`: the ways that lead to one today."""

    space_id: UUID
    kinds: list[ReminderKind]
    channels: list[ChannelName]
    quiet_hours: QuietTimes | None
    time_zone: str
    language: str
    postal_address: list[str]
    reached_by: list[ChannelName]


class SubscriptionKeys(Wire, frozen=True, kw_only=True):
    """The keys of a subscription, as a browser writes them."""

    p256dh: PushKey
    auth: PushKey


class SubscriptionRequest(
    Wire, frozen=True, kw_only=True, rename={"expiration_time": "expirationTime"}
):
    """A `PushSubscription` of a browser, as its `toJSON` gives it.

    `application_server_key` is the key that it was made for; left out, it is the
    one that this server has now.
    """

    endpoint: Annotated[str, Meta(max_length=ENDPOINT_CHARACTERS_MAX)]
    keys: SubscriptionKeys
    expiration_time: float | None = None
    application_server_key: PushKey | None = None


class SubscriptionView(Struct, frozen=True, kw_only=True):
    """A subscription that is kept."""

    subscription_id: UUID


class PushKeyView(Struct, frozen=True, kw_only=True):
    """The key to subscribe for: `applicationServerKey`, base64url."""

    application_server_key: str


class NotificationController(Controller):
    """How the caller is reminded."""

    path = "/v1/notifications"
    tags = ("notifications",)

    @get(
        "/preferences",
        operation_id="listPreferences",
        summary="List how you are reminded, space by space.",
    )
    async def every(
        self,
        office: NamedDependency[Office],
        settings: NamedDependency[Settings],
        caller: NamedDependency[Caller],
    ) -> list[PreferenceView]:
        """Return what you have chosen about each space that you open, or the defaults."""
        choices = await office.read(
            lambda work: service.list_choices(work, caller, settings.time_zone)
        )
        return [_view(choice) for choice in choices]

    @get(
        "/preferences/{space_id:uuid}",
        operation_id="readPreferences",
        summary="Read how you are reminded about a space.",
        response_headers=[_ETAG],
    )
    async def read(
        self,
        office: NamedDependency[Office],
        settings: NamedDependency[Settings],
        caller: NamedDependency[Caller],
        space_id: FromPath[UUID],
    ) -> Response[PreferenceView]:
        """Return what you have chosen, or the defaults while you have not."""
        choice = await office.read(
            lambda work: service.read_choice(work, caller, space_id, settings.time_zone)
        )
        return _answer(choice)

    @put(
        "/preferences/{space_id:uuid}",
        operation_id="changePreferences",
        summary="Choose how you are reminded about a space.",
        response_headers=[_ETAG],
        responses=_CONDITIONS,
    )
    async def change(
        self,
        office: NamedDependency[Office],
        settings: NamedDependency[Settings],
        caller: NamedDependency[Caller],
        space_id: FromPath[UUID],
        data: JSONBody[PreferenceFields],
        if_match: Annotated[
            str,
            HeaderParameter(
                name="If-Match", max_length=200, description="The `ETag` of what was read."
            ),
        ] = "",
    ) -> Response[PreferenceView]:
        """Put all of it. It holds from the next reminder on; it is yours alone."""
        change = Change(wanted=_preferences(data), if_match=if_match)
        choice = await office.write(
            lambda work: service.change_choice(work, caller, space_id, change, settings.time_zone)
        )
        return _answer(choice)

    @post(
        "/links/{space_id:uuid}/renewal",
        operation_id="renewStopLinks",
        status_code=204,
        summary="Make the addresses in former messages lead nowhere.",
    )
    async def renew_links(
        self,
        office: NamedDependency[Office],
        caller: NamedDependency[Caller],
        space_id: FromPath[UUID],
    ) -> None:
        """For who has passed a message on: from now on it turns nothing off."""
        await office.write(lambda work: service.renew_links(work, caller, space_id))

    @get("/push-key", operation_id="getPushKey", summary="Get the key to subscribe for.")
    async def push_key(
        self,
        office: NamedDependency[Office],
        settings: NamedDependency[Settings],
        caller: NamedDependency[Caller],
    ) -> PushKeyView:
        """Return what a browser asks for as `applicationServerKey`."""
        return PushKeyView(application_server_key=_keys(office, settings).current)

    @post(
        "/subscriptions",
        operation_id="subscribe",
        status_code=201,
        summary="Let this device be woken by its push service.",
    )
    async def subscribe(
        self,
        office: NamedDependency[Office],
        settings: NamedDependency[Settings],
        caller: NamedDependency[Caller],
        data: JSONBody[SubscriptionRequest],
    ) -> SubscriptionView:
        """Keep its address in place of the former one; it ends when the device signs out.

        Only addresses of known push services are taken.
        """
        keys = _keys(office, settings)
        subscription = Subscription(
            endpoint=data.endpoint,
            public=data.keys.p256dh,
            auth=data.keys.auth,
            sender=data.application_server_key or keys.current,
        )
        kept = await office.write(lambda work: service.subscribe(work, caller, subscription, keys))
        return SubscriptionView(subscription_id=kept)

    @delete(
        "/subscriptions/{subscription_id:uuid}",
        operation_id="unsubscribe",
        summary="Let a device be woken no more.",
    )
    async def unsubscribe(
        self,
        office: NamedDependency[Office],
        caller: NamedDependency[Caller],
        subscription_id: FromPath[UUID],
    ) -> None:
        """Forget its address."""
        await office.write(lambda work: service.unsubscribe(work, caller, subscription_id))


class StopController(Controller):
    """What the reader of a message may do without signing in."""

    path = f"{PATH}/{{token:str}}"
    tags = ("notifications",)

    @get(
        operation_id="readStopLink",
        security=[],
        media_type=MediaType.HTML,
        summary="See what an address in a message turns off.",
    )
    async def read(
        self,
        request: Request[Any, Any, Any],
        office: NamedDependency[Office],
        settings: NamedDependency[Settings],
        token: FromPath[str],
    ) -> Response[str]:
        """Show a page for people; it changes nothing, since mail is opened by programs too."""
        try:
            _refuse_long(token)
            standing = await office.read(
                lambda work: service.read_standing(work, token, settings.time_zone)
            )
        except LinkSpent:
            return _spent(request)
        return _page(page_of(standing), standing.language, 200)

    @post(
        operation_id="useStopLink",
        status_code=200,
        security=[],
        media_type=MediaType.HTML,
        summary="Turn reminders off from a message.",
    )
    async def use(
        self,
        request: Request[Any, Any, Any],
        office: NamedDependency[Office],
        settings: NamedDependency[Settings],
        token: FromPath[str],
    ) -> Response[str]:
        """Turn off this kind of reminder, or all, or take that back; the form says which.

        `List-Unsubscribe=One-Click`, as mail programs send it, turns off this kind.
        """
        scope = await _scope_in(request)
        try:
            _refuse_long(token)
            standing: Standing = await office.write(
                lambda work: service.choose(work, token, scope, settings.time_zone)
            )
        except LinkSpent:
            return _spent(request)
        return _page(page_of(standing), standing.language, 200)


CONTROLLERS = [NotificationController, StopController]


def _keys(office: Office, settings: Settings) -> ServerKeys:
    return ServerKeys(office.keys.provider, contact_of(settings))


def _preferences(data: PreferenceFields) -> Preferences:
    quiet, channels = data.quiet_hours, tuple(data.channels)
    return Preferences(
        time_zone=data.time_zone,
        language=data.language,
        kinds=tuple(data.kinds),
        channels=channels,
        quiet_hours=None
        if quiet is None
        else QuietHours(
            starts=time.fromisoformat(quiet.starts), ends=time.fromisoformat(quiet.ends)
        ),
        postal_address=tuple(data.postal_address),
        chose_channels=channels != CHANNELS,
    )


def _answer(choice: Choice) -> Response[PreferenceView]:
    headers = {"ETag": service.etag_of(choice.preferences)}
    return Response(_view(choice), media_type=MediaType.JSON, headers=headers)


def _view(choice: Choice) -> PreferenceView:
    chosen = choice.preferences
    quiet = chosen.quiet_hours
    return PreferenceView(
        space_id=choice.space_id,
        kinds=list(chosen.kinds),
        channels=list(chosen.channels),
        quiet_hours=None
        if quiet is None
        else QuietTimes(starts=f"{quiet.starts:%H:%M}", ends=f"{quiet.ends:%H:%M}"),
        time_zone=chosen.time_zone,
        language=chosen.language,
        postal_address=list(chosen.postal_address),
        reached_by=list(choice.reached_by),
    )


async def _scope_in(request: Request[Any, Any, Any]) -> Scope:
    """Read which button was pressed, or that a mail program did it in one click.

    Raises:
        ChoiceUnknown: Neither.
    """
    form = fields_of(request.headers.get("content-type", ""), await request.body())
    if form.get(_ONE_CLICK[0]) == [_ONE_CLICK[1]]:
        return "kind"
    for scope in _SCOPES:
        if form.get("scope") == [scope]:
            return scope
    raise ChoiceUnknown("Press one of the buttons of the page.")


def _refuse_long(token: str) -> None:
    if len(token) > TOKEN_CHARACTERS_MAX:
        raise LinkSpent("This address leads nowhere, or not any more.")


def _spent(request: Request[Any, Any, Any]) -> Response[str]:
    """Answer an address that leads nowhere: a page to a person, a problem to a program.

    Raises:
        LinkSpent: Whoever asks did not ask for a page.
    """
    if MediaType.HTML.value not in request.headers.get("accept", ""):
        raise LinkSpent("This address leads nowhere, or not any more.")
    language = language_of(request.headers.get("accept-language", ""))
    return _page(page_of_spent(language), language, LinkSpent.status)


def _page(html: str, language: str, status: int) -> Response[str]:
    headers = {"Content-Language": language, "Content-Security-Policy": POLICY}
    return Response(html, status_code=status, media_type=MediaType.HTML, headers=headers)
