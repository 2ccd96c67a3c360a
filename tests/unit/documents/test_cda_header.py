"""The header: every field in its place, and what is missing said so."""

from datetime import UTC, datetime

from tests.unit.documents.cda_samples import AUTHOR, PATIENT, document_xml, read

CONTEXT = """
<dataEnterer><assignedEntity><id root="1.2" extension="9"/></assignedEntity></dataEnterer>
<informant><relatedEntity classCode="NOK"><code code="SIS" codeSystem="2.16.840.1.113883.5.111"/>
  <telecom value="tel:0600000000"/>
  <relatedPerson><name><family>NESSI</family><given>Sophie</given></name></relatedPerson>
</relatedEntity></informant>
<custodian><assignedCustodian><representedCustodianOrganization>
  <id root="1.2.250.1.71.4.2.2" extension="1120456789"/><name>Centre de la Source</name>
</representedCustodianOrganization></assignedCustodian></custodian>
<legalAuthenticator><time value="20240106113000+0100"/><assignedEntity>
  <id root="1.2.250.1.71.4.2.1" extension="801234567897"/></assignedEntity></legalAuthenticator>
<participant typeCode="INF"><functionCode code="PCP"/><associatedEntity classCode="PROV">
  <associatedPerson><name><family>MEDIONI</family></name></associatedPerson>
</associatedEntity></participant>
<inFulfillmentOf><order><id root="1.2.7" extension="77"/></order></inFulfillmentOf>
<documentationOf><serviceEvent>
  <code code="IMP" codeSystem="2.16.840.1.113883.5.4" displayName="Hospitalisation"/>
  <effectiveTime><low value="20240101"/><high value="20240106"/></effectiveTime>
  <performer typeCode="PRF"><assignedEntity><representedOrganization>
    <standardIndustryClassCode code="ETABLISSEMENT" codeSystem="1.2.250.1.213.1.1.4.9"/>
  </representedOrganization></assignedEntity></performer>
</serviceEvent></documentationOf>
<relatedDocument typeCode="RPLC"><parentDocument><id root="1.2.3.4" extension="4"/>
  <setId root="1.2.3.9"/><versionNumber value="1"/></parentDocument></relatedDocument>
<componentOf><encompassingEncounter>
  <id root="1.2.6" extension="66"/>
  <code code="IMP" codeSystem="2.16.840.1.113883.5.4" displayName="Hospitalisation"/>
  <effectiveTime><low value="20240101"/><high value="20240106"/></effectiveTime>
  <location><healthCareFacility><code code="SA01" codeSystem="1.2.250.1.71.4.2.4"/>
    <location><name>Hôpital de la Source</name></location></healthCareFacility></location>
</encompassingEncounter></componentOf>
"""


def test_a_header_is_read_whole():
    """Identifiers, dates, codes, the patient and everybody who took part."""
    header = read(document_xml(header=PATIENT + AUTHOR + CONTEXT)).header

    assert header.unique_id.text == "1.2.3.4^5"
    assert header.set_id.text == "1.2.3.9"
    assert header.version_number == 2
    assert (header.type.code, header.type.display) == ("60591-5", "Synthèse médicale")
    assert header.created.at == datetime(2024, 1, 6, 10, 30, tzinfo=UTC)
    assert [one.code for one in header.confidentiality] == ["N"]
    assert (header.language, header.realm) == ("fr-FR", "FR")
    assert header.replaces.ids[0].text == "1.2.3.4^4"
    assert header.replaces.version_number == 1
    assert header.orders[0].text == "1.2.7^77"
    assert header.custodian.name == "Centre de la Source"
    assert header.legal_authenticator.ids[0].extension == "801234567897"
    assert header.data_enterer.ids[0].extension == "9"
    assert header.participants[0].function.code == "PCP"
    assert header.encounter.facility_type.code == "SA01"
    assert header.encounter.facility == "Hôpital de la Source"
    assert (header.encounter.period.start.on, header.encounter.period.end.on) == (
        "2024-01-01",
        "2024-01-06",
    )
    performer = header.events[0].performers[0]
    assert performer.organization.practice_setting.code == "ETABLISSEMENT"


def test_the_patient_is_told_by_every_trait():
    """Birth and used names apart, the list of given names, place and INS."""
    patient = read(document_xml()).header.patient

    assert (patient.birth_family_name, patient.used_family_name) == ("PAT-TROIS", "PAT-QUATRE")
    assert patient.birth_given_name == "DOMINIQUE"
    assert patient.given_names == ("DOMINIQUE", "MARIE-LOUISE")
    assert patient.sex == "female"
    assert patient.birth_date.on == "1979-03-28"
    assert (patient.birth_place_code, patient.birth_place) == ("51215", "DOMPREMY")
    assert [one.text for one in patient.ins] == ["1.2.250.1.213.1.4.10^279035121518989"]


def test_a_family_name_without_qualifier_is_no_birth_name():
    """Only what is said to be a birth name may prove who somebody is."""
    header = PATIENT.replace(' qualifier="BR">PAT', ">PAT").replace(' qualifier="CL"', "")

    patient = read(document_xml(header=header)).header.patient

    assert patient.birth_family_name is None
    assert patient.used_family_name == "PAT-TROIS"


def test_authors_are_people_or_devices():
    """Each with identifier, specialty, organization and time."""
    device = """<author><time value="20240106"/><assignedAuthor>
      <id root="1.2.250.1.71.4.2.1" extension="5/1"/><assignedAuthoringDevice>
      <softwareName>Automate</softwareName></assignedAuthoringDevice></assignedAuthor></author>"""

    person, machine = read(document_xml(header=PATIENT + AUTHOR + device)).header.authors

    assert person.name.display == "DR Jeanne MARTIN"
    assert person.code.code == "G15_10/SM26"
    assert person.organization.name == "Centre de la Source"
    assert person.period.start.on == "2024-01-05"
    assert (machine.name, machine.device) == (None, "Automate")


def test_relatives_and_their_role_are_kept():
    """The person of trust and whom to call are told apart by class."""
    informant = read(document_xml(header=PATIENT + AUTHOR + CONTEXT)).header.informants[0]

    assert (informant.role_class, informant.code.code) == ("NOK", "SIS")
    assert informant.name.display == "Sophie NESSI"
    assert informant.telecoms == ("tel:0600000000",)


def test_a_document_about_two_people_is_about_nobody():
    """It proves nothing of either of them."""
    document = read(document_xml(header=PATIENT + PATIENT + AUTHOR))

    assert document.header.patients == 2
    assert document.header.patient.ins == ()
    assert "patient" in document.not_understood


def test_what_the_header_lacks_is_said():
    """A poor document is kept, with its gaps named."""
    document = read(
        document_xml(header="", created="")
        .replace('<id root="1.2.3.4" extension="5"/>', "")
        .replace("<title>Synthèse</title>", "")
    )

    assert set(document.not_understood) == {"unique-id", "title", "created", "patient", "authors"}


def test_a_date_without_time_stays_a_date():
    """The precision tells the first instant of a day from an instant."""
    created = read(document_xml(created="20240106")).header.created

    assert (created.precision, created.on) == ("day", "2024-01-06")
    assert created.at.isoformat() == "2024-01-06T00:00:00+01:00"
