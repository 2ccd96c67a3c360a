"""What protects a person: vaccines, examinations, and what decides which are due."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta, Struct

from backend.kernel.values import RETIRED, CodedBody, Codings, Line, Paragraph, PartialDate
from notifications.core.text import Text

ImmunizationStatus = Literal["completed", "not-done", "entered-in-error"]
ScreeningStatus = Literal["completed", "planned", "refused", "not-done", "entered-in-error"]
ScreeningResult = Literal["normal", "abnormal", "unknown"]
SituationKind = Literal["situation", "pregnancy", "residence"]
Answer = Literal["yes", "no", "unknown"]

_WORD = r"^[a-z0-9]+(?:-[a-z0-9]+)*$(?!\n)"
ExamWord = Annotated[
    str,
    Meta(
        max_length=60,
        pattern=_WORD,
        description="A word of the calendars' list of examinations, such as mammography.",
    ),
]
SituationWord = Annotated[
    str,
    Meta(
        max_length=60,
        pattern=_WORD,
        description="A word of the calendars' list of situations, such as diabetes.",
    ),
]
Window = Annotated[
    str,
    Meta(
        max_length=20,
        pattern=_WORD,
        description="Which of several like examinations, such as 4m-5m.",
    ),
]
CountryCode = Annotated[
    str,
    Meta(
        pattern=r"^[A-Z]{2}$(?!\n)",
        description="ISO 3166-1; overseas regions have their own: GP, MQ, GF, RE, YT.",
    ),
]


class Immunization(CodedBody, frozen=True, kw_only=True):
    """One dose of a vaccine, given or not.

    Source: FHIR Immunization.
    """

    status: ImmunizationStatus
    occurred_on: PartialDate | None = None
    dose_number: Annotated[int, Meta(ge=1, le=99)] | None = None
    lot_number: Annotated[str, Meta(max_length=100)] | None = None
    site_text: Line | None = None
    route_text: Line | None = None
    performer: Line | None = None
    target_diseases: Codings = ()
    box_code: Annotated[
        Annotated[str, Meta(max_length=200)] | None,
        Meta(
            description="As scanned or typed from the box: GS1 DataMatrix, CIP or CIS. From it the "
            "server fills in label, codings, target_diseases and lot_number where they are left "
            "out; it replaces nothing that somebody wrote."
        ),
    ] = None
    reason_not_done: Paragraph | None = None


class Screening(CodedBody, frozen=True, kw_only=True):
    """One examination that prevents: done, planned, or refused.

    `exam` says which to the calendars, `code` to others; a word that no calendar
    knows is kept, and counts for nothing. `performed_on` is when it took place, is
    planned for, or was refused.

    Source: FHIR Procedure; its result, FHIR DiagnosticReport.
    """

    exam: ExamWord
    status: ScreeningStatus
    performed_on: PartialDate | None = None
    result: ScreeningResult | None = None
    window: Window | None = None
    performer: Line | None = None
    reason_not_done: Paragraph | None = None
    # It named a document to whoever read this, whom it may be kept from.
    document_id: Annotated[UUID | None, RETIRED] = None


class Situation(CodedBody, frozen=True, kw_only=True):
    """Something that holds about a person, or does not: it decides what is due to them.

    A risk, a place of life, a past disease; a pregnancy; where somebody lives. `no`
    is an answer, and not the same as no record. A pregnancy has the day of its last
    period or the one for which the birth is expected, and, once it is over, the day
    on which it `ended_on`.

    Source: FHIR Condition and Observation; QuestionnaireResponse for the answers.
    """

    kind: SituationKind
    situation: SituationWord | None = None
    answer: Answer | None = None
    started_on: PartialDate | None = None
    ended_on: PartialDate | None = None
    last_period_on: PartialDate | None = None
    expected_on: PartialDate | None = None
    country: CountryCode | None = None


class DiseaseFound(Struct, frozen=True, kw_only=True):
    """What a vaccine protects against."""

    code: str
    name: Text


class VaccineFound(Struct, frozen=True, kw_only=True):
    """A vaccine, as an immunization may name it, and what the code says of the box.

    A generic one is a kind of vaccine, such as any against tetanus, and no product.
    """

    code: str
    system: str
    label: str
    is_generic: bool
    diseases: tuple[DiseaseFound, ...]
    lot_number: str | None = None
    expires_on: date | None = None
