"""What was shut stays shut: by a block, a newer consent, an end, or a limit that nobody sees."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from backend.access.change import RightsChange, own_eye
from backend.access.consents import delivery
from backend.access.model import Role
from backend.identity.rules.counters import Limit
from backend.kernel.work import Work
from sync.core.audience import Viewer
from sync.errors import SpaceNotFound
from sync.push import Caller
from tests.clinic import ANNE, PAUL, Clinic, state_of

COPY = {"keeps_copy": True}


async def test_a_block_takes_the_place_in_the_team_with_it(clinic: Clinic) -> None:
    """Lifted, the consent of a colleague lets nobody back in; blocked, nobody declares them."""
    phone, space_id = await clinic.patient()
    anne, paul = await clinic.professional(ANNE), await clinic.professional(PAUL)
    await clinic.given(phone, anne, space_id, extends_to_team=True, **COPY)
    path = f"/v1/professionals/me/spaces/{space_id}/care-team"
    order = {"rpps": PAUL, "ends_at": (datetime.now(UTC) + timedelta(days=9)).isoformat()}
    await anne.post(path, json=order)
    opened = await clinic.patients(paul)

    blocks = f"/v1/spaces/{space_id}/blocks"
    blocked = await phone.post(blocks, json={"party_id": await clinic.party(paul)})
    while_blocked = await anne.post(path, json=order)
    await phone.client.delete(f"{blocks}/{blocked.json()['record_id']}", headers=phone.headers)

    assert len(opened) == 1
    assert while_blocked.json()["code"] == "professional-unknown"
    assert await clinic.patients(paul) == []
    assert (await anne.post(path, json=order)).status_code == 201


async def test_a_newer_consent_takes_the_place_of_the_one_before(clinic: Clinic) -> None:
    """Ending it opens no older one again."""
    phone, space_id = await clinic.patient()
    anne = await clinic.professional(ANNE)
    first = await clinic.given(phone, anne, space_id, **COPY)
    second = await clinic.given(phone, anne, space_id, **COPY)

    listed = (await phone.get(f"/v1/spaces/{space_id}/consents")).json()
    await phone.post(f"/v1/spaces/{space_id}/consents/{second}/end")

    standing = {one["record_id"]: one["consent"]["status"] for one in listed}
    assert standing == {first: "ended", second: "given"}
    assert {one["status"] for one in await clinic.requests(anne)} == {"ended"}
    assert await state_of(anne, space_id) == "wipe"


async def test_a_flood_of_requests_does_not_reach_a_phone(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The limit on a person works in silence: who asks sees a request like any other."""
    only_one = Limit(name="one", most=1, per=timedelta(days=1), burst=1)
    monkeypatch.setattr(delivery, "ASKS_PER_SPACE", (only_one,))
    phone, space_id = await clinic.patient()
    anne, paul = await clinic.professional(ANNE), await clinic.professional(PAUL)

    first, second = [await clinic.asked(one) for one in (anne, paul)]

    assert {*(await phone.whole(space_id)).bodies("consents")} == {first}
    (seen,) = await clinic.requests(paul)
    assert (seen["request_id"], seen["status"]) == (second, "waiting")


async def test_a_viewer_that_no_act_names_any_more_is_shut(clinic: Clinic) -> None:
    """An act that is taken away takes with it what it opened."""
    phone, space_id = await clinic.patient()
    anne = await clinic.professional(ANNE)
    record_id = await clinic.given(phone, anne, space_id, **COPY)
    before = await state_of(anne, space_id)

    async def take_away(work: Work) -> None:
        change = await RightsChange.begin(work, clinic.host, UUID(space_id))
        await change.delete(UUID(record_id), UUID(int=0))
        await change.save()

    await clinic.office.write(take_away)

    assert (before, await state_of(anne, space_id)) == ("open", "wipe")


async def test_who_decided_once_decides_no_more(clinic: Clinic) -> None:
    """A representative whose time is over is a stranger."""
    now = datetime.now(UTC)
    device = Caller(party_id=uuid4(), device_id=uuid4())
    viewer = Viewer(viewer_id=uuid4(), party_id=device.party_id, role="representative")

    role, _ = own_eye([viewer], clinic.host, device, now)
    viewer.closes_at = now

    assert role is Role.REPRESENTATIVE
    with pytest.raises(SpaceNotFound):
        own_eye([viewer], clinic.host, device, now)
