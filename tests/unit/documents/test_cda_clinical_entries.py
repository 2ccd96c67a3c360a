"""Problems, treatments and results."""

import pytest

from tests.unit.documents.cda_samples import (
    document_xml,
    only_draft,
    read,
    read_entry,
    section,
    template,
)

XSI = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
ICD = 'codeSystem="2.16.840.1.113883.6.3"'
SNOMED = 'codeSystem="2.16.840.1.113883.6.96"'
LOINC = 'codeSystem="2.16.840.1.113883.6.1"'
CIS = 'codeSystem="1.2.250.1.213.2.3.1"'
PROBLEM = f'<value {XSI} xsi:type="CD" code="I10" {ICD} displayName="Hypertension"/>'
LOW = '<low value="20190811"/>'


def problem(*, attributes="", value=PROBLEM, kind="282291009", period=LOW, inner="") -> str:
    """An observation of a problem."""
    return f"""<observation classCode="OBS" moodCode="EVN" {attributes}>{template("problem")}
      <code code="{kind}" {SNOMED}/><effectiveTime>{period}</effectiveTime>{value}{inner}
    </observation>"""


def concern(inner: str, *, status="active", relation='typeCode="SUBJ"') -> str:
    """The concern that holds a problem."""
    return f"""<act classCode="ACT" moodCode="EVN">{template("problem-concern")}
      <statusCode code="{status}"/><effectiveTime><low value="2010"/></effectiveTime>
      <entryRelationship {relation}>{inner}</entryRelationship></act>"""


def treatment(*, attributes='moodCode="EVN"', times="", inner="", product="") -> str:
    """The administration of a medicine."""
    product = product or f'<code code="63564053" {CIS} displayName="PLAVIX 75 mg"/>'
    return f"""<substanceAdministration {XSI} classCode="SBADM" {attributes}>
      {template("treatment")}<statusCode code="completed"/>{times}
      <consumable><manufacturedProduct><manufacturedMaterial>{product}</manufacturedMaterial>
      </manufacturedProduct></consumable>{inner}</substanceAdministration>"""


def result(value: str, *, code="22664-7", inner="", attributes="", when="20210104") -> str:
    """One result of a laboratory."""
    return f"""<observation {XSI} classCode="OBS" moodCode="EVN" {attributes}>
      {template("result")}<code code="{code}" {LOINC} displayName="Urée"/>
      <statusCode code="completed"/><effectiveTime value="{when}"/>{value}{inner}</observation>"""


def vital(code: str, value: str, unit: str) -> str:
    """One vital sign."""
    return f"""<component><observation {XSI} moodCode="EVN">{template("vital-sign")}
      <code code="{code}" {LOINC} displayName="Signe"/><effectiveTime nullFlavor="NA"/>
      <value xsi:type="PQ" value="{value}" unit="{unit}"/></observation></component>"""


def vitals(*signs: str) -> str:
    """The vital signs of one moment."""
    return f"""<organizer classCode="CLUSTER" moodCode="EVN">{template("vital-organizer")}
      <effectiveTime value="20210503"/>{"".join(signs)}</organizer>"""


def test_a_problem_is_read_with_its_status_and_its_period():
    """An active concern is an active condition."""
    body = only_draft(read_entry("11450-4", concern(problem()))).body

    assert body == {
        "label": "Hypertension",
        "code": "I10",
        "code_system": "http://hl7.org/fhir/sid/icd-10",
        "clinical_status": "active",
        "onset_on": "2019-08-11",
        "draft_state": "draft",
    }


def test_a_past_problem_has_an_end():
    """What has an end is resolved, whatever the concern says."""
    period = LOW + '<high value="20190901"/>'

    body = only_draft(read_entry("11348-0", concern(problem(period=period)))).body

    assert (body["clinical_status"], body["abated_on"]) == ("resolved", "2019-09-01")


@pytest.mark.parametrize(
    "entry",
    [
        concern(problem(attributes='negationInd="true"')),
        concern(problem(), relation='typeCode="SUBJ" negationInd="true"'),
        concern(
            problem(
                value=f'<value {XSI} xsi:type="CD" code="no-known-problems" '
                'codeSystem="2.16.840.1.113883.5.1150.1"/>'
            )
        ),
        concern(
            problem(value=f'<value {XSI} xsi:type="CD"><originalText>Aucun</originalText></value>')
        ),
        concern(
            problem(
                inner=f"""<entryRelationship typeCode="REFR"><observation><code code="33999-4"/>
                <value {XSI} xsi:type="CD" code="410516002" {SNOMED}/></observation>
                </entryRelationship>"""
            )
        ),
    ],
)
def test_a_problem_denied_is_no_problem(entry):
    """Negated here or by what holds it, said in a code, in words, or ruled out."""
    document = read_entry("11450-4", entry)

    assert document.drafts == ()
    assert any(word.endswith(":conditions") for word in document.understood)
    assert document.not_understood == ()


def test_a_symptom_of_one_examination_is_no_condition():
    """Findings stay in their report; diagnoses make records."""
    finding = read_entry("29545-1", problem(kind="418799008"))
    diagnosis = read_entry("29545-1", problem())

    assert finding.drafts == ()
    assert "findings" in finding.understood
    assert only_draft(diagnosis).doubts == ("clinical_status",)


def test_words_alone_make_a_condition_without_code():
    """Real words are worth a record even when nobody coded them."""
    words = "<originalText>Maux divers</originalText>"
    value = f'<value {XSI} xsi:type="CD" nullFlavor="OTH">{words}</value>'

    body = only_draft(read_entry("11450-4", concern(problem(value=value)))).body

    assert body["label"] == "Maux divers"
    assert "code" not in body


def test_a_treatment_is_read_whole():
    """Product, dose in words, route, period, reason and who prescribed."""
    times = f"""<effectiveTime xsi:type="IVL_TS">{LOW}<high nullFlavor="UNK"/></effectiveTime>
      <effectiveTime xsi:type="PIVL_TS" operator="A"><period value="6" unit="h"/></effectiveTime>
      <routeCode code="20053000" displayName="Voie orale"/>
      <doseQuantity><low value="1" unit="{{tablet}}"/><high value="2" unit="{{tablet}}"/>
      </doseQuantity>
      <maxDoseQuantity><numerator value="300" unit="mg"/><denominator value="1" unit="d"/>
      </maxDoseQuantity>"""
    inner = f"""<author><assignedAuthor><assignedPerson><name><family>MARTIN</family></name>
      </assignedPerson></assignedAuthor></author>
      <entryRelationship typeCode="RSON"><act><code code="I20.0" {ICD} displayName="Angor"/></act>
      </entryRelationship>"""

    body = only_draft(read_entry("10160-0", treatment(times=times, inner=inner))).body

    assert body == {
        "label": "PLAVIX 75 mg",
        "code": "63564053",
        "code_system": "urn:oid:1.2.250.1.213.2.3.1",
        "status": "active",
        "dose_text": "1 comprimé à 2 comprimés, toutes les 6 heures, maximum 300 mg par jour",
        "route_text": "Voie orale",
        "started_on": "2019-08-11",
        "reason": "Angor",
        "prescriber": "MARTIN",
        "draft_state": "draft",
    }


@pytest.mark.parametrize(
    ("mood", "period", "code", "status"),
    [
        ("EVN", '<low value="20230101"/>', "10160-0", "active"),
        ("EVN", '<low value="20230101"/><high value="20230201"/>', "10160-0", "completed"),
        ("EVN", '<low value="20230101"/><high value="20240301"/>', "10160-0", "active"),
        ("EVN", '<low nullFlavor="UNK"/>', "18610-6", "completed"),
        ("INT", '<low value="20240106"/><high value="20240112"/>', "57828-6", "active"),
        ("INT", '<low value="20240301"/>', "57828-6", "intended"),
    ],
)
def test_the_period_says_whether_a_treatment_goes_on(mood, period, code, status):
    """IHE calls every administration completed; only dates and section tell."""
    times = f'<effectiveTime xsi:type="IVL_TS">{period}</effectiveTime>'

    draft = only_draft(read_entry(code, treatment(attributes=f'moodCode="{mood}"', times=times)))

    assert (draft.body["status"], draft.doubts) == (status, ())


def test_a_prescription_in_phases_is_one_treatment():
    """Each phase has its words; the product is that of the whole."""
    phase = f"""<entryRelationship typeCode="COMP"><substanceAdministration {XSI} moodCode="INT">
      <effectiveTime xsi:type="SXPR_TS"><comp xsi:type="PIVL_TS"><period value="1" unit="d"/></comp>
      </effectiveTime><doseQuantity value="2" unit="{{tablet}}"/></substanceAdministration>
      </entryRelationship>"""
    times = f'<effectiveTime xsi:type="IVL_TS">{LOW}</effectiveTime>'

    body = only_draft(read_entry("57828-6", treatment(times=times, inner=phase * 2))).body

    assert body["dose_text"] == "2 comprimés, une fois par jour"


@pytest.mark.parametrize(
    "entry",
    [
        treatment(attributes='moodCode="EVN" negationInd="true"'),
        treatment(
            product='<code code="no-known-medications" codeSystem="2.16.840.1.113883.5.1150.1"/>'
        ),
        treatment(product="<code nullFlavor='NA'/><name>Aucun traitement</name>"),
    ],
)
def test_no_treatment_is_no_treatment(entry):
    """Negated, by a code, or in words."""
    document = read_entry("10160-0", entry)

    assert document.drafts == ()
    assert any(word.endswith(":treatments") for word in document.understood)


def test_a_result_brings_its_range_and_its_flag():
    """A number, its unit, what is normal, and what the laboratory makes of it."""
    inner = """<interpretationCode code="H" codeSystem="2.16.840.1.113883.5.83"/>
      <referenceRange><observationRange><value xsi:type="IVL_PQ"><low value="3.5" unit="mmol/L"/>
      <high value="8" unit="mmol/L"/></value></observationRange></referenceRange>"""
    value = '<value xsi:type="PQ" value="10.02" unit="mmol/L"/>'

    body = only_draft(read_entry("18719-5", result(value, inner=inner))).body

    assert body == {
        "label": "Urée",
        "code": "22664-7",
        "code_system": "http://loinc.org",
        "kind": "result",
        "value": 10.02,
        "unit": "mmol/L",
        "reference_low": 3.5,
        "reference_high": 8.0,
        "measured_at": "2021-01-04T00:00:00+01:00",
        "interpretation": "H",
        "draft_state": "draft",
    }


def test_a_negative_result_is_a_result():
    """The word "negative" is what was found; a negated observation is nothing found."""
    words = f'<value xsi:type="CD" code="260385009" {SNOMED} displayName="négatif"/>'

    found = only_draft(read_entry("18725-2", result(words))).body
    negated = read_entry("18725-2", result(words, attributes='negationInd="true"'))

    assert found["value_text"] == "négatif"
    assert negated.drafts == ()


@pytest.mark.parametrize("status", ["aborted", "suspended", "held"])
def test_an_unfinished_examination_has_no_result(status):
    """What stands in it then is no finding; that it was left out is told."""
    value = '<value xsi:type="PQ" value="1.95" unit="m[IU]/L"/>'
    unfinished = result(value).replace('code="completed"', f'code="{status}"')

    document = read_entry("18725-2", unfinished)

    assert document.drafts == ()
    assert "unfinished-result" in document.not_understood


def test_earlier_values_are_left_to_their_own_documents():
    """A value quoted for comparison would come twice."""
    earlier = f"""<entryRelationship typeCode="REFR">
      {result('<value xsi:type="PQ" value="8.5" unit="mmol/L"/>')}</entryRelationship>"""
    now = result('<value xsi:type="PQ" value="10" unit="mmol/L"/>', inner=earlier)

    document = read_entry("18719-5", now)

    assert only_draft(document).body["value"] == 10.0
    assert "previous-results" in document.understood


def test_two_pressures_make_one_measure():
    """The rest of the set keeps its own measures, in the unit of their kind."""
    entry = vitals(
        vital("8480-6", "145", "mm[Hg]"), vital("8462-4", "85", "mm[Hg]"),
        vital("29463-7", "63900", "g"),
    )  # fmt: skip

    pressure, weight = (draft.body for draft in read_entry("8716-3", entry).drafts)

    assert pressure["kind"] == "blood-pressure"
    assert (pressure["systolic"], pressure["diastolic"]) == (145.0, 85.0)
    assert pressure["code"] == "85354-9"
    assert (weight["kind"], weight["value"], weight["unit"]) == ("weight", 63.9, "kg")
    assert weight["measured_at"] == "2021-05-03T00:00:00+02:00"


def test_a_pressure_alone_stays_a_result():
    """Half a blood pressure is no blood pressure."""
    body = only_draft(read_entry("8716-3", vitals(vital("8480-6", "145", "mm[Hg]")))).body

    assert (body["kind"], body["value"]) == ("result", 145.0)


def test_what_no_body_can_show_is_reported():
    """A waist of six metres is a slip, and says so."""
    document = read_entry("8716-3", vitals(vital("8280-0", "600", "cm")))

    assert document.drafts == ()
    assert "implausible:8280-0" in document.not_understood


def test_a_measure_without_a_date_is_marked_for_checking():
    """The time of the document stands for it, openly."""
    draft = only_draft(read_entry("18719-5", result('<value xsi:type="INT" value="1"/>', when="")))

    assert draft.body["measured_at"] == "2024-01-06T11:30:00+01:00"
    assert draft.doubts == ("measured_at",)


def test_a_section_that_nobody_reads_is_named():
    """Its LOINC code and its template tell what is missing; the rest is read."""
    device = '<supply><templateId root="1.2.250.1.213.1.1.3.20"/></supply>'
    body = section("46264-8", f"<entry>{device}</entry>") + section(
        "11450-4", f"<entry>{concern(problem())}</entry>"
    )

    document = read(document_xml(body))

    assert document.not_understood == ("46264-8", "template:1.2.250.1.213.1.1.3.20")
    assert only_draft(document).collection == "conditions"


def test_the_newborn_is_not_as_tall_as_the_mother():
    """Pregnancies tell of a mother in the certificate of her child: no measure comes of them."""
    entry = f"""<observation {XSI} moodCode="EVN">
      <templateId root="1.3.6.1.4.1.19376.1.5.3.1.4.13"/>
      <templateId root="1.2.250.1.213.1.1.3.53"/>
      <code code="8302-2" {LOINC} displayName="Taille"/>
      <value xsi:type="PQ" value="172" unit="cm"/></observation>"""

    document = read_entry("10162-6", entry)

    assert document.drafts == ()
    assert "10162-6" in document.not_understood
