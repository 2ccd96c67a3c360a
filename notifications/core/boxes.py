r"""Codes on boxes of medicines: scanned as a GS1 DataMatrix, or typed.

Source: GS1 General Specifications, application identifiers and check digits;
CIP and UNPF, guide to reading the DataMatrix of medicines (CIP13 is a GTIN that
begins with 34009; CIP7 is its digits 6 to 12).
"""

import re
from collections.abc import Mapping
from datetime import date, timedelta

import msgspec

from notifications.core.spans import add_months

TEXT_MAX = 200
CIP13_BEGINS = "34009"

_SEPARATOR = "\x1d"
_WRITTEN_SEPARATORS = ("\u241d", "<GS>", "{GS}", "\\x1d", "\\u001d")
_SYMBOLOGIES = ("]d2", "]D2", "]C1", "]Q3", "]J1", "]e0")
_SPACES = re.compile(r"[^\S\x1d]+")
_FIXED: Mapping[str, int] = {
    "00": 18,
    "01": 14,
    "02": 14,
    "20": 2,
    **dict.fromkeys(("11", "12", "13", "15", "16", "17"), 6),
}
_LONGEST: Mapping[str, int] = {
    **dict.fromkeys(("10", "21", "22"), 20),
    **dict.fromkeys(("30", "37"), 8),
    **dict.fromkeys(("240", "241", "250", "251", "400"), 30),
    **dict.fromkeys(("710", "711", "712", "713", "714", "715", "716"), 20),
    **{str(number): 90 for number in range(91, 100)},
}
"""How long the value of each identifier is, or may be where a separator ends it."""
_IN_BRACKETS = re.compile(r"\((\d{2,3})\)([^()\x1d]+)\x1d?")
_NATIONAL_NUMBER = "711"
_CIP7_DIGITS, _CIS_DIGITS, _GTIN_DIGITS = 7, 8, 14


class BoxCodeInvalid(ValueError):
    """A text is no code of a box: it was mistyped, or something else was scanned."""


class Box(msgspec.Struct, frozen=True, kw_only=True):
    """What a code says of one box. One of the first four is there."""

    cip13: str | None = None
    cip7: str | None = None
    cis: str | None = None
    gtin: str | None = None
    """Fourteen digits, of a box that has no CIP."""
    expires_on: date | None = None
    lot_number: str | None = None
    serial_number: str | None = None


def read_box(text: str) -> Box:
    r"""Read what was scanned or typed. Spaces count for nothing.

    A DataMatrix may come with its symbology identifier (`]d2`), with FNC1 as
    `\x1d` or written out, or with its identifiers in brackets. What is typed is a
    CIP13, a CIP7 or a CIS; hyphens and dots between its digits count for nothing.

    Raises:
        BoxCodeInvalid: It is none of these, or a check digit says that it was misread.
    """
    if len(text) > TEXT_MAX:
        raise BoxCodeInvalid(f"A code has {TEXT_MAX} characters at most.")
    bare = _bare(text)
    if not bare.isascii() or not bare.replace(_SEPARATOR, "").isprintable():
        raise BoxCodeInvalid("A code is written in plain letters and digits.")
    digits = bare.replace("-", "").replace(".", "")
    if digits.isdigit() and len(digits) <= _GTIN_DIGITS:
        return _typed(digits)
    return _scanned(_values(bare))


def check_digit_holds(digits: str) -> bool:
    """Say whether the last digit of a GTIN follows from those before it.

    Source: GS1 General Specifications, 7.9: weights 3 and 1 from the right, modulo 10.
    """
    weighted = sum(int(d) * (3 if place % 2 else 1) for place, d in enumerate(reversed(digits)))
    return weighted % 10 == 0


def _bare(text: str) -> str:
    for written in _WRITTEN_SEPARATORS:
        text = text.replace(written, _SEPARATOR)
    text = _SPACES.sub("", text)
    for symbology in _SYMBOLOGIES:
        text = text.removeprefix(symbology)
    return text.strip(_SEPARATOR)


def _typed(digits: str) -> Box:
    if len(digits) == _CIS_DIGITS:
        return Box(cis=digits)
    if len(digits) == _CIP7_DIGITS:
        return _of_cip7(digits)
    return _of_gtin(digits)


def _of_cip7(digits: str) -> Box:
    # Those given out since 2009 are cut from a CIP13 and have no key of their own.
    has_key = digits[0] == "3" and digits[1] != "0"
    key = sum(int(d) * weight for weight, d in enumerate(digits[:-1], start=2)) % 11
    if has_key and str(key) != digits[-1]:
        raise BoxCodeInvalid("The key of this CIP7 does not hold.")
    return Box(cip7=digits)


def _of_gtin(digits: str) -> Box:
    gtin = digits.zfill(_GTIN_DIGITS)
    if len(digits) not in (_GTIN_DIGITS - 1, _GTIN_DIGITS):
        raise BoxCodeInvalid("A code has 7, 8, 13 or 14 digits.")
    if not check_digit_holds(gtin):
        raise BoxCodeInvalid("The last digit does not follow from the others.")
    if gtin.startswith("0" + CIP13_BEGINS):
        return Box(cip13=gtin[1:])
    return Box(gtin=gtin)


def _scanned(values: Mapping[str, str]) -> Box:
    """Put together what the identifiers of a DataMatrix say."""
    number = values.get("01") or values.get("02") or values.get(_NATIONAL_NUMBER)
    if number is None or not number.isdigit():
        raise BoxCodeInvalid("No product is named: identifier 01 is missing.")
    box = _typed(number)
    return msgspec.structs.replace(
        box,
        expires_on=_expiry(values.get("17")),
        lot_number=values.get("10"),
        serial_number=values.get("21"),
    )


def _values(text: str) -> dict[str, str]:
    return _in_brackets(text) if text.startswith("(") else _in_a_row(text)


def _in_brackets(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    end = 0
    while end < len(text):
        match = _IN_BRACKETS.match(text, end)
        if match is None:
            raise BoxCodeInvalid("An identifier in brackets has no value.")
        identifier, value = match.groups()
        if len(value) != _FIXED.get(identifier, len(value)):
            raise BoxCodeInvalid("A value is shorter or longer than its identifier says.")
        if identifier not in _FIXED and len(value) > _LONGEST.get(identifier, 0):
            raise BoxCodeInvalid("This is no identifier of a medicine.")
        _keep(found, identifier, value)
        end = match.end()
    return found


def _in_a_row(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    place = 0
    while place < len(text):
        identifier = next(
            (
                name
                for name in (text[place : place + 2], text[place : place + 3])
                if _is_known(name)
            ),
            None,
        )
        if identifier is None:
            raise BoxCodeInvalid("This is no identifier of a medicine.")
        place += len(identifier)
        value, place = _value_at(text, place, identifier)
        _keep(found, identifier, value)
    return found


def _value_at(text: str, place: int, identifier: str) -> tuple[str, int]:
    """Return the value of an identifier, and where the next one begins."""
    size = _FIXED.get(identifier)
    if size is None:
        end = text.find(_SEPARATOR, place)
        end = len(text) if end < 0 else end
        if not 0 < end - place <= _LONGEST[identifier]:
            raise BoxCodeInvalid("A value is shorter or longer than its identifier says.")
    else:
        end = place + size
        if end > len(text):
            raise BoxCodeInvalid("A value is shorter or longer than its identifier says.")
    has_separator = text.startswith(_SEPARATOR, end)
    return text[place:end], end + has_separator


def _keep(found: dict[str, str], identifier: str, value: str) -> None:
    if found.setdefault(identifier, value) != value:
        raise BoxCodeInvalid("One identifier has two values.")


def _is_known(identifier: str) -> bool:
    return identifier in _FIXED or identifier in _LONGEST


def _expiry(value: str | None) -> date | None:
    """Read YYMMDD; day 00 is the last of the month.

    No box of before 2000 has a DataMatrix, so that the century is known.
    """
    if value is None:
        return None
    if not value.isdigit():
        raise BoxCodeInvalid("The expiry date is no date.")
    year, month, day = 2000 + int(value[:2]), int(value[2:4]), int(value[4:])
    try:
        if day == 0:
            return add_months(date(year, month, 1), 1) - timedelta(days=1)
        return date(year, month, day)
    except ValueError:
        raise BoxCodeInvalid("The expiry date is no date.") from None
