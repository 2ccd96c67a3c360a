"""The fictional family: believable on any day, and nobody real."""

import re
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path

import msgspec
import pytest

from backend.access.rules.visibility import ACTS
from backend.clinical.reference import RELATIONS
from backend.clinical.rules.profile import check_profile
from backend.demo.family import family
from backend.demo.moments import add_months
from backend.identity.model import InsOid
from backend.identity.passwords import known_passwords
from backend.identity.rules.contacts import reachable_phone
from backend.identity.rules.ins import check_ins, comparable_name, has_right_key, hints
from backend.identity.rules.opening import is_minor
from backend.identity.rules.passwords import check_login, check_password
from backend.record import ALL
from sync.bodies import encode_body
from sync.core.limits import OPS_PER_PUSH_MAX

DAYS = [
    date(2026, 11, 21),
    date(2026, 10, 14),
    date(2026, 10, 15),
    date(2026, 12, 31),
    date(2027, 1, 1),
    date(2027, 3, 31),
    date(2027, 5, 2),
    date(2027, 8, 30),
    date(2028, 2, 28),
    date(2028, 2, 29),
    date(2028, 3, 1),
    date(2031, 7, 31),
]
AGES = {"lucienne": 78, "claire": 47, "malo": 4}
SHARED = Path(__file__).resolve().parents[3].parent / "shared"
FICTIONAL_PHONE = re.compile(r"(?:\+33|0)(?:63998|19900)\d{4}")
ZOSTER, INFLUENZA, MENINGOCOCCUS_B, MEASLES = "DIS033", "DIS015", "DIS045", "DIS008"
ACWY = {"DIS044", "DIS046", "DIS047"}

family_on = cache(family)


def age(born, today):
    """Count birthdays by the calendar, by another road than the code."""
    years = today.year - born.year
    return years - ((today.month, today.day) < (born.month, born.day))


def bodies(person, collection):
    """Return the bodies of one collection, as structs."""
    kind = ALL[collection]
    return [
        msgspec.convert(fields, kind.body) for name, fields in person.records if name == collection
    ]


def earliest(partial):
    """Return the first day that a PartialDate may mean."""
    return date.fromisoformat(
        partial + "-01-01"[len(partial) - 4 :] if len(partial) < 10 else partial
    )


def doses(person, disease):
    """Return the days on which a disease was vaccinated against, in order."""
    given = [one for one in bodies(person, "immunizations") if one.status == "completed"]
    return sorted(
        one.occurred_on
        for one in given
        if disease in {coding.code for coding in one.target_diseases}
    )


def everybody(today):
    """Give the persons of the family, by key."""
    return {person.key: person for person in family_on(today).persons}


@pytest.mark.parametrize("today", DAYS)
def test_ages_are_exact(today):
    """They are 78, 47 and 4 on the day, whichever it is."""
    ages = {key: age(one.traits.birth_date, today) for key, one in everybody(today).items()}

    assert ages == AGES


@pytest.mark.parametrize("today", DAYS)
def test_numbers_are_well_formed_and_fit_their_traits(today):
    """Key, sex, year, month and place of birth agree, under the test identifier."""
    persons = everybody(today).values()

    for person in persons:
        check_ins(person.ins)
        assert person.ins.oid is InsOid.NIR_TEST
        assert has_right_key(person.ins.value)
        assert hints(person.ins, person.traits) == frozenset()
    assert len({person.ins.value for person in persons}) == len(AGES)


@pytest.mark.parametrize("today", DAYS)
def test_every_record_is_one_that_a_phone_could_have_pushed(today):
    """Bodies pass the structs, the rules and the limits of their collections."""
    written = [
        encode_body(ALL[collection], fields)
        for person in family_on(today).persons
        for collection, fields in person.records
    ]

    assert len(written) > 500


@pytest.mark.parametrize("today", DAYS)
def test_the_record_is_of_two_years(today):
    """Measures and appointments: two years back at most; planned ones: a year ahead.

    A child's growth goes back to birth, as in the health booklet.
    """
    first, last = add_months(today, -24), add_months(today, 12)

    for person in family_on(today).persons:
        is_child = person.sign_in is None
        taken = [one.measured_at.date() for one in bodies(person, "measures")]
        met = [one.starts_at.date() for one in bodies(person, "appointments")]
        assert max(taken) < today
        assert min(taken) >= (person.traits.birth_date if is_child else first)
        assert first <= min(met)
        assert max(met) <= last
        assert min(taken + met) < first + timedelta(days=60)


@pytest.mark.parametrize("today", DAYS)
def test_nothing_happened_before_birth_or_after_today(today):
    """A date of the past is in the past of that person."""
    for person in family_on(today).persons:
        for collection, fields in person.records:
            for name, value in fields.items():
                if name.endswith("_on"):
                    assert earliest(value) <= today, (person.key, collection, fields["label"])
                    assert value >= str(person.traits.birth_date)[: len(value)], fields["label"]


@pytest.mark.parametrize("today", DAYS)
def test_appointments_of_the_past_are_over_and_the_others_are_not(today):
    """None is at the weekend."""
    for person in family_on(today).persons:
        for one in bodies(person, "appointments"):
            is_past = one.starts_at.date() < today
            assert (one.status in ("booked", "proposed")) is not is_past
            assert one.starts_at.weekday() < 5
            assert one.ends_at > one.starts_at


def test_everything_moves_with_today():
    """A family seeded a week later has measured itself a week later."""
    today = DAYS[0]
    later = today + timedelta(days=7)

    for key, person in everybody(today).items():
        before = [one for one in bodies(person, "measures") if one.comment is None]
        after = [one for one in bodies(everybody(later)[key], "measures") if one.comment is None]
        moved = [
            new.measured_at.date() - old.measured_at.date()
            for old, new in zip(before, after, strict=True)
        ]
        # Visits keep off weekends, and months are not all as long.
        assert all(timedelta(days=2) <= step <= timedelta(days=12) for step in moved)
    weekly = [
        one for one in bodies(everybody(later)["lucienne"], "measures") if one.kind == "weight"
    ]
    assert later - weekly[-1].measured_at.date() == timedelta(days=2)


def test_the_same_day_and_seed_give_the_same_family():
    """Two servers that start on one day show one family."""
    assert family(DAYS[0], seed=7) == family(DAYS[0], seed=7)


def test_another_seed_changes_measures_and_nobody():
    """A seed is for the small ups and downs."""
    one, other = family(DAYS[0], seed=1), family(DAYS[0], seed=2)

    assert one != other
    for left, right in zip(one.persons, other.persons, strict=True):
        assert (left.traits, left.ins, left.sign_in) == (right.traits, right.ins, right.sign_in)
        assert [r for r in left.records if r[0] != "measures"] == [
            r for r in right.records if r[0] != "measures"
        ]


def test_a_record_is_as_long_as_a_life():
    """A few hundred for the grandmother, over a hundred for the others; one batch each."""
    counts = {key: len(person.records) for key, person in everybody(DAYS[0]).items()}

    assert 300 <= counts["lucienne"] < OPS_PER_PUSH_MAX
    assert 100 <= counts["claire"] <= 200
    assert 100 <= counts["malo"] <= 200


def test_every_collection_has_records():
    """Whoever looks at the demonstration sees each part of the record filled."""
    used = {name for person in family_on(DAYS[0]).persons for name, _ in person.records}

    assert used == set(ALL) - ACTS - {"profile", "documents", "reminders"}


@pytest.mark.parametrize("today", DAYS)
def test_the_grandmother_awaits_zoster_and_influenza(today):
    """Never a zoster vaccine; influenza every year but for the latest campaign."""
    lucienne = everybody(today)["lucienne"]
    campaign = date(today.year - (today < date(today.year, 10, 15)), 10, 15)

    influenza = doses(lucienne, INFLUENZA)

    assert doses(lucienne, ZOSTER) == []
    assert len(influenza) >= 3
    assert add_months(campaign, -12) <= date.fromisoformat(influenza[-1]) < campaign


@pytest.mark.parametrize("today", DAYS)
def test_the_daughter_awaits_her_cervical_screening(today):
    """Her last HPV test is more than five years old, and less than six."""
    claire = everybody(today)["claire"]
    tests = [one for one in bodies(claire, "screenings") if one.exam == "hpv-test"]

    (last,) = [date.fromisoformat(one.performed_on) for one in tests]

    assert add_months(today, -72) < last < add_months(today, -60)


@pytest.mark.parametrize("today", DAYS)
def test_the_grandchild_awaits_three_vaccines(today):
    """One dose of MMR and of meningococcus B where two are due; ACWY never."""
    malo = everybody(today)["malo"]
    refused = [one for one in bodies(malo, "immunizations") if one.status == "not-done"]

    assert len(doses(malo, MEASLES)) == 1
    assert len(doses(malo, MENINGOCOCCUS_B)) == 1
    assert date.fromisoformat(doses(malo, MENINGOCOCCUS_B)[0]) < add_months(today, -1)
    assert not any(doses(malo, disease) for disease in ACWY)
    assert [one.label for one in refused] == ["Priorix"]


@pytest.mark.parametrize("today", DAYS)
def test_the_grandchild_was_never_vaccinated_too_early(today):
    """What was given counts: ages and intervals of the French calendar hold."""
    malo = everybody(today)["malo"]
    born = malo.traits.birth_date
    hexavalent = [date.fromisoformat(day) for day in doses(malo, "DIS006")]
    rotavirus = [date.fromisoformat(day) for day in doses(malo, "DIS032")]

    first, second, booster = hexavalent
    assert add_months(born, 2) <= first
    assert max(add_months(first, 2), add_months(born, 4)) <= second
    assert max(add_months(second, 6), add_months(born, 11)) <= booster
    assert add_months(rotavirus[0], 1) <= rotavirus[1] < add_months(born, 6)
    assert date.fromisoformat(doses(malo, MEASLES)[0]) >= add_months(born, 12)


@pytest.mark.parametrize("today", DAYS)
def test_the_grandchild_grows(today):
    """Weight, height and head only go up; the head is measured while it matters."""
    malo = everybody(today)["malo"]

    for kind, count in (("weight", 18), ("height", 18), ("head", 14)):
        line = [
            (one.measured_at, one.value) for one in bodies(malo, "measures") if one.kind == kind
        ]
        assert len(line) == count
        assert line == sorted(line)
        assert [value for _, value in line] == sorted(value for _, value in line)
    heads = [one.measured_at for one in bodies(malo, "measures") if one.kind == "head"]
    assert heads[-1].date() < add_months(malo.traits.birth_date, 36)


@pytest.mark.parametrize("today", DAYS)
def test_mother_and_grandmother_remember_the_same_births(today):
    """The record of one does not contradict the record of another."""
    persons = everybody(today)
    labels = {one.label: one for key in persons for one in bodies(persons[key], "history")}

    malo, claire = labels["Naissance de Malo, par césarienne"], labels["Naissance de Claire"]

    assert malo.started_on == str(persons["malo"].traits.birth_date)
    assert claire.started_on == str(persons["claire"].traits.birth_date.year)


def test_who_acts_for_whom_comes_first_and_is_kin():
    """Claire acts for her son and her mother; the child alone has no sign-in."""
    described = family_on(DAYS[0])
    keys = [person.key for person in described.persons]

    for tie in described.relations:
        assert RELATIONS[tie.code].is_family
        assert keys.index(tie.by) < keys.index(tie.person)
    assert {tie.person for tie in described.relations} == {"malo", "lucienne"}
    for person in described.persons:
        assert (person.sign_in is None) is is_minor(person.traits.birth_date, DAYS[0])


def test_sign_ins_pass_the_rules_of_everybody():
    """Names and passwords are ones that people could have chosen."""
    sign_ins = [one.sign_in for one in family_on(DAYS[0]).persons if one.sign_in is not None]

    for one in sign_ins:
        check_login(one.login)
        check_password(one.password, login=one.login, known=known_passwords())
        assert reachable_phone(one.phone) == one.phone
        assert one.login.endswith(".demo")
        assert "demo" in one.password
    assert len({one.phone for one in sign_ins}) == len(sign_ins)


def test_nobody_real_can_be_reached():
    """Telephone numbers and addresses are of ranges set apart for stories."""
    for person in family_on(DAYS[0]).persons:
        fields = [person.profile, *(fields for _, fields in person.records)]
        words = msgspec.json.encode([fields, person.sign_in]).decode()
        phones = re.findall(r"(?:\+33|\b0)(?:[ .]?\d){9}\b", words)
        emails = re.findall(r"[^\s\"]+@[^\s\"]+", words)

        assert len(phones) >= 2
        assert all(FICTIONAL_PHONE.fullmatch(re.sub(r"[ .]", "", one)) for one in phones)
        assert all(one.endswith("@example.org") for one in emails)


def test_not_concerned_contradicts_nothing_and_is_told_from_unknown():
    """A part marked "not concerned" is empty; some part is neither filled nor marked."""
    reasons = set()
    for person in family_on(DAYS[0]).persons:
        profile = msgspec.convert(person.profile, ALL["profile"].body)
        check_profile(profile)
        for collection in {name for name, _ in person.records}:
            assert person.profile.get(f"{collection}_empty_reason") is None
        reasons |= {name for name in person.profile if name.endswith("_empty_reason")}

    assert reasons == {"allergies_empty_reason", "history_empty_reason"}
    assert "blood_group" not in everybody(DAYS[0])["claire"].profile


def test_names_are_not_those_of_the_official_sample_patients():
    """Nobody mistakes the family for the agency's own fictional patients."""
    folder = SHARED / "data" / "cda"
    if not folder.is_dir():
        pytest.skip("the official sample documents are not beside the repository")
    texts = [path.read_text("utf-8", errors="replace") for path in folder.glob("*.xml")]
    found = {name for text in texts for name in re.findall(r"<family[^>]*>([^<]+)<", text)}

    official = {comparable_name(name) for name in found}

    assert len(official) > 20
    for person in family_on(DAYS[0]).persons:
        ours = {
            comparable_name(n) for n in (person.traits.birth_family_name, person.used_family_name)
        }
        assert not ours & official


def test_instants_tell_their_offset():
    """A phone abroad shows the hour of the place."""
    for person in family_on(DAYS[0]).persons:
        for _, fields in person.records:
            for name in ("measured_at", "starts_at", "ends_at"):
                if name in fields:
                    assert datetime.fromisoformat(fields[name]).utcoffset() is not None
