"""Children's examinations, dental and prevention visits: the eve, the day and the day after."""

import pytest

from notifications import calendars
from notifications.core.recommend import recommend
from notifications.core.recommendation import Level, Plan, Status
from tests.unit.notifications.people import coming, day, due, of_item, person, silence

FRENCH = calendars.load("fr")
CHILD = "2025-03-10"
# The first and the last day of each of the twenty, for a child born on 10 March 2025.
TWENTY = {
    "birth-8d": ("2025-03-10", "2025-03-17"),
    "8d-14d": ("2025-03-18", "2025-03-23"),
    "1m-2m": ("2025-04-10", "2025-05-09"),
    "2m-3m": ("2025-05-10", "2025-06-09"),
    "3m-4m": ("2025-06-10", "2025-07-09"),
    "4m-5m": ("2025-07-10", "2025-08-09"),
    "5m-6m": ("2025-08-10", "2025-09-09"),
    "8m-9m": ("2025-11-10", "2025-12-09"),
    "11m-12m": ("2026-02-10", "2026-03-09"),
    "12m-13m": ("2026-03-10", "2026-04-09"),
    "16m-18m": ("2026-07-10", "2026-09-09"),
    "23m-25m": ("2027-02-10", "2027-04-09"),
    "25m-3y": ("2027-04-10", "2028-03-09"),
    "3y-4y": ("2028-03-10", "2029-03-09"),
    "4y-5y": ("2029-03-10", "2030-03-09"),
    "5y-6y": ("2030-03-10", "2031-03-09"),
    "6y-7y": ("2031-03-10", "2032-03-09"),
    "8y-9y": ("2033-03-10", "2035-03-09"),
    "11y-13y": ("2036-03-10", "2039-03-09"),
    "15y-16y": ("2040-03-10", "2042-03-09"),
}


def plan(on: str, born: str = CHILD, *exams: str, **known: tuple[str, ...]) -> Plan:
    """Plan for a girl or a woman on a day."""
    return recommend(FRENCH, person(born, "female", *exams, **known), day(on))


def test_there_are_twenty_examinations_and_three_certificates() -> None:
    """Thirteen before 3 years, four to the 7th year, three later."""
    windows = next(rule for rule in FRENCH.screenings.visits if rule.id == "child_exams_20").window

    assert [window.id for window in windows] == list(TWENTY)
    assert [window.id for window in windows if window.notes] == ["birth-8d", "8m-9m", "23m-25m"]


@pytest.mark.parametrize("window", TWENTY)
def test_an_examination_is_due_from_its_first_day_to_its_last(window: str) -> None:
    """On the eve it is for later; on the day after, nobody is chased for it."""
    first, last = TWENTY[window]
    key = f"child_exams_20 {window}"
    eve = plan(str(day(first).fromordinal(day(first).toordinal() - 1))) if first != CHILD else None
    after = plan(str(day(last).fromordinal(day(last).toordinal() + 1)))

    assert eve is None or (key not in due(eve) and coming(eve)[key] == first)
    assert due(plan(first))[key] == due(plan(last))[key] == first
    assert key not in due(after)
    assert key not in coming(after)


def test_a_childs_examination_is_mandatory_and_done_once_a_window() -> None:
    """What is done is shown as done; the next one is not touched by it."""
    done = plan("2025-05-20", CHILD, "child-exam 2025-05-12")
    found = {one.step: one for one in done.recommendations if one.item == "child_exams_20"}

    assert found["2m-3m"].status is Status.DONE
    assert found["2m-3m"].done_by == ("exam child-exam 2025-05-12",)
    assert found["3m-4m"].status is Status.NOT_YET
    assert found["3m-4m"].level is Level.MANDATORY
    assert not any(key.startswith("child") for key in due(done))


def test_an_examination_counts_for_the_window_that_it_names() -> None:
    """A host that knows the certificate is believed, whatever the day."""
    named = plan("2025-12-01", CHILD, "child-exam 2025-11-01 8m-9m")
    silent = plan("2025-12-01", CHILD, "child-exam 2025-11-01")
    other = plan("2025-12-01", CHILD, "child-exam 2025-11-12 5m-6m")

    assert "child_exams_20 8m-9m" not in due(named)
    assert "child_exams_20 8m-9m" in due(other)
    assert due(silent)["child_exams_20 8m-9m"] == "2025-11-10"


def test_a_window_that_was_missed_is_told_until_the_next_is_done() -> None:
    """Nobody reads for years of an examination that was skipped."""
    missed = plan("2025-09-20", CHILD, "child-exam 2025-07-20")
    caught_up = plan("2025-12-20", CHILD, "child-exam 2025-11-20")

    assert "6th month: it is closed since 10 September 2025" in silence(missed, "child_exams_20")
    assert silence(caught_up, "child_exams_20") == ""


def test_the_rule_of_2025_says_nothing_before_2025() -> None:
    """The calendar before it was another one."""
    before = plan("2024-12-31", "2024-11-20")

    assert of_item(before, "child_exams_20") == []
    assert "from 1 January 2025" in silence(before, "child_exams_20")
    assert "child_exams_20 1m-2m" in due(plan("2025-01-01", "2024-11-20"))


MTDENTS = [
    ("2026-03-09", None, "the eve of the 3rd birthday"),
    ("2026-03-10", "2026-03-10", "the 3rd birthday"),
    ("2027-03-09", "2026-03-10", "the eve of the 4th"),
    ("2027-03-10", "2027-03-10", "the 4th"),
]


@pytest.mark.parametrize(("on", "since", "what"), MTDENTS)
def test_the_dentist_is_from_each_birthday_to_the_eve_of_the_next(
    on: str, since: str | None, what: str
) -> None:
    """From 3 years on."""
    found = [day for key, day in due(plan(on, "2023-03-10")).items() if key.startswith("mtdents")]

    assert found == ([since] if since else []), what


def test_the_dentist_stops_at_the_25th_birthday() -> None:
    """24 completed is the last year."""
    eve, birthday = plan("2026-05-31", "2001-06-01"), plan("2026-06-01", "2001-06-01")

    assert due(eve)["mtdents 24y"] == "2025-06-01"
    assert of_item(birthday, "mtdents") == []
    assert "closed since 1 June 2026" in silence(birthday, "mtdents")


def test_a_visit_to_the_dentist_counts_for_its_year_alone() -> None:
    """On the eve of a birthday for the year that ends, on the day for the one that begins."""
    eve = plan("2026-03-10", "2016-03-10", "dental-exam 2026-03-09")
    birthday = plan("2026-03-10", "2016-03-10", "dental-exam 2026-03-10")

    assert due(eve)["mtdents 10y"] == "2026-03-10"
    assert "mtdents 10y" not in due(birthday)
    assert coming(birthday)["mtdents 11y"] == "2027-03-10"


BANDS = [("18", "25", "18-25"), ("45", "50", "45-50"), ("60", "65", "60-65"), ("70", "75", "70-75")]


@pytest.mark.parametrize(("first", "last", "band"), BANDS)
def test_a_prevention_appointment_is_for_any_day_of_a_band(
    first: str, last: str, band: str
) -> None:
    """From the birthday of its first year to the eve of the one after its last."""
    born = "1960-06-15"
    opens, ends = f"{1960 + int(first)}-06-15", f"{1961 + int(last)}-06-15"
    key = f"bilan_prevention {band}"
    eve = day(opens).replace(day=14)

    assert key not in due(plan(eve.isoformat(), born))
    assert due(plan(opens, born))[key] is None
    assert key in due(plan(day(ends).replace(day=14).isoformat(), born))
    closed = plan(ends, born)
    assert key not in due(closed)
    assert f"closed since 15 June {ends[:4]}" in silence(closed, "bilan_prevention")


def test_one_appointment_is_enough_for_a_band() -> None:
    """Another band has its own."""
    done = plan("2026-01-10", "1962-06-15", "prevention-check 2022-07-01")
    other = plan("2026-01-10", "1962-06-15", "prevention-check 2012-07-01")

    assert "bilan_prevention 60-65" not in due(done)
    assert coming(done)["bilan_prevention 70-75"] == "2032-06-15"
    assert "bilan_prevention 60-65" in due(other)


PREGNANT = [
    ("2025-08-27", "not-yet", "the eve of 15 weeks"),
    ("2025-08-28", "due", "15 weeks"),
    ("2026-08-08", "due", "six months after birth, the last day"),
    ("2026-08-09", "", "six months after birth"),
]


@pytest.mark.parametrize(("on", "status", "what"), PREGNANT)
def test_the_dentist_of_a_pregnancy(on: str, status: str, what: str) -> None:
    """From the 4th month to six months after the birth, on any day."""
    end = " 2026-02-09" if on > "2026-02-09" else ""
    found = plan(on, "1990-01-01", pregnancies=(f"2025-05-15{end}",))
    statuses = [one[1] for one in of_item(found, "mtdents_pregnancy")]

    assert statuses == ([status] if status else []), what


def test_the_dentist_of_a_pregnancy_is_seen_once_in_each() -> None:
    """One before it counts for nothing, one in it does."""
    before = plan("2025-12-01", "1990-01-01", "dental-exam 2025-08-27", pregnancies=("2025-05-15",))
    within = plan("2025-12-01", "1990-01-01", "dental-exam 2025-08-28", pregnancies=("2025-05-15",))

    yearly = plan(
        "2025-12-01", "2004-01-01", "dental-exam 2025-09-28 21y", pregnancies=("2025-05-15",)
    )
    its_own = plan(
        "2025-12-01", "2004-01-01", "dental-exam 2025-09-28 pregnancy", pregnancies=("2025-05-15",)
    )

    assert due(before)["mtdents_pregnancy pregnancy"] is None
    assert {key.split()[0] for key in due(yearly)} >= {"mtdents_pregnancy"}
    assert {key.split()[0] for key in due(its_own)} >= {"mtdents"}
    assert of_item(its_own, "mtdents_pregnancy") == []
    assert of_item(within, "mtdents_pregnancy") == []


def test_a_pregnancy_that_did_not_last_asks_for_no_visit() -> None:
    """Nobody is written to about a birth that was not."""
    lost = plan("2025-09-10", "1990-01-01", pregnancies=("2025-05-15 2025-07-01",))

    assert of_item(lost, "mtdents_pregnancy") == []
    assert silence(lost, "mtdents_pregnancy") == "No pregnancy is known here."


def test_a_pregnancy_whose_end_nobody_told_ends_all_the_same() -> None:
    """At 41 weeks, so that the visit closes six months later."""
    assert due(plan("2026-08-24", "1990-01-01", pregnancies=("2025-05-15",)))
    late = plan("2026-08-26", "1990-01-01", pregnancies=("2025-05-15",))

    assert of_item(late, "mtdents_pregnancy") == []
