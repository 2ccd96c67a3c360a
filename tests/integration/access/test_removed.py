"""Who was shut out as a court decided does not come back by what they had prepared."""

from datetime import UTC, datetime

import httpx
import pytest

from tests.integration.access.house import House
from tests.journeys import (
    BIRTH_DATE,
    CHILD_BIRTH_DATE,
    PASSWORD,
    Json,
    Phone,
    patient,
    put,
)

NOTE = {"title": "Orthodontiste"}


async def operator(house: House, method: str, path: str) -> httpx.Response:
    """Do something as the operator."""
    return await house.client.request(method, path, headers=house.counter.headers)


async def remove(house: House, space_id: str, phone: Phone | None = None) -> None:
    """Remove the one representative who has entered, or the one with a phone."""
    path = f"/v1/operator/spaces/{space_id}/representatives"
    known = (await operator(house, "GET", path)).json()
    (entered,) = (
        [one["viewer_id"] for one in known if one["has_entered"]]
        if phone is None
        else [one["viewer_id"] for one in await phone.spaces()]
    )
    removed = await operator(house, "DELETE", f"{path}/{entered}")
    assert removed.status_code == 204, removed.text


async def alone(house: House) -> tuple[Phone, str]:
    """Let one parent into a child's space; return the phone, which has just been proven."""
    opened = await house.counter.open_space(patient(CHILD_BIRTH_DATE), parents=1)
    (letter,) = opened["letters"]
    parent = await house.counter.enrol(letter, "parent", birth_date=CHILD_BIRTH_DATE)
    await parent.push(put(opened["space_id"], "notes", NOTE))
    await house.step_up(parent)
    return parent, opened["space_id"]


async def come_in(house: House, phone: Phone, letter: Json, by: str) -> httpx.Response:
    """Use a letter with the account that one has, or with a new one."""
    if by == "new account":
        return await begin(house, letter)
    body = {"code": letter["code"], "birth_date": CHILD_BIRTH_DATE}
    return await phone.post("/v1/spaces/activate", json=body)


async def begin(
    house: House, letter: Json, *, birth_date: str = CHILD_BIRTH_DATE
) -> httpx.Response:
    """Begin a new account with a letter."""
    body = {"code": letter["code"], "birth_date": birth_date, "login": "another.name"}
    new = {"password": PASSWORD, "phone": "+33639980997"}
    return await house.client.post("/v1/auth/activate", json={**body, **new})


@pytest.mark.parametrize("by", ["own account", "new account"])
async def test_a_removed_parent_does_not_come_back_by_the_letter_they_asked_for(
    house: House, by: str
) -> None:
    """The letter for the other parent was handed to them: it opens nothing from then on."""
    parent, space_id = await alone(house)
    path = f"/v1/spaces/{space_id}/representatives"
    letter = (await parent.post(path)).json()

    await remove(house, space_id)
    refused = await come_in(house, parent, letter, by)
    wrong = await come_in(house, parent, {"code": "2222-2222-2222"}, by)

    assert (refused.status_code, refused.json()["code"]) == (403, "activation-refused")
    assert refused.content == wrong.content
    assert (await house.state(parent, space_id))["state"] == "wipe"
    (seen,) = await parent.spaces()
    assert seen["state"] == "ended"


async def test_a_letter_that_lay_at_home_goes_with_the_parent_who_was_removed(
    house: House,
) -> None:
    """That of the other one too, written again or not; the operator makes room anew."""
    opened = await house.counter.open_space(patient(CHILD_BIRTH_DATE), parents=2)
    space_id, (first, second) = opened["space_id"], opened["letters"]
    parent = await house.counter.enrol(first, "parent", birth_date=CHILD_BIRTH_DATE)

    await remove(house, space_id)
    stolen = await come_in(house, parent, second, "own account")
    again = (await operator(house, "POST", f"/v1/operator/spaces/{space_id}/letters")).json()
    path = f"/v1/operator/spaces/{space_id}/representatives"
    waiting = (await operator(house, "GET", path)).json()
    letter = (await operator(house, "POST", path)).json()
    aunt = await house.counter.enrol(letter, "aunt", birth_date=CHILD_BIRTH_DATE)

    assert stolen.status_code == 403
    assert (again, waiting) == ([], [])
    assert (await house.state(aunt, space_id))["state"] == "open"


@pytest.mark.parametrize("by", ["own account", "new account"])
async def test_a_removed_guardian_does_not_come_back_by_their_own_invitation(
    house: House, by: str
) -> None:
    """What waits for an answer is withdrawn; whom the person helps themselves to stays."""
    opened = await house.counter.open_space(patient(), parents=1)
    space_id = opened["space_id"]
    letters = {one["role"]: one for one in opened["letters"]}
    person = await house.counter.enrol(letters["holder"], "lea.martin")
    guardian = await house.counter.enrol(letters["representative"], "guardian")
    for phone in (person, guardian):
        await house.step_up(phone)
    theirs, hers = await house.invite(guardian, space_id), await house.invite(person, space_id)
    helper, kept = await house.caregiver(guardian, space_id, "camille")

    await remove(house, space_id)
    if by == "own account":
        answer = await guardian.post("/v1/mandates/accept", json={"code": theirs["code"]})
    else:
        body = {"login": "newcomer", "password": PASSWORD, "phone": "+33639987777"}
        answer = await house.client.post(
            "/v1/auth/register-caregiver", json={**body, "code": theirs["code"]}
        )

    assert (answer.status_code, answer.json()["code"]) == (403, "invitation-refused")
    listed = (await person.get(f"/v1/spaces/{space_id}/mandates")).json()
    assert {one["record_id"]: one["status"] for one in listed} == {
        theirs["record_id"]: "ended",
        hers["record_id"]: "invited",
        kept["record_id"]: "active",
    }
    assert (await house.state(helper, space_id))["state"] == "open"
    lines = (await person.get(f"/v1/spaces/{space_id}/journal")).json()["entries"]
    ended = [one["entry"] for one in lines if one["entry"]["action"] == "mandate-ended"]
    assert [(one["actor"]["kind"], one["objects"]) for one in ended] == [
        ("operator", [{"collection": "mandates", "record_id": theirs["record_id"]}])
    ]
    assert datetime.now(UTC).isoformat() > ended[0]["at"]


async def test_an_account_that_was_begun_and_never_opened_goes_with_the_letter(
    house: House,
) -> None:
    """To begin is not to come in: who had begun beside their own account finds nothing."""
    parent, space_id = await alone(house)
    letter = (await parent.post(f"/v1/spaces/{space_id}/representatives")).json()
    begun = await come_in(house, parent, letter, "new account")
    code = house.counter.code()

    await remove(house, space_id, parent)
    proof = {"challenge_id": begun.json()["challenge_id"], "code": code}
    late = await house.client.post("/v1/auth/login/verify", json=proof)
    path = f"/v1/operator/spaces/{space_id}/representatives"

    assert (late.status_code, late.json()["code"]) == (403, "activation-refused")
    assert (await operator(house, "GET", path)).json() == []


async def test_a_letter_to_the_person_is_written_again_for_whom_somebody_has_seen(
    house: House,
) -> None:
    """A guardian who had it becomes nobody; the person comes in by the next one."""
    opened = await house.counter.open_space(patient(), parents=1)
    space_id = opened["space_id"]
    letters = {one["role"]: one for one in opened["letters"]}
    await house.counter.enrol(letters["representative"], "guardian")

    await remove(house, space_id)
    stolen = await begin(house, letters["holder"], birth_date=BIRTH_DATE)
    (fresh,) = (await operator(house, "POST", f"/v1/operator/spaces/{space_id}/letters")).json()
    person = await house.counter.enrol(fresh, "lea.martin")

    assert stolen.status_code == 403
    assert [one["role"] for one in await person.spaces()] == ["holder"]


async def test_a_lost_letter_is_taken_back_alone(house: House) -> None:
    """Nobody had come in by it: the other parent's stays good."""
    opened = await house.counter.open_space(patient(CHILD_BIRTH_DATE), parents=2)
    space_id = opened["space_id"]
    path = f"/v1/operator/spaces/{space_id}/representatives"
    known = (await operator(house, "GET", path)).json()

    await operator(house, "DELETE", f"{path}/{known[0]['viewer_id']}")
    left = (await operator(house, "GET", path)).json()

    assert left == known[1:]
    answers = [await begin(house, one) for one in opened["letters"]]
    assert sorted(one.status_code for one in answers) == [202, 403]
