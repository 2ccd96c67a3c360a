"""What a dose is of: found in the nomenclature, and said in its record where nobody did.

Source: docs/decisions/0029-facts.md.
"""

from typing import Any

import msgspec

from backend.prevention.errors import BoxCodeUnreadable, VaccineUnknown
from notifications.core import products
from notifications.core.boxes import BoxCodeInvalid
from notifications.nomenclature import vaccines

_POINTER = "/box_code"

Fields = dict[str, Any]


def resolve_box(text: str) -> products.Found:
    """Say which vaccine is in a box, from its code, scanned or typed.

    Raises:
        BoxCodeUnreadable: This is no code of a box, or it was misread.
        VaccineUnknown: It is one, of no vaccine that is known here.
    """
    try:
        return vaccines().resolve_box(text)
    except BoxCodeInvalid as error:
        raise BoxCodeUnreadable(str(error), pointer=_POINTER) from None
    except products.VaccineUnknown:
        raise VaccineUnknown("No vaccine is known by this code.", pointer=_POINTER) from None


def resolve_code(system: str, code: str) -> products.Vaccine:
    """Say which vaccine a code of a code system means.

    Raises:
        VaccineUnknown: The system or the code is not known here.
    """
    try:
        return vaccines().resolve_code(system, code)
    except products.VaccineUnknown:
        raise VaccineUnknown("No vaccine is known by this code.", pointer="/code") from None


def complete_immunization(fields: Fields, standing: bytes | None) -> Fields:
    """Add to a dose what the code of its box says, where nobody said it.

    What somebody wrote is never replaced. What an earlier box code had filled in
    follows the code when it is corrected. What was read in a document stays as the
    document says it.

    Raises:
        BoxCodeUnreadable, VaccineUnknown: There is nothing but the code, and it names
            no vaccine: a dose without a name would say nothing to anybody.
    """
    box_code = fields.get("box_code")
    if not isinstance(box_code, str) or fields.get("draft_of") is not None:
        return fields
    fields = _without_former(fields, box_code, standing)
    try:
        told = _told(resolve_box(box_code))
    except (BoxCodeUnreadable, VaccineUnknown):
        if fields.get("label") is None:
            raise
        return fields
    return {**told, **{name: value for name, value in fields.items() if not _is_empty(value)}}


def _without_former(fields: Fields, box_code: str, standing: bytes | None) -> Fields:
    """Leave out what only follows from the code that stood before."""
    if standing is None:
        return fields
    former = msgspec.json.decode(standing).get("box_code")
    if former is None or former == box_code:
        return fields
    try:
        told = _told(resolve_box(former))
    except (BoxCodeUnreadable, VaccineUnknown):
        return fields
    return {name: value for name, value in fields.items() if told.get(name) != value}


def _told(found: products.Found) -> Fields:
    """Return the fields of a dose that a box says."""
    vaccine, system = found.vaccine, vaccines().system
    told: Fields = {
        "label": vaccine.label,
        "codings": [{"code": vaccine.code, "system": system, "display": vaccine.label}],
        "target_diseases": [
            {"code": disease.code, "system": system, "display": disease.name.fr}
            for disease in vaccine.diseases
        ],
    }
    if found.box.lot_number is not None:
        told["lot_number"] = found.box.lot_number
    return told


def _is_empty(value: Any) -> bool:
    return value is None or value in ([], ())
