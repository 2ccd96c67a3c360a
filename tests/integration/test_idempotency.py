"""A request that is sent again happens once, on each database, whatever dies in between."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from backend.kernel.idempotency import (
    CLAIM_LIFE,
    KEPT,
    Asked,
    Claim,
    IdempotencyKeyInvalid,
    IdempotencyKeyReused,
    RequestInProgress,
    claim,
    forget_kept,
    idempotency_keys,
    keep,
    read_key,
    release,
)
from backend.kernel.idempotency import Kept as Answer
from backend.kernel.keys import owner_keys
from backend.kernel.work import Work
from backend.operations.housekeeping import keep_house
from tests.databases import settings_on
from tests.journeys import CHILD_BIRTH_DATE, Counter, Phone, client_of, patient, serving
from tests.people import Town, town_on

PDF = b"%PDF-1.7\nthe same bytes each time"
ANSWER = Answer(status=201, body=b'{"secret":"7KQM-2XWP-9HDT"}')


def asked(**changes: str) -> Asked:
    """Make a request under a key."""
    return Asked(**{"party": "device", "key": "k" * 16, "request": "POST /one", **changes})


@pytest.fixture
async def town(database, tmp_path: Path) -> AsyncIterator[Town]:
    """An office on each database, with a clock."""
    async with town_on(database, tmp_path) as opened:
        yield opened


@pytest.fixture
async def counter(database_kind: str, tmp_path: Path, cache_folder: Path):
    """The operator's counter of a server on each database."""
    async with (
        settings_on(database_kind, tmp_path / "data", cache_folder) as settings,
        serving(settings) as app,
        client_of(app) as client,
    ):
        yield Counter(client, settings.data_folder)


async def claimed(town: Town, request: Asked | None = None) -> Claim:
    """Claim a request that nobody has claimed."""
    mine = await town.office.write(lambda work: claim(work, request or asked()))
    assert isinstance(mine, Claim)
    return mine


def key() -> dict[str, str]:
    """Make the header of a new key."""
    return {"Idempotency-Key": f'"{uuid4()}"'}


@pytest.mark.parametrize("header", ['"0123456789abcdef"', "0123456789abcdef", " 0123456789abcdef "])
def test_a_key_is_read_with_quotes_or_without(header: str) -> None:
    """The draft quotes it; clients that do not mean the same."""
    assert read_key(header) == "0123456789abcdef"


@pytest.mark.parametrize(
    "header", ["", "short", '"0123456789abcdef', "0123456789 abcdef", "é" * 20, "k" * 101]
)
def test_what_is_no_key_is_refused(header: str) -> None:
    """Too short to be one of a kind, half quoted, or not printable."""
    with pytest.raises(IdempotencyKeyInvalid):
        read_key(header)


async def test_an_answer_is_given_again(town: Town) -> None:
    """Status and body, for a day; then the key is free."""
    mine = await claimed(town)
    await town.office.write(lambda work: keep(work, mine, ANSWER))

    town.later(hours=23)
    again = await town.office.write(lambda work: claim(work, asked()))
    town.later(hours=2)

    assert again == ANSWER
    assert isinstance(await town.office.write(lambda work: claim(work, asked())), Claim)


@pytest.mark.parametrize("change", [{"party": "other"}, {"key": "o" * 16}])
async def test_another_caller_or_another_key_is_another_request(
    town: Town, change: dict[str, str]
) -> None:
    """Two devices that choose one key do not hear of each other."""
    mine = await claimed(town)
    await town.office.write(lambda work: keep(work, mine, ANSWER))

    other = await town.office.write(lambda work: claim(work, asked(**change)))

    assert isinstance(other, Claim)


async def test_another_request_under_the_key_is_refused(town: Town) -> None:
    """At work or done: the key names one request."""
    mine = await claimed(town)
    with pytest.raises(IdempotencyKeyReused):
        await town.office.write(lambda work: claim(work, asked(request="POST /two")))
    await town.office.write(lambda work: keep(work, mine, ANSWER))

    with pytest.raises(IdempotencyKeyReused):
        await town.office.write(lambda work: claim(work, asked(request="POST /two")))


async def test_a_request_at_work_says_when_to_come_again(town: Town) -> None:
    """The second sending waits; it does not work beside the first."""
    await claimed(town)

    with pytest.raises(RequestInProgress) as refused:
        await town.office.write(lambda work: claim(work, asked()))

    assert refused.value.retry_after_seconds == CLAIM_LIFE.total_seconds()


async def test_whoever_was_taken_over_commits_nothing(town: Town) -> None:
    """A process that slept through its claim finds another's in its place."""
    slow = await claimed(town)
    town.later(seconds=CLAIM_LIFE.total_seconds() + 1)
    await claimed(town)

    async def use_case(work: Work) -> None:
        await work.keys.create(work.db, uuid4())
        await keep(work, slow, ANSWER)

    owners = await _count_owners(town)
    with pytest.raises(RequestInProgress):
        await town.office.write(use_case)
    assert await _count_owners(town) == owners


async def test_a_request_that_was_not_done_may_come_at_once(town: Town) -> None:
    """And a release that comes late takes no answer away."""
    mine = await claimed(town)
    await town.office.write(lambda work: release(work, mine))

    again = await claimed(town)
    await town.office.write(lambda work: keep(work, again, ANSWER))
    await town.office.write(lambda work: release(work, again))

    assert await town.office.write(lambda work: claim(work, asked())) == ANSWER


async def test_of_many_at_once_one_works(town: Town) -> None:
    """Ten sendings in the same instant, and one claim."""
    results = await asyncio.gather(
        *(town.office.write(lambda work: claim(work, asked())) for _ in range(10)),
        return_exceptions=True,
    )

    assert [type(one) for one in results].count(Claim) == 1
    assert [type(one) for one in results].count(RequestInProgress) == 9


async def test_an_answer_does_not_lie_open_in_the_database(town: Town) -> None:
    """Nor does the key that opens it, nor any word of the request."""
    mine = await claimed(town, asked(key="a-key-of-the-client", request="POST /of-someone"))
    await town.office.write(lambda work: keep(work, mine, ANSWER))

    (row,) = await town.office.read(lambda work: work.db.rows(_ALL))

    raw = b"|".join(bytes(one) for one in row if isinstance(one, bytes | memoryview))
    for word in (b"7KQM", b"client", b"someone", b"secret"):
        assert word not in raw


async def test_answers_are_forgotten_after_their_day(town: Town) -> None:
    """Housekeeping takes them, and not before."""
    mine = await claimed(town)
    await town.office.write(lambda work: keep(work, mine, ANSWER))
    town.now += KEPT - timedelta(minutes=1)
    await keep_house(town.office)
    assert await town.office.read(lambda work: work.db.row(_COUNT)) == (1,)

    town.later(minutes=2)
    await keep_house(town.office)

    assert await town.office.read(lambda work: work.db.row(_COUNT)) == (0,)
    assert await town.office.write(forget_kept) == 0


async def test_a_space_is_opened_once_however_often_it_is_asked_for(counter: Counter) -> None:
    """Without an INS nothing else would tell the second request from the first."""
    body = {"patient": patient(), "representatives": []}
    headers = {**counter.headers, **key()}

    first, again = [
        await counter.client.post("/v1/operator/spaces", json=body, headers=headers)
        for _ in range(2)
    ]
    other = await counter.client.post(
        "/v1/operator/spaces", json={**body, "representatives": [{}]}, headers=headers
    )

    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()
    assert again.headers["content-type"] == first.headers["content-type"]
    assert (other.status_code, other.json()["code"]) == (422, "idempotency-key-reused")
    await counter.enrol(again.json()["letters"][0], "lea.martin")


async def test_many_sendings_at_once_open_one_space(counter: Counter) -> None:
    """Each is answered the same space, or told to come again."""
    body = {"patient": patient(), "representatives": []}
    headers = {**counter.headers, **key()}

    answers = await asyncio.gather(
        *(counter.client.post("/v1/operator/spaces", json=body, headers=headers) for _ in range(8))
    )

    opened = {one.json()["space_id"] for one in answers if one.status_code == 201}
    waiting = [one for one in answers if one.status_code != 201]
    assert len(opened) == 1
    for one in waiting:
        assert (one.status_code, one.json()["code"]) == (409, "request-in-progress")
        assert int(one.headers["retry-after"]) >= 1


async def test_a_refusal_lets_the_request_come_again(counter: Counter) -> None:
    """What was refused was not done: the same key is good for the next try."""
    body = {"patient": patient(CHILD_BIRTH_DATE), "representatives": [{"login": "lea.martin"}]}
    headers = {**counter.headers, **key()}
    refused = await counter.client.post("/v1/operator/spaces", json=body, headers=headers)
    await counter.newcomer("lea.martin")

    again = await counter.client.post("/v1/operator/spaces", json=body, headers=headers)

    assert (refused.status_code, refused.json()["code"]) == (422, "representative-unknown")
    assert again.status_code == 201


async def test_a_restart_forgets_no_answer(
    database_kind: str, tmp_path: Path, cache_folder: Path
) -> None:
    """The next process answers what the former did."""
    body = {"patient": patient(), "representatives": []}
    answers = []
    async with settings_on(database_kind, tmp_path / "data", cache_folder) as settings:
        headers = {**Counter(None, settings.data_folder).headers, **key()}
        for _ in range(2):
            async with serving(settings) as app, client_of(app) as client:
                answers.append(await client.post("/v1/operator/spaces", json=body, headers=headers))

    assert answers[1].json() == answers[0].json()


async def test_a_deposit_that_comes_again_is_answered_the_same(counter: Counter) -> None:
    """Even when the document was deleted meanwhile: it does not come back."""
    phone = await counter.newcomer()
    space_id = (await phone.spaces())[0]["space_id"]
    headers = {"Content-Type": "application/pdf", "Document-Title": "Radio", **key()}

    async def deposit(**changed: str):
        return await phone.post(
            f"/v1/spaces/{space_id}/documents", content=PDF, headers={**headers, **changed}
        )

    first = await deposit()
    again = await deposit()
    renamed = await deposit(**{"Document-Title": "Autre"})

    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()
    assert renamed.json()["code"] == "idempotency-key-reused"
    plain = await phone.post(
        f"/v1/spaces/{space_id}/documents",
        content=PDF,
        headers={"Content-Type": "application/pdf", "Document-Title": "Radio"},
    )
    assert (plain.status_code, plain.json()["status"]) == (200, "duplicate")


async def test_a_shut_space_answers_nothing_again(counter: Counter, monkeypatch) -> None:
    """An answer that was kept tells no more than an answer made now would."""
    phone = await counter.newcomer()
    space_id = (await phone.spaces())[0]["space_id"]
    address = f"/v1/spaces/{space_id}/documents"
    headers = {"Content-Type": "application/pdf", "Document-Title": "Radio", **key()}
    assert (await phone.post(address, content=PDF, headers=headers)).status_code == 201
    monkeypatch.setattr(
        "backend.access.collection.ViewerRights.in_force", lambda self, viewer, now: False
    )

    again = await phone.post(address, content=PDF, headers=headers)

    assert (again.status_code, again.json()["code"]) == (404, "space-not-found")


async def test_recovery_codes_whose_answer_got_lost_are_shown_again(counter: Counter) -> None:
    """The codes that are in force, and not others that would void those on paper."""
    phone = await counter.newcomer()
    await _step_up(counter, phone)
    headers = key()

    first, again = [await phone.post("/v1/auth/recovery-codes", headers=headers) for _ in range(2)]
    fresh = await phone.post("/v1/auth/recovery-codes")

    assert first.status_code == again.status_code == 200
    assert again.json() == first.json()
    assert fresh.json() != first.json()
    assert len(first.json()["recovery_codes"]) >= 8


async def test_a_step_up_is_answered_again(counter: Counter) -> None:
    """A spent code answers whoever spent it, when the first answer got lost."""
    phone = await counter.newcomer()
    headers = key()

    first, again = await _step_up(counter, phone, headers=headers, times=2)

    assert (first.status_code, again.status_code) == (200, 200)
    assert again.json() == first.json()


async def _step_up(
    counter: Counter, phone: Phone, *, times: int = 1, headers: dict[str, str] | None = None
):
    asked_for = await phone.post(
        "/v1/auth/step-up", json={"password": "nine herons over the quiet lock"}
    )
    assert asked_for.status_code == 202, asked_for.text
    body = {"challenge_id": asked_for.json()["challenge_id"], "code": counter.code()}
    answers = [
        await phone.post("/v1/auth/step-up/verify", json=body, headers=headers or {})
        for _ in range(times)
    ]
    assert answers[0].status_code == 200, answers[0].text
    return answers


_ALL = select(idempotency_keys)
_COUNT_OWNERS = select(func.count()).select_from(owner_keys)
_COUNT = select(func.count()).select_from(idempotency_keys)


async def _count_owners(town: Town) -> int:
    (count,) = await town.office.read(lambda work: work.db.row(_COUNT_OWNERS))
    return count
