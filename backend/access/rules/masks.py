"""What a mask must say."""

from backend.access.model import From, Mask
from backend.kernel.errors import InvalidInput


def check_mask(mask: Mask) -> None:
    """Refuse a mask that hides nothing, or that does not say from whom.

    Raises:
        InvalidInput: Not exactly one of record and section, or a profession or
            person that is missing or too much.
    """
    if (mask.record_id is None) == (mask.section is None):
        raise InvalidInput("A mask is on one entry or one section.", pointer="/record_id")
    if (mask.profession is not None) != (mask.from_whom == From.PROFESSION.value):
        raise InvalidInput("Say which profession, or none.", pointer="/profession")
    if (mask.party_id is not None) != (mask.from_whom == From.PERSON.value):
        raise InvalidInput("Say which person, or none.", pointer="/party_id")
