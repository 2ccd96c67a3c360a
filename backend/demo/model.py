"""The fictional family as its data files describe it, and as it comes out of them."""

from typing import Annotated, Any, Literal
from uuid import UUID

from msgspec import Meta, Struct

from backend.identity.model import Ins, PlaceCode, Sex, StrictTraits
from backend.identity.spaces.model import Patient

Fields = dict[str, Any]
"""A body as JSON."""


class SignIn(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How somebody of the family signs in. Public on purpose: nobody real has it."""

    login: str
    password: str
    phone: str


class Person(Struct, frozen=True, kw_only=True):
    """Someone of the family, with their record.

    A child has no `sign_in`. `profile` holds the editable fields of the one
    profile record, which the opening of a space makes.
    """

    key: str
    traits: StrictTraits
    ins: Ins
    used_family_name: str
    used_given_name: str
    sign_in: SignIn | None
    profile: Fields
    records: list[tuple[str, Fields]]
    """Collection and body of each record but the profile."""


class Relation(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who acts for whom, as what, and what they are to them (a code of CI-SIS JDV_J11)."""

    person: str
    by: str
    role: Literal["representative", "caregiver"]
    code: str


class Family(Struct, frozen=True, kw_only=True):
    """Everybody, in an order in which representatives come first."""

    persons: tuple[Person, ...]
    relations: tuple[Relation, ...]

    def person(self, key: str) -> Person:
        """Return someone by key."""
        return next(one for one in self.persons if one.key == key)

    def acting_for(self, key: str, role: str) -> list[Person]:
        """Return who acts for someone in a role."""
        return [
            self.person(one.by) for one in self.relations if one.person == key and one.role == role
        ]


class Tie(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a person agreed to for one professional."""

    team: Literal["attending", "administrator", "member"]
    purpose: str
    keeps_copy: bool = False


class MadeUp(Struct, frozen=True, kw_only=True):
    """A professional of `data/professionals.toml`, with what ties them to whom, by key."""

    rpps: str
    given_name: str
    family_name: str
    profession_code: str
    specialty: str | None
    organization: str
    is_regulator: bool
    ties: dict[str, Tie]


class Letter(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a professional wrote, again and again; `until` is the newest."""

    about: str
    by: str
    type: str
    title: str
    until: str
    every_days: int
    count: int
    texts: tuple[str, ...]


class FamilySeeded(Struct, frozen=True, kw_only=True):
    """The family in a database, with the space of each by key.

    `made` says whether anybody was missing. Whoever was there keeps the birth
    date and the number of the day on which they were made: see `patients`.
    """

    family: Family
    spaces: dict[str, UUID]
    patients: dict[str, Patient]
    made: bool
    circle: dict[str, MadeUp]


class Born(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Age on the day of seeding, and what else goes into a number."""

    years: int
    months: Annotated[int, Meta(ge=1, le=10)]
    days: Annotated[int, Meta(ge=0, le=25)]
    sex: Sex
    place: PlaceCode
    order: Annotated[int, Meta(ge=990, le=999)]


class Names(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Names at birth, and those in use."""

    birth_family: str
    given: tuple[str, ...]
    used_family: str
    used_given: str


class Practitioner(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Someone whom appointments are with."""

    name: str
    specialty: str
    location: str


class Series(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Measures at a regular pace, along a line through evenly spaced points.

    `points` and `wobble` have one list or number for each value: one, or two for
    a blood pressure. `skips` are the places, from 0, at which nothing was taken.
    """

    kind: str
    until: str
    every_days: int
    count: int
    points: tuple[tuple[float, ...], ...]
    wobble: tuple[float, ...]
    digits: int = 0
    skips: tuple[int, ...] = ()
    fields: Fields = {}


class Reading(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What was measured at one visit: values by kind of measure, or by analyte."""

    at: str
    values: dict[str, float | tuple[float, float]]
    any_day: bool = False
    """Whether it stands on a closed day too; other visits move to the next open one."""
    fields: Fields = {}


class PersonFile(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One file of `data/`."""

    born: Born
    names: Names
    sign_in: SignIn | None = None
    profile: Fields
    practitioners: dict[str, Practitioner] = {}
    series: tuple[Series, ...] = ()
    readings: tuple[Reading, ...] = ()
    records: dict[str, list[Fields]] = {}


class Vaccine(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A line of `data/vaccines.toml`."""

    label: str
    nuva: str
    cis: str
    diseases: tuple[str, ...]


class Analyte(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A line of `data/analytes.toml`: what a laboratory measures, with its usual bounds."""

    label: str
    unit: str
    loinc: str | None = None
    low: float | None = None
    high: float | None = None


class Vaccines(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole of `data/vaccines.toml`; diseases by code."""

    diseases: dict[str, str]
    vaccines: dict[str, Vaccine]
