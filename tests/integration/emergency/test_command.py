"""`carnet review`, as an operator sees it."""

import json
from pathlib import Path

import pytest

from tests.clinic import INS, REASON, person
from tests.journeys import BIRTH_DATE, Counter, Phone
from tests.servers import running_server

pytestmark = pytest.mark.slow


async def test_an_operator_looks_into_an_emergency(tmp_path: Path, cache_folder: Path) -> None:
    """Listed, shown, closed; then nothing waits."""
    async with running_server("sqlite", tmp_path / "data", cache_folder) as server:
        async with server.client() as client:
            counter = Counter(client, server.data_folder)
            await counter.open_space(person(INS))
            made = {"rpps": "10000000001", "given_name": "Anne", "family_name": "FAURE"}
            path, headers = "/v1/operator/professionals", counter.headers
            await client.post(path, json={**made, "profession_code": "10"}, headers=headers)
            who = {"rpps": made["rpps"]}
            tokens = await client.post(f"{path}/sessions", json=who, headers=headers)
            body = {"ins": INS, "birth_date": BIRTH_DATE, **REASON}
            await Phone(client, tokens.json()).post("/v1/spaces/emergency", json=body)
        listed = await server.command("review", "list", "--json")
        waiting = json.loads(listed.stdout)
        place = waiting["space_id"], waiting["review_id"]
        shown = await server.command("review", "show", *place)
        closed = await server.command("review", "close", *place, "--note", "Fondé")
        again = await server.command("review", "close", *place, "--note", "Fondé")
        left = await server.command("review", "list")

    assert waiting["kind"] == "emergency"
    assert f"reason: {REASON['reason']}" in shown.stdout
    assert closed.returncode == 0, closed.stderr
    assert again.returncode == 1
    assert "Nothing waits." in left.stdout
