"""What is known of a document beside its bytes."""

from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta, Struct

from backend.kernel.values import (
    NAMES_A_DOCUMENT,
    READ_ONLY,
    Body,
    Code,
    Coding,
    FreeText,
    Instant,
    Label,
    Language,
    Line,
    Sensitive,
    SystemUri,
)

INTEGER_MAX = 2**53 - 1
"""The largest integer that a client in JavaScript keeps exactly."""

ConfidentialityCode = Literal[
    "N", "R", "V", "MASQUE_PS", "INVISIBLE_PATIENT", "INVISIBLE_REPRESENTANTS_LEGAUX"
]
DocumentStatus = Literal["current", "superseded", "entered-in-error"]

Identifier = Annotated[str, Meta(min_length=1, max_length=255, pattern=r"\S")]
Count = Annotated[int, Meta(ge=1, le=INTEGER_MAX)]
MediaType = Annotated[
    str, Meta(max_length=100, pattern=r"^[a-z]+/[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]*$(?!\n)")
]
Sha256 = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$(?!\n)", description="In hexadecimal.")]
Words = Annotated[tuple[Line, ...], Meta(max_length=200)]


class Author(Body, frozen=True, kw_only=True):
    """Who wrote a document, in which capacity, and when.

    Source: XDS DocumentEntry.author.
    """

    name: Line
    identifier: Identifier | None = None
    identifier_system: SystemUri | None = None
    specialty_code: Code | None = None
    specialty_label: Line | None = None
    organization: Line | None = None
    at: Instant | None = None


class Document(Body, frozen=True, kw_only=True):
    """The metadata of one version of one document.

    Where it came from, what it is and who may see it are read-only: they come
    from the deposit, or change through the documents service.

    Source: XDS DocumentEntry; FHIR DocumentReference; CI-SIS, document sharing.
    """

    title: Label
    service_start_at: Instant | None = None
    service_end_at: Instant | None = None
    comment: FreeText | None = None
    sensitive: Sensitive = ()

    type_code: Annotated[Code, READ_ONLY]
    type_system: Annotated[SystemUri, READ_ONLY]
    class_code: Annotated[Code | None, READ_ONLY] = None
    created_at: Annotated[Instant, READ_ONLY]
    status: Annotated[DocumentStatus, READ_ONLY]
    confidentiality: Annotated[
        tuple[ConfidentialityCode, ...], Meta(min_length=1, max_length=4), READ_ONLY
    ]
    announced_at: Annotated[
        Instant | None,
        READ_ONLY,
        Meta(description="When INVISIBLE_PATIENT ends by itself; null: when somebody lifts it."),
    ] = None
    media_type: Annotated[MediaType, READ_ONLY]
    size_bytes: Annotated[Count, READ_ONLY]
    sha256: Annotated[Sha256, READ_ONLY]
    authors: Annotated[tuple[Author, ...], Meta(max_length=20), READ_ONLY] = ()
    custodian: Annotated[Line | None, READ_ONLY] = None
    language: Annotated[Language | None, READ_ONLY] = None
    format_code: Annotated[Code | None, READ_ONLY] = None
    unique_id: Annotated[Identifier | None, READ_ONLY] = None
    set_id: Annotated[Identifier | None, READ_ONLY] = None
    version_number: Annotated[Count | None, READ_ONLY] = None
    replaces: Annotated[
        UUID | None,
        NAMES_A_DOCUMENT,
        Meta(description="The record that this one supersedes, if it is there for who reads this."),
    ] = None
    patient_matched: Annotated[
        bool | None,
        READ_ONLY,
        Meta(description="Whether its patient is the holder; null when it names none."),
    ] = None
    events: Annotated[tuple[Coding, ...], Meta(max_length=50), READ_ONLY] = ()
    practice_setting: Annotated[Coding | None, READ_ONLY] = None
    facility_type: Annotated[Coding | None, READ_ONLY] = None
    understood: Annotated[
        Words, READ_ONLY, Meta(description="The kinds of section and entry that were read.")
    ] = ()
    not_understood: Annotated[
        Words, READ_ONLY, Meta(description="LOINC codes of the sections that were not, or reasons.")
    ] = ()
    file_name: Annotated[Identifier | None, READ_ONLY] = None


class DraftMade(Struct, frozen=True, kw_only=True):
    """A record that was read in a document, for a person to confirm."""

    collection: str
    record_id: UUID


class DraftRefused(Struct, frozen=True, kw_only=True):
    """An entry of a document that makes no record: a dose before birth, say.

    The document and its other entries stand.
    """

    collection: str
    code: Annotated[str, Meta(description="A problem of the catalogue.")]
    pointer: Annotated[str | None, Meta(description="What of the entry is refused.")] = None
    source: Annotated[str, Meta(description="Where in the document the entry stands.")]


class Deposited(Struct, frozen=True, kw_only=True):
    """What became of a document.

    `created` is a document of its own, `version` another version of one that is
    there, `duplicate` one that is there already: then nothing was written.
    `disagreeing` names traits of its patient that are not the holder's, though
    the national number is: whoever deposits should look. `refused` are its entries
    that were left out, each with why.
    """

    record_id: UUID
    status: Literal["created", "duplicate", "version"]
    drafts: tuple[DraftMade, ...]
    understood: tuple[str, ...]
    not_understood: tuple[str, ...]
    disagreeing: tuple[str, ...]
    refused: tuple[DraftRefused, ...] = ()
