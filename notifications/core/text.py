"""Words for people, in every language that is served."""

import msgspec


class Text(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One sentence, or one name, in French and in English."""

    fr: str
    en: str
