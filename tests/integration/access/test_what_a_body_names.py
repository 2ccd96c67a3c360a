"""What was read in a document, and each version of one, names it to who sees it alone."""

import msgspec

from tests.archive import DOMINIQUE, cda
from tests.clinic import Clinic
from tests.integration.access.house import House
from tests.integration.access.test_uploads import bring, dominique
from tests.journeys import Json, Phone, Replica, delete, put

XML = {"Content-Type": "text/xml"}
BIRTH_DATE = DOMINIQUE.traits.birth_date.isoformat()


async def decide(mother: Phone, space_id: str, invited: Json, sections: list[str]) -> None:
    """Let a mandate be for these sections from now on."""
    changed = await mother.client.patch(
        f"/v1/spaces/{space_id}/mandates/{invited['record_id']}",
        json={"sections": sections},
        headers=mother.headers,
    )
    assert changed.status_code == 200, changed.text


def only(replica: Replica, collection: str) -> Json:
    """Return the one body of a collection."""
    (body,) = replica.bodies(collection).values()
    return body


async def test_a_caregiver_for_conditions_is_told_of_no_document(house: House) -> None:
    """Until the mandate is for documents too; and no more, once it is not."""
    mother, space_id = await dominique(house)
    paper = (await bring(mother, space_id, cda(), XML)).json()["record_id"]
    daughter, invited = await house.caregiver(mother, space_id, sections=["conditions"])
    hers = Replica(space_id)

    await daughter.pull(hers)
    before, count = only(hers, "conditions"), len(hers.records)
    await decide(mother, space_id, invited, ["conditions", "documents"])
    await daughter.pull(hers)
    meanwhile = only(hers, "conditions")
    await decide(mother, space_id, invited, ["conditions"])
    await daughter.pull(hers)

    assert (before["draft_state"], count) == ("draft", 1)
    assert [one.get("draft_of") for one in (before, meanwhile)] == [None, paper]
    assert only(hers, "conditions") == before
    assert only(await mother.whole(space_id), "conditions")["draft_of"] == paper
    assert hers.is_proved


async def test_what_she_confirms_still_names_it_to_the_holder(house: House) -> None:
    """Who does not see a name takes none away, and her answer says none."""
    mother, space_id = await dominique(house)
    paper = (await bring(mother, space_id, cda(), XML)).json()["record_id"]
    daughter, _ = await house.caregiver(
        mother, space_id, sections=["conditions"], actions=["read", "change"]
    )
    (record_id,) = (await daughter.whole(space_id)).records

    stale = {"record_id": record_id, "base": 99, "was": {"draft_state": "draft"}}
    (outcome,) = await daughter.push(
        put(space_id, "conditions", {"draft_state": "confirmed"}, **stale)
    )

    assert outcome["status"] == "merged"
    assert outcome["current"]["draft_state"] == "confirmed"
    assert "draft_of" not in outcome["current"]
    hers = only(await mother.whole(space_id), "conditions")
    assert (hers["draft_of"], hers["draft_state"]) == (paper, "confirmed")


async def test_a_version_names_no_version_that_is_gone(house: House) -> None:
    """Deleted is as if it had never been."""
    mother, space_id = await dominique(house)
    first = (await bring(mother, space_id, cda(entries=""), XML)).json()["record_id"]
    second = (await bring(mother, space_id, cda(unique="2", version=2, entries=""), XML)).json()
    before = await mother.whole(space_id)

    base = before.records[first]["seq"]
    (outcome,) = await mother.push(delete(space_id, "documents", first, base))

    assert outcome["status"] == "applied", outcome
    assert before.bodies("documents")[second["record_id"]]["replaces"] == first
    assert "replaces" not in only(await mother.whole(space_id), "documents")


async def test_who_brings_a_file_is_named_the_drafts_that_they_see(house: House) -> None:
    """A caregiver for documents alone knows what the file says, and not what became of it."""
    mother, space_id = await dominique(house)
    blind, _ = await house.caregiver(
        mother, space_id, sections=["documents"], actions=["read", "add"]
    )
    seeing, _ = await house.caregiver(
        mother, space_id, "sacha", sections=["documents", "conditions"], actions=["read", "add"]
    )

    first = await bring(blind, space_id, cda(), XML)
    again = await bring(blind, space_id, cda(), XML)
    known = await bring(seeing, space_id, cda(), XML)

    assert (first.json()["drafts"], again.json()["drafts"]) == ([], [])
    assert (again.json()["status"], known.json()["status"]) == ("duplicate", "duplicate")
    assert [one["collection"] for one in known.json()["drafts"]] == ["conditions"]


async def test_a_professional_for_conditions_reads_of_no_document_online(clinic: Clinic) -> None:
    """One by one and in pages, and the tag of an entry follows from what they are told."""
    opened = await clinic.counter.open_space({"identity": msgspec.to_builtins(DOMINIQUE)})
    phone = await clinic.counter.enrol(opened["letters"][0], "dominique", birth_date=BIRTH_DATE)
    space_id = (await phone.spaces())[0]["space_id"]
    paper = (await bring(phone, space_id, cda(), XML)).json()["record_id"]
    software = await clinic.professional()
    assert DOMINIQUE.ins is not None
    whose = {
        "ins": {"value": DOMINIQUE.ins.value, "oid": DOMINIQUE.ins.oid.value},
        "birth_date": BIRTH_DATE,
    }
    seen, tags = [], []

    for sections in (["conditions"], None):
        asked = whose if sections is None else {**whose, "sections": sections}
        await clinic.given(phone, software, space_id, **asked)
        page = (await software.get(f"/v1/spaces/{space_id}/entries?collection=conditions")).json()
        (entry,) = page["entries"]
        one = await software.get(f"/v1/spaces/{space_id}/entries/{entry['record_id']}")
        assert one.json()["body"] == entry["body"]
        seen.append(entry["body"].get("draft_of"))
        tags.append(one.headers["etag"])

    assert seen == [None, paper]
    assert len(set(tags)) == 2
