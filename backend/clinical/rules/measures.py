"""What makes a measure sound."""

from collections.abc import Mapping

from backend.clinical.errors import (
    MeasureIncomplete,
    MeasureNumbersReversed,
    MeasureOutOfRange,
    MeasureUnitUnknown,
)
from backend.clinical.model import Measure
from backend.clinical.reference import LOINC, QUANTITIES, Quantity
from backend.kernel.errors import InvalidInput
from backend.kernel.values import check_coded, check_year

PRESSURE_UNIT = "mm[Hg]"
_SYSTOLIC = QUANTITIES["blood-pressure", "systolic", PRESSURE_UNIT]
_DIASTOLIC = QUANTITIES["blood-pressure", "diastolic", PRESSURE_UNIT]
_VALUES: Mapping[tuple[str, str], Quantity] = {
    (kind, unit): quantity for (kind, part, unit), quantity in QUANTITIES.items() if part == "value"
}


def check_measure(body: Measure) -> None:
    """Refuse a measure that says nothing, or nonsense.

    Raises:
        MeasureIncomplete: A number or its unit is missing.
        MeasureUnitUnknown: The unit is not one of this kind.
        MeasureOutOfRange: A number is beyond what a body can show.
        MeasureNumbersReversed: Two numbers are in each other's place.
        InvalidInput: A field does not belong to this kind.

    Source: `data/measures.csv`.
    """
    check_coded(body)
    check_year(body.measured_at, pointer="/measured_at")
    if body.kind == "blood-pressure":
        _check_pressure(body)
    elif body.kind == "result":
        _check_result(body)
    else:
        _check_value(body)
    if (
        body.reference_low is not None
        and body.reference_high is not None
        and body.reference_low > body.reference_high
    ):
        raise MeasureNumbersReversed(
            "The lower reference is above the upper one.", pointer="/reference_high"
        )


def _check_value(body: Measure) -> None:
    _check_absent(body, "value_text", "systolic", "diastolic")
    if body.value is None:
        raise MeasureIncomplete("This kind of measure has a value.", pointer="/value")
    if body.unit is None:
        raise MeasureIncomplete("A number without its unit may be any.", pointer="/unit")
    quantity = _VALUES.get((body.kind, body.unit))
    if quantity is None:
        raise MeasureUnitUnknown("This kind of measure has other units.", pointer="/unit")
    _check_range(body.value, quantity)
    _check_loinc(body, quantity.code)


def _check_pressure(body: Measure) -> None:
    _check_absent(body, "value", "value_text")
    for part in ("systolic", "diastolic"):
        if getattr(body, part) is None:
            raise MeasureIncomplete("This kind of measure has two numbers.", pointer=f"/{part}")
    assert body.systolic is not None
    assert body.diastolic is not None
    if body.unit not in (None, PRESSURE_UNIT):
        raise MeasureUnitUnknown("This kind of measure has another unit.", pointer="/unit")
    _check_range(body.systolic, _SYSTOLIC)
    _check_range(body.diastolic, _DIASTOLIC)
    if body.systolic <= body.diastolic:
        raise MeasureNumbersReversed(
            "The first number is above the second one.", pointer="/diastolic"
        )
    _check_loinc(body, _SYSTOLIC.code)


def _check_result(body: Measure) -> None:
    # A result is what the laboratory wrote: any code, any unit, any range.
    _check_absent(body, "systolic", "diastolic")
    if body.value is None and body.value_text is None:
        raise MeasureIncomplete("A result has a value, as a number or in words.", pointer="/value")
    if body.value is not None and body.value_text is not None:
        raise InvalidInput("A result has one value.", pointer="/value_text")


def _check_absent(body: Measure, *fields: str) -> None:
    for field in fields:
        if getattr(body, field) is not None:
            raise InvalidInput("This kind of measure has no such field.", pointer=f"/{field}")


def _check_range(value: float, quantity: Quantity) -> None:
    if not quantity.low <= value <= quantity.high:
        raise MeasureOutOfRange(
            "The number is beyond what is plausible in this unit.", pointer=f"/{quantity.part}"
        )


def _check_loinc(body: Measure, code: str) -> None:
    if body.code is not None and (body.code != code or body.code_system != LOINC):
        raise InvalidInput("The kind and the unit of a measure fix its code.", pointer="/code")
