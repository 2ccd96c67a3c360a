"""The way over HTTP: what is sent, what an answer means, and one renewal of a session."""

from collections.abc import Callable, Sequence
from uuid import UUID

import httpx
import pytest

from sync.replica import (
    AnswerUnusable,
    DeviceRevoked,
    Refused,
    SignInNeeded,
    SpaceSeen,
    Unreachable,
)
from sync.replica.http_transport import HttpTransport

SPACE = UUID("6f1c2b7e-58f0-4a53-9d2e-0c8a4f1b7d10")


class TwoTokens:
    """A session with an old token and, if it may be renewed, a new one."""

    def __init__(self, *, is_renewable: bool = True) -> None:
        self.token: str | None = "old"
        self.renewals = 0
        self._is_renewable = is_renewable

    def access_token(self) -> str | None:
        return self.token

    async def renew(self) -> bool:
        self.renewals += 1
        self.token = f"new {self.renewals}"
        return self._is_renewable


def transport_to(
    answer: Callable[[httpx.Request], httpx.Response], session: TwoTokens | None = None
) -> HttpTransport:
    """Make a transport to a server that is one function."""
    client = httpx.AsyncClient(transport=httpx.MockTransport(answer), base_url="http://server")
    return HttpTransport(client, session or TwoTokens())


def answering(*answers: httpx.Response) -> tuple[Callable[..., httpx.Response], Sequence]:
    """Make a server that gives these answers in turn, and the list of what it was asked."""
    asked: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(
            httpx.Request(
                request.method, request.url, headers=request.headers, content=request.content
            )
        )
        return answers[len(asked) - 1]

    return answer, asked


async def test_a_sync_is_one_post_with_the_token():
    """The body is passed on untouched, both ways."""
    server, asked = answering(httpx.Response(200, content=b'{"outcomes":[],"spaces":[]}'))

    answer = await transport_to(server).sync(b'{"ops":[]}')

    [request] = asked
    assert (request.method, request.url.path) == ("POST", "/v1/sync")
    assert request.headers["Authorization"] == "Bearer old"
    assert request.headers["Content-Type"] == "application/json"
    assert request.content == b'{"ops":[]}'
    assert answer == b'{"outcomes":[],"spaces":[]}'


async def test_an_expired_token_is_renewed_once_and_the_request_made_again():
    """The person notices nothing."""
    server, asked = answering(httpx.Response(401), httpx.Response(200, content=b"{}"))
    session = TwoTokens()

    await transport_to(server, session).sync(b"{}")

    assert [r.headers["Authorization"] for r in asked] == ["Bearer old", "Bearer new 1"]


async def test_a_second_no_means_signing_in_again():
    """One renewal, not a loop."""
    server, asked = answering(httpx.Response(401), httpx.Response(401))
    session = TwoTokens()

    with pytest.raises(SignInNeeded):
        await transport_to(server, session).sync(b"{}")

    assert (len(asked), session.renewals) == (2, 1)


async def test_a_session_that_cannot_be_renewed_means_signing_in_again():
    """And so does having none."""
    server, asked = answering(httpx.Response(401))
    session = TwoTokens(is_renewable=False)

    with pytest.raises(SignInNeeded):
        await transport_to(server, session).sync(b"{}")
    session.token = None
    with pytest.raises(SignInNeeded):
        await transport_to(server, session).sync(b"{}")

    assert len(asked) == 1


async def test_a_device_signed_out_from_afar_is_told_apart():
    """No renewal is tried: the device must forget what it holds."""
    server, _ = answering(httpx.Response(401, json={"code": "device-revoked"}))
    session = TwoTokens()

    with pytest.raises(DeviceRevoked):
        await transport_to(server, session).sync(b"{}")

    assert session.renewals == 0


async def test_a_problem_is_read_with_its_code_and_its_next_step():
    """What the server says to a person reaches the person."""
    problem = {"code": "too-many-requests", "title": "Too many", "next_step": "Wait."}
    server, _ = answering(httpx.Response(429, json=problem, headers={"Retry-After": "7"}))

    with pytest.raises(Refused) as refused:
        await transport_to(server).sync(b"{}")

    value = refused.value
    assert (value.status, value.code, value.title, value.next_step) == (
        429,
        "too-many-requests",
        "Too many",
        "Wait.",
    )
    assert (value.is_passing, value.retry_after_seconds) == (True, 7)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("Sat, 21 Nov 2026 08:00:30 GMT", 30),
        ("Sat, 21 Nov 2026 07:00:00 GMT", 0),
        ("soon", None),
        ("-3", None),
        ("", None),
    ],
)
async def test_retry_after_as_an_instant_is_taken_by_the_servers_clock(
    text: str, seconds: float | None
):
    """A phone's clock may be a year off."""
    headers = {"Retry-After": text, "Date": "Sat, 21 Nov 2026 08:00:00 GMT"}
    server, _ = answering(httpx.Response(503, headers=headers))

    with pytest.raises(Refused) as refused:
        await transport_to(server).sync(b"{}")

    assert refused.value.retry_after_seconds == seconds


async def test_an_error_page_of_something_on_the_way_is_a_refusal_without_words():
    """A proxy speaks HTML."""
    server, _ = answering(httpx.Response(502, text="<html>"))

    with pytest.raises(Refused) as refused:
        await transport_to(server).sync(b"{}")

    assert (refused.value.status, refused.value.code, refused.value.is_passing) == (502, "", True)


async def test_no_connection_is_a_passing_failure():
    """So is a redirection: nothing is sent to another place."""

    def dead(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused")

    with pytest.raises(Unreachable):
        await transport_to(dead).sync(b"{}")
    server, asked = answering(httpx.Response(302, headers={"Location": "http://elsewhere/"}))
    with pytest.raises(Refused):
        await transport_to(server).sync(b"{}")
    assert len(asked) == 1


async def test_spaces_are_read_with_what_a_later_server_adds():
    """An unknown field is nothing to an old client."""
    listed = {"space_id": str(SPACE), "role": "holder", "display_name": "Ana", "new": 1}
    server, _ = answering(httpx.Response(200, json=[listed]), httpx.Response(200, text="[1]"))
    transport = transport_to(server)

    assert await transport.spaces() == [
        SpaceSeen(space_id=SPACE, role="holder", display_name="Ana")
    ]
    with pytest.raises(AnswerUnusable):
        await transport.spaces()


async def test_a_stream_is_asked_for_by_its_media_type_and_read_by_line():
    """The token is renewed here too, before anything is read."""
    lines = b'{"a":1}\n{"b":"\xe2\x80\xa8"}\n\n{"c":3}\n'
    server, asked = answering(httpx.Response(401), httpx.Response(200, content=lines))

    read = [line async for line in transport_to(server).stream(SPACE, "here")]

    assert read == [b'{"a":1}', b'{"b":"\xe2\x80\xa8"}', b'{"c":3}']
    assert asked[1].headers["Accept"] == "application/x-ndjson"
    assert asked[1].url.path == f"/v1/spaces/{SPACE}/changes"
    assert dict(asked[1].url.params) == {"limit": "500", "checkpoint": "here"}


async def test_a_refused_stream_is_a_refusal_before_its_first_line():
    """With its words."""
    server, _ = answering(httpx.Response(404, json={"code": "space-not-found"}))

    with pytest.raises(Refused) as refused:
        await anext(transport_to(server).stream(SPACE, None))

    assert refused.value.code == "space-not-found"
