"""What is read in a CDA document.

Names are those of HL7 where it has a good one. A missing value means that the
document does not say, or says it in a way that cannot be read.
"""

from datetime import datetime
from typing import Any, Literal

from msgspec import Struct

Json = dict[str, Any]
"""The body of a record: JSON by nature, checked by the room that owns it."""

Precision = Literal["year", "month", "day", "hour", "minute", "second"]
BodyKind = Literal["file", "structured", "none"]
"""`file` is level 1 of CDA: one embedded file, and nothing coded."""


class TimeStamp(Struct, frozen=True, kw_only=True):
    """A point in time, as precise as it was written.

    Source: HL7 v3 data type TS.
    """

    at: datetime
    """The first instant it may mean: aware, in the offset as written."""
    precision: Precision
    on: str
    """The day, month or year as written: YYYY-MM-DD, YYYY-MM or YYYY."""


class Period(Struct, frozen=True, kw_only=True):
    """A stretch of time. Source: HL7 v3 data type IVL_TS."""

    start: TimeStamp | None = None
    end: TimeStamp | None = None


class InstanceIdentifier(Struct, frozen=True, kw_only=True):
    """Who or what, in the eyes of an authority. Source: HL7 v3 data type II."""

    root: str
    extension: str | None = None

    @property
    def text(self) -> str:
        """The identifier as XDS writes it: root, or root^extension."""
        return self.root if self.extension is None else f"{self.root}^{self.extension}"


class Concept(Struct, frozen=True, kw_only=True):
    """A coded thing and its translations. Source: HL7 v3 data type CD."""

    code: str | None = None
    system: str | None = None
    """The OID of its code system, as written."""
    display: str | None = None
    original_text: str | None = None
    """What the author wrote or, by reference, the words of the narrative."""
    null_flavor: str | None = None
    translations: tuple["Concept", ...] = ()
    qualifiers: tuple["Concept", ...] = ()


class PersonName(Struct, frozen=True, kw_only=True):
    """A name, in the parts it came in."""

    family: str | None = None
    given: tuple[str, ...] = ()
    prefix: str | None = None
    suffix: str | None = None
    """In France, the title of a professional: DR, PR."""
    text: str | None = None

    @property
    def display(self) -> str | None:
        """Title, given names and family name; or the words, if it came in one piece."""
        parts = [self.suffix, *self.given, self.family]
        return " ".join(part for part in parts if part) or self.text


class Organization(Struct, frozen=True, kw_only=True):
    """A structure of care, or any other."""

    ids: tuple[InstanceIdentifier, ...] = ()
    name: str | None = None
    practice_setting: Concept | None = None


class Party(Struct, frozen=True, kw_only=True):
    """Anybody or anything that takes part, in one role."""

    role: str
    """The type of the participation, or else its element: AUT, LA, INF, NOK…"""
    role_class: str | None = None
    function: Concept | None = None
    period: Period = Period()
    ids: tuple[InstanceIdentifier, ...] = ()
    code: Concept | None = None
    """Profession and specialty of a professional; relation of a relative."""
    name: PersonName | None = None
    device: str | None = None
    organization: Organization | None = None
    telecoms: tuple[str, ...] = ()


class Patient(Struct, frozen=True, kw_only=True):
    """Whom the document is about.

    Source: CI-SIS, structure of the header; RNIV, traits of identity.
    """

    ids: tuple[InstanceIdentifier, ...] = ()
    """All of them, INS numbers included."""
    ins: tuple[InstanceIdentifier, ...] = ()
    """INS numbers: real (NIR .8, NIA .9), test (.10) and demonstration (.11)."""
    birth_family_name: str | None = None
    used_family_name: str | None = None
    birth_given_name: str | None = None
    used_given_name: str | None = None
    given_names: tuple[str, ...] = ()
    sex: Literal["male", "female", "unknown"] | None = None
    birth_date: TimeStamp | None = None
    birth_place_code: str | None = None
    birth_place: str | None = None
    telecoms: tuple[str, ...] = ()
    guardians: tuple[Party, ...] = ()


class ServiceEvent(Struct, frozen=True, kw_only=True):
    """An act that the document is about."""

    code: Concept | None = None
    period: Period = Period()
    performers: tuple[Party, ...] = ()


class Encounter(Struct, frozen=True, kw_only=True):
    """The visit or stay in which the document was made."""

    ids: tuple[InstanceIdentifier, ...] = ()
    code: Concept | None = None
    period: Period = Period()
    discharge: Concept | None = None
    facility_type: Concept | None = None
    facility: str | None = None
    responsible: Party | None = None


class RelatedDocument(Struct, frozen=True, kw_only=True):
    """A document that this one replaces (RPLC), completes (APND) or transforms (XFRM)."""

    relation: str
    ids: tuple[InstanceIdentifier, ...] = ()
    set_id: InstanceIdentifier | None = None
    version_number: int | None = None


class Header(Struct, frozen=True, kw_only=True):
    """Everything before the body."""

    unique_id: InstanceIdentifier | None = None
    set_id: InstanceIdentifier | None = None
    version_number: int | None = None
    related: tuple[RelatedDocument, ...] = ()
    realm: str | None = None
    templates: tuple[InstanceIdentifier, ...] = ()
    type: Concept = Concept()
    title: str | None = None
    created: TimeStamp | None = None
    language: str | None = None
    confidentiality: tuple[Concept, ...] = ()

    patient: Patient = Patient()
    """Nobody, when the document is about several people: it proves nothing of any."""
    patients: int = 0
    authors: tuple[Party, ...] = ()
    data_enterer: Party | None = None
    informants: tuple[Party, ...] = ()
    custodian: Organization | None = None
    recipients: tuple[Party, ...] = ()
    legal_authenticator: Party | None = None
    authenticators: tuple[Party, ...] = ()
    participants: tuple[Party, ...] = ()

    orders: tuple[InstanceIdentifier, ...] = ()
    events: tuple[ServiceEvent, ...] = ()
    consents: tuple[Concept, ...] = ()
    encounter: Encounter | None = None

    @property
    def replaces(self) -> RelatedDocument | None:
        """The document that this one replaces."""
        return next((one for one in self.related if one.relation == "RPLC"), None)


class Section(Struct, frozen=True, kw_only=True):
    """One part of a structured body."""

    code: str | None
    system: str | None
    title: str | None
    text: str
    """The narrative, in plain lines."""
    path: str
    depth: int
    templates: tuple[str, ...]
    entries: int


class EmbeddedFile(Struct, frozen=True, kw_only=True):
    """A file inside the document."""

    media_type: str
    """As declared."""
    found_type: str | None
    """What its first bytes say it is; None when they say nothing known."""
    true_type: str
    """What it is to be served as: never declared against what its bytes say."""
    content: bytes
    path: str
    section_code: str | None = None

    @property
    def size_bytes(self) -> int:
        """How large the file is once decoded."""
        return len(self.content)


class Draft(Struct, frozen=True, kw_only=True):
    """A record proposed from one entry, for a person to confirm.

    The caller adds `draft_of`, the record of the document.
    """

    collection: str
    body: Json
    source: str
    """The path of the entry within the document."""
    doubts: tuple[str, ...] = ()
    """Fields of the body that the document leaves open: the value is a guess."""


class CdaDocument(Struct, frozen=True, kw_only=True):
    """One document, read as far as it could be."""

    header: Header
    body_kind: BodyKind
    is_self_presentable: bool
    """Whether it came inside the style sheet that shows it."""
    sections: tuple[Section, ...] = ()
    files: tuple[EmbeddedFile, ...] = ()
    drafts: tuple[Draft, ...] = ()
    understood: tuple[str, ...] = ()
    """What was read: collections, `none-known:` and `absent:` ones, and other kinds."""
    not_understood: tuple[str, ...] = ()
    """LOINC codes of sections with entries that were not read, or reasons."""
