"""The national health identity (INS): its number, its traits, when it may leave."""

import re
import unicodedata
from enum import Enum

from stdnum.fr import nir

from backend.identity.errors import InvalidIns
from backend.identity.model import (
    MATRICULE,
    Evidence,
    Ins,
    InsOid,
    PatientIdentity,
    Reliability,
    StrictTraits,
)

_STRICT = frozenset({InsOid.NIR, InsOid.NIA})
_FORM = re.compile(MATRICULE)

_EVIDENCE = {
    Reliability.PROVISIONAL: frozenset[Evidence](),
    Reliability.RETRIEVED: frozenset({Evidence.INSI}),
    Reliability.VALIDATED: frozenset({Evidence.IDENTITY_DOCUMENT}),
    Reliability.QUALIFIED: frozenset({Evidence.INSI, Evidence.IDENTITY_DOCUMENT}),
}
_RELIABILITY = {evidence: reliability for reliability, evidence in _EVIDENCE.items()}

# Letters that Unicode does not take apart into a base letter and a mark.
_WHOLE_LETTERS = str.maketrans(
    {"Æ": "AE", "Œ": "OE", "Ø": "O", "Ł": "L", "Đ": "D", "Ð": "D", "Þ": "TH", "ẞ": "SS"}
)
_APOSTROPHES = frozenset("'’‘ʼ`´")


class InsHint(Enum):
    """A reason to look twice at an identity; never one to refuse it."""

    KEY = "key"
    """The key is wrong, on a test or demonstration number."""
    SEX = "sex"
    BIRTH_YEAR = "birth-year"
    BIRTH_MONTH = "birth-month"
    BIRTH_PLACE = "birth-place"
    GIVEN_NAMES = "given-names"
    """The list of given names does not start with the first one."""


def has_right_key(value: str) -> bool:
    """Say whether the last two digits of an INS number follow from the others.

    Source: INSEE, key of the NIR; Corsica counts 2A as 19 and 2B as 18.
    """
    return _FORM.fullmatch(value) is not None and nir.is_valid(value)


def check_ins(ins: Ins) -> None:
    """Refuse a number that nobody can have been given.

    Test and demonstration numbers keep a wrong key, since the published
    examples carry some; `hints` tells of it.

    Raises:
        InvalidIns: A character is wrong or, on a real number, the key.

    Source: FR Core, whose examples of Patient INS have wrong keys.
    """
    if _FORM.fullmatch(ins.value) is None:
        raise InvalidIns("An INS number has 13 characters and a key of 2 digits.", pointer="/value")
    if ins.oid in _STRICT and not has_right_key(ins.value):
        raise InvalidIns("The key does not follow from the number.", pointer="/value")


def is_waiting_number(ins: Ins) -> bool:
    """Say whether a NIR will one day replace this number (FHIR use `temp`)."""
    return ins.oid is InsOid.NIA


def hints(ins: Ins, traits: StrictTraits) -> frozenset[InsHint]:
    """Name what does not fit between a number that `check_ins` let through and its traits.

    A mismatch proves nothing: communes merge, Algeria had departments, civil
    status is put right and the number stays.
    """
    found = {
        InsHint.KEY: not has_right_key(ins.value),
        InsHint.SEX: not _fits_sex(ins.value, traits),
        InsHint.BIRTH_YEAR: int(ins.value[1:3]) != traits.birth_date.year % 100,
        InsHint.BIRTH_MONTH: not _fits_month(int(ins.value[3:5]), traits.birth_date.month),
        InsHint.BIRTH_PLACE: not _fits_place(ins.value[5:10], traits.birth_place_code),
        InsHint.GIVEN_NAMES: not _starts_with_first_name(traits),
    }
    return frozenset(hint for hint, is_found in found.items() if is_found)


def with_evidence(reliability: Reliability, evidence: Evidence) -> Reliability:
    """Say how far an identity may be trusted once *evidence* has been seen. Idempotent."""
    return _RELIABILITY[_EVIDENCE[reliability] | {evidence}]


def without_evidence(reliability: Reliability, evidence: Evidence) -> Reliability:
    """Say how far an identity may be trusted once *evidence* has been proved wrong."""
    return _RELIABILITY[_EVIDENCE[reliability] - {evidence}]


def emittable_ins(identity: PatientIdentity) -> Ins | None:
    """Return the number if it may leave this service as an INS, else None.

    Only a qualified identity may: its number came from the national service,
    and someone has seen the person's papers.

    Source: RNIV, exchange of the INS number.
    """
    if identity.reliability is not Reliability.QUALIFIED or identity.ins is None:
        return None
    if identity.ins.oid in _STRICT and not has_right_key(identity.ins.value):
        return None
    return identity.ins


def comparable_name(name: str) -> str:
    """Write a name as civil status compares it: no case, accent, hyphen or apostrophe.

    Returns:
        Capital letters with one space between words. For comparing only: what
        is shown stays as it was given.
    """
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", name).upper())
    letters = (
        " " if _is_separator(letter) else letter
        for letter in decomposed.translate(_WHOLE_LETTERS)
        if unicodedata.category(letter) != "Mn"
    )
    return " ".join("".join(letters).split())


def _is_separator(letter: str) -> bool:
    return letter in _APOSTROPHES or unicodedata.category(letter) == "Pd"


def _fits_sex(value: str, traits: StrictTraits) -> bool:
    # Odd for men, even for women, in definitive and waiting numbers alike.
    if traits.sex == "unknown":
        return True
    return (int(value[0]) % 2 == 1) == (traits.sex == "male")


def _fits_month(coded: int, month: int) -> bool:
    # An incomplete civil status gives 31 to 42 for a known month, and 20 to 30
    # or 50 to 99 for an unknown one.
    if 20 <= coded <= 30 or coded >= 50:
        return True
    return month in (coded, coded - 30)


def _fits_place(coded: str, place: str) -> bool:
    # Corsica was one department, 20, until 1976.
    if coded.startswith("20"):
        return place[:2] in ("20", "2A", "2B") and place[2:] == coded[2:]
    return coded == place


def _starts_with_first_name(traits: StrictTraits) -> bool:
    # Civil status keeps a compound name in one piece or in several.
    first = comparable_name(traits.birth_given_name).split()
    every = comparable_name(" ".join(traits.given_names)).split()
    return every[: len(first)] == first
