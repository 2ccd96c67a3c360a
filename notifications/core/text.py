"""Words for people, in every language that is served."""

import unicodedata

import msgspec


class Text(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One sentence, or one name, in French and in English."""

    fr: str
    en: str


def plain(text: str) -> str:
    """Write a text without accents, capitals or marks, with one space between words."""
    bare = unicodedata.normalize("NFKD", text.casefold())
    kept = (one for one in bare if not unicodedata.combining(one))
    return " ".join("".join(one if one.isalnum() else " " for one in kept).split())
