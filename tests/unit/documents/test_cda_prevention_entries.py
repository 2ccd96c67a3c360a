"""Vaccinations and allergies: what was, what was not, and what nobody says."""

import pytest

from tests.unit.documents.cda_samples import (
    document_xml,
    only_draft,
    read,
    read_entry,
    section,
    template,
)

ATC = 'codeSystem="2.16.840.1.113883.6.73"'
SNOMED = 'codeSystem="2.16.840.1.113883.6.96"'
ABSENT = 'codeSystem="2.16.840.1.113883.5.1150.1"'


def vaccination(
    *, attributes="", when='<effectiveTime value="20090928"/>', product="", more=""
) -> str:
    """One dose of a vaccine."""
    product = product or f'<code code="J07AM" {ATC} displayName="Vaccin tétanique"/>'
    return f"""<substanceAdministration classCode="SBADM" moodCode="EVN" {attributes}>
      {template("immunization")}<statusCode code="completed"/>{when}
      <routeCode code="20035000" displayName="Voie intramusculaire"/>
      <consumable><manufacturedProduct><manufacturedMaterial>{product}
        <lotNumberText>4456672</lotNumberText></manufacturedMaterial></manufacturedProduct>
      </consumable>{more}</substanceAdministration>"""


def allergy(*, inner="", attributes="", concern="active", value="<value/>") -> str:
    """An allergy within its concern."""
    return f"""<act classCode="ACT" moodCode="EVN">{template("allergy-concern")}
      <statusCode code="{concern}"/>
      <entryRelationship typeCode="SUBJ"><observation moodCode="EVN" {attributes}>
        {template("allergy")}<code code="416098002" {SNOMED}/>
        <effectiveTime><low value="20180221"/></effectiveTime>{value}{inner}
      </observation></entryRelationship></act>"""


AGENT = f"""<participant typeCode="CSM"><participantRole><playingEntity>
  <code code="N02BE01" {ATC} displayName="paracétamol"/></playingEntity></participantRole>
</participant>"""
VALUE = (
    '<value xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="CD" '
    'code="{code}" codeSystem="{system}"/>'
)


def test_a_vaccination_is_read_whole():
    """Product, day, rank, batch, route and who gave it."""
    more = """<performer><assignedEntity><assignedPerson><name><given>Charles</given>
      <family>MULLER</family><suffix>DR</suffix></name></assignedPerson></assignedEntity></performer>
      <entryRelationship typeCode="SUBJ"><observation><code code="30973-2"/>
        <value xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="INT" value="2"/>
      </observation></entryRelationship>
      <entryRelationship typeCode="SUBJ"><act><code code="48767-8"/><text>Bien supporté</text>
      </act></entryRelationship>"""

    draft = only_draft(read_entry("11369-6", vaccination(more=more)))

    assert draft.collection == "immunizations"
    assert draft.source.endswith("/section/entry[1]/substanceAdministration")
    assert draft.body == {
        "label": "Vaccin tétanique",
        "code": "J07AM",
        "code_system": "http://www.whocc.no/atc",
        "status": "completed",
        "occurred_on": "2009-09-28",
        "dose_number": 2,
        "lot_number": "4456672",
        "route_text": "Voie intramusculaire",
        "performer": "DR Charles MULLER",
        "comment": "Bien supporté",
        "draft_state": "draft",
    }


def test_a_product_without_code_takes_that_of_its_class():
    """Child certificates code the class alone, and their cell only says yes."""
    product = f"""<code><originalText>Oui</originalText>
      <translation code="J07AN" {ATC} displayName="vaccins de la tuberculose"/>
      <translation code="3400936466425" codeSystem="1.2.250.1.213.2.3.2"/></code>"""

    body = only_draft(read_entry("11369-6", vaccination(product=product))).body

    assert body["label"] == "vaccins de la tuberculose"
    assert body["code"] == "J07AN"
    assert body["box_code"] == "3400936466425"


def test_a_vaccination_not_done_is_a_record_of_that():
    """It was not done on the day the document says so; it never counts as a dose."""
    xml = vaccination(attributes='negationInd="true"', when='<effectiveTime nullFlavor="NA"/>')

    draft = only_draft(read_entry("11369-6", xml))

    assert draft.body["status"] == "not-done"
    assert draft.body["occurred_on"] == "2024-01-06"
    assert draft.doubts == ()


def test_a_dose_without_a_date_is_marked_for_checking():
    """No date is made up: whoever confirms the draft is asked for it."""
    draft = only_draft(read_entry("11369-6", vaccination(when='<effectiveTime nullFlavor="NAV"/>')))

    assert "occurred_on" not in draft.body
    assert draft.doubts == ("occurred_on",)
    assert draft.body["comment"].startswith("À vérifier")


def test_a_dose_later_than_its_document_is_marked_for_checking():
    """Nobody gives a dose after having written that it was given."""
    later = vaccination(when='<effectiveTime value="20991231"/>')

    draft = only_draft(read_entry("11369-6", later))

    assert draft.body["occurred_on"] == "2099-12-31"
    assert draft.doubts == ("occurred_on",)


def test_a_vaccine_delivered_gives_the_month_at_most():
    """A reimbursement proves that the vaccine left the pharmacy, not the day of the dose."""
    supply = """<entryRelationship><supply><performer><time value="20190711"/></performer></supply>
      </entryRelationship>"""
    xml = vaccination(when='<effectiveTime nullFlavor="UNK"/>', more=supply)

    draft = only_draft(read_entry("11369-6", xml))

    assert (draft.body["occurred_on"], draft.doubts) == ("2019-07", ("occurred_on",))


@pytest.mark.parametrize(
    ("code", "what"),
    [("no-known-immunizations", "none-known"), ("no-immunization-info", "unknown")],
)
def test_no_known_vaccination_makes_no_dose(code, what):
    """None known and not known are told apart, and neither is a vaccine."""
    document = read_entry("11369-6", vaccination(product=f'<code code="{code}" {ABSENT}/>'))

    assert document.drafts == ()
    assert f"{what}:immunizations" in document.understood


def test_a_planned_vaccination_is_not_a_dose():
    """What is to be done is not done."""
    xml = vaccination().replace('moodCode="EVN"', 'moodCode="INT"')

    document = read_entry("11369-6", xml)

    assert document.drafts == ()
    assert "planned-immunization" in document.not_understood


def test_a_withdrawn_entry_makes_nothing():
    """An author may take a statement back without removing it."""
    xml = vaccination().replace("completed", "nullified")

    assert read_entry("11369-6", xml).drafts == ()


def test_an_allergy_is_read_whole():
    """Substance, kind, status, reaction with its severity, and when it began."""
    reaction = f"""<entryRelationship typeCode="MFST"><observation>
      {VALUE.format(code="126485001", system="2.16.840.1.113883.6.96")}
      <entryRelationship typeCode="SUBJ"><observation><code code="SEV"/>
        {VALUE.format(code="24484000", system="2.16.840.1.113883.6.96")}
      </observation></entryRelationship></observation></entryRelationship>""".replace(
        'code="126485001"', 'code="126485001" displayName="urticaire"'
    )

    body = only_draft(read_entry("48765-2", allergy(inner=AGENT + reaction))).body

    assert body == {
        "label": "paracétamol",
        "code": "N02BE01",
        "code_system": "http://www.whocc.no/atc",
        "kind": "allergy",
        "category": "medication",
        "clinical_status": "active",
        "reactions": [
            {
                "label": "urticaire",
                "code": "126485001",
                "code_system": "http://snomed.info/sct",
                "severity": "severe",
            }
        ],
        "onset_on": "2018-02-21",
        "draft_state": "draft",
    }


def test_a_reaction_that_did_not_happen_is_left_out():
    """A negation inside an allergy denies the reaction, not the allergy."""
    reaction = f"""<entryRelationship typeCode="MFST"><observation negationInd="true">
      {VALUE.format(code="126485001", system="2.16.840.1.113883.6.96")}
      </observation></entryRelationship>"""

    body = only_draft(read_entry("48765-2", allergy(inner=AGENT + reaction))).body

    assert "reactions" not in body


@pytest.mark.parametrize(
    ("xml", "understood"),
    [
        (allergy(attributes='negationInd="true"', inner=AGENT), "absent:allergies"),
        (
            allergy(value=VALUE.format(code="716186003", system="2.16.840.1.113883.6.96")),
            "none-known:allergies",
        ),
        (
            allergy(
                value=VALUE.format(code="no-known-allergies", system="2.16.840.1.113883.5.1150.1")
            ),
            "none-known:allergies",
        ),
        (
            allergy(
                value=VALUE.format(code="no-allergy-info", system="2.16.840.1.113883.5.1150.1")
            ),
            "unknown:allergies",
        ),
        (
            allergy(value="<value><originalText>Aucune allergie connue</originalText></value>"),
            "none-known:allergies",
        ),
    ],
)
def test_an_absence_of_allergy_never_becomes_one(xml, understood):
    """Whichever way it is said: negated, by a code, or in words."""
    document = read_entry("48765-2", xml)

    assert document.drafts == ()
    assert understood in document.understood


def test_an_empty_allergy_under_a_denial_is_none():
    """A form may carry an entry that names nothing, beside a text that says "none"."""
    document = read_entry("48765-2", allergy(), text="Aucune allergie identifiée")

    assert document.drafts == ()
    assert "none-known:allergies" in document.understood


def test_an_empty_allergy_without_words_is_reported():
    """Nothing named and nothing denied: a person must look."""
    document = read_entry("48765-2", allergy())

    assert document.drafts == ()
    assert "unnamed-allergy" in document.not_understood
    assert "48765-2" in document.not_understood


def test_an_allergy_ticked_on_a_form_keeps_its_kind_as_its_name():
    """The answer "yes" to "food allergy" says no more than that."""
    value = "<value><originalText>Oui</originalText></value>"
    xml = allergy(value=value).replace(
        '<code code="416098002"', '<code code="414285001" displayName="allergie alimentaire"'
    )

    body = only_draft(read_entry("48765-2", xml)).body

    assert (body["label"], body["category"]) == ("allergie alimentaire", "food")


def test_an_allergy_said_over_without_an_end_stays_shown():
    """To hide an allergy by mistake is worse than to ask whether it lasts."""
    draft = only_draft(read_entry("48765-2", allergy(inner=AGENT, concern="completed")))

    assert draft.body["clinical_status"] == "active"
    assert draft.doubts == ("clinical_status",)


def test_what_concerns_another_person_is_nobody_of_this_record():
    """The vaccine of a mother in the certificate of her child is not the child's."""
    subject = """<subject><relatedSubject classCode="PRS"><code code="MTH"/></relatedSubject>
      </subject>"""
    statement = read_entry("11369-6", vaccination(more=subject))
    whole = read(document_xml(section("11369-6", f"<entry>{vaccination()}</entry>", inner=subject)))

    for found in (statement, whole):
        assert found.drafts == ()
        assert "other-person" in found.understood
