"""What a person decides for all cases to come."""

from typing import Annotated

import msgspec

from backend.access.model import AccessSettings


class Switches(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who may open the record in an emergency: each switch by itself, all of them given.

    Source: DMP switches ETREAT, BTG and MASKED.
    """

    emergency_regulation: Annotated[
        bool, msgspec.Meta(description="The doctor who answers an emergency call.")
    ]
    emergency_professionals: Annotated[
        bool, msgspec.Meta(description="Other professionals, who say why.")
    ]
    emergency_masked: Annotated[
        bool, msgspec.Meta(description="In an emergency, masked entries are read too.")
    ]


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """The switches as they are to be, and the tag of those that the change was made from."""

    wanted: Switches
    if_match: str


def switches_of(settings: AccessSettings) -> Switches:
    """Show settings as their switches."""
    return Switches(
        emergency_regulation=settings.emergency_regulation,
        emergency_professionals=settings.emergency_professionals,
        emergency_masked=settings.emergency_masked,
    )


def loosens(before: Switches, after: Switches) -> bool:
    """Say whether a change lets somebody see more than before."""
    pairs = zip(msgspec.structs.astuple(before), msgspec.structs.astuple(after), strict=True)
    return any(is_on and not was_on for was_on, is_on in pairs)
