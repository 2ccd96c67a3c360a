"""What was set with help is confirmed alone, or dangerous acts stay shut."""

from tests.integration.workshops.hall import AGENT_PASSWORD, OWN, SHARED, Agent, Hall
from tests.journeys import PASSWORD, Phone

ASKED = {"password": PASSWORD}


async def factors(phone: Phone) -> dict:
    """Read how the account is protected."""
    found: dict = (await phone.get("/v1/auth/factors")).json()
    return found


async def confirm(hall: Hall, phone: Phone) -> int:
    """Confirm the account from a phone; return the last status."""
    asked = await phone.post("/v1/auth/confirmation", json=ASKED)
    if asked.status_code != 202:
        return asked.status_code
    body = {"challenge_id": asked.json()["challenge_id"], "code": hall.counter.code()}
    return (await phone.post("/v1/auth/confirmation/verify", json=body)).status_code


async def test_an_account_made_with_help_says_so_until_its_owner_is_alone(
    hall: Hall, agent: Agent
) -> None:
    """With a date and words; on their own device, after the workshop, they confirm it."""
    helped = await hall.helped(agent, await agent.workshop())
    asked = (await factors(helped))["confirmation"]

    with hall.later(hours=5):
        phone = await hall.sign_in()
        confirmed = await confirm(hall, phone)
        after = await factors(phone)
        again = await phone.post("/v1/auth/confirmation", json=ASKED)

    assert asked["state"] == "provisional"
    assert asked["title"] == "Confirmez votre compte"
    assert "7 jours" in asked["text"]
    assert confirmed == 204
    assert "confirmation" not in after
    assert (again.status_code, again.json()["code"]) == (409, "nothing-to-confirm")
    assert "notice-confirmed" in [one["kind"] for one in hall.counter.messages()]
    with hall.later(days=8):
        phone = await hall.sign_in()
        assert (await phone.post("/v1/auth/step-up", json=ASKED)).status_code == 202


async def test_nobody_confirms_inside_the_workshop_or_on_a_shared_computer(
    hall: Hall, agent: Agent
) -> None:
    """Neither in the session of the activation, nor in one of its hours, nor in the hall."""
    workshop_id = await agent.workshop()
    helped = await hall.helped(agent, workshop_id, device=OWN)
    answers = [await helped.post("/v1/auth/confirmation", json=ASKED)]
    with hall.later(minutes=30):
        phone = await hall.sign_in()
        answers.append(await phone.post("/v1/auth/confirmation", json=ASKED))
    with hall.later(hours=5):
        shared = await hall.sign_in(device=SHARED)
        answers.append(await shared.post("/v1/auth/confirmation", json=ASKED))

    seen = {(one.status_code, one.json()["code"]) for one in answers}
    assert seen == {(403, "confirmation-elsewhere")}


async def test_the_session_of_the_workshop_does_not_confirm_later(hall: Hall, agent: Agent) -> None:
    """A phone that was signed in there signs in again first."""
    helped = await hall.helped(agent, await agent.workshop(hours=0.1), device=OWN)

    with hall.later(minutes=10):
        answer = await helped.post("/v1/auth/confirmation", json=ASKED)
        again = await hall.sign_in()
        confirmed = await confirm(hall, again)

    assert answer.json()["code"] == "confirmation-elsewhere"
    assert confirmed == 204


async def test_after_seven_days_dangerous_acts_wait_for_the_confirmation(
    hall: Hall, agent: Agent
) -> None:
    """A step-up is refused, and so is what needs one; confirming opens both."""
    await hall.helped(agent, await agent.workshop())

    with hall.later(days=6):
        phone = await hall.sign_in()
        in_time = await phone.post("/v1/auth/step-up", json=ASKED)
    with hall.later(days=7, minutes=1):
        phone = await hall.sign_in()
        overdue = (await factors(phone))["confirmation"]["state"]
        stepping = await phone.post("/v1/auth/step-up", json=ASKED)
        changing = await phone.post("/v1/auth/recovery-codes")
        confirmed = await confirm(hall, phone)
    with hall.later(days=7, minutes=10):
        phone = await hall.sign_in()
        after = await phone.post("/v1/auth/step-up", json=ASKED)

    assert in_time.status_code == 202
    assert overdue == "overdue"
    assert (stepping.status_code, stepping.json()["code"]) == (403, "confirmation-needed")
    assert changing.json()["code"] == "step-up-needed"
    assert confirmed == 204
    assert after.status_code == 202


async def test_confirming_takes_the_password_and_a_code(hall: Hall, agent: Agent) -> None:
    """A phone left open on a table confirms nothing."""
    await hall.helped(agent, await agent.workshop())

    with hall.later(hours=5):
        phone = await hall.sign_in()
        wrong = await phone.post("/v1/auth/confirmation", json={"password": AGENT_PASSWORD})
        asked = await phone.post("/v1/auth/confirmation", json=ASKED)
        body = {"challenge_id": asked.json()["challenge_id"], "code": "000000x"}
        refused = await phone.post("/v1/auth/confirmation/verify", json=body)

        assert wrong.json()["code"] == "step-up-refused"
        assert refused.json()["code"] == "code-refused"
        assert (await factors(phone))["confirmation"]["state"] == "provisional"


async def test_who_activated_alone_has_nothing_to_confirm(hall: Hall) -> None:
    """No ticket, no provision."""
    phone = await hall.counter.newcomer()

    assert "confirmation" not in await factors(phone)
    answer = await phone.post("/v1/auth/confirmation", json=ASKED)
    assert (answer.status_code, answer.json()["code"]) == (409, "nothing-to-confirm")
