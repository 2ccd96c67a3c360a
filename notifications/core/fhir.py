"""A plan's vaccines as a FHIR R4 ImmunizationRecommendation.

Source: https://hl7.org/fhir/r4/immunizationrecommendation.html.
"""

from collections.abc import Callable, Mapping
from datetime import date

import msgspec

from notifications.core.recommendation import Kind, Plan, Recommendation, Source, Status
from notifications.core.text import Text

DATES = "http://loinc.org"
STATUSES = "http://terminology.hl7.org/CodeSystem/immunization-recommendation-status"
OWN_STATUSES = "urn:uuid:6f0c1f7e-3c0b-4f5e-9b0e-5a9d3f6f2c11"
"""What the standard's list has no word for: not yet, refused, unknown. The list is an example."""
OWN_REASONS = "urn:uuid:b3a6a0f4-8c1d-4f0a-8a3d-0a4b5f7f9e27"
"""Why something is asked for: the item of the calendar, with the key of each source."""

_EARLIEST = ("30981-5", "Earliest date to give")
_DUE = ("30980-7", "Date vaccine due")
_LATEST = ("59777-3", "Latest date to give")
_STATUSES: Mapping[Status, tuple[str, str]] = {
    Status.DUE: (STATUSES, "due"),
    Status.OVERDUE: (STATUSES, "overdue"),
    Status.CONTRAINDICATED: (STATUSES, "contraindicated"),
    Status.DONE: (STATUSES, "complete"),
    Status.NOT_YET: (OWN_STATUSES, "not-yet"),
    Status.REFUSED: (OWN_STATUSES, "refused"),
    Status.UNKNOWN: (OWN_STATUSES, "unknown"),
}


class Fhir(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """A part of a resource: what is empty is left out."""


class Coding(Fhir, frozen=True, kw_only=True):
    """One code of one system."""

    system: str
    code: str
    display: str | None = None


class CodeableConcept(Fhir, frozen=True, kw_only=True):
    """A thing in words, and in codes where it has any."""

    coding: tuple[Coding, ...] = ()
    text: str | None = None


class Reference(Fhir, frozen=True, kw_only=True):
    """Another resource."""

    reference: str


class DateCriterion(Fhir, frozen=True, kw_only=True):
    """One date of a recommendation."""

    code: CodeableConcept
    value: date


class Advice(Fhir, frozen=True, kw_only=True):
    """One `recommendation`: one dose."""

    forecast_status: CodeableConcept
    target_disease: CodeableConcept
    vaccine_code: tuple[CodeableConcept, ...] = ()
    contraindicated_vaccine_code: tuple[CodeableConcept, ...] = ()
    forecast_reason: tuple[CodeableConcept, ...] = ()
    date_criterion: tuple[DateCriterion, ...] = ()
    description: str | None = None
    series: str | None = None
    dose_number_positive_int: int | None = None
    dose_number_string: str | None = None
    supporting_immunization: tuple[Reference, ...] = ()


class ImmunizationRecommendation(
    Fhir, frozen=True, kw_only=True, tag_field="resourceType", tag=True
):
    """What a calendar advises to one person, vaccine by vaccine."""

    patient: Reference
    date: date
    recommendation: tuple[Advice, ...]
    language: str


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """What a host knows of a person and of products, and a plan does not.

    `patient` is the reference to the person, such as `Patient/1`; `doses` the facts
    that are immunizations; `code_of` returns the code of a product by its id.
    """

    patient: str
    doses: frozenset[str]
    code_of: Callable[[str], Coding | None]


def as_fhir(plan: Plan, record: Record, *, language: str) -> ImmunizationRecommendation | None:
    """Write the vaccines of a plan as FHIR.

    Args:
        plan: What a calendar says of one person on one day.
        record: What the host adds.
        language: `fr` or `en`.

    Returns:
        None where a plan has no vaccine: the standard asks for one at least.
    """
    advices = tuple(
        _advice(one, record, language) for one in plan.recommendations if one.kind is Kind.VACCINE
    )
    if not advices:
        return None
    return ImmunizationRecommendation(
        patient=Reference(reference=record.patient),
        date=plan.on,
        recommendation=advices,
        language=language,
    )


def _advice(one: Recommendation, record: Record, language: str) -> Advice:
    system, code = _STATUSES[one.status]
    products = tuple(_product(product, record) for product in one.products)
    is_blocked = one.status is Status.CONTRAINDICATED
    is_number = one.step.isdecimal() and int(one.step) > 0
    notes = [_in(text, language) for text in (one.reason, *one.notes)]
    return Advice(
        forecast_status=CodeableConcept(coding=(Coding(system=system, code=code),)),
        target_disease=CodeableConcept(text=_in(one.name, language)),
        vaccine_code=() if is_blocked else products,
        contraindicated_vaccine_code=products if is_blocked else (),
        forecast_reason=tuple(_reason(one.item, source) for source in one.sources),
        date_criterion=tuple(_dates(one)),
        description=" ".join(notes),
        series=one.item,
        dose_number_positive_int=int(one.step) if is_number else None,
        dose_number_string=None if is_number else one.step,
        supporting_immunization=tuple(
            Reference(reference=f"Immunization/{fact}")
            for fact in one.done_by
            if fact in record.doses
        ),
    )


def _product(product: str, record: Record) -> CodeableConcept:
    code = record.code_of(product)
    if code is None:
        return CodeableConcept(text=product)
    return CodeableConcept(coding=(code,), text=code.display or product)


def _reason(item: str, source: Source) -> CodeableConcept:
    words = source.title if source.url is None else f"{source.title}, {source.url}"
    coding = Coding(system=OWN_REASONS, code=f"{item}.{source.key}")
    return CodeableConcept(coding=(coding,), text=words)


def _dates(one: Recommendation) -> list[DateCriterion]:
    dated = ((_EARLIEST, one.earliest_on), (_DUE, one.due_on), (_LATEST, one.latest_on))
    return [
        DateCriterion(
            code=CodeableConcept(coding=(Coding(system=DATES, code=code, display=display),)),
            value=day,
        )
        for (code, display), day in dated
        if day is not None
    ]


def _in(text: Text, language: str) -> str:
    return text.fr if language == "fr" else text.en
