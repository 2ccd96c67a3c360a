"""Codes on boxes: whatever a scanner or a finger gives."""

from hypothesis import given
from hypothesis import strategies as st

from notifications.core.boxes import BoxCodeInvalid
from notifications.core.products import VaccineUnknown
from notifications.nomenclature import vaccines

PIECES = st.sampled_from(
    [
        "]d2",
        "\x1d",
        "(01)",
        "(17)",
        "01",
        "10",
        "21",
        "711",
        "0",
        "3400933472016",
        "270731",
        " ",
        "(",
    ]
)
SCANNED = st.tuples(
    st.sampled_from(["", "]d2"]),
    st.just("0103400933472016"),
    st.lists(st.tuples(st.sampled_from(["17", "10", "21"]), st.text(max_size=7)), max_size=3),
)
HOSTILE = st.one_of(
    SCANNED.map(lambda one: one[0] + one[1] + "".join(a + b for a, b in one[2])),
    st.text(max_size=300),
    st.lists(PIECES, max_size=12).map("".join),
    st.lists(st.one_of(PIECES, st.text(max_size=6)), max_size=8).map("".join),
)


@given(text=HOSTILE)
def test_any_text_is_a_vaccine_or_a_clear_refusal(text):
    """Nothing else leaves, whatever was scanned; what is found is found again by its number."""
    try:
        found = vaccines().resolve_box(text)
    except (BoxCodeInvalid, VaccineUnknown):
        return

    number = found.box.cip13 or found.box.cip7 or found.box.cis or found.box.gtin
    assert vaccines().resolve_box(number).vaccine is found.vaccine


@given(
    system=st.one_of(st.text(max_size=60), st.just("cip"), st.just("urn:oid:1.3.160")), code=HOSTILE
)
def test_any_code_is_a_vaccine_or_a_clear_refusal(system, code):
    """Documents of any country name any system."""
    try:
        found = vaccines().resolve_code(system, code)
    except VaccineUnknown:
        return

    assert found is vaccines().resolve_box(code).vaccine


@given(
    lot=st.text(alphabet="ABCxyz019-/", min_size=1, max_size=20),
    serial=st.text(alphabet="ABCxyz019-/", min_size=1, max_size=20),
)
def test_a_lot_and_a_serial_number_come_back_as_they_were_written(lot, serial):
    """Only a separator ends them, whatever digits they hold."""
    found = vaccines().resolve_box(f"]d201034009334720161727073110{lot}\x1d21{serial}")

    assert (found.box.lot_number, found.box.serial_number) == (lot, serial)
