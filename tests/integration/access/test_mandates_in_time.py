"""Mandates as time goes by: confirmed or not, to come, bounded."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from backend.access.mandates.limits import REVIEW_EVERY, REVIEW_WAITS
from tests.integration.access.house import House
from tests.integration.access.mandated import filled


async def test_feeds_follow_a_change_of_sections(house: House) -> None:
    """What is named no more leaves the phone; what is named now comes."""
    mother, space_id = await house.patient()
    held = await filled(mother, space_id)
    daughter, invited = await house.caregiver(mother, space_id)
    replica = await daughter.whole(space_id)
    path = f"/v1/spaces/{space_id}/mandates/{invited['record_id']}"

    changed = await mother.client.patch(
        path, json={"sections": ["immunizations", "conditions"]}, headers=mother.headers
    )
    await daughter.pull(replica)

    assert changed.status_code == 200, changed.text
    assert set(replica.records) == {held["immunizations"], held["conditions"]}
    assert replica.is_proved


async def test_a_mandate_that_nobody_confirms_ends_by_itself(house: House) -> None:
    """The person alone is asked; unanswered for a month, it ends as if its date had come."""
    mother, space_id = await house.patient()
    daughter, invited = await house.caregiver(mother, space_id)
    path = f"/v1/spaces/{space_id}/mandates"

    with house.later(days=REVIEW_EVERY.days + 1):
        await house.again(mother, "lea.martin")
        await house.again(daughter, "camille")
        (waits,) = (await mother.get(path)).json()
        (seen,) = await daughter.spaces()
        assert waits["status"] == "active"
        assert waits["confirm_by"] == waits["over_at"] == seen["mandate"]["until"]
    with house.later(days=(REVIEW_EVERY + REVIEW_WAITS).days + 1):
        await house.again(mother, "lea.martin")
        await house.again(daughter, "camille")
        (over,) = (await mother.get(path)).json()
        assert over["status"] == "ended"
        assert (await house.state(daughter, space_id))["state"] == "wipe"
        assert [one["state"] for one in await daughter.spaces()] == ["ended"]
        await house.step_up(mother)
        late = await mother.post(f"{path}/{invited['record_id']}/renewal", json={})
        assert (late.status_code, late.json()["code"]) == (404, "not-found")


async def test_a_confirmed_mandate_goes_on(house: House) -> None:
    """A renewal reaches twelve months from itself, and not a day more."""
    mother, space_id = await house.patient()
    daughter, invited = await house.caregiver(mother, space_id)
    path = f"/v1/spaces/{space_id}/mandates/{invited['record_id']}/renewal"

    with house.later(days=100):
        await house.again(mother, "lea.martin")
        await house.step_up(mother)
        for days, status in ((364, 200), (367, 422), (-1, 422)):
            ends_at = (datetime.now(UTC) + timedelta(days=days)).isoformat()
            answer = await mother.post(path, json={"ends_at": ends_at})
            assert answer.status_code == status, (days, answer.text)
    with house.later(days=130):
        await house.again(daughter, "camille")
        assert (await house.state(daughter, space_id))["state"] == "open"


@pytest.mark.parametrize(
    "wrong",
    [
        {"sections": ["masks"]},
        {"sections": ["everything"]},
        {"sections": ["sexual-health"]},
        {"sections": []},
        {"sections": ["documents", "documents"]},
        {"actions": []},
        {"actions": ["add"]},
        {"actions": ["read", "message"]},
        {"ends_at": timedelta(days=370)},
        {"ends_at": timedelta(days=-1)},
        {"starts_at": timedelta(days=301)},
    ],
    ids=str,
)
async def test_a_mandate_names_known_things_for_a_year_at_most(
    house: House, wrong: dict[str, Any]
) -> None:
    """Unknown sections, no action, dates that do not fit: refused, with a next step."""
    mother, space_id = await house.patient()
    now = datetime.now(UTC)
    given = {
        name: (now + value).isoformat() if isinstance(value, timedelta) else value
        for name, value in wrong.items()
    }

    answer = await house.ask(mother, space_id, **given)

    assert (answer.status_code, answer.json()["code"]) == (422, "mandate-unsuitable")


async def test_a_mandate_that_begins_later_shows_nothing_before(house: House) -> None:
    """The caregiver sees that it waits; the phone holds nothing until then."""
    mother, space_id = await house.patient()
    await filled(mother, space_id)
    starts_at = (datetime.now(UTC) + timedelta(days=2)).isoformat()

    daughter, _ = await house.caregiver(mother, space_id, starts_at=starts_at)

    assert (await daughter.spaces())[0]["state"] == "waiting"
    assert (await house.state(daughter, space_id))["state"] == "wipe"
    with house.later(days=2, seconds=1):
        await house.again(daughter, "camille")
        assert len((await daughter.whole(space_id)).records) == 2
