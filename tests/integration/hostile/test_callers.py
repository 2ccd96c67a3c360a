"""Callers who are not who they say, or who want what is not theirs."""

import re
from collections.abc import Iterable
from typing import Any
from uuid import uuid4

import httpx
import pytest

from backend.identity.limits import ATTEMPTS_ON_FILE
from backend.kernel.problems import catalogue
from tests.integration.hostile.world import World, check_problem
from tests.journeys import PASSWORD, Json, Phone, client_of, delete, put

pytestmark = pytest.mark.asyncio(loop_scope="module")

_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def seen_of(answer: httpx.Response) -> tuple[int, Json, str]:
    """Return all that a caller sees of an answer, without the identifiers it echoes."""
    headers = {k: v for k, v in answer.headers.items() if k != "x-request-id"}
    return answer.status_code, headers, _ID.sub("@", answer.text)


def login_of(name: str, **changes: Any) -> Json:
    """Make the body of a sign-in."""
    device = {"name": "Téléphone", "platform": "ios"}
    return {"login": name, "password": PASSWORD, "device": device, **changes}


async def refuse_headers(world: World, headers: Json, code: str = "not-signed-in") -> None:
    """Check that these headers open nothing, wherever they are tried."""
    for method, path, options in (
        ("GET", "/v1/spaces", {}),
        ("GET", f"/v1/spaces/{world.space_id}/changes", {}),
        ("POST", "/v1/sync", {"json": {"ops": [put(world.space_id, "notes", {"title": "a"})]}}),
    ):
        await world.refuses(method, path, status=401, code=code, headers=headers, **options)


async def test_what_is_no_access_token_opens_nothing(world: World) -> None:
    """No token, another scheme, garbage, a refresh token, the operator's: one answer."""
    token = world.phone.tokens["access_token"]
    tokens = [
        "",
        "Bearer",
        "Bearer ",
        "Basic " + token,
        "Bearer " + token[:-1],
        "Bearer " + token.swapcase(),
        "Bearer " + "a" * 60_000,
        "Bearer " + world.phone.tokens["refresh_token"],
        world.counter.headers["Authorization"],
    ]

    async with world.unchanged():
        for value in tokens:
            await refuse_headers(world, {"Authorization": value})
        await refuse_headers(world, {b"Authorization": b"Bearer \xff\xfe"})


async def test_a_stale_token_opens_nothing(world: World) -> None:
    """Fifteen minutes later, and at once after signing out or being signed out from afar."""
    counter = world.counter
    first = await counter.newcomer("stale.tokens")
    second = await counter.sign_in("stale.tokens")

    with world.later(minutes=15, seconds=1):
        await refuse_headers(world, world.phone.headers)
    removed = await first.client.delete(
        f"/v1/devices/{second.tokens['device_id']}", headers=first.headers
    )
    await refuse_headers(world, second.headers, code="device-revoked")
    left = await first.post("/v1/auth/logout")
    await refuse_headers(world, first.headers)

    assert (removed.status_code, left.status_code) == (204, 204)


async def test_a_spent_refresh_token_ends_its_session(world: World) -> None:
    """Whoever kept a copy loses the session with its owner, who is told."""
    phone = await world.counter.newcomer("spent.refresh")
    body = {"refresh_token": phone.tokens["refresh_token"]}
    fresh = (await world.client.post("/v1/auth/refresh", json=body)).json()

    await world.refuses("POST", "/v1/auth/refresh", status=401, code="session-reused", json=body)

    await refuse_headers(world, {"Authorization": f"Bearer {fresh['access_token']}"})


async def test_a_wrong_and_a_replayed_code_sign_nobody_in(world: World) -> None:
    """A code that is wrong, of nothing, or used already: the same refusal, word for word."""
    await world.counter.newcomer("code.tests")
    asked = (await world.client.post("/v1/auth/login", json=login_of("code.tests"))).json()
    right = {"challenge_id": asked["challenge_id"], "code": world.counter.code()}
    wrong = {**right, "code": f"{(int(right['code']) + 1) % 1_000_000:06}"}
    nothing = {**right, "challenge_id": str(uuid4())}

    for body in (wrong, nothing):
        await world.refuses(
            "POST", "/v1/auth/login/verify", status=403, code="code-refused", json=body
        )
    taken = await world.client.post("/v1/auth/login/verify", json=right)
    await world.refuses(
        "POST", "/v1/auth/login/verify", status=403, code="code-refused", json=right
    )

    assert taken.status_code == 200


async def test_an_unknown_name_is_answered_like_a_known_one(world: World) -> None:
    """Right or wrong, known or not, a sign-in looks the same; only the right one sends a code."""
    await world.counter.newcomer("known.name")
    sent = len(world.counter.messages())

    answers = [
        await world.client.post("/v1/auth/login", json=body)
        for body in (
            login_of("known.name", password="not the password at all"),
            login_of("nobody.has.this"),
        )
    ]

    assert len(world.counter.messages()) == sent
    for answer in answers:
        assert answer.status_code == 202
        assert answer.json().keys() == {"challenge_id", "channel", "sent_to", "expires_at"}


async def use_up(world: World, body: Json) -> httpx.Response:
    """Sign in as often as one may at once where messages only go to a file."""
    answers = [
        await world.client.post("/v1/auth/login", json=body)
        for _ in range(ATTEMPTS_ON_FILE[0].burst)
    ]
    return answers[-1]


async def test_a_header_does_not_change_where_a_sign_in_comes_from(world: World) -> None:
    """The limits of an address hold whatever a caller writes about it."""
    await world.counter.newcomer("limited.name")
    body = login_of("limited.name", password="not the password at all")
    first = await use_up(world, body)

    for i, name in enumerate(("X-Forwarded-For", "X-Real-IP", "Forwarded", "True-Client-IP")):
        value = f"for=198.51.100.{i}" if name == "Forwarded" else f"198.51.100.{i}"
        await world.refuses(
            "POST",
            "/v1/auth/login",
            status=429,
            code="too-many-tries",
            json=body,
            headers={name: value},
        )
    async with client_of(world.app, client=("198.51.100.9", 50_000)) as elsewhere:
        control = await elsewhere.post("/v1/auth/login", json=body)

    assert first.status_code == 202
    assert control.status_code == 202, "The limit is not the address's."


async def test_a_limit_says_when_to_try_again(world: World) -> None:
    """A phone that waits as long as it is told is taken."""
    await world.counter.newcomer("patient.name")
    body = login_of("patient.name")
    await use_up(world, body)
    refused = await world.client.post("/v1/auth/login", json=body)

    with world.later(seconds=int(refused.headers["retry-after"]) + 1):
        taken = await world.client.post("/v1/auth/login", json=body)

    assert (refused.status_code, taken.status_code) == (429, 202)


def requests_about(space_id: str, record_id: str) -> Iterable[tuple[str, str, Json]]:
    """Every question about a space and a record of it."""
    space = f"/v1/spaces/{space_id}"
    yield "GET", f"{space}/changes", {}
    yield "GET", f"{space}/changes", {"headers": {"If-None-Match": '"1.1"'}}
    yield "GET", f"{space}/changes", {"headers": {"Accept": "application/x-ndjson"}}
    yield "GET", f"{space}/changes?checkpoint=AQAAAAEAAAAAAAAAARmhYNYzXlYdou-Rcg", {}
    yield "GET", f"{space}/records/{record_id}/lost", {}
    yield "GET", f"{space}/documents/{record_id}/content", {}
    ask = {"space_id": space_id}
    op = put(space_id, "notes", {"title": "mine now"}, record_id=record_id)
    yield "POST", "/v1/sync", {"json": {"spaces": [ask]}}
    yield "POST", "/v1/sync", {"json": {"spaces": [{**ask, "checkpoint": "x"}]}}
    yield "POST", "/v1/sync", {"json": {"ops": [op, delete(space_id, "notes", record_id, 2)]}}
    pdf = {"Content-Type": "application/pdf", "Document-Title": "a"}
    yield "POST", f"{space}/documents", {"headers": pdf, "content": b"%PDF-1.7\n%%EOF\n"}


async def test_the_space_of_another_is_answered_like_one_that_does_not_exist(
    world: World,
) -> None:
    """To the byte, but for the identifiers that the caller sent; and nothing moves there."""
    (record_id,) = (await world.stranger.whole(world.foreign_id)).bodies("notes")
    foreign = requests_about(world.foreign_id, record_id)
    unknown = requests_about(str(uuid4()), str(uuid4()))

    async with world.unchanged():
        for one, other in zip(foreign, unknown, strict=True):
            answers = [await _ask(world.phone, *asked) for asked in (one, other)]
            assert seen_of(answers[0]) == seen_of(answers[1]), one
            assert b"not yours" not in answers[0].content
            if one[1] == "/v1/sync":
                _check_wiped(answers[0].json())
            else:
                assert answers[0].status_code == 404
                check_problem(answers[0], "space-not-found", "en")


async def test_a_record_of_another_space_is_answered_like_one_that_does_not_exist(
    world: World,
) -> None:
    """Under one's own space, another's record is as unknown as any."""
    (record_id,) = (await world.stranger.whole(world.foreign_id)).bodies("notes")

    async with world.unchanged():
        for path in ("records/{}/lost", "documents/{}/content"):
            answers = [
                await world.phone.get(f"/v1/spaces/{world.space_id}/{path.format(one)}")
                for one in (record_id, uuid4())
            ]
            assert seen_of(answers[0]) == seen_of(answers[1])
        ops = [delete(world.space_id, "notes", str(one), 2) for one in (record_id, uuid4())]
        outcomes = await world.phone.push(*ops)

    assert [o["code"] for o in outcomes] == ["record-not-found"] * 2


def forged(checkpoint: str) -> Iterable[str]:
    """Make places that were never given, of one that was."""
    # The last letter has bits that mean nothing; the one before has none.
    yield checkpoint[:-2] + ("A" if checkpoint[-2] != "A" else "B") + checkpoint[-1]
    yield ("B" if checkpoint[0] != "B" else "C") + checkpoint[1:]
    yield checkpoint + "A"
    yield checkpoint[:-4]
    yield from ("x", "=", "A" * len(checkpoint), "é", "\0", "a" * 60_000)


async def test_a_place_that_was_not_given_to_this_device_is_refused(world: World) -> None:
    """Forged, of another device or of another space: nothing is skipped, nothing is sent."""
    assert world.held.checkpoint is not None
    others = [
        (await world.other_phone.whole(world.space_id)).checkpoint,
        (await world.stranger.whole(world.foreign_id)).checkpoint,
    ]

    async with world.unchanged():
        for place in [*forged(world.held.checkpoint), *others]:
            await world.refuses(
                "GET",
                f"/v1/spaces/{world.space_id}/changes",
                status=400,
                code="checkpoint-invalid",
                params={"checkpoint": place},
                headers=world.phone.headers,
            )
            ask = {"space_id": world.space_id, "checkpoint": place}
            (page,) = (await world.phone.sync(spaces=[ask]))["spaces"]
            assert (page["state"], page["changes"]) == ("resync", [])


async def test_the_operators_doors_are_shut_to_everybody_else(world: World) -> None:
    """A patient's token opens no space, takes no copy and turns no key."""
    doors = {
        "/v1/operator/spaces": {},
        f"/v1/operator/spaces/{world.space_id}/letters": {},
        f"/v1/operator/spaces/{world.space_id}/documents": {},
        "/v1/operator/keys/rotation": {},
        "/v1/operator/backup": {"folder": "elsewhere"},
    }

    async with world.unchanged():
        for path, body in doors.items():
            for headers in ({}, world.phone.headers):
                await world.refuses(
                    "POST", path, status=401, code="not-signed-in", json=body, headers=headers
                )


async def test_a_letter_opens_nothing_without_the_birth_date(world: World) -> None:
    """A wrong code and a wrong birth date are one refusal."""
    opened = await world.counter.open_space()
    letter = opened["letters"][0]
    body = {
        "code": letter["code"],
        "birth_date": "1961-04-10",
        "phone": "+33639989999",
        **login_of("from.a.letter"),
    }

    for wrong in (body, {**body, "code": "AAAA-AAAA-AAAA", "birth_date": "1961-04-09"}):
        await world.refuses(
            "POST", "/v1/auth/activate", status=403, code="activation-refused", json=wrong
        )


async def test_every_refusal_above_has_its_words() -> None:
    """Titles differ between the languages, so that the checks above told them apart."""
    for code, problem in catalogue().items():
        assert problem.title.fr != problem.title.en, code


async def _ask(phone: Phone, method: str, path: str, options: Json) -> httpx.Response:
    headers = {**phone.headers, **options.get("headers", {})}
    return await phone.client.request(method, path, **{**options, "headers": headers})


def _check_wiped(answer: Json) -> None:
    """Check that ops are refused and the space is to be wiped."""
    assert {o["code"] for o in answer["outcomes"]} <= {"space-not-found"}
    for page in answer["spaces"]:
        assert (page["state"], page["changes"]) == ("wipe", [])
