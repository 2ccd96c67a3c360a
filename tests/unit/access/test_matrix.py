"""The rights matrix: what it says, what it does not say, and what is wrong with another."""

import csv
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.access.reference import codes, rows, shipped_matrix
from backend.access.rules.matrix import (
    COLUMNS,
    Codes,
    Read,
    cell,
    may_read,
    parse_matrix,
    read_rows,
)
from backend.access.rules.matrix_review import changes, next_turn, review, tally
from backend.documents.terminology import document_types
from backend.record import ALL

TODAY = date(2026, 11, 22)
DOCTOR, NURSE, DENTIST, PHYSIOTHERAPIST, COORDINATOR = "10", "60", "40", "70", "330"
HEADING = ",".join(COLUMNS)
SHARED = Path(__file__).resolve().parents[3].parent / "shared"
TYPES = SHARED / "data" / "terminology" / "document_types.csv"


def shipped():
    """Read the matrix that comes with the code."""
    return review(shipped_matrix(), codes()).matrix


def of_lines(*lines):
    """Make a matrix of lines under the usual heading."""
    return review("\n".join((HEADING, *lines)), codes())


def test_the_shipped_matrix_is_sound():
    """Nothing is wrong with it, and what sources do not say is left unknown."""
    read = review(shipped_matrix(), codes())

    counted = tally(read.matrix, codes(), TODAY)

    assert read.complaints == ()
    assert len(codes().professions) == 19
    assert {sum(counts.values()) for counts in counted.values()} == {len(codes().types)}
    assert counted[NURSE] == {Read.YES: 9, Read.NO: 6, Read.UNKNOWN: len(codes().types) - 15}
    assert counted[DENTIST][Read.NO] == 5
    assert counted[COORDINATOR][Read.YES] == 0
    assert counted[PHYSIOTHERAPIST] == {Read.UNKNOWN: len(codes().types)}


@pytest.mark.parametrize(
    ("profession", "type_code", "said"),
    [
        (DOCTOR, "60591-5", Read.YES),
        (DOCTOR, "ATTEST-RESID", Read.NO),
        (DOCTOR, "FEUILLE-DE-STYLE", Read.UNKNOWN),
        (NURSE, "15507-7", Read.YES),
        (NURSE, "68599-0", Read.NO),
        (NURSE, "60591-5", Read.UNKNOWN),
        (DENTIST, "83901-9", Read.NO),
        (COORDINATOR, "34112-3", Read.NO),
        (PHYSIOTHERAPIST, "PRESC-KINE", Read.UNKNOWN),
        ("999", "60591-5", Read.UNKNOWN),
        (DOCTOR, "no-such-type", Read.UNKNOWN),
    ],
)
def test_a_cell_says_what_its_source_says(profession, type_code, said):
    """A cell that is known names its source; only yes lets anybody read."""
    found = cell(shipped(), profession, type_code, TODAY)

    assert found.value is said
    assert bool(found.source) is (said is not Read.UNKNOWN)
    assert may_read(shipped(), profession, type_code, TODAY) is (said is Read.YES)


def test_nothing_is_readable_before_the_order_was_in_force():
    """A line counts from its first day on."""
    assert may_read(shipped(), DOCTOR, "60591-5", date(2023, 10, 30))
    assert not may_read(shipped(), DOCTOR, "60591-5", date(2023, 10, 29))


def test_a_collection_is_judged_by_the_type_that_stands_for_it():
    """Every collection of the record is judged, or is for no profession."""
    judged = codes().judged_by

    assert set(ALL) - {"documents"} <= set(judged)
    assert {one for one in judged.values() if one is not None} <= set(codes().types)
    assert not set(judged) & set(codes().types)
    assert may_read(shipped(), DOCTOR, "allergies", TODAY)
    assert not may_read(shipped(), NURSE, "allergies", TODAY)
    for collection, type_code in judged.items():
        for profession in codes().professions:
            said = cell(shipped(), profession, collection, TODAY)
            assert said == cell(shipped(), profession, type_code or "", TODAY)


@pytest.mark.parametrize(
    "collection", ["notes", "masks", "blocks", "consents", "care_team", "mandates", "settings"]
)
def test_some_collections_are_for_no_profession(collection):
    """Whatever a matrix says: it cannot name them."""
    row = f"{DOCTOR},{collection},yes,x,2020-01-01,"

    assert codes().judged_by[collection] is None
    assert not any(may_read(shipped(), one, collection, TODAY) for one in codes().professions)
    assert not may_read(of_lines(row).matrix, DOCTOR, collection, TODAY)
    assert of_lines(row).complaints


def test_the_types_are_those_of_documents():
    """Rights and documents each keep the list; they are one."""
    theirs = {one.code: (one.label_fr, one.label_en) for one in document_types().values()}

    mine = {row["code"]: (row["label_fr"], row["label_en"]) for row in rows("document_types.csv")}

    assert mine == theirs


def test_the_types_are_those_of_the_terminology():
    """No type of the published list is missing."""
    if not TYPES.exists():
        pytest.skip("The published list is not on this machine.")
    lines = [one for one in TYPES.read_text().splitlines() if not one.startswith("#")]

    # E1762 is the signature of a batch of documents: nobody reads one.
    assert {row["code"] for row in csv.DictReader(lines)} - {"E1762"} == set(codes().types)


def test_every_line_of_data_has_a_source():
    """Who reviews can follow each line to where it comes from."""
    for name in ("professions.csv", "collections.csv"):
        assert [row for row in rows(name) if not row["source"].strip()] == []


def test_a_line_ends_on_its_last_day():
    """Both days are included, and the day after says something else."""
    matrix = of_lines(
        f"{NURSE},SYNTH,yes,x,2026-01-01,2026-06-30",
        f"{NURSE},SYNTH,no,y,2026-07-01,",
    ).matrix

    said = {
        day: cell(matrix, NURSE, "SYNTH", day).value
        for day in (date(2025, 12, 31), date(2026, 1, 1), date(2026, 6, 30), date(2026, 7, 1))
    }

    assert [*said.values()] == [Read.UNKNOWN, Read.YES, Read.YES, Read.NO]
    assert may_read(matrix, NURSE, "SYNTH", date(2026, 6, 30))
    assert not may_read(matrix, NURSE, "SYNTH", date(2026, 7, 1))
    assert next_turn(matrix, date(2026, 1, 1)) == date(2026, 7, 1)
    assert next_turn(matrix, date(2026, 7, 1)) is None


def test_of_two_lines_for_one_day_the_stricter_one_counts():
    """A file that says both is refused; if it ruled all the same, it would deny."""
    read = of_lines(f"{NURSE},SYNTH,yes,x,2026-01-01,", f"{NURSE},SYNTH,no,y,2026-02-01,")

    assert [one.line for one in read.complaints] == [3]
    assert not may_read(read.matrix, NURSE, "SYNTH", TODAY)


WRONG = {
    "an unknown profession": "999,SYNTH,yes,x,2026-01-01,",
    "an unknown type": "10,SYNTHESE,yes,x,2026-01-01,",
    "a collection": "10,allergies,yes,x,2026-01-01,",
    "another value": "10,SYNTH,maybe,x,2026-01-01,",
    "another spelling": "10,SYNTH,YES,x,2026-01-01,",
    "no source": "10,SYNTH,yes, ,2026-01-01,",
    "no day": "10,SYNTH,yes,x,,",
    "a day that is none": "10,SYNTH,yes,x,2026-02-30,",
    "a last day that is none": "10,SYNTH,yes,x,2026-01-01,soon",
    "an end before its start": "10,SYNTH,yes,x,2026-02-01,2026-01-01",
    "too many values": "10,SYNTH,yes,x,2026-01-01,,more",
    "too few values": "10,SYNTH,yes",
}


@pytest.mark.parametrize("way", WRONG)
def test_each_way_to_be_wrong_is_complained_of(way):
    """Once, with the line; the comment and the empty line before it are counted."""
    read = review(f'# a comment, with a " in it\n{HEADING}\n\n{WRONG[way]}\n', codes())

    assert [one.line for one in read.complaints] == [4]


@pytest.mark.parametrize(
    "text",
    [
        "",
        HEADING,
        f"{HEADING.replace('source', 'sauce')}\n10,SYNTH,yes,x,2026-01-01,",
        f'{HEADING}\n10,SYNTH,yes,"x,2026-01-01,',
        f"{HEADING},read\n10,SYNTH,yes,x,2026-01-01,,yes",
    ],
)
def test_what_is_no_matrix_is_complained_of(text):
    """Nothing, no lines, another heading, an open quotation, a column twice."""
    assert review(text, codes()).complaints


def test_a_matrix_without_end_dates_is_sound():
    """The last column may be left out altogether."""
    read = review(f"{HEADING.removesuffix(',effective_to')}\n10,SYNTH,yes,x,2026-01-01\n", codes())

    assert read.complaints == ()
    assert may_read(read.matrix, DOCTOR, "SYNTH", TODAY)


def test_a_comparison_names_each_cell_that_changes_and_when():
    """At once, later, and not at all."""
    old = of_lines(f"{NURSE},SYNTH,yes,x,2026-01-01,", f"{NURSE},REMB,no,x,2026-01-01,").matrix
    new = of_lines(
        f"{NURSE},SYNTH,no,y,2026-01-01,",
        f"{NURSE},REMB,no,another source,2026-01-01,",
        f"{DOCTOR},REMB,yes,x,2027-01-01,",
    ).matrix

    found = changes(old, new, codes(), TODAY)

    said = [(one.profession, one.type_code, one.on, one.widens, one.narrows) for one in found]
    assert said == [
        (DOCTOR, "REMB", date(2027, 1, 1), True, False),
        (NURSE, "SYNTH", TODAY, False, True),
    ]
    assert changes(old, old, codes(), TODAY) == ()


CODES = Codes(
    professions={"1": "One", "2": "Two"},
    types={"a": "A", "b": "B"},
    judged_by={"things": "a", "secrets": None},
)
DAYS = st.integers(0, 12).map(lambda days: date(2026, 1, 1) + timedelta(days=days))
LINES = st.tuples(
    st.sampled_from(["1", "2", "9"]),
    st.sampled_from(["a", "b", "z", "things"]),
    st.sampled_from(["yes", "no", "unknown", "?"]),
    st.just("x"),
    DAYS.map(str),
    st.one_of(st.just(""), DAYS.map(str)),
)


def naively(lines, profession, category, on):
    """Say who may read in the slowest words."""
    type_code = {"things": "a", "secrets": None}.get(category, category)
    said = {
        line[2]
        for line in lines
        if line[:2] == (profession, type_code)
        and line[0] in ("1", "2")
        and line[1] in ("a", "b")
        and line[2] != "?"
        and line[4] <= str(on)
        and (not line[5] or str(on) <= line[5])
    }
    return said == {"yes"}


@given(
    lines=st.lists(LINES, max_size=8),
    profession=st.sampled_from(["1", "2", "9", ""]),
    category=st.sampled_from(["a", "b", "z", "things", "secrets", ""]),
    on=DAYS,
)
def test_a_matrix_says_what_the_slowest_reading_says(lines, profession, category, on):
    """Whatever the lines: unknown words grant nothing, and one no is enough."""
    text = "\n".join((HEADING, *(",".join(line) for line in lines)))
    matrix = parse_matrix(read_rows(text)[1], CODES)

    allowed = may_read(matrix, profession, category, on)

    assert allowed is naively(lines, profession, category, on)
    assert allowed is (cell(matrix, profession, category, on).value is Read.YES)


@given(text=st.text())
def test_a_review_takes_any_text(text):
    """It complains, and never fails; chance writes no sound matrix."""
    assert review(text, codes()).complaints


@given(profession=st.text(), category=st.text(), on=st.dates())
def test_the_matrix_answers_every_question(profession, category, on):
    """Total over every code, and what it does not know it denies."""
    allowed = may_read(shipped(), profession, category, on)

    assert allowed <= (profession in codes().professions)
    assert allowed <= (category in codes().types or category in codes().judged_by)
