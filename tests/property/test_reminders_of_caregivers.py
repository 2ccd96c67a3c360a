"""What a caregiver is reminded of follows from what they may see, and from nothing else."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.access.collection import entry_of
from backend.access.model import SENSITIVE, From, Role, Scope, Terms, Viewer
from backend.access.rules.visibility import decide
from backend.calendars import reads_of
from backend.kernel.ids import PartyId
from backend.record import ALL
from backend.reminders.eyes import Eye, eyes_of
from backend.reminders.facts import told_of
from backend.settings import Settings
from notifications.core.reminder import Wanted
from notifications.customs import customs
from notifications.plan import wanted_of
from sync.core.audience import Viewer as SyncViewer
from sync.storage.port import Record

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
READS = reads_of(Settings(calendar="fr"))
ICD = "http://hl7.org/fhir/sid/icd-10"
HOLDER = SyncViewer(viewer_id=UUID(int=1), party_id=UUID(int=1), role="holder")
PARTIES = [UUID(int=2), UUID(int=3)]

BODIES: dict[str, list[dict[str, Any]]] = {
    "conditions": [
        {"label": code, "code": code, "code_system": ICD}
        for code in ("E11", "J44", "B20", "D73", "N18", "Z34")
    ],
    "situations": [
        {"label": "Grossesse", "kind": "pregnancy", "last_period_on": "2026-08-01"},
        {"label": "Guyane", "kind": "residence", "country": "GF"},
        {"label": "Asplénie", "kind": "situation", "situation": "asplenia", "answer": "yes"},
        {"label": "Soins", "kind": "situation", "situation": "health-worker", "answer": "yes"},
    ],
    "immunizations": [
        {"label": label, "status": status, "occurred_on": day}
        for label, day in (("Shingrix", "2026-10-01"), ("Repevax", "2021"), ("Priorix", "1999"))
        for status in ("completed", "entered-in-error")
    ],
    "screenings": [
        {"label": "HPV", "exam": "hpv-test", "status": "completed", "performed_on": "2024-02"},
        {"label": "FIT", "exam": "fit", "status": "refused", "performed_on": "2026-02-01"},
    ],
    "history": [{"label": "Geste", "kind": "procedure", "code": "D73", "code_system": ICD}],
    "appointments": [
        {
            "title": "Dentiste",
            "status": "booked",
            "starts_at": (NOW + timedelta(days=9)).isoformat(),
            "time_zone": "Europe/Paris",
        }
    ],
    "reminder_rules": [
        {
            "title": "Comprimé",
            "starts_at": (NOW + timedelta(days=1)).isoformat(),
            "time_zone": "Europe/Paris",
            "rrule": "FREQ=WEEKLY",
        }
    ],
}
SECTIONS = [*BODIES, "profile", *SENSITIVE]


@st.composite
def records(draw: st.DrawFn) -> Record:
    """Write something into a record, under any orders and masks."""
    name = draw(st.sampled_from(sorted(BODIES)))
    body = msgspec.convert(draw(st.sampled_from(BODIES[name])), ALL[name].body)
    scopes = st.builds(Scope, st.just(From.PERSON.value), st.sampled_from(PARTIES).map(str))
    masks = draw(st.lists(scopes, max_size=1))
    return Record(
        record_id=draw(st.uuids()),
        collection=name,
        rev=1,
        category="appointments" if name == "reminder_rules" else name,
        flags=draw(st.sampled_from([0, 0, 0, 2, 4, 8, 16, 32])),
        depositor_id=draw(st.sampled_from([HOLDER.viewer_id, *PARTIES])),
        author_id=HOLDER.viewer_id,
        deleted=False,
        body=msgspec.json.encode(body),
        restrictions=msgspec.json.encode(masks) if masks else b"",
        due_at=draw(st.sampled_from([None, NOW - timedelta(days=1), NOW + timedelta(days=1)])),
    )


@st.composite
def profiles(draw: st.DrawFn) -> Record:
    """Make somebody up, with an address that counts for much."""
    born = draw(st.sampled_from(["1948-04-09", "1975-04-09", "1994-04-09", "2021-04-09"]))
    fields = {"birth_date": born, "sex": draw(st.sampled_from(["female", "male", "unknown"]))}
    if draw(st.booleans()):
        fields |= {"birth_place_code": "97302", "address_text": "1 rue X, 97300 Cayenne"}
    return msgspec.structs.replace(
        draw(records()), collection="profile", category="profile", body=msgspec.json.encode(fields)
    )


lives = st.tuples(profiles(), st.lists(records(), max_size=8)).map(lambda of: (of[0], *of[1]))
helpers = st.builds(
    lambda party_id, sections, hidden, actions: SyncViewer(
        viewer_id=party_id,
        party_id=party_id,
        role="caregiver",
        grant=msgspec.json.encode(
            Terms(
                granted=True, sections=tuple(sections), hidden=tuple(hidden), actions=tuple(actions)
            )
        ),
    ),
    st.sampled_from(PARTIES),
    st.lists(st.sampled_from(SECTIONS), max_size=6, unique=True),
    st.lists(st.sampled_from(SECTIONS), max_size=1),
    st.sampled_from([("read",), ("read", "add", "change"), ("add",)]),
)


def eye_of(viewer: SyncViewer, life: tuple[Record, ...]) -> Eye:
    """Return what somebody's reminders follow from."""
    return eyes_of([HOLDER, viewer], READS.open_in(life, NOW), READS, NOW)[1]


def reminded(eye: Eye) -> tuple[Wanted, ...]:
    """Return what somebody is to be reminded of."""
    return wanted_of(told_of(eye.records, READS, NOW), customs(), NOW).wanted


def seen_by(viewer: SyncViewer, life: tuple[Record, ...]) -> tuple[Record, ...]:
    """Leave what the one function lets somebody see: asked of each record, by itself."""
    assert viewer.party_id is not None
    eye = Viewer(
        party_id=PartyId(viewer.party_id),
        role=Role.CAREGIVER,
        is_open=True,
        terms=msgspec.json.decode(viewer.grant, type=Terms),
    )
    return tuple(one for one in life if decide(eye, entry_of(one), NOW).allow)


def known_profile(life: tuple[Record, ...], viewer: SyncViewer) -> Record | None:
    """Return what anybody knows of a person whose profile nothing but the mandate hides."""
    profile = life[0]
    orders = profile.flags & ~2 & ~1
    is_masked = str(viewer.party_id).encode() in profile.restrictions
    terms = msgspec.json.decode(viewer.grant, type=Terms)
    if is_masked or "profile" in terms.hidden:
        return None
    reads = "read" in terms.actions or profile.depositor_id == viewer.party_id
    is_pending = orders & 4 and (profile.due_at is None or profile.due_at > NOW)
    in_hidden_section = any(
        name in terms.hidden and orders & flag for name, flag in SENSITIVE.items()
    )
    named = "profile" in terms.sections or any(
        name in terms.sections and orders & flag for name, flag in SENSITIVE.items()
    )
    if is_pending or orders & 8 or in_hidden_section or (reads and named):
        return None
    told = {k: v for k, v in msgspec.json.decode(profile.body).items() if k in TOLD}
    return msgspec.structs.replace(profile, body=msgspec.json.encode(told))


TOLD = ("birth_date", "sex")


@given(life=lives, viewer=helpers)
@settings(max_examples=300, deadline=None)
def test_reminders_are_those_of_a_record_without_what_is_hidden(
    life: tuple[Record, ...], viewer: SyncViewer
) -> None:
    """To the byte, whatever the mandate, the masks and the orders."""
    profile = known_profile(life, viewer)
    plain = (*(() if profile is None else (profile,)), *seen_by(viewer, life))

    ours = reminded(eye_of(viewer, life))
    without = wanted_of(told_of(plain, READS, NOW), customs(), NOW).wanted

    assert msgspec.json.encode(ours) == msgspec.json.encode(without)


@given(life=lives, more=st.lists(records(), max_size=4), viewer=helpers)
@settings(max_examples=300, deadline=None)
def test_what_somebody_does_not_see_changes_nothing_for_them(
    life: tuple[Record, ...], more: list[Record], viewer: SyncViewer
) -> None:
    """However much of it there is."""
    hidden = tuple(one for one in more if not seen_by(viewer, (one,)))

    assert reminded(eye_of(viewer, (*life, *hidden))) == reminded(eye_of(viewer, life))
