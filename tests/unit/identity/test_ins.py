"""The national health identity: number, traits, trust."""

from datetime import date

import msgspec
import pytest

from backend.identity.errors import InvalidIns
from backend.identity.model import (
    Evidence,
    Ins,
    InsOid,
    PatientIdentity,
    Reliability,
    StrictTraits,
)
from backend.identity.rules.ins import (
    InsHint,
    check_ins,
    comparable_name,
    emittable_ins,
    has_right_key,
    hints,
    is_waiting_number,
    with_evidence,
    without_evidence,
)

# Fictional; the key of each is worked out by hand as 97 - (number modulo 97).
NIR = "180017505600103"
SOUTH_CORSICA = "253072A07300443"
NORTH_CORSICA = "253072B07300470"
WRONG_KEY = "180017505600104"

STRICT = [InsOid.NIR, InsOid.NIA]
LENIENT = [InsOid.NIR_TEST, InsOid.NIR_DEMO]


def traits(**fields):
    """The traits of NIR, but for *fields*."""
    given = {
        "birth_family_name": "MARTIN",
        "birth_given_name": "JEAN-PIERRE",
        "given_names": ["JEAN-PIERRE", "LUC"],
        "birth_date": date(1980, 1, 15),
        "sex": "male",
        "birth_place_code": "75056",
        **fields,
    }
    return msgspec.convert(given, StrictTraits)


def keyed(number):
    """Put its key after a number of 13 characters."""
    digits = number.replace("2A", "19").replace("2B", "18")
    return f"{number}{97 - int(digits) % 97:02}"


@pytest.mark.parametrize(
    ("value", "is_right"),
    [
        (NIR, True),
        (SOUTH_CORSICA, True),
        (NORTH_CORSICA, True),
        ("180207505600116", True),  # Month 20: civil status does not know it.
        (keyed("1803175056001"), True),  # Month 31: January, incomplete.
        (keyed("1809975056001"), True),
        (keyed("2800199100001"), True),  # Born abroad.
        (WRONG_KEY, False),
        ("253072A07300470", False),  # The key of 2B on 2A.
        ("253072C07300443", False),
        ("253072a07300443", False),
        ("1800175056001", False),
        ("1 80 01 75 056 001 03", False),
        ("１80017505600103", False),
        (NIR + "\n", False),
        ("", False),
    ],
)
def test_a_key_follows_from_the_number(value, is_right):
    """Corsica counts as 19 and 18; months beyond 12 exist; spaces are for paper."""
    assert has_right_key(value) is is_right


@pytest.mark.parametrize("oid", STRICT)
def test_a_real_number_with_a_wrong_key_is_refused(oid):
    """One digit typed wrong is another person."""
    with pytest.raises(InvalidIns) as refusal:
        check_ins(Ins(value=WRONG_KEY, oid=oid))

    assert refusal.value.code == "invalid-ins"
    assert refusal.value.pointer == "/value"
    assert WRONG_KEY not in refusal.value.detail


@pytest.mark.parametrize("oid", LENIENT)
def test_a_test_number_with_a_wrong_key_is_taken_with_a_hint(oid):
    """Published examples carry wrong keys."""
    ins = Ins(value=WRONG_KEY, oid=oid)

    check_ins(ins)

    assert hints(ins, traits()) == {InsHint.KEY}


@pytest.mark.parametrize("oid", InsOid)
@pytest.mark.parametrize("value", ["", "1", "9" + NIR[1:], "0" + NIR[1:], NIR + "0", "X" * 15])
def test_a_number_out_of_form_is_refused_under_every_authority(oid, value):
    """Not even a test number has letters or fourteen digits."""
    with pytest.raises(InvalidIns):
        check_ins(Ins(value=value, oid=oid))


@pytest.mark.parametrize("oid", InsOid)
def test_a_right_number_is_taken_under_every_authority(oid):
    """The authority changes how strict we are, not what a key is."""
    check_ins(Ins(value=NIR, oid=oid))


def test_only_the_waiting_number_waits():
    """FHIR marks it temp: a NIR will replace it."""
    waiting = [oid for oid in InsOid if is_waiting_number(Ins(value=NIR, oid=oid))]

    assert waiting == [InsOid.NIA]


@pytest.mark.parametrize(
    ("value", "fields", "expected"),
    [
        (NIR, {}, set()),
        (NIR, {"sex": "female"}, {InsHint.SEX}),
        (NIR, {"sex": "unknown"}, set()),
        (NIR, {"birth_date": date(1981, 1, 15)}, {InsHint.BIRTH_YEAR}),
        (NIR, {"birth_date": date(1880, 1, 15)}, set()),
        (NIR, {"birth_date": date(1980, 2, 15)}, {InsHint.BIRTH_MONTH}),
        (NIR, {"birth_place_code": "75101"}, {InsHint.BIRTH_PLACE}),
        (NIR, {"birth_place_code": "99100"}, {InsHint.BIRTH_PLACE}),
        (NIR, {"given_names": ["LUC", "JEAN-PIERRE"]}, {InsHint.GIVEN_NAMES}),
        (NIR, {"given_names": ["Jean", "Pierre", "Luc"]}, set()),
        (NIR, {"given_names": ["JEAN"]}, {InsHint.GIVEN_NAMES}),
        (keyed("1802075056001"), {}, set()),
        (keyed("1803175056001"), {}, set()),
        (keyed("1803275056001"), {}, {InsHint.BIRTH_MONTH}),
        (keyed("1806275056001"), {}, set()),
        (keyed("1801375056001"), {}, {InsHint.BIRTH_MONTH}),
        (keyed("1800075056001"), {}, {InsHint.BIRTH_MONTH}),
        (keyed("7800175056001"), {}, set()),
        (keyed("8800175056001"), {}, {InsHint.SEX}),
        (keyed("180012A004001"), {"birth_place_code": "2A004"}, set()),
        (keyed("180012B004001"), {"birth_place_code": "2A004"}, {InsHint.BIRTH_PLACE}),
        (keyed("1800120004001"), {"birth_place_code": "2A004"}, set()),
        (keyed("1800120005001"), {"birth_place_code": "2A004"}, {InsHint.BIRTH_PLACE}),
    ],
)
def test_what_does_not_fit_between_number_and_traits_is_a_hint(value, fields, expected):
    """Each trait is compared on its own; none of it refuses anyone."""
    ins = Ins(value=value, oid=InsOid.NIR)

    check_ins(ins)

    assert hints(ins, traits(**fields)) == expected


P, R, V, Q = Reliability
INSI, PAPERS = Evidence.INSI, Evidence.IDENTITY_DOCUMENT


@pytest.mark.parametrize(
    ("before", "evidence", "after", "taken_back"),
    [
        (P, INSI, R, P),
        (P, PAPERS, V, P),
        (R, INSI, R, P),
        (R, PAPERS, Q, R),
        (V, INSI, Q, V),
        (V, PAPERS, V, P),
        (Q, INSI, Q, V),
        (Q, PAPERS, Q, R),
    ],
)
def test_trust_grows_with_evidence_and_falls_without(before, evidence, after, taken_back):
    """Qualified is both kinds, in either order; one proved wrong leaves the other."""
    assert with_evidence(before, evidence) is after
    assert without_evidence(before, evidence) is taken_back


@pytest.mark.parametrize("oid", InsOid)
@pytest.mark.parametrize("reliability", Reliability)
def test_only_a_qualified_identity_leaves_as_an_ins(oid, reliability):
    """A number that nobody vouched for identifies nobody."""
    ins = Ins(value=NIR, oid=oid)
    identity = PatientIdentity(traits=traits(), reliability=reliability, ins=ins)

    assert emittable_ins(identity) == (ins if reliability is Reliability.QUALIFIED else None)


def test_a_qualified_identity_without_a_sound_number_emits_none():
    """Neither an absent number nor one whose key is wrong."""
    wrong = Ins(value=WRONG_KEY, oid=InsOid.NIR)

    for ins in (None, wrong):
        identity = PatientIdentity(traits=traits(), reliability=Reliability.QUALIFIED, ins=ins)
        assert emittable_ins(identity) is None


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("D'Ornano", "D ORNANO", True),
        ("d’ornano", "D'ORNANO", True),
        ("Jean-Pierre", "jean pierre", True),
        ("Lefèvre", "LEFEVRE", True),
        ("Cœur", "COEUR", True),
        ("Lætitia", "LAETITIA", True),
        ("Groß", "GROSS", True),
        ("Łukasz", "LUKASZ", True),
        ("Noël", "Noe\u0308l", True),
        ("  Le   Goff ", "LE GOFF", True),
        ("Saint\u2011Exupéry", "SAINT-EXUPERY", True),
        ("Legoff", "Le Goff", False),
        ("Martin", "Martine", False),
        ("Дмитрий", "дмитрий", True),
    ],
)
def test_names_are_compared_as_civil_status_does(one, other, is_same):
    """Case, accents, hyphens and apostrophes differ from one paper to the next."""
    assert (comparable_name(one) == comparable_name(other)) is is_same
