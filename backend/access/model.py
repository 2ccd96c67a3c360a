"""What access knows of a record, of who looks at it, and of the acts that decide between them."""

from datetime import datetime
from enum import Enum, IntFlag
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from msgspec import Meta

from backend.kernel.ids import PartyId
from backend.kernel.values import READ_ONLY, Body, Code, FreeText, Instant, Label, Line


class Role(Enum):
    """As what a party looks at a space."""

    HOLDER = "holder"
    REPRESENTATIVE = "representative"
    CAREGIVER = "caregiver"
    PROFESSIONAL = "professional"


class Confidentiality(IntFlag):
    """Orders that a record carries about who may see it.

    Source: CI-SIS value set JDV_J08 (OID 1.2.250.1.213.1.1.4.13 for MASKED and the two after).
    """

    NONE = 0
    DRAFT = 1  # Read from a document; no human has confirmed it.
    MASKED = 2  # MASQUE_PS: hidden from professionals.
    ANNOUNCEMENT_PENDING = 4  # INVISIBLE_PATIENT: to be told in person first.
    HIDDEN_FROM_REPRESENTATIVES = 8  # INVISIBLE_REPRESENTANTS_LEGAUX: a minor's secret.
    SEXUAL_HEALTH = 16  # These four order nothing: mandates and masks name them.
    MENTAL_HEALTH = 32
    ADDICTION = 64
    VIOLENCE = 128


class From(Enum):
    """From whom a mask hides."""

    PROFESSIONALS = "professionals"
    PROFESSION = "profession"
    PERSON = "person"


class Scope(msgspec.Struct, frozen=True, array_like=True, order=True):
    """From whom an entry is hidden: `value` is a profession's code or a party's identifier."""

    kind: str
    value: str = ""


ADDRESSED = "addressed"
"""The kind of a scope that hides from nobody: it names the one caregiver whom a record is for."""


class Section(Enum):
    """A part of life that mandates leave out unless the patient says otherwise."""

    SEXUAL_HEALTH = "sexual-health"
    MENTAL_HEALTH = "mental-health"
    ADDICTION = "addiction"
    VIOLENCE = "violence"


SENSITIVE = {section.value: Confidentiality[section.name] for section in Section}
"""The sections that a mandate leaves out unless it names them."""


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """A record, as far as rights are concerned: place, category, depositor, orders, masks.

    An announcement that is pending ends at `announced_at`, or when its order is lifted.
    `addressed_to` is the address of the one caregiver whom it was made for.
    """

    collection: str
    category: str
    depositor_id: PartyId
    orders: Confidentiality
    deleted: bool
    hidden_from: tuple[Scope, ...] = ()
    announced_at: datetime | None = None
    addressed_to: str | None = None

    def is_in(self, section: str) -> bool:
        """Say whether the entry belongs to a section of the record."""
        sensitive = SENSITIVE.get(section)
        if sensitive is not None:
            return sensitive in self.orders
        return section in (self.collection, self.category)


class Emergency(msgspec.Struct, frozen=True, kw_only=True):
    """Access without consent, for a while: the patient could not be asked.

    `professions` are those in which it was declared, `hidden` the sections that masks
    hide from them: a consent that was given in another profession opens none of it.
    """

    until: datetime
    reads_masked: bool
    professions: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()


class Terms(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What one party may do in a space, compiled from the acts of rights that stand.

    `sections` limits a consent (None for no limit) or a mandate, `actions` says
    what a caregiver may do there. `hidden` are the sections that masks hide from
    this party. `sees_masked_until` is for the attending doctor and the
    administrator. `granted_from` to `granted_until` is the consent or mandate
    itself, without emergencies.
    """

    name: str = ""
    profession: str = ""
    organization: str = ""
    is_blocked: bool = False
    granted: bool = False
    granted_from: datetime | None = None
    granted_until: datetime | None = None
    sections: tuple[str, ...] | None = None
    actions: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()
    is_namesake: bool = False
    """Whether a professional has the names of the person, and may be them."""
    sees_masked: bool = False
    sees_masked_until: datetime | None = None
    emergency: Emergency | None = None
    turns_at: datetime | None = None
    """When the next of these acts begins or ends by itself, and terms are compiled anew."""
    matrix: str = ""
    """The version of the rights matrix by which the feed was last judged."""
    since: datetime | None = None
    """Since when they say this; compiled anew if that is yet to come, after a clock was wrong."""

    def is_granted(self, now: datetime) -> bool:
        """Say whether a consent or mandate is in force."""
        return (
            self.granted
            and (self.granted_from is None or self.granted_from <= now)
            and (self.granted_until is None or now < self.granted_until)
        )


class Viewer(msgspec.Struct, frozen=True, kw_only=True):
    """One party's eye on one space.

    `readable` is what the rights matrix lets the party's profession read: types of
    document, and collections by the type that stands for them.
    """

    party_id: PartyId | None
    role: Role
    is_open: bool
    terms: Terms = Terms()
    readable: frozenset[str] = frozenset()


class Reason(Enum):
    """Why a viewer may, or may not, see an entry."""

    GRANT_NOT_IN_FORCE = "grant-not-in-force"
    DELETED = "deleted"
    PRIVATE = "private"
    ANNOUNCEMENT_PENDING = "announcement-pending"
    HOLDER = "holder"
    DEPOSITOR = "depositor"
    EMERGENCY = "emergency"
    BLOCKED = "blocked"
    MASKED = "masked"
    HIDDEN_FROM_REPRESENTATIVES = "hidden-from-representatives"
    REPRESENTATIVE = "representative"
    OUTSIDE_CONSENT = "outside-consent"
    MATRIX_ALLOWS = "matrix-allows"
    MATRIX_DENIES = "matrix-denies"
    MANDATE = "mandate"
    OUTSIDE_MANDATE = "outside-mandate"
    SENSITIVE = "sensitive"
    NOTHING_ALLOWS = "nothing-allows"


class Decision(msgspec.Struct, frozen=True):
    """The answer to "may they see it?", with its reason."""

    allow: bool
    reason: Reason


# What the acts of rights say, as records of the space.

SectionName = Annotated[str, Meta(min_length=1, max_length=64)]
Sections = Annotated[tuple[SectionName, ...], Meta(max_length=40)]
MandateAction = Literal["read", "add", "change", "message"]
ConsentStatus = Literal["asked", "given", "refused", "ended"]
ConsentState = Literal["asked", "expired", "given", "refused", "ended"]
MandateStatus = Literal["invited", "active", "ended", "refused"]
MandateState = Literal["invited", "expired", "active", "ended", "refused"]
TeamRole = Literal["attending", "administrator", "member"]


class Mask(Body, frozen=True, kw_only=True):
    """A holder's order to hide an entry, or a section of the record.

    Either `record_id` or `section`. `from_whom` is everybody of a profession, one
    person (`party_id`), or all professionals. Hiding a document hides its versions
    and what was read in it.

    Source: DMP confidentiality code MASQUE_PS; FHIR Consent, provision deny.
    """

    record_id: UUID | None = None
    section: SectionName | None = None
    from_whom: Literal["professionals", "profession", "person"] = "professionals"
    profession: Code | None = None
    party_id: UUID | None = None


class Block(Body, frozen=True, kw_only=True):
    """A holder's order to shut one professional out of everything.

    Source: DMP blocage; FHIR Consent, provision deny on an actor.
    """

    party_id: Annotated[UUID, READ_ONLY]
    name: Annotated[Label, READ_ONLY]
    profession: Annotated[Code | None, READ_ONLY] = None
    blocked_at: Annotated[Instant, READ_ONLY]


class Consent(Body, frozen=True, kw_only=True):
    """What a person answered to a professional who asked to see the record.

    No section means all that the rights matrix allows. `evidence` says how the
    person answered. Ended early or late, it stays as it was, with its end. While
    it is asked, `days` is for how long, `expires_at` until when it can be
    answered, and `code` what the person may say aloud instead of answering. A
    namesake has the names of the person, and is not shown what these are to be told.

    Source: FHIR Consent; CSP R1111-46; docs/decisions/0023-consent.md.
    """

    party_id: Annotated[UUID, READ_ONLY]
    name: Annotated[Label, READ_ONLY]
    profession: Annotated[Code, READ_ONLY]
    specialty: Annotated[Code | None, READ_ONLY] = None
    organization: Annotated[Line | None, READ_ONLY] = None
    status: Annotated[ConsentStatus, READ_ONLY]
    purpose: Annotated[FreeText | None, READ_ONLY] = None
    sections: Annotated[Sections, READ_ONLY] = ()
    keeps_copy: Annotated[bool, READ_ONLY] = False
    extends_to_team: Annotated[bool, READ_ONLY] = False
    evidence: Annotated[Literal["phone", "code", "representative"] | None, READ_ONLY] = None
    asked_by: Annotated[Label | None, READ_ONLY] = None
    asked_at: Annotated[Instant, READ_ONLY]
    days: Annotated[int | None, READ_ONLY] = None
    expires_at: Annotated[Instant | None, READ_ONLY] = None
    code: Annotated[Line | None, READ_ONLY] = None
    code_expires_at: Annotated[Instant | None, READ_ONLY] = None
    is_namesake: Annotated[bool, READ_ONLY] = False
    given_at: Annotated[Instant | None, READ_ONLY] = None
    ends_at: Annotated[Instant | None, READ_ONLY] = None
    ended_at: Annotated[Instant | None, READ_ONLY] = None


class TeamMember(Body, frozen=True, kw_only=True):
    """A professional of the care team, from a date to a date.

    An attending doctor and an administrator see masked entries too.

    Source: FHIR CareTeam; CSP L1110-12.
    """

    party_id: Annotated[UUID, READ_ONLY]
    name: Annotated[Label, READ_ONLY]
    profession: Annotated[Code, READ_ONLY]
    role: Annotated[TeamRole, READ_ONLY]
    starts_at: Annotated[Instant, READ_ONLY]
    ends_at: Annotated[Instant | None, READ_ONLY] = None
    is_namesake: Annotated[bool, READ_ONLY] = False


class Mandate(Body, frozen=True, kw_only=True):
    """What a caregiver may do for the person, and until when.

    `answer_by` is for an invitation, `reviewed_at` when the person last confirmed
    it. Ended early, it keeps the end that it was given, with `ended_at`.

    Source: FHIR Consent with a RelatedPerson; docs/decisions/0022-mandates.md.
    """

    party_id: Annotated[UUID | None, READ_ONLY] = None
    name: Annotated[Label, READ_ONLY]
    status: Annotated[MandateStatus, READ_ONLY]
    sections: Annotated[Sections, READ_ONLY]
    actions: Annotated[tuple[MandateAction, ...], Meta(max_length=4), READ_ONLY]
    invited_at: Annotated[Instant, READ_ONLY]
    starts_at: Annotated[Instant, READ_ONLY]
    ends_at: Annotated[Instant, READ_ONLY]
    ended_at: Annotated[Instant | None, READ_ONLY] = None
    reviewed_at: Annotated[Instant | None, READ_ONLY] = None
    answer_by: Annotated[Instant | None, READ_ONLY] = None


class EmergencyAccess(Body, frozen=True, kw_only=True):
    """A declared reading without consent.

    `by_regulation` says which of the person's switches it went by.

    Source: DMP bris de glace; v3-ActReason BTG; CSP L1111-17 I.
    """

    party_id: Annotated[UUID, READ_ONLY]
    name: Annotated[Label, READ_ONLY]
    profession: Annotated[Code, READ_ONLY]
    organization: Annotated[Line | None, READ_ONLY] = None
    reason_code: Annotated[Code, READ_ONLY]
    reason: Annotated[FreeText, READ_ONLY]
    opened_at: Annotated[Instant, READ_ONLY]
    until: Annotated[Instant, READ_ONLY]
    by_regulation: Annotated[bool, READ_ONLY] = False
    is_namesake: Annotated[bool, READ_ONLY] = False


class AccessSettings(Body, frozen=True, kw_only=True):
    """What the person decided for all cases to come.

    Source: DMP switches ETREAT, BTG and MASKED; their defaults: DESIGN, section 4.
    """

    emergency_regulation: Annotated[bool, READ_ONLY] = True
    emergency_professionals: Annotated[bool, READ_ONLY] = True
    emergency_masked: Annotated[bool, READ_ONLY] = False
