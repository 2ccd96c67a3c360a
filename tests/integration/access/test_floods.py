"""Nobody is flooded with messages that cost money by somebody who acts in their record."""

from tests.integration.access.house import House
from tests.journeys import Json

TOLD = "notice-access-changed"


def told(house: House) -> list[Json]:
    """Return what was written to people about rights in their record."""
    return [one for one in house.counter.messages() if one["kind"] == TOLD]


async def test_who_helps_floods_nobody_with_links(house: House) -> None:
    """A link made again and again works each time; the person is told a few times an hour."""
    mother, space_id = await house.patient()
    daughter, _ = await house.caregiver(mother, space_id)
    await house.step_up(daughter)
    before = len(told(house))

    made = [await daughter.post(f"/v1/spaces/{space_id}/agenda-feed", json={}) for _ in range(25)]

    assert {one.status_code for one in made} == {201}
    within_the_hour = len(told(house))
    assert 1 <= within_the_hour - before <= 10
    with house.later(hours=2):
        await house.again(daughter, "camille")
        await house.step_up(daughter)
        await daughter.post(f"/v1/spaces/{space_id}/agenda-feed", json={})
        assert len(told(house)) == within_the_hour + 1


async def test_who_decides_for_somebody_floods_them_with_no_changes(house: House) -> None:
    """A mandate changed to and fro, by the person or in their place."""
    mother, space_id = await house.patient()
    invited = await house.invite(mother, space_id)
    path = f"/v1/spaces/{space_id}/mandates/{invited['record_id']}"
    before = len(told(house))

    answers = [
        await mother.client.patch(path, json={"sections": [name]}, headers=mother.headers)
        for name in ("documents", "appointments") * 12
    ]

    assert {one.status_code for one in answers} == {200}
    assert 1 <= len(told(house)) - before <= 10
