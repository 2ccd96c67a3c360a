"""What is not so of the patient: denied, planned, taken back, or of somebody else."""

import pytest

from backend.documents.cda.narrative import denies, is_of_family, is_placeholder
from tests.unit.documents.cda_samples import only_draft, read_entry, template
from tests.unit.documents.test_cda_clinical_entries import (
    ICD,
    LOINC,
    SNOMED,
    XSI,
    concern,
    problem,
    result,
    treatment,
    vital,
    vitals,
)
from tests.unit.documents.test_cda_prevention_entries import AGENT, allergy, vaccination

FORMS = 'codeSystem="1.2.250.1.213.1.1.4.322"'
NO = f'<value {XSI} xsi:type="BL" value="false"/>'
YES = f'<value {XSI} xsi:type="BL" value="true"/>'
DENIED = 'sdtc:valueNegationInd="true" xmlns:sdtc="urn:hl7-org:sdtc"'
MOTHER = '<subject><relatedSubject classCode="PRS"><code code="MTH"/></relatedSubject></subject>'
UREA = '<value xsi:type="PQ" value="1" unit="g/L"/>'
PROBLEM_CODE = 'code="282291009"'


def coded(code: str, system: str, name: str) -> str:
    """A coded value."""
    return f'<value {XSI} xsi:type="CD" code="{code}" {system} displayName="{name}"/>'


def words(text: str) -> str:
    """A value in words alone."""
    return f'<value {XSI} xsi:type="CD"><originalText>{text}</originalText></value>'


def act(*, mood="EVN", status="completed", attributes="") -> str:
    """An act of surgery."""
    return f"""<procedure classCode="PROC" moodCode="{mood}" {attributes}>{template("procedure")}
      <code code="HHFA011" codeSystem="1.2.250.1.215.300.1" displayName="Appendicectomie"/>
      <statusCode code="{status}"/><effectiveTime value="20200101"/></procedure>"""


def habit(value: str, *, attributes="") -> str:
    """A habit: tobacco."""
    return f"""<observation classCode="OBS" moodCode="EVN" {attributes}>{template("social")}
      <code code="74011-8" {LOINC} displayName="Tabac"/>{value}</observation>"""


def family(inner: str) -> str:
    """What the mother has."""
    return f"""<organizer classCode="CLUSTER" moodCode="EVN">{template("family")}{MOTHER}
      <component>{inner}</component></organizer>"""


def visit(*, mood="EVN", status="completed") -> str:
    """A stay in hospital."""
    return f"""<encounter classCode="ENC" moodCode="{mood}">{template("encounter")}
      <code code="IMP" codeSystem="2.16.840.1.113883.5.4" displayName="Hospitalisation"/>
      <statusCode code="{status}"/><effectiveTime><low value="20200101"/></effectiveTime>
      </encounter>"""


ALL = {
    "11450-4": concern(problem()),
    "48765-2": allergy(inner=AGENT),
    "10160-0": treatment(),
    "11369-6": vaccination(),
    "18719-5": result(UREA),
    "47519-4": act(),
    "29762-2": habit('<value xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
                     'xsi:type="PQ" value="1" unit="{pack}/d"/>'),
    "10157-6": family(problem()),
    "46240-8": visit(),
    "8716-3": vitals(vital("8867-4", "70", "/min")),
}  # fmt: skip
DEEPEST = {"11450-4": problem(), "48765-2": "<observation moodCode", "8716-3": "<observation"}


def deepest(section: str, entry: str, old: str, new: str) -> str:
    """The entry with a change in its innermost statement, where its meaning stands."""
    head, mark, tail = entry.rpartition("<observation ")
    return head + mark + tail.replace(old, new, 1) if mark else entry.replace(old, new, 1)


@pytest.mark.parametrize("section", ALL)
def test_each_entry_makes_one_draft_when_nothing_denies_it(section):
    """Without this, the tests below would pass for another reason."""
    assert len(read_entry(section, ALL[section]).drafts) == 1


@pytest.mark.parametrize("section", [code for code in ALL if code != "11369-6"])
@pytest.mark.parametrize("attribute", ['negationInd="true"', 'negationInd="1"', DENIED])
def test_a_negation_denies_in_every_section(section, attribute):
    """However it is written, what is negated is no record."""
    entry = deepest(section, ALL[section], "moodCode=", f"{attribute} moodCode=")

    assert read_entry(section, entry).drafts == ()


@pytest.mark.parametrize("section", [code for code in ALL if code != "10160-0"])
@pytest.mark.parametrize("mood", ["INT", "RQO", "PRP", "PRMS", "GOL", "RSK", "EXPEC", "DEF"])
def test_what_is_planned_is_not_done_in_any_section(section, mood):
    """An intent, an order, a goal and a risk tell of nothing that happened."""
    entry = deepest(section, ALL[section], 'moodCode="EVN"', f'moodCode="{mood}"')

    assert read_entry(section, entry).drafts == ()


@pytest.mark.parametrize("section", ALL)
@pytest.mark.parametrize("status", ["nullified", "cancelled"])
def test_what_was_taken_back_makes_nothing_in_any_section(section, status):
    """Alone or within a concern, a statement entered in error is void."""
    code = f'<statusCode code="{status}"/>'
    entry = ALL[section].replace('<statusCode code="completed"/>', "")
    head, mark, tail = entry.rpartition("<observation ")
    start, close, rest = tail.partition(">")
    if not mark:
        start, close, rest = entry.partition(">")
    changed = head + mark + start + close + code + rest

    assert read_entry(section, changed).drafts == ()


@pytest.mark.parametrize("section", [code for code in ALL if code != "10157-6"])
def test_what_another_person_has_is_not_the_patients_in_any_section(section):
    """A subject within a statement holds for that statement."""
    head, mark, tail = ALL[section].rpartition("</observation>")
    for closing in ("</procedure>", "</substanceAdministration>", "</encounter>"):
        if not mark:
            head, mark, tail = ALL[section].rpartition(closing)

    assert read_entry(section, head + MOTHER + mark + tail).drafts == ()


@pytest.mark.parametrize("mood", ["GOL", "RSK", "DEF", "OPT"])
def test_a_medicine_that_nobody_takes_is_no_treatment(mood):
    """A goal, a risk and an option are in no hand."""
    document = read_entry("10160-0", treatment(attributes=f'moodCode="{mood}"'))

    assert document.drafts == ()
    assert "plans" in document.understood


def test_a_medicine_that_is_proposed_is_not_taken():
    """A proposal waits for a decision, whatever its dates say."""
    times = f"""<effectiveTime {XSI} xsi:type="IVL_TS"><low value="20240101"/></effectiveTime>"""

    draft = only_draft(read_entry("10160-0", treatment(attributes='moodCode="PRP"', times=times)))

    assert draft.body["status"] == "intended"


@pytest.mark.parametrize("value", [NO, coded("373067005", SNOMED, "Non"),
                                   coded("2667000", SNOMED, "Absent")])  # fmt: skip
@pytest.mark.parametrize("text", ["", "<text>Hypertension</text>"])
def test_a_question_answered_no_names_no_illness(value, text):
    """The name beside the answer is that of the question."""
    asked = problem(value=value, inner=text)
    ill = allergy(value=value, inner=AGENT + text)

    assert read_entry("11450-4", concern(asked)).drafts == ()
    assert read_entry("48765-2", ill).drafts == ()
    assert read_entry("10157-6", family(asked)).drafts == ()


@pytest.mark.parametrize("value", [YES, coded("373066001", SNOMED, "Oui")])
def test_a_question_answered_yes_names_its_problem(value):
    """The code of the question is the problem, unless it only says that there is one."""
    asked = problem(value=value).replace(f"{PROBLEM_CODE} {SNOMED}", f'code="E10" {ICD} '
                                         'displayName="Diabète de type 1"')  # fmt: skip

    assert only_draft(read_entry("11450-4", concern(asked))).body["label"] == "Diabète de type 1"
    assert read_entry("11450-4", concern(problem(value=value))).drafts == ()


@pytest.mark.parametrize(
    "text",
    [
        "HTA : non", "Diabète - Non", "Embolie pulmonaire éliminée", "Infection à VIH exclue",
        "Phlébite non confirmée", "Pas de diabète", "pas d’antécédent", "Denies chest pain",
        "No evidence of pneumonia", "No history of stroke", "Allergies: none", "Néant",
        "R.A.S.", "absence de diabète", "Sans antécédent particulier", "Malaria ruled out",
    ],
)  # fmt: skip
def test_words_that_deny_make_no_problem(text):
    """Also where the denial stands after the name."""
    document = read_entry("11450-4", concern(problem(value=words(text))))

    assert denies(text)
    assert document.drafts == ()
    assert "none-known:conditions" in document.understood


@pytest.mark.parametrize(
    "text",
    [
        "Diabète non insulino-dépendant", "Insuffisance rénale non précisée", "Absences",
        "Absences épileptiques", "Absence congénitale du pouce", "Non-Hodgkin lymphoma",
        "Nulliparité", "Noyade", "Nodule", "Sans domicile fixe", "Rasch",
    ],
)  # fmt: skip
def test_words_that_only_look_like_a_denial_name_a_problem(text):
    """To lose a disease is as bad as to make one up."""
    draft = only_draft(read_entry("11450-4", concern(problem(value=words(text)))))

    assert draft.body["label"] == text


def test_a_code_is_named_by_its_list():
    """There, absence is a disease, and only bare denials deny."""
    absence = coded("G40.3", ICD, "Absence de type petit mal")
    nothing = coded("999999", SNOMED, "Aucun antécédent")

    assert (
        only_draft(read_entry("11450-4", concern(problem(value=absence)))).body["code"] == "G40.3"
    )
    assert read_entry("11450-4", concern(problem(value=nothing))).drafts == ()


def test_a_concern_without_a_problem_or_an_allergy_is_told():
    """An entry that vanished would be taken for one that was not there."""
    problems = read_entry("11450-4", concern(act(), relation='typeCode="REFR"'))
    allergies = read_entry("48765-2", f'<act moodCode="EVN">{template("allergy-concern")}</act>')

    assert problems.not_understood == ("11450-4", "unnamed-condition")
    assert allergies.not_understood == ("48765-2", "unnamed-allergy")


def test_a_placeholder_is_no_name_and_no_comment():
    """Forms leave "(texte libre)" where nobody wrote."""
    document = read_entry("11450-4", concern(problem(value=words("(texte libre)"))))

    assert is_placeholder("(Texte libre)")
    assert not is_placeholder("Texte libre saisi par le patient")
    assert document.drafts == ()
    assert "unnamed-condition" in document.not_understood


@pytest.mark.parametrize(
    "value",
    [
        coded("364940007", SNOMED, "manualité"),
        coded("842009", SNOMED, "consanguinité"),
        coded("123", SNOMED, "Body weight (observable entity)"),
        coded("MED-533", FORMS, "Comorbidité"),
        coded("GEN-092.01.11", FORMS, "Autres pathologies de la 1ère semaine"),
        coded("MED-276", FORMS, "Antibiothérapie (de plus de 48 heures)"),
        coded("Z03.4", ICD, "Mise en observation pour suspicion d'infarctus"),
        coded("C10AA05", 'codeSystem="2.16.840.1.113883.6.73"', "atorvastatine"),
    ],
)
def test_a_line_of_a_form_is_no_problem(value):
    """A trait, a heading, an answer and a medicine are no disease, even within a concern."""
    document = read_entry("11450-4", concern(problem(value=value)))

    assert document.drafts == ()
    assert "findings" in document.understood


def test_an_answer_of_a_form_alone_stays_in_its_form():
    """Outside a concern, what only a form has a code for is one of its lines."""
    line = coded("MED-329", FORMS, "Spasticité gênante")

    assert read_entry("29545-1", problem(value=line)).drafts == ()
    assert (
        only_draft(read_entry("11450-4", concern(problem(value=line)))).collection == "conditions"
    )


def test_an_act_among_problems_is_an_act():
    """Surgery that stands in a list of past illness goes where acts go."""
    value = coded("JQGA003", 'codeSystem="1.2.250.1.215.300.1"', "Césarienne")

    draft = only_draft(read_entry("11348-0", concern(problem(value=value))))

    assert (draft.collection, draft.body["kind"]) == ("history", "procedure")
    assert draft.body["started_on"] == "2019-08-11"


@pytest.mark.parametrize(
    "value", [coded("Z80.3", ICD, "Antécédents familiaux de tumeur du sein"),
              words("Antécédents familiaux : diabète")],
)  # fmt: skip
def test_illness_of_the_family_among_problems_is_of_the_family(value):
    """Neither a code of family history nor its words make the patient ill."""
    draft = only_draft(read_entry("11348-0", concern(problem(value=value))))

    assert (draft.collection, draft.body["kind"]) == ("history", "family")
    assert draft.body["relation"] == "FAMMEMB"
    assert is_of_family("Family history of stroke")


@pytest.mark.parametrize("entry", [concern(problem()), problem(), problem(inner=MOTHER)])
def test_a_problem_in_the_section_of_the_family_is_of_the_family(entry):
    """Software puts plain problems there; whose they are, the section says."""
    document = read_entry("10157-6", entry)

    draft = only_draft(document)
    assert (draft.collection, draft.body["kind"]) == ("history", "family")
    assert draft.body["relation"] == ("MTH" if MOTHER in entry else "FAMMEMB")


@pytest.mark.parametrize("status", ["aborted", "suspended", "held"])
def test_a_vaccination_broken_off_was_not_given(status):
    """Only a dose that went in counts."""
    xml = vaccination().replace('"completed"', f'"{status}"')

    assert only_draft(read_entry("11369-6", xml)).body["status"] == "not-done"


def test_a_vaccination_refused_was_not_given_though_nobody_negated_it():
    """The reason for not vaccinating says what the negation forgot."""
    reason = """<entryRelationship typeCode="RSON"><observation classCode="OBS" moodCode="EVN">
      <code code="PATOBJ" codeSystem="2.16.840.1.113883.5.8" displayName="Refus du patient"/>
      </observation></entryRelationship>"""

    draft = only_draft(read_entry("11369-6", vaccination(more=reason)))

    assert (draft.body["status"], draft.body["reason_not_done"]) == ("not-done", "Refus du patient")
    assert "status" in draft.doubts
