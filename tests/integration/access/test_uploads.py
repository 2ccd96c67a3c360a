"""Files that people bring: who may, and what the journal says of it."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any
from uuid import uuid4

import httpx
import msgspec
import pytest

from tests.archive import DOMINIQUE, cda
from tests.clinic import Clinic
from tests.integration.access.house import House
from tests.journeys import Json, Phone

PAPER = MappingProxyType({"Content-Type": "text/plain", "Document-Title": "Ordonnance"})


async def bring(
    phone: Phone, space_id: str, text: bytes = b"un papier", headers: Mapping[str, str] = PAPER
) -> httpx.Response:
    """Upload a paper."""
    return await phone.post(f"/v1/spaces/{space_id}/documents", content=text, headers=dict(headers))


async def dominique(house: House) -> tuple[Phone, str]:
    """Let somebody in whom the documents of this suite are about; return phone and space."""
    opened = await house.counter.open_space({"identity": msgspec.to_builtins(DOMINIQUE)})
    birth_date = DOMINIQUE.traits.birth_date.isoformat()
    phone = await house.counter.enrol(opened["letters"][0], "dominique", birth_date=birth_date)
    await house.step_up(phone)
    return phone, (await phone.spaces())[0]["space_id"]


async def lines(phone: Phone, space_id: str) -> list[tuple[str, str, list[Json]]]:
    """Say who did what to which documents."""
    answer = await phone.get(f"/v1/spaces/{space_id}/journal")
    entries = [line["entry"] for line in answer.json()["entries"]]
    return [
        (one["actor"]["kind"], one["action"], one["objects"])
        for one in entries
        if one["action"] in ("deposit", "replace", "imported")
    ]


def of(answer: httpx.Response) -> list[Json]:
    """Name the document of an answer as the journal does."""
    return [{"collection": "documents", "record_id": answer.json()["record_id"]}]


async def test_what_a_holder_uploads_is_a_line_of_the_journal(house: House) -> None:
    """One line a file, with the phone that it came from; a copy of it is none."""
    mother, space_id = await house.patient()

    first = await bring(mother, space_id)
    again = await bring(mother, space_id)

    assert (first.status_code, again.status_code) == (201, 200), again.text
    assert await lines(mother, space_id) == [("patient", "deposit", of(first))]


async def test_a_file_that_the_operator_imports_is_a_line_of_the_journal(house: House) -> None:
    """The person reads that it was imported, and by whom."""
    mother, space_id = await dominique(house)
    path = f"/v1/operator/spaces/{space_id}/documents"
    own = {"content": cda(entries=""), "headers": {"Content-Type": "text/xml"}}
    own["headers"] |= house.counter.headers

    made = await house.client.post(path, **own)
    again = await house.client.post(path, **own)

    assert made.status_code == 200, made.text
    assert again.json()["status"] == "duplicate"
    assert await lines(mother, space_id) == [("operator", "imported", of(made))]


async def test_a_caregiver_adds_documents_when_the_mandate_says_so(house: House) -> None:
    """The file is there for the holder, and the journal names who brought it."""
    mother, space_id = await house.patient()
    daughter, _ = await house.caregiver(
        mother, space_id, sections=["documents"], actions=["read", "add"]
    )

    made = await bring(daughter, space_id)

    assert made.status_code == 201, made.text
    record_id = made.json()["record_id"]
    assert record_id in (await mother.whole(space_id)).records
    assert record_id in (await daughter.whole(space_id)).records
    assert await lines(mother, space_id) == [("caregiver", "deposit", of(made))]


async def test_a_caregiver_puts_nothing_in_the_place_of_somebody_elses(house: House) -> None:
    """A file of the same set stands beside the holder's; the holder's own replaces it."""
    mother, space_id = await dominique(house)
    daughter, _ = await house.caregiver(
        mother, space_id, sections=["documents"], actions=["read", "add", "change"]
    )
    xml = {"Content-Type": "text/xml"}
    await bring(mother, space_id, cda(entries=""), xml)

    beside = await bring(daughter, space_id, cda(unique="2", version=2, entries=""), xml)
    own = await bring(daughter, space_id, cda(unique="3", version=3, entries=""), xml)
    last = await bring(mother, space_id, cda(unique="4", version=4, entries=""), xml)

    assert [one.json()["status"] for one in (beside, own, last)] == [
        "created",
        "version",
        "version",
    ]
    documents = (await mother.whole(space_id)).bodies("documents").values()
    standing = {one["unique_id"]: one["status"] for one in documents}
    assert [standing[f"1.2.3.4^{n}"] for n in range(1, 5)] == [*["superseded"] * 3, "current"]
    assert [line[:2] for line in await lines(mother, space_id)] == [
        ("patient", "deposit"),
        ("caregiver", "deposit"),
        ("caregiver", "replace"),
        ("patient", "replace"),
    ]


@pytest.mark.parametrize(
    "given",
    [
        {"sections": ["documents"], "actions": ["read"]},
        {"sections": ["appointments"], "actions": ["read", "add"]},
        {"sections": ["documents"], "actions": ["read", "add"], "is_ended": True},
    ],
)
async def test_without_the_mandate_the_space_does_not_exist(
    house: House, given: dict[str, Any]
) -> None:
    """To read is not to add, another section is not this one, and over is over."""
    mother, space_id = await house.patient()
    is_ended = given.get("is_ended", False)
    mandate = {name: value for name, value in given.items() if name != "is_ended"}
    daughter, invited = await house.caregiver(mother, space_id, **mandate)
    if is_ended:
        path = f"/v1/spaces/{space_id}/mandates/{invited['record_id']}"
        assert (await mother.client.delete(path, headers=mother.headers)).status_code == 204

    refused = await bring(daughter, space_id)
    unknown = await bring(daughter, str(uuid4()))

    assert (refused.status_code, refused.content) == (404, unknown.content)
    assert await lines(mother, space_id) == []


async def test_a_professional_brings_no_file_by_the_door_of_people(clinic: Clinic) -> None:
    """With a consent, too: what a professional brings is a deposit, which says whose it is."""
    phone, space_id = await clinic.patient()
    software = await clinic.professional()
    await clinic.given(phone, software, space_id)

    refused = await bring(software, space_id)
    unknown = await bring(software, str(uuid4()))

    assert (refused.status_code, refused.content) == (404, unknown.content)
