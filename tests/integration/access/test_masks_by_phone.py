"""A mask made on a phone without a network, down to the copy of a physiotherapist."""

from tests.integration.access.family import DOCTOR, PHYSIOTHERAPIST, Family
from tests.journeys import Replica, delete, put


def a_result(copy: Replica) -> str:
    """Pick a laboratory result of a copy."""
    bodies = copy.bodies("documents")
    return next(i for i, body in bodies.items() if body["type_code"] == "11502-2")


async def test_what_is_masked_from_a_profession_leaves_its_copies(family: Family) -> None:
    """Gone from the physiotherapist's copy at the next contact; her doctor still reads it."""
    phone, software = await family.phone(), await family.software(PHYSIOTHERAPIST)
    copy = await software.whole(family.space_id)
    document = a_result(copy)
    mask = {"record_id": document, "from_whom": "profession", "profession": "70"}

    (outcome,) = await phone.push(put(family.space_id, "masks", mask))
    changes = await software.pull(copy)

    assert outcome["status"] == "applied"
    assert len(copy.bodies("documents")) == 43
    assert (changes, document in copy.records, copy.is_proved) == (1, False, True)
    path = f"/v1/spaces/{family.space_id}/documents/{document}/content"
    unknown = f"/v1/spaces/{family.space_id}/documents/{family.space_id}/content"
    refused, absent = await software.get(path), await software.get(unknown)
    assert (refused.status_code, refused.content) == (404, absent.content)
    assert (await (await family.software(DOCTOR)).get(path)).status_code == 200


async def test_taking_a_mask_away_brings_the_document_back(family: Family) -> None:
    """Exactly it, and the journal has both acts in the grandmother's words."""
    phone, software = await family.phone(), await family.software(PHYSIOTHERAPIST)
    copy = await software.whole(family.space_id)
    document = a_result(copy)
    before = copy.records[document]["body"]
    op = put(family.space_id, "masks", {"record_id": document, "from_whom": "professionals"})
    (made,) = await phone.push(op)
    await software.pull(copy)
    assert document not in copy.records

    await phone.push(delete(family.space_id, "masks", op["record_id"], made["seq"]))
    await software.pull(copy)

    assert copy.records[document]["body"] == before
    assert copy.is_proved
    lines = [one["text"]["en"] for one in await family.journal(phone)]
    told = [line.partition(", ")[2] for line in lines if "mask" in line]
    assert told == ["you masked a document.", "you unmasked a document."]
    assert any("Solène TRÉGUIDEL (physiotherapist" in line for line in lines)


async def test_a_mask_on_what_somebody_does_not_have_is_refused(family: Family) -> None:
    """Whether it exists or not, and nothing is hidden by it."""
    phone = await family.phone()
    mask = {"record_id": family.space_id, "from_whom": "professionals"}

    (outcome,) = await phone.push(put(family.space_id, "masks", mask))

    assert (outcome["status"], outcome["code"]) == ("refused", "record-not-found")
    assert outcome["pointer"] == "/set/record_id"


async def test_a_professional_makes_no_acts_of_rights(family: Family) -> None:
    """Not in the person's place, whatever they may write."""
    software = await family.software(PHYSIOTHERAPIST)
    copy = await software.whole(family.space_id)
    mask = {"record_id": a_result(copy), "from_whom": "professionals"}

    (outcome,) = await software.push(put(family.space_id, "masks", mask))

    assert (outcome["status"], outcome["code"]) == ("refused", "not-allowed")
