"""Whole documents of other types and other lands, written from what their templates ask for."""

import re
from pathlib import Path
from xml.etree import ElementTree

import msgspec
import pytest

from backend.documents.cda.document import read_cda
from backend.documents.cda.metadata import document_metadata
from backend.documents.cda.model import CdaDocument
from backend.documents.collection import check_document
from backend.documents.model import Document
from tests.property.test_cda_hostile import check_drafts

WHOLE = Path(__file__).parent / "whole"
HL7 = "{urn:hl7-org:v3}"
STATEMENTS = ("observation", "procedure", "substanceAdministration", "encounter", "supply")
INS = "279035121518989"

DRAFTED = {
    "ccd_united_states": {
        ("allergies", "Codeine", "active"),
        ("treatments", "Proventil 0.09 MG/ACTUAT inhalant solution", "active"),
        ("treatments", "Amlodipine 5 MG Oral Tablet", "intended"),
        ("conditions", "Pneumonia", "active"),
        ("conditions", "Asthma", "resolved"),
        ("immunizations", "Influenza virus vaccine", "completed"),
        ("immunizations", "pneumococcal polysaccharide vaccine", "not-done"),
        ("measures", "Blood pressure", "blood-pressure"),
        ("measures", "Height", "height"),
        ("measures", "Weight", "weight"),
        ("measures", "Hemoglobin", "result"),
        ("history", "Colonoscopy", "procedure"),
        ("history", "Myocardial infarction", "family"),
        ("history", "Tobacco smoking status NHIS : Former smoker", "lifestyle"),
        ("history", "Inpatient", "hospital-stay"),
    },
    "patient_summary_europe": {
        ("allergies", "Amoxicillin", "active"),
        ("treatments", "Ramipril Sandoz", "active"),
        ("conditions", "Hypertensive disorder", "active"),
        ("history", "Appendectomy", "procedure"),
        ("immunizations", "covid-19 vaccines", "completed"),
        ("measures", "Hb", "result"),
        ("measures", "Weight", "weight"),
        ("measures", "Blood pressure", "blood-pressure"),
        ("history", "Tobacco smoking status : Ex-smoker", "lifestyle"),
    },
    "dispensation_france": {("treatments", "DOLIPRANE 1000 mg, comprimé, B/8", "active")},
    "electrocardiogram_level_1": set(),
    "operative_report_france": {
        ("conditions", "Appendicitis", "active"),
        ("history", "Appendicectomie, par cœlioscopie", "procedure"),
    },
    "pathology_france": set(),
    "vaccinations_switzerland": {
        ("immunizations", "Boostrix Polio", "completed"),
        ("conditions", "Varicella", "resolved"),
    },
}


def bytes_of(name: str) -> bytes:
    """One of the documents."""
    return (WHOLE / f"{name}.xml").read_bytes()


def drafted(document: CdaDocument) -> set[tuple[str, str, str]]:
    """Each draft by its collection, its name, and its status or kind."""
    return {
        (
            one.collection,
            one.body["label"],
            one.body.get("status") or one.body.get("clinical_status") or one.body["kind"],
        )
        for one in document.drafts
    }


def twisted(name: str, attribute: str, value: str) -> CdaDocument:
    """The document with an attribute on every statement."""
    root = ElementTree.fromstring(bytes_of(name))
    for statement in STATEMENTS:
        for element in root.iter(HL7 + statement):
            element.set(attribute, value)
    return read_cda(ElementTree.tostring(root))


def test_every_document_of_the_folder_is_read_below():
    """A document added without its drafts would go unread."""
    assert sorted(path.stem for path in WHOLE.glob("*.xml")) == sorted(DRAFTED)


@pytest.mark.parametrize("name", sorted(DRAFTED))
def test_a_document_of_another_land_makes_its_records(name):
    """No entry too few, and none that is denied, planned or of somebody else."""
    document = read_cda(bytes_of(name))

    check_drafts(document)
    assert drafted(document) == DRAFTED[name]
    assert len(document.drafts) == len(DRAFTED[name])


@pytest.mark.parametrize("name", sorted(DRAFTED))
def test_a_document_of_another_land_is_typed_dated_authored_and_kept_whole(name):
    """Its metadata are a record without a word from whoever brings it."""
    data = bytes_of(name)
    document = read_cda(data)

    body = document_metadata(document, data=data)

    decoded = msgspec.json.decode(msgspec.json.encode(body), type=Document)
    check_document(decoded)
    assert decoded.type_code != "unknown"
    assert decoded.created_at
    assert decoded.authors
    assert decoded.unique_id
    assert decoded.size_bytes == len(data)
    assert name == "ccd_united_states" or document.header.patient.ins[0].extension == INS


@pytest.mark.parametrize("name", sorted(DRAFTED))
def test_a_negation_on_every_statement_leaves_refused_vaccines_only(name):
    """Whatever the templates, what is negated is not so."""
    document = twisted(name, "negationInd", "true")

    assert {status for _, _, status in drafted(document)} <= {"not-done"}


@pytest.mark.parametrize("name", sorted(DRAFTED))
def test_a_plan_on_every_statement_leaves_prescriptions_only(name):
    """Whatever the templates, what is intended is not done."""
    document = twisted(name, "moodCode", "INT")

    assert {collection for collection, _, _ in drafted(document)} <= {"treatments"}


def utf_16(text: str) -> bytes:
    """In two bytes a letter, with a mark."""
    return text.replace('encoding="UTF-8"', 'encoding="UTF-16"', 1).encode("utf-16")


def latin_1(text: str) -> bytes:
    """In an old code page; what it lacks, by number."""
    named = text.replace('encoding="UTF-8"', 'encoding="ISO-8859-1"', 1)
    return named.encode("iso-8859-1", "xmlcharrefreplace")


def marked(text: str) -> bytes:
    """With a byte order mark."""
    return text.encode("utf-8-sig")


def prefixed(text: str) -> bytes:
    """With a prefix on every name."""
    ElementTree.register_namespace("v3", "urn:hl7-org:v3")
    return ElementTree.tostring(ElementTree.fromstring(text.encode()))


def commented(text: str) -> bytes:
    """With comments and processing instructions everywhere."""
    head, mark, rest = text.partition("?>")
    return (head + mark + re.sub(r">\s*<", "><!-- -->\n<?look here?><", rest)).encode()


def quoted(text: str) -> bytes:
    """With every word in a CDATA section."""
    return re.sub(r">([^<>&]*\w[^<>&]*)<", r"><![CDATA[\1]]><", text).encode()


def typed(text: str) -> bytes:
    """With a prefix on every data type."""
    root = re.sub(r"(ClinicalDocument )", r'\1xmlns:t="urn:hl7-org:v3" ', text, count=1)
    return re.sub(r'xsi:type="(?:\w+:)?', 'xsi:type="t:', root).encode()


def extended(text: str) -> bytes:
    """With elements of others in every statement."""
    root = ElementTree.fromstring(text.encode())
    for statement in STATEMENTS:
        for element in root.iter(HL7 + statement):
            element.insert(0, ElementTree.Element("{urn:hl7-org:sdtc}code", code="noise"))
    return ElementTree.tostring(root)


@pytest.mark.parametrize("name", sorted(DRAFTED))
@pytest.mark.parametrize(
    "written", [utf_16, latin_1, marked, prefixed, commented, quoted, typed, extended]
)
def test_how_a_document_is_written_changes_nothing_of_what_it_says(name, written):
    """Encodings, prefixes, comments, quotations and extensions are all one."""
    data = bytes_of(name)

    again = read_cda(written(data.decode()))

    assert again.drafts == read_cda(data).drafts
    assert again.header.patient == read_cda(data).header.patient


def test_a_code_that_stands_in_a_translation_is_the_code():
    """Of sections, kinds of problem and stays too: others put their own code first."""
    text = bytes_of("ccd_united_states").decode()
    moved = re.sub(
        r'<code code="(11450-4|48765-2|55607006)" codeSystem="([0-9.]+)"/>',
        r'<code nullFlavor="OTH"><translation code="\1" codeSystem="\2"/></code>',
        text,
    )

    assert moved != text
    assert drafted(read_cda(moved.encode())) == DRAFTED["ccd_united_states"]


def test_the_code_of_a_section_may_be_a_translation():
    """Entries whose templates nobody knows are what their section says."""
    text = bytes_of("vaccinations_switzerland").decode()
    code = '<hl7:code code="11450-4" codeSystem="2.16.840.1.113883.6.1"/>'
    moved = code.replace("hl7:code", "hl7:translation")

    document = read_cda(text.replace(code, f"<hl7:code>{moved}</hl7:code>").encode())

    assert code in text
    assert drafted(document) == DRAFTED["vaccinations_switzerland"]


def test_a_product_without_code_takes_that_of_its_class():
    """The summaries of Europe write it in an extension; the name stays that of the box."""
    document = read_cda(bytes_of("patient_summary_europe"))

    medicine = next(one.body for one in document.drafts if one.collection == "treatments")
    assert (medicine["label"], medicine["code"]) == ("Ramipril Sandoz", "C09AA05")


def test_other_identifiers_of_the_patient_change_nothing():
    """The national number is found beside those of a hospital, known or not."""
    text = bytes_of("patient_summary_europe").decode()
    more = '<patientRole><id nullFlavor="UNK"/><id root="1.2.3.4" extension="A7"/>'

    document = read_cda(text.replace("<patientRole>", more, 1).encode())

    assert [one.extension for one in document.header.patient.ins] == [INS]


def test_a_vaccine_that_was_delivered_was_not_given():
    """What left the pharmacy is told, and makes no dose."""
    text = bytes_of("dispensation_france").decode().replace("N02BE01", "J07BB02")

    document = read_cda(text.encode())

    assert document.drafts == ()
    assert "delivered-vaccine" in document.not_understood


def test_a_file_of_level_1_says_what_it_is():
    """This one is under the label of a PDF, and is none."""
    document = read_cda(bytes_of("electrocardiogram_level_1"))

    assert document.files[0].true_type == "text/rtf"
    assert document.not_understood == ("other-file-type:text/rtf",)
