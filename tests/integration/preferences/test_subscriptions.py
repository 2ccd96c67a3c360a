"""Push subscriptions: of known push services, for devices that are signed in, and no others."""

from uuid import UUID, uuid4

import pytest

from notifications.channels import web_push
from tests.integration.access.house import House
from tests.integration.preferences.asking import (
    ENDPOINT,
    KEYS,
    SUBSCRIPTIONS,
    Book,
    party_of,
    subscribe,
)


async def test_a_phone_is_woken_at_the_address_that_it_gave_last(house: House) -> None:
    """A browser renews it: the former one is forgotten."""
    phone, space_id = await house.patient()

    first = await subscribe(phone, "first")
    second = await subscribe(phone, "second")

    way = await Book(house).push(phone, space_id)
    assert (first.status_code, second.status_code) == (201, 201)
    assert [one.endpoint for one in way.targets] == [ENDPOINT.format("second")]
    assert [str(one.subscription_id) for one in way.targets] == [second.json()["subscription_id"]]


async def test_every_phone_of_a_person_is_woken_until_it_signs_out(house: House) -> None:
    """Whoever takes a phone over is not told of what was the former owner's."""
    phone, space_id = await house.patient()
    tablet, old = [await house.counter.sign_in("lea.martin") for _ in range(2)]
    for number, one in enumerate((phone, tablet, old)):
        await subscribe(one, str(number))
    book = Book(house)

    before = await book.push(phone, space_id)
    await tablet.post("/v1/auth/logout")
    await house.client.delete(f"/v1/devices/{old.tokens['device_id']}", headers=phone.headers)
    after = await book.push(phone, space_id)

    assert {one.endpoint for one in before.targets} == {ENDPOINT.format(n) for n in (0, 1, 2)}
    assert [one.endpoint for one in after.targets] == [ENDPOINT.format(0)]


async def test_a_subscription_is_forgotten_by_its_owner_alone(house: House) -> None:
    """Another's and none at all: the same bytes."""
    phone, space_id = await house.patient()
    stranger, _ = await house.patient("anne.durand")
    kept = (await subscribe(phone)).json()["subscription_id"]

    async def forget(who, which: str):  # type: ignore[no-untyped-def]
        return await house.client.delete(f"{SUBSCRIPTIONS}/{which}", headers=who.headers)

    theirs, none = await forget(stranger, kept), await forget(stranger, str(uuid4()))
    own, again = await forget(phone, kept), await forget(phone, kept)

    assert (theirs.status_code, none.status_code, own.status_code, again.status_code) == (
        404,
        404,
        204,
        404,
    )
    assert theirs.content == none.content == again.content
    assert await Book(house).names(phone, space_id) == ["sms"]


async def test_a_subscription_that_its_service_calls_gone_is_dropped(house: House) -> None:
    """The next ring goes the next way."""
    phone, space_id = await house.patient()
    await subscribe(phone)
    book = Book(house)
    (target,) = (await book.push(phone, space_id)).targets

    party_id = UUID(await party_of(phone, house))
    await book.directory.forget(party_id, target.subscription_id)

    assert await book.names(phone, space_id) == ["sms"]


@pytest.mark.parametrize(
    "endpoint",
    [
        "https://127.0.0.1/wpush",
        "https://169.254.169.254/latest/meta-data",
        "https://[::1]/wpush",
        "http://fcm.googleapis.com/fcm/send/abc",
        "https://push.example.org/abc",
        "https://fcm.googleapis.com:8080/abc",
        "https://fcm.googleapis.com@127.0.0.1/abc",
        "https://localhost/abc",
        "file:///etc/passwd",
        "",
    ],
)
@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
async def test_a_subscription_to_anywhere_else_is_refused(house: House, endpoint: str) -> None:
    """An internal address, another scheme, a host that nobody knows: with what to do instead."""
    phone, space_id = await house.patient()

    answer = await subscribe(phone, endpoint=endpoint)

    assert answer.status_code == 422
    assert (answer.json()["code"], answer.json()["pointer"]) == (
        "subscription-refused",
        "/endpoint",
    )
    assert answer.json()["next_step"]
    assert await Book(house).names(phone, space_id) == ["sms"]


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
async def test_keys_that_cannot_be_are_refused(house: House) -> None:
    """No point of the curve, no secret, or the key of another server."""
    phone, _ = await house.patient()
    other = web_push.to_base64url(web_push.public_of(web_push.new_secret()))

    answers = [
        await subscribe(phone, keys={**KEYS, "p256dh": "AAAA"}),
        await subscribe(phone, keys={**KEYS, "auth": ""}),
        await subscribe(phone, application_server_key=other),
    ]

    assert [one.json()["code"] for one in answers] == ["push-keys-unsuitable"] * 3


async def test_who_subscribed_for_a_former_key_is_still_reached(house: House) -> None:
    """The key of the server is renewed without anybody noticing."""
    phone, space_id = await house.patient()
    path = "/v1/notifications/push-key"
    before = (await phone.get(path)).json()["application_server_key"]
    await subscribe(phone, application_server_key=before)

    house.office.keys.provider.renew_push_secret()

    after = (await phone.get(path)).json()["application_server_key"]
    (target,) = (await Book(house).push(phone, space_id)).targets
    assert len(web_push.from_base64url(after)) == web_push.POINT_BYTES
    assert before != after
    assert target.sender == before
