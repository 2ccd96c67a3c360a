"""Whatever the bytes: a refusal or a document, never an accident, and no made-up record."""

import copy
import time
import uuid
from functools import cache
from xml.etree import ElementTree

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.clinical.model import Allergy, Condition, HistoryItem, Measure, Treatment
from backend.clinical.rules.items import (
    check_allergy,
    check_condition,
    check_history_item,
    check_treatment,
)
from backend.clinical.rules.measures import check_measure
from backend.documents.cda.document import read_cda
from backend.documents.cda.metadata import document_metadata
from backend.documents.cda.model import CdaDocument
from backend.documents.collection import check_document
from backend.documents.limits import DOCUMENT_BYTES_MAX
from backend.documents.model import Document
from backend.kernel.errors import Refusal
from backend.prevention.model import Immunization
from backend.prevention.rules import check_immunization
from tests.unit.documents.cda_samples import PUBLISHED, document_xml, section
from tests.unit.documents.test_cda_clinical_entries import (
    XSI,
    concern,
    problem,
    result,
    treatment,
    vital,
    vitals,
)
from tests.unit.documents.test_cda_prevention_entries import AGENT, allergy, vaccination

BODIES = {
    "allergies": (Allergy, check_allergy),
    "conditions": (Condition, check_condition),
    "treatments": (Treatment, check_treatment),
    "immunizations": (Immunization, check_immunization),
    "measures": (Measure, check_measure),
    "history": (HistoryItem, check_history_item),
}
STATEMENTS = (
    "act",
    "observation",
    "organizer",
    "procedure",
    "substanceAdministration",
    "encounter",
)
HL7 = "{urn:hl7-org:v3}"
XSI_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"

UREA = '<value xsi:type="PQ" value="1" unit="g/L"/>'
EVERYTHING = document_xml(
    section("11369-6", f"<entry>{vaccination()}</entry>")
    + section("48765-2", f"<entry>{allergy(inner=AGENT)}</entry>")
    + section("11450-4", f"<entry>{concern(problem())}</entry>")
    + section("10160-0", f"<entry>{treatment()}</entry>")
    + section("18719-5", f"<entry>{result(UREA)}</entry>")
    + section(
        "8716-3",
        "<entry>"
        + vitals(vital("8480-6", "145", "mm[Hg]"), vital("8462-4", "85", "mm[Hg]"))
        + "</entry>",
    )
)

words = st.one_of(
    st.sampled_from(
        [
            "", " ", "#", "-1", "0", "1e99", "9" * 40, "NaN", "true", "UNK", "1850", "185001",
            "20230230", "29181201", "20240101240000", "20240101120000+2500", "INT", "nullified",
            "2.16.840.1.113883.6.1", "urn:oid:1", "Aucun", "Oui", "\u202e", "é" * 600, "a b",
            "PQ", "CD", "IVL_PQ", "BL", "RTO", "kg", "g", "[degF]", "8480-6", "no-known-allergies",
        ]
    ),
    st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=20),
)  # fmt: skip
mutations = st.lists(
    st.tuples(
        st.integers(0, 10**6),
        st.sampled_from(["drop", "double", "attribute", "text", "rename"]),
        words,
        words,
    ),
    max_size=12,
)


@cache
def samples() -> tuple[bytes, ...]:
    """One document with everything, and the published ones that are not too long."""
    published = [path.read_bytes() for path in sorted(PUBLISHED.glob("*.xml"))]
    return (EVERYTHING.encode(), *(data for data in published if len(data) < 100_000))


def parsed(data: bytes) -> ElementTree.Element:
    """The document as a tree that the tests may twist."""
    return ElementTree.fromstring(data)


def mutate(root: ElementTree.Element, changes: list[tuple[int, str, str, str]]) -> bytes:
    """The tree after each change: attributes, texts, names, copies and removals."""
    parents = {child: parent for parent in root.iter() for child in parent}
    for number, kind, word, other in changes:
        elements = list(parents)
        element = elements[number % len(elements)]
        parent = parents[element]
        if kind == "attribute":
            names = [*element.attrib, "code", "value", "nullFlavor", "negationInd", XSI_TYPE]
            element.set(names[len(other) % len(names)], word)
        elif kind == "text":
            element.text = word
        elif kind == "rename":
            element.tag = HL7 + STATEMENTS[len(word) % len(STATEMENTS)]
        elif kind == "double":
            parent.append(copy.deepcopy(element))
        elif element in list(parent):
            parent.remove(element)
    return ElementTree.tostring(root, encoding="utf-8")


def check_drafts(document: CdaDocument) -> None:
    """Every draft is a body that its room takes, by type and by rule."""
    for draft in document.drafts:
        struct, check = BODIES[draft.collection]
        body = {**draft.body, "draft_of": str(uuid.uuid4())}
        check(msgspec.json.decode(msgspec.json.encode(body), type=struct))


def attempt(data: bytes) -> tuple[CdaDocument | None, str | None]:
    """The document that was read, or the code of its refusal: any other error is a failure."""
    try:
        return read_cda(data), None
    except Refusal as refusal:
        return None, refusal.code


@given(data=st.binary(max_size=400))
def test_any_bytes_are_refused_or_read(data):
    """No sequence of bytes makes the reader fail in any other way."""
    _, refused = attempt(data)

    assert refused is None or refused.startswith("document-")


@given(cut=st.integers(0, 10**6), byte=st.integers(0, 255), sample=st.integers(0, 100))
def test_a_broken_byte_is_refused_or_read(cut, byte, sample):
    """A transmission that cuts or garbles a document is told, or does no harm."""
    data = samples()[sample % len(samples())]
    place = cut % len(data)

    for broken in (data[:place], data[:place] + bytes([byte]) + data[place + 1 :]):
        document, refused = attempt(broken)

        if document is None:
            assert refused is not None
            assert refused.startswith("document-")
        else:
            check_drafts(document)


@settings(max_examples=150, deadline=None)
@given(changes=mutations, sample=st.integers(0, 100))
def test_a_twisted_document_makes_sound_drafts_or_none(changes, sample):
    """However entries are bent, what is proposed is what its room takes, by its own rules."""
    data = mutate(parsed(samples()[sample % len(samples())]), changes)

    document, refused = attempt(data)

    if document is None:
        assert refused == "document-not-cda"
        return
    check_drafts(document)
    body = document_metadata(document, data=data)
    check_document(
        msgspec.convert({"created_at": "2024-01-01T00:00:00Z", **body}, Document, strict=False)
    )
    assert read_cda(data) == document


@settings(max_examples=40, deadline=None)
@given(sample=st.integers(0, 100))
def test_a_document_that_denies_everything_proposes_nothing(sample):
    """With every statement negated, nothing was had, taken, measured or done."""
    root = parsed(samples()[sample % len(samples())])
    for element in root.iter():
        if element.tag in {HL7 + name for name in STATEMENTS}:
            element.set("negationInd", "true")
    drafts = read_cda(ElementTree.tostring(root)).drafts

    assert {
        draft.collection
        for draft in drafts
        if draft.body.get("status") != "not-done" and draft.body.get("kind") != "hospital-stay"
    } == set()


@settings(max_examples=40, deadline=None)
@given(sample=st.integers(0, 100))
def test_a_document_about_somebody_else_proposes_nothing(sample):
    """With every section about a relative, the record of the patient stays as it was."""
    root = parsed(samples()[sample % len(samples())])
    for element in list(root.iter(HL7 + "section")):
        subject = ElementTree.SubElement(element, HL7 + "subject")
        related = ElementTree.SubElement(subject, HL7 + "relatedSubject")
        ElementTree.SubElement(related, HL7 + "code", code="MTH")
    drafts = read_cda(ElementTree.tostring(root)).drafts

    assert {draft.source for draft in drafts} <= {
        "/ClinicalDocument/componentOf/encompassingEncounter"
    }


@pytest.mark.parametrize("depth", [10, 50, 90])
def test_nested_statements_cost_no_more_than_their_number(depth):
    """Each statement is visited a bounded number of times, however deep it stands."""
    nest = "<organizer><component>" * (depth // 2)
    entry = f"<entry>{nest}{'</component></organizer>' * (depth // 2)}</entry>"

    assert read_cda(document_xml(section("18719-5", entry)).encode()).drafts == ()


def entries(count: int, entry: str) -> bytes:
    """A document of *count* equal entries in one section that names them all."""
    return document_xml(section("48765-2", f"<entry>{entry}</entry>" * count)).encode()


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(
            document_xml(
                section("48765-2", f"<entry>{allergy()}</entry>" * 2_000, text="aucun " * 1_500_000)
            ).encode(),
            id="a long denial beside many entries",
        ),
        pytest.param(
            document_xml(section("11450-4", "", text="mot " * 5_000_000)).encode(),
            id="twenty megabytes of words",
        ),
        pytest.param(entries(95_000, "<observation/>"), id="as many entries as are taken"),
        pytest.param(
            entries(12_000, concern(problem(attributes='negationInd="true"')).replace(XSI, "")),
            id="many entries that make nothing",
        ),
        pytest.param(
            entries(1, concern(problem(value="<value>" + "non - " * 2_000_000 + "</value>"))),
            id="a name without end",
        ),
    ],
)
def test_a_large_document_is_read_in_bounded_time_and_memory(data):
    """Whatever fills its twenty megabytes, nobody waits more than five seconds."""
    assert len(data) <= DOCUMENT_BYTES_MAX
    began = time.process_time()

    attempt(data)

    assert time.process_time() - began < 5
