"""Clinical documents about the family, as the software of professionals would write them."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from xml.sax.saxutils import escape, quoteattr

from msgspec import Struct

from backend.demo.model import Letter, MadeUp, Person
from backend.demo.moments import Origin
from backend.documents.terminology import document_types

# Identifiers of examples only: this arc is set apart for documentation.
_ROOT = "2.999.1"
_RPPS = "1.2.250.1.71.4.2.1"
_NOS = "https://mos.esante.gouv.fr/NOS"
_OIDS = {
    "http://loinc.org": "2.16.840.1.113883.6.1",
    f"{_NOS}/TRE_A05-TypeDocComplementaire/FHIR/TRE-A05-TypeDocComplementaire": (
        "1.2.250.1.213.1.1.4.12"
    ),
}
_SEXES = {"male": "M", "female": "F"}


class Written(Struct, frozen=True, kw_only=True):
    """One document, and who brings it."""

    by: str
    data: bytes


def written(
    letters: tuple[Letter, ...], person: Person, authors: dict[str, MadeUp], origin: Origin
) -> Iterator[Written]:
    """Write the documents about somebody, oldest of each kind first."""
    for letter in letters:
        newest = origin.instant(letter.until, working_day=True)
        for place in range(letter.count):
            at = newest - timedelta(days=letter.every_days * (letter.count - 1 - place))
            text = letter.texts[place % len(letter.texts)]
            yield Written(
                by=letter.by, data=_document(letter, person, authors[letter.by], at, text).encode()
            )


def _document(letter: Letter, person: Person, author: MadeUp, at: datetime, text: str) -> str:
    kind = next(one for one in document_types().values() if one.code == letter.type)
    oid = _OIDS.get(kind.system, kind.system.removeprefix("urn:oid:"))
    number = f"{person.key}-{letter.by}-{letter.type}-{at:%Y%m%d}"
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<ClinicalDocument xmlns="urn:hl7-org:v3" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
  <realmCode code="FR"/>
  <typeId root="2.16.840.1.113883.1.3" extension="POCD_HD000040"/>
  <templateId root="2.16.840.1.113883.2.8.2.1"/>
  <id root="{_ROOT}" extension="{number}"/>
  <code code="{letter.type}" codeSystem="{oid}" displayName={quoteattr(kind.label_fr)}/>
  <title>{escape(letter.title)}</title>
  <effectiveTime value="{at:%Y%m%d%H%M%S%z}"/>
  <confidentialityCode code="N" codeSystem="2.16.840.1.113883.5.25"/>
  <languageCode code="fr-FR"/>
  <setId root="{_ROOT}" extension="{number}"/><versionNumber value="1"/>
  {_patient(person)}
  <author>
    <time value="{at:%Y%m%d%H%M%S%z}"/>
    <assignedAuthor>
      <id root="{_RPPS}" extension="8{author.rpps}"/>
      <assignedPerson><name><given>{escape(author.given_name)}</given>
        <family>{escape(author.family_name)}</family></name></assignedPerson>
      <representedOrganization><name>{escape(author.organization)}</name></representedOrganization>
    </assignedAuthor>
  </author>
  <component><structuredBody><component><section>
    <title>{escape(letter.title)}</title><text>{escape(text)}</text>
  </section></component></structuredBody></component>
</ClinicalDocument>"""


def _patient(person: Person) -> str:
    traits = person.traits
    return f"""<recordTarget><patientRole>
    <id root="{person.ins.oid.value}" extension="{person.ins.value}"/>
    <patient>
      <name>
        <family qualifier="BR">{escape(traits.birth_family_name)}</family>
        <given>{escape(" ".join(traits.given_names))}</given>
        <given qualifier="BR">{escape(traits.birth_given_name)}</given>
      </name>
      <administrativeGenderCode code="{_SEXES[traits.sex]}"/>
      <birthTime value="{traits.birth_date:%Y%m%d}"/>
      <birthplace><place><addr><county>{traits.birth_place_code}</county></addr></place></birthplace>
    </patient>
  </patientRole></recordTarget>"""
