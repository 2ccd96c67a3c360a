"""A professional's whole way in over HTTP, by a provider that somebody else wrote."""

import re
import warnings
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from uuid import uuid4

import httpx
import pytest
from pyotp import TOTP

from backend.identity.professionals.provider import OpenIdProvider
from backend.kernel.edge import Asgi
from backend.operations.credential import operator_token
from backend.settings import Settings
from tests.databases import sqlite_folder
from tests.integration.hostile.world import check_problem
from tests.journeys import PASSWORD, Counter, Json, client_of, patient, put, serving
from tests.providers import SUBJECT, exercise, site, userinfo

BROWSER = {"Accept": "text/html"}
SOFTWARE = {"Accept": "application/json"}
OF_PROFESSIONALS = ("/v1/professionals", "/v1/spaces/emergency", "/v1/deposits")
ENDS_OF_PROFESSIONALS = ("/emergency/end", "/release")


@pytest.fixture
def issuer() -> Iterator[str]:
    """A provider on a port of this machine."""
    with warnings.catch_warnings():
        import authlib.deprecate  # Turns its own warnings on, about modules of its own.

        warnings.simplefilter("ignore", authlib.deprecate.AuthlibDeprecationWarning)
        import oidc_provider_mock

    with oidc_provider_mock.run_server_in_thread() as server:
        yield f"http://localhost:{server.server_port}"


@pytest.fixture
async def app(issuer: str, tmp_path: Path, cache_folder: Path) -> AsyncIterator[Asgi]:
    """The application, with that provider set."""
    settings = Settings(
        data_folder=await sqlite_folder(tmp_path / "data", cache_folder),
        psc_issuer=issuer,
        psc_client_id="carnet",
        psc_client_secret="secret",
        psc_scopes="openid profile",
    )
    async with serving(settings) as opened:
        yield opened


@pytest.fixture
async def client(app: Asgi) -> AsyncIterator[httpx.AsyncClient]:
    """A browser, or software."""
    async with client_of(app) as opened:
        yield opened


async def agree(issuer: str, url: str, said: Json) -> dict[str, str]:
    """Be the professional at the provider; return what the browser brings back."""
    claims = {**said, "acr": "eidas1"}
    async with httpx.AsyncClient(trust_env=False) as browser:
        await browser.put(f"{issuer}/users/{SUBJECT}", json=claims)
        answer = await browser.post(url, data={"sub": SUBJECT})
    back = urlsplit(answer.headers["location"])
    assert back.path == "/v1/professionals/callback"
    return dict(parse_qsl(back.query))


async def arrive(client: httpx.AsyncClient, issuer: str, said: Json | None = None) -> Any:
    """Leave as software does, agree, and come back."""
    begun = await client.get(
        "/v1/professionals/sign-in", params={"device_name": "Poste 1"}, headers=SOFTWARE
    )
    assert begun.status_code == 200, begun.text
    brought = await agree(issuer, begun.json()["authorization_url"], said or userinfo())
    assert brought["state"] == begun.json()["state"]
    answer = await client.get("/v1/professionals/callback", params=brought)
    assert answer.status_code == 200, answer.text
    return answer.json()


def bearer(tokens: Json) -> dict[str, str]:
    """Return the header that names the caller."""
    return {"Authorization": f"Bearer {tokens['access_token']}"}


@pytest.mark.filterwarnings("ignore")
async def test_software_signs_a_professional_in(client: httpx.AsyncClient, issuer: str) -> None:
    """There and back with a code, then who they are, a refresh, and out."""
    tokens = await arrive(client, issuer)

    me = await client.get("/v1/professionals/me", headers=bearer(tokens))
    renewed = await client.post(
        "/v1/professionals/refresh", json={"refresh_token": tokens["refresh_token"]}
    )
    out = await client.post("/v1/professionals/logout", headers=bearer(renewed.json()))
    after = await client.get("/v1/professionals/me", headers=bearer(renewed.json()))

    assert me.status_code == 200, me.text
    assert me.json()["names"] == {"family_name": "FAURE", "given_name": "ANNE"}
    assert me.json()["activity"]["organization"] == "CABINET DU LOT"
    assert "emergency-access" in me.json()["acts"]
    assert (tokens["expires_in"], tokens["assurance"]) == (900, "strong")
    assert (renewed.status_code, out.status_code, after.status_code) == (200, 204, 401)


@pytest.mark.filterwarnings("ignore")
async def test_a_browser_signs_a_professional_in(
    app: Asgi, client: httpx.AsyncClient, issuer: str
) -> None:
    """By redirection, with a cookie that only the browser which left brings back."""
    begin = {"url": "/v1/professionals/sign-in", "params": {"device_name": "Poste 1"}}
    left = await client.get(**begin, headers=BROWSER)
    lured = await client.get(**begin, headers=BROWSER)
    first = await agree(issuer, left.headers["location"], userinfo())
    second = await agree(issuer, lured.headers["location"], userinfo())

    async with client_of(app) as other:
        elsewhere = await other.get("/v1/professionals/callback", params=first)
    here = await client.get("/v1/professionals/callback", params=second)

    cookie = left.headers["set-cookie"].lower()
    assert left.status_code == 302
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert "path=/v1/professionals/callback" in cookie
    assert (elsewhere.status_code, elsewhere.json()["code"]) == (403, "sign-in-request-refused")
    assert here.status_code == 200, here.text


@pytest.mark.filterwarnings("ignore")
async def test_a_professional_of_several_activities_chooses_one(
    client: httpx.AsyncClient, issuer: str
) -> None:
    """The answer offers them, with a ticket good once."""
    said = userinfo(exercise(site("CABINET"), site("CLINIQUE")))
    choice = await arrive(client, issuer, said)
    clinic = next(one for one in choice["activities"] if one["organization"] == "CLINIQUE")
    body = {"ticket": choice["ticket"], "activity": clinic["activity_id"]}

    wrong = await client.post("/v1/professionals/sessions", json={**body, "activity": "x"})
    chosen = await client.post("/v1/professionals/sessions", json=body)
    again = await client.post("/v1/professionals/sessions", json=body)
    me = await client.get("/v1/professionals/me", headers=bearer(chosen.json()))

    assert "access_token" not in choice
    assert (wrong.status_code, wrong.json()["code"]) == (422, "activity-unknown")
    assert (again.status_code, again.json()["code"]) == (403, "sign-in-request-refused")
    assert me.json()["activity"] == clinic


SEATED = {
    "sync",
    "listSpaces",
    "listChanges",
    "listLostValues",
    "streamNews",
    "depositDocument",
    "getDocumentContent",
    "getDocumentLimits",
    # An administrator may block others; who may not gets the bytes of no space.
    "blockProfessional",
    "unblockProfessional",
    "listEntries",
    "readEntry",
    # About no patient.
    "resolveVaccine",
    # Who may look through others' eyes is judged inside; the others get the bytes of no space.
    "listParties",
    "listPartyEntries",
    "getEntryAudience",
    "previewMask",
    "putMask",
    "deleteMask",
    # Whoever is not the holder: the bytes of a space that does not exist.
    "listJournal",
    "proveJournal",
    "answerJournal",
    # Heads of the log name nobody.
    "getLogHead",
    "listLogKeys",
    "proveLogConsistency",
}


@pytest.mark.filterwarnings("ignore")
async def test_a_professionals_token_is_no_token_at_a_patients_door(
    app: Asgi, client: httpx.AsyncClient, issuer: str
) -> None:
    """The answer has the bytes of the answer to an unknown token; sync and documents serve."""
    tokens = await arrive(client, issuer)
    unknown = {"Authorization": f"Bearer {'x' * 43}"}
    schema = (await client.get("/schema/openapi.json")).json()
    seen, served = 0, set()
    for path, item in schema["paths"].items():
        for method, operation in item.items():
            name = operation["operationId"]
            if not operation["security"] or name == "streamNews":
                continue
            address = re.sub(r"\{[a-z_]+\}", str(uuid4()), path.replace("{seq}", "1"))
            pair = [
                await client.request(method, address, headers=headers, json={"of": "no form"})
                for headers in (bearer(tokens), unknown)
            ]
            assert pair[1].status_code == 401, name
            if path.startswith(OF_PROFESSIONALS) or path.endswith(ENDS_OF_PROFESSIONALS):
                assert pair[0].status_code != 401, name
                tokens = tokens if name != "logoutProfessional" else await arrive(client, issuer)
            elif pair[0].status_code != 401:
                served.add(name)
            else:
                assert pair[0].content == pair[1].content, name
                seen += 1

    assert served <= SEATED
    assert served >= {"sync", "listChanges", "listLostValues"}
    assert seen > 15


@pytest.mark.filterwarnings("ignore")
async def test_a_patients_token_is_no_token_at_a_professionals_door(
    client: httpx.AsyncClient, tmp_path: Path
) -> None:
    """And a professional without a right sees no space: as one that does not exist."""
    phone = await Counter(client, tmp_path / "data").newcomer()

    me = await phone.get("/v1/professionals/me")
    named = await phone.post("/v1/professionals/me/assistants", json={})

    assert me.content == named.content
    assert (me.status_code, me.json()["code"]) == (401, "not-signed-in")


@pytest.mark.filterwarnings("ignore")
async def test_a_professional_without_a_right_finds_no_space(
    client: httpx.AsyncClient, issuer: str, tmp_path: Path
) -> None:
    """A space that is there answers as one that is not, at every door that serves them."""
    counter = Counter(client, tmp_path / "data")
    opened = await counter.open_space(patient())
    headers = bearer(await arrive(client, issuer))

    async def ask(space_id: str) -> list[str]:
        ask = {"space_id": space_id, "checkpoint": None}
        op = put(space_id, "notes", {"title": "a"})
        synced = await client.post("/v1/sync", json={"ops": [op], "spaces": [ask]}, headers=headers)
        changes = await client.get(f"/v1/spaces/{space_id}/changes", headers=headers)
        polled = await client.get(
            f"/v1/spaces/{space_id}/changes", headers={**headers, "If-None-Match": '"1.1"'}
        )
        said = synced.text.replace(space_id, "@").replace(op["op_id"], "@")
        return [said, changes.text, str(changes.status_code), polled.text]

    assert await ask(opened["space_id"]) == await ask(str(uuid4()))


@pytest.mark.parametrize("language", ["fr", "en"])
async def test_where_professionals_do_not_sign_in_it_is_said(
    tmp_path: Path, cache_folder: Path, language: str
) -> None:
    """In plain words, and the callback answers for a sign-in that nobody began."""
    settings = Settings(data_folder=await sqlite_folder(tmp_path / "data", cache_folder))
    headers = {"Accept-Language": language}
    async with serving(settings) as app, client_of(app, raise_app_exceptions=True) as client:
        left = await client.get("/v1/professionals/sign-in?device_name=a", headers=headers)
        back = await client.get("/v1/professionals/callback?state=a&code=b", headers=headers)

    check_problem(left, "professional-sign-in-off", language)
    check_problem(back, "sign-in-request-refused", language)


async def test_an_assistant_is_named_enrolled_signed_in_and_ended(
    tmp_path: Path, cache_folder: Path
) -> None:
    """The whole way over HTTP, with a doctor who was made up."""
    settings = Settings(data_folder=await sqlite_folder(tmp_path / "data", cache_folder))
    device = {"name": "Accueil", "platform": "web"}
    async with serving(settings) as app, client_of(app) as client:

        async def post(path: str, body: Json, tokens: Json | None = None) -> Json:
            headers = bearer(tokens) if tokens else {}
            answer = await client.post(f"/v1/{path}", json=body, headers=headers)
            assert answer.is_success, answer.text
            return dict(answer.json())

        operator = {"access_token": operator_token(settings.data_folder)}
        anne = {"rpps": "10001234567", "given_name": "ANNE", "family_name": "FAURE"}
        await post("operator/professionals", {**anne, "profession_code": "10"}, operator)
        who = {"rpps": "10001234567"}
        doctor = await post("operator/professionals/sessions", who, operator)
        zoe = {"given_name": "ZOÉ", "family_name": "ROUX", "acts": ["deposit", "message"]}
        last = (datetime.now(UTC) + timedelta(days=30)).date().isoformat()
        named = await post("professionals/me/assistants", {**zoe, "ends_on": last}, doctor)
        name = {"login": "zoe", "password": PASSWORD}
        seeded = await post("professionals/assistants/enrolment", {"code": named["code"], **name})
        app_code = TOTP(seeded["secret"])
        first = {"ticket": seeded["ticket"], "code": app_code.now(), "device": device}
        enrolled = await post("professionals/assistants/enrolment/confirm", first)
        listed = await client.get("/v1/professionals/me/assistants", headers=bearer(doctor))
        acts = await client.get("/v1/professionals/me/assistants/acts", headers=bearer(doctor))
        me = await client.get("/v1/professionals/me", headers=bearer(enrolled["session"]))
        asked = await post("professionals/assistants/login", {**name, "device": device})
        spare = {"challenge_id": asked["challenge_id"], "code": enrolled["recovery_codes"][0]}
        again = await post("professionals/assistants/login/verify", spare)
        place = f"/v1/professionals/me/assistants/{named['assistantship_id']}"
        refused = await client.delete(place, headers=bearer(again))
        ended = await client.delete(place, headers=bearer(doctor))
        after = await client.get("/v1/professionals/me", headers=bearer(again))
        unknown = await client.get("/v1/professionals/me", headers={"Authorization": "Bearer x"})

    assert [one["has_enrolled"] for one in listed.json()] == [True]
    assert {one["act"] for one in acts.json() if one["may_be_left"]} >= {"deposit", "message"}
    assert me.json()["names"] == {"family_name": "ROUX", "given_name": "ZOÉ"}
    assert me.json()["professional_names"]["family_name"] == "FAURE"
    assert me.json()["acts"] == ["deposit", "message"]
    assert (refused.status_code, refused.json()["code"]) == (403, "professional-only")
    assert (ended.status_code, after.status_code) == (204, 401)
    assert after.json()["code"] == unknown.json()["code"] == "not-signed-in"


def test_the_provider_is_loaded_where_somebody_signs_in() -> None:
    """Making it loads neither the HTTP client's pools nor keys."""
    assert OpenIdProvider(None)._http is None
