"""What a caregiver brings is the person's, and leaves their phone like the rest."""

from tests.integration.access.house import House
from tests.integration.access.mandated import DOSE, VISIT
from tests.journeys import Replica, put


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
