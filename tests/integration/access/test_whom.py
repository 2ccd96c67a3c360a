"""Lines about rights say to whom they were done, from the request to the words."""

from backend.access.journal.words import sections
from tests.clinic import Clinic
from tests.integration.access.house import House
from tests.journeys import Json, delete, put

NAMED = "Dr Anne FAURE 567 (doctor, CABINET DU LOT)"


def said(lines: list[Json], action: str) -> list[str]:
    """Return what the lines of an action say in English, without their instant."""
    return [
        one["text"]["en"].partition(", ")[2] for one in lines if one["entry"]["action"] == action
    ]


async def test_consents_and_blocks_name_the_professional(clinic: Clinic) -> None:
    """Given at the phone, shut out and let in again: each line by their name."""
    phone, space_id = await clinic.patient()
    software = await clinic.professional()
    record_id = await clinic.asked(software)
    await clinic.answer(phone, space_id, record_id)
    party_id = await clinic.party(software)

    blocked = await phone.post(f"/v1/spaces/{space_id}/blocks", json={"party_id": party_id})
    lifted = await phone.client.delete(
        f"/v1/spaces/{space_id}/blocks/{blocked.json()['record_id']}", headers=phone.headers
    )

    lines = await clinic.journal(phone, space_id)
    assert lifted.status_code == 204
    assert said(lines, "consent-given") == [f"you gave access to the record to {NAMED}."]
    assert said(lines, "block") == ["you blocked Dr Anne FAURE 567 (doctor)."]
    assert said(lines, "unblock") == ["you unblocked Dr Anne FAURE 567 (doctor)."]


async def test_a_code_is_said_to_be_the_gift_of_the_person(clinic: Clinic) -> None:
    """Who typed it gave nothing to themselves."""
    phone, space_id = await clinic.patient()
    software = await clinic.professional()
    record_id = await clinic.asked(software)
    path = f"/v1/professionals/me/consents/{record_id}/code"

    typed = await software.post(path, json={"code": clinic.counter.code()})

    assert typed.status_code == 200, typed.text
    assert said(await clinic.journal(phone, space_id), "consent-given") == [
        f"{NAMED} received access to the record: the person gave it in person, by a code."
    ]


async def test_a_mandate_names_the_caregiver(house: House) -> None:
    """Invited by a name, and ended by it; who leaves by themselves is not ended by another."""
    mother, space_id = await house.patient()
    _, invited = await house.caregiver(mother, space_id)
    daughter, _ = await house.caregiver(mother, space_id, "dominique", name="Dominique")

    ended = await mother.client.delete(
        f"/v1/spaces/{space_id}/mandates/{invited['record_id']}", headers=mother.headers
    )
    left = await daughter.post(f"/v1/mandates/{space_id}/leave")

    lines = (await mother.get(f"/v1/spaces/{space_id}/journal")).json()["entries"]
    assert (ended.status_code, left.status_code) == (204, 204)
    assert said(lines, "mandate-invited") == [
        "you invited Camille (caregiver) to become a caregiver.",
        "you invited Dominique (caregiver) to become a caregiver.",
    ]
    assert said(lines, "mandate-ended") == [
        "you ended the mandate given to Camille (caregiver).",
        "Dominique (caregiver), for the holder, stopped being a caregiver.",
    ]


async def test_a_mask_on_a_section_names_it(house: House) -> None:
    """By its published label, when it is put on and when it is taken off."""
    mother, space_id = await house.patient()
    op = put(space_id, "masks", {"section": "mental-health", "from_whom": "professionals"})

    (made,) = await mother.push(op)
    await mother.push(delete(space_id, "masks", op["record_id"], made["seq"]))

    lines = (await mother.get(f"/v1/spaces/{space_id}/journal")).json()["entries"]
    assert said(lines, "mask") == ["you masked the section “Mental health”."]
    assert said(lines, "unmask") == ["you unmasked the section “Mental health”."]


async def test_a_mask_by_request_names_its_section_too(house: House) -> None:
    """A type of document by its published label."""
    mother, space_id = await house.patient()
    path = f"/v1/spaces/{space_id}/masks"

    made = await mother.post(path, json={"section": "11502-2"})
    await mother.client.delete(f"{path}/{made.json()['record_id']}", headers=mother.headers)

    lines = (await mother.get(f"/v1/spaces/{space_id}/journal")).json()["entries"]
    label = sections()["11502-2"].en
    assert said(lines, "mask") == [f"you masked the section “{label}”."]
    assert said(lines, "unmask") == [f"you unmasked the section “{label}”."]
