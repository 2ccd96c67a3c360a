"""How long a text is as an SMS, and how to write it so that it stays one.

Source: 3GPP TS 23.038, 6.2.1 (the default alphabet and its extension), 6.1.2.
"""

import unicodedata

SINGLE_SEPTETS = 160
PART_SEPTETS = 153
SINGLE_UNITS = 70
PART_UNITS = 67

_ALPHABET = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENSION = frozenset("\f^{}\\[~]|€")
# What has a plain twin that no decomposition gives.
_TWINS = str.maketrans(
    {
        "\u00a0": " ",
        "\u202f": " ",
        "’": "'",
        "‘": "'",
        "«": '"',
        "»": '"',
        "“": '"',
        "”": '"',
        "–": "-",
        "—": "-",
        "…": "...",
        "œ": "oe",
        "Œ": "OE",
        "ł": "l",
        "Ł": "L",
        "đ": "d",
    }
)


def plain(text: str) -> str:
    """Write a text in the alphabet of plain SMS: an accent that it lacks goes, the letter stays."""
    return "".join(_plain(one) for one in text.translate(_TWINS))


def is_plain(text: str) -> bool:
    """Say whether a text needs no wider alphabet, which would halve the room."""
    return _ALPHABET.union(_EXTENSION).issuperset(text)


def septets(text: str) -> int:
    """Count the septets of a plain text: those of the extension take two."""
    return sum(2 if one in _EXTENSION else 1 for one in text)


def parts(text: str) -> int:
    """Count how many SMS a text takes, as operators bill them."""
    if is_plain(text):
        length, single, part = septets(text), SINGLE_SEPTETS, PART_SEPTETS
    else:
        length, single, part = len(text.encode("utf-16-be")) // 2, SINGLE_UNITS, PART_UNITS
    return 1 if length <= single else -(-length // part)


def _plain(character: str) -> str:
    if character in _ALPHABET or character in _EXTENSION:
        return character
    bare = unicodedata.normalize("NFKD", character)
    kept = "".join(one for one in bare if one in _ALPHABET)
    return kept or "?"
