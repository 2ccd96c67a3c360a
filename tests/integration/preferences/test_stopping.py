"""Saying "no more" from the message itself: without signing in, and never by looking."""

import re
from typing import Any

import pytest

from notifications.core.reminder import ReminderKind
from notifications.texts.lint import health_words
from tests.integration.access.house import House
from tests.integration.preferences.asking import ALL, PREFERENCES, Book, chosen
from tests.journeys import Phone

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


async def path_for(house: House, phone: Phone, space_id: str, kind: ReminderKind) -> str:
    """Return the address that stands in a message, as it is asked of this server."""
    url = (await Book(house).way(phone, space_id, kind=kind)).stop_url
    assert url is not None
    assert url.startswith("https://carnet.example.org/n/")
    return url.removeprefix("https://carnet.example.org")


async def press(house: House, path: str, body: str) -> Any:
    """Press a button of the page, or do what a mail program does in one click."""
    return await house.client.post(path, content=body, headers=FORM)


async def test_looking_at_the_address_changes_nothing(house: House) -> None:
    """Programs that check mail follow every link in it."""
    phone, space_id = await house.patient()
    path = await path_for(house, phone, space_id, ReminderKind.VACCINE)

    pages = [await house.client.get(path) for _ in range(3)]
    head = await house.client.head(path)

    assert {one.status_code for one in pages} == {200}
    assert head.status_code in (200, 405)
    assert (await chosen(phone, space_id))[0]["kinds"] == ALL


async def test_one_click_of_a_mail_program_turns_that_kind_off(house: House) -> None:
    """As RFC 8058 has it: a POST, and nothing to sign in to."""
    phone, space_id = await house.patient()
    path = await path_for(house, phone, space_id, ReminderKind.VACCINE)

    answer = await press(house, path, "List-Unsubscribe=One-Click")

    assert answer.status_code == 200
    assert (await chosen(phone, space_id))[0]["kinds"] == [k for k in ALL if k != "vaccine"]
    off = await Book(house).routing(phone, space_id, kind=ReminderKind.VACCINE)
    assert off.reason == "kind-off"


async def test_one_click_may_come_as_a_form_of_several_parts(house: House) -> None:
    """RFC 8058 lets a mail program choose."""
    phone, space_id = await house.patient()
    path = await path_for(house, phone, space_id, ReminderKind.CHECK)

    answer = await house.client.post(path, files={"List-Unsubscribe": (None, "One-Click")})

    assert answer.status_code == 200, answer.text
    assert "check" not in (await chosen(phone, space_id))[0]["kinds"]


async def test_a_person_turns_one_kind_off_or_all_and_takes_it_back(house: House) -> None:
    """By the buttons of the page, in any order."""
    phone, space_id = await house.patient()
    path = await path_for(house, phone, space_id, ReminderKind.APPOINTMENT)
    kinds = []

    for scope in ("kind", "all", "back", "kind"):
        answer = await press(house, path, f"scope={scope}")
        assert answer.status_code == 200, answer.text
        kinds.append((await chosen(phone, space_id))[0]["kinds"])

    assert kinds == [[k for k in ALL if k != "appointment"], [], ["appointment"], []]


async def test_it_turns_off_only_the_readers_own(house: House) -> None:
    """A caregiver who has enough of it leaves the patient theirs."""
    phone, space_id = await house.patient()
    helper, _ = await house.caregiver(phone, space_id)
    path = await path_for(house, helper, space_id, ReminderKind.APPOINTMENT)

    await press(house, path, "scope=all")

    assert (await chosen(helper, space_id))[0]["kinds"] == []
    assert (await chosen(phone, space_id))[0]["kinds"] == ALL


async def test_the_page_says_what_it_does_and_nothing_of_whom_or_what(house: House) -> None:
    """French or English, no health matter, no name, no script; the address names no kind."""
    phone, space_id = await house.patient()
    before, tag = await chosen(phone, space_id)
    body = {name: before[name] for name in before if name not in ("space_id", "reached_by")}
    paths = [await path_for(house, phone, space_id, kind) for kind in ReminderKind]
    pages = []

    for language in ("fr", "en"):
        changed = await house.client.put(
            f"{PREFERENCES}/{space_id}",
            json={**body, "language": language},
            headers={**phone.headers, "If-Match": tag},
        )
        assert changed.status_code == 200, changed.text
        for path in paths:
            pages.append(await house.client.get(path))
            pages += [await press(house, path, f"scope={one}") for one in ("kind", "all", "back")]
        _, tag = await chosen(phone, space_id)

    assert all(re.fullmatch(r"/n/[A-Za-z0-9_-]{22}", path) for path in paths)
    assert {one.headers["content-language"] for one in pages} == {"fr", "en"}
    assert {one.headers["content-type"] for one in pages} == {"text/html; charset=utf-8"}
    for page in pages:
        assert health_words(page.text.split("</style>")[1]) == []
        assert not any(word in page.text for word in ("MARTIN", "LEA", "<script", space_id))
        assert "form-action 'self'" in page.headers["content-security-policy"]
        assert page.headers["referrer-policy"] == "no-referrer"
        assert page.headers["cache-control"] == "no-store"


async def test_an_address_leads_nowhere_once_its_owner_has_renewed_them(house: House) -> None:
    """Whoever got the message passed on turns nothing off, nor on, any more."""
    phone, space_id = await house.patient()
    old = await path_for(house, phone, space_id, ReminderKind.VACCINE)

    renewed = await phone.post(f"/v1/notifications/links/{space_id}/renewal")
    answers = [await house.client.get(old), await press(house, old, "scope=all")]
    new = await path_for(house, phone, space_id, ReminderKind.VACCINE)
    fresh = await house.client.get(new)

    assert renewed.status_code == 204
    assert [one.json()["code"] for one in answers] == ["link-spent"] * 2
    assert (await chosen(phone, space_id))[0]["kinds"] == ALL
    assert old != new
    assert fresh.status_code == 200


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
@pytest.mark.parametrize("token", ["AAAAAAAAAAAAAAAAAAAAAA", "x", "%C3%A9", "a" * 5_000, "a%00b"])
async def test_an_address_that_nobody_was_given_leads_nowhere(house: House, token: str) -> None:
    """The same page for each, which says what to do."""
    await house.patient()

    house.client.headers.update({"Accept-Language": "fr", "Accept": "text/html"})
    pages = [
        await house.client.get(f"/n/{token}"),
        await press(house, f"/n/{token}", "scope=all"),
        await house.client.get("/n/BBBBBBBBBBBBBBBBBBBBBB"),
    ]

    assert {one.status_code for one in pages} == {404}
    assert len({one.content for one in pages}) == 1
    assert "ouvrez l'application" in pages[0].text.replace("&#x27;", "'")


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "body", ["", "scope=", "scope=none", "scope=all&scope=kind", "{}", "a" * 10_000, "&" * 200]
)
async def test_an_answer_that_is_no_button_changes_nothing(house: House, body: str) -> None:
    """An empty POST of a program that checks links, for one."""
    phone, space_id = await house.patient()
    path = await path_for(house, phone, space_id, ReminderKind.VACCINE)

    answer = await press(house, path, body)

    assert (answer.status_code, answer.json()["code"]) == (422, "choice-unknown")
    assert (await chosen(phone, space_id))[0]["kinds"] == ALL
