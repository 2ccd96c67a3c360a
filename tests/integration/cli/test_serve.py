"""What `carnet serve` says: that it answers, why it does not start, that it has stopped."""

import asyncio
from pathlib import Path

import pytest

from tests.servers import Server, closing, free_port

pytestmark = pytest.mark.slow

FRENCH, ENGLISH = "fr_FR.UTF-8", "C"
WAIT_SECONDS = 10.0


async def said(server: Server, words: str) -> bool:
    """Wait until a server has said something."""
    for _ in range(int(WAIT_SECONDS / 0.05)):
        if words in server.log:
            return True
        await asyncio.sleep(0.05)
    return False


async def test_every_start_says_how_to_sign_in_and_the_end_how_to_start_again(
    tmp_path: Path,
) -> None:
    """In the language of the terminal, once it answers, and with what comes next."""
    async with closing(Server(tmp_path / "data", demo=True, LC_ALL=FRENCH)) as server:
        await server.start()
        in_french = await said(server, "outbox --follow")
        stopped = await server.stop()
        french, server._settings = server.log, {"LC_ALL": ENGLISH}
        await server.start()
        in_english = await said(server, "The code that follows the password is in: ")
        english = server.log.removeprefix(french)

    assert in_french
    assert in_english
    assert stopped == 0
    assert f"Carnet répond à {server.address}. Ctrl-C l'arrête." in french
    assert "claire.demo  mot de passe carnet-demo-claire  ouvre Claire Delorbe (titul" in french
    assert "Carnet est arrêté. Pour le relancer : `carnet serve`." in french
    assert f"Carnet answers at {server.address}. Ctrl-C stops it." in english
    assert "claire.demo  password carnet-demo-claire  opens Claire Delorbe (holder), " in english


async def test_a_start_that_is_refused_says_why_and_what_to_do(tmp_path: Path) -> None:
    """A port that is taken, and a folder that is in use: with the exit code of a failure."""
    async with closing(Server(tmp_path / "data", LC_ALL=FRENCH)) as server:
        await server.start()

        taken = await server.command("serve")
        in_use = await server.command("serve", "--port", str(free_port()))
        beside = await server.command("serve", "--host", "192.0.2.1")

    assert [one.returncode for one in (taken, in_use, beside)] == [1, 1, 1]
    assert "choisissez-en un autre avec --port" in " ".join(taken.stderr.split())
    assert "mettez un autre dossier dans CARNET_DATA" in " ".join(in_use.stderr.split())
    assert "cette machine n'a pas cette adresse" in " ".join(beside.stderr.split())
