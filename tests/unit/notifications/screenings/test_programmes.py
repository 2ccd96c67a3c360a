"""Breast, cervix and bowel: when the next examination is, and when there is none."""

import pytest

from notifications import calendars
from notifications.core.facts import Refusal
from notifications.core.recommend import recommend
from notifications.core.recommendation import Plan, Status
from tests.unit.notifications.people import coming, day, due, of_item, person, silence

FRENCH = calendars.load("fr")


def plan(on: str, born: str, *exams: str, sex: str = "female", **known: tuple) -> Plan:
    """Plan for somebody on a day."""
    return recommend(FRENCH, person(born, sex, *exams, **known), day(on))


# Born 20 April 1976: 50 on 20 April 2026, 75 on 20 April 2051.
BREAST = [
    ("2026-04-19", (), [("mammography", "not-yet", "2026-04-20")]),
    ("2026-04-20", (), [("mammography", "due", "2026-04-20")]),
    ("2030-01-01", (), [("mammography", "due", "2026-04-20")]),
    ("2028-04-30", ("mammography 2026-05-01",), [("mammography", "not-yet", "2028-05-01")]),
    ("2028-05-01", ("mammography 2026-05-01",), [("mammography", "due", "2028-05-01")]),
    ("2026-04-20", ("mammography 2020-06-01",), [("mammography", "due", "2026-04-20")]),
    ("2026-04-20", ("mammography 2025-06-01",), [("mammography", "not-yet", "2027-06-01")]),
    ("2051-04-19", (), [("mammography", "due", "2026-04-20")]),
    ("2051-04-20", (), []),
    ("2050-05-01", ("mammography 2049-04-21",), []),
    ("2051-04-19", ("mammography 2049-04-19",), [("mammography", "due", "2051-04-19")]),
    ("2029-01-01", ("mammography 2026-05-01 abnormal",), []),
]


@pytest.mark.parametrize(("on", "exams", "expected"), BREAST)
def test_breast(on: str, exams: tuple[str, ...], expected: list) -> None:
    """Every two years from the last one, from 50 to the eve of 75, unless it was not normal."""
    found = of_item(plan(on, "1976-04-20", *exams), "breast")

    assert found[:1] == expected


# Born 15 January 2001: 25 on 15 January 2026, 30 on 15 January 2031, 66 on 15 January 2067.
CERVIX = [
    ("2026-01-14", (), [("cytology 1", "not-yet", "2026-01-15")]),
    ("2026-01-15", (), [("cytology 1", "due", "2026-01-15")]),
    ("2027-01-31", ("cytology 2026-02-01",), [("cytology 2", "not-yet", "2027-02-01")]),
    ("2027-02-01", ("cytology 2026-02-01",), [("cytology 2", "due", "2027-02-01")]),
    (
        "2028-06-01",
        ("cytology 2026-02-01", "cytology 2027-02-10"),
        [("cytology 3", "not-yet", "2030-02-10")],
    ),
    # The third would come at 30 or after: the HPV test takes its place on that day.
    (
        "2029-06-01",
        ("cytology 2027-02-01", "cytology 2028-02-10"),
        [("hpv-test", "not-yet", "2031-02-10")],
    ),
    ("2031-01-14", (), [("cytology 1", "due", "2026-01-15")]),
    ("2031-01-15", (), [("hpv-test", "due", "2031-01-15")]),
    ("2031-01-15", ("cytology 2030-06-01",), [("hpv-test", "not-yet", "2033-06-01")]),
    ("2033-06-01", ("cytology 2030-06-01",), [("hpv-test", "due", "2033-06-01")]),
    ("2036-02-28", ("hpv-test 2031-03-01",), [("hpv-test", "not-yet", "2036-03-01")]),
    ("2036-03-01", ("hpv-test 2031-03-01",), [("hpv-test", "due", "2036-03-01")]),
    ("2036-03-01", ("hpv-test 2031-03-01 abnormal",), []),
    ("2067-01-14", ("hpv-test 2060-03-01",), [("hpv-test", "due", "2065-03-01")]),
    ("2067-01-15", ("hpv-test 2060-03-01",), []),
    ("2064-01-15", ("hpv-test 2063-03-01",), []),
]


@pytest.mark.parametrize(("on", "exams", "expected"), CERVIX)
def test_cervix(on: str, exams: tuple[str, ...], expected: list) -> None:
    """Two smears a year apart, then three years, then an HPV test every five from 30 on."""
    found = of_item(plan(on, "2001-01-15", *exams), "cervix")

    assert found[:1] == expected


WEAK = [
    ("2026-01-15", (), [("cytology", "due", "2026-01-15")]),
    (
        "2028-06-01",
        ("cytology 2026-02-01", "cytology 2027-02-10"),
        [("cytology", "due", "2028-02-10")],
    ),
    ("2031-01-15", ("cytology 2030-06-01",), [("hpv-test", "not-yet", "2031-06-01")]),
    ("2034-02-28", ("hpv-test 2031-03-01",), [("hpv-test", "not-yet", "2034-03-01")]),
    ("2034-03-01", ("hpv-test 2031-03-01",), [("hpv-test", "due", "2034-03-01")]),
]


@pytest.mark.parametrize(("on", "exams", "expected"), WEAK)
@pytest.mark.parametrize("why", ["hiv", "transplant", "immunocompromised", "chemotherapy"])
def test_cervix_with_lowered_defences(
    on: str, exams: tuple[str, ...], expected: list, why: str
) -> None:
    """A smear every year, then an HPV test every three."""
    found = of_item(plan(on, "2001-01-15", *exams, situations=(why,)), "cervix")

    assert found[:1] == expected


def test_what_comes_after_is_told_as_if_done_today() -> None:
    """A year after the first smear, were it made on the day."""
    found = plan("2026-01-20", "2001-01-15")

    assert due(found)["cervix cytology 1"] == "2026-01-15"
    assert coming(found)["cervix cytology 2"] == "2027-01-20"


# Twelve weeks on 7 April 2026, fourteen on 21 April, term on 27 October.
PREGNANT = "2026-01-13"
POSTPONED = [
    ("2026-04-20", "due", "2026-01-15"),
    ("2026-04-21", "not-yet", "2026-10-27"),
    ("2026-10-26", "not-yet", "2026-10-27"),
]


@pytest.mark.parametrize(("on", "status", "since"), POSTPONED)
def test_cervix_waits_for_the_end_of_a_pregnancy(on: str, status: str, since: str) -> None:
    """From the second trimester on, and says why."""
    found = plan(on, "2001-01-15", pregnancies=(PREGNANT,))
    (asked,) = [one for one in found.recommendations if one.step == "cytology 1"]

    assert (asked.status.value, str(asked.due_on)) == (status, since)
    assert ("waits for the end of the pregnancy" in asked.reason.en) == (status == "not-yet")


# Born 5 November 1959: 50 on 5 November 2009, 75 on 5 November 2034.
BOWEL = [
    ("2009-11-04", (), [("fit", "not-yet", "2009-11-05")]),
    ("2009-11-05", (), [("fit", "due", "2009-11-05")]),
    ("2026-01-09", ("fit 2024-01-10",), [("fit", "not-yet", "2026-01-10")]),
    ("2026-01-10", ("fit 2024-01-10",), [("fit", "due", "2026-01-10")]),
    ("2028-02-14", ("colonoscopy 2023-02-15",), [("fit", "not-yet", "2028-02-15")]),
    ("2028-02-15", ("colonoscopy 2023-02-15",), [("fit", "due", "2028-02-15")]),
    ("2024-02-14", ("virtual-colonoscopy 2023-02-15",), [("fit", "not-yet", "2025-02-15")]),
    ("2025-02-15", ("virtual-colonoscopy 2023-02-15",), [("fit", "due", "2025-02-15")]),
    ("2024-02-14", ("colonoscopy-incomplete 2023-02-15",), [("fit", "due", "2009-11-05")]),
    ("2026-02-01", ("fit 2024-01-10 abnormal",), []),
    ("2026-02-01", ("colonoscopy 2024-01-09", "fit 2024-01-10 abnormal"), []),
    (
        "2026-02-01",
        ("fit 2024-01-10 abnormal", "colonoscopy 2024-02-01"),
        [("fit", "not-yet", "2029-02-01")],
    ),
    ("2036-02-01", ("fit 2024-01-10 abnormal", "colonoscopy 2024-02-01 abnormal"), []),
    ("2034-02-01", ("colonoscopy 2020-02-01 abnormal", "colonoscopy 2023-02-01"), []),
    ("2034-11-04", ("fit 2024-01-10",), [("fit", "due", "2026-01-10")]),
    ("2034-11-05", ("fit 2024-01-10",), []),
]


@pytest.mark.parametrize(("on", "exams", "expected"), BOWEL)
@pytest.mark.parametrize("sex", ["female", "male"])
def test_bowel(on: str, exams: tuple[str, ...], expected: list, sex: str) -> None:
    """Every two years from 50 to the eve of 75; a colonoscopy gives five years, a scan two."""
    found = of_item(plan(on, "1959-11-05", *exams, sex=sex), "colorectal")

    assert found[:1] == expected


LEFT = [
    ("breast", "breast-high-risk"),
    ("breast", "breast-follow-up"),
    ("cervix", "no-cervix"),
    ("cervix", "no-sexual-life"),
    ("cervix", "cervix-follow-up"),
    ("colorectal", "colorectal-high-risk"),
    ("colorectal", "colorectal-cancer-or-adenoma"),
    ("colorectal", "colorectal-family"),
    ("colorectal", "inflammatory-bowel-disease"),
    ("colorectal", "polyposis-or-lynch"),
    ("colorectal", "bowel-symptoms"),
]


@pytest.mark.parametrize(("item", "why"), LEFT)
def test_who_is_followed_otherwise_is_not_in_the_programme(item: str, why: str) -> None:
    """And reads what to do instead, until it no longer holds."""
    left = plan("2026-06-01", "1974-04-20", situations=(why,))
    over = plan("2026-06-01", "1974-04-20", situations=(f"{why} 2020-01-01 2026-05-31",))
    denied = plan("2026-06-01", "1974-04-20", situations=(f"no {why}",))

    assert of_item(left, item) == []
    assert silence(left, item)
    assert of_item(over, item)[0][1] == of_item(denied, item)[0][1] == "due"


ABNORMAL = [
    ("breast", "mammography", "breast-follow-up"),
    ("cervix", "hpv-test", "cervix-follow-up"),
    ("cervix", "cytology", "cervix-follow-up"),
    ("colorectal", "fit", "colorectal-follow-up"),
    ("colorectal", "virtual-colonoscopy", "colorectal-follow-up"),
    ("colorectal", "colonoscopy", "colorectal-follow-up"),
]


@pytest.mark.parametrize(("item", "code", "follow_up"), ABNORMAL)
def test_an_abnormal_result_leaves_the_programme(item: str, code: str, follow_up: str) -> None:
    """Follow your doctor; a normal one later changes nothing, the end of the follow-up does."""
    exams = (f"{code} 2022-03-01 abnormal", f"{code} 2022-09-01")
    left = plan("2026-06-01", "1974-04-20", *exams)
    still = plan("2026-06-01", "1974-04-20", *exams, situations=(f"no {follow_up} 2022-02-28",))
    back = plan("2026-06-01", "1974-04-20", *exams, situations=(f"no {follow_up} 2023-01-01",))

    assert of_item(left, item) == of_item(still, item) == []
    assert "follow what your doctor says" in silence(left, item)
    assert of_item(back, item)


def test_who_is_past_the_age_reads_that_and_not_of_an_old_result() -> None:
    """A programme that is over is over, whatever came of it."""
    on_the_eve = plan("2051-04-19", "1976-04-20", "mammography 2030-05-01 abnormal")
    after = plan("2051-04-20", "1976-04-20", "mammography 2030-05-01 abnormal")

    assert "follow what your doctor says" in silence(on_the_eve, "breast")
    assert silence(after, "breast") == "It is closed since 20 April 2051."


def test_the_last_examination_may_be_the_last() -> None:
    """When the next would come after the end, nothing more is planned."""
    found = plan("2050-05-01", "1976-04-20", "mammography 2049-04-21")

    assert "Nothing more is planned before the programme ends" in silence(found, "breast")


def test_a_result_that_is_not_known_is_told() -> None:
    """The rhythm goes on, with a word of caution."""
    found = plan("2026-06-01", "1974-04-20", "mammography 2025-06-01 unknown")
    (asked,) = [
        one
        for one in found.recommendations
        if one.item == "breast" and one.status is Status.NOT_YET
    ]

    assert str(asked.due_on) == "2027-06-01"
    assert any("not known here" in note.en for note in asked.notes)


def test_the_programmes_ask_again_six_and_twelve_months_later() -> None:
    """Breast and cervix do; who is done is not asked."""
    found = plan("2026-06-01", "1974-04-20")
    recalls = {
        one.item: [str(on) for on in one.recalls_on]
        for one in found.recommendations
        if one.status is Status.DUE and one.recalls_on
    }

    assert recalls == {
        "breast": ["2024-10-20", "2025-04-20"],
        "cervix": ["2004-10-20", "2005-04-20"],
    }


def test_men_are_not_asked_and_the_unknown_are() -> None:
    """A record that does not tell asks nobody to come: it says whom to ask."""
    man = plan("2026-06-01", "1974-04-20", sex="male")
    unknown = plan("2026-06-01", "1974-04-20", sex="unknown")

    assert silence(man, "breast") == silence(man, "cervix") == "This is for women."
    assert of_item(unknown, "breast")[0][1] == "unknown"
    assert of_item(unknown, "colorectal")[0][1] == "due"


def test_a_refusal_is_shown_and_ends() -> None:
    """One's own choice, or a professional's advice; neither is chased."""
    no = Refusal(fact_id="no", item="breast", since=day("2026-01-01"), until=day("2026-12-31"))
    against = Refusal(
        fact_id="against", item="colorectal", since=day("2026-01-01"), advised_against=True
    )
    found = plan("2026-06-01", "1974-04-20", refusals=(no, against))
    later = plan("2027-01-01", "1974-04-20", refusals=(no, against))

    statuses = {one.item: one.status for one in found.recommendations if one.item != "cervix"}
    assert statuses["breast"] is Status.REFUSED
    assert statuses["colorectal"] is Status.CONTRAINDICATED
    assert not any(one.is_chased for one in found.recommendations if one.item == "breast")
    assert "breast mammography" in due(later)


def test_a_doubt_about_the_last_year_is_told_in_that_year() -> None:
    """The age at which the last test is offered is not settled by our sources."""
    young = plan("2026-06-01", "1974-04-20")
    old = plan("2026-06-01", "1960-08-20")
    marks = [
        next(one.must_confirm for one in found.recommendations if one.item == "cervix")
        for found in (young, old)
    ]

    assert marks == [False, True]
