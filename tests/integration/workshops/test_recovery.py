"""A lost password: two proofs, three days, and nothing told to strangers."""

from typing import Any
from uuid import uuid4

import pyotp
import pytest

from tests.integration.workshops.hall import ORGANIZATION, Agent, Hall, lines_of
from tests.journeys import PASSWORD, Json, Phone

NEW = "four ferries before the storm"


async def begin(hall: Hall, login: str = "lea.martin", **more: Any) -> Json:
    """Say that a password is lost."""
    answer = await hall.client.post("/v1/auth/recovery", json={"login": login, **more})
    assert answer.status_code == 202, answer.text
    found: Json = answer.json()
    return found


async def prove(hall: Hall, begun: Json, *codes: str, **changes: Any) -> Any:
    """Give two codes and a new password."""
    body = {
        "request_id": begun["request_id"],
        "login": "lea.martin",
        "codes": codes,
        "password": NEW,
        **changes,
    }
    return await hall.client.post("/v1/auth/recovery/prove", json=body)


async def equipped(hall: Hall) -> tuple[Phone, list[str], pyotp.TOTP]:
    """Let somebody have a phone, an app, and codes on paper."""
    phone = await hall.counter.newcomer()
    asked = await phone.post("/v1/auth/step-up", json={"password": PASSWORD})
    body = {"challenge_id": asked.json()["challenge_id"], "code": hall.counter.code()}
    await phone.post("/v1/auth/step-up/verify", json=body)
    secret = (await phone.post("/v1/auth/factors/totp")).json()["secret"]
    app = pyotp.TOTP(secret)
    made = await phone.post("/v1/auth/factors/totp/confirm", json={"code": app.now()})
    return phone, made.json()["recovery_codes"], app


async def can_sign_in(hall: Hall, password: str, paper: str) -> bool:
    """Say whether a password, with a code, opens the account."""
    body = {
        "login": "lea.martin",
        "password": password,
        "device": {"name": "x", "platform": "ios"},
    }
    asked = await hall.client.post("/v1/auth/login", json=body)
    return (await hall.verify(asked, paper)).status_code == 200


async def test_two_proofs_and_three_days_make_a_new_password(hall: Hall) -> None:
    """The former one is good until then; every session ends; a code is still asked for."""
    phone, paper, _ = await equipped(hall)
    begun = await begin(hall)

    proven = await prove(hall, begun, hall.counter.code(), paper[0])

    assert proven.status_code == 202
    with hall.later(hours=71):
        assert await can_sign_in(hall, PASSWORD, paper[1])
        ready = (await hall.client.get("/v1/auth/factors", headers=phone.headers)).status_code
        assert ready == 401  # Its access token is old by now; its session is not.
    with hall.later(hours=73):
        assert not await can_sign_in(hall, PASSWORD, paper[2])
        assert await can_sign_in(hall, NEW, paper[3])
        refreshed = await hall.client.post(
            "/v1/auth/refresh", json={"refresh_token": phone.tokens["refresh_token"]}
        )
        assert refreshed.status_code == 401
    kinds = [one["kind"] for one in hall.counter.messages()]
    assert kinds.count("notice-recovery-begun") == 1
    assert kinds.count("notice-password-changed") == 1


async def test_a_device_that_is_signed_in_sees_it_and_cancels(hall: Hall) -> None:
    """Whoever did not ask for it keeps their password."""
    phone, paper, _ = await equipped(hall)
    await prove(hall, await begin(hall), hall.counter.code(), paper[0])

    seen = (await phone.get("/v1/auth/factors")).json()
    cancelled = await hall.client.delete("/v1/auth/recovery", headers=phone.headers)
    after = (await phone.get("/v1/auth/factors")).json()

    assert seen["new_password_at"]
    assert cancelled.status_code == 204
    assert "new_password_at" not in after
    with hall.later(hours=73):
        assert not await can_sign_in(hall, NEW, paper[1])
        assert await can_sign_in(hall, PASSWORD, paper[1])


async def test_two_codes_are_of_two_kinds(hall: Hall) -> None:
    """One code twice, two codes of one paper, one and nothing: refused alike."""
    _, paper, app = await equipped(hall)
    begun = await begin(hall)
    sms = hall.counter.code()

    refused = [
        await prove(hall, begun, sms, sms),
        await prove(hall, begun, paper[0], paper[1]),
        await prove(hall, begun, sms, "000000"),
    ]
    with hall.later(seconds=45):
        app_and_paper = await prove(hall, begun, paper[2], app.now())

    assert {one.status_code for one in refused} == {403}
    assert len({one.content for one in refused}) == 1
    assert app_and_paper.status_code == 202


async def test_a_request_takes_five_tries_and_ends_once_used(hall: Hall) -> None:
    """Guessing ends soon; a request is good once, and for its own name."""
    _, paper, _ = await equipped(hall)
    begun = await begin(hall)
    sms = hall.counter.code()
    other = await prove(hall, begun, sms, paper[0], login="nour.stranger")
    for _ in range(4):
        await prove(hall, begun, "000000", "111111")
    spent = await prove(hall, begun, sms, paper[0])

    again = await begin(hall)
    sms = hall.counter.code()
    good = await prove(hall, again, sms, paper[0])
    used = await prove(hall, again, sms, paper[1])

    assert other.status_code == spent.status_code == used.status_code == 403
    assert good.status_code == 202


async def test_a_late_code_proves_nothing(hall: Hall) -> None:
    """Five minutes for an SMS, ten for the request."""
    _, paper, app = await equipped(hall)
    begun = await begin(hall)

    with hall.later(minutes=6):
        late = await prove(hall, begun, hall.counter.code(), paper[0])
    with hall.later(minutes=11):
        over = await prove(hall, begun, app.now(), paper[1])

    assert late.status_code == over.status_code == 403


async def test_strangers_are_told_nothing(hall: Hall) -> None:
    """A name of nobody answers alike, and its request proves nothing, alike."""
    await equipped(hall)
    known, unknown = await begin(hall), await begin(hall, "nobody.at.all")

    assert known.keys() == unknown.keys() == {"request_id", "expires_at"}
    refused = [
        await prove(hall, known, "000000", "111111"),
        await prove(hall, unknown, "000000", "111111", login="nobody.at.all"),
        await prove(hall, {"request_id": str(uuid4())}, "000000", "111111"),
    ]
    assert {one.status_code for one in refused} == {403}
    assert len({one.content for one in refused}) == 1


async def test_a_code_for_a_lost_password_signs_nobody_in(hall: Hall) -> None:
    """The second factor is never skipped: nothing but a waiting password comes of it."""
    _, paper, _ = await equipped(hall)
    proven = await prove(hall, await begin(hall), hall.counter.code(), paper[0])

    assert proven.json().keys() == {"ready_at"}


async def test_a_contact_of_a_workshop_recovers_nothing_for_three_days(
    hall: Hall, agent: Agent
) -> None:
    """No code goes there before; nobody is told that none did."""
    await hall.helped(agent, await agent.workshop())
    before = len(hall.counter.messages())

    with hall.later(hours=71):
        await begin(hall)
        early = len(hall.counter.messages())
    with hall.later(hours=73):
        await begin(hall)

    assert early == before
    assert hall.counter.messages()[-1]["kind"] == "code-recovery"


async def test_a_password_that_its_owner_changes_is_the_last_word(hall: Hall) -> None:
    """Told that somebody began to replace it, they choose another: what waited never comes."""
    phone, paper, _ = await equipped(hall)
    proven = await prove(hall, await begin(hall), hall.counter.code(), paper[0])
    asked = await phone.post("/v1/auth/step-up", json={"password": PASSWORD})
    body = {"challenge_id": asked.json()["challenge_id"], "code": paper[1]}
    await phone.post("/v1/auth/step-up/verify", json=body)

    own = "eleven lanterns under the bridge"
    changed = await phone.post("/v1/auth/password", json={"password": own})
    waiting = (await phone.get("/v1/auth/factors")).json().get("new_password_at")

    assert (proven.status_code, changed.status_code) == (202, 204), changed.text
    assert waiting is None
    with hall.later(hours=73):
        assert not await can_sign_in(hall, NEW, paper[2])
        assert await can_sign_in(hall, own, paper[3])


async def test_an_agent_starts_a_reset_and_the_person_ends_it_alone(
    hall: Hall, agent: Agent
) -> None:
    """A code goes home by post; with one of their own they choose; the agent sees `done`."""
    phone, paper, _ = await equipped(hall)
    workshop_id = await agent.workshop()
    ticket = await agent.ticket(workshop_id, "reset")

    await begin(hall, workshop_ticket=ticket["code"])
    state = await agent.state(workshop_id, ticket)
    answer = await hall.client.post("/v1/operator/letters/print", headers=hall.counter.headers)
    (letter,) = answer.json()
    with hall.later(days=3):
        begun = await begin(hall)
        proven = await prove(hall, begun, letter["code"].lower(), paper[0])
        again = await prove(hall, await begin(hall), letter["code"], paper[1])

    assert state == "done"
    assert letter["kind"] == "recovery"
    assert letter["code"] not in " ".join(agent.screen)
    assert proven.status_code == 202
    assert again.status_code == 403  # A letter is good once.
    assert "notice-workshop-reset" in [one["kind"] for one in hall.counter.messages()]
    (line,) = await lines_of(phone, "reset-started")
    assert line["text"]["fr"].endswith(
        f", Bernadette M. (agent d'accompagnement, {ORGANIZATION}), pour vous, a lancé le "
        "remplacement d'un mot de passe perdu."
    )
    with hall.later(days=6, minutes=1):
        assert await can_sign_in(hall, NEW, paper[2])


async def test_a_reset_for_nobody_looks_the_same_to_the_agent(hall: Hall, agent: Agent) -> None:
    """The ticket is done; no letter is printed."""
    workshop_id = await agent.workshop()
    ticket = await agent.ticket(workshop_id, "reset")

    await begin(hall, "nobody.at.all", workshop_ticket=ticket["code"])
    answer = await hall.client.post("/v1/operator/letters/print", headers=hall.counter.headers)

    assert await agent.state(workshop_id, ticket) == "done"
    assert answer.json() == []


@pytest.mark.parametrize("code", ["2222-2222", "x"])
async def test_a_wrong_ticket_starts_no_letter(hall: Hall, code: str) -> None:
    """It is refused before the name is looked at."""
    bodies = [{"login": one, "workshop_ticket": code} for one in ("lea.martin", "nobody")]
    await hall.counter.newcomer()

    answers = [await hall.client.post("/v1/auth/recovery", json=body) for body in bodies]

    assert {one.json()["code"] for one in answers} == {"ticket-refused"}
    assert len({one.content for one in answers}) == 1
