"""Caregivers over HTTP: invited, let in to what was named and to nothing else, and let go."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from backend.access.mandates.limits import (
    CAREGIVERS_MAX,
    CODES_PER_ACCOUNT,
    PERSONS_MAX,
)
from backend.identity.limits import ENDED_SHOWN
from tests.integration.access.house import AGENDA, House
from tests.integration.access.mandated import VISIT, filled
from tests.journeys import CHILD_BIRTH_DATE, PASSWORD, Json, patient, put


async def test_a_daughter_holds_what_her_mandate_names_and_nothing_else(house: House) -> None:
    """Two sections of five, and nothing sensitive in them; what she adds says who wrote it."""
    mother, space_id = await house.patient()
    held = await filled(mother, space_id)

    daughter, _ = await house.caregiver(mother, space_id)
    replica = await daughter.whole(space_id)

    assert set(replica.records) == {held["appointments"], held["immunizations"]}
    assert replica.is_proved
    (added,) = await daughter.push(put(space_id, "appointments", {**VISIT, "title": "Dentiste"}))
    (refused,) = await daughter.push(put(space_id, "conditions", {"label": "Asthme"}))
    assert (added["status"], refused["status"]) == ("applied", "refused")
    written = (await mother.whole(space_id)).bodies("appointments").values()
    (by,) = [one["written_by"] for one in written if "written_by" in one]
    assert (by["role"], by["name"]) == ("caregiver", "Camille")
    lines = (await mother.get(f"/v1/spaces/{space_id}/journal")).json()["entries"]
    said = [line["text"]["fr"] for line in lines]
    assert any(
        "Camille (aidant), pour la personne titulaire, a ajouté un rendez-vous" in s for s in said
    )


@pytest.mark.parametrize("words", [[], ["mental-health"], None])
async def test_who_helps_takes_no_sensitive_section_away(
    house: House, words: list[str] | None
) -> None:
    """What the person marked stays marked, whatever another writes over it; they may unmark it."""
    mother, space_id = await house.patient()
    record_id = (await filled(mother, space_id))["sensitive"]
    daughter, _ = await house.caregiver(
        mother,
        space_id,
        sections=["appointments", "sexual-health", "mental-health"],
        actions=["read", "add", "change"],
    )
    (seen,) = [
        one
        for one in (await daughter.whole(space_id)).records.values()
        if one["record_id"] == record_id
    ]
    change = {"title": "Rendez-vous", **({} if words is None else {"sensitive": words})}
    given = {"record_id": record_id, "base": seen["seq"]}
    was = {name: seen["body"][name] for name in change}

    (outcome,) = await daughter.push(put(space_id, "appointments", change, **given, was=was))

    stands = (await mother.whole(space_id)).records[record_id]
    assert outcome["status"] in {"applied", "merged"}
    assert stands["body"]["title"] == "Rendez-vous"
    assert set(stands["body"]["sensitive"]) == {"sexual-health", *(words or ())}

    own = {"record_id": record_id, "base": stands["seq"]}
    was = {"sensitive": stands["body"]["sensitive"]}
    await mother.push(put(space_id, "appointments", {"sensitive": []}, **own, was=was))
    assert not (await mother.whole(space_id)).records[record_id]["body"].get("sensitive")


async def test_the_list_of_spaces_says_what_a_caregiver_may_do(house: House) -> None:
    """Sections, actions and an end; the birth date only with the profile."""
    mother, space_id = await house.patient()
    daughter, _ = await house.caregiver(mother, space_id)
    son, _ = await house.caregiver(
        mother, space_id, "sacha", sections=["profile"], actions=["read"]
    )

    (hers,), (his,) = await daughter.spaces(), await son.spaces()

    assert (hers["role"], hers["state"]) == ("caregiver", "open")
    assert hers["mandate"]["sections"] == AGENDA
    assert hers["mandate"]["actions"] == ["read", "add", "change"]
    assert "birth_date" not in hers
    assert his["birth_date"] == "1961-04-09"


@pytest.mark.parametrize("by", ["patient", "caregiver", "date"])
async def test_an_ended_mandate_wipes_and_leaves_a_name_for_a_month(house: House, by: str) -> None:
    """However it ended: the same bytes, and after a month nothing."""
    mother, space_id = await house.patient()
    await filled(mother, space_id)
    ends_at = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    daughter, invited = await house.caregiver(mother, space_id, ends_at=ends_at)
    before = (await daughter.spaces())[0]
    if by == "patient":
        ended = await mother.client.delete(
            f"/v1/spaces/{space_id}/mandates/{invited['record_id']}", headers=mother.headers
        )
        assert ended.status_code == 204, ended.text
    elif by == "caregiver":
        assert (await daughter.post(f"/v1/mandates/{space_id}/leave")).status_code == 204

    with house.later(days=1, seconds=1):
        await house.again(daughter, "camille")
        page, spaces = await house.state(daughter, space_id), await daughter.spaces()
        nowhere = await house.state(daughter, str(uuid4()))
        leaving = await daughter.post(f"/v1/mandates/{space_id}/leave")
        unknown = await daughter.post(f"/v1/mandates/{uuid4()}/leave")

    assert {**nowhere, "space_id": space_id} == page
    assert page["state"] == "wipe"
    assert spaces == [
        {name: before[name] for name in ("space_id", "viewer_id", "role", "display_name")}
        | {"state": "ended"}
    ]
    assert (leaving.status_code, leaving.content) == (404, unknown.content)
    with house.later(days=ENDED_SHOWN.days + 1, seconds=2):
        await house.again(daughter, "camille")
        assert await daughter.spaces() == []


async def test_the_end_of_a_mandate_tells_the_caregiver_nothing(house: House) -> None:
    """No message leaves, and her phone is not woken; the patient needs no fresh proof."""
    mother = await house.counter.newcomer()
    space_id = (await mother.spaces())[0]["space_id"]
    await house.step_up(mother)
    _, invited = await house.caregiver(mother, space_id)
    told = len(house.counter.messages())

    ended = await mother.client.delete(
        f"/v1/spaces/{space_id}/mandates/{invited['record_id']}", headers=mother.headers
    )

    assert ended.status_code == 204
    assert len(house.counter.messages()) == told


@pytest.mark.parametrize("spent", ["used", "refused", "withdrawn", "expired", "never"])
async def test_a_code_that_opens_nothing_gets_one_answer(house: House, spent: str) -> None:
    """Wrong, used, declined, withdrawn or too old: the same bytes, account or not."""
    mother, space_id = await house.patient()
    other = await house.counter.newcomer("other.person")
    invited = await house.invite(mother, space_id)
    code = {"code": invited["code"]}
    if spent == "used":
        await house.register(invited["code"], "camille")
    elif spent == "refused":
        assert (await other.post("/v1/mandates/refuse", json=code)).status_code == 204
    elif spent == "withdrawn":
        path = f"/v1/spaces/{space_id}/mandates/{invited['record_id']}"
        await mother.client.delete(path, headers=mother.headers)
    elif spent == "never":
        code = {"code": "2222-2222-2222"}

    with house.later(days=8 if spent == "expired" else 0):
        if spent == "expired":
            await house.again(other, "other.person")
        wrong = await other.post("/v1/mandates/accept", json={"code": "3333-3333-3333"})
        answers = [
            await other.post(f"/v1/mandates/{verb}", json=code) for verb in ("accept", "refuse")
        ]
        body = {"login": "newcomer", "password": PASSWORD, "phone": "+33639987777"}
        answers.append(
            await house.client.post("/v1/auth/register-caregiver", json={**body, **code})
        )

    for answer in answers:
        assert (answer.status_code, answer.content) == (403, wrong.content)


async def test_codes_are_not_for_guessing(house: House) -> None:
    """After a few wrong ones the account waits, whatever it brings."""
    mother, space_id = await house.patient()
    other = await house.counter.newcomer("other.person")
    invited = await house.invite(mother, space_id)

    for _ in range(CODES_PER_ACCOUNT.burst):
        wrong = await other.post("/v1/mandates/accept", json={"code": "3333-3333-3333"})
        assert wrong.status_code == 403
    waits = await other.post("/v1/mandates/accept", json={"code": invited["code"]})

    assert (waits.status_code, waits.json()["code"]) == (429, "too-many-tries")


async def test_one_is_not_ones_own_caregiver(house: House) -> None:
    """Nor the caregiver of whom one represents, nor twice of anybody."""
    mother, space_id = await house.patient()
    first, second = await house.invite(mother, space_id), await house.invite(mother, space_id)

    own = await mother.post("/v1/mandates/accept", json={"code": first["code"]})
    daughter = await house.register(first["code"], "camille")
    twice = await daughter.post("/v1/mandates/accept", json={"code": second["code"]})

    assert (own.status_code, own.json()["code"]) == (409, "already-member")
    assert (twice.status_code, twice.json()["code"]) == (409, "already-member")


async def test_a_person_has_three_caregivers_invited_ones_included(house: House) -> None:
    """The fourth waits for an end; two invitations at once do not both find the last place."""
    mother, space_id = await house.patient()
    for _ in range(CAREGIVERS_MAX - 1):
        await house.invite(mother, space_id)

    both = await asyncio.gather(house.ask(mother, space_id), house.ask(mother, space_id))

    assert sorted(answer.status_code for answer in both) == [201, 409]
    assert {a.json().get("code") for a in both if a.status_code == 409} == {"too-many-caregivers"}
    with house.later(days=8):
        await house.again(mother, "lea.martin")
        await house.step_up(mother)
        assert (await house.ask(mother, space_id)).status_code == 201


async def test_a_caregiver_helps_five_people_even_when_two_ask_at_once(house: House) -> None:
    """The sixth is refused, and their invitation stays good for somebody else."""
    codes = []
    for number in range(PERSONS_MAX + 1):
        phone, space_id = await house.patient(f"person.{number}{number}")
        codes.append((await house.invite(phone, space_id))["code"])
    helper = await house.register(codes[0], "camille")
    for code in codes[1:-2]:
        assert (await helper.post("/v1/mandates/accept", json={"code": code})).status_code == 200

    both = await asyncio.gather(
        *(helper.post("/v1/mandates/accept", json={"code": code}) for code in codes[-2:])
    )

    assert sorted(answer.status_code for answer in both) == [200, 409]
    (refused,) = [i for i, answer in enumerate(both) if answer.status_code == 409]
    assert both[refused].json()["code"] == "too-many-persons"
    assert len(await helper.spaces()) == PERSONS_MAX
    assert await house.register(codes[-2:][refused], "sacha")


async def test_rights_are_given_after_a_fresh_proof_only(house: House) -> None:
    """A phone left open on a table invites nobody; it can end what was given."""
    mother = await house.counter.newcomer()
    space_id = (await mother.spaces())[0]["space_id"]

    answer = await house.ask(mother, space_id)

    assert (answer.status_code, answer.json()["code"]) == (403, "step-up-needed")


async def test_parents_name_no_caregivers_for_a_child(house: House) -> None:
    """They represent the child themselves: a second parent has a way of their own."""
    opened = await house.counter.open_space(patient(CHILD_BIRTH_DATE), parents=1)
    parent = await house.counter.enrol(opened["letters"][0], "parent", birth_date=CHILD_BIRTH_DATE)
    await house.step_up(parent)

    answer = await house.ask(parent, opened["space_id"])

    assert (answer.status_code, answer.json()["code"]) == (403, "not-allowed")


async def test_who_represents_an_adult_by_law_names_caregivers(house: House) -> None:
    """A guardian gives mandates in the person's place; the journal says for whom."""
    opened = await house.counter.open_space(patient(), parents=1)
    (letter,) = [one for one in opened["letters"] if one["role"] == "representative"]
    guardian = await house.counter.enrol(letter, "guardian")
    await house.step_up(guardian)

    helper, _ = await house.caregiver(guardian, opened["space_id"])

    assert (await house.state(helper, opened["space_id"]))["state"] == "open"


async def test_whoever_is_not_the_person_finds_no_such_space(house: House) -> None:
    """A caregiver, a stranger: the bytes of a space that does not exist, at every door."""
    mother, space_id = await house.patient()
    daughter, invited = await house.caregiver(
        mother, space_id, sections=["documents", "profile", "notes"], actions=["read"]
    )
    stranger = await house.counter.newcomer("other.person")
    await house.step_up(daughter)
    for phone in (daughter, stranger):
        for method, path, body in doors(invited["record_id"]):
            seen, nowhere = [
                await phone.client.request(
                    method, f"/v1/spaces/{one}{path}", json=body, headers=phone.headers
                )
                for one in (space_id, str(uuid4()))
            ]
            assert seen.status_code == 404, (method, path, seen.text)
            assert seen.content == nowhere.content, (method, path)


async def test_acts_of_rights_reach_no_caregiver(house: House) -> None:
    """Masks, settings and mandates are on no phone but the person's, and no op brings them."""
    mother, space_id = await house.patient()
    held = await filled(mother, space_id)
    mask = {"section": "conditions", "from_whom": "professionals"}
    await mother.push(put(space_id, "masks", mask))
    daughter, _ = await house.caregiver(mother, space_id, sections=["conditions", "notes"])

    replica = await daughter.whole(space_id)
    outcomes = await daughter.push(
        put(space_id, "masks", mask), put(space_id, "mandates", {}), put(space_id, "settings", {})
    )

    assert set(replica.records) == {held["conditions"], held["notes"]}
    assert [one["status"] for one in outcomes] == ["refused"] * 3


async def test_the_messages_of_a_mandate_name_nobody_and_no_matter(house: House) -> None:
    """A code and a next step; the person is told that something changed, and no more."""
    mother, space_id = await house.patient()

    await house.caregiver(mother, space_id)

    sent = [
        m for m in house.counter.messages() if m["kind"] in ("invitation", "notice-access-changed")
    ]
    assert [one["kind"] for one in sent] == [
        "invitation",
        "notice-access-changed",
        "notice-access-changed",
    ]
    for one in sent:
        for word in ("LEA", "MARTIN", "Camille", "santé", "aidant", "mandat"):
            assert word not in one["text"]


async def test_a_lost_answer_is_given_again(house: House) -> None:
    """The same key invites once and accepts once."""
    mother, space_id = await house.patient()
    helper = await house.counter.newcomer("helper.one")
    key = {"Idempotency-Key": '"0e1f8a52-5b1a-4a86-9a3e-2f3d4c5b6a79"'}
    body = {
        "name": "Camille",
        "phone": "+33639988888",
        "sections": AGENDA,
        "actions": ["read"],
        "ends_at": (datetime.now(UTC) + timedelta(days=30)).isoformat(),
    }
    path = f"/v1/spaces/{space_id}/mandates"

    invited = [await mother.post(path, json=body, headers=key) for _ in range(2)]
    code = {"code": invited[0].json()["code"]}
    accepted = [await helper.post("/v1/mandates/accept", json=code, headers=key) for _ in range(2)]

    assert invited[0].json() == invited[1].json()
    assert [one.status_code for one in accepted] == [200, 200]
    assert accepted[0].json() == accepted[1].json()
    assert len((await mother.get(path)).json()) == 1


async def test_options_are_in_words_and_leave_out_what_is_sensitive(house: House) -> None:
    """A person starts from everything but the sensitive sections and their own notes."""
    mother, space_id = await house.patient()

    found: Json = (await mother.get(f"/v1/spaces/{space_id}/mandates/options")).json()

    left_out = {one["section"] for one in found["sections"] if not one["is_default"]}
    sensitive = {one["section"] for one in found["sections"] if one["is_sensitive"]}
    assert sensitive == {"sexual-health", "mental-health", "addiction", "violence"}
    assert left_out == sensitive | {"notes"}
    assert all(one["label"]["fr"] != "" for one in found["sections"])


def doors(record_id: str) -> list[tuple[str, str, Json | None]]:
    """Name what the person alone may ask of a space."""
    ends_at = (datetime.now(UTC) + timedelta(days=30)).isoformat()
    invitation = {
        "name": "Eve",
        "phone": "+33639989999",
        "sections": AGENDA,
        "actions": ["read"],
        "ends_at": ends_at,
    }
    return [
        ("GET", "/journal", None),
        ("GET", "/journal/proof", None),
        ("POST", "/journal/1/answer", {"answer": "report"}),
        ("GET", "/mandates", None),
        ("GET", "/mandates/options", None),
        ("POST", "/mandates", invitation),
        ("PATCH", f"/mandates/{record_id}", {"sections": AGENDA}),
        ("POST", f"/mandates/{record_id}/renewal", {}),
        ("DELETE", f"/mandates/{record_id}", None),
    ]
