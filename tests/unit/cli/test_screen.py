"""What a terminal shows of what others wrote."""

import pytest

from backend.cli.screen import printable


@pytest.mark.parametrize(
    "control", ["\x1b[2J", "\x1b]0;carnet\x07", "\x9b1A", "\u202e", "\r", "\x08"]
)
def test_what_somebody_else_wrote_gives_no_orders_to_a_terminal(control: str) -> None:
    """A comment cannot wipe the line above, nor turn the words around."""
    shown = printable(f"Signalé : é {control} fin")

    assert shown.isprintable()
    assert shown.startswith("Signalé : é ")
    assert shown.endswith(" fin")
