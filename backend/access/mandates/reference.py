"""The sections that a mandate may name, in words: reviewed data, read once."""

from functools import cache
from types import MappingProxyType

from backend.access.journal.words import Text
from backend.access.mandates.model import Section
from backend.access.model import SENSITIVE
from backend.access.reference import rows


@cache
def sections() -> MappingProxyType[str, Section]:
    """Return every section that a mandate may name, by its name, in the order to show them."""
    return MappingProxyType(
        {
            row["section"]: Section(
                section=row["section"],
                label=Text(fr=row["label_fr"], en=row["label_en"]),
                is_sensitive=row["section"] in SENSITIVE,
                is_default=row["default"] == "yes",
            )
            for row in rows("mandate_sections.csv")
        }
    )
