"""Whether a document is about the holder: by number first, by traits else, never by guess."""

from datetime import date

import pytest
from msgspec.structs import replace

from backend.documents.cda.model import InstanceIdentifier, Patient
from backend.documents.errors import DocumentOtherPatient, DocumentWithoutIdentity
from backend.documents.rules import match_patient
from backend.identity.model import StrictTraits
from tests.unit.documents.cda_samples import document_xml, read

NIR, NIA, TEST, DEMO = (f"1.2.250.1.213.1.4.{kind}" for kind in (8, 9, 10, 11))
NUMBER = "279035121518989"
OTHER = "180117505600103"

TRAITS = StrictTraits(
    birth_family_name="Pat Trois",
    birth_given_name="Dominique",
    given_names=("Dominique", "Marie-Louise"),
    birth_date=date(1979, 3, 28),
    sex="female",
    birth_place_code="51215",
)


@pytest.fixture
def patient() -> Patient:
    """The patient of the sample document."""
    return read(document_xml()).header.patient


def numbered(patient: Patient, *numbers: tuple[str, str]) -> Patient:
    """The same patient under other numbers."""
    ids = tuple(InstanceIdentifier(root=root, extension=value) for root, value in numbers)
    return replace(patient, ins=ids)


def match(patient: Patient, *, ins=NUMBER, oid=NIR, traits=TRAITS):
    """The rule, for the space of the same person unless said otherwise."""
    return match_patient(patient, ins=ins, ins_oid=oid, traits=traits)


@pytest.mark.parametrize("oid", [TEST, f"urn:oid:{TEST}"])
def test_the_same_number_of_the_same_kind_is_the_same_person(patient, oid):
    """However the OID is written."""
    assert match(patient, oid=oid).by == "ins"


def test_a_number_without_its_key_is_the_same_number(patient):
    """Old documents leave the key out; a wrong one is another number."""
    short = numbered(patient, (NIR, NUMBER[:13]))
    wrong = numbered(patient, (NIR, NUMBER[:13] + "00"))

    assert match(short).by == "ins"
    with pytest.raises(DocumentOtherPatient):
        match(wrong)


def test_another_number_is_another_person(patient):
    """Even with the same traits: twins, and mistakes."""
    with pytest.raises(DocumentOtherPatient):
        match(numbered(patient, (NIR, OTHER)))


@pytest.mark.parametrize(
    ("theirs", "mine"), [(TEST, NIR), (DEMO, NIR), (TEST, NIA), (NIR, TEST), (NIA, DEMO)]
)
def test_test_numbers_and_real_ones_never_match(patient, theirs, mine):
    """The same digits, the same traits: still not the same world."""
    with pytest.raises(DocumentOtherPatient):
        match(numbered(patient, (theirs, NUMBER)), oid=mine)


def test_a_waiting_number_and_the_definitive_one_leave_it_to_the_traits(patient):
    """A person's number changes when their NIR comes."""
    waiting = numbered(patient, (NIA, "779035121518900"))

    assert match(waiting).by == "traits"
    with pytest.raises(DocumentWithoutIdentity):
        match(waiting, traits=replace(TRAITS, birth_date=date(1979, 3, 29)))


def test_several_numbers_of_one_kind_leave_it_to_the_traits(patient):
    """The number of an insured parent stands under the same OID as that of the child."""
    both = numbered(patient, (NIR, NUMBER), (NIR, OTHER))

    assert match(both).by == "traits"
    with pytest.raises(DocumentWithoutIdentity):
        match(both, traits=None)
    with pytest.raises(DocumentOtherPatient):
        match(numbered(patient, (NIR, OTHER), (NIR, "180117505600204")))


@pytest.mark.parametrize(("numbers", "ins"), [((), NUMBER), (((NIR, NUMBER),), None)])
def test_without_a_number_on_one_side_all_strict_traits_must_agree(patient, numbers, ins):
    """Case, accents and hyphens do not count; everything else does."""
    without = numbered(patient, *numbers)

    assert match(without, ins=ins).by == "traits"
    for name, value in (
        ("birth_family_name", "Pat-Quatre"),
        ("birth_given_name", "Marie"),
        ("birth_date", date(1979, 3, 27)),
        ("sex", "male"),
    ):
        with pytest.raises(DocumentWithoutIdentity):
            match(without, ins=ins, traits=replace(TRAITS, **{name: value}))


@pytest.mark.parametrize(
    "missing",
    [
        {"birth_family_name": None},
        {"birth_given_name": None, "given_names": ()},
        {"birth_date": None},
        {"sex": None},
        {"sex": "unknown"},
    ],
)
def test_a_missing_trait_proves_nothing(patient, missing):
    """A document that leaves one out could be about many people."""
    with pytest.raises(DocumentWithoutIdentity):
        match(replace(numbered(patient), **missing))


def test_without_traits_and_without_numbers_nothing_matches(patient):
    """Nothing is known of the holder, so that nothing can agree."""
    with pytest.raises(DocumentWithoutIdentity):
        match(patient, ins=None, oid=None, traits=None)
    with pytest.raises(DocumentWithoutIdentity):
        match(Patient())


def test_the_first_given_name_may_be_that_of_the_list(patient):
    """A document may list the given names without setting the first one apart."""
    listed = replace(numbered(patient), birth_given_name=None)

    assert match(listed).by == "traits"
    with pytest.raises(DocumentWithoutIdentity):
        match(listed, traits=replace(TRAITS, birth_given_name="Marie"))


def test_traits_that_differ_under_the_same_number_are_told(patient):
    """The number decides, and whoever deposits is asked to look."""
    found = match(patient, oid=TEST, traits=replace(TRAITS, birth_family_name="Martin"))

    assert (found.by, found.disagreeing) == ("ins", ("birth_family_name",))
