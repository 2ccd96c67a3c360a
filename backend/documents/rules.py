"""Whether a document is about the holder of the space it is deposited in."""

from collections.abc import Iterable
from datetime import date
from typing import Literal

from msgspec import Struct

from backend.documents.cda.model import InstanceIdentifier, Patient
from backend.documents.errors import DocumentOtherPatient, DocumentWithoutIdentity
from backend.identity.model import InsOid, StrictTraits
from backend.identity.rules.ins import comparable_name

_REAL = frozenset({InsOid.NIR, InsOid.NIA})
_NUMBER_LENGTH = 13

Trait = Literal["birth_family_name", "birth_given_name", "birth_date", "sex"]


class Match(Struct, frozen=True, kw_only=True):
    """Why a document is taken to be about the holder."""

    by: Literal["ins", "traits"]
    disagreeing: tuple[Trait, ...] = ()
    """Traits that differ though the number is the same: to be shown to who deposits."""


def match_patient(
    patient: Patient, *, ins: str | None, ins_oid: str | None, traits: StrictTraits | None
) -> Match:
    """Say why a document is about the holder, or refuse it.

    Numbers decide where both sides have one that can be compared. A real one
    (NIR, NIA) and a test or demonstration one never match: neither world may
    leak into the other. A waiting number (NIA) and the definitive one (NIR) of
    one person differ, so that traits decide between them; likewise when the
    document carries several numbers of one kind, such as that of a parent.

    Args:
        patient: Whom the document is about.
        ins: The number of the holder, if there is one.
        ins_oid: Who gave it out: an OID, with or without `urn:oid:`.
        traits: The strict traits of the holder, if they are known.

    Raises:
        DocumentOtherPatient: The document has another number.
        DocumentWithoutIdentity: No number can be compared, and the traits are
            not all there and all equal.

    Source: RNIV; reference notes on interoperability, section 3.2.
    """
    differing = () if traits is None else _differing(patient, traits)
    mine = None if ins is None else _oid(ins_oid)
    if ins is not None and mine is not None and patient.ins:
        same = _compare(patient.ins, ins, mine)
        if same:
            return Match(by="ins", disagreeing=tuple(t for t in differing if _known(patient, t)))
        if same is False:
            raise DocumentOtherPatient("The document has another INS number.")
    if traits is None or differing:
        raise DocumentWithoutIdentity("The document does not prove whom it is about.")
    return Match(by="traits")


def _compare(numbers: Iterable[InstanceIdentifier], ins: str, mine: InsOid) -> bool | None:
    # None: there is no number of the same kind, or they contradict each other.
    theirs = [(_oid(number.root), number.extension or "") for number in numbers]
    if any(oid is not None and (oid in _REAL) != (mine in _REAL) for oid, _ in theirs):
        return False
    values = {_digits(value) for oid, value in theirs if oid is mine}
    matching = {value for value in values if _is_same(value, _digits(ins))}
    if values and not matching:
        return False
    return True if matching and matching == values else None


def _is_same(one: str, other: str) -> bool:
    # Old documents leave out the key; where both have it, it must agree.
    if min(len(one), len(other)) < _NUMBER_LENGTH:
        return False
    return one == other or (
        one[:_NUMBER_LENGTH] == other[:_NUMBER_LENGTH] and _NUMBER_LENGTH in (len(one), len(other))
    )


def _digits(value: str) -> str:
    return "".join(value.split()).upper()


def _oid(text: str | None) -> InsOid | None:
    uri = f"urn:oid:{(text or '').removeprefix('urn:oid:')}"
    return next((oid for oid in InsOid if oid.value == uri), None)


def _differing(patient: Patient, traits: StrictTraits) -> tuple[Trait, ...]:
    agrees: dict[Trait, bool] = {
        "birth_family_name": patient.birth_family_name is not None
        and comparable_name(patient.birth_family_name) == comparable_name(traits.birth_family_name),
        "birth_given_name": _same_given_name(patient, traits),
        "birth_date": patient.birth_date is not None
        and _day(patient.birth_date.on) == traits.birth_date,
        "sex": patient.sex in ("male", "female") and patient.sex == traits.sex,
    }
    return tuple(trait for trait, is_equal in agrees.items() if not is_equal)


def _same_given_name(patient: Patient, traits: StrictTraits) -> bool:
    mine = comparable_name(traits.birth_given_name)
    if not mine:
        return False
    if patient.birth_given_name is not None:
        return comparable_name(patient.birth_given_name) == mine
    # Without the first given name apart, the list of all of them starts with it.
    every = comparable_name(" ".join(patient.given_names)).split()
    return every[: len(mine.split())] == mine.split()


def _known(patient: Patient, trait: Trait) -> bool:
    values: dict[Trait, object] = {
        "birth_family_name": patient.birth_family_name,
        "birth_given_name": patient.birth_given_name or patient.given_names,
        "birth_date": patient.birth_date,
        "sex": patient.sex if patient.sex != "unknown" else None,
    }
    return bool(values[trait])


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if len(text) == len("YYYY-MM-DD") else None
