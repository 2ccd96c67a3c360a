"""Examinations that prevent, and what decides which are due."""

from datetime import UTC, datetime

import msgspec
import pytest

from backend.access.model import Confidentiality
from backend.kernel.errors import InvalidInput
from backend.kernel.values import DateBeforeBirth, DateInFuture, EndBeforeStart, ImpossibleDate
from backend.prevention.collection import COLLECTIONS
from sync.ports import Around, Policy

BY_NAME = {one.name: one for one in COLLECTIONS}
SCREENINGS, SITUATIONS = BY_NAME["screenings"], BY_NAME["situations"]
AROUND = Around(
    now=datetime(2026, 11, 22, 23, 30, tzinfo=UTC), beside=(b'{"birth_date":"1961-04-09"}',)
)
DRAFT = {"draft_of": "6f1c2b7e-58f0-4a53-9d2e-0c8a4f1b7d10", "draft_state": "draft"}
DONE = {"label": "Test", "exam": "fit", "status": "completed", "performed_on": "2024-01-10"}
RISK = {"label": "Diabète", "kind": "situation", "situation": "diabetes", "answer": "yes"}
PREGNANT = {"label": "Grossesse", "kind": "pregnancy", "last_period_on": "2026-05-01"}
HOME = {"label": "Guyane", "kind": "residence", "country": "GF", "started_on": "2019-05"}


def judge(collection, fields):
    """Check a body by itself and beside the profile, as a write does."""
    body = msgspec.convert(fields, collection.body)
    collection.check(body)
    collection.fits(body, AROUND)
    return body


@pytest.mark.parametrize(
    "fields",
    [
        DONE,
        {**DONE, "result": "abnormal", "performed_on": "2024"},
        {**DONE, "exam": "child-exam", "window": "4m-5m"},
        {**DONE, "status": "refused", "reason_not_done": "Pas maintenant"},
        {**DONE, "status": "not-done", "performed_on": None},
        {**DONE, "status": "planned", "performed_on": "2027-02-01"},
        {**DONE, "status": "planned", "performed_on": None},
        {**DONE, "performed_on": None, **DRAFT},
        {**DONE, "performed_on": "2026-11-23"},
        {**DONE, "status": "entered-in-error", "performed_on": "2090", "result": "normal"},
        {**DONE, "exam": "of-another-country"},
    ],
)
def test_a_sound_examination_is_taken(fields):
    """Done, planned or refused; a word that no calendar knows is kept all the same."""
    judge(SCREENINGS, fields)


@pytest.mark.parametrize(
    ("changed", "refusal", "pointer"),
    [
        ({"performed_on": "2026-02-30"}, ImpossibleDate, "/performed_on"),
        ({"performed_on": None}, InvalidInput, "/performed_on"),
        ({"status": "refused", "performed_on": None}, InvalidInput, "/performed_on"),
        ({"status": "refused", "result": "normal"}, InvalidInput, "/result"),
        ({"reason_not_done": "x"}, InvalidInput, "/status"),
        ({"performed_on": "2026-11-24"}, DateInFuture, "/performed_on"),
        ({"status": "refused", "performed_on": "2027"}, DateInFuture, "/performed_on"),
        ({"performed_on": "1961-04-08"}, DateBeforeBirth, "/performed_on"),
        ({"status": "planned", "performed_on": "1950"}, DateBeforeBirth, "/performed_on"),
    ],
)
def test_an_examination_that_contradicts_itself_is_refused(changed, refusal, pointer):
    """And one of a day on which it cannot have been."""
    with pytest.raises(InvalidInput) as caught:
        judge(SCREENINGS, {**DONE, **changed})

    assert (type(caught.value), caught.value.pointer) == (refusal, pointer)


@pytest.mark.parametrize(
    "fields",
    [
        RISK,
        {**RISK, "answer": "no", "started_on": "2020", "ended_on": "2031-01-01"},
        {**RISK, "answer": "unknown"},
        PREGNANT,
        {**PREGNANT, "last_period_on": None, "expected_on": "2027-02-01"},
        {**PREGNANT, "ended_on": "2026-11-20"},
        {**PREGNANT, "last_period_on": None, **DRAFT},
        HOME,
    ],
)
def test_a_sound_situation_is_taken(fields):
    """A risk that holds or not, a pregnancy by either of its dates, a place."""
    judge(SITUATIONS, fields)


@pytest.mark.parametrize(
    ("fields", "refusal", "pointer"),
    [
        ({**RISK, "answer": None}, InvalidInput, "/answer"),
        ({**RISK, "situation": None}, InvalidInput, "/situation"),
        ({**RISK, "country": "FR"}, InvalidInput, "/country"),
        ({**RISK, "expected_on": "2027-01-01"}, InvalidInput, "/expected_on"),
        ({**RISK, "started_on": "2021", "ended_on": "2020"}, EndBeforeStart, "/ended_on"),
        ({**RISK, "started_on": "2021-02-29"}, ImpossibleDate, "/started_on"),
        ({**RISK, "started_on": "2026-12"}, DateInFuture, "/started_on"),
        ({**RISK, "started_on": "1960"}, DateBeforeBirth, "/started_on"),
        ({**PREGNANT, "last_period_on": None}, InvalidInput, "/last_period_on"),
        ({**PREGNANT, "last_period_on": "2026-12-01"}, DateInFuture, "/last_period_on"),
        ({**PREGNANT, "last_period_on": "2026-05"}, InvalidInput, "/last_period_on"),
        ({**PREGNANT, "expected_on": "2027"}, InvalidInput, "/expected_on"),
        ({**PREGNANT, "ended_on": "2026-04-01"}, EndBeforeStart, "/ended_on"),
        ({**PREGNANT, "ended_on": "2027-04-01"}, DateInFuture, "/ended_on"),
        ({**PREGNANT, "answer": "yes"}, InvalidInput, "/answer"),
        ({**HOME, "country": None}, InvalidInput, "/country"),
        ({**HOME, "started_on": "2028"}, DateInFuture, "/started_on"),
    ],
)
def test_a_situation_that_contradicts_itself_is_refused(fields, refusal, pointer):
    """Each kind has its fields, and no day on which it cannot have begun."""
    with pytest.raises(InvalidInput) as caught:
        judge(SITUATIONS, fields)

    assert (type(caught.value), caught.value.pointer) == (refusal, pointer)


@pytest.mark.parametrize(
    ("collection", "fields"),
    [
        (SCREENINGS, {**DONE, "exam": "HPV test"}),
        (SCREENINGS, {**DONE, "status": "done"}),
        (SITUATIONS, {**HOME, "country": "France"}),
        (SITUATIONS, {**RISK, "situation": "Diabète"}),
        (SITUATIONS, {**PREGNANT, "expected_on": "soon"}),
    ],
)
def test_what_is_out_of_form_does_not_decode(collection, fields):
    """Words are lower-case and joined by hyphens; countries have two letters."""
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(fields, collection.body)


@pytest.mark.parametrize(
    ("collection", "fields", "flag"),
    [
        (SITUATIONS, {**RISK, "situation": "hiv", "answer": "no"}, Confidentiality.SEXUAL_HEALTH),
        (SITUATIONS, PREGNANT, Confidentiality.SEXUAL_HEALTH),
        (SITUATIONS, {**RISK, "situation": "drug-use"}, Confidentiality.ADDICTION),
        (SITUATIONS, {**RISK, "situation": "dementia"}, Confidentiality.MENTAL_HEALTH),
        (SCREENINGS, {**DONE, "exam": "hpv-test"}, Confidentiality.SEXUAL_HEALTH),
        (SITUATIONS, RISK, Confidentiality.NONE),
        (SITUATIONS, HOME, Confidentiality.NONE),
        (SCREENINGS, DONE, Confidentiality.NONE),
        (SCREENINGS, {**DONE, **DRAFT}, Confidentiality.DRAFT),
    ],
)
def test_what_is_sensitive_is_so_by_its_word(collection, fields, flag):
    """Whatever the answer: that somebody was asked says something too."""
    assert collection.flags(msgspec.convert(fields, collection.body)) == flag.value


def test_both_are_merged_under_their_own_category():
    """A caregiver's mandate can name them."""
    for collection, fields in ((SCREENINGS, DONE), (SITUATIONS, RISK)):
        assert collection.policy is Policy.MERGE
        assert collection.category(msgspec.convert(fields, collection.body)) == collection.name
