"""A box of vaccine in a terminal: shown first, then written down, on a real server."""

from tests.terminals import Terminals

BOX = "]d201034009273499971728063010LOT7"


def test_a_box_is_shown_and_its_dose_written_down(terminals: Terminals) -> None:
    """What is in it, and what the record says of it once it was sent; nothing is lost."""
    claire = terminals.sign_in("claire")

    shown = terminals.ok(claire, "box", BOX)
    dose = ("status=completed", "occurred_on=2025-11-03", f"box_code={BOX}")
    terminals.ok(claire, "add", "immunizations", *dose, "--profile", "Claire")
    listed = terminals.ok(claire, "list", "immunizations", "--profile", "Claire")

    assert "HEXYON" in shown
    assert "Protects against:" in shown
    assert "Tetanus" in shown
    assert "Lot: LOT7. To be used by 2028-06-30." in shown
    assert "HEXYON · completed · 2025-11-03" in listed


def test_what_is_no_box_is_told_and_what_was_typed_is_kept(terminals: Terminals) -> None:
    """A day to come is refused in words; the op waits on the phone for its author."""
    claire = terminals.sign_in("claire")

    misread = terminals.fails(claire, "box", "3400927349998")
    late = terminals.fails(
        claire, "add", "immunizations", "--profile", "Claire",
        "label=ROR", "status=completed", "occurred_on=2199",
    )  # fmt: skip

    assert "cannot be read" in misread
    assert "Scan the box again" in misread
    assert "This date is in the future" in late
    assert "carnet phone show" in late
