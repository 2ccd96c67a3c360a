"""The file of rings: what it has to say, and what a server refuses to start with."""

from importlib.resources import files

import pytest

from notifications.core.customs import CustomsInvalid, read_customs
from notifications.core.quiet_hours import LATE_AFTER

SHIPPED = files("notifications").joinpath("data", "rings.toml").read_text("utf-8")
LATE_MINUTES = int(LATE_AFTER.total_seconds() // 60)


def with_grace(minutes: int) -> bytes:
    """Return the file that ships, with phones waited for during so many minutes."""
    assert "grace_minutes = 10\n" in SHIPPED
    return SHIPPED.replace("grace_minutes = 10\n", f"grace_minutes = {minutes}\n").encode()


@pytest.mark.parametrize("minutes", [-1, LATE_MINUTES, LATE_MINUTES + 1])
def test_phones_are_not_waited_for_until_a_reminder_is_late(minutes: int) -> None:
    """Or each ring before the night would count as missed, and wait for the morning."""
    with pytest.raises(CustomsInvalid, match=f"from 0 to {LATE_MINUTES - 1} in rings.toml"):
        read_customs(with_grace(minutes))


@pytest.mark.parametrize("minutes", [0, 10, LATE_MINUTES - 1])
def test_a_shorter_wait_is_taken(minutes: int) -> None:
    """The one that ships among them."""
    assert read_customs(with_grace(minutes)).settings.grace_minutes == minutes
