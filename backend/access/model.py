"""What access knows of a record and of who looks at it."""

from enum import Enum, IntFlag

import msgspec

from backend.kernel.ids import PartyId


class Role(Enum):
    """As what a party looks at a space."""

    HOLDER = "holder"
    REPRESENTATIVE = "representative"


class Confidentiality(IntFlag):
    """Orders that a record carries about who may see it.

    Source: CI-SIS value set JDV_J08 (OID 1.2.250.1.213.1.1.4.13 for the last three).
    """

    NONE = 0
    DRAFT = 1  # Read from a document; no human has confirmed it.
    MASKED = 2  # MASQUE_PS: hidden from professionals.
    ANNOUNCEMENT_PENDING = 4  # INVISIBLE_PATIENT: to be told in person first.
    HIDDEN_FROM_REPRESENTATIVES = 8  # INVISIBLE_REPRESENTANTS_LEGAUX: a minor's secret.


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """A record, as far as rights are concerned: place, category, depositor, orders."""

    collection: str
    category: str
    depositor_id: PartyId
    orders: Confidentiality
    deleted: bool


class Viewer(msgspec.Struct, frozen=True, kw_only=True):
    """One party's eye on one space."""

    party_id: PartyId | None
    role: Role
    is_open: bool


class Reason(Enum):
    """Why a viewer may, or may not, see an entry."""

    GRANT_NOT_IN_FORCE = "grant-not-in-force"
    DELETED = "deleted"
    ANNOUNCEMENT_PENDING = "announcement-pending"
    HOLDER = "holder"
    DEPOSITOR = "depositor"
    HIDDEN_FROM_REPRESENTATIVES = "hidden-from-representatives"
    REPRESENTATIVE = "representative"
    NOTHING_ALLOWS = "nothing-allows"


class Decision(msgspec.Struct, frozen=True):
    """The answer to "may they see it?", with its reason."""

    allow: bool
    reason: Reason
