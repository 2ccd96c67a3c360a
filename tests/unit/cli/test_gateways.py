"""What an operator hears of gateways: before the start, from `doctor`, and from the fake one."""

import socket
from pathlib import Path

import pytest
from click.testing import CliRunner

from backend.cli.main import carnet
from backend.kernel.sealing import FileKeys
from backend.settings import SettingsInvalid, read_settings

GATEWAY = {"CARNET_MESSAGES": "gateway", "CARNET_MAIL_FROM": "carnet@example.org"}


def doctor(folder: Path, **settings: str) -> str:
    """Ask whether an installation is well; return what it says, on one line."""
    env = {"CARNET_DATA": str(folder), **settings}
    return " ".join(CliRunner().invoke(carnet, ["doctor"], env=env).output.split())


def test_a_gateway_that_listens_is_told_from_one_that_does_not(tmp_path: Path) -> None:
    """Where it was looked for is said; no secret of the setting is."""
    with socket.create_server(("127.0.0.1", 0)) as there, socket.socket() as gone:
        gone.bind(("127.0.0.1", 0))  # Bound, and nobody listens.
        port, other = there.getsockname()[1], gone.getsockname()[1]

        said = doctor(
            tmp_path,
            **GATEWAY,
            CARNET_SMS_URL=f"http://127.0.0.1:{port}/send",
            CARNET_SMS_TOKEN="a-secret-token",
            CARNET_SMTP_URL=f"smtps://me:a-secret-word@127.0.0.1:{other}",
        )

    assert f"✓ CARNET_SMS_URL: 127.0.0.1:{port} answers." in said
    assert f"✗ CARNET_SMTP_URL: nothing answers at 127.0.0.1:{other}." in said
    assert "a-secret" not in said


def test_what_is_left_out_is_told(tmp_path: Path) -> None:
    """A server may do without one of them, if its operator knows."""
    console = doctor(tmp_path)
    bare = doctor(tmp_path, CARNET_MESSAGES="gateway")

    assert "Messages are written to a file" in console
    assert "CARNET_SMS_URL is not set: nothing leaves by SMS." in bare
    assert "CARNET_MAIL_FROM is not set" in bare


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"CARNET_SMS_URL": "sms.example.org"}, "CARNET_SMS_URL begins with https://"),
        ({"CARNET_SMTP_URL": "mail.example.org"}, "CARNET_SMTP_URL begins with smtps://"),
        ({"CARNET_SMTP_URL": "smtps://mail.example.org"}, "Set CARNET_MAIL_FROM"),
    ],
)
def test_half_a_gateway_is_no_setting(wrong: dict[str, str], words: str) -> None:
    """The sentence says what to write."""
    with pytest.raises(SettingsInvalid, match=words):
        read_settings(wrong)


def test_the_fake_gateway_says_aloud_that_it_sends_nothing() -> None:
    """Nobody takes it for a real one by accident."""
    result = CliRunner().invoke(carnet, ["sms-gateway"])

    assert result.exit_code == 2
    assert "This gateway sends nothing." in " ".join(result.output.split())


def test_a_new_key_for_notifications_leaves_the_last_four_in_use(tmp_path: Path) -> None:
    """Phones that subscribed for them are still reached; older ones subscribe anew."""
    path = tmp_path / "keys" / "carnet.keys"
    keys = FileKeys.open(path)
    seen = [keys.push_secrets()[-1]]

    for _ in range(5):
        result = CliRunner().invoke(
            carnet, ["keys", "renew-push"], env={"CARNET_DATA": str(tmp_path)}
        )
        assert result.exit_code == 0, result.output
        seen.append(keys.push_secrets()[-1])

    assert len(set(seen)) == 6
    assert [*keys.push_secrets()] == seen[1:]
    assert path.stat().st_mode & 0o077 == 0
