"""Small CDA documents to read, and where the published ones are."""

from pathlib import Path

import pytest

from backend.documents.cda.document import read_cda
from backend.documents.cda.model import CdaDocument, Draft

PUBLISHED = Path(__file__).resolve().parents[3].parent / "shared" / "data" / "cda"

needs_published = pytest.mark.skipif(
    not PUBLISHED.is_dir(), reason="the published documents are not beside the repository"
)

PATIENT = """
<recordTarget><patientRole>
  <id root="1.2.250.1.213.1.4.10" extension="279035121518989"/>
  <patient>
    <name>
      <family qualifier="BR">PAT-TROIS</family>
      <given>DOMINIQUE MARIE-LOUISE</given>
      <given qualifier="BR">DOMINIQUE</given>
      <family qualifier="CL">PAT-QUATRE</family>
    </name>
    <administrativeGenderCode code="F"/>
    <birthTime value="19790328"/>
    <birthplace><place><addr><county>51215</county><city>DOMPREMY</city></addr></place></birthplace>
  </patient>
</patientRole></recordTarget>
"""

AUTHOR = """
<author>
  <time value="20240105093000+0100"/>
  <assignedAuthor>
    <id root="1.2.250.1.71.4.2.1" extension="801234567897"/>
    <code code="G15_10/SM26" codeSystem="1.2.250.1.213.1.1.4.5"/>
    <assignedPerson><name><suffix>DR</suffix><given>Jeanne</given><family>MARTIN</family></name>
    </assignedPerson>
    <representedOrganization><name>Centre de la Source</name></representedOrganization>
  </assignedAuthor>
</author>
"""

TEMPLATES = {
    "immunization": "1.2.250.1.213.1.1.3.45",
    "treatment": "1.2.250.1.213.1.1.3.42",
    "allergy-concern": "1.2.250.1.213.1.1.3.40",
    "allergy": "1.2.250.1.213.1.1.3.41",
    "problem-concern": "1.2.250.1.213.1.1.3.39",
    "problem": "1.2.250.1.213.1.1.3.37",
    "procedure": "1.2.250.1.213.1.1.3.62",
    "encounter": "1.2.250.1.213.1.1.3.58",
    "family": "1.2.250.1.213.1.1.3.59",
    "social": "1.2.250.1.213.1.1.3.52",
    "vital-organizer": "1.2.250.1.213.1.1.3.49",
    "vital-sign": "1.2.250.1.213.1.1.3.50",
    "result": "1.3.6.1.4.1.19376.1.3.1.6",
}


def template(kind: str) -> str:
    """Claim one template."""
    return f'<templateId root="{TEMPLATES[kind]}"/>'


def section(code: str, entries: str, *, text: str = "", inner: str = "") -> str:
    """Write a section of LOINC *code*."""
    return f"""
    <component><section>
      <code code="{code}" codeSystem="2.16.840.1.113883.6.1"/>
      <title>Une partie</title><text>{text}</text>{inner}{entries}
    </section></component>"""


def document_xml(
    body: str = "", *, header: str = PATIENT + AUTHOR, created: str = "20240106113000+0100"
) -> str:
    """Write a document around the components of a structured body."""
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<ClinicalDocument xmlns="urn:hl7-org:v3" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
  <realmCode code="FR"/>
  <typeId root="2.16.840.1.113883.1.3" extension="POCD_HD000040"/>
  <templateId root="1.2.250.1.213.1.1.1.13"/>
  <id root="1.2.3.4" extension="5"/>
  <code code="60591-5" codeSystem="2.16.840.1.113883.6.1" displayName="Synthèse médicale"/>
  <title>Synthèse</title>
  <effectiveTime value="{created}"/>
  <confidentialityCode code="N" codeSystem="2.16.840.1.113883.5.25"/>
  <languageCode code="fr-FR"/>
  <setId root="1.2.3.9"/><versionNumber value="2"/>
  {header}
  <component><structuredBody>{body}</structuredBody></component>
</ClinicalDocument>"""


def read(xml: str) -> CdaDocument:
    """Read a document written by hand."""
    return read_cda(xml.encode())


def read_entry(code: str, entry: str, *, text: str = "") -> CdaDocument:
    """Read a document of one section with one entry."""
    return read(document_xml(section(code, f"<entry>{entry}</entry>", text=text)))


def only_draft(document: CdaDocument) -> Draft:
    """Return the one draft of a document."""
    assert len(document.drafts) == 1, document
    return document.drafts[0]
