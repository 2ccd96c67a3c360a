"""Agents: how they come in, how long they stay, and that their door is theirs alone."""

import re
from uuid import uuid4

import pytest

from tests.integration.workshops.hall import AGENT_PASSWORD, Agent, Hall

WRONG = {"Authorization": "Bearer " + "x" * 43}


async def test_an_agent_enrols_and_signs_in(hall: Hall, agent: Agent) -> None:
    """They see their own name and organisation; a code of their app is good once."""
    me = await agent.get("/v1/agents/me")
    again = await agent.sign_in(agent.app.now())

    assert me.json()["name"] == "Bernadette M."
    assert me.json()["organization"] == "Ville de Cahors"
    assert (again.status_code, again.json()["code"]) == (403, "agent-refused")


async def test_an_enrolment_code_is_good_once(hall: Hall) -> None:
    """Before it is confirmed it may be used again; after that it opens nothing."""
    letter = await hall.agent_letter()
    body = {"code": letter["code"], "login": "ahmed", "password": AGENT_PASSWORD}
    await hall.client.post("/v1/agents/enrol", json=body)
    enrolled = await hall.client.post("/v1/agents/enrol", json={**body, "login": "ahmed.b"})
    agent = Agent(hall.client, "ahmed.b", enrolled.json()["secret"])
    confirming = {"code": letter["code"], "app_code": agent.app.now()}
    wrong = {**confirming, "app_code": "12345"}

    refused = await hall.client.post("/v1/agents/enrol/confirm", json=wrong)
    not_yet = await agent.sign_in()
    confirmed = await hall.client.post("/v1/agents/enrol/confirm", json=confirming)
    after = await hall.client.post("/v1/agents/enrol", json=body)

    assert refused.json()["code"] == "agent-enrolment-refused"
    assert not_yet.json()["code"] == "agent-refused"
    assert confirmed.status_code == 204
    assert after.json()["code"] == "agent-enrolment-refused"
    assert (await agent.sign_in()).status_code == 200


async def test_every_refusal_to_sign_in_is_one(hall: Hall) -> None:
    """A wrong name, password or code answers the same to the byte."""
    agent = await hall.newcomer_agent("bernadette")
    good = {"login": "bernadette", "password": AGENT_PASSWORD, "app_code": "000000"}
    wrong = [{"login": "nobody"}, {"password": "not the password of anybody"}, {}]

    answers = [await hall.client.post("/v1/agents/sign-in", json={**good, **one}) for one in wrong]

    assert {one.status_code for one in answers} == {403}
    assert len({one.content for one in answers}) == 1
    assert (await agent.sign_in()).status_code == 200


async def test_an_agent_stays_ten_minutes_idle_and_thirty_at_most(hall: Hall, agent: Agent) -> None:
    """Each request puts off the first; nothing puts off the second."""
    for minutes in (9, 18, 27):
        with hall.later(minutes=minutes):
            assert (await agent.get("/v1/agents/me")).status_code == 200
    with hall.later(minutes=31):
        assert (await agent.get("/v1/agents/me")).status_code == 401

    other = await hall.agent("ahmed")
    with hall.later(minutes=11):
        assert (await other.get("/v1/agents/me")).status_code == 401


async def test_an_agent_who_is_let_go_is_out_at_once(hall: Hall) -> None:
    """Their next request is refused, and so is their next sign-in."""
    letter = await hall.agent_letter()
    body = {"code": letter["code"], "login": "zoe", "password": AGENT_PASSWORD}
    enrolled = await hall.client.post("/v1/agents/enrol", json=body)
    agent = Agent(hall.client, "zoe", enrolled.json()["secret"])
    confirming = {"code": letter["code"], "app_code": agent.app.now()}
    await hall.client.post("/v1/agents/enrol/confirm", json=confirming)
    await agent.sign_in()

    path = f"/v1/operator/agents/{letter['agent_id']}"
    ended = await hall.client.delete(path, headers=hall.counter.headers)

    assert ended.status_code == 204
    assert (await agent.get("/v1/agents/me")).status_code == 401
    with hall.later(minutes=2):
        assert (await agent.sign_in()).json()["code"] == "agent-refused"


async def test_signing_out_ends_the_session(hall: Hall, agent: Agent) -> None:
    """The token opens nothing from then on."""
    assert (await agent.post("/v1/agents/sign-out")).status_code == 204

    assert (await agent.get("/v1/agents/me")).status_code == 401


def made_up(path: str) -> str:
    """Fill the places of a path with what is nobody's."""
    return re.sub(r"\{[a-z_]+\}", str(uuid4()), path.replace("{seq}", "1"))


async def test_an_agents_token_is_nothing_anywhere_else(hall: Hall, agent: Agent) -> None:
    """On every other door it answers what a token of chance answers, to the byte."""
    described = (await hall.client.get("/schema/openapi.json")).json()
    doors = [
        (method, made_up(path), operation)
        for path, item in described["paths"].items()
        for method, operation in item.items()
        if operation["security"] and operation["tags"] != ["workshops"]
    ]

    assert len(doors) > 30
    for method, path, operation in doors:
        body = {"json": {}} if "requestBody" in operation else {}
        theirs = await hall.client.request(method, path, headers=agent.headers, **body)
        chance = await hall.client.request(method, path, headers=WRONG, **body)
        assert theirs.status_code == 401, operation["operationId"]
        assert theirs.content == chance.content, operation["operationId"]


@pytest.mark.parametrize("whose", ["patient", "operator"])
async def test_no_other_token_is_anything_at_the_agents_door(
    hall: Hall, agent: Agent, whose: str
) -> None:
    """A patient's and the operator's are as wrong there as one of chance."""
    workshop_id = await agent.workshop()
    phone = await hall.counter.newcomer()
    theirs = phone.headers if whose == "patient" else hall.counter.headers
    described = (await hall.client.get("/schema/openapi.json")).json()
    doors = [
        (method, path.replace("{workshop_id}", workshop_id))
        for path, item in described["paths"].items()
        for method, operation in item.items()
        if operation["tags"] == ["workshops"] and operation["security"]
    ]

    assert len(doors) >= 10
    for method, path in doors:
        address = made_up(path)
        body = {"json": {}} if method == "post" else {}
        answer = await hall.client.request(method, address, headers=theirs, **body)
        chance = await hall.client.request(method, address, headers=WRONG, **body)
        assert answer.status_code == 401, path
        assert answer.content == chance.content, path
