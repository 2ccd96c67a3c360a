"""When a treatment is over, and which numbers nobody shows."""

from datetime import date

import pytest

from backend.documents.cda.document import read_cda
from backend.documents.terminology import measure_kinds, plausible_measures
from tests.unit.documents.cda_samples import document_xml, only_draft, read, read_entry, section
from tests.unit.documents.test_cda_clinical_entries import XSI, result, treatment, vital, vitals

WRITTEN = date(2024, 1, 6)
LATER = date(2024, 6, 1)
C_CDA = '<templateId root="2.16.840.1.113883.10.20.22.4.16"/>'


def period(low: str, high: str = "") -> str:
    """A stretch of time."""
    end = f'<high value="{high}"/>' if high else ""
    return f'<effectiveTime {XSI} xsi:type="IVL_TS"><low value="{low}"/>{end}</effectiveTime>'


def status_of(entry: str, today: date | None, *, code="10160-0") -> tuple[str, tuple[str, ...]]:
    """The status of the one treatment, as read on a day."""
    xml = document_xml(section(code, f"<entry>{entry}</entry>"))
    draft = only_draft(read_cda(xml.encode(), today=today))
    return draft.body["status"], draft.doubts


@pytest.mark.parametrize(
    ("mood", "times", "today", "status"),
    [
        ("EVN", period("20240101", "20240301"), WRITTEN, "active"),
        ("EVN", period("20240101", "20240301"), LATER, "completed"),
        ("INT", period("20240106", "20240112"), LATER, "completed"),
        ("RQO", period("20240106", "20240112"), LATER, "completed"),
        ("INT", period("20240301"), WRITTEN, "intended"),
        ("INT", period("20240301"), LATER, "active"),
        ("EVN", period("2023", "2024"), LATER, "active"),
        ("EVN", period("2023", "2023"), LATER, "completed"),
        ("EVN", period("20240101"), LATER, "active"),
    ],
)
def test_what_has_ended_since_the_document_is_over(mood, times, today, status):
    """A prescription of last winter is not what a person takes now."""
    entry = treatment(attributes=f'moodCode="{mood}"', times=times)

    assert status_of(entry, today) == (status, ())


@pytest.mark.parametrize(
    ("code", "status"),
    [("aborted", "stopped"), ("suspended", "on-hold"), ("held", "on-hold"), ("new", "intended")],
)
def test_the_code_of_a_status_that_is_not_completed_holds(code, status):
    """Only "completed" is written of everything."""
    entry = treatment(times=period("20240101")).replace('"completed"', f'"{code}"')

    assert status_of(entry, LATER)[0] == status


@pytest.mark.parametrize(
    ("times", "end"),
    [
        ('<effectiveTime xsi:type="SXPR_TS"><comp xsi:type="IVL_TS"><low value="20240101"/>'
         '<high value="20240110"/></comp></effectiveTime>', "2024-01-10"),
        ('<effectiveTime xsi:type="PIVL_TS"><phase><low value="20240101"/><high value="20240111"/>'
         '</phase><period value="8" unit="h"/></effectiveTime>', "2024-01-11"),
        ('<effectiveTime xsi:type="IVL_TS"><low value="20240101"/><width value="2" unit="wk"/>'
         "</effectiveTime>", "2024-01-15"),
        ('<effectiveTime xsi:type="IVL_TS"><low value="20240101"/><width value="1" unit="mo"/>'
         "</effectiveTime>", "2024-01-31"),
        ('<effectiveTime xsi:type="IVL_TS"><low value="20240101"/><width value="48" unit="h"/>'
         "</effectiveTime>", "2024-01-03"),
    ],
)  # fmt: skip
def test_the_end_of_a_treatment_is_found_wherever_it_stands(times, end):
    """Within a time of several parts, in the phase of a rhythm, or as a length."""
    body = only_draft(read_entry("10160-0", treatment(times=times))).body

    assert (body["started_on"], body["ended_on"]) == ("2024-01-01", end)


def test_one_intake_goes_on_for_nobody():
    """In C-CDA a time alone is one administration; elsewhere nobody knows, and it is marked."""
    once = treatment(times='<effectiveTime value="20240102"/>')
    american = once.replace("<templateId", C_CDA + "<templateId", 1)

    assert status_of(american, WRITTEN) == ("completed", ())
    assert status_of(once, WRITTEN) == ("active", ("status",))


def test_completed_is_over_where_it_means_so():
    """C-CDA means it; IHE writes it of every administration."""
    american = treatment().replace("<templateId", C_CDA + "<templateId", 1)

    assert status_of(american, WRITTEN) == ("completed", ("status",))
    assert status_of(treatment(), WRITTEN) == ("active", ("status",))


@pytest.mark.parametrize(
    ("code", "value", "unit"),
    [
        ("29463-7", "590", "kg"), ("29463-7", "5.9", "kg"), ("29463-7", "59", "g"),
        ("8302-2", "17", "m"), ("8302-2", "1.76", "cm"), ("8302-2", "320", "cm"),
        ("8310-5", "98.6", "Cel"), ("8310-5", "3.7", "Cel"), ("8867-4", "700", "/min"),
        ("59408-5", "9.8", "%"), ("8287-5", "5.5", "cm"), ("2345-7", "120", "g/L"),
        ("8480-6", "1450", "mm[Hg]"), ("8462-4", "8.5", "mm[Hg]"),
    ],
)  # fmt: skip
def test_a_number_that_nobody_shows_is_told_and_not_proposed(code, value, unit):
    """A slip of the comma or of the unit stays in the document, and says so."""
    document = read_entry("8716-3", vitals(vital(code, value, unit)))

    assert document.drafts == ()
    assert document.not_understood == ("8716-3", f"implausible:{code}")


@pytest.mark.parametrize(
    ("systolic", "diastolic"), [("1450", "85"), ("145", "850"), ("85", "145"), ("14.5", "8.5")]
)
def test_a_pressure_that_nobody_shows_makes_no_measure(systolic, diastolic):
    """Neither together, nor each alone."""
    entry = vitals(vital("8480-6", systolic, "mm[Hg]"), vital("8462-4", diastolic, "mm[Hg]"))

    document = read_entry("8716-3", entry)

    assert document.drafts == ()
    assert "implausible:85354-9" in document.not_understood


@pytest.mark.parametrize(
    ("birth", "weight", "is_proposed"),
    [("20210501", "3.9", True), ("19790328", "3.9", False), ("20210501", "72", False),
     ("19790328", "72", True), ("20100501", "3.9", False), ("2021", "3.9", True)],
)  # fmt: skip
def test_age_says_what_is_plausible(birth, weight, is_proposed):
    """The weight of a newborn in the record of the mother is a mix-up."""
    xml = document_xml(
        section("8716-3", f"<entry>{vitals(vital('29463-7', weight, 'kg'))}</entry>")
    ).replace('birthTime value="19790328"', f'birthTime value="{birth}"')

    assert bool(read(xml).drafts) is is_proposed


@pytest.mark.parametrize(
    ("code", "value", "unit", "number"),
    [("8310-5", "37.5", "°C", 37.5), ("29463-7", "59", "Kg", 59.0), ("8302-2", "176", "CM", 176.0)],
)
def test_a_misspelt_unit_is_the_only_one_it_can_be(code, value, unit, number):
    """Then its number is a measure, and is held against what people show."""
    body = only_draft(read_entry("8716-3", vitals(vital(code, value, unit)))).body
    slip = read_entry("8716-3", vitals(vital(code, f"9{value}", unit)))

    assert body["kind"] != "result"
    assert body["value"] == number
    assert body["unit"] in ("Cel", "kg", "cm")
    assert slip.drafts == ()


def test_a_quantity_in_a_translation_alone_is_read():
    """The unit that was asked for has no number; the other has."""
    ucum = 'codeSystem="2.16.840.1.113883.6.8"'
    value = f"""<value xsi:type="PQ" nullFlavor="OTH">
      <translation value="5.2" code="mmol/L" {ucum}/></value>"""

    body = only_draft(read_entry("18719-5", result(value))).body

    assert (body["value"], body["unit"]) == (5.2, "mmol/L")


def test_what_is_plausible_is_what_a_record_can_hold():
    """The narrower list names kinds, parts and units of the wider one, with sound bounds."""
    for one in plausible_measures():
        widest = measure_kinds()[one.key]
        assert widest.low <= one.low < one.high <= widest.high


def test_a_measure_later_than_its_document_is_marked():
    """Nobody measures after having written down the measure."""
    entry = vitals(vital("8867-4", "70", "/min")).replace("20210503", "20990503")

    assert only_draft(read_entry("8716-3", entry)).doubts == ("measured_at",)
