"""Dates, codes, telephone numbers and addresses."""

import msgspec
import pytest

from backend.kernel.errors import InvalidInput
from backend.kernel.values import (
    CodedBody,
    EndBeforeStart,
    ImplausibleEmail,
    ImplausiblePhone,
    ImpossibleDate,
    PartialDate,
    UnknownTimeZone,
    check_coded,
    check_date,
    check_email,
    check_period,
    check_phone,
    check_time_zone,
)

DOCUMENT = "11111111-1111-4111-8111-111111111111"
POINTERS = ("/start", "/end")


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("2024", True),
        ("2024-02", True),
        ("2024-02-29", True),
        ("1850", True),
        ("2199-12-31", True),
        ("1849", False),
        ("2200", False),
        ("2024-13", False),
        ("2024-00", False),
        ("2024-1", False),
        ("2024-01-32", False),
        ("2024-01-00", False),
        ("24", False),
        ("2024-", False),
        ("2024\n", False),
        ("2024-02-29\n", False),
        ("２０２４", False),
        ("2024-02-29T10:00:00Z", False),
        ("", False),
    ],
)
def test_a_partial_date_is_a_year_a_month_or_a_day(text, is_one):
    """Nothing else passes, not even digits of another script or a line feed."""
    encoded = msgspec.json.encode(text)

    if is_one:
        assert msgspec.json.decode(encoded, type=PartialDate) == text
    else:
        with pytest.raises(msgspec.ValidationError):
            msgspec.json.decode(encoded, type=PartialDate)


@pytest.mark.parametrize("day", ["2023-02-29", "2023-02-30", "2024-04-31", "1900-02-29"])
def test_a_day_that_no_calendar_has_is_refused(day):
    """February and the short months are counted."""
    with pytest.raises(ImpossibleDate) as refusal:
        check_date(day, pointer="/onset_on")

    assert refusal.value.pointer == "/onset_on"


@pytest.mark.parametrize("day", [None, "2023", "2023-02", "2024-02-29", "2000-02-29"])
def test_a_day_that_exists_or_is_left_open_is_taken(day):
    """People often know a year or a month only."""
    check_date(day, pointer="/onset_on")


@pytest.mark.parametrize(
    ("start", "end", "is_sound"),
    [
        ("2020", "2021", True),
        ("2020", "2020", True),
        ("2020-05", "2020", True),
        ("2020", "2020-05", True),
        ("2020-05-10", "2020-05", True),
        ("2020-05-10", "2020-05-10", True),
        (None, "2020", True),
        ("2020", None, True),
        ("2021", "2020", False),
        ("2020-05", "2020-04", False),
        ("2020-05-10", "2020-05-09", False),
        ("2020-05-10", "2020-04", False),
        ("2020-05-10", "2019", False),
        ("2020", "2019-12-31", False),
    ],
)
def test_a_period_is_compared_by_what_both_ends_say(start, end, is_sound):
    """An end known to the year never contradicts a start known to the day in it."""
    if is_sound:
        check_period(start, end, pointers=POINTERS)
    else:
        with pytest.raises(EndBeforeStart) as refusal:
            check_period(start, end, pointers=POINTERS)
        assert refusal.value.pointer == "/end"


@pytest.mark.parametrize(
    "number",
    ["15", "3422", "06 12 34 56 78", "06.12.34.56.78", "+33 6 12 34 56 78", "+33 (0)6-12-34-56-78"],
)
def test_a_number_is_taken_as_people_write_it(number):
    """Spaces, dots and brackets are theirs; short numbers exist."""
    check_phone(number, pointer="/phone")


@pytest.mark.parametrize(
    "number",
    ["", "1", "+", "06 12 3A", "1234567890123456", "++33612345678", "٠٦١٢٣٤٥٦٧٨", "06\n12"],
)
def test_what_cannot_be_dialled_is_refused(number):
    """A letter, no digit, or more than the 15 digits of E.164."""
    with pytest.raises(ImplausiblePhone):
        check_phone(number, pointer="/phone")


@pytest.mark.parametrize("address", ["a@b.fr", "prénom.nom+tri@exemple.gouv.fr", "a@c.d"])
def test_an_address_with_a_name_and_a_domain_is_taken(address):
    """Accents and tags are real."""
    check_email(address, pointer="/email")


@pytest.mark.parametrize(
    "address",
    ["", "a", "@b.fr", "a@b", "a@b.", "a@.fr", "a@b..fr", "a b@c.fr", "a@b@c.fr", "a@b.fr "],
)
def test_what_cannot_be_written_to_is_refused(address):
    """The slips of a thumb: a space, a missing dot, two at signs."""
    with pytest.raises(ImplausibleEmail):
        check_email(address, pointer="/email")


@pytest.mark.parametrize("name", ["Europe/Paris", "America/Martinique", "Indian/Reunion", "UTC"])
def test_a_zone_of_iana_is_taken(name):
    """Overseas zones are not those of the mainland."""
    check_time_zone(name, pointer="/time_zone")


@pytest.mark.parametrize(
    "name", ["", "Paris", "Europe", "localtime", "../../etc/passwd", "Europe/Lutece", "+02:00"]
)
def test_what_iana_does_not_list_is_refused(name):
    """Neither a folder, nor a path, nor an offset is a zone."""
    with pytest.raises(UnknownTimeZone):
        check_time_zone(name, pointer="/time_zone")


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({"code": "J45"}, "/code_system"),
        ({"code_system": "http://loinc.org"}, "/code_system"),
        ({"draft_of": DOCUMENT}, "/draft_state"),
        ({"draft_state": "draft"}, "/draft_of"),
    ],
)
def test_half_of_a_pair_is_refused(fields, pointer):
    """A code without its system means nothing; neither does a draft of no document."""
    body = msgspec.convert({"label": "Asthma", **fields}, CodedBody)

    with pytest.raises(InvalidInput) as refusal:
        check_coded(body)

    assert refusal.value.pointer == pointer


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"code": "J45", "code_system": "http://hl7.org/fhir/sid/icd-10"},
        {"code": "MED-295", "code_system": "urn:oid:1.2.250.1.213.1.1.4.322"},
        {"draft_of": DOCUMENT, "draft_state": "confirmed"},
    ],
)
def test_a_whole_pair_or_none_is_taken(fields):
    """Words alone are enough: not everything has a code."""
    check_coded(msgspec.convert({"label": "Asthma", **fields}, CodedBody))


@pytest.mark.parametrize(
    "fields",
    [
        {"label": ""},
        {"label": " "},
        {"label": "x" * 501},
        {"code": " J45"},
        {"code": "J45\n"},
        {"code_system": "loinc"},
        {"comment": "x" * 3001},
        {"codings": [{"code": "J45"}]},
        {"codings": [{"code": "J45", "system": "http://loinc.org"}] * 21},
        {"draft_state": "maybe"},
        {"colour": "blue"},
    ],
)
def test_a_field_out_of_its_bounds_is_refused(fields):
    """Every text, list and word has a maximum, and no field may be invented."""
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"label": "Asthma", **fields}, CodedBody)
