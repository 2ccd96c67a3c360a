"""A device that never stops sending changes is told to wait, over HTTP."""

from pathlib import Path

from backend.kernel.limits import RequestLimits, TooManyChanges
from backend.settings import Profile, Settings
from sync.core.limits import OPS_PER_DEVICE_AND_DAY_MAX
from tests.databases import sqlite_folder
from tests.journeys import Counter, client_of, put, serving, state_inside


async def test_a_device_sends_so_many_changes_a_day(tmp_path: Path, cache_folder: Path) -> None:
    """Nothing of the request is done; pulling goes on, and so does another device."""
    folder = await sqlite_folder(tmp_path / "data", cache_folder)
    async with serving(Settings(data_folder=folder)) as app, client_of(app) as client:
        counter = Counter(client, folder)
        phone = await counter.newcomer()
        space_id = (await phone.spaces())[0]["space_id"]
        state_inside(app)["op_limits"] = RequestLimits(
            3, window_seconds=86_400, refusal=TooManyChanges
        )
        ops = [put(space_id, "notes", {"title": f"note {n}"}) for n in range(4)]

        await phone.push(*ops[:3])
        refused = await phone.post("/v1/sync", json={"ops": ops[3:], "spaces": []})
        held = await phone.whole(space_id)
        other = await counter.sign_in("lea.martin")
        (taken,) = await other.push(ops[3])

    assert (refused.status_code, refused.json()["code"]) == (429, "too-many-changes")
    assert int(refused.headers["retry-after"]) > 60
    assert len(held.bodies("notes")) == 3
    assert taken["status"] == "applied"


def test_the_limit_of_the_protocol_is_the_one_in_production() -> None:
    """In development a bench may send as many in a minute."""
    production = Settings(profile=Profile.PRODUCTION)

    assert production.device_ops == OPS_PER_DEVICE_AND_DAY_MAX < Settings().device_ops
