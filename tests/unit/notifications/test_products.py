"""The nomenclature of vaccines: what ships, and what codes mean."""

import csv
from importlib.resources import files

import msgspec
import pytest

from notifications.calendars import countries, load
from notifications.core.boxes import BoxCodeInvalid
from notifications.core.products import (
    Catalogue,
    Nomenclature,
    TableInvalid,
    VaccineUnknown,
)
from notifications.nomenclature import vaccines

ATC = "http://www.whocc.no/atc"
DATA = files("notifications").joinpath("data", "nuva")


def rows(name):
    """The rows of a table, without its comment lines."""
    lines = DATA.joinpath(f"{name}.csv").read_text("utf-8").splitlines()
    return list(csv.DictReader(line for line in lines if not line.startswith("#")))


def texts(**changed):
    """The tables that ship, but for *changed*."""
    names = [field.name for field in msgspec.structs.fields(Nomenclature)]
    return Nomenclature(
        **{name: DATA.joinpath(f"{name}.csv").read_text("utf-8") for name in names} | changed
    )


def test_every_box_of_the_nomenclature_resolves():
    """By its CIP13, by the CIP7 in it, and as a scanner gives it."""
    catalogue = vaccines()

    boxes = rows("cip")
    assert len(boxes) == 1052
    for row in boxes:
        cip = row["cip"]
        for text in (cip, cip[5:12], f"]d2010{cip}17270700", f"(01)0{cip}"):
            assert catalogue.resolve_box(text).vaccine.code == row["nuva"]


@pytest.mark.parametrize(
    ("kind", "system"),
    [
        ("cis", "urn:oid:1.2.250.1.213.2.3.1"),
        ("cip", "urn:oid:1.2.250.1.213.2.3.2"),
        ("cip", "1.2.250.1.213.2.3.3"),
        ("atc", ATC),
        ("atc", "urn:oid:2.16.840.1.113883.6.73"),
        ("cvx", "http://hl7.org/fhir/sid/cvx"),
        ("cvx", "urn:oid:2.16.840.1.113883.12.292"),
        ("snomed", "http://snomed.info/sct"),
        ("atc_classes", ATC),
    ],
)
def test_every_aligned_code_resolves(kind, system):
    """By the names of its system in FHIR and in CDA."""
    column = kind.removesuffix("_classes")
    for row in rows(kind):
        assert vaccines().resolve_code(system, row[column]).code == row["nuva"]


def test_every_vaccine_is_one_by_its_own_code():
    """It protects against something, and says what in both languages."""
    catalogue = vaccines()

    assert len(catalogue.vaccines) == 1441
    for code in catalogue.vaccines:
        found = catalogue.resolve_code(catalogue.system, code.lower())
        assert found.code == code
        assert found.valences
        assert all(disease.name.fr and disease.name.en for disease in found.diseases)


@pytest.mark.parametrize(
    ("label", "words"),
    [
        ("HEXYON", "D T aP IPV Hib HepB"),
        ("VAXELIS", "D T aP IPV Hib HepB"),
        ("BOOSTRIXTETRA", "d T ap IPV"),
        ("TETRAVAC-ACELLULAIRE", "D T aP IPV"),
        ("REVAXIS", "d T IPV"),
        ("PRIORIX", "Measles Mumps Rubella"),
        ("PROQUAD", "Measles Mumps Rubella Varicella"),
        ("NIMENRIX", "MenACWY"),
        ("NEISVAC", "MenC"),
        ("VACCIN MENINGOCOCCIQUE A+C", ""),
        ("GARDASIL 9", "HPV"),
        ("PREVENAR 20", "PCV20"),
        ("PREVENAR 13", "PCV13"),
        ("PREVENAR", "PCV7"),
        ("CAPVAXIVE", "PCV21"),
        ("SHINGRIX", "Zoster"),
        ("ZOSTAVAX", "ZosterLive"),
        ("TETRACOQ", "D T wP IPV"),
        ("OPVERO", "OPV"),
        ("TETAGRIP", "T Flu"),
        ("PNEUMOVAX", "PPV23"),
        ("TWINRIX 20 µg", "HepA HepB"),
        ("ABRYSVO", "RSV"),
        ("BEYFORTUS 50 MG (NIRSEVIMAB)", "RSVAntibody"),
        ("TETANEA", ""),
    ],
)
def test_a_product_covers_what_its_label_says(label, words):
    """As in the table of products of the calendar."""
    (found,) = (one for one in vaccines().vaccines.values() if one.label == label)

    assert found.words == frozenset(words.split())


def test_what_is_wrong_in_the_release_is_mended():
    """Three errors were seen; each correction says what the line said and why it is wrong."""
    catalogue = vaccines()
    shorthands = {row["valence"]: row["shorthand"] for row in rows("valences")}

    held = {
        code: {shorthands[one] for one in catalogue.vaccines[code].valences}
        for code in ("VAC0230", "VAC0836", "VAC0560")
    }

    assert held == {"VAC0230": {"INF-SUAnd3"}, "VAC0836": {"INF-SUAnd4"}, "VAC0560": {"INF-SUnd4"}}
    mended = {(row["file"], row["key"]): row for row in rows("corrections")}
    assert mended["valences", "VAL371"]["now"].endswith("16F")
    assert all(row["reason"] for row in mended.values())


def test_a_correction_of_what_is_not_written_is_refused():
    """A new release that mends itself does not go unseen."""
    with pytest.raises(TableInvalid):
        Catalogue(
            texts(corrections="file,key,column,was,now,reason\nvaccines,VAC0001,label,X,Y,Z\n")
        )


@pytest.mark.parametrize(
    "changed",
    [
        {"cip": "cip,nuva\n3400933472016,VAC9999\n"},
        {"valence_words": "valences,words,reason\nVAL9999,D,\n"},
        {"vaccines": "nuva,label,is_generic,valences\nVAC0001,X,no,VAL9999\n"},
    ],
)
def test_a_line_that_names_nothing_is_refused(changed):
    """Tables that do not fit each other are a fault of the data, found when they are read."""
    with pytest.raises(TableInvalid):
        Catalogue(texts(corrections="file,key,column,was,now,reason\n", **changed))


@pytest.mark.parametrize(
    ("system", "code"),
    [
        ("", ""),
        ("urn:oid:9.9", "VAC0001"),
        (ATC, "N02BE01"),
        (ATC, "J07"),
        (ATC, "J07CA"),
        (ATC, "J07" * 100),
        ("urn:oid:1.2.250.1.213.2.3.1", "not a number"),
        ("urn:oid:1.2.250.1.213.2.3.2", "3400930000007"),
        ("\ud800", "\x00"),
    ],
)
def test_an_unknown_code_is_one_clear_refusal(system, code):
    """Of a medicine that is no vaccine, of no system, or of none at all."""
    with pytest.raises(VaccineUnknown):
        vaccines().resolve_code(system, code)


@pytest.mark.parametrize("text", ["4006381333931", "3400930000007", "60000000", "3000000"])
def test_a_box_that_is_not_in_the_nomenclature_is_told_from_one_that_was_misread(text):
    """The person is asked for the name, and not to scan again."""
    with pytest.raises(VaccineUnknown):
        vaccines().resolve_box(text)


def test_a_box_that_was_misread_is_told_from_one_that_is_unknown():
    """The person is asked to scan again."""
    with pytest.raises(BoxCodeInvalid):
        vaccines().resolve_box("3400933472015")


def test_the_box_comes_before_the_product_and_the_product_before_its_class():
    """What is most exact counts, and not what comes first."""
    catalogue = vaccines()
    in_class, of_product = (ATC, "J07CA09"), ("urn:oid:1.2.250.1.213.2.3.1", "60645557")

    assert catalogue.resolve("3400933472016", [of_product]).label == "ACT-HIB"
    assert catalogue.resolve("nonsense", [in_class, of_product]).label == "HEXYON"
    assert catalogue.resolve(None, [in_class]).is_generic
    assert catalogue.resolve(None, [("urn:oid:9.9", "X")]) is None


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("Hexyon", "HEXYON"),
        ("HEXYON, 3e dose", "HEXYON"),
        ("Repevax (rappel)", "REPEVAX"),
        ("Prevenar 13", "PREVENAR 13"),
        ("Prevenar", "Pneumococcal conjugate vaccine, serotypes unspecified"),
        ("Rappel DTP", "Diphtheria-Tetanus-Polio vaccine, unspecified"),
        ("Vaxigrip Tetra 2021", "VAXIGRIPTETRA"),
        ("MMR VaxPro", "M-M-RVAXPRO"),
        ("Prevenar13", "PREVENAR 13"),
        ("Tétravac", "TETRAVAC-ACELLULAIRE"),
        ("Comirnaty (Pfizer-BioNTech)", "COVID-19 mRNA vaccine, unspecified"),
        ("Vaccin contre la grippe", "Influenza vaccine, unspecified"),
        ("grippe 2025", "Influenza vaccine, unspecified"),
        ("ROR", "MMR Measles-Mumps-Rubella Vaccine, live attenuated, unspecified"),
        ("Hépatite B", "Hepatitis B vaccine, recombinant, unspecified"),
    ],
)
def test_a_name_that_somebody_typed_is_understood(text, label):
    """With or without accents and capitals, and with which dose it was."""
    assert vaccines().resolve_name(text).label == label


@pytest.mark.parametrize(
    "text", ["", "vaccin", "Hexyon et Prevenar 13", "tétanos diphtérie", "hépatite", "x" * 9_999]
)
def test_a_name_that_says_more_or_less_than_one_vaccine_is_not_guessed_at(text):
    """A dose of two vaccines, counted as one of them, would hide that the other was given."""
    with pytest.raises(VaccineUnknown):
        vaccines().resolve_name(text)


def test_what_valences_say_together_is_not_said_again_more_loosely():
    """Twenty-three conjugate serotypes are those of a smaller vaccine, and not of two."""
    catalogue = vaccines()

    for vaccine in catalogue.vaccines.values():
        assert len({word for word in vaccine.words if word.startswith("PCV")}) <= 1
        assert not {"MenC", "MenACWY"} <= vaccine.words


@pytest.mark.parametrize("country", countries())
def test_calendars_and_nomenclature_say_the_same_of_a_product(country):
    """A dose that was scanned counts as one that a rule names, valence by valence."""
    pack = load(country)
    catalogue = vaccines()

    named = [one for one in pack.products.product if one.nuva is not None]
    assert named
    for product in named:
        assert catalogue.vaccines[product.nuva].words == frozenset(product.valences), product.id


def test_every_word_of_the_nomenclature_is_one_of_the_calendar():
    """None of the map is mistyped, and none that a rule may ask for is missing from it."""
    words = {one.id for one in load("fr").products.valence}

    assert set().union(*(one.words for one in vaccines().vaccines.values())) == words
