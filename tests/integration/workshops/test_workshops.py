"""Workshops: their window, who holds them, and how many they help."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.integration.workshops.hall import Agent, Hall


def window(start_hours: float, hours: float) -> dict[str, str]:
    """Write a window that begins in some hours and lasts some."""
    starts_at = datetime.now(UTC) + timedelta(hours=start_hours)
    return {
        "place": "Médiathèque",
        "starts_at": starts_at.isoformat(),
        "ends_at": (starts_at + timedelta(hours=hours)).isoformat(),
    }


@pytest.mark.parametrize(
    ("start_hours", "hours"), [(1, 4.01), (1, -1), (1, 0), (-5, 4), (24 * 181, 2)]
)
async def test_a_window_is_near_and_four_hours_at_most(
    agent: Agent, start_hours: float, hours: float
) -> None:
    """Longer, backwards, past or a year away: refused."""
    refused = await agent.post("/v1/workshops", window(start_hours, hours))

    assert (refused.status_code, refused.json()["code"]) == (422, "workshop-window-invalid")


async def test_nothing_can_be_done_outside_the_window(hall: Hall, agent: Agent) -> None:
    """Not before it begins, not before it is started, not once it is closed or over."""
    declared = await agent.post("/v1/workshops", window(1, 2))
    path = f"/v1/workshops/{declared.json()['workshop_id']}"
    acts = {"act": "activation"}
    seen = [await agent.post(f"{path}/start"), await agent.post(f"{path}/tickets", acts)]
    with hall.later(minutes=61):
        await agent.sign_in()
        seen.append(await agent.post(f"{path}/tickets", acts))
        seen.append(await agent.post(f"{path}/practice"))
        started = await agent.post(f"{path}/start")
        opened = await agent.post(f"{path}/tickets", acts)
    with hall.later(minutes=185):
        await agent.sign_in()
        ticket = f"{path}/tickets/{opened.json()['ticket_id']}"
        seen += [await agent.post(f"{path}/tickets", acts), await agent.get(ticket)]
        seen += [await agent.post(f"{path}/start"), await agent.get(f"{path}/practice/messages")]
        letter = {"ins": {"value": "261046322012300", "oid": "urn:oid:1.2.250.1.213.1.4.10"}}
        seen.append(await agent.post(f"{ticket}/letter", {**letter, "birth_date": "1961-04-09"}))

    assert {(one.status_code, one.json()["code"]) for one in seen} == {(409, "workshop-not-open")}
    assert (started.status_code, opened.status_code) == (204, 201)


async def test_a_closed_workshop_takes_its_tickets_with_it(hall: Hall, agent: Agent) -> None:
    """A patient who quotes one afterwards is told to ask for another."""
    workshop_id = await agent.workshop()
    ticket = await agent.ticket(workshop_id)

    closed = await agent.post(f"/v1/workshops/{workshop_id}/close")

    refused = await hall.activate(await hall.letter_of(), ticket)
    (listed,) = (await agent.get("/v1/workshops")).json()
    assert closed.status_code == 204
    assert refused.json()["code"] == "ticket-refused"
    assert listed["state"] == "over"
    reopened = await agent.post(f"/v1/workshops/{workshop_id}/start")
    assert reopened.json()["code"] == "workshop-not-open"


async def test_colleagues_of_one_organisation_hold_a_workshop_together(hall: Hall) -> None:
    """Each may act in it; an agent of another organisation cannot even be named."""
    first = await hall.agent("bernadette", "Ville de Cahors")
    second = await hall.agent("ahmed", "ville  de CAHORS")
    stranger = await hall.agent("zoe", "Ville de Figeac")

    workshop_id = await first.workshop(colleagues=["Ahmed"])
    refused = [
        await first.post("/v1/workshops", {**window(0, 1), "colleagues": [login]})
        for login in ("zoe", "nobody")
    ]

    assert await second.ticket(workshop_id)
    assert {one.json()["code"] for one in refused} == {"colleague-unknown"}
    assert len({one.content for one in refused}) == 1
    theirs = await stranger.post(f"/v1/workshops/{workshop_id}/tickets", {"act": "activation"})
    path = f"/v1/workshops/{'0' * 8}-0000-4000-8000-{'0' * 12}/tickets"
    unknown = await stranger.post(path, {"act": "activation"})
    assert theirs.status_code == unknown.status_code == 404
    assert theirs.content == unknown.content


async def test_twelve_an_hour_and_no_more(hall: Hall, agent: Agent) -> None:
    """Tickets that wait count; those that ran out do not."""
    workshop_id = await agent.workshop()
    path = f"/v1/workshops/{workshop_id}/tickets"
    for _ in range(12):
        await agent.ticket(workshop_id)

    refused = await agent.post(path, {"act": "activation"})
    with hall.later(minutes=9):
        await agent.get("/v1/agents/me")
    with hall.later(minutes=16):
        after = await agent.post(path, {"act": "activation"})

    assert (refused.status_code, refused.json()["code"]) == (429, "workshop-too-fast")
    assert 0 < int(refused.headers["retry-after"]) <= 900
    assert after.status_code == 201
