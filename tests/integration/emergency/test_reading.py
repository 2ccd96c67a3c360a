"""Reading while connected: what one may see now, in pages that tell of nothing else."""

from uuid import uuid4

import pytest

from tests.clinic import Clinic
from tests.journeys import Json, Phone, put

NOTES = 7


async def pages(reader: Phone, space_id: str, **params: object) -> list[Json]:
    """Read page after page."""
    found: list[Json] = []
    after = None
    while True:
        asked = params | ({"after": after} if after else {})
        answer = await reader.get(f"/v1/spaces/{space_id}/entries", params=asked)
        assert answer.status_code == 200, answer.text
        found.append(answer.json())
        after = answer.json()["next"]
        if after is None:
            return found


async def allergies(clinic: Clinic, count: int) -> list[str]:
    """Write some allergies; return which."""
    ops = [put(clinic.space_id, "allergies", {"label": f"n {i}"}) for i in range(count)]
    await clinic.phone.push(*ops)
    return [op["record_id"] for op in ops]


@pytest.mark.parametrize("limit", [1, 2, 500])
async def test_pages_of_any_size_bring_the_same(clinic: Clinic, limit: int) -> None:
    """Every entry once, in one order, with the bodies of the feed."""
    await allergies(clinic, 4)
    held = (await clinic.phone.whole(clinic.space_id)).records

    found = [
        one
        for page in await pages(clinic.phone, clinic.space_id, limit=limit)
        for one in page["entries"]
    ]

    ids = [one["record_id"] for one in found]
    assert ids == sorted(held)
    assert {one["record_id"]: one["body"] for one in found} == {
        record_id: change["body"] for record_id, change in held.items()
    }


async def test_one_collection_is_read_alone(clinic: Clinic) -> None:
    """And one that nobody knows has nothing in it."""
    (page,) = await pages(clinic.phone, clinic.space_id, collection="allergies")
    (nothing,) = await pages(clinic.phone, clinic.space_id, collection="dreams")

    assert [one["record_id"] for one in page["entries"]] == [clinic.allergy_id]
    assert nothing == {"entries": [], "next": None}


async def test_hidden_entries_change_no_page(clinic: Clinic) -> None:
    """With entries that are masked or private, pages are those of a world without them."""
    doctor = await clinic.doctor()
    await clinic.declare(doctor)
    before = [await pages(doctor, clinic.space_id, limit=limit) for limit in (1, 2, 500)]

    hidden = await allergies(clinic, 5)
    masks = [put(clinic.space_id, "masks", {"record_id": one}) for one in hidden]
    notes = [put(clinic.space_id, "notes", {"title": "à moi"}) for _ in range(NOTES)]
    await clinic.phone.push(*masks, *notes)

    after = [await pages(doctor, clinic.space_id, limit=limit) for limit in (1, 2, 500)]
    assert after == before


async def test_a_hidden_entry_answers_the_bytes_of_an_unknown_one(clinic: Clinic) -> None:
    """Masked, private, deleted, an act of rights, or never there: one answer."""
    doctor = await clinic.doctor()
    await clinic.declare(doctor)
    (masked,) = await allergies(clinic, 1)
    mask = put(clinic.space_id, "masks", {"record_id": masked})
    note = put(clinic.space_id, "notes", {"title": "à moi"})
    await clinic.phone.push(mask, note)

    answers = [
        await doctor.get(f"/v1/spaces/{clinic.space_id}/entries/{record_id}")
        for record_id in (masked, mask["record_id"], note["record_id"], str(uuid4()))
    ]

    assert {(one.status_code, one.content) for one in answers} == {(404, answers[0].content)}


async def test_a_space_that_is_not_open_answers_as_one_that_is_not_there(clinic: Clinic) -> None:
    """For somebody signed in who has no right to it: entries, pages, wrong pages."""
    doctor, stranger = await clinic.doctor(), await clinic.counter.newcomer("nour.stranger")

    for path in ("entries", f"entries/{clinic.allergy_id}", "entries?after=abc"):
        for reader in (doctor, stranger):
            foreign = await reader.get(f"/v1/spaces/{clinic.space_id}/{path}")
            unknown = await reader.get(f"/v1/spaces/{uuid4()}/{path}")
            assert (foreign.status_code, foreign.content) == (404, unknown.content)


async def test_a_place_is_of_no_use_to_anybody_else(clinic: Clinic) -> None:
    """Nor in another list, nor once it was touched."""
    await allergies(clinic, 3)
    first = await clinic.phone.get(f"/v1/spaces/{clinic.space_id}/entries?limit=1")
    place = first.json()["next"]
    # In the middle: the bits at the end may be the same, or mean nothing.
    touched = place[:9] + ("B" if place[9] == "A" else "A") + place[10:]
    doctor = await clinic.doctor()
    await clinic.declare(doctor)

    answers = [
        await reader.get(f"/v1/spaces/{clinic.space_id}/entries", params=params)
        for reader, params in (
            (doctor, {"after": place}),
            (clinic.phone, {"after": place, "collection": "allergies"}),
            (clinic.phone, {"after": touched}),
            (clinic.phone, {"after": "é"}),
        )
    ]

    assert {(one.status_code, one.json()["code"]) for one in answers} == {
        (400, "checkpoint-invalid")
    }


async def test_an_entry_has_a_tag_that_follows_from_what_it_says(clinic: Clinic) -> None:
    """The same for whoever reads it; 304 while it says the same."""
    doctor = await clinic.doctor()
    await clinic.declare(doctor)
    path = f"/v1/spaces/{clinic.space_id}/entries/{clinic.allergy_id}"

    mine, theirs = await clinic.phone.get(path), await doctor.get(path)
    known = await doctor.get(path, headers={"If-None-Match": mine.headers["etag"]})

    assert mine.json() == theirs.json()
    assert mine.headers["etag"] == theirs.headers["etag"]
    assert (known.status_code, known.content) == (304, b"")


async def test_a_page_with_nothing_writes_nothing_and_one_with_entries_names_them(
    clinic: Clinic,
) -> None:
    """The journal has exactly what left, each time it left."""
    doctor = await clinic.doctor()
    await clinic.declare(doctor)

    await pages(doctor, clinic.space_id, collection="dreams")
    empty = await clinic.acts()
    for _ in range(2):
        await pages(doctor, clinic.space_id, collection="allergies")

    lines = [line["entry"] for line in await clinic.own_journal()]
    reads = [one for one in lines if one["action"] == "read"]
    assert ("professional", "read") not in empty
    assert [one["objects"] for one in reads] == [
        [{"collection": "allergies", "record_id": clinic.allergy_id}]
    ] * 2
