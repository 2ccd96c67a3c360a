"""Who may see what, and why, over HTTP: for the holder, and for nobody else."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from backend.access.model import Confidentiality
from backend.kernel.spaces import edit_space, save_space
from backend.kernel.work import Work
from sync.edit import Entry
from sync.push import Caller
from tests.integration.sight.conftest import House
from tests.journeys import delete, put
from tests.rights import block, consent, mandate, member

Json = dict[str, Any]

DOCTOR, NURSE, DAUGHTER, STRANGER = uuid4(), uuid4(), uuid4(), uuid4()


async def circle(house: House) -> None:
    """Let in a doctor, a nurse and a daughter; shut somebody out."""
    await house.decide(
        ("consents", consent(DOCTOR, keeps_copy=True)),
        ("care_team", member(DOCTOR, role="attending")),
        ("consents", consent(NURSE, profession="60", name="Luc Petit", keeps_copy=True)),
        ("mandates", mandate(DAUGHTER, "documents")),
        ("blocks", block(STRANGER, name="Yves Noir")),
    )


def by_party(found: list[Json]) -> dict[str, Json]:
    return {one["party_id"]: one for one in found}


async def test_a_holder_reads_who_sees_a_document_and_why(house: House) -> None:
    """Each viewer, with plain words and a next step; and each of the nineteen professions."""
    await circle(house)
    record_id = await house.document()

    told = await house.get(f"/entries/{record_id}/audience")

    seen = by_party(told["viewers"])
    assert {one["reason"] for one in seen.values()} == {
        "holder",
        "matrix-allows",
        "mandate",
        "blocked",
    }
    assert seen[str(NURSE)]["text"]["fr"] == (
        "Luc Petit (infirmier) voit cet élément : votre accord est en cours, "
        "et sa profession peut le lire."
    )
    assert seen[str(NURSE)]["next"]["en"] == "To hide it from them, mask it."
    assert not seen[str(STRANGER)]["allow"]
    assert len(told["professions"]) == 19
    could = {one["profession"]: one["allow"] for one in told["professions"]}
    assert (could["10"], could["60"], could["70"]) == (True, True, False)
    assert told["emergency"]["en"].startswith("In an emergency a professional could read it")


async def test_a_masked_document_says_who_sees_it_all_the_same(house: House) -> None:
    """The attending doctor does, and the person is told so."""
    await circle(house)
    record_id = await house.document()
    answer = await house.phone.post(
        f"/v1/spaces/{house.space_id}/masks", json={"record_id": record_id}
    )
    assert answer.status_code == 201, answer.text

    told = await house.get(f"/entries/{record_id}/audience")

    seen = by_party(told["viewers"])
    assert (seen[str(NURSE)]["allow"], seen[str(NURSE)]["reason"]) == (False, "masked")
    assert (seen[str(DOCTOR)]["allow"], seen[str(DOCTOR)]["despite_mask"]) == (True, True)
    assert "médecin traitant" in seen[str(DOCTOR)]["text"]["fr"]
    assert seen[str(DAUGHTER)]["allow"]
    assert "masqué reste caché" in told["emergency"]["fr"]
    assert {p["reason"] for p in told["professions"]} == {"masked"}


async def test_the_preview_says_what_the_mask_then_does(house: House) -> None:
    """Computed by the same edit: who it says will lose sight loses it, and nobody else."""
    await circle(house)
    record_id = await house.document()
    path = f"/entries/{record_id}/audience"
    before = await house.get(path)
    head = (await house.phone.whole(house.space_id)).digest

    previewed = await house.preview(record_id=record_id)

    assert await house.get(path) == before
    assert (await house.phone.whole(house.space_id)).digest == head
    said = by_party(previewed["viewers"])
    assert (said[str(NURSE)]["sees_now"], said[str(NURSE)]["sees_after"]) == (1, 0)
    assert said[str(NURSE)]["text"]["fr"] == (
        "Luc Petit (infirmier) ne verra plus ce que vous masquez."
    )
    assert said[str(DOCTOR)]["because"] == "attending"
    assert said[str(DAUGHTER)]["because"] == "not-named"
    assert previewed["entries"] == 1
    nurses = next(p for p in previewed["professions"] if p["profession"] == "60")
    assert (nurses["sees_now"], nurses["sees_after"]) == (1, 0)
    await house.phone.post(f"/v1/spaces/{house.space_id}/masks", json={"record_id": record_id})
    after = by_party((await house.get(path))["viewers"])
    assert {party: one["allow"] for party, one in after.items()} == {
        party: bool(one["sees_after"]) for party, one in said.items()
    }


async def test_a_section_can_be_previewed_and_masked_for_a_profession(house: House) -> None:
    """Nurses lose every document; the others lose nothing."""
    await circle(house)
    for _ in range(3):
        await house.document()
    mask = {"section": "documents", "from_whom": "profession", "profession": "60"}

    previewed = await house.preview(**mask)
    await house.phone.post(f"/v1/spaces/{house.space_id}/masks", json=mask)

    said = by_party(previewed["viewers"])
    assert (said[str(NURSE)]["sees_now"], said[str(NURSE)]["sees_after"]) == (3, 0)
    assert (said[str(DOCTOR)]["sees_now"], said[str(DOCTOR)]["sees_after"]) == (3, 3)
    nurse = await house.get(f"/parties/{NURSE}/entries")
    assert nurse["sees"] == 0


async def test_a_person_mask_hides_from_one_caregiver_alone(house: House) -> None:
    """The daughter loses it; professionals do not."""
    await circle(house)
    record_id = await house.document()
    mask = {"record_id": record_id, "from_whom": "person", "party_id": str(DAUGHTER)}

    await house.phone.post(f"/v1/spaces/{house.space_id}/masks", json=mask)

    seen = by_party((await house.get(f"/entries/{record_id}/audience"))["viewers"])
    assert (seen[str(DAUGHTER)]["allow"], seen[str(DAUGHTER)]["reason"]) == (False, "masked")
    assert seen[str(NURSE)]["allow"]


async def test_parties_are_all_who_were_ever_let_in(house: House) -> None:
    """With as what, since when and until when; whoever was shut out is there too."""
    await circle(house)
    gone = uuid4()
    await house.decide(
        ("consents", consent(gone, name="Eve Sol", status="given")),
    )
    ended = {"status": "ended", "ended_at": "2026-02-01T00:00:00Z"}
    await house.decide(("consents", consent(gone, name="Eve Sol", **ended)))

    found = by_party(await house.get("/parties"))

    assert {found[str(p)]["state"] for p in (DOCTOR, NURSE, DAUGHTER)} == {"in-force"}
    assert found[str(STRANGER)]["state"] == "blocked"
    assert found[str(STRANGER)]["name"] == "Yves Noir"
    assert found[str(DOCTOR)]["sees_masked"]
    assert not found[str(NURSE)]["sees_masked"]
    assert found[str(DAUGHTER)]["until"] is not None
    assert len(found) == 5


async def test_what_somebody_sees_is_counted_by_reason_and_listed_by_page(house: House) -> None:
    """Pages follow each other to the end, and add up."""
    await circle(house)
    documents = {await house.document() for _ in range(4)}
    (allergy,) = await house.phone.push(put(house.space_id, "allergies", {"label": "Noix"}))
    assert allergy["status"] == "applied"

    first = await house.get(f"/parties/{NURSE}/entries", params={"limit": 3})
    pages, page = [*first["entries"]], first
    while page["more"]:
        after = page["entries"][-1]["record_id"]
        page = await house.get(f"/parties/{NURSE}/entries", params={"limit": 3, "after": after})
        pages += page["entries"]

    assert {one["record_id"] for one in pages if one["allow"]} == documents
    assert (first["sees"], first["sees"] + first["does_not_see"]) == (4, len(pages))
    assert sum(one["count"] for one in first["reasons"]) == len(pages)
    assert first["reasons"][0]["reason"] == "matrix-allows"
    denied = next(one for one in first["reasons"] if one["reason"] == "matrix-denies")
    assert "les règles ne le permettent pas" in denied["text"]["fr"]


async def test_an_entry_to_be_announced_first_is_in_no_answer(house: House) -> None:
    """What the person does not know of is not counted, not listed and not found."""
    await circle(house)
    software = Caller(party_id=DOCTOR, device_id=uuid4())
    before = await house.get(f"/parties/{DOCTOR}/entries")

    hidden = await _condition_to_be_announced(house)
    after = await house.get(f"/parties/{DOCTOR}/entries")
    unknown = await house.phone.get(f"/v1/spaces/{house.space_id}/entries/{uuid4()}/audience")
    pending = await house.phone.get(f"/v1/spaces/{house.space_id}/entries/{hidden}/audience")
    answers = [
        await house.phone.post(f"/v1/spaces/{house.space_id}/{door}", json={"record_id": hidden})
        for door in ("masks", "masks/preview")
    ]

    assert hidden in await house.held(software)
    assert after == before
    assert (pending.status_code, pending.content) == (404, unknown.content)
    assert {(one.status_code, one.content) for one in answers} == {(404, unknown.content)}


async def _condition_to_be_announced(house: House) -> str:
    record_id, space_id = uuid4(), UUID(house.space_id)

    async def deposit(work: Work) -> None:
        edit = await edit_space(work, house.host, space_id)
        await edit.load([record_id])
        edit.put(
            Entry(
                record_id=record_id,
                collection=house.host.collections["conditions"],
                author_id=DOCTOR,
                fields={"label": "Une nouvelle"},
                flags=Confidentiality.ANNOUNCEMENT_PENDING.value,
            )
        )
        await save_space(work, space_id, edit)

    await house.office.write(deposit)
    return str(record_id)


@pytest.mark.parametrize("role", ["caregiver", None])
async def test_nobody_else_learns_that_the_space_is_there(house: House, role: str | None) -> None:
    """A caregiver and a stranger get the bytes of no space."""
    await circle(house)
    record_id = await house.document()
    other = await (house.counter.newcomer("zoe") if role is None else house.join(role))
    mask = {"record_id": record_id}

    for path in ("entries/{r}/audience", "parties", "parties/{p}/entries"):
        part = path.format(r=record_id, p=NURSE)
        refused = await other.get(f"/v1/spaces/{house.space_id}/{part}")
        unknown = await other.get(f"/v1/spaces/{uuid4()}/{part}")
        assert refused.status_code == 404, refused.text
        assert refused.content == unknown.content
    for path in ("masks/preview", "masks"):
        refused = await other.post(f"/v1/spaces/{house.space_id}/{path}", json=mask)
        unknown = await other.post(f"/v1/spaces/{uuid4()}/{path}", json=mask)
        assert (refused.status_code, refused.content) == (404, unknown.content)


async def test_a_mask_by_http_and_one_by_op_are_the_same(house: House) -> None:
    """Both hide at once, both are in the journal, and either door takes off the other's."""
    await circle(house)
    software = Caller(party_id=NURSE, device_id=uuid4())
    first, second = await house.document("Un"), await house.document("Deux")
    assert await house.held(software) == {first, second}

    answer = await house.phone.post(f"/v1/spaces/{house.space_id}/masks", json={"record_id": first})
    by_http = answer.json()["record_id"]
    by_op = put(house.space_id, "masks", {"record_id": second})
    (outcome,) = await house.phone.push(by_op)
    assert await house.held(software) == set()

    replica = await house.phone.whole(house.space_id)
    seq = replica.records[by_http]["seq"]
    await house.phone.push(delete(house.space_id, "masks", by_http, seq))
    assert await house.held(software) == {first}
    path = f"/v1/spaces/{house.space_id}/masks/{by_op['record_id']}"
    dropped = await house.client.delete(path, headers=house.phone.headers)
    again = await house.client.delete(path, headers=house.phone.headers)

    assert (outcome["status"], dropped.status_code, again.status_code) == ("applied", 204, 404)
    assert await house.held(software) == {first, second}
    page = await house.get("/journal")
    actions = [line["entry"]["action"] for line in page["entries"]]
    assert (actions.count("mask"), actions.count("unmask")) == (2, 2)


async def test_a_mask_that_hides_nothing_is_refused(house: House) -> None:
    """Neither of record and section, or no profession where one is meant."""
    path = f"/v1/spaces/{house.space_id}/masks"
    wrong: list[Json] = [
        {},
        {"section": "documents", "from_whom": "profession"},
        {"section": "mesures"},
        {"section": "masks"},
        {"section": "documents", "from_whom": "profession", "profession": "999"},
    ]

    for mask in wrong:
        for door in (path, f"{path}/preview"):
            answer = await house.phone.post(door, json=mask)
            assert (answer.status_code, answer.json()["code"]) == (422, "invalid-input")


async def test_somebody_who_was_never_let_in_is_not_found(house: House) -> None:
    """The holder is not in the list either."""
    answer = await house.phone.get(f"/v1/spaces/{house.space_id}/parties/{uuid4()}/entries")

    assert (answer.status_code, answer.json()["code"]) == (404, "party-not-found")


async def test_a_mask_sent_twice_under_one_key_is_one_mask(house: House) -> None:
    """The answer that was lost comes again, and nothing else happens."""
    record_id = await house.document()
    headers = {"Idempotency-Key": '"3f1c2b7e-58f0-4a53-9d2e-0c8a4f1b7d10"'}
    path = f"/v1/spaces/{house.space_id}/masks"

    first = await house.phone.post(path, json={"record_id": record_id}, headers=headers)
    again = await house.phone.post(path, json={"record_id": record_id}, headers=headers)

    assert (first.status_code, first.content) == (again.status_code, again.content)
    held = await house.phone.whole(house.space_id)
    assert len(held.bodies("masks")) == 1


async def test_who_represents_an_adult_masks_by_every_door(house: House) -> None:
    """By op, by HTTP with its preview, and off again: they decide in the person's place."""
    guardian = await house.join("representative")
    record_id = await house.document()
    path = f"/v1/spaces/{house.space_id}/masks"
    mask = {"record_id": record_id}

    (by_op,) = await guardian.push(put(house.space_id, "masks", mask))
    foreseen = await guardian.post(f"{path}/preview", json=mask)
    made = await guardian.post(path, json=mask)
    seen = await guardian.get(f"/v1/spaces/{house.space_id}/entries/{record_id}/audience")
    dropped = await house.client.delete(
        f"{path}/{made.json()['record_id']}", headers=guardian.headers
    )

    assert by_op["status"] == "applied"
    assert (foreseen.status_code, made.status_code, seen.status_code) == (200, 201, 200)
    assert dropped.status_code == 204
    lines = await house.get("/journal")
    by = [
        one["entry"]["actor"]["kind"]
        for one in lines["entries"]
        if one["entry"]["action"] in ("mask", "unmask")
    ]
    assert by == ["representative"] * 3
