"""What makes a measure sound: the truth table, by hand."""

import msgspec
import pytest

from backend.clinical.errors import (
    MeasureIncomplete,
    MeasureNumbersReversed,
    MeasureOutOfRange,
    MeasureUnitUnknown,
)
from backend.clinical.model import Measure
from backend.clinical.reference import LOINC, QUANTITIES
from backend.clinical.rules.measures import check_measure
from backend.kernel.errors import InvalidInput
from backend.kernel.values import ImpossibleDate


def measure(**fields):
    """A measure made of *fields*."""
    given = {"label": "Measure", "measured_at": "2024-03-31T08:00:00+02:00", **fields}
    return msgspec.convert(given, Measure)


def weight(**fields):
    """A sound weight, but for *fields*."""
    return measure(**{"kind": "weight", "value": 71.5, "unit": "kg", **fields})


def pressure(**fields):
    """A sound blood pressure, but for *fields*."""
    return measure(**{"kind": "blood-pressure", "systolic": 128, "diastolic": 76, **fields})


def result(**fields):
    """A result made of *fields*."""
    return measure(**{"kind": "result", "label": "Potassium", **fields})


@pytest.mark.parametrize(
    ("kind", "value", "unit", "code"),
    [
        ("weight", 71.5, "kg", "29463-7"),
        ("weight", 3400, "g", "29463-7"),
        ("height", 172, "cm", "8302-2"),
        ("heart-rate", 62, "/min", "8867-4"),
        ("temperature", 37.2, "Cel", "8310-5"),
        ("oxygen-saturation", 98, "%", "2708-6"),
        ("glucose", 95, "mg/dL", "2345-7"),
        ("glucose", 0.95, "g/L", "2345-7"),
        ("glucose", 5.3, "mmol/L", "14749-6"),
        ("hba1c", 6.4, "%", "4548-4"),
        ("hba1c", 46, "mmol/mol", "59261-8"),
        ("pain", 0, "1", "72514-3"),
        ("steps", 0, "1/(24.h)", "41950-7"),
        ("waist", 88, "cm", "8280-0"),
        ("head", 35, "cm", "8287-5"),
    ],
)
def test_an_everyday_measure_is_taken_with_or_without_its_code(kind, value, unit, code):
    """Each kind has its units, and its code if one is given."""
    check_measure(measure(kind=kind, value=value, unit=unit))
    check_measure(measure(kind=kind, value=value, unit=unit, code=code, code_system=LOINC))


def test_every_kind_has_a_line_of_reviewed_data():
    """No kind is without a code and a plausible range; `result` brings its own."""
    kinds = set(msgspec.json.schema(Measure)["$defs"]["Measure"]["properties"]["kind"]["enum"])

    assert {kind for kind, _, _ in QUANTITIES} == kinds - {"result"}


def test_every_line_of_reviewed_data_is_whole():
    """A range has two ends in order, and each figure says where it comes from."""
    for line in QUANTITIES.values():
        assert line.low < line.high, line
        assert all((line.code, line.label_en, line.label_fr, line.code_source, line.range_source))
        assert bool(line.part_code) == (line.part != "value")


@pytest.mark.parametrize(
    ("body", "refusal", "pointer"),
    [
        (weight(value=None), MeasureIncomplete, "/value"),
        (weight(unit=None), MeasureIncomplete, "/unit"),
        (weight(unit="Kg"), MeasureUnitUnknown, "/unit"),
        (weight(unit="cm"), MeasureUnitUnknown, "/unit"),
        (weight(value=0.19), MeasureOutOfRange, "/value"),
        (weight(value=700.1), MeasureOutOfRange, "/value"),
        (weight(value=715), MeasureOutOfRange, "/value"),
        (weight(value=-71), MeasureOutOfRange, "/value"),
        (measure(kind="height", value=1.72, unit="cm"), MeasureOutOfRange, "/value"),
        (measure(kind="glucose", value=0.95, unit="mg/dL"), MeasureOutOfRange, "/value"),
        (measure(kind="temperature", value=372, unit="Cel"), MeasureOutOfRange, "/value"),
        (measure(kind="oxygen-saturation", value=101, unit="%"), MeasureOutOfRange, "/value"),
        (measure(kind="pain", value=11, unit="1"), MeasureOutOfRange, "/value"),
        (weight(value_text="heavy"), InvalidInput, "/value_text"),
        (weight(systolic=120), InvalidInput, "/systolic"),
        (weight(diastolic=80), InvalidInput, "/diastolic"),
        (weight(code="8302-2", code_system=LOINC), InvalidInput, "/code"),
        (weight(code="29463-7", code_system="http://snomed.info/sct"), InvalidInput, "/code"),
        (weight(code="29463-7"), InvalidInput, "/code_system"),
        (weight(measured_at="1849-12-31T23:59:59Z"), ImpossibleDate, "/measured_at"),
        (weight(measured_at="2200-01-01T00:00:00Z"), ImpossibleDate, "/measured_at"),
        (pressure(systolic=None), MeasureIncomplete, "/systolic"),
        (pressure(diastolic=None), MeasureIncomplete, "/diastolic"),
        (pressure(systolic=76, diastolic=128), MeasureNumbersReversed, "/diastolic"),
        (pressure(systolic=100, diastolic=100), MeasureNumbersReversed, "/diastolic"),
        (pressure(systolic=12.8, diastolic=7.6), MeasureOutOfRange, "/systolic"),
        (pressure(diastolic=7.6), MeasureOutOfRange, "/diastolic"),
        (pressure(systolic=351), MeasureOutOfRange, "/systolic"),
        (pressure(unit="kPa"), MeasureUnitUnknown, "/unit"),
        (pressure(value=128), InvalidInput, "/value"),
        (pressure(value_text="fine"), InvalidInput, "/value_text"),
        (pressure(code="8480-6", code_system=LOINC), InvalidInput, "/code"),
        (result(), MeasureIncomplete, "/value"),
        (result(value=4.1, value_text="4.1"), InvalidInput, "/value_text"),
        (result(value=4.1, systolic=120), InvalidInput, "/systolic"),
        (
            result(value=4.1, reference_low=5.1, reference_high=3.5),
            MeasureNumbersReversed,
            "/reference_high",
        ),
    ],
)
def test_a_measure_that_says_nothing_or_nonsense_is_refused(body, refusal, pointer):
    """The refusal is the one that tells a person what to do, and points at the field."""
    with pytest.raises(InvalidInput) as caught:
        check_measure(body)

    assert type(caught.value) is refusal
    assert caught.value.pointer == pointer


@pytest.mark.parametrize(
    "body",
    [
        weight(value=0.2),
        weight(value=700),
        pressure(),
        pressure(unit="mm[Hg]", code="85354-9", code_system=LOINC),
        result(value=4.1, unit="mmol/L", reference_low=3.5, reference_high=5.1),
        result(value_text="negative"),
        result(value=-3.2, unit="mmol/L", code="1925-7", code_system=LOINC),
        result(value=4.1, reference_low=3.5, reference_high=3.5),
    ],
)
def test_a_sound_measure_is_taken(body):
    """Bounds belong to their range; a result is what the laboratory wrote."""
    check_measure(body)


@pytest.mark.parametrize(
    "fields",
    [
        {"measured_at": "2024-03-31T08:00:00"},
        {"measured_at": "2024-03-31"},
        {"value": "71.5"},
        {"value": 1e13},
        {"value": float("nan")},
        {"unit": "kg\n"},
        {"unit": "µg"},
        {"kind": "mood"},
        {"label": None},
    ],
)
def test_a_measure_out_of_form_does_not_decode(fields):
    """An instant has an offset, a number is a number, a unit is UCUM."""
    with pytest.raises(msgspec.ValidationError):
        weight(**fields)
