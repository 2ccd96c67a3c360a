"""An activation with help: the patient does it, and the agent sees that it is done."""

import re

import pytest

from tests.integration.workshops.hall import INS, ORGANIZATION, OWN, Agent, Hall, lines_of
from tests.journeys import CHILD_BIRTH_DATE, PASSWORD, Phone, patient


async def test_an_agent_helps_a_newcomer_and_sees_nothing_of_it(hall: Hall, agent: Agent) -> None:
    """The ticket goes from waiting to done; no code, name or number was ever on the screen."""
    workshop_id = await agent.workshop()
    letter = await hall.letter_of()
    ticket = await agent.ticket(workshop_id)

    before = await agent.state(workshop_id, ticket)
    asked = await hall.activate(letter, ticket)
    between = await agent.state(workshop_id, ticket)
    verified = await hall.verify(asked)
    after = await agent.state(workshop_id, ticket)

    assert (before, between, after) == ("waiting", "waiting", "done")
    assert verified.status_code == 200
    phone = Phone(hall.client, verified.json())
    assert [one["space_id"] for one in await phone.spaces()] == [letter["space_id"]]
    screen = " ".join(agent.screen)
    for secret in (letter["code"], "lea.martin", "39980012", PASSWORD, letter["space_id"]):
        assert secret not in screen
    assert "MARTIN" not in screen.upper()


async def test_the_patient_is_told_who_helped(hall: Hall, agent: Agent) -> None:
    """With the name of the agent and of their organisation."""
    await hall.helped(agent, await agent.workshop())

    (notice,) = [m for m in hall.counter.messages() if m["kind"] == "notice-workshop-activation"]
    assert notice["to"] == "+33639980012"
    assert "Bernadette M." in notice["text"]
    assert ORGANIZATION in notice["text"]


async def test_the_journal_says_who_helped(hall: Hall, agent: Agent) -> None:
    """Beside the person's own line: the agent, for whom they work, and on whose behalf."""
    phone = await hall.helped(agent, await agent.workshop())

    helped, own = await lines_of(phone, "activation")

    assert helped["entry"]["actor"] == {
        "kind": "agent",
        "name": "Bernadette M.",
        "organization": ORGANIZATION,
    }
    assert helped["text"]["fr"].endswith(
        f", Bernadette M. (agent d'accompagnement, {ORGANIZATION}), pour vous, a activé l'accès "
        "au carnet."
    )
    assert own["entry"]["actor"]["kind"] == "patient"
    assert own["text"]["en"].endswith(", you activated access to the record.")


async def test_a_parent_who_is_helped_is_named_as_one(hall: Hall, agent: Agent) -> None:
    """The record is the child's, and whom the agent helped is its representative."""
    opened = await hall.counter.open_space(patient(CHILD_BIRTH_DATE), parents=1)
    ticket = await agent.ticket(await agent.workshop())
    asked = await hall.activate(opened["letters"][0], ticket, birth_date=CHILD_BIRTH_DATE)
    phone = Phone(hall.client, (await hall.verify(asked)).json())

    helped, own = await lines_of(phone, "activation")

    assert helped["entry"]["on_behalf_of"]["kind"] == "representative"
    assert own["entry"]["actor"]["kind"] == "representative"
    assert own["entry"]["on_behalf_of"]["kind"] == "patient"


async def test_what_the_agent_sees_does_not_tell_a_good_letter_from_a_bad_one(
    hall: Hall, agent: Agent
) -> None:
    """A wrong code, a wrong birth date, a taken name: the ticket waits, then runs out."""
    await hall.counter.newcomer("lea.martin")
    workshop_id = await agent.workshop()
    good = await hall.letter_of()
    tries = {
        "wrong code": {"letter": {"code": "2222-2222-2222"}},
        "wrong date": {"birth_date": "1961-04-10"},
        "taken name": {},
        "not verified": {"login": "another.lea", "phone": "+33639980077"},
    }
    seen = set()
    for changes in tries.values():
        ticket = await agent.ticket(workshop_id)
        await hall.activate(changes.pop("letter", good), ticket, **changes)
        seen.add((await agent.get(_path(workshop_id, ticket))).json()["state"])
        with hall.later(minutes=9):
            await agent.get("/v1/agents/me")
        seen.add(await agent.state(workshop_id, ticket))

    assert seen == {"waiting"}


async def test_a_ticket_runs_out(hall: Hall, agent: Agent) -> None:
    """After fifteen minutes it is good for nothing, and its agent sees that."""
    workshop_id = await agent.workshop()
    ticket = await agent.ticket(workshop_id)
    letter = await hall.letter_of()
    for minutes in (8, 16):
        with hall.later(minutes=minutes):
            await agent.get("/v1/agents/me")

    with hall.later(minutes=16):
        refused = await hall.activate(letter, ticket)
        state = await agent.state(workshop_id, ticket)

    assert (refused.status_code, refused.json()["code"]) == (403, "ticket-refused")
    assert state == "expired"


async def test_a_ticket_is_for_one_person_and_one_act(hall: Hall, agent: Agent) -> None:
    """Used, invented, or for something else, it is refused with one answer."""
    workshop_id = await agent.workshop()
    ticket = await agent.ticket(workshop_id)
    first, second = await hall.letter_of(), await hall.letter_of()
    begun = await hall.activate(first, ticket)
    code = hall.counter.code()
    also = await hall.activate(second, ticket, login="nour", phone="+33639980077")
    await hall.verify(begun, code)

    late = await hall.verify(also)
    used = await hall.activate(second, ticket, login="nour")
    other = await hall.activate(second, await agent.ticket(workshop_id, "reset"), login="nour")
    invented = await hall.activate(second, {"code": "2222-2222"}, login="nour")
    without = await hall.activate(second, None, login="nour", phone="+33639980078")

    assert late.json()["code"] == "ticket-refused"
    assert {one.status_code for one in (used, other, invented)} == {403}
    assert len({one.content for one in (used, other, invented)}) == 1
    assert without.status_code == 202


async def test_no_sign_in_goes_around_the_ticket(hall: Hall, agent: Agent) -> None:
    """The password alone gets no code before the ticket is done; after that it does."""
    workshop_id = await agent.workshop()
    ticket = await agent.ticket(workshop_id)
    asked = await hall.activate(await hall.letter_of(), ticket)
    code, sent = hall.counter.code(), len(hall.counter.messages())
    login = {"login": "lea.martin", "password": PASSWORD, "device": OWN}

    around = await hall.client.post("/v1/auth/login", json=login)
    refused = await hall.verify(around, code)
    silent = len(hall.counter.messages())
    done = await hall.verify(asked, code)

    assert (around.status_code, around.json()["channel"]) == (202, "sms")
    assert refused.json()["code"] == "code-refused"
    assert silent == sent
    assert done.status_code == 200
    with hall.later(minutes=2):
        assert await hall.sign_in()


async def test_a_shared_computer_keeps_nothing(hall: Hall, agent: Agent) -> None:
    """Fifteen minutes, nothing to renew, nothing to store, and at the end all is forgotten."""
    phone = await hall.helped(agent, await agent.workshop())

    assert phone.tokens["refresh_token"] is None
    assert phone.tokens["may_store"] is False
    assert phone.tokens["expires_in"] == 900
    with hall.later(minutes=16):
        assert (await phone.get("/v1/spaces")).status_code == 401
    out = await phone.post("/v1/auth/logout")
    assert out.status_code == 204
    assert out.headers["clear-site-data"] == '"cache", "cookies", "storage"'
    assert (await phone.get("/v1/spaces")).status_code == 401
    own = await hall.sign_in()
    assert [one["platform"] for one in (await own.get("/v1/devices")).json()] == ["android"]
    assert "clear-site-data" not in (await own.post("/v1/auth/logout")).headers


async def test_a_shared_computer_is_never_a_known_device(hall: Hall, agent: Agent) -> None:
    """Whoever sits there next is a stranger to the account."""
    phone = await hall.helped(agent, await agent.workshop())
    again = {"name": "x", "device_id": phone.tokens["device_id"]}

    for minutes, platform in ((3, "shared"), (6, "web")):
        with hall.later(minutes=minutes):
            other = await hall.sign_in(device={**again, "platform": platform})
            assert other.tokens["device_id"] != phone.tokens["device_id"], platform


async def test_somebody_without_phone_or_address_gets_codes_on_paper(
    hall: Hall, agent: Agent
) -> None:
    """They are shown to the patient once, never to the agent, and each is good once."""
    workshop_id = await agent.workshop()
    ticket = await agent.ticket(workshop_id)
    asked = await hall.activate(await hall.letter_of(), ticket, phone=None, on_paper=True)
    codes = asked.json()["paper_codes"]

    wrong = await hall.verify(asked, "AAAA-BBBB-CCCC-DDDD")
    verified = await hall.verify(asked, codes[0])

    assert (asked.json()["channel"], asked.json()["sent_to"]) == ("totp", None)
    assert len(set(codes)) == 10
    assert wrong.json()["code"] == "code-refused"
    assert verified.status_code == 200
    assert await agent.state(workshop_id, ticket) == "done"
    assert not any(code in " ".join(agent.screen) for code in codes)
    with hall.later(minutes=2):
        login = {"login": "lea.martin", "password": PASSWORD, "device": OWN}
        begun = await hall.client.post("/v1/auth/login", json=login)
        assert begun.json()["channel"] == "totp"
        assert (await hall.verify(begun, codes[0])).status_code == 403
        signed_in = await hall.verify(begun, codes[1])
        assert signed_in.json()["assurance"] == "strong"
        phone = Phone(hall.client, signed_in.json())
        assert (await phone.get("/v1/auth/factors")).json()["recovery_codes_left"] == 8
        stepping = await phone.post("/v1/auth/step-up", json={"password": PASSWORD})
        assert stepping.json()["channel"] == "totp"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"on_paper": True, "phone": None}, "paper-only-at-workshop"),
        ({"on_paper": True}, "contact-missing"),
        ({"phone": None}, "contact-missing"),
    ],
)
async def test_paper_is_for_workshops_alone(hall: Hall, changes: dict, code: str) -> None:
    """Elsewhere an account has a contact; and nobody has both."""
    refused = await hall.activate(await hall.letter_of(), None, **changes)

    assert (refused.status_code, refused.json()["code"]) == (422, code)


async def test_a_paper_account_made_again_has_new_codes(hall: Hall, agent: Agent) -> None:
    """The codes of a print that was lost before the first sign-in open nothing."""
    letter = await hall.letter_of()
    ticket = await agent.ticket(await agent.workshop())
    first = await hall.activate(letter, ticket, phone=None, on_paper=True)

    second = await hall.activate(letter, ticket, phone=None, on_paper=True)

    assert (await hall.verify(second, first.json()["paper_codes"][0])).status_code == 403
    assert (await hall.verify(second, second.json()["paper_codes"][0])).status_code == 200


async def test_a_lost_letter_is_printed_again_and_never_shown(hall: Hall, agent: Agent) -> None:
    """It goes to the operator's printer, once; the former code opens nothing."""
    lost = await hall.counter.open_space({**_patient(), "identity": _identity()})
    workshop_id = await agent.workshop()
    ticket = await agent.ticket(workshop_id, "letter")
    path = f"{_path(workshop_id, ticket)}/letter"

    asked = await agent.post(path, {"ins": INS, "birth_date": "1961-04-09"})
    again = await agent.post(path, {"ins": INS, "birth_date": "1961-04-09"})
    printed = await _print(hall)

    assert (asked.status_code, asked.json()["state"]) == (202, "done")
    assert asked.json().keys() == {"ticket_id", "act", "state", "expires_at"}
    assert again.status_code == 404
    assert await agent.state(workshop_id, ticket) == "done"
    assert [(one["kind"], one["addressee"]) for one in printed] == [("activation", "LEA MARTIN")]
    assert await _print(hall) == []
    assert printed[0]["code"] not in " ".join(agent.screen)
    old = await hall.activate(lost["letters"][0], None)
    assert old.json()["code"] == "activation-refused"
    signed_in = await hall.verify(await hall.activate(printed[0], None))
    (line,) = await lines_of(Phone(hall.client, signed_in.json()), "letter-issued")
    assert line["entry"]["actor"]["name"] == "Bernadette M."
    assert line["entry"]["on_behalf_of"] == {"kind": "patient"}


@pytest.mark.parametrize(
    "who",
    [
        {"ins": INS, "birth_date": "1961-04-10"},
        {"ins": {**INS, "value": "2610463220123" + "01"}, "birth_date": "1961-04-09"},
    ],
    ids=["another birth date", "another number"],
)
async def test_a_letter_for_nobody_looks_the_same(hall: Hall, agent: Agent, who: dict) -> None:
    """Neither answer nor ticket tells whether there is such a person."""
    await hall.counter.open_space({**_patient(), "identity": _identity()})
    workshop_id = await agent.workshop()
    ticket = await agent.ticket(workshop_id, "letter")

    asked = await agent.post(f"{_path(workshop_id, ticket)}/letter", who)

    assert (asked.status_code, asked.json()["state"]) == (202, "done")
    assert asked.json().keys() == {"ticket_id", "act", "state", "expires_at"}
    assert await agent.state(workshop_id, ticket) == "done"
    assert await _print(hall) == []


async def test_an_agent_helps_and_every_health_door_is_shut_to_them(
    hall: Hall, agent: Agent
) -> None:
    """With the very identifiers of the person just helped, nothing exists."""
    phone = await hall.helped(agent, await agent.workshop())
    space_id = (await phone.spaces())[0]["space_id"]
    wrong = {"Authorization": "Bearer " + "x" * 43}

    for path in (f"/v1/spaces/{space_id}/changes", "/v1/spaces", "/v1/sync/stream"):
        theirs = await hall.client.get(path, headers=agent.headers)
        chance = await hall.client.get(path, headers=wrong)
        assert theirs.status_code == 401
        assert theirs.content == chance.content


def _path(workshop_id: str, ticket: dict) -> str:
    return f"/v1/workshops/{workshop_id}/tickets/{ticket['ticket_id']}"


def _patient() -> dict:
    return patient()


def _identity() -> dict:
    return {**_patient()["identity"], "ins": INS}


async def _print(hall: Hall) -> list[dict]:
    answer = await hall.client.post("/v1/operator/letters/print", headers=hall.counter.headers)
    assert answer.status_code == 200, answer.text
    assert not re.search("bug", answer.text)
    found: list[dict] = answer.json()
    return found
