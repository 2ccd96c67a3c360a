"""How much room is left tells nobody what is hidden from them: each is counted by their own."""

from uuid import UUID, uuid4

import pytest

from backend.documents.reading import Provenance, Upload
from backend.documents.service import deposit
from tests.integration.access.house import House
from tests.integration.access.test_uploads import bring
from tests.journeys import CHILD_BIRTH_DATE, Phone, patient, put

SIZE = 3_000
FILES = [b"%PDF-1.7\n" + letter * (SIZE - 9) for letter in (b"A", b"B", b"C", b"D", b"E")]
A_FILE = {"Content-Type": "application/pdf", "Document-Title": "Un%20papier"}


@pytest.fixture(autouse=True)
def _little_room(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three files fill what is the person's, two what is anybody else's."""
    monkeypatch.setattr("backend.documents.service.SPACE_BYTES_MAX", 3 * SIZE)
    monkeypatch.setattr("backend.documents.service.DEPOSITOR_BYTES_MAX", 2 * SIZE)


async def of_a_doctor(house: House, space_id: str, data: bytes, order: str) -> None:
    """Have a professional bring a file that somebody is not to see."""
    upload = Upload(
        space_id=UUID(space_id),
        depositor_id=uuid4(),
        data=data,
        media_type="application/pdf",
        title="Lettre",
        type_code="11488-4",
        provenance=Provenance(author={"name": "Anne FAURE"}, orders=(order,)),
    )
    made = await deposit(house.desk, upload)
    assert made.status == "created"


async def hidden_from(phone: Phone, space_id: str, data: bytes, party_id: str) -> None:
    """Bring a file that somebody who helps is not to see."""
    made = await bring(phone, space_id, data, A_FILE)
    assert made.status_code == 201, made.text
    mask = {"record_id": made.json()["record_id"], "from_whom": "person", "party_id": party_id}
    await phone.push(put(space_id, "masks", mask))


async def observer(house: House, who: str, name: str, *, hides: bool) -> tuple[Phone, str]:
    """Let somebody into a record, in which two files are hidden from them or none is."""
    if who == "caregiver":
        mother, space_id = await house.patient(f"{name}.mother")
        phone, invited = await house.caregiver(
            mother, space_id, f"{name}.camille", sections=["documents"], actions=["read", "add"]
        )
        mandates = (await mother.whole(space_id)).bodies("mandates")
        party_id = mandates[invited["record_id"]]["party_id"]
        for data in FILES[:2] if hides else ():
            await hidden_from(mother, space_id, data, party_id)
        return phone, space_id
    born = {"birth_date": CHILD_BIRTH_DATE} if who == "parent" else {}
    opened = await house.counter.open_space(patient(**born), parents=1 if born else 0)
    phone = await house.counter.enrol(opened["letters"][0], f"{name}.{who}", **born)
    order = "INVISIBLE_REPRESENTANTS_LEGAUX" if born else "INVISIBLE_PATIENT"
    for data in FILES[:2] if hides else ():
        await of_a_doctor(house, opened["space_id"], data, order)
    return phone, opened["space_id"]


@pytest.mark.parametrize("who", ["caregiver", "parent", "person"])
@pytest.mark.parametrize("files", [FILES, FILES[::-1]], ids=["the same files", "other files"])
async def test_room_is_that_of_a_world_without_what_is_hidden(
    house: House, who: str, files: list[bytes]
) -> None:
    """The same refusals, at the same file: neither how many there are, nor that this one is."""
    heard = []
    for hides in (False, True):
        phone, space_id = await observer(house, who, f"world{hides}", hides=hides)
        answers = [await bring(phone, space_id, data, A_FILE) for data in files]
        heard.append([(one.status_code, one.json().get("code")) for one in answers])

    room = 2 if who == "caregiver" else 3
    full = "deposits-full" if who == "caregiver" else "documents-full"
    assert heard[0] == [(201, None)] * room + [(409, full)] * (len(FILES) - room)
    assert heard[1] == heard[0]


async def test_who_helps_fills_no_record(house: House) -> None:
    """The person has all their room left, and so has whoever else helps."""
    mother, space_id = await house.patient()
    given = {"sections": ["documents"], "actions": ["read", "add"]}
    camille, _ = await house.caregiver(mother, space_id, **given)
    sacha, _ = await house.caregiver(mother, space_id, "sacha", **given)

    statuses = [
        [(await bring(phone, space_id, data, A_FILE)).status_code for data in files]
        for phone, files in ((camille, FILES[:3]), (sacha, FILES[2:]), (mother, FILES))
    ]

    assert statuses == [[201, 201, 409], [201, 201, 409], [200, 200, 200, 200, 201]]
