"""A reminder tells no more than the records that it follows from: to those who see them."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import msgspec
import pytest

from backend.access.model import Confidentiality, From, Scope, Terms
from backend.prevention.familiar import familiar
from backend.reminders.eyes import Eye, eyes_of, is_kept_from_representatives
from backend.reminders.facts import Reads, sources_of, told_by, told_of
from notifications.core.recommendation import Plan, Recommendation
from notifications.core.reminder import ReminderKind
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
    if not records.get("profile"):
        return None
    found: list[Recommendation] = [advice()]
    if records.get("conditions"):
        found.append(advice(item="pneumococcus", done_by=("x",)))
    return Plan(calendar="test", on=on, recommendations=tuple(found), silences=())


READS = Reads(
    time_zone="Europe/Paris",
    facts=frozenset({"conditions", "profile", "immunizations"}),
    recommend=advise,
    familiar=familiar,
)
PROFILE = record("profile", {"birth_date": "1948-04-09", "sex": "female", "address_text": "Mende"})
HOLDER = Viewer(viewer_id=uuid4(), party_id=uuid4(), role="holder")


def helper(*sections: str, **given: object) -> Viewer:
    """Let somebody help with some sections."""
    terms = Terms(granted=True, sections=sections, actions=("read",))
    values = {"viewer_id": uuid4(), "party_id": uuid4(), "role": "caregiver", **given}
    return Viewer(**values, grant=msgspec.json.encode(terms))


def eye_of(viewer: Viewer, *records: Record) -> Eye:
    """Return the eye of a caregiver."""
    own, helping = eyes_of([HOLDER, viewer], records, READS, NOW)
    assert own.records == records
    return helping


def advised(eye: Eye) -> list[str]:
    """Name what is advised by what somebody sees."""
    plan = told_of(eye.records, READS, NOW).plan
    return [] if plan is None else [one.item for one in plan.recommendations]


def test_an_ordinary_illness_outside_the_mandate_advises_nothing() -> None:
    """No flag, no mask: the mandate does not name it."""
    illness = record("conditions", {"label": "X"})

    assert advised(eye_of(helper("immunizations"), PROFILE, illness)) == ["flu"]
    assert advised(eye_of(helper("immunizations", "conditions"), PROFILE, illness)) == [
        "flu",
        "pneumococcus",
    ]


@pytest.mark.parametrize(
    "given",
    [
        {"flags": Confidentiality.SEXUAL_HEALTH.value},
        {"flags": Confidentiality.HIDDEN_FROM_REPRESENTATIVES.value},
        {"restrictions": b'[["person","00000000-0000-0000-0000-000000000009"]]'},
        {"restrictions": b'[["of a newer version",""]]'},
    ],
)
def test_what_is_kept_from_a_caregiver_advises_them_nothing(given: Mapping[str, object]) -> None:
    """By a section, an order, or a mask; whatever the mandate names."""
    viewer = helper("conditions", "immunizations", party_id=UUID(int=9))

    assert advised(eye_of(viewer, PROFILE, record("conditions", {}, **given))) == ["flu"]


def test_birth_date_and_sex_are_known_to_who_helps_and_no_more_of_a_profile() -> None:
    """Unless the person masks the profile: then nothing of it is."""
    masked = msgspec.structs.replace(
        PROFILE,
        restrictions=msgspec.json.encode([Scope(From.PERSON.value, str(UUID(int=9)))]),
    )

    (known,) = eye_of(helper("immunizations"), PROFILE).records
    (whole,) = eye_of(helper("immunizations", "profile"), PROFILE).records

    assert known.body == b'{"birth_date":"1948-04-09","sex":"female"}'
    assert whole == PROFILE
    assert eye_of(helper("immunizations", party_id=UUID(int=9)), masked).records == ()


def test_whose_mandate_is_not_in_force_is_reminded_of_nothing() -> None:
    """It begins later, or is over: not even a birth date is read for them."""
    later = helper("immunizations", opens_at=NOW + timedelta(hours=1))
    over = helper("immunizations", closes_at=NOW)

    assert eye_of(later, PROFILE).records == ()
    assert eye_of(over, PROFILE).records == ()


def test_a_child_has_the_eye_of_its_parents() -> None:
    """What is a secret from them advises nothing; of age, it does."""
    secret = record("conditions", {}, flags=Confidentiality.HIDDEN_FROM_REPRESENTATIVES.value)
    child = Viewer(viewer_id=uuid4(), party_id=None, role="holder")
    parent = Viewer(viewer_id=uuid4(), party_id=uuid4(), role="representative")

    (family,) = eyes_of([child, parent], (PROFILE, secret), READS, NOW)
    (adult,) = eyes_of([HOLDER, parent], (PROFILE, secret), READS, NOW)

    assert advised(family) == ["flu"]
    assert advised(adult) == ["flu", "pneumococcus"]


def test_what_follows_from_a_secret_is_as_secret() -> None:
    """Of an adult whom somebody represents; what follows from another illness as well is none."""
    secret = record("conditions", {}, flags=Confidentiality.HIDDEN_FROM_REPRESENTATIVES.value)
    known = record("conditions", {})

    def secrets(*records: Record) -> frozenset[str]:
        told = told_of(records, READS, NOW)
        return told_by(lambda one: is_kept_from_representatives(one, NOW), records, told, READS)

    assert secrets(PROFILE, secret) == {"pneumococcus#1"}
    assert secrets(PROFILE, secret, known) == frozenset()


def test_what_is_to_be_told_in_person_is_not_told_by_a_reminder() -> None:
    """Not before it was; afterwards it counts."""
    later = NOW + timedelta(days=3)
    pending = Confidentiality.ANNOUNCEMENT_PENDING.value
    illness = record("conditions", {"label": "X"}, flags=pending, due_at=later)

    reminder = record("reminders", {})
    before = READS.open_in([PROFILE, illness, reminder], NOW)
    after = READS.open_in([PROFILE, illness, reminder], later)

    assert before == (PROFILE,)
    assert after == (PROFILE, illness)


def test_caregivers_who_see_as_much_are_asked_for_once() -> None:
    """A calendar is slow to answer; and what no mandate shows is not asked for at all."""
    agenda = record("appointments", {})
    one, other = helper("immunizations"), helper("immunizations", "treatments")
    driver = helper("appointments")

    eyes = eyes_of([HOLDER, one, other, driver], (PROFILE, agenda), READS, NOW)
    by_party = {eye.party_id: eye for eye in eyes}

    assert by_party[one.party_id].sight == by_party[other.party_id].sight
    assert by_party[one.party_id].address != by_party[other.party_id].address
    assert by_party[one.party_id].gets(ReminderKind.VACCINE)
    assert not by_party[one.party_id].gets(ReminderKind.SCREENING)
    assert not by_party[driver.party_id].is_advised
    assert by_party[driver.party_id].gets(ReminderKind.OWN)


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

    source = sources_of([visit])[str(visit.record_id)]

    assert source.flags == Confidentiality.ADDICTION.value
    assert source.family_id == visit.record_id
    assert [one.title for one in told_of([visit], READS, NOW).appointments] == ["Suivi"]
