"""From the bytes of a pack's files to a pack without a fault, or to a list of its faults."""

from collections.abc import Mapping
from typing import Any

import msgspec

from notifications.core.pack import Calendar, Exams, Pack, Situations, Sources
from notifications.core.pack_check import check_pack
from notifications.core.screenings.model import ScreeningRules
from notifications.core.vaccines import Products, Seasons, VaccineRules

FILES: Mapping[str, type] = {
    "calendar": Calendar,
    "sources": Sources,
    "situations": Situations,
    "exams": Exams,
    "screenings": ScreeningRules,
    "vaccines": VaccineRules,
    "products": Products,
    "seasons": Seasons,
}
"""What each file of a pack holds; its name ends in `.toml`."""


class PackInvalid(ValueError):
    """A pack may not be used. `faults` says why, a sentence each."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__(f"{len(faults)} faults: {faults[0]}")
        self.faults = faults


def decode_pack(files: Mapping[str, bytes]) -> Pack:
    """Read a pack.

    Args:
        files: The bytes of each file by its name, such as `calendar.toml`.

    Raises:
        PackInvalid: A file is missing, cannot be read, or says what cannot be.
    """
    parts: dict[str, Any] = {}
    faults = [f"{name}: a pack has no such file." for name in sorted(set(files) - _names())]
    for part, shape in FILES.items():
        name = f"{part}.toml"
        if name not in files:
            faults.append(f"{name}: it is missing.")
            continue
        try:
            parts[part] = msgspec.toml.decode(files[name], type=shape)
        except (msgspec.MsgspecError, ValueError) as fault:
            faults.append(f"{name}: {fault}")
    if faults:
        raise PackInvalid(faults)
    pack = Pack(**parts)
    faults = check_pack(pack)
    if faults:
        raise PackInvalid(faults)
    return pack


def _names() -> set[str]:
    return {f"{part}.toml" for part in FILES}
