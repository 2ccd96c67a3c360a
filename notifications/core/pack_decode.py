"""From the bytes of a pack's files to a pack without a fault, or to a list of its faults."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from notifications.core.pack import (
    Calendar,
    Exams,
    Pack,
    Situations,
    SourceEntry,
    Sources,
)
from notifications.core.pack_check import check_pack
from notifications.core.screenings.model import ScreeningRules
from notifications.core.vaccines import Products, Seasons, VaccineRules
from notifications.core.vaccines.model import Season

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
        except (msgspec.MsgspecError, ValueError, RecursionError) as fault:
            faults.append(f"{name}: {fault}")
    if faults:
        raise PackInvalid(faults)
    pack = Pack(**parts)
    faults = check_pack(pack)
    if faults:
        raise PackInvalid(faults)
    return pack


class Campaigns(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What whoever runs a server adds to a pack: this year's campaigns, and where they are from."""

    source: tuple[SourceEntry, ...] = ()
    season: tuple[Season, ...] = ()


def decode_campaigns(content: bytes) -> Campaigns:
    """Read the bytes of a TOML file of campaigns.

    Raises:
        PackInvalid: It cannot be read.
    """
    try:
        return msgspec.toml.decode(content, type=Campaigns)
    except (msgspec.MsgspecError, ValueError, RecursionError) as fault:
        raise PackInvalid([f"campaigns: {fault}"]) from None


def with_campaigns(pack: Pack, more: Campaigns) -> Pack:
    """Return a pack with more campaigns; where one overlaps one of the pack, it stands for it.

    Raises:
        PackInvalid: They say what cannot be, or overlap each other.
    """
    replace = msgspec.structs.replace
    sources = replace(pack.sources, source=(*pack.sources.source, *more.source))
    stay = [left for one in pack.seasons.season if (left := _beside(one, more.season)) is not None]
    seasons = replace(pack.seasons, season=(*stay, *more.season))
    whole = replace(pack, sources=sources, seasons=seasons)
    faults = check_pack(whole)
    if faults:
        raise PackInvalid(faults)
    return whole


def _beside(one: Season, others: Sequence[Season]) -> Season | None:
    """Return a season where none of the others overlaps it; None where they do everywhere."""
    taken = {
        region
        for other in others
        if (other.item, other.campaign) == (one.item, one.campaign)
        and (one.to is None or other.from_ <= one.to)
        and (other.to is None or one.from_ <= other.to)
        for region in other.regions
    }
    regions = tuple(region for region in one.regions if region not in taken)
    return msgspec.structs.replace(one, regions=regions) if regions else None


def _names() -> set[str]:
    return {f"{part}.toml" for part in FILES}
