"""A running server takes another rights matrix at once, in each of its processes."""

from pathlib import Path

from backend.access.reference import shipped_matrix
from backend.operations.credential import operator_token
from tests.servers import running_server


async def test_a_running_server_notices_an_import(
    database_kind: str, tmp_path: Path, cache_folder: Path
) -> None:
    """The command asks it; the next question is answered by the new matrix."""
    file = tmp_path / "matrix.csv"
    file.write_text(f"{shipped_matrix()}70,PRESC-KINE,yes,fictional,2026-01-01,\n")
    async with running_server(database_kind, tmp_path / "data", cache_folder) as server:
        headers = {"Authorization": f"Bearer {operator_token(server.data_folder)}"}
        async with server.client(headers=headers) as client:
            before = (await client.get("/v1/operator/matrix")).json()
            done = await server.command("matrix", "import", file)
            after = (await client.get("/v1/operator/matrix")).json()
            no_such = await client.get("/v1/operator/matrix", params={"version": 10**30})
            strangers = await client.get("/v1/operator/matrix", headers={"Authorization": ""})

    assert done.returncode == 0, done.stderr
    assert "1 widen, 0 narrow" in done.stdout
    assert (before["matrix"]["version"], after["matrix"]["version"]) == (0, 1)
    assert after["matrix"]["text"] == file.read_text()
    assert (no_such.status_code, no_such.json()["code"]) == (404, "matrix-not-found")
    assert strangers.status_code == 401
