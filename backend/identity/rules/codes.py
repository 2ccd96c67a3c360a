"""Codes that people read and type: how they are written, and what typing may change.

None of these draws a code: whoever needs one brings the random number.
"""

import unicodedata

# What a letter and an eye confuse is left out: 0 and O, 1, I and L.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
ACTIVATION_CHARACTERS = 12
RECOVERY_CHARACTERS = 16
_GROUP = 4


def one_time_code(number: int, digits: int) -> str:
    """Write a number from 0 to 10^digits - 1 as a one-time code, zeros included."""
    assert 0 <= number < 10**digits
    return f"{number:0{digits}d}"


def written_code(number: int, characters: int) -> str:
    """Write a number in our alphabet, in groups of four with dashes between."""
    letters = []
    for _ in range(characters):
        number, place = divmod(number, len(ALPHABET))
        letters.append(ALPHABET[place])
    assert number == 0
    groups = (letters[i : i + _GROUP] for i in range(0, characters, _GROUP))
    return "-".join("".join(group) for group in groups)


def read_code(typed: str, characters: int) -> str | None:
    """Return the bare characters of a code as typed, or None when it cannot be one.

    Case, spaces and dashes of every kind count for nothing.
    """
    if len(typed) > 4 * characters:
        return None
    letters = "".join(
        letter
        for letter in unicodedata.normalize("NFKC", typed).upper()
        if not letter.isspace() and unicodedata.category(letter) not in ("Pd", "Cf")
    )
    if len(letters) != characters or any(letter not in ALPHABET for letter in letters):
        return None
    return letters


def read_one_time_code(typed: str) -> str:
    """Return a one-time code as typed, without the spaces that phones put in."""
    return "".join(typed.split())
