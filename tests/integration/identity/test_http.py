"""The doors of identity over HTTP: status, bodies, and what headers cannot do."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from litestar import Litestar, Request, get
from litestar.di import NamedDependency, Provide

from backend.access.mandates.grants import MandateGrants
from backend.identity.http import CONTROLLERS, caller_of, provide_caller, provide_professional
from backend.identity.professionals.provider import OpenIdProvider
from backend.identity.sessions.model import SEATED, Caller
from backend.kernel.errors import Refusal
from backend.kernel.problems import render_refusal
from backend.kernel.work import Office
from backend.settings import Settings
from tests.people import ADDRESS, BIRTH, PASSWORD, PHONE, PHONE_OF_LEA, Town

DEVICE = {"name": "Tablette", "platform": "ios"}


@get("/whoami")
async def whoami(caller: NamedDependency[Caller]) -> str:
    """Answer who calls."""
    return str(caller.device_id)


async def provide_seated(
    request: Request[Any, Any, Any], office: NamedDependency[Office]
) -> Caller:
    """Say which patient or professional calls."""
    return await caller_of(request, office, SEATED)


@pytest.fixture
async def client(town: Town) -> AsyncIterator[httpx.AsyncClient]:
    """The doors of identity, and one that asks who calls."""
    app = Litestar(
        route_handlers=[*CONTROLLERS, whoami],
        dependencies={
            "office": Provide(lambda: town.office, sync_to_thread=False),
            "passwords": Provide(lambda: town.passwords, sync_to_thread=False),
            "tickets": Provide(lambda: town.tickets, sync_to_thread=False),
            "caller": Provide(provide_caller),
            "seated": Provide(provide_seated),
            "professional": Provide(provide_professional),
            "provider": Provide(lambda: OpenIdProvider(None), sync_to_thread=False),
            "grants": Provide(MandateGrants, sync_to_thread=False),
            "settings": Provide(Settings, sync_to_thread=False),
        },
        exception_handlers={Refusal: render_refusal},
    )
    # In the loop of the test, where the database is; Litestar's client opens another.
    transport = httpx.ASGITransport(app=app, client=(ADDRESS, 50000))
    async with httpx.AsyncClient(transport=transport, base_url="http://carnet.test") as opened:
        yield opened


async def signed_in(town: Town, client: httpx.AsyncClient) -> dict[str, str]:
    """Enrol somebody over HTTP, and return their tokens."""
    opened = await town.open_space()
    asked = await client.post(
        "/v1/auth/activate",
        json={
            "code": opened.letters[0].code.lower(),
            "birth_date": BIRTH.isoformat(),
            "login": "lea",
            "password": PASSWORD,
            "phone": PHONE,
            "device": DEVICE,
        },
    )
    assert asked.status_code == 202, asked.text
    verified = await client.post(
        "/v1/auth/login/verify",
        json={"challenge_id": asked.json()["challenge_id"], "code": town.mail.codes()[-1]},
    )
    assert verified.status_code == 200, verified.text
    tokens: dict[str, str] = verified.json()
    return tokens


def bearer(tokens: dict[str, str]) -> dict[str, str]:
    """Return the header that names the caller."""
    return {"Authorization": f"Bearer {tokens['access_token']}"}


async def test_a_letter_becomes_tokens_and_a_space(town: Town, client: httpx.AsyncClient) -> None:
    """The answers have the fields that the contract names."""
    tokens = await signed_in(town, client)

    spaces = await client.get("/v1/spaces", headers=bearer(tokens))
    devices = await client.get("/v1/devices", headers=bearer(tokens))

    assert set(tokens) == {
        "access_token",
        "refresh_token",
        "expires_in",
        "device_id",
        "assurance",
    }
    assert (tokens["expires_in"], tokens["assurance"]) == (900, "weak")
    (space,) = spaces.json()
    assert space["display_name"] == "LEA Durand"
    assert space["birth_date"] == "1961-04-09"
    assert [one["name"] for one in devices.json()] == ["Tablette"]


async def test_a_device_is_removed_and_its_next_request_refused(
    town: Town, client: httpx.AsyncClient
) -> None:
    """Its own removal too answers 204, and then 401 with a code of its own."""
    tokens = await signed_in(town, client)

    removed = await client.delete(f"/v1/devices/{tokens['device_id']}", headers=bearer(tokens))
    after = await client.get("/whoami", headers=bearer(tokens))

    assert removed.status_code == 204
    assert (after.status_code, after.json()["code"]) == (401, "device-revoked")
    assert after.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize(
    "header",
    [None, "", "Bearer", "Bearer ", "Basic bGVhOmxlYQ==", "Bearer not-a-token", "bearer \x7f"],
)
async def test_a_request_without_a_token_is_refused(
    client: httpx.AsyncClient, header: str | None
) -> None:
    """Whatever stands in its place, the answer is the same."""
    answer = await client.get(
        "/whoami", headers={} if header is None else {"Authorization": header}
    )

    assert (answer.status_code, answer.json()["code"]) == (401, "not-signed-in")


async def test_login_answers_alike_for_known_and_unknown(
    town: Town, client: httpx.AsyncClient
) -> None:
    """Status, fields and headers agree; a wrong code then gets one answer."""
    await signed_in(town, client)
    town.later(minutes=2)
    answers = []
    for login, password in (("lea", PASSWORD), ("lea", "x" * 20), ("nobody", PASSWORD)):
        asked = await client.post(
            "/v1/auth/login", json={"login": login, "password": password, "device": DEVICE}
        )
        refused = await client.post(
            "/v1/auth/login/verify",
            json={"challenge_id": asked.json()["challenge_id"], "code": "AB"},
        )
        answers.append(
            (
                asked.status_code,
                sorted(asked.json()),
                sorted(asked.headers),
                refused.status_code,
                refused.content,
            )
        )
        town.later(minutes=31)

    assert answers[0][0] == 202
    assert answers[0] == answers[1] == answers[2]


async def test_forwarded_headers_buy_no_tries(town: Town, client: httpx.AsyncClient) -> None:
    """Only the socket says where a request comes from.

    Source: CVE-2025-59152, a limiter that believed X-Forwarded-For.
    """
    body = {"login": "lea", "password": PASSWORD, "device": DEVICE}
    first = await client.post("/v1/auth/login", json=body)

    answers = [
        await client.post("/v1/auth/login", json=body, headers={name: "203.0.113.9"})
        for name in ("X-Forwarded-For", "Forwarded", "X-Real-IP", "CF-Connecting-IP")
    ]

    assert first.status_code == 202
    assert [one.status_code for one in answers] == [429] * 4
    assert all(int(one.headers["retry-after"]) == 60 for one in answers)


async def test_unknown_fields_are_refused(client: httpx.AsyncClient) -> None:
    """A typing error in a field's name shows, instead of being dropped."""
    answer = await client.post(
        "/v1/auth/login",
        json={"login": "lea", "password": PASSWORD, "device": DEVICE, "chanel": "sms"},
    )

    assert answer.status_code == 400


async def test_a_refresh_rotates_and_a_lost_answer_is_repeated(
    town: Town, client: httpx.AsyncClient
) -> None:
    """With an idempotency key the same request may be sent again; without, it is a copy."""
    tokens = await signed_in(town, client)
    body = {"refresh_token": tokens["refresh_token"]}
    key = {"Idempotency-Key": "0b6a9b0e"}

    first = await client.post("/v1/auth/refresh", json=body, headers=key)
    again = await client.post("/v1/auth/refresh", json=body, headers=key)
    copied = await client.post("/v1/auth/refresh", json=body)

    assert [first.status_code, again.status_code] == [200, 200]
    assert first.json()["refresh_token"] != again.json()["refresh_token"]
    assert (copied.status_code, copied.json()["code"]) == (401, "session-reused")
    after = await client.get("/whoami", headers=bearer(again.json()))
    assert after.json()["code"] == "not-signed-in"


async def test_factors_are_changed_over_http(town: Town, client: httpx.AsyncClient) -> None:
    """Step-up, then recovery codes: each shown once."""
    tokens = await signed_in(town, client)
    town.later(seconds=61)
    refused = await client.post("/v1/auth/recovery-codes", headers=bearer(tokens))
    asked = await client.post(
        "/v1/auth/step-up", json={"password": PASSWORD}, headers=bearer(tokens)
    )
    verified = await client.post(
        "/v1/auth/step-up/verify",
        json={"challenge_id": asked.json()["challenge_id"], "code": town.mail.codes()[-1]},
        headers=bearer(tokens),
    )

    codes = await client.post("/v1/auth/recovery-codes", headers=bearer(tokens))
    factors = await client.get("/v1/auth/factors", headers=bearer(tokens))

    assert (refused.status_code, refused.json()["code"]) == (403, "step-up-needed")
    assert verified.status_code == 200
    assert len(codes.json()["recovery_codes"]) == 10
    assert factors.json() == {
        "has_totp": False,
        "recovery_codes_left": 10,
        "phone": "•• •• •• •• 12",
        "email": None,
    }


async def test_signing_out_over_http(town: Town, client: httpx.AsyncClient) -> None:
    """The session is over at the next request."""
    tokens = await signed_in(town, client)

    out = await client.post("/v1/auth/logout", headers=bearer(tokens))
    after = await client.get("/whoami", headers=bearer(tokens))

    assert (out.status_code, after.status_code) == (204, 401)
    assert PHONE_OF_LEA.name not in after.text
