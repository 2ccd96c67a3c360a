"""Acts, stays, family and habits: what history a document tells."""

import pytest

from tests.unit.documents.cda_samples import (
    AUTHOR,
    PATIENT,
    document_xml,
    only_draft,
    read,
    read_entry,
    section,
    template,
)

XSI = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
LOINC = 'codeSystem="2.16.840.1.113883.6.1"'
ICD = 'codeSystem="2.16.840.1.113883.6.3"'
PROBLEM = f'<value {XSI} xsi:type="CD" code="I10" {ICD} displayName="Hypertension"/>'


def test_acts_stays_and_family_make_history():
    """Each with its own kind; an act planned or not done makes none."""
    act = f"""<procedure moodCode="EVN">{template("procedure")}
      <code code="DDAF004" codeSystem="1.2.250.1.215.300.1" displayName="Dilatation"/>
      <statusCode code="completed"/><effectiveTime value="20180114"/></procedure>"""
    stay = f"""<encounter moodCode="EVN">{template("encounter")}
      <code code="IMP" codeSystem="2.16.840.1.113883.5.4" displayName="Hospitalisation"/>
      <effectiveTime><low value="20190515"/><high value="20190530"/></effectiveTime></encounter>"""
    family = f"""<organizer moodCode="EVN">{template("family")}
      <subject><relatedSubject><code code="PCOUSN" codeSystem="2.16.840.1.113883.5.111"/>
      </relatedSubject></subject><component><observation>{PROBLEM}</observation></component>
      <component><observation negationInd="true">{PROBLEM}</observation></component></organizer>"""
    planned = act.replace("EVN", "INT")
    undone = act.replace("completed", "aborted")
    visit = stay.replace("IMP", "AMB")
    entries = "".join(
        f"<entry>{one}</entry>" for one in (act, stay, family, planned, undone, visit)
    )

    bodies = [draft.body for draft in read(document_xml(section("47519-4", entries))).drafts]

    assert [body["kind"] for body in bodies] == ["procedure", "hospital-stay", "family"]
    assert bodies[1]["started_on"] == "2019-05-15"
    assert bodies[2]["relation"] == "COUSN"


def test_a_line_of_a_bill_is_no_act():
    """A reimbursement history lists consultations and fees beside operations."""
    entry = f"""<procedure moodCode="EVN">{template("procedure")}
      <code code="G" codeSystem="1.2.250.1.215.200.3.3" displayName="CONSULTATION"/></procedure>"""

    document = read_entry("29554-3", entry)

    assert document.drafts == ()
    assert "billing-lines" in document.understood


@pytest.mark.parametrize(
    ("value", "label"),
    [
        ('<value xsi:type="PQ" value="0.5" unit="{pack}/d"/>', "Tabac : 0.5 paquets par jour"),
        ('<value xsi:type="BL" value="true"/>', "Tabac"),
        ('<value xsi:type="INT" value="0"/>', None),
        ('<value xsi:type="BL" value="false"/>', None),
    ],
)
def test_a_habit_that_is_none_makes_no_habit(value, label):
    """No tobacco is good news, not a history of tobacco."""
    entry = f"""<observation {XSI} moodCode="EVN">{template("social")}
      <code code="74011-8" {LOINC} displayName="Tabac"/>{value}</observation>"""

    labels = [draft.body["label"] for draft in read_entry("29762-2", entry).drafts]

    assert labels == ([] if label is None else [label])


def test_the_stay_of_a_discharge_letter_makes_history():
    """The header of a letter tells the stay it is about."""
    encounter = """<componentOf><encompassingEncounter>
      <code code="IMP" codeSystem="2.16.840.1.113883.5.4" displayName="Hospitalisation"/>
      <effectiveTime><low value="20191029"/><high value="20191203"/></effectiveTime>
      </encompassingEncounter></componentOf>"""

    body = only_draft(read(document_xml(header=PATIENT + AUTHOR + encounter))).body

    assert body["kind"] == "hospital-stay"
    assert (body["started_on"], body["ended_on"]) == ("2019-10-29", "2019-12-03")
