"""Who a person is in the eyes of the State: traits, number, and how far to trust them."""

from datetime import date
from enum import Enum
from typing import Annotated, Literal

from msgspec import Meta, Struct

Sex = Literal["male", "female", "unknown"]

Name = Annotated[str, Meta(min_length=1, max_length=100, pattern=r"\S")]
PlaceCode = Annotated[
    str,
    Meta(
        pattern=r"^(?:[0-9]{5}|2[AB][0-9]{3})$(?!\n)",
        description="The INSEE code of a commune, or 99 and a country's three digits.",
    ),
]
MATRICULE = r"[1-8][0-9]{4}(?:[0-9]{2}|2[AB])[0-9]{8}"
Matricule = Annotated[
    str,
    Meta(
        pattern=rf"^{MATRICULE}$(?!\n)",
        description="Thirteen characters and two digits of key, without spaces.",
    ),
]


class InsOid(Enum):
    """Who gave out an INS number, as a FHIR system.

    Source: FR Core Patient INS; CI-SIS, assigning authorities of the INS.
    """

    NIR = "urn:oid:1.2.250.1.213.1.4.8"
    NIA = "urn:oid:1.2.250.1.213.1.4.9"
    NIR_TEST = "urn:oid:1.2.250.1.213.1.4.10"
    NIR_DEMO = "urn:oid:1.2.250.1.213.1.4.11"


class Ins(Struct, frozen=True, kw_only=True):
    """The number of a national health identity, and who gave it out."""

    value: Matricule
    oid: InsOid


class StrictTraits(Struct, frozen=True, kw_only=True):
    """The five strict traits of a person, and the whole list of birth given names.

    Source: RNIV, strict traits.
    """

    birth_family_name: Name
    birth_given_name: Name
    """The first of the birth given names."""
    given_names: Annotated[tuple[Name, ...], Meta(min_length=1, max_length=20)]
    birth_date: date
    sex: Sex
    birth_place_code: PlaceCode


class Evidence(Enum):
    """What an identity has been checked against."""

    INSI = "insi"
    """The national identity service returned these traits and this number."""
    IDENTITY_DOCUMENT = "identity-document"
    """Someone has seen a document of high trust with these traits."""


class Reliability(Enum):
    """How far an identity may be trusted.

    Source: RNIV, the four statuses of a digital identity.
    """

    PROVISIONAL = "provisional"
    RETRIEVED = "retrieved"
    VALIDATED = "validated"
    QUALIFIED = "qualified"


class PatientIdentity(Struct, frozen=True, kw_only=True):
    """A person's identity as this service holds it."""

    traits: StrictTraits
    reliability: Reliability
    ins: Ins | None = None
