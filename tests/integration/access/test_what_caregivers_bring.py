"""What a caregiver brings is the person's, and leaves their phone like the rest."""

import pytest

from tests.integration.access.house import House
from tests.integration.access.mandated import DOSE, VISIT
from tests.integration.access.test_uploads import bring
from tests.journeys import Replica, delete, put

MEASURE = {
    "kind": "weight",
    "label": "Poids",
    "value": 61.5,
    "unit": "kg",
    "measured_at": "2026-11-20T08:00:00Z",
}


async def test_what_a_caregiver_added_leaves_with_the_part_it_is_in(house: House) -> None:
    """Narrowed, or masked from them: it is the person's, and their phone forgets it."""
    mother, space_id = await house.patient()
    sections = ["appointments", "immunizations"]
    claire, invited = await house.caregiver(mother, space_id, sections=sections)
    visit, dose = put(space_id, "appointments", VISIT), put(space_id, "immunizations", DOSE)
    await claire.push(visit, dose)
    copy = Replica(space_id)
    await claire.pull(copy)
    both = {visit["record_id"], dose["record_id"]}
    assert both <= copy.records.keys()

    path = f"/v1/spaces/{space_id}/mandates/{invited['record_id']}"
    changed = await mother.client.patch(
        path, json={"sections": ["immunizations"]}, headers=mother.headers
    )
    await claire.pull(copy)
    assert changed.status_code == 200, changed.text
    assert both & copy.records.keys() == {dose["record_id"]}

    party_id = (await mother.whole(space_id)).bodies("mandates")[invited["record_id"]]["party_id"]
    hidden = {"record_id": dose["record_id"], "from_whom": "person", "party_id": party_id}
    await mother.push(put(space_id, "masks", hidden))
    await claire.pull(copy)
    assert both & copy.records.keys() == set()
    assert both <= (await mother.whole(space_id)).records.keys()


@pytest.mark.parametrize("limit", [1, 500])
async def test_a_phone_that_begins_anew_is_told_nothing_of_what_went(
    house: House, limit: int
) -> None:
    """Let go, and invited again for less: what she once had is not even counted to her."""
    mother, space_id = await house.patient()
    claire, first = await house.caregiver(mother, space_id, sections=["appointments", "documents"])
    visits = [put(space_id, "appointments", VISIT) for _ in range(3)]
    dose = put(space_id, "immunizations", DOSE)
    await mother.push(*visits, dose)
    old = Replica(space_id)
    await claire.pull(old)
    await mother.client.delete(
        f"/v1/spaces/{space_id}/mandates/{first['record_id']}", headers=mother.headers
    )
    again = await house.invite(mother, space_id, sections=["immunizations"])
    accepted = await claire.post("/v1/mandates/accept", json={"code": again["code"]})

    fresh = Replica(space_id)
    await claire.pull(fresh, limit=limit)
    base = (await mother.whole(space_id)).records[dose["record_id"]]["seq"]
    another = put(space_id, "immunizations", DOSE)
    await mother.push(another, delete(space_id, "immunizations", dose["record_id"], base))
    await claire.pull(fresh, limit=limit)
    await claire.pull(old, limit=limit)

    assert accepted.status_code == 200, accepted.text
    assert len(fresh.seqs) == 3
    assert len(fresh.records) == 1
    assert fresh.is_proved
    assert old.records == fresh.records


async def test_the_person_throws_away_what_a_caregiver_brought(house: House) -> None:
    """A file and a measure, also once the caregiver has gone."""
    mother, space_id = await house.patient()
    sections = ["documents", "measures"]
    claire, invited = await house.caregiver(mother, space_id, sections=sections)
    measure = put(space_id, "measures", MEASURE)
    await claire.push(measure)
    paper = (await bring(claire, space_id)).json()["record_id"]
    path = f"/v1/spaces/{space_id}/mandates/{invited['record_id']}"
    await mother.client.delete(path, headers=mother.headers)
    held = (await mother.whole(space_id)).records

    outcomes = await mother.push(
        delete(space_id, "documents", paper, held[paper]["seq"]),
        delete(space_id, "measures", measure["record_id"], held[measure["record_id"]]["seq"]),
    )

    assert [one["status"] for one in outcomes] == ["applied", "applied"], outcomes
    assert not {paper, measure["record_id"]} & (await mother.whole(space_id)).records.keys()
