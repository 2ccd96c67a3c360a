"""Times, quantities and words, as CDA writes them."""

from datetime import UTC, datetime, timedelta
from xml.etree.ElementTree import fromstring
from zoneinfo import ZoneInfo

import pytest

from backend.documents.cda.narrative import Narrative, is_assent, is_denial, plain_text
from backend.documents.cda.quantities import Range, Value, converted, range_of, value_of
from backend.documents.cda.times import parse_time, period_of, zone_of

PARIS = ZoneInfo("Europe/Paris")
XSI = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
NOTHING = Narrative(fromstring("<ClinicalDocument/>"))


@pytest.mark.parametrize(
    ("written", "on", "precision"),
    [
        ("2006", "2006", "year"),
        ("200605", "2006-05", "month"),
        ("20060531", "2006-05-31", "day"),
        ("2006053123", "2006-05-31", "hour"),
        ("200605312345+0100", "2006-05-31", "minute"),
        ("20060531234559.123-0430", "2006-05-31", "second"),
        ("20060531000000Z", "2006-05-31", "second"),
    ],
)
def test_a_time_keeps_its_precision_and_its_day(written, on, precision):
    """What was not written is not made up, and no zone moves the day."""
    stamp = parse_time(written, PARIS)

    assert (stamp.on, stamp.precision) == (on, precision)
    assert stamp.at.utcoffset() is not None


def test_an_offset_is_honoured():
    """An instant is the same instant whoever reads it."""
    stamp = parse_time("20200312111700+0100", UTC)

    assert stamp.at == datetime(2020, 3, 12, 10, 17, tzinfo=UTC)


@pytest.mark.parametrize(
    "written",
    ["", None, "20092012081500+0100", "20060230", "291812011200", "0000", "17990101", "2006-05-31"],
)
def test_a_time_that_no_calendar_has_is_no_time(written):
    """Published documents carry a month 20 and a year 2918: neither is guessed at."""
    assert parse_time(written, PARIS) is None


def test_times_without_offset_are_those_of_the_place():
    """Paris by default, also for software that writes the winter offset all year."""
    assert zone_of("20240706113000+0100") == PARIS
    assert zone_of("20240706") == PARIS
    assert zone_of("20240706113000+0400").utcoffset(None) == timedelta(hours=4)


def test_a_period_may_be_given_by_its_width():
    """A phase of a prescription says when it starts and how long it lasts."""
    element = fromstring('<t><low value="20211201"/><width value="2" unit="d"/></t>')

    period = period_of(element, PARIS)

    assert (period.start.on, period.end.on) == ("2021-12-01", "2021-12-03")


@pytest.mark.parametrize(
    ("xml", "expected"),
    [
        ('xsi:type="PQ" value="10.02" unit="mmol/L"', Value(number=10.02, unit="mmol/L")),
        ('xsi:type="c:PQ" value="1.90" unit="g/L"', Value(number=1.9, unit="g/L")),
        ('xsi:type="PQ" value="1,5" unit="1"', Value(number=1.5)),
        ('xsi:type="INT" value="4"', Value(number=4.0)),
        ('xsi:type="REAL" value="0.94"', Value(number=0.94)),
        ('xsi:type="PQ" nullFlavor="UNK"', Value()),
        ('xsi:type="PQ" value="1e999" unit="g"', Value()),
        ('xsi:type="PQ" value="NaN"', Value()),
        ('xsi:type="CD" code="260385009" displayName="négatif"', Value(text="négatif")),
        ('xsi:type="CO" nullFlavor="UNK"', Value()),
        ('xsi:type="BL" value="false"', Value()),
    ],
)
def test_a_value_is_a_number_or_words(xml, expected):
    """Every type that published results take is read; nothing is read out of nothing."""
    element = fromstring(f'<value {XSI} xmlns:c="urn:hl7-org:v3" {xml}/>')

    assert value_of(element, NOTHING) == expected


@pytest.mark.parametrize(
    ("inner", "words"),
    [
        ('<low value="0.512" unit="ug/mL"/>', "≥ 0.512 ug/mL"),
        ('<high value="0.128" unit="ug/mL" inclusive="false"/>', "< 0.128 ug/mL"),
        ('<low value="3.5" unit="g"/><high value="8" unit="g"/>', "3.5 – 8 g"),
        ('<low nullFlavor="UNK"/>', None),
    ],
)
def test_an_interval_is_said_in_words(inner, words):
    """A result below what the device sees is no number."""
    element = fromstring(f'<value {XSI} xsi:type="IVL_PQ">{inner}</value>')

    assert value_of(element, NOTHING) == Value(text=words)


def test_a_titre_is_said_as_laboratories_do():
    """A ratio without units is a titre; with units, a rate."""
    titre = '<numerator value="1"/><denominator value="128"/>'
    rate = '<numerator value="200" unit="mg"/><denominator value="1" unit="d"/>'

    texts = [
        value_of(fromstring(f'<v {XSI} xsi:type="RTO_PQ_PQ">{inner}</v>'), NOTHING).text
        for inner in (titre, rate)
    ]

    assert texts == ["1:128", "200 mg / 1 d"]


@pytest.mark.parametrize(
    ("low", "high", "unit", "expected"),
    [
        ("3.5", "8", "mmol/L", Range(low=3.5, high=8.0)),
        ("3.5", "8", "g/L", Range(text="3.5 – 8 mmol/L")),
        ("8", "3.5", "mmol/L", Range(text="8 – 3.5 mmol/L")),
    ],
)
def test_a_range_is_numbers_only_where_they_compare(low, high, unit, expected):
    """In another unit, or upside down, numbers would mislead."""
    element = fromstring(
        f"""<observation {XSI}><referenceRange><observationRange><value xsi:type="IVL_PQ">
        <low value="{low}" unit="mmol/L"/><high value="{high}" unit="mmol/L"/>
        </value></observationRange></referenceRange></observation>"""
    )

    assert range_of(element, unit, NOTHING) == expected


@pytest.mark.parametrize(
    ("unit", "expected"),
    [
        ("\u00b5g/L", Value(number=1.95, unit="ug/L")),
        ("\u03bcg/L", Value(number=1.95, unit="ug/L")),
        ("g / L", Value(text="1.95 g / L")),
        ("°C", Value(number=1.95, unit="Cel")),
        ("mm Hg", Value(number=1.95, unit="mm[Hg]")),
    ],
)
def test_a_number_never_loses_its_unit(unit, expected):
    """A micro sign is written as UCUM does; what UCUM cannot write becomes words."""
    element = fromstring(f'<value {XSI} xsi:type="PQ" value="1.95" unit="{unit}"/>')

    assert value_of(element, NOTHING) == expected


def test_an_interval_never_loses_its_unit():
    """Whether UCUM can write it or not; and words are not compared with numbers."""
    interval = f"""<value {XSI} xsi:type="IVL_PQ"><low value="3" unit="g / L"/>
        <high value="5" unit="g / L"/></value>"""
    around = "<observation><referenceRange><observationRange>{}</observationRange>"
    observation = fromstring(around.format(interval) + "</referenceRange></observation>")

    assert value_of(fromstring(interval), NOTHING) == Value(text="3 – 5 g / L")
    assert range_of(observation, None, NOTHING) == Range(text="3 – 5 g / L")


@pytest.mark.parametrize(
    ("kind", "number", "unit", "expected"),
    [
        ("weight", 3900.0, "g", (3.9, "kg")),
        ("height", 1.76, "m", (176.0, "cm")),
        ("temperature", 98.6, "[degF]", (37.0, "Cel")),
        ("temperature", 310.15, "K", (37.0, "Cel")),
        ("blood-pressure", 12.0, "cm[Hg]", (120.0, "mm[Hg]")),
        ("heart-rate", 60.0, "{beats}/min", (60.0, "/min")),
        ("weight", 59.0, "kg", (59.0, "kg")),
        ("weight", 9.0, "stone", (9.0, "stone")),
    ],
)
def test_vital_signs_come_in_the_unit_of_their_kind(kind, number, unit, expected):
    """Known units are brought to one, exactly; unknown ones stay as they are."""
    assert converted(kind, number, unit) == expected


def test_a_narrative_reads_as_lines():
    """Rows are lines, cells are divided, what was struck out is gone."""
    element = fromstring(
        """<text><paragraph>Avant <content revised="delete">non</content>après</paragraph>
        <table><tr><th>Date</th><th>Vaccin</th></tr><tr><td>1975</td><td>BCG<br/>SSI</td></tr>
        </table><list><item>un</item><item>deux</item></list></text>"""
    )

    assert plain_text(element).split("\n") == [
        "Avant après",
        "Date | Vaccin",
        "1975 | BCG",
        "SSI",
        "un",
        "deux",
    ]


def test_entries_find_their_words_in_the_narrative():
    """Words of the entry win; a reference may lack its sharp; none leaves the document."""
    document = fromstring(
        """<ClinicalDocument><text><content ID="a">Fièvre <b>légère</b></content></text>
        <one><reference value="#a"/></one><two><reference value="a"/></two>
        <three><reference value="#a"/>Forte fièvre</three>
        <four><reference value="http://example.org/a"/></four><five><reference value="#"/></five>
        </ClinicalDocument>"""
    )
    narrative = Narrative(document)

    words = [narrative.words(document.find(tag)) for tag in ("one", "two", "three", "four", "five")]

    assert words == ["Fièvre légère", "Fièvre légère", "Forte fièvre", None, None]


@pytest.mark.parametrize(
    "words",
    [
        "Aucune allergie / intolérance identifiée pendant le séjour",
        "Pas d'allergie connue",
        "Néant",
        "No known allergies",
        "non renseigné",
        "Non",
        "-",
        "RAS",
    ],
)
def test_a_denial_is_known(words):
    """Where a name should stand, these words say that there is none."""
    assert is_denial(words)


@pytest.mark.parametrize(
    "words", ["Lymphome non hodgkinien", "Nonane", "Pénicilline", "Rasagiline", "Oui"]
)
def test_a_name_is_no_denial(words):
    """A name that happens to begin like a denial stays a name."""
    assert not is_denial(words)


def test_a_cell_that_says_yes_names_nothing():
    """Forms answer "Oui" beside a question: that is not the name of a vaccine."""
    assert is_assent("Oui")
    assert not is_assent("Ouistiti")
