"""Names and addresses as the fonts of every PDF reader can print them.

Source: NF Z 10-011 asks for capitals without accents in an address; PDF 1.7,
annex D.2 (WinAnsiEncoding) for what the standard fonts hold.
"""

import unicodedata

_ENCODING = "cp1252"
_TWINS = str.maketrans({"ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ı": "i", "ħ": "h"})


def printable(text: str) -> bool:
    """Say whether a text can be printed, if need be without some of its accents."""
    return "?" not in in_print(text.replace("?", "")) and text.isprintable()


def in_print(text: str) -> str:
    """Write a text in the characters that can be printed; others become a question mark."""
    return "".join(_in_print(one) for one in text.translate(_TWINS))


def _in_print(character: str) -> str:
    try:
        character.encode(_ENCODING)
    except UnicodeEncodeError:
        bare = unicodedata.normalize("NFKD", character)
        kept = "".join(one for one in bare if not unicodedata.combining(one))
        return kept if kept.isascii() and kept else "?"
    return character
