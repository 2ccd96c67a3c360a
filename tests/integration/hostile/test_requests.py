"""Requests that are not what they should be: refused with a code, and nothing moves."""

import gzip
import json
from typing import Any
from uuid import uuid4

import pytest

from backend.kernel.problems import catalogue
from tests.integration.hostile.world import World
from tests.journeys import Json, delete, put

pytestmark = pytest.mark.asyncio(loop_scope="module")

JSON = {"Content-Type": "application/json"}
# Stands in a body for something that no encoder would write.
HERE = '"@here@"'
SPACE = "@space@"


def op_with(value: str, **changes: Any) -> bytes:
    """Write a push of one note whose title is *value*, letter for letter."""
    op = put(SPACE, "notes", {"title": "@here@"}, **changes)
    return json.dumps({"ops": [op]}).replace(HERE, value).encode()


def deep(levels: int) -> str:
    """Write lists within lists."""
    return "[" * levels + "]" * levels


BODIES: dict[str, tuple[bytes, int, str]] = {
    "two megabytes": (op_with('"' + "a" * 2_000_000 + '"'), 413, "request-too-large"),
    "ten thousand levels": (op_with(deep(10_000)), 400, "request-invalid"),
    "a thousand levels": (op_with(deep(1_000)), 400, "request-invalid"),
    "ten thousand levels, outside": (deep(10_000).encode(), 400, "request-invalid"),
    "NaN": (op_with("NaN"), 400, "request-invalid"),
    "Infinity": (op_with("-Infinity"), 400, "request-invalid"),
    "a number beyond any float": (op_with("1e400"), 400, "request-invalid"),
    "cut in the middle": (op_with('"a"')[:-20], 400, "request-invalid"),
    "nothing": (b"", 400, "request-invalid"),
    "null": (b"null", 400, "request-invalid"),
    "a list": (b"[]", 400, "request-invalid"),
    "a text": (b'"ops"', 400, "request-invalid"),
    "two objects": (b"{}{}", 400, "request-invalid"),
    "a raw NUL": (op_with('"a\0b"'), 400, "request-invalid"),
    "NUL for a body": (b"\0" * 64, 400, "request-invalid"),
    "half a surrogate pair": (op_with('"\\ud800"'), 400, "request-invalid"),
    "an unknown field": (b'{"ops":[],"spaecs":[]}', 400, "request-invalid"),
    "an unknown field of an ask": (
        b'{"spaces":[{"space_id":"@space@","limits":1}]}',
        400,
        "request-invalid",
    ),
    "an unknown field of an op": (op_with('"a"', sett={}), 400, "request-invalid"),
    "ops that are no list": (b'{"ops":{}}', 400, "request-invalid"),
    "a number for an identifier": (op_with('"a"', record_id=7), 400, "request-invalid"),
    "a fraction for a number": (op_with('"a"', base=1.5), 400, "request-invalid"),
    "a list for the fields": (op_with('"a"', set=[]), 400, "request-invalid"),
    "an unknown kind": (op_with('"a"', kind="replace"), 400, "request-invalid"),
    "an identifier that is none": (op_with('"a"', op_id="x" * 36), 400, "request-invalid"),
    "a page of 0": (b'{"spaces":[{"space_id":"@space@","limit":0}]}', 400, "request-invalid"),
    "a page of 501": (b'{"spaces":[{"space_id":"@space@","limit":501}]}', 400, "request-invalid"),
    "a page of a googol": (
        b'{"spaces":[{"space_id":"@space@","limit":1%s}]}' % (b"0" * 100),
        400,
        "request-invalid",
    ),
}


@pytest.mark.parametrize("name", BODIES)
async def test_a_body_of_the_wrong_form_is_refused_whole(world: World, name: str) -> None:
    """Whatever is wrong with it, the answer is a problem in words, and no op of it is done."""
    body, status, code = BODIES[name]

    async with world.unchanged():
        await world.refuses(
            "POST",
            "/v1/sync",
            status=status,
            code=code,
            content=body.replace(SPACE.encode(), world.space_id.encode()),
            headers={**world.phone.headers, **JSON},
        )


@pytest.mark.parametrize("broken", [b"\xff\xfe", b"\xc3\x28", b"\xed\xa0\x80", b"\xf8"])
async def test_a_body_that_is_not_utf_8_is_refused_whole(world: World, broken: bytes) -> None:
    """Bytes that are no text are the sender's mistake, never a bug of ours."""
    async with world.unchanged():
        await world.refuses(
            "POST",
            "/v1/sync",
            status=400,
            code="request-invalid",
            detail="The body is not UTF-8.",
            content=op_with('"@"').replace(b'"@"', b'"' + broken + b'"'),
            headers={**world.phone.headers, **JSON},
        )


@pytest.mark.parametrize(
    "media_type",
    ["text/plain", "application/x-www-form-urlencoded", "application/xml", "application/msgpack"],
)
async def test_a_body_of_another_media_type_is_refused(world: World, media_type: str) -> None:
    """What says that it is not JSON is not read as JSON."""
    body = op_with('"a"').replace(SPACE.encode(), world.space_id.encode())

    async with world.unchanged():
        await world.refuses(
            "POST",
            "/v1/sync",
            status=415,
            code="media-type-unsupported",
            content=body,
            headers={**world.phone.headers, "Content-Type": media_type},
        )


@pytest.mark.parametrize("encoding", ["gzip", "zstd", "br", "identity, gzip"])
async def test_a_compressed_body_is_refused(world: World, encoding: str) -> None:
    """A small body could grow without bound: none is unpacked, and none is misread."""
    plain = op_with('"a"').replace(SPACE.encode(), world.space_id.encode())

    async with world.unchanged():
        for body in (plain, gzip.compress(plain)):
            await world.refuses(
                "POST",
                "/v1/sync",
                status=415,
                code="media-type-unsupported",
                content=body,
                headers={**world.phone.headers, **JSON, "Content-Encoding": encoding},
            )


ADDRESSES: dict[str, tuple[str, str, int, str]] = {
    "page of 0": ("GET", "/v1/spaces/@space@/changes?limit=0", 400, "request-invalid"),
    "page of 501": ("GET", "/v1/spaces/@space@/changes?limit=501", 400, "request-invalid"),
    "page of -1": ("GET", "/v1/spaces/@space@/changes?limit=-1", 400, "request-invalid"),
    "page of x": ("GET", "/v1/spaces/@space@/changes?limit=x", 400, "request-invalid"),
    "page of nothing": ("GET", "/v1/spaces/@space@/changes?limit=", 400, "request-invalid"),
    "page of a googol": (
        "GET",
        f"/v1/spaces/@space@/changes?limit=1{'0' * 100}",
        400,
        "request-invalid",
    ),
    "no identifier": ("GET", "/v1/spaces/mine/changes", 404, "not-found"),
    "a NUL in the path": ("GET", "/v1/spaces/%00/changes", 404, "not-found"),
    "no UTF-8 in the path": ("GET", "/v1/%ff%fe", 404, "not-found"),
    "no address": ("GET", "/v2/sync", 404, "not-found"),
    "another method": ("PUT", "/v1/sync", 405, "method-not-allowed"),
    "an invented method": ("SNOOP", "/v1/sync", 405, "method-not-allowed"),
}


@pytest.mark.parametrize("name", ADDRESSES)
async def test_an_address_of_the_wrong_form_is_refused(world: World, name: str) -> None:
    """A parameter out of range and an address that leads nowhere are told apart by code."""
    method, path, status, code = ADDRESSES[name]

    async with world.unchanged():
        await world.refuses(
            method,
            path.replace(SPACE, world.space_id),
            status=status,
            code=code,
            headers=world.phone.headers,
        )


async def test_a_batch_over_the_limits_is_refused_whole(world: World) -> None:
    """One op too many sinks all of them, so that no phone guesses which were done."""
    ops = [put(world.space_id, "notes", {"title": "a"}) for _ in range(501)]
    spaces = [{"space_id": str(uuid4())} for _ in range(51)]

    async with world.unchanged():
        for body, status, code in (
            ({"ops": ops}, 413, "too-many-ops"),
            ({"spaces": spaces}, 413, "too-many-ops"),
            ({"spaces": [{"space_id": world.space_id}] * 2}, 400, "request-invalid"),
        ):
            await world.refuses(
                "POST",
                "/v1/sync",
                status=status,
                code=code,
                json=body,
                headers=world.phone.headers,
            )


AT = "2026-11-20T08:00:00Z"
PRESSURE = {"kind": "blood-pressure", "label": "Tension", "measured_at": AT, "diastolic": 80}
WEIGHT = {"kind": "weight", "label": "Poids", "measured_at": AT, "unit": "kg"}
FIELDS: dict[str, tuple[str, Json, str]] = {
    "an unknown field": ("notes", {"title": "a", "colour": "red"}, "body-invalid"),
    "a missing field": ("notes", {"text": "a"}, "body-invalid"),
    "a wrong type": ("notes", {"title": 7}, "body-invalid"),
    "a list": ("notes", {"title": ["a"]}, "body-invalid"),
    "nine hundred levels": ("notes", {"title": json.loads(deep(900))}, "body-invalid"),
    "a text without end": ("notes", {"title": "a" * 900_000}, "body-invalid"),
    "a huge integer": ("measures", {**PRESSURE, "systolic": 10**400}, "body-invalid"),
    "a huge weight": ("measures", {**WEIGHT, "value": 1e308}, None),
    "a weight below nothing": ("measures", {**WEIGHT, "value": -1e-300}, None),
    "a day of no calendar": ("conditions", {"label": "a", "onset_on": "2026-02-30"}, None),
    "a naive instant": ("measures", {**WEIGHT, "value": 60, "measured_at": AT[:-1]}, None),
    "a NUL in a field's name": ("notes", {"title": "a", "te\0xt": "b"}, "body-invalid"),
    "a NUL in a collection": ("no\0tes", {"title": "a"}, "collection-unknown"),
    "no such collection": ("secrets", {"title": "a"}, "collection-unknown"),
    "a second profile": ("profile", {"phone": "+33639980012"}, None),
    "a field of the server": (
        "allergies",
        {"label": "a", "draft_of": str(uuid4())},
        "field-read-only",
    ),
}


@pytest.mark.parametrize("name", FIELDS)
async def test_fields_that_make_no_record_are_refused_alone(world: World, name: str) -> None:
    """The refusal is that op's, with a code that the catalogue explains."""
    collection, fields, code = FIELDS[name]
    op = put(world.space_id, collection, fields)

    async with world.unchanged():
        (outcome,) = await world.phone.push(op)
        (again,) = await world.phone.push(op)

    assert outcome["status"] == "refused"
    assert outcome["code"] in catalogue()
    assert code in (None, outcome["code"])
    assert again == outcome


@pytest.mark.parametrize("base", [0, -1, 2**31, 2**63, 2**64, 10**40])
async def test_a_base_that_was_never_given_changes_nothing(world: World, base: int) -> None:
    """A number from nowhere is a stale one, on every database."""
    (record_id, *_) = world.held.bodies("notes")
    stale = put(
        world.space_id, "notes", {"title": "b"}, record_id=record_id, base=base, was={"title": "?"}
    )
    unknown = put(world.space_id, "notes", {"title": "b"}, base=base)

    async with world.unchanged():
        outcomes = await world.phone.push(
            stale, unknown, delete(world.space_id, "notes", record_id, base)
        )

    assert [o["status"] for o in outcomes] == ["conflict", "refused", "conflict"]


async def test_what_lost_is_read_a_page_at_a_time(world: World) -> None:
    """Every value once, with where to go on from; a limit or a place from nowhere is refused."""
    new = put(world.space_id, "notes", {"title": "stands"})
    record_id = new["record_id"]
    path = f"/v1/spaces/{world.space_id}/records/{record_id}/lost"
    stale = [
        put(
            world.space_id,
            "notes",
            {"title": word},
            record_id=record_id,
            base=0,
            was={"title": "?"},
        )
        for word in ("one", "two", "three")
    ]
    await world.phone.push(new, *stale)

    pages = [(await world.phone.get(f"{path}?limit=2")).json()]
    pages.append((await world.phone.get(f"{path}?limit=2&after={pages[0]['next']}")).json())

    assert [len(page["values"]) for page in pages] == [2, 1]
    assert pages[1]["next"] is None
    titles = {lost["values"]["title"] for page in pages for lost in page["values"]}
    assert titles == {"one", "two", "three"}
    for query, code in (
        ("limit=0", "request-invalid"),
        ("limit=101", "request-invalid"),
        ("limit=many", "request-invalid"),
        ("after=AAAA", "checkpoint-invalid"),
        ("after=" + "A" * 101, "request-invalid"),
    ):
        refused = await world.phone.get(f"{path}?{query}")
        assert (refused.status_code, refused.json()["code"]) == (400, code), query


async def test_an_op_id_is_good_for_one_op(world: World) -> None:
    """The same op twice is one; another op under its name is refused, in one push or in two."""
    first = put(world.space_id, "notes", {"title": "once"})
    other = {**first, "set": {"title": "twice"}}

    outcomes = await world.phone.push(first, first, other)
    async with world.unchanged():
        later = await world.phone.push(other, first)

    assert [o["status"] for o in outcomes] == ["applied", "applied", "refused"]
    assert outcomes[0] == outcomes[1] == later[1]
    assert outcomes[2]["code"] == later[0]["code"] == "op-id-reused"
    whole = await world.phone.whole(world.space_id)
    assert whole.bodies("notes")[first["record_id"]] == {"title": "once"}


async def test_a_refused_op_does_not_sink_its_neighbours(world: World) -> None:
    """A hostile op in the middle of a batch costs the others nothing."""
    good = [put(world.space_id, "notes", {"title": f"good {i}"}) for i in range(2)]
    bad = put(world.space_id, "notes", {"title": json.loads(deep(900))})

    outcomes = await world.phone.push(good[0], bad, good[1])

    assert [o["status"] for o in outcomes] == ["applied", "refused", "applied"]


async def test_a_nul_in_a_text_comes_back_as_it_went(world: World) -> None:
    """No database may cut a text short, whatever it does with NUL in columns of its own."""
    op = put(world.space_id, "notes", {"title": "before\0after", "text": "\0"})

    await world.phone.push(op)

    whole = await world.phone.whole(world.space_id)
    assert whole.bodies("notes")[op["record_id"]] == op["set"]
