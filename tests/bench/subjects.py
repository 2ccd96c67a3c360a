"""Servers to measure: started as processes, filled before they start."""

import json
import os
import socket
import subprocess
import sys
import time
import uuid
from pathlib import Path
from typing import Any

import httpx
import msgspec

from backend.access.guard import AccessGuard
from backend.access.matrices.in_force import MatrixInForce
from backend.identity.accounts import store as accounts
from backend.identity.accounts.model import Account, Contacts, Proposal
from backend.identity.challenges.model import Assurance
from backend.identity.sessions import service as sessions
from backend.kernel.db import open_database
from backend.kernel.ids import AccountId
from backend.kernel.keys import Keys
from backend.kernel.sealing import FileKeys
from backend.kernel.spaces import SpaceTransactions
from backend.kernel.work import Message, Office, Work
from backend.migrations.runner import migrate
from backend.opening import make_host
from backend.settings import Settings
from sync.core.audience import Viewer
from sync.core.change import Op, OpKind
from sync.exchange import Exchange
from sync.push import Caller
from sync.storage.spaces import add_viewer, open_space

PEOPLE = 64
MEASURE = {
    "kind": "blood-pressure",
    "label": "Tension artérielle",
    "systolic": 128,
    "diastolic": 79,
    "unit": "mm[Hg]",
    "method_text": "Tensiomètre électronique au bras",
    "site_text": "Bras gauche, assise, après cinq minutes de repos",
    "comment": "Mesure du matin avant les médicaments, bien reposée, pas de vertige.",
}


def ops(space_id: uuid.UUID, count: int, *, day: int = 0) -> list[Op]:
    """Make ops that each add a measure of about 400 bytes."""
    return [
        Op(
            op_id=uuid.uuid4(),
            space_id=space_id,
            collection="measures",
            record_id=uuid.uuid4(),
            kind=OpKind.PUT,
            set={
                **MEASURE,
                "systolic": 110 + (i * 7 + day) % 40,
                "measured_at": f"2025-{1 + i % 12:02}-{1 + i % 28:02}T07:{i % 60:02}:00Z",
            },
        )
        for i in range(count)
    ]


class NoMessages:
    """An outbox that keeps nothing."""

    leaves = True

    async def send(self, messages: list[Message]) -> None:
        """Drop them."""


class Filled(msgspec.Struct):
    """What a load needs to know of a prepared server."""

    token: str
    spaces: dict[str, uuid.UUID]
    checkpoints: dict[str, str]
    people: list[tuple[str, uuid.UUID]]


async def fill(url: str, folder: Path, sizes: dict[str, int]) -> Filled:
    """Make an account with one space of each size, each with 100 newer changes; then people."""
    await migrate(url, folder)
    database = await open_database(url, folder, address="bench")
    keys = Keys(FileKeys.open(Settings(data_folder=folder).keys_path))
    matrix = MatrixInForce()
    office = Office(database, keys, NoMessages(), AccessGuard(matrix))
    host = make_host(keys.provider.checkpoint_key, matrix)
    exchange = Exchange(SpaceTransactions(office), host)
    account_id = AccountId(uuid.uuid4())
    signed_in = await office.write(lambda work: _sign_in(work, account_id))
    caller = Caller(party_id=account_id, device_id=signed_in.device_id)
    filled = Filled(token=signed_in.access_token, spaces={}, checkpoints={}, people=[])
    for name, size in sizes.items():
        space_id = await office.write(lambda work: _open(work, account_id))
        for start in range(0, size, 500):
            await exchange.push(caller, ops(space_id, min(500, size - start)))
        filled.spaces[name] = space_id
        filled.checkpoints[f"{name}-before"] = await _end(exchange, caller, space_id)
        await exchange.push(caller, ops(space_id, 100, day=3))
        filled.checkpoints[name] = await _end(exchange, caller, space_id)
    for _ in range(PEOPLE):
        filled.people.append(await _newcomer(office))
    await database.close()
    return filled


async def _newcomer(office: Office) -> tuple[str, uuid.UUID]:
    """Make somebody with a space, and return their token and it."""
    account_id = AccountId(uuid.uuid4())
    signed_in = await office.write(lambda work: _sign_in(work, account_id))
    space_id = await office.write(lambda work: _open(work, account_id))
    return signed_in.access_token, space_id


async def _sign_in(work: Work, account_id: AccountId) -> sessions.SignedIn:
    await work.keys.create(work.db, account_id)
    sealed = await accounts.seal_contacts(work, account_id, Contacts(language="fr"))
    await accounts.add(
        work,
        Account(
            account_id=account_id,
            login_hash=account_id.bytes * 2,
            password_hash="",
            sealed_contacts=sealed,
            created_at=work.now,
        ),
    )
    proposal = Proposal(name="bench", platform="cli")
    signed_in, _ = await sessions.start(work, account_id, proposal, Assurance.STRONG)
    return signed_in


async def _open(work: Work, account_id: AccountId) -> uuid.UUID:
    space_id = uuid.uuid4()
    await work.keys.create(work.db, space_id)
    await open_space(work.db, space_id)
    viewer = Viewer(viewer_id=uuid.uuid4(), party_id=account_id, role="holder")
    await add_viewer(work.db, space_id, viewer)
    return space_id


async def _end(exchange: Exchange, caller: Caller, space_id: uuid.UUID) -> str:
    from sync.exchange import SpaceAsk

    checkpoint = ""
    async for page in exchange.every_page(caller, SpaceAsk(space_id=space_id)):
        checkpoint = page.checkpoint
    return checkpoint


class Server:
    """One server process under load."""

    def __init__(self, target: str, environment: dict[str, str]) -> None:
        self.port = _free_port()
        code = (
            "from granian import Granian; from granian.constants import Interfaces, Loops; "
            f"Granian({target!r}, factory=True, address='127.0.0.1', port={self.port}, "
            "interface=Interfaces.ASGI, loop=Loops.uvloop, websockets=False, log_enabled=False, "
            "workers_kill_timeout=3).serve()"
        )
        self.process = subprocess.Popen(
            [sys.executable, "-c", code],
            env={**os.environ, **environment, "CARNET_PORT": str(self.port)},
        )

    def wait(self, path: str) -> float:
        """Wait until it answers; return how long that took."""
        began = time.perf_counter()
        while True:
            try:
                if httpx.get(f"http://127.0.0.1:{self.port}{path}", timeout=5).is_success:
                    return time.perf_counter() - began
            except httpx.HTTPError:
                pass
            if self.process.poll() is not None:
                raise RuntimeError("The server stopped.")
            time.sleep(0.02)

    def cpu_seconds(self) -> float:
        """Return the CPU time that it and its workers have used."""
        return sum(_cpu(pid) for pid in self.pids())

    def memory_mib(self) -> float:
        """Return the resident memory of it and its workers."""
        total = 0
        for pid in self.pids():
            for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
                if line.startswith("Pss:"):
                    total += int(line.split()[1])
        return total / 1024

    def pids(self) -> list[int]:
        """Return this process and its children."""
        found = subprocess.run(
            ["pgrep", "-P", str(self.process.pid)], capture_output=True, text=True, check=False
        )
        return [self.process.pid, *map(int, found.stdout.split())]

    def stop(self) -> None:
        """End it."""
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _cpu(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except FileNotFoundError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def drive(
    server: Server, requests: list[bytes], *, seconds: float, connections: int
) -> dict[str, Any]:
    """Load a server from another process; add the CPU that each request took."""
    import base64

    order = {
        "host": "127.0.0.1",
        "port": server.port,
        "requests": [base64.b64encode(r).decode() for r in requests],
        "seconds": seconds,
        "connections": connections,
    }
    before = server.cpu_seconds()
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.client"],
        input=json.dumps(order),
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
    )
    result: dict[str, Any] = json.loads(done.stdout)
    used = server.cpu_seconds() - before
    result["cpu_us"] = used / max(1, result["requests"]) * 1e6
    return result


def get(path: str, token: str = "", **headers: str) -> bytes:
    """Write a GET request."""
    lines = [f"GET {path} HTTP/1.1", "Host: bench"]
    if token:
        lines.append(f"Authorization: Bearer {token}")
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode()


def post(path: str, token: str, body: bytes) -> bytes:
    """Write a POST request with a JSON body."""
    head = (
        f"POST {path} HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {token}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body
