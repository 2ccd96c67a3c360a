"""One-time codes typed at a phone in a terminal."""

from pathlib import Path

from backend.cli.phone.commands import CODE_TRIES_MAX
from backend.identity.limits import TRIES_PER_CHALLENGE_MAX
from tests.unit.cli.fake_server import CODE, PASSWORD, FakeServer, Terminal


def test_a_mistyped_code_is_asked_for_again(server: FakeServer, tmp_path: Path):
    """Without a new password and a new code: the one that was sent still counts."""
    terminal = Terminal(server, tmp_path / "phone")

    result = terminal.run("login", "ana", typed=f"{PASSWORD}\n000000\n{CODE}\n")

    assert result.exit_code == 0, result.output
    assert "type it once more" in result.stderr
    assert server.asked.count("/v1/auth/login") == 1


def test_codes_are_asked_for_as_often_as_the_server_takes_them(server: FakeServer, tmp_path: Path):
    """Then the sign-in starts again."""
    terminal = Terminal(server, tmp_path / "phone")

    result = terminal.run("login", "ana", typed=f"{PASSWORD}\n" + "000000\n" * 9)

    assert result.exit_code == 1
    assert server.asked.count("/v1/auth/login/verify") == CODE_TRIES_MAX
    assert CODE_TRIES_MAX == TRIES_PER_CHALLENGE_MAX
