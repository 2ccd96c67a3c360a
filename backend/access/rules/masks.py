"""What a mask must say."""

from collections.abc import Container

from backend.access.model import From, Mask
from backend.kernel.errors import InvalidInput


def check_mask(mask: Mask, *, sections: Container[str], professions: Container[str]) -> None:
    """Refuse a mask that hides nothing, or that does not say from whom.

    A word that nothing is called by would pass for a mask, and hide nothing.

    Args:
        mask: What is asked for.
        sections: Every name that a part of a record has.
        professions: Every code that a professional may sit there as.

    Raises:
        InvalidInput: Not exactly one of record and section, a profession or person
            that is missing or too much, or a section or profession that nobody knows.
    """
    if (mask.record_id is None) == (mask.section is None):
        raise InvalidInput("A mask is on one entry or one section.", pointer="/record_id")
    if (mask.profession is not None) != (mask.from_whom == From.PROFESSION.value):
        raise InvalidInput("Say which profession, or none.", pointer="/profession")
    if (mask.party_id is not None) != (mask.from_whom == From.PERSON.value):
        raise InvalidInput("Say which person, or none.", pointer="/party_id")
    if mask.section is not None and mask.section not in sections:
        raise InvalidInput("No part of a record is called so.", pointer="/section")
    if mask.profession is not None and mask.profession not in professions:
        raise InvalidInput("No profession has this code.", pointer="/profession")
