"""A reminder tells no more than the records that it follows from: to those who see them."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import msgspec

from backend.access.model import Confidentiality, From, Scope, Terms
from backend.reminders.facts import Reads, known_of
from backend.reminders.secrecy import kept_from
from notifications.core.recommendation import Plan, Recommendation
from sync.core.audience import Viewer
from sync.storage.port import Record
from tests.unit.notifications.planning import advice

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)


def record(collection: str, fields: Mapping[str, object], **given: object) -> Record:
    """Make a record that stands."""
    values = {
        "record_id": uuid4(),
        "collection": collection,
        "rev": 1,
        "category": collection,
        "flags": 0,
        "depositor_id": UUID(int=1),
        "author_id": UUID(int=1),
        "deleted": False,
        "body": msgspec.json.encode(fields),
    }
    return Record(**{**values, **given})


def advise(records: Mapping[str, Sequence[Record]], on: date) -> Plan | None:
    """Advise everybody against influenza, and whoever has an illness against one thing more."""
    found: list[Recommendation] = [advice()]
    if records.get("conditions"):
        found.append(advice(item="pneumococcus", done_by=("x",)))
    return Plan(calendar="test", on=on, recommendations=tuple(found), silences=())


READS = Reads(
    time_zone="Europe/Paris", facts=frozenset({"conditions", "profile"}), recommend=advise
)


def test_what_follows_from_a_secret_is_as_secret() -> None:
    """The vaccine that an illness calls for tells of the illness; the other one does not."""
    secret = Confidentiality.SEXUAL_HEALTH | Confidentiality.HIDDEN_FROM_REPRESENTATIVES
    illness = record("conditions", {"label": "X"}, flags=secret.value)

    known = known_of([illness], READS, NOW)

    assert known.flags == {"pneumococcus#1": secret.value}


def test_what_follows_from_others_as_well_is_none() -> None:
    """Two illnesses of which one is no secret."""
    open_one = record("conditions", {"label": "Y"})
    secret = record("conditions", {"label": "X"}, flags=Confidentiality.MENTAL_HEALTH.value)

    assert known_of([open_one, secret], READS, NOW).flags == {}


def test_what_is_to_be_told_in_person_is_not_told_by_a_reminder() -> None:
    """Not before it was; afterwards it counts."""
    later = NOW + timedelta(days=3)
    pending = Confidentiality.ANNOUNCEMENT_PENDING.value
    illness = record("conditions", {"label": "X"}, flags=pending, due_at=later)

    before = known_of([illness], READS, NOW).told.plan
    after = known_of([illness], READS, later).told.plan

    assert before is not None
    assert after is not None
    assert [one.item for one in before.recommendations] == ["flu"]
    assert [one.item for one in after.recommendations] == ["flu", "pneumococcus"]


def test_a_reminder_is_kept_from_others_as_what_it_is_about() -> None:
    """An appointment gives its family and its sections; a draft of one gives nothing of that."""
    starts_at = (NOW + timedelta(days=9)).isoformat()
    fields = {
        "title": "Suivi",
        "status": "booked",
        "starts_at": starts_at,
        "time_zone": "Europe/Paris",
    }
    flags = Confidentiality.ADDICTION | Confidentiality.DRAFT
    visit = record("appointments", fields, flags=flags.value)
    subject = str(visit.record_id)

    known = known_of([visit], READS, NOW)

    assert known.flags[subject] == Confidentiality.ADDICTION.value
    assert known.families[subject] == visit.record_id
    assert [one.title for one in known.told.appointments] == ["Suivi"]


def test_two_secrets_that_call_for_the_same_are_kept_from_who_may_know_neither() -> None:
    """Without either one the other calls for it still: no flag alone says so."""
    secrets = [
        record("conditions", {"label": "X"}, flags=Confidentiality.SEXUAL_HEALTH.value),
        record("conditions", {"label": "Y"}, flags=Confidentiality.ADDICTION.value),
    ]
    said = known_of(secrets, READS, NOW).said
    knows_one, knows_none = helper("sexual-health"), helper()

    kept = kept_from(said, [knows_one, knows_none])

    assert kept["flu#1"] == frozenset()
    assert kept["pneumococcus#1"] == {Scope(From.PERSON.value, str(knows_none.party_id))}


def helper(*sections: str) -> Viewer:
    """Let somebody help with vaccines, and with some sections that are sensitive."""
    terms = Terms(granted=True, sections=("immunizations", *sections), actions=("read",))
    return Viewer(
        viewer_id=uuid4(), party_id=uuid4(), role="caregiver", grant=msgspec.json.encode(terms)
    )
