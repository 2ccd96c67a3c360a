"""What holds of vaccine plans whatever the person, the history and the day."""

from datetime import date, timedelta

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from notifications.core.facts import Dose, Exam, Facts, Pregnancy, Situation
from notifications.core.recommendation import Status
from notifications.core.vaccines import situations_of
from tests.unit.notifications.vaccines.files import OPEN, PRODUCTS, RULES, plan

HORIZON = timedelta(days=366 * 20)
BY_ID = {one.id: one for one in PRODUCTS.product}
ASKED = sorted(situations_of(RULES))

places = st.sampled_from([None, "FR", "GF", "YT", "MQ", "RE", "DE"])


@st.composite
def persons(draw):
    """Somebody with a history, and a day to plan on."""
    on = draw(st.dates(date(2023, 1, 1), date(2027, 12, 31)))
    born = draw(st.one_of(st.dates(on - timedelta(days=2500), on), st.dates(date(1930, 1, 1), on)))
    lived = st.dates(born, on)
    doses = draw(st.lists(st.tuples(st.sampled_from(sorted(BY_ID)), lived), max_size=8))
    told = draw(st.lists(st.tuples(st.sampled_from(ASKED), st.booleans(), lived), max_size=3))
    began = draw(st.none() | st.dates(max(born, on - timedelta(days=300)), on))
    return on, Facts(
        birth_date=born,
        sex=draw(st.sampled_from(["female", "male", "unknown"])),
        residence=draw(places),
        born_in=draw(places),
        doses=tuple(given_dose(name, day) for name, day in doses),
        situations=tuple(
            Situation(fact_id=f"{code} {day}", code=code, holds=holds, since=day)
            for code, holds, day in told
        ),
        pregnancies=() if began is None else (Pregnancy(fact_id="p", last_period_on=began),),
    )


def given_dose(name, day):
    """Give a product on a day."""
    valences = frozenset(BY_ID[name].valences)
    return Dose(fact_id=f"{name} {day}", given_on=day, product=name, valences=valences)


def with_dose(facts, name, day):
    """Add a dose to what somebody had."""
    return msgspec.structs.replace(facts, doses=(*facts.doses, given_dose(name, day)))


def open_days(parts):
    """Give the day of each open step: one that may be done on any day has the first."""
    return {
        (one.item, one.step): one.due_on or date.min
        for one in parts.recommendations
        if one.status in OPEN
    }


@settings(max_examples=100, deadline=None)
@given(persons())
def test_a_dose_given_never_creates_an_earlier_due_date(told):
    """Of the same series: not its next due date, and not that of any of its steps."""
    on, facts = told
    before = plan(facts, on)
    days_before = open_days(before)
    for one in before.recommendations:
        if one.status not in (Status.DUE, Status.OVERDUE) or not one.products:
            continue
        for name in one.products:
            after = open_days(plan(with_dose(facts, name, on), on))
            own = {key: day for key, day in after.items() if key[0] == one.item}
            was = {key: day for key, day in days_before.items() if key[0] == one.item}
            assert not own or min(own.values()) >= min(was.values())
            assert all(day >= was[key] for key, day in own.items() if key in was)


@settings(max_examples=100, deadline=None)
@given(persons(), st.randoms(use_true_random=False))
def test_the_plan_depends_on_the_facts_and_the_day_alone(told, random):
    """The same facts in another order, planned again, give the same plan."""
    on, facts = told
    doses, situations = list(facts.doses), list(facts.situations)
    random.shuffle(doses)
    random.shuffle(situations)

    other = msgspec.structs.replace(facts, doses=tuple(doses), situations=tuple(situations))

    assert plan(other, on) == plan(facts, on)


@settings(max_examples=100, deadline=None)
@given(persons(), st.sampled_from(["rabipur", "encepur", "ixiaro", "spirolept", "imvanex"]))
def test_a_fact_that_no_rule_asks_for_changes_nothing(told, name):
    on, facts = told
    exam = Exam(fact_id="x", code="fit", performed_on=facts.birth_date)
    situation = Situation(fact_id="y", code="no-cervix", since=facts.birth_date)

    richer = msgspec.structs.replace(
        with_dose(facts, name, facts.birth_date),
        exams=(exam,),
        situations=(*facts.situations, situation),
    )

    assert plan(richer, on) == plan(facts, on)


@settings(max_examples=100, deadline=None)
@given(persons())
def test_every_plan_is_sound(told):
    """Days are in order, texts are there in both languages, and no step stands twice."""
    on, facts = told
    parts = plan(facts, on)

    steps = [(one.item, one.step) for one in parts.recommendations if one.status in OPEN]
    assert len(steps) == len(set(steps))
    for one in parts.recommendations:
        assert one.sources
        assert one.name.fr
        assert one.name.en
        assert one.reason.fr
        assert one.reason.en
        if one.status in (Status.DUE, Status.OVERDUE):
            assert one.due_on is None or one.due_on <= on
            assert one.earliest_on is None or one.earliest_on <= on
        if one.status is Status.NOT_YET:
            assert on < one.due_on <= on + HORIZON
        if one.due_on is not None and one.latest_on is not None:
            assert one.status is not Status.NOT_YET or one.due_on <= one.latest_on
        if one.status is Status.DONE:
            assert one.done_by
    silent = [one.item for one in parts.silences]
    assert len(silent) == len(set(silent))


LIVES = st.tuples(
    st.dates(date(2018, 1, 1), date(2026, 12, 31)),
    st.sampled_from(["female", "male"]),
    st.sampled_from(["FR", "GF", "MQ"]),
    st.sampled_from(
        [(), ("pneumo-risk", "flu-risk"), ("hiv",), ("tuberculosis-risk",), ("preterm",)]
    ),
)


@settings(max_examples=4, deadline=None)
@given(LIVES)
def test_a_life_in_which_each_dose_is_taken_when_due_takes_each_once(life):
    """Planned on each day on which something comes, and every two months at the least."""
    taken, facts = live(*life, years=90, step=timedelta(days=60))

    assert len(taken) == len(set(taken))
    assert {item for item, _ in taken} >= {"hexavalent", "mmr", "hpv", "zoster", "dtcap_adult"}
    steps = [step for item, step in taken if item == "dtcap_adult"]
    assert steps == ["25y", "45y", "65y", "75y", "85y"]
    assert not open_due(facts, facts.birth_date + timedelta(days=365 * 90))


def test_two_years_planned_day_by_day_give_each_dose_once():
    taken, _ = live(date(2025, 2, 1), "female", "FR", (), years=2, step=timedelta(days=1))

    assert len(taken) == len(set(taken))
    assert [step for item, step in taken if item == "hexavalent"] == ["1", "2", "booster"]
    assert [step for item, step in taken if item == "rotavirus"] == ["1", "2"]
    assert [step for item, step in taken if item == "mmr"] == ["1", "2"]
    assert [step for item, step in taken if item == "menB"] == ["1", "2", "booster"]
    assert [step for item, step in taken if item == "menACWY_infant"] == ["1", "booster"]
    assert [step for item, step in taken if item == "pneumococcal_infant"] == ["1", "2", "booster"]


def live(born, sex, residence, told, *, years, step):
    """Live, and take each dose on the day it is due; say which were taken, in order."""
    facts = Facts(
        birth_date=born,
        sex=sex,
        residence=residence,
        situations=(
            *(Situation(fact_id=code, code=code) for code in told),
            Situation(fact_id="c", code="chickenpox", holds=False),
            Situation(fact_id="m", code="mother-rsv-vaccinated", holds=False),
        ),
    )
    taken = []
    on = born
    while on < born + timedelta(days=365 * years):
        for _ in range(8):  # What is taken may bring something else along on the day.
            due = open_due(facts, on)
            if not due:
                break
            one = due[0]
            taken.append((one.item, one.step))
            facts = with_dose(facts, one.products[0], on)
        coming = [
            one.due_on
            for one in plan(facts, on).recommendations
            if one.status is Status.NOT_YET and one.due_on is not None
        ]
        on = min([on + step, *coming])
    return taken, facts


def open_due(facts, on):
    """List what is to be taken on a day."""
    return [
        one for one in plan(facts, on).recommendations if one.status in (Status.DUE, Status.OVERDUE)
    ]
