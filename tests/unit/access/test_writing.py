"""Who may write what."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from backend.access.model import Confidentiality, Emergency, Entry, Role, Terms, Viewer
from backend.access.rules.visibility import ACTS
from backend.access.rules.writing import Act, may_write
from backend.kernel.ids import PartyId

ME, SOMEBODY = PartyId(uuid4()), PartyId(uuid4())
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
MANDATE = Terms(granted=True, sections=("appointments",), actions=("read", "add"))
CONSENT = Terms(granted=True, profession="10")


def entry(collection: str, *, depositor: PartyId = SOMEBODY, is_draft: bool = False) -> Entry:
    return Entry(
        collection=collection,
        category=collection,
        depositor_id=depositor,
        orders=Confidentiality.DRAFT if is_draft else Confidentiality.NONE,
        deleted=False,
    )


def viewer(*, is_open: bool = True, role: Role = Role.HOLDER, terms: Terms | None = None) -> Viewer:
    return Viewer(party_id=ME, role=role, is_open=is_open, terms=terms or Terms())


@pytest.mark.parametrize("role", [Role.HOLDER, Role.REPRESENTATIVE])
@pytest.mark.parametrize("act", [Act.CHANGE, Act.DELETE])
def test_what_is_merged_is_everybodys_to_change(role: Role, act: Act) -> None:
    """A holder and a representative keep the same lists."""
    assert may_write(viewer(role=role), Act.ADD, "allergies", None, NOW)
    assert may_write(viewer(role=role), act, "allergies", entry("allergies"), NOW)


@pytest.mark.parametrize("act", [Act.CHANGE, Act.DELETE])
def test_what_is_signed_is_its_authors(act: Act) -> None:
    """A measure is corrected by who took it; a draft by whoever it is about."""
    assert may_write(viewer(), act, "measures", entry("measures", depositor=ME), NOW)
    assert not may_write(viewer(), act, "measures", entry("measures"), NOW)
    assert may_write(viewer(), act, "measures", entry("measures", is_draft=True), NOW)


@pytest.mark.parametrize("collection", ["documents", "measures"])
@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("brought_as", [None, *Role])
def test_the_holder_throws_away_what_was_brought_for_them(
    collection: str, role: Role, brought_as: Role | None
) -> None:
    """By who helps or represents them; nobody else, and nothing that a professional brought."""
    theirs, who = entry(collection), viewer(role=role)

    may = may_write(who, Act.DELETE, collection, theirs, NOW, brought_as=brought_as)
    may_change = may_write(who, Act.CHANGE, collection, theirs, NOW, brought_as=brought_as)

    assert may is (role is Role.HOLDER and brought_as in (Role.CAREGIVER, Role.REPRESENTATIVE))
    assert not may_change


def test_there_is_one_profile_and_it_stays() -> None:
    """Nobody adds a second one, and nobody takes the one away."""
    assert not may_write(viewer(), Act.ADD, "profile", None, NOW)
    assert not may_write(viewer(), Act.DELETE, "profile", entry("profile", depositor=ME), NOW)
    assert may_write(viewer(), Act.CHANGE, "profile", entry("profile"), NOW)


def test_a_document_comes_with_its_bytes() -> None:
    """No device makes a document record without an upload."""
    assert not may_write(viewer(), Act.ADD, "documents", None, NOW)


@pytest.mark.parametrize("act", list(Act))
def test_a_grant_that_is_over_writes_nothing(act: Act) -> None:
    """Not even to what one brought oneself."""
    assert not may_write(viewer(is_open=False), act, "notes", entry("notes", depositor=ME), NOW)


def test_a_caregiver_writes_what_the_mandate_says_and_no_more() -> None:
    """Sections and actions both bind, and both end with the mandate."""
    caregiver = viewer(role=Role.CAREGIVER, terms=MANDATE)
    over = Terms(
        granted=True, granted_until=NOW, sections=("appointments",), actions=("add", "change")
    )

    assert may_write(caregiver, Act.ADD, "appointments", None, NOW)
    assert not may_write(caregiver, Act.CHANGE, "appointments", entry("appointments"), NOW)
    assert not may_write(caregiver, Act.ADD, "allergies", None, NOW)
    late = viewer(role=Role.CAREGIVER, terms=over)
    assert may_write(late, Act.ADD, "appointments", None, NOW - timedelta(seconds=1))
    assert not may_write(late, Act.ADD, "appointments", None, NOW)


def test_a_professional_corrects_their_own_and_nobody_elses() -> None:
    """Under a consent they add; an emergency only reads; a block ends both."""
    doctor = viewer(role=Role.PROFESSIONAL, terms=CONSENT)
    emergency = Emergency(until=NOW + timedelta(hours=4), reads_masked=False)

    assert may_write(doctor, Act.ADD, "conditions", None, NOW)
    assert may_write(doctor, Act.CHANGE, "conditions", entry("conditions", depositor=ME), NOW)
    assert not may_write(doctor, Act.CHANGE, "conditions", entry("conditions"), NOW)
    assert not may_write(doctor, Act.ADD, "notes", None, NOW)
    rescuer = viewer(role=Role.PROFESSIONAL, terms=Terms(emergency=emergency))
    assert not may_write(rescuer, Act.ADD, "conditions", None, NOW)
    shut_out = viewer(role=Role.PROFESSIONAL, terms=Terms(granted=True, is_blocked=True))
    assert not may_write(shut_out, Act.ADD, "conditions", None, NOW)


@pytest.mark.parametrize("collection", sorted(ACTS))
def test_acts_of_rights_are_the_holders(collection: str) -> None:
    """Nobody decides for the person but the person, and who stands in their place."""
    everything = Terms(granted=True, sections=(collection,), actions=("read", "add", "change"))

    for role in (Role.CAREGIVER, Role.PROFESSIONAL):
        acting = viewer(role=role, terms=everything)
        assert not may_write(acting, Act.ADD, collection, None, NOW)
        assert not may_write(acting, Act.CHANGE, collection, entry(collection, depositor=ME), NOW)
    assert may_write(viewer(), Act.ADD, collection, None, NOW)


@pytest.mark.parametrize("role", [Role.HOLDER, Role.REPRESENTATIVE])
def test_a_person_uploads_documents_and_nothing_else(role: Role) -> None:
    """Files have a door of their own; lists are not files."""
    assert may_write(viewer(role=role), Act.UPLOAD, "documents", None, NOW)
    assert not may_write(viewer(role=role), Act.UPLOAD, "allergies", None, NOW)
    assert not may_write(viewer(role=role, is_open=False), Act.UPLOAD, "documents", None, NOW)


@pytest.mark.parametrize(
    ("sections", "actions", "until", "may"),
    [
        (("documents",), ("add",), None, True),
        (("documents",), ("read", "change"), None, False),
        (("appointments",), ("read", "add"), None, False),
        (("documents",), ("add",), NOW, False),
    ],
)
def test_a_caregiver_uploads_what_the_mandate_lets_them_add(
    sections: tuple[str, ...], actions: tuple[str, ...], until: datetime | None, may: bool
) -> None:
    """The section and the action, until the end, and not a moment longer."""
    terms = Terms(granted=True, sections=sections, actions=actions, granted_until=until)

    caregiver = viewer(role=Role.CAREGIVER, terms=terms)

    assert may_write(caregiver, Act.UPLOAD, "documents", None, NOW) is may
    assert not may_write(caregiver, Act.ADD, "documents", None, NOW)


def test_a_professional_deposits_and_never_uploads() -> None:
    """What a professional brings says who answers for it: a deposit does, an upload does not."""
    professional = viewer(role=Role.PROFESSIONAL, terms=CONSENT)

    assert not may_write(professional, Act.UPLOAD, "documents", None, NOW)
    assert may_write(professional, Act.ADD, "conditions", None, NOW)
