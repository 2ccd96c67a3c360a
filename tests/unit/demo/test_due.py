"""What the calendar says of the fictional family, whatever the day of the demonstration."""

from uuid import UUID

import msgspec
import pytest

from backend.calendars import open_calendar
from backend.demo.family import campaigns, family
from backend.identity.model import PatientIdentity, Reliability
from backend.identity.spaces.model import Patient
from backend.patients import profile_of
from backend.prevention.facts import recommender
from notifications.core.pack_decode import with_campaigns
from notifications.core.recommendation import Status
from sync.storage.port import Record
from tests.unit.demo.test_family import DAYS

_OPEN = {Status.DUE, Status.OVERDUE}


def record(collection, fields):
    """Return a record as a space holds it."""
    somebody = UUID(int=1)
    return Record(
        record_id=UUID(int=len(str(fields))),
        collection=collection,
        rev=1,
        category=collection,
        flags=0,
        depositor_id=somebody,
        author_id=somebody,
        deleted=False,
        body=msgspec.json.encode(fields),
        restrictions=b"",
        family_id=None,
        due_at=None,
    )


def due_to(person, today):
    """Return the items that are due to one of the family, by the calendar."""
    pack = with_campaigns(open_calendar("fr"), campaigns(today))
    records = {}
    for collection, fields in person.records:
        records.setdefault(collection, []).append(record(collection, fields))
    identity = PatientIdentity(traits=person.traits, ins=None, reliability=Reliability.PROVISIONAL)
    profile = profile_of(Patient(identity=identity, used_family_name=None, used_given_name=None))
    records["profile"] = [record("profile", msgspec.to_builtins(profile))]
    plan = recommender(pack)(records, today)
    assert plan.problems == ()
    return {one.item for one in plan.recommendations if one.status in _OPEN}


@pytest.mark.parametrize("today", DAYS)
def test_each_of_the_family_is_due_for_what_the_demonstration_promises(today):
    """The scenes of the README hold on any day on which somebody tries them."""
    due = {person.key: due_to(person, today) for person in family(today).persons}

    assert {"zoster", "influenza"} <= due["lucienne"]
    assert {"cervix", "bilan_prevention"} <= due["claire"]
    assert {"mmr", "menB", "menACWY_infant", "child_exams_20"} <= due["malo"]
