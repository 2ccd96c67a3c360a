"""Real server processes for tests: started, stopped, killed and started again on the same data."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import httpx

from tests.databases import postgresql_database, sqlite_folder

READY_SECONDS = 30.0
POLL_SECONDS = 0.02
STOP_SECONDS = 15.0
COMMAND_SECONDS = 60.0

# The script beside this interpreter: what an operator types.
CARNET = str(Path(sys.executable).with_name("carnet"))


class Server:
    """One `carnet serve` on a data folder and a port of its own.

    Its process group is its own, so that a kill takes the worker with it, as a
    power cut would.
    """

    def __init__(
        self,
        data_folder: Path,
        *,
        database_url: str = "sqlite",
        demo: bool = False,
        **settings: str | Path,
    ) -> None:
        self.data_folder = data_folder
        self.database_url = database_url
        self.port = free_port()
        self.log_path = data_folder.with_name(f"{data_folder.name}.log")
        self._settings = settings
        self._options = ("--demo",) if demo else ()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        """The first process of its group."""
        assert self._process is not None
        return self._process.pid

    @property
    def log(self) -> str:
        """All that it has written to its terminal, over all its lives."""
        return self.log_path.read_text() if self.log_path.exists() else ""

    def environment(self) -> dict[str, str]:
        """What its process, and a command about it, find in their environment."""
        return environment(
            CARNET_DATA=self.data_folder,
            CARNET_DATABASE_URL=self.database_url,
            CARNET_PORT=str(self.port),
            **self._settings,
        )

    def client(self, **options: object) -> httpx.AsyncClient:
        """Make a client of it; nothing of the environment's proxies applies."""
        return httpx.AsyncClient(
            base_url=self.address,
            timeout=20,
            trust_env=False,
            **options,  # type: ignore[arg-type]  # Passed on as they are.
        )

    def spawn(self) -> None:
        """Start the process; it is not ready yet."""
        assert self._process is None, "It runs already."
        with self.log_path.open("ab") as log:
            self._process = subprocess.Popen(
                [CARNET, "serve", *self._options],
                env=self.environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    async def start(self) -> None:
        """Start it and return when it can serve."""
        self.spawn()
        async with self.client() as client:
            until = time.monotonic() + READY_SECONDS
            while time.monotonic() < until:
                self._assert_running()
                try:
                    if (await client.get("/health/ready")).status_code == 200:
                        return
                except httpx.HTTPError:
                    pass
                await asyncio.sleep(POLL_SECONDS)
        raise AssertionError(f"The server was not ready in time.\n{self.log}")

    async def stop(self) -> int:
        """Ask it to end, as a supervisor does; return its exit code."""
        return await self._end(signal.SIGTERM, whole_group=False)

    async def kill(self) -> None:
        """End it with no warning, in the middle of whatever it does."""
        await self._end(signal.SIGKILL, whole_group=True)

    async def wait(self) -> int:
        """Wait until it ends by itself; return its exit code."""
        assert self._process is not None
        try:
            return await asyncio.to_thread(self._process.wait, STOP_SECONDS)
        finally:
            self._signal_group(signal.SIGKILL)
            self._process = None

    async def is_silent_within(self, seconds: float) -> bool:
        """Wait until nobody answers any more; say whether that came in time."""
        until = time.monotonic() + seconds
        async with self.client() as client:
            while time.monotonic() < until:
                try:
                    await client.get("/health/live")
                except httpx.TransportError:
                    return True
                await asyncio.sleep(POLL_SECONDS)
        return False

    async def close(self) -> None:
        """Make sure that nothing of it is left."""
        if self._process is not None:
            await self.kill()

    async def command(self, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
        """Run `carnet …` with the settings of this server."""
        return await carnet(*arguments, environment=self.environment())

    async def _end(self, number: signal.Signals, *, whole_group: bool) -> int:
        process = self._process
        assert process is not None
        if whole_group:
            self._signal_group(number)
        else:
            process.send_signal(number)
        return await self.wait()

    def _signal_group(self, number: signal.Signals) -> None:
        assert self._process is not None
        try:
            os.killpg(self._process.pid, number)
        except ProcessLookupError:
            return

    def _assert_running(self) -> None:
        assert self._process is not None
        code = self._process.poll()
        if code is not None:
            raise AssertionError(f"The server ended with {code}.\n{self.log}")


def environment(**settings: str | Path) -> dict[str, str]:
    """Return this process's environment with these settings of Carnet and no other."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CARNET_")}
    return {**kept, **{name: str(value) for name, value in settings.items()}}


async def carnet(
    *arguments: str | Path, environment: Mapping[str, str]
) -> subprocess.CompletedProcess[str]:
    """Run one command of the operator to its end."""
    return await asyncio.to_thread(_carnet, [CARNET, *map(str, arguments)], dict(environment))


def _carnet(command: list[str], environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    with subprocess.Popen(
        command,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            out, err = process.communicate(timeout=COMMAND_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)  # With what it started, a worker for one.
            raise
    return subprocess.CompletedProcess(command, process.returncode, out, err)


def free_port() -> int:
    """Return a port that nothing listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def holder_of(data_folder: Path) -> int:
    """Return the process that writes to a SQLite data folder: the worker of its server."""
    return int(json.loads((data_folder / "carnet.lock").read_text())["pid"])


def make_folder(folder: Path) -> None:
    """Make a data folder as the server makes it."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)


@asynccontextmanager
async def prepared_server(
    kind: str, folder: Path, cache_folder: Path, **settings: str | Path
) -> AsyncIterator[Server]:
    """Prepare a server on a migrated, empty database of its own; start it who will."""
    if kind == "sqlite":
        await sqlite_folder(folder, cache_folder)
        async with closing(Server(folder, **settings)) as server:
            yield server
        return
    make_folder(folder)
    async with (
        postgresql_database() as url,
        closing(Server(folder, database_url=url, **settings)) as server,
    ):
        yield server


@asynccontextmanager
async def running_server(
    kind: str, folder: Path, cache_folder: Path, **settings: str | Path
) -> AsyncIterator[Server]:
    """Run a server on a migrated, empty database of its own."""
    async with prepared_server(kind, folder, cache_folder, **settings) as server:
        await server.start()
        yield server


@asynccontextmanager
async def closing(server: Server) -> AsyncIterator[Server]:
    """Make sure that nothing of a server is left at the end."""
    try:
        yield server
    finally:
        await server.close()
