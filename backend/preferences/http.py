"""How one is reminded, over HTTP: signed in, or from a message that came."""

from typing import Any
from uuid import UUID

from litestar import Controller, MediaType, Request, Response, delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from backend.identity.sessions.model import Caller
from backend.kernel.if_match import ETAG, IfMatchHeader, conditions, refused
from backend.kernel.problems import language_of
from backend.kernel.work import Office
from backend.preferences import service
from backend.preferences.errors import ChoiceUnknown, LinkSpent
from backend.preferences.forms import fields_of
from backend.preferences.limits import TOKEN_CHARACTERS_MAX
from backend.preferences.links import PATH
from backend.preferences.model import Change, Choice, Standing, Subscription
from backend.preferences.page import POLICY, page_of, page_of_spent
from backend.preferences.rules import Scope
from backend.preferences.senders import ServerKeys, contact_of
from backend.preferences.wire import (
    PreferenceFields,
    PreferenceView,
    PushKeyView,
    SubscriptionRequest,
    SubscriptionView,
    preferences_of,
    view_of,
)
from backend.settings import Settings

_ONE_CLICK = ("List-Unsubscribe", "One-Click")
_SCOPES: tuple[Scope, ...] = ("kind", "all", "back")

_NO_BUTTON = refused("The form holds none of the choices.", status=422)


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
        return [view_of(choice) for choice in choices]

    @get(
        "/preferences/{space_id:uuid}",
        operation_id="readPreferences",
        summary="Read how you are reminded about a space.",
        response_headers=[ETAG],
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
        response_headers=[ETAG],
        responses=conditions("They have changed since they were read."),
    )
    async def change(
        self,
        office: NamedDependency[Office],
        settings: NamedDependency[Settings],
        caller: NamedDependency[Caller],
        space_id: FromPath[UUID],
        data: JSONBody[PreferenceFields],
        if_match: IfMatchHeader = "",
    ) -> Response[PreferenceView]:
        """Put all of it. It holds from the next reminder on; it is yours alone."""
        change = Change(wanted=preferences_of(data), if_match=if_match)
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
        responses=_NO_BUTTON,
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


def _answer(choice: Choice) -> Response[PreferenceView]:
    headers = {"ETag": service.etag_of(choice.preferences)}
    return Response(view_of(choice), media_type=MediaType.JSON, headers=headers)


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
