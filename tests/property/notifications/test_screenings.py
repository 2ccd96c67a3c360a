"""What holds of screenings and visits for whomever, whenever."""

import random
from collections import Counter
from datetime import date, timedelta

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notifications import calendars
from notifications.core.facts import Exam, Facts, Pregnancy, Refusal, Sex, Situation
from notifications.core.recommend import recommend
from notifications.core.recommendation import Kind, Plan, Recommendation, Status
from notifications.core.screenings import recommend_screenings
from notifications.core.screenings.check import exams_in, situations_in
from notifications.core.spans import add_months

COUNTRIES = calendars.countries()
PACKS = [calendars.load(country) for country in COUNTRIES]
FRENCH = calendars.load("fr")
OPEN = (Status.DUE, Status.OVERDUE)
SEXES: list[Sex] = ["female", "male", "unknown"]

countries = st.sampled_from(COUNTRIES)
births = st.dates(date(1930, 1, 1), date(2026, 1, 1))
ages = st.integers(0, 365 * 90)


@st.composite
def persons(draw: st.DrawFn) -> tuple[Facts, date]:
    """Draw somebody of any age, and what is known of them by the words of every pack."""
    born = draw(births)
    on = born + timedelta(days=draw(ages))
    lived = st.dates(born, on)
    codes = sorted({code for pack in PACKS for code in pack.exam_of})
    words = sorted({code for pack in PACKS for code in pack.situation_of})
    exams = st.builds(
        Exam,
        fact_id=st.uuids().map(str),
        code=st.sampled_from(codes),
        performed_on=lived,
        result=st.sampled_from(["normal", "abnormal", "unknown"]),
    )
    situations = st.builds(
        Situation,
        fact_id=st.uuids().map(str),
        code=st.sampled_from(words),
        holds=st.booleans(),
        since=st.none() | lived,
    )
    facts = Facts(
        birth_date=born,
        sex=draw(st.sampled_from(SEXES)),
        exams=tuple(draw(st.lists(exams, max_size=6))),
        situations=tuple(draw(st.lists(situations, max_size=5))),
        pregnancies=tuple(
            Pregnancy(fact_id="pregnancy", last_period_on=start)
            for start in draw(st.lists(lived, max_size=1))
        ),
    )
    return facts, on


def screened(plan: Plan) -> list[Recommendation]:
    """Return what a plan says that is no vaccine."""
    return [one for one in plan.recommendations if one.kind is not Kind.VACCINE]


@given(country=countries, person=persons(), seed=st.integers())
@settings(max_examples=60)
def test_a_plan_depends_on_facts_and_day_alone(country, person, seed):
    """Neither on the order of the facts, nor on how often one asks."""
    pack = calendars.load(country)
    facts, on = person
    shuffled = {
        field: tuple(random.Random(seed).sample(told, len(told)))
        for field in ("exams", "situations", "pregnancies")
        for told in [getattr(facts, field)]
    }

    plan = recommend(pack, facts, on)

    assert recommend(pack, msgspec.structs.replace(facts, **shuffled), on) == plan
    assert recommend(pack, facts, on) == plan


@given(country=countries, person=persons(), later=st.integers(1, 4000))
@settings(max_examples=60)
def test_what_comes_after_the_day_changes_nothing(country, person, later):
    """The future is a problem, and counts for nothing."""
    pack = calendars.load(country)
    facts, on = person
    exam = Exam(fact_id="x", code=next(iter(pack.exam_of)), performed_on=on + timedelta(days=later))

    plan = recommend(pack, facts, on)
    told = recommend(pack, msgspec.structs.replace(facts, exams=(*facts.exams, exam)), on)

    assert told.recommendations == plan.recommendations
    assert len(told.problems) == len(plan.problems) + 1


@given(country=countries, person=persons(), data=st.data())
@settings(max_examples=100)
def test_an_examination_changes_its_own_rules_alone(country, person, data):
    """What does not speak of it says the same with and without it."""
    pack = calendars.load(country)
    facts, on = person
    code = data.draw(st.sampled_from(sorted(pack.exam_of)))
    day = data.draw(st.dates(facts.birth_date, on))
    exam = Exam(fact_id="x", code=code, performed_on=day, result="normal")
    about = {rule.id for rule in pack.screenings.rules() if code in exams_in(rule)}

    plan = recommend(pack, facts, on)
    told = recommend(pack, msgspec.structs.replace(facts, exams=(*facts.exams, exam)), on)

    def others(one: Plan) -> list[object]:
        return [it for it in (*one.recommendations, *one.silences) if it.item not in about]

    assert others(told) == others(plan)


@given(country=countries, person=persons(), data=st.data())
@settings(max_examples=100)
def test_a_situation_that_no_screening_speaks_of_changes_no_screening(country, person, data):
    """Nor does a refusal of something else."""
    pack = calendars.load(country)
    facts, on = person
    spoken = {code for rule in pack.screenings.rules() for code in situations_in(rule)}
    spoken |= {member for code in spoken for member in pack.groups.get(code, ())}
    spoken |= {code for code, members in pack.groups.items() if spoken.intersection(members)}
    free = sorted(set(pack.situation_of) - spoken)
    code = data.draw(st.sampled_from(free))
    more = Situation(fact_id="x", code=code, since=data.draw(st.dates(facts.birth_date, on)))
    refusal = Refusal(fact_id="r", item=pack.vaccines.vaccine[0].id, since=facts.birth_date)

    plan = recommend(pack, facts, on)
    told = msgspec.structs.replace(facts, situations=(*facts.situations, more), refusals=(refusal,))

    assert screened(recommend(pack, told, on)) == screened(plan)


@given(country=countries, person=persons())
@settings(max_examples=100)
def test_what_is_due_is_in_its_time_and_said_once(country, person):
    """Not before its day, not after its last one; each item and step once."""
    pack = calendars.load(country)
    facts, on = person

    plan = recommend(pack, facts, on)

    for one in screened(plan):
        if one.status in OPEN:
            assert one.due_on is None or one.due_on <= on
            assert one.latest_on is None or on <= one.latest_on
        if one.status is Status.NOT_YET:
            assert one.due_on > on
    keys = Counter((one.item, one.step, one.status is Status.DONE) for one in screened(plan))
    assert set(keys.values()) <= {1}


@given(country=countries, person=persons())
@settings(max_examples=60)
def test_every_rule_answers_in_both_languages_with_its_sources(country, person):
    """No item is passed over in silence, and no sentence is missing."""
    pack = calendars.load(country)
    facts, on = person

    plan = recommend(pack, facts, on)

    answered = {one.item for one in (*plan.recommendations, *plan.silences)}
    assert {rule.id for rule in pack.screenings.rules()} <= answered
    for one in plan.recommendations:
        assert one.sources
        assert one.name.fr
        assert one.name.en
        assert one.reason.fr != one.reason.en


@pytest.mark.parametrize("sex", ["female", "male"])
@given(born=st.dates(date(2025, 1, 1), date(2027, 12, 31)))
@settings(max_examples=6)
def test_a_life_lived_by_the_calendar_has_each_examination_once(born, sex):
    """Each window once, and never two tests of a programme closer than its gap."""
    exams: list[Exam] = []
    on, end = born, add_months(born, 12 * 80)
    while on < end:
        facts = Facts(birth_date=born, sex=sex, exams=tuple(exams))
        parts = recommend_screenings(FRENCH.screenings, facts, on, cite=FRENCH.cite, ask=FRENCH.ask)
        due = [one for one in parts.recommendations if one.status is Status.DUE]
        for one in due:
            code = exam_of(one)
            exams.append(
                Exam(
                    fact_id=f"{one.item} {one.step} {on}",
                    code=code,
                    performed_on=on,
                    result="normal",
                )
            )
        coming = [
            one.due_on
            for one in parts.recommendations
            if one.status is Status.NOT_YET and one.due_on > on
        ]
        on = on if due else min(coming, default=end)

    done = Counter(one.fact_id.split()[0] for one in exams)
    assert done["child_exams_20"] == 20
    assert done["mtdents"] == 22
    assert done["bilan_prevention"] == 4
    assert done["colorectal"] == 13
    assert done["breast"] == (13 if sex == "female" else 0)
    assert done["cervix"] == (10 if sex == "female" else 0)


def exam_of(one: Recommendation) -> str:
    """Return the examination that a recommendation asks for."""
    for rule in FRENCH.screenings.rules():
        if rule.id == one.item:
            if hasattr(rule, "step"):
                return next(step.exam for step in rule.step if step.id == one.step.split()[0])
            return str(rule.exam)
    raise AssertionError(one.item)
