"""Codes on boxes, scanned and typed."""

from datetime import date

import pytest

from notifications.core.boxes import TEXT_MAX, Box, BoxCodeInvalid, check_digit_holds, read_box

CIP = "3400933472016"
WHOLE = Box(cip13=CIP, expires_on=date(2027, 7, 31), lot_number="AB12/3", serial_number="SN(1)%7")
BARE = Box(cip13=CIP)


@pytest.mark.parametrize(
    "text",
    [
        f"\x1d010{CIP}1727073110AB12/3\x1d21SN(1)%7",
        f"]d2010{CIP}1727073110AB12/3\x1d21SN(1)%7",
        f"]d2\x1d010{CIP}1727073110AB12/3\x1d21SN(1)%7\x1d",
        f"]C1010{CIP}21SN(1)%7\x1d1727073110AB12/3",
        f"10AB12/3\x1d21SN(1)%7\x1d17270731010{CIP}",
        f"010{CIP}\x1d17270731\x1d10AB12/3\x1d21SN(1)%7",
        f"010{CIP}1727070010AB12/3<GS>21SN(1)%7",
        f"010{CIP}1727073110AB12/3\u241d21SN(1)%7",
        f"  01 0{CIP} 17 270731 10 AB12/3\x1d21 SN(1)%7 ",
    ],
)
def test_a_datamatrix_is_read_however_it_comes(text):
    """Scanners differ in what they put for FNC1, and makers in the order they write."""
    assert read_box(text) == WHOLE


@pytest.mark.parametrize(
    "text",
    [
        f"(01)0{CIP}(17)270731(10)AB12/3(21)SN7",
        f"(01) 0{CIP} (17) 270731 (10) AB12/3 (21) SN7",
        f"(10)AB12/3\x1d(21)SN7\x1d(17)270731(01)0{CIP}",
    ],
)
def test_identifiers_in_brackets_are_read(text):
    """So they are printed below the symbol."""
    box = read_box(text)

    assert (box.cip13, box.expires_on, box.lot_number, box.serial_number) == (
        CIP,
        date(2027, 7, 31),
        "AB12/3",
        "SN7",
    )


@pytest.mark.parametrize(
    ("text", "box"),
    [
        (CIP, BARE),
        ("34009 334 720 1 6", BARE),
        ("34009-334720-1.6", BARE),
        ("3400933\u00a0472016", BARE),
        ("0" + CIP, BARE),
        (f"010{CIP}", BARE),
        ("7113347201\x1d21X", Box(cip7="3347201", serial_number="X")),
        ("334 720-1", Box(cip7="3347201")),
        ("3000432", Box(cip7="3000432")),
        ("61104024", Box(cis="61104024")),
        ("17270731", Box(cis="17270731")),
        ("4006381333931", Box(gtin="04006381333931")),
    ],
)
def test_a_typed_number_is_read(text, box):
    """A CIP7 of before 2009 has a key; one of after is cut from its CIP13 and has none."""
    assert read_box(text) == box


def test_the_last_day_of_a_month_is_written_as_day_zero():
    """A maker who says the month alone means all of it, in leap years too."""
    box = read_box(f"010{CIP}17280200")

    assert box.expires_on == date(2028, 2, 29)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "\x1d",
        "(",
        "()",
        "(01)",
        "(01)034009",
        f"(01)0{CIP}x",
        f"x(01)0{CIP}",
        f"(99999)0{CIP}",
        f"(05)0{CIP}",
        "01",
        "0103400933472",
        "3400933472017",
        "34009334720160",
        "3347202",
        "123456",
        "123456789",
        "https://example.org/vaccine",
        f"010{CIP}17271331",
        f"010{CIP}17270230",
        f"010{CIP}17AB0731",
        f"010{CIP}10",
        f"010{CIP}10" + "A" * 21,
        f"010{CIP}0103400934477010",
        "10LOT\x1d21SN",
        "٣٤٠٠٩٣٣٤٧٢٠١٦",
        "³400933472016",
        f"010{CIP}10AB\x00",
        "1" * (TEXT_MAX + 1),
        "\ud800",
    ],
)
def test_what_is_no_code_is_refused_and_breaks_nothing(text):
    """A scanner may be held against anything."""
    with pytest.raises(BoxCodeInvalid):
        read_box(text)


def test_one_digit_that_was_misread_is_noticed():
    """Whichever it is, and whatever it was taken for."""
    for place, right in enumerate(CIP):
        for wrong in set("0123456789") - {right}:
            assert not check_digit_holds(CIP[:place] + wrong + CIP[place + 1 :])
