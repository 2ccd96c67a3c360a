"""The documents published by the French digital health agency, one by one.

They stand beside the repository and never in it. The counts below were made by
reading the XML; everything else is asserted of all of them.
"""

import time
import uuid
from collections import Counter

import msgspec
import pytest

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
from backend.documents.model import Document
from backend.prevention.model import Immunization
from backend.prevention.rules import check_immunization
from tests.unit.documents.cda_samples import PUBLISHED, needs_published

pytestmark = needs_published

BODIES = {
    "allergies": (Allergy, check_allergy),
    "conditions": (Condition, check_condition),
    "treatments": (Treatment, check_treatment),
    "immunizations": (Immunization, check_immunization),
    "measures": (Measure, check_measure),
    "history": (HistoryItem, check_history_item),
}

COUNTED = {
    "VAC_2023.01": {"immunizations": 4},
    "VAC-NOTE_2023.01": {"immunizations": 1},
    "CSE-CS24_2024.01": {
        "immunizations": 25,
        "measures": 4,
        "conditions": 2,
        "allergies": 1,
    },
    "CSE-CS8_2024.01": {
        "immunizations": 2,
        "measures": 6,
        "conditions": 1,
        "treatments": 1,
        "history": 2,
    },
    "CSE-MDE_2023.01": {"measures": 3},
    "VSM_1.4_2022.01": {"conditions": 4, "history": 3, "allergies": 1, "treatments": 2},
    "LDL-EES_2022.01": {"history": 2, "treatments": 1, "allergies": 1, "conditions": 1},
    "LDL-SES_2022.01": {"history": 1, "treatments": 2},
    "CNAM-HR_2021.01": {"treatments": 3, "immunizations": 3, "history": 7},
    "eP-MED-DM_2022.01_PosoStruct": {"treatments": 2, "measures": 2},
    "BIO-CR-BIO_2024.01_TSH_1": {"measures": 2},
    "BIO-CR-BIO_2021.01_Microbiologie_V2": {"measures": 14},
    "BIO-TROD_2024.01_Cystite": {"measures": 3},
    "OBP-SAP_2024.01": {
        "conditions": 8,
        "history": 6,
        "allergies": 1,
        "measures": 4,
        "treatments": 1,
    },
    "TLM-DA_2022.01_TCG": {
        "conditions": 2,
        "history": 2,
        "allergies": 1,
        "treatments": 1,
        "measures": 3,
    },
    "BIO-CR-BIO_2021.01_CDA-R2-Niveau-1": {},
    "OPH-CR-RTN_2022.01": {},
}

FED = {
    "VAC": "immunizations",
    "CSE-CS": "immunizations",
    "VSM": "conditions",
    "BIO-TROD": "measures",
    "eP-MED-DM": "treatments",
}


@pytest.fixture(scope="module")
def documents() -> dict[str, CdaDocument]:
    """Every document of the folder, read once."""
    return {path.stem: read_cda(path.read_bytes()) for path in sorted(PUBLISHED.glob("*.xml"))}


def counts_of(document: CdaDocument) -> dict[str, int]:
    """How many drafts each collection gets."""
    return dict(Counter(draft.collection for draft in document.drafts))


def table(documents: dict[str, CdaDocument]) -> str:
    """What each document is and yields, to print when a count is wrong."""
    lines = [
        f"{name:58} {document.header.type.code:10} {document.body_kind:11} {counts_of(document)}"
        for name, document in documents.items()
    ]
    return "\n".join(["", *lines])


def test_every_published_document_is_read_with_a_whole_header(documents):
    """Identifier, type, title, date, language, author and patient: none is missing."""
    assert len(documents) == 47, table(documents)
    for name, document in documents.items():
        header = document.header
        assert header.unique_id, name
        assert header.set_id, name
        assert header.version_number, name
        assert header.type.code, name
        assert header.title, name
        assert header.created, name
        assert header.language == "fr-FR", name
        assert header.authors, name
        assert all(author.ids for author in header.authors), name
        assert header.legal_authenticator, name
        assert header.custodian, name
        assert header.encounter, name
        assert header.encounter.facility_type, name
        patient = header.patient
        assert len(patient.ins) == 1, name
        assert patient.birth_family_name, name
        assert patient.birth_given_name, name
        assert patient.birth_date, name
        assert patient.sex, name
        assert patient.birth_place_code, name


def test_the_counted_documents_yield_what_was_counted(documents):
    """No entry too few, and above all none too many."""
    found = {name: counts_of(documents[name]) for name in COUNTED}

    assert found == COUNTED, table(documents)


def test_every_kind_of_document_feeds_what_it_carries(documents):
    """Vaccination notes, child certificates, summaries, laboratory reports, prescriptions."""
    for prefix, collection in FED.items():
        for name, document in documents.items():
            if name.startswith(prefix):
                assert counts_of(document).get(collection), (name, table(documents))
    structured = [
        document
        for name, document in documents.items()
        if name.startswith("BIO-CR-BIO") and document.body_kind == "structured"
    ]
    assert all(counts_of(document)["measures"] for document in structured), table(documents)


def test_every_draft_is_a_body_that_its_room_takes(documents):
    """Strictly, as JSON, and by the rules of the room: nothing is left for later to refuse."""
    total = 0
    for name, document in documents.items():
        for draft in document.drafts:
            struct, check = BODIES[draft.collection]
            body = {**draft.body, "draft_of": str(uuid.uuid4())}
            decoded = msgspec.json.decode(msgspec.json.encode(body), type=struct)
            check(decoded)
            assert decoded.draft_state == "draft", name
            total += 1
    assert total > 450, table(documents)


def test_every_header_makes_metadata_that_the_room_takes():
    """The record of a document is whole without a word from the person who deposits it."""
    for path in sorted(PUBLISHED.glob("*.xml")):
        data = path.read_bytes()

        body = document_metadata(read_cda(data), data=data)

        decoded = msgspec.json.decode(msgspec.json.encode(body), type=Document)
        check_document(decoded)
        assert decoded.class_code, path.name
        assert decoded.format_code or path.stem.startswith("BIO-TROD"), path.name
        assert decoded.practice_setting, path.name
        assert decoded.facility_type, path.name
        assert decoded.confidentiality == ("N",), path.name


def test_no_published_denial_becomes_a_record(documents):
    """What these documents negate is nowhere among what they propose."""
    stroke = {draft.body["label"] for draft in documents["AVC-AUNV_2022.01"].drafts}
    discharge = documents["LDL-SES_2022.01"]
    newborn = documents["CSE-CS8_2024.01"].drafts

    assert not stroke & {"Hypertension artérielle", "Démence, sans précision", "trouble sensoriel"}
    assert "Diabète sucré de type 1" in stroke
    assert "none-known:allergies" in discharge.understood
    assert {draft.body["status"] for draft in newborn if draft.collection == "immunizations"} == {
        "not-done"
    }
    assert (
        max(draft.body["value"] for draft in newborn if draft.body.get("kind") == "height") == 52.0
    )


def test_no_line_of_a_published_form_becomes_a_problem(documents):
    """Handedness, headings, answers, acts and placeholders are no disease."""
    labels = {
        draft.body["label"]
        for document in documents.values()
        for draft in document.drafts
        if draft.collection == "conditions"
    }

    assert "Diabète sucré de type 1" in labels
    assert not labels & {
        "manualité", "consanguinité", "Comorbidité", "Chirurgie plastie", "(texte libre)",
        "excision d'un néoplasme maligne", "Antibiothérapie (de plus de 48 heures)",
        "Persistance des troubles à l'admission", "Autres pathologies de la 1ère semaine",
    }  # fmt: skip


def test_a_picture_of_another_type_than_declared_is_told(documents):
    """The code on these prescriptions is said to be a JPEG, and is a PNG."""
    document = documents["eP-MED-DM_2022.01_PosoStruct"]

    assert [(one.media_type, one.true_type) for one in document.files] == [
        ("image/jpeg", "image/png")
    ]
    assert "other-file-type:image/png" in document.not_understood


def test_files_inside_published_documents_are_what_they_say(documents):
    """Level 1 is one file; the others carry theirs beside what is coded."""
    level_1 = documents["DOC_NON_STRUCTURE_CDA-R2-N1"]
    assert level_1.body_kind == "file"
    assert level_1.files[0].found_type == level_1.files[0].media_type == "application/pdf"
    assert level_1.files[0].content.startswith(b"%PDF-")

    retina = documents["OPH-CR-RTN_2022.01"].files
    assert [one.found_type for one in retina].count("image/jpeg") == 4
    wrapped = [name for name, document in documents.items() if document.is_self_presentable]
    assert wrapped == ["BIO-CR-BIO_2021.01_Auto-Presentable"]


def test_each_published_document_is_read_in_half_a_second():
    """The slowest has 1.7 MB; a person waits for the answer."""
    for path in sorted(PUBLISHED.glob("*.xml")):
        data = path.read_bytes()
        started = time.process_time()
        read_cda(data)
        assert time.process_time() - started < 0.5, path.name
