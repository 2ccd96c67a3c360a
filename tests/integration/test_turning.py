"""Rights that turn faster than they can be written down: who asks is told to wait."""

from datetime import datetime
from pathlib import Path

import msgspec

from backend.access.collection import ViewerRights
from backend.kernel.spaces import SpaceTransactions
from backend.settings import Settings
from sync.core.audience import Viewer
from sync.exchange import Exchange
from tests.databases import sqlite_folder
from tests.journeys import Counter, client_of, put, serving, state_inside


class Restless(ViewerRights):
    """The rights that ship, judged by something that is another one each time."""

    def refreshed(self, viewer: Viewer, now: datetime) -> bytes | None:
        return viewer.grant


async def test_a_record_whose_rights_never_rest_asks_for_patience(
    tmp_path: Path, cache_folder: Path
) -> None:
    """A 503 that says when to come again at each door that reads, and no change is lost."""
    folder = await sqlite_folder(tmp_path / "data", cache_folder)
    async with serving(Settings(data_folder=folder)) as app, client_of(app) as client:
        phone = await Counter(client, folder).newcomer()
        space_id = (await phone.spaces())[0]["space_id"]
        note = put(space_id, "notes", {"title": "à moi"})
        state = state_inside(app)
        host, exchange = state["host"], state["exchange"]
        restless = msgspec.structs.replace(host, rights=Restless(host.rights._matrix))
        state["host"] = restless
        state["exchange"] = Exchange(SpaceTransactions(state["office"]), restless)

        asked = {"ops": [note], "spaces": [{"space_id": space_id}]}
        answers = [
            await phone.post("/v1/sync", json=asked),
            await phone.get(f"/v1/spaces/{space_id}/changes"),
            await phone.get(f"/v1/spaces/{space_id}/entries"),
        ]
        state["host"], state["exchange"] = host, exchange
        again = await phone.post("/v1/sync", json=asked)

    assert {(one.status_code, one.json()["code"]) for one in answers} == {(503, "space-busy")}
    assert {one.headers["retry-after"] for one in answers} == {"2"}
    assert again.json()["outcomes"][0]["status"] == "applied"
