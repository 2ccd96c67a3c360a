"""The structured part of a record: profile, allergies, conditions, treatments, measures, history.

Every struct here is the body of one collection. Closed lists are literals, in
the words of FHIR; an absent value means that nobody has said.
"""

from datetime import date
from typing import Annotated, Literal

from msgspec import Meta

from backend.identity.model import Name, PlaceCode, Reliability, Sex
from backend.kernel.values import (
    BOTH,
    CLIENT,
    READ_ONLY,
    Address,
    Body,
    Code,
    CodedBody,
    Email,
    EntryBody,
    FreeText,
    Instant,
    Label,
    Language,
    Line,
    Paragraph,
    PartialDate,
    Phone,
    Sensitive,
    SystemUri,
)

BloodGroup = Literal["A+", "A-", "B+", "B-", "AB+", "AB-", "O+", "O-"]
EmptyReason = Annotated[
    Literal["nilknown"],
    Meta(
        description="There is nothing to note. It counts only while no record is there: a record "
        "always wins, whichever came first."
    ),
]

AllergyKind = Literal["allergy", "intolerance"]
AllergyCategory = Literal["food", "medication", "environment", "biologic"]
AllergyStatus = Literal["active", "inactive", "resolved"]
Criticality = Literal["low", "high", "unable-to-assess"]
Severity = Literal["mild", "moderate", "severe"]
ConditionStatus = Literal["active", "recurrence", "relapse", "inactive", "remission", "resolved"]
TreatmentStatus = Literal["active", "completed", "stopped", "on-hold", "intended"]

MeasureKind = Literal[
    "weight",
    "height",
    "blood-pressure",
    "heart-rate",
    "temperature",
    "oxygen-saturation",
    "glucose",
    "hba1c",
    "pain",
    "steps",
    "waist",
    "head",
    "result",
]
HistoryKind = Literal["hospital-stay", "procedure", "family", "lifestyle"]
LifestyleTopic = Literal["food", "physical-activity", "sleep", "screens", "alcohol", "tobacco"]
ContactKind = Literal["trusted-person", "emergency", "caregiver"]

Number = Annotated[float, Meta(ge=-1e12, le=1e12)]
Pressure = Annotated[float, Meta(gt=0, lt=1000, description="In mm[Hg].")]
Unit = Annotated[
    str, Meta(max_length=40, pattern=r"^[!-~]+$(?!\n)", description="UCUM, case sensitive.")
]
Relation = Annotated[
    str, Meta(max_length=20, pattern=r"^[A-Z]+$(?!\n)", description="A code of CI-SIS JDV_J11.")
]


class Profile(EntryBody, frozen=True, kw_only=True):
    """Who the holder is and how to reach them; one record in each space.

    Identity is read-only here: it changes through the identity service. An
    empty reason of `nilknown` says "not concerned": there is nothing to note,
    which is not the same as nothing noted.

    Source: FHIR Patient; FHIR List.emptyReason.
    """

    birth_family_name: Annotated[Name | None, READ_ONLY] = None
    birth_given_name: Annotated[Name | None, READ_ONLY] = None
    given_names: Annotated[tuple[Name, ...], Meta(max_length=20), READ_ONLY] = ()
    used_family_name: Annotated[Name | None, READ_ONLY] = None
    used_given_name: Annotated[Name | None, READ_ONLY] = None
    birth_date: Annotated[date | None, READ_ONLY] = None
    sex: Annotated[Sex | None, READ_ONLY] = None
    birth_place_code: Annotated[PlaceCode | None, READ_ONLY] = None
    identity_status: Annotated[Reliability | None, READ_ONLY] = None

    phone: Phone | None = None
    email: Email | None = None
    address_text: Address | None = None
    preferred_language: Annotated[Language | None, CLIENT] = None
    blood_group: BloodGroup | None = None

    allergies_empty_reason: EmptyReason | None = None
    conditions_empty_reason: EmptyReason | None = None
    treatments_empty_reason: EmptyReason | None = None
    immunizations_empty_reason: EmptyReason | None = None
    history_empty_reason: EmptyReason | None = None
    contacts_empty_reason: EmptyReason | None = None


class Reaction(Body, frozen=True, kw_only=True):
    """What an allergy does.

    Source: FHIR AllergyIntolerance.reaction.
    """

    label: Label
    code: Code | None = None
    code_system: SystemUri | None = None
    severity: Severity | None = None


class Allergy(CodedBody, frozen=True, kw_only=True):
    """Something that a person does not tolerate.

    Source: FHIR AllergyIntolerance.
    """

    kind: AllergyKind | None = None
    category: AllergyCategory | None = None
    criticality: Criticality | None = None
    clinical_status: AllergyStatus | None = None
    reactions: Annotated[tuple[Reaction, ...], Meta(max_length=20)] = ()
    onset_on: PartialDate | None = None
    resolved_on: PartialDate | None = None


class Condition(CodedBody, frozen=True, kw_only=True):
    """A disease or a health problem.

    Source: FHIR Condition.
    """

    clinical_status: ConditionStatus | None = None
    onset_on: PartialDate | None = None
    abated_on: PartialDate | None = None
    is_long_term_illness: bool | None = None


class Treatment(CodedBody, frozen=True, kw_only=True):
    """A medicine, or another treatment, that a person takes or took.

    Source: FHIR MedicationStatement.
    """

    status: TreatmentStatus | None = None
    dose_text: Paragraph | None = None
    route_text: Line | None = None
    started_on: PartialDate | None = None
    ended_on: PartialDate | None = None
    reason: Paragraph | None = None
    prescriber: Line | None = None


class Measure(CodedBody, frozen=True, kw_only=True):
    """One measure at one instant; or, of kind `result`, a line of a laboratory's report.

    Its kind fixes its code and its units (`data/measures.csv`), but for a
    `result`, which brings its own. Blood pressure is two numbers and no value.

    Source: FHIR Observation; CI-SIS, measures of health.
    """

    kind: MeasureKind
    measured_at: Instant
    value: Number | None = None
    value_text: Paragraph | None = None
    unit: Unit | None = None
    systolic: Pressure | None = None
    diastolic: Pressure | None = None
    method_text: Line | None = None
    site_text: Line | None = None
    moment: Annotated[
        Code | None, Meta(description="When in the day, such as 53049-3: fasting.")
    ] = None
    reference_low: Number | None = None
    reference_high: Number | None = None
    reference_text: Paragraph | None = None
    interpretation: Annotated[
        Code | None, Meta(description="A code of v3-ObservationInterpretation.")
    ] = None


class HistoryItem(CodedBody, frozen=True, kw_only=True):
    """A stay, an operation, an illness in the family, or a habit.

    Source: FHIR Encounter, Procedure, FamilyMemberHistory, Observation (social history).
    """

    kind: HistoryKind
    started_on: PartialDate | None = None
    ended_on: PartialDate | None = None
    facility: Line | None = None
    relation: Relation | None = None
    topic: LifestyleTopic | None = None


class Contact(EntryBody, frozen=True, kw_only=True):
    """Someone to call. Being one gives no access to the record.

    Source: FHIR RelatedPerson; CI-SIS JDV_J11 for the relation.
    """

    kind: ContactKind
    name: Line
    relation: Relation | None = None
    phone: Phone | None = None
    email: Email | None = None
    address_text: Address | None = None
    comment: FreeText | None = None
    sensitive: Sensitive = ()


class Note(EntryBody, frozen=True, kw_only=True):
    """What a person wants to keep or to ask, in their own words."""

    title: Line
    text: Annotated[str, Meta(max_length=10_000), BOTH] | None = None
    sensitive: Sensitive = ()
