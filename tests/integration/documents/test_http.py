"""Documents over HTTP."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import httpx
import msgspec
import pytest
from litestar import Litestar, Request
from litestar.di import Provide
from litestar.exceptions import HTTPException

from backend.documents.http import DocumentController
from backend.documents.intake import intake
from backend.documents.limits import CHUNK_BYTES, CHUNKS_PER_PIECE, DOCUMENT_BYTES_MAX
from backend.kernel.errors import Refusal
from backend.kernel.problems import render_framework, render_refusal
from sync.core.limits import REQUEST_BYTES_MAX
from sync.errors import SyncRefused
from sync.push import Caller
from tests.archive import PDF, Archive, cda

PDF_HEADERS = {"Content-Type": "application/pdf", "Document-Title": "Ma%20radio%20%C3%A0%20moi"}
LARGE = b"%PDF-1.7\n" + bytes(i % 251 for i in range(CHUNK_BYTES * CHUNKS_PER_PIECE * 2 + 77))


async def caller_of(request: Request) -> Caller:
    """Take the caller from headers: signing in is another room's matter."""
    return msgspec.json.decode(request.headers["test-caller"], type=Caller)


def signed_in(caller: Caller) -> dict[str, str]:
    """Write the headers of a caller."""
    return {"Test-Caller": msgspec.json.encode(caller).decode()}


def _given(value: Any) -> Any:
    async def provide() -> Any:
        return value

    return provide


@pytest.fixture
async def client(archive: Archive) -> AsyncIterator[httpx.AsyncClient]:
    """Serve documents as the composition root does."""
    given = {
        "office": archive.office,
        "host": archive.host,
        "blobs": archive.blobs,
        "patients": archive.identities,
    }
    app = Litestar(
        route_handlers=[DocumentController],
        dependencies={
            **{name: Provide(_given(value)) for name, value in given.items()},
            "device": Provide(caller_of),
        },
        exception_handlers={
            Refusal: render_refusal,
            SyncRefused: render_refusal,
            HTTPException: render_framework,
        },
        request_max_body_size=REQUEST_BYTES_MAX,
    )
    # In the loop of the test, where the database is; the framework's own client has another.
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://carnet.test") as opened:
        yield opened


@pytest.fixture
async def shelf(archive: Archive):
    """One space."""
    return await archive.open()


@pytest.fixture
async def stored(client, shelf):
    """Deposit a file of several pieces; return its address."""
    answer = await client.post(
        f"/v1/spaces/{shelf.space_id}/documents",
        content=LARGE,
        headers={**PDF_HEADERS, **signed_in(shelf.holder)},
    )
    assert answer.status_code == 201
    return f"/v1/spaces/{shelf.space_id}/documents/{answer.json()['record_id']}/content"


async def test_a_file_goes_in_and_comes_out_byte_for_byte(client, archive, shelf, stored) -> None:
    """What was deposited is what is given back, with headers that keep it from running."""
    answer = await client.get(stored, headers=signed_in(shelf.holder))

    assert answer.status_code == 200
    assert answer.content == LARGE
    assert answer.headers["etag"] == f'"{hashlib.sha256(LARGE).hexdigest()}"'
    assert answer.headers["content-length"] == str(len(LARGE))
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["cache-control"] == "private, no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-security-policy"] == "sandbox; default-src 'none'"
    assert answer.headers["accept-ranges"] == "bytes"
    held = await archive.pull(shelf, shelf.holder)
    (item,) = held.values()
    name = f"document-{item.record_id.hex[:8]}.pdf"
    assert item.body["title"] == "Ma radio à moi"
    assert answer.headers["content-disposition"] == (
        f"attachment; filename=\"{name}\"; filename*=UTF-8''{name}"
    )


async def test_a_repeated_deposit_answers_200(client, archive, shelf, stored) -> None:
    """A phone that lost the answer asks again and gets the same record."""
    answer = await client.post(
        f"/v1/spaces/{shelf.space_id}/documents",
        content=LARGE,
        headers={**PDF_HEADERS, **signed_in(shelf.holder)},
    )

    assert answer.status_code == 200
    assert answer.json()["status"] == "duplicate"
    assert answer.json()["record_id"] in stored


async def test_a_cda_document_says_what_was_read(client, shelf) -> None:
    """The answer to a deposit names the drafts and what was left."""
    answer = await client.post(
        f"/v1/spaces/{shelf.space_id}/documents",
        content=cda(),
        headers={
            "Content-Type": "text/xml; charset=utf-8",
            "Document-File-Name": "synth%C3%A8se.xml",
            **signed_in(shelf.holder),
        },
    )

    assert answer.status_code == 201
    said = answer.json()
    assert [draft["collection"] for draft in said["drafts"]] == ["conditions"]
    assert said["understood"] == ["header", "conditions"]
    assert (said["not_understood"], said["disagreeing"]) == ([], [])


@pytest.mark.parametrize(
    ("asked", "part"),
    [
        ("bytes=0-0", (0, 1)),
        ("bytes=10-19", (10, 20)),
        ("bytes=65530-65545", (65530, 65546)),
        ("bytes=-7", (len(LARGE) - 7, len(LARGE))),
        (f"bytes=-{10**12}", (0, len(LARGE))),
        (f"bytes=5-{10**12}", (5, len(LARGE))),
        ("bytes=1000000-", (1_000_000, len(LARGE))),
        (" bytes = 3 - 4 ", (3, 5)),
    ],
)
async def test_a_range_is_the_part_that_was_asked(client, shelf, stored, asked, part) -> None:
    """A download that broke goes on where it stopped."""
    start, end = part

    answer = await client.get(stored, headers={"Range": asked, **signed_in(shelf.holder)})

    assert answer.status_code == 206
    assert answer.content == LARGE[start:end]
    assert answer.headers["content-range"] == f"bytes {start}-{end - 1}/{len(LARGE)}"
    assert answer.headers["content-length"] == str(end - start)


@pytest.mark.parametrize("asked", [f"bytes={len(LARGE)}-", "bytes=-0", f"bytes={10**17}-"])
async def test_a_range_beyond_the_end_is_refused_with_the_size(
    client, shelf, stored, asked
) -> None:
    """Who asks for too much learns how much there is."""
    answer = await client.get(stored, headers={"Range": asked, **signed_in(shelf.holder)})

    assert answer.status_code == 416
    assert answer.json()["code"] == "range-not-satisfiable"
    assert answer.headers["content-range"] == f"bytes */{len(LARGE)}"


@pytest.mark.parametrize(
    "headers",
    [
        {"Range": "bytes=0-1,3-4"},
        {"Range": "bytes=9-3"},
        {"Range": "bytes=-"},
        {"Range": "lines=1-2"},
        {"Range": "bytes=" + "9" * 400 + "-"},
        {"Range": "bytes=0-1", "If-Range": '"of something else"'},
    ],
)
async def test_what_is_no_range_of_this_content_gets_the_whole(
    client, shelf, stored, headers
) -> None:
    """Several ranges, a senseless one, or a part of another content: the whole is always right."""
    answer = await client.get(stored, headers={**headers, **signed_in(shelf.holder)})

    assert answer.status_code == 200
    assert answer.content == LARGE


async def test_who_has_it_gets_nothing_again(client, shelf, stored) -> None:
    """The hash of the content says that nothing has to travel."""
    etag = f'"{hashlib.sha256(LARGE).hexdigest()}"'

    for known in (etag, f'"other", W/{etag}', "*"):
        answer = await client.get(
            stored, headers={"If-None-Match": known, **signed_in(shelf.holder)}
        )
        assert (answer.status_code, answer.content) == (304, b"")
        assert answer.headers["etag"] == etag

    answer = await client.get(stored, headers={"If-None-Match": '"x"', **signed_in(shelf.holder)})
    assert answer.status_code == 200


async def test_what_one_may_not_see_is_not_there(client, archive, shelf) -> None:
    """Hidden, unknown and of another kind: the answers are the same, byte for byte."""
    secret = await archive.bring(shelf, cda(hidden=["INVISIBLE_REPRESENTANTS_LEGAUX"]))
    draft_id = secret.drafts[0].record_id

    async def ask(caller: Caller, record_id: object):
        answer = await client.get(
            f"/v1/spaces/{shelf.space_id}/documents/{record_id}/content",
            headers={"Range": "bytes=0-9", "If-None-Match": "*", **signed_in(caller)},
        )
        return answer.status_code, answer.content, dict(answer.headers)

    hidden = await ask(shelf.parent, secret.record_id)
    assert hidden[0] == 404
    assert await ask(shelf.parent, uuid4()) == hidden
    assert await ask(shelf.holder, draft_id) == hidden
    assert (await ask(shelf.holder, secret.record_id))[0] == 304


async def test_another_space_is_not_there_either(client, archive, shelf, stored) -> None:
    """An address that leaked opens nothing for anybody else."""
    other = await archive.open()
    record_id = stored.split("/")[-2]

    foreign = await client.get(stored, headers=signed_in(other.holder))
    unknown = await client.get(
        f"/v1/spaces/{uuid4()}/documents/{record_id}/content", headers=signed_in(other.holder)
    )
    mine = await client.get(
        f"/v1/spaces/{other.space_id}/documents/{record_id}/content",
        headers=signed_in(other.holder),
    )

    assert foreign.status_code == unknown.status_code == mine.status_code == 404
    assert foreign.content == unknown.content


async def test_a_deleted_document_is_not_given_out(client, archive, shelf, stored) -> None:
    """Bytes go with their record."""
    ((_, item),) = (await archive.pull(shelf, shelf.holder)).items()

    await archive.delete(shelf, shelf.holder, item)

    assert (await client.get(stored, headers=signed_in(shelf.holder))).status_code == 404


@pytest.mark.parametrize("excess", [0, 1])
async def test_a_file_of_just_the_limit_is_taken(client, archive, shelf, excess) -> None:
    """Twenty mebibytes pass, one byte more does not."""
    answer = await client.post(
        f"/v1/spaces/{shelf.space_id}/documents",
        content=PDF[:9] + bytes(DOCUMENT_BYTES_MAX - 9 + excess),
        headers={**PDF_HEADERS, **signed_in(shelf.holder)},
    )

    if excess:
        assert (answer.status_code, answer.json()["code"]) == (413, "document-too-large")
        assert archive.blob_files() == []
    else:
        assert answer.status_code == 201


async def test_an_endless_body_is_not_taken_in(client, archive, shelf) -> None:
    """Bytes are counted as they come: what announces no length stops at the limit too."""
    sent = 0

    async def pieces():
        nonlocal sent
        for _ in range(100):
            sent += 1 << 20
            yield PDF[:9] + bytes((1 << 20) - 9)

    answer = await client.post(
        f"/v1/spaces/{shelf.space_id}/documents",
        content=pieces(),
        headers={**PDF_HEADERS, **signed_in(shelf.holder)},
    )

    assert (answer.status_code, answer.json()["code"]) == (413, "document-too-large")
    assert sent <= DOCUMENT_BYTES_MAX + (2 << 20)
    assert archive.blob_files() == []


@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [
        ({"Content-Type": "application/zip"}, 415, "document-format-unsupported"),
        ({"Content-Type": ""}, 415, "document-format-unsupported"),
        ({"Content-Encoding": "gzip"}, 415, "document-format-unsupported"),
        ({"Content-Type": "image/png"}, 422, "document-format-mismatch"),
        ({"Document-Title": ""}, 422, "document-title-needed"),
        ({"Document-Title": "%FF%FE"}, 422, "invalid-input"),
        ({"Document-Title": "x" * 5000}, 422, "invalid-input"),
        ({"Document-Type": "REMB"}, 422, "document-type-not-offered"),
        ({"Document-File-Name": "a.png"}, 422, "document-format-mismatch"),
    ],
)
async def test_a_refusal_says_why(client, shelf, headers, status, code) -> None:
    """Each reason has its code, and none repeats what was sent."""
    answer = await client.post(
        f"/v1/spaces/{shelf.space_id}/documents",
        content=PDF,
        headers={**PDF_HEADERS, **headers, **signed_in(shelf.holder)},
    )

    assert (answer.status_code, answer.json()["code"]) == (status, code)


async def test_a_damaged_file_is_never_given_out(client, archive, shelf, stored) -> None:
    """What was changed on the disk is a fault of ours, said before a byte is sent."""
    (path,) = archive.blob_files()
    sealed = bytearray(path.read_bytes())
    sealed[100] ^= 1
    path.write_bytes(sealed)

    changed = await client.get(stored, headers=signed_in(shelf.holder))
    path.unlink()
    missing = await client.get(stored, headers=signed_in(shelf.holder))

    for answer in (changed, missing):
        assert answer.status_code == 503
        assert answer.json()["code"] == "document-content-unavailable"
        assert int(answer.headers["retry-after"]) > 0


async def test_the_limits_are_published(client, shelf) -> None:
    """An app knows before it sends what is taken, in words for people."""
    answer = await client.get("/v1/documents/limits", headers=signed_in(shelf.holder))

    limits = answer.json()
    assert limits["size_bytes_max"] == DOCUMENT_BYTES_MAX
    assert len(limits["types"]) == 13
    assert limits["default_type"] in {one["code"] for one in limits["types"]}
    assert all(one["label"]["fr"] and one["label"]["en"] for one in limits["types"])
    assert {one["kind"] for one in limits["formats"]} == {
        "cda",
        "pdf",
        "jpeg",
        "png",
        "tiff",
        "text",
        "rtf",
    }


async def test_the_body_is_described(client) -> None:
    """The published description says that a deposit takes a file, and of which types."""
    described = (await client.get("/schema/openapi.json")).json()

    deposit = described["paths"]["/v1/spaces/{space_id}/documents"]["post"]
    assert "application/pdf" in deposit["requestBody"]["content"]
    assert {"200", "201"} <= set(deposit["responses"])


async def test_a_file_that_does_not_arrive_gives_its_place_up(client, shelf, monkeypatch) -> None:
    """Whoever sends a byte a minute holds a place that others wait for."""
    monkeypatch.setattr("backend.documents.receiving.UPLOAD_SECONDS_MAX", 0.05)

    async def slowly() -> AsyncIterator[bytes]:
        yield b"%PDF-1.7"
        await asyncio.sleep(5)
        yield b"the end"

    answer = await client.post(
        f"/v1/spaces/{shelf.space_id}/documents",
        content=slowly(),
        headers={**PDF_HEADERS, **signed_in(shelf.holder)},
    )

    assert (answer.status_code, answer.json()["code"]) == (408, "upload-too-slow")
    assert intake()._taken.total() == 0
