r"""Values that several rooms share: words, dates, codes, and what every body starts from.

A constraint stands in the annotation, so that it reaches the published schemas;
what an annotation cannot say is a function here or in the rules of a room.

`$` alone would let a final line feed through in Python, hence `$(?!\n)`: it
means the same to Python and to the engines of clients.
"""

from datetime import date, datetime, timedelta
from functools import cache
from typing import Annotated, Literal
from uuid import UUID
from zoneinfo import available_timezones

from msgspec import Meta, Struct

from backend.kernel.errors import InvalidInput

YEAR_MIN = 1850
YEAR_MAX = 2199
PHONE_DIGITS_MIN = 2
PHONE_DIGITS_MAX = 15

# How a field merges, when not as `sync.ports.FieldRule.SERVER`.
BOTH = Meta(extra={"merge": "both"})
CLIENT = Meta(extra={"merge": "client"})
READ_ONLY = Meta(extra={"merge": "read-only"})
RETIRED = Meta(extra={"merge": "retired"})
# Left out for whoever does not see that document.
NAMES_A_DOCUMENT = Meta(extra={"merge": "read-only", "names": "documents"})

Label = Annotated[
    str, Meta(min_length=1, max_length=500, pattern=r"\S", description="What people read.")
]
Line = Annotated[str, Meta(min_length=1, max_length=200, pattern=r"\S")]
Paragraph = Annotated[str, Meta(max_length=500)]
FreeText = Annotated[str, Meta(max_length=3000), BOTH]

Code = Annotated[str, Meta(max_length=100, pattern=r"^\S+(?: \S+)*$(?!\n)")]
SystemUri = Annotated[
    str,
    Meta(
        max_length=200,
        pattern=r"^(?:https?://|urn:)\S+$(?!\n)",
        description="A FHIR system, or urn:oid: and the identifier of a code system.",
    ),
]
Language = Annotated[
    str,
    Meta(
        max_length=35,
        pattern=r"^[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*$(?!\n)",
        description="A BCP 47 tag, such as fr or fr-FR.",
    ),
]

PartialDate = Annotated[
    str,
    Meta(
        max_length=10,
        pattern=(
            r"^(?:18[5-9]|19[0-9]|2[01][0-9])[0-9]"
            r"(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12][0-9]|3[01]))?)?$(?!\n)"
        ),
        description="A year, a month or a day: YYYY, YYYY-MM or YYYY-MM-DD.",
    ),
]
Instant = Annotated[datetime, Meta(tz=True, description="RFC 3339, with its offset.")]
TimeZone = Annotated[str, Meta(max_length=64, description="An IANA name, such as Europe/Paris.")]

Phone = Annotated[str, Meta(max_length=40)]
Email = Annotated[str, Meta(max_length=254)]
Address = Annotated[str, Meta(max_length=500)]

DraftState = Literal["draft", "confirmed", "rejected"]
Sensitive = Annotated[
    tuple[Literal["sexual-health", "mental-health", "addiction", "violence"], ...],
    Meta(
        max_length=4,
        description="Kept from caregivers who are not let in to these. What is sensitive by its "
        "codes or words is so without being named here.",
    ),
]


class ImpossibleDate(InvalidInput):
    """A day that no calendar has, or one beyond any lifetime."""

    code = "impossible-date"


class DateInFuture(InvalidInput):
    """Something is said to have happened on a day that is still to come."""

    code = "date-in-future"


class DateBeforeBirth(InvalidInput):
    """Something is said to have happened to a person before they were born."""

    code = "date-before-birth"


class EndBeforeStart(InvalidInput):
    """Something ends before it starts."""

    code = "end-before-start"


class ImplausiblePhone(InvalidInput):
    """A telephone number that cannot be dialled."""

    code = "implausible-phone"


class ImplausibleEmail(InvalidInput):
    """An e-mail address that cannot be written to."""

    code = "implausible-email"


class UnknownTimeZone(InvalidInput):
    """A time zone that IANA does not list."""

    code = "unknown-time-zone"


class Body(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What a record says. An absent field and a null one are the same."""


class Coding(Body, frozen=True, kw_only=True):
    """One code of one system.

    Source: FHIR Coding.
    """

    code: Code
    system: SystemUri
    display: Annotated[str, Meta(max_length=500)] | None = None


Codings = Annotated[tuple[Coding, ...], Meta(max_length=20)]


class Signature(Body, frozen=True, kw_only=True):
    """Who wrote an entry in the holder's stead.

    Source: FHIR Provenance.agent, with onBehalfOf.
    """

    party_id: UUID
    role: Annotated[str, Meta(max_length=40)]
    name: Label | None = None


class EntryBody(Body, frozen=True, kw_only=True):
    """A body that people write: it says when somebody else than the holder did."""

    written_by: Annotated[Signature | None, READ_ONLY] = None


class CodedBody(EntryBody, frozen=True, kw_only=True):
    """A body about one coded thing, which may have been read in a document.

    Until a person confirms it, what was read in a document is a draft.
    """

    label: Label
    code: Code | None = None
    code_system: SystemUri | None = None
    codings: Annotated[
        Codings, Meta(description="The same thing in the words of other code systems.")
    ] = ()
    comment: FreeText | None = None
    sensitive: Sensitive = ()
    draft_of: Annotated[
        UUID | None,
        NAMES_A_DOCUMENT,
        Meta(description="The document it was read in, if it is there for who reads this."),
    ] = None
    draft_state: DraftState | None = None


def check_coded(body: CodedBody) -> None:
    """Refuse a code without its system, or a draft without its state.

    Raises:
        InvalidInput: One half of a pair is missing.
    """
    check_code(body.code, body.code_system, pointer="/code_system")
    if body.draft_of is None and body.draft_state is not None:
        raise InvalidInput("A draft names its document.", pointer="/draft_of")
    if body.draft_of is not None and body.draft_state is None:
        raise InvalidInput("What was read in a document has a state.", pointer="/draft_state")


def check_code(code: str | None, system: str | None, *, pointer: str) -> None:
    """Refuse a code without its system, and the reverse.

    Raises:
        InvalidInput: One of the two is missing.
    """
    if (code is None) != (system is None):
        raise InvalidInput("A code and its system go together.", pointer=pointer)


def check_date(value: str | None, *, pointer: str) -> None:
    """Refuse a PartialDate whose day no calendar has, such as 30 February.

    Raises:
        ImpossibleDate: The month has no such day.
    """
    if value is None or len(value) < len("YYYY-MM-DD"):
        return
    try:
        date.fromisoformat(value)
    except ValueError:
        raise ImpossibleDate("This day does not exist.", pointer=pointer) from None


def check_period(start: str | None, end: str | None, *, pointers: tuple[str, str]) -> None:
    """Refuse a period of PartialDates that ends before it starts.

    Only what both dates say is compared: 2020 does not end before 2020-05
    starts. The pointers lead to the start, then to the end.

    Raises:
        ImpossibleDate: One of the two is no day.
        EndBeforeStart: The end comes first.
    """
    check_date(start, pointer=pointers[0])
    check_date(end, pointer=pointers[1])
    if start is None or end is None:
        return
    shared = min(len(start), len(end))
    if end[:shared] < start[:shared]:
        raise EndBeforeStart("The end comes before the start.", pointer=pointers[1])


def check_past(value: str | None, *, now: datetime, pointer: str) -> None:
    """Refuse a PartialDate that lies wholly in the future.

    A day is granted: where somebody writes it may be tomorrow already.

    Raises:
        DateInFuture: Even its first day is still to come.
    """
    if value is None:
        return
    latest = (now + timedelta(days=1)).date().isoformat()
    if value > latest:  # A month or a year that has begun comes before each of its days.
        raise DateInFuture("This day is still to come.", pointer=pointer)


def check_since_birth(value: str | None, *, birth_date: date | None, pointer: str) -> None:
    """Refuse a PartialDate that lies wholly before a birth.

    Raises:
        DateBeforeBirth: Even its last day is before the person was born.
    """
    if value is None or birth_date is None:
        return
    if value < birth_date.isoformat()[: len(value)]:
        raise DateBeforeBirth("The person was not born yet.", pointer=pointer)


def check_year(value: date | None, *, pointer: str) -> None:
    """Refuse a date or an instant of a year that no living person's record can hold.

    Raises:
        ImpossibleDate: The year is not from YEAR_MIN to YEAR_MAX.
    """
    if value is not None and not YEAR_MIN <= value.year <= YEAR_MAX:
        raise ImpossibleDate(f"Years go from {YEAR_MIN} to {YEAR_MAX}.", pointer=pointer)


def check_time_zone(name: str, *, pointer: str) -> None:
    """Refuse a name that the IANA database does not list.

    Raises:
        UnknownTimeZone: There is no such zone.
    """
    if name not in _time_zones():
        raise UnknownTimeZone("IANA lists no such time zone.", pointer=pointer)


def check_phone(value: str | None, *, pointer: str) -> None:
    """Refuse what cannot be a telephone number; how people space it is theirs.

    Short numbers pass: an emergency contact may be 15 or 3422.

    Raises:
        ImplausiblePhone: A character or the count of digits is wrong.
    """
    if value is None:
        return
    digits = value.removeprefix("+")
    for mark in " .-()/\u00a0\u202f":
        digits = digits.replace(mark, "")
    if not (
        digits.isascii()
        and digits.isdigit()
        and PHONE_DIGITS_MIN <= len(digits) <= PHONE_DIGITS_MAX
    ):
        raise ImplausiblePhone("This cannot be a telephone number.", pointer=pointer)


def check_email(value: str | None, *, pointer: str) -> None:
    """Refuse what cannot be an e-mail address. Only a message proves that one works.

    Raises:
        ImplausibleEmail: It lacks a name, an at sign or a domain with a dot.
    """
    if value is None:
        return
    name, _, domain = value.rpartition("@")
    labels = domain.split(".")
    if (
        not name
        or "@" in name
        or len(labels) < 2
        or not all(labels)
        or any(character.isspace() for character in value)
    ):
        raise ImplausibleEmail("This cannot be an e-mail address.", pointer=pointer)


@cache
def _time_zones() -> frozenset[str]:
    # "localtime" means the zone of this machine, which says nothing to a phone.
    return frozenset(available_timezones() - {"localtime", "Factory"})
