"""Who may see what: the truth table of the one function that decides."""

from datetime import UTC, datetime, timedelta
from itertools import product
from uuid import uuid4

import msgspec
import pytest

from backend.access.collection import ViewerRights
from backend.access.matrices.in_force import MatrixInForce
from backend.access.model import (
    Confidentiality,
    Emergency,
    Entry,
    Reason,
    Role,
    Scope,
    Terms,
    Viewer,
)
from backend.access.rules.visibility import decide
from backend.kernel.ids import PartyId
from sync.core.audience import Viewer as FeedViewer
from sync.storage.port import Record

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
SOON, BEFORE = NOW + timedelta(hours=1), NOW - timedelta(hours=1)
ME, SOMEBODY = PartyId(uuid4()), PartyId(uuid4())
NONE = Confidentiality.NONE
PENDING = Confidentiality.ANNOUNCEMENT_PENDING
SECRET = Confidentiality.HIDDEN_FROM_REPRESENTATIVES
MASKED = Confidentiality.MASKED
MENTAL = Confidentiality.MENTAL_HEALTH

CONSENT = Terms(granted=True, profession="70")
MANDATE = Terms(granted=True, sections=("documents",), actions=("read",))
READABLE = frozenset({"11502-2"})


def entry(
    orders: Confidentiality = NONE,
    *,
    depositor: PartyId = SOMEBODY,
    deleted: bool = False,
    hidden_from: tuple[Scope, ...] = (),
    collection: str = "documents",
    announced_at: datetime | None = None,
) -> Entry:
    return Entry(
        collection=collection,
        category="11502-2" if collection == "documents" else collection,
        depositor_id=depositor,
        orders=orders,
        deleted=deleted,
        hidden_from=hidden_from,
        announced_at=announced_at,
    )


def viewer(role: Role = Role.HOLDER, *, is_open: bool = True, terms: Terms | None = None) -> Viewer:
    standard = {Role.CAREGIVER: MANDATE, Role.PROFESSIONAL: CONSENT}.get(role, Terms())
    return Viewer(
        party_id=ME, role=role, is_open=is_open, terms=terms or standard, readable=READABLE
    )


@pytest.mark.parametrize(
    ("role", "orders", "allow", "reason"),
    [
        (Role.HOLDER, NONE, True, Reason.HOLDER),
        (Role.HOLDER, MASKED, True, Reason.HOLDER),
        (Role.HOLDER, SECRET, True, Reason.HOLDER),
        (Role.HOLDER, PENDING, False, Reason.ANNOUNCEMENT_PENDING),
        (Role.REPRESENTATIVE, NONE, True, Reason.REPRESENTATIVE),
        (Role.REPRESENTATIVE, MASKED, True, Reason.REPRESENTATIVE),
        (Role.REPRESENTATIVE, SECRET, False, Reason.HIDDEN_FROM_REPRESENTATIVES),
        (Role.REPRESENTATIVE, PENDING, False, Reason.ANNOUNCEMENT_PENDING),
        (Role.REPRESENTATIVE, PENDING | SECRET, False, Reason.ANNOUNCEMENT_PENDING),
        (Role.CAREGIVER, NONE, True, Reason.MANDATE),
        (Role.CAREGIVER, MASKED, True, Reason.MANDATE),
        (Role.CAREGIVER, SECRET, False, Reason.HIDDEN_FROM_REPRESENTATIVES),
        (Role.CAREGIVER, PENDING, False, Reason.ANNOUNCEMENT_PENDING),
        (Role.CAREGIVER, MENTAL, False, Reason.SENSITIVE),
        (Role.PROFESSIONAL, NONE, True, Reason.MATRIX_ALLOWS),
        (Role.PROFESSIONAL, MASKED, False, Reason.MASKED),
        (Role.PROFESSIONAL, SECRET, True, Reason.MATRIX_ALLOWS),
        (Role.PROFESSIONAL, PENDING, True, Reason.MATRIX_ALLOWS),
        (Role.PROFESSIONAL, MENTAL, True, Reason.MATRIX_ALLOWS),
    ],
)
def test_orders_decide_for_each_role(
    role: Role, orders: Confidentiality, *, allow: bool, reason: Reason
) -> None:
    """The orders of JDV_J08 mean for each role what the value set says."""
    decision = decide(viewer(role), entry(orders), NOW)

    assert (decision.allow, decision.reason) == (allow, reason)


def test_whoever_brought_it_sees_it() -> None:
    """A depositor is never shut out of what they brought, while their grant holds."""
    mine = entry(PENDING | SECRET, depositor=ME)

    assert decide(viewer(Role.REPRESENTATIVE), mine, NOW).reason is Reason.DEPOSITOR
    assert decide(viewer(is_open=False), mine, NOW).reason is Reason.GRANT_NOT_IN_FORCE


@pytest.mark.parametrize(("role", "depositor"), list(product(Role, (ME, SOMEBODY))))
def test_nobody_sees_what_is_deleted_or_with_a_grant_that_is_over(
    role: Role, depositor: PartyId
) -> None:
    """Neither role nor deposit opens what is gone."""
    deleted = decide(viewer(role), entry(depositor=depositor, deleted=True), NOW)
    over = decide(viewer(role, is_open=False), entry(depositor=depositor), NOW)

    assert (deleted.allow, deleted.reason) == (False, Reason.DELETED)
    assert (over.allow, over.reason) == (False, Reason.GRANT_NOT_IN_FORCE)


def test_more_orders_never_show_more() -> None:
    """Every order only takes away."""
    orders = [Confidentiality(bits) for bits in range(32)]

    for role, fewer, more in product(Role, orders, orders):
        if fewer & more == fewer and decide(viewer(role), entry(more), NOW).allow:
            assert decide(viewer(role), entry(fewer), NOW).allow


@pytest.mark.parametrize(
    ("scope", "hidden"),
    [
        (Scope("professionals"), True),
        (Scope("profession", "70"), True),
        (Scope("profession", "10"), False),
        (Scope("person", str(ME)), True),
        (Scope("person", str(SOMEBODY)), False),
        (Scope("a-kind-of-tomorrow"), True),
    ],
)
def test_a_mask_hides_from_whom_it_names(scope: Scope, *, hidden: bool) -> None:
    """All professionals, one profession or one person; an unknown kind names everybody."""
    decision = decide(viewer(Role.PROFESSIONAL), entry(hidden_from=(scope,)), NOW)

    assert decision.allow is not hidden
    assert decide(viewer(), entry(hidden_from=(scope,)), NOW).allow


def test_an_attending_doctor_sees_masked_entries_while_attending() -> None:
    """The person is told so when masking; it ends with the role."""
    masked = entry(MASKED)
    attending = Terms(granted=True, profession="10", sees_masked=True, sees_masked_until=SOON)

    assert decide(viewer(Role.PROFESSIONAL, terms=attending), masked, NOW).allow
    assert not decide(viewer(Role.PROFESSIONAL, terms=attending), masked, SOON).allow


def test_an_emergency_reads_all_but_what_is_masked_or_private() -> None:
    """Without consent and for a while; masked entries only where the person's switch says so."""
    careful = Terms(emergency=Emergency(until=SOON, reads_masked=False))
    open_ = Terms(emergency=Emergency(until=SOON, reads_masked=True))
    rescuer = viewer(Role.PROFESSIONAL, terms=careful)

    assert decide(rescuer, entry(), NOW).reason is Reason.EMERGENCY
    assert decide(rescuer, entry(), SOON).reason is Reason.GRANT_NOT_IN_FORCE
    assert decide(rescuer, entry(MASKED), NOW).reason is Reason.MASKED
    assert decide(viewer(Role.PROFESSIONAL, terms=open_), entry(MASKED), NOW).allow
    assert decide(rescuer, entry(collection="notes"), NOW).reason is Reason.PRIVATE
    assert decide(rescuer, entry(collection="mandates"), NOW).reason is Reason.PRIVATE


def test_a_pending_announcement_ends_at_its_instant() -> None:
    """What a professional set to be told in person comes into sight by the clock."""
    pending = entry(PENDING, announced_at=SOON)

    assert not decide(viewer(), pending, NOW).allow
    assert decide(viewer(), pending, SOON).allow


def test_a_consent_for_sections_opens_these_and_the_matrix_still_rules() -> None:
    """Both must say yes."""
    documents = Terms(granted=True, sections=("documents",))
    allergies = Terms(granted=True, sections=("allergies",))
    doctor = viewer(Role.PROFESSIONAL, terms=documents)

    assert decide(doctor, entry(), NOW).allow
    assert decide(viewer(Role.PROFESSIONAL, terms=allergies), entry(), NOW).reason is (
        Reason.OUTSIDE_CONSENT
    )
    unread = Viewer(party_id=ME, role=Role.PROFESSIONAL, is_open=True, terms=CONSENT)
    assert decide(unread, entry(), NOW).reason is Reason.MATRIX_DENIES


def test_a_grant_is_from_an_instant_to_another() -> None:
    """The first is included, the last is not."""
    for role in (Role.CAREGIVER, Role.PROFESSIONAL):
        terms = Terms(
            granted=True,
            granted_from=NOW,
            granted_until=SOON,
            sections=("documents",),
            actions=("read",),
        )
        eye = viewer(role, terms=terms)

        assert not decide(eye, entry(), BEFORE).allow
        assert decide(eye, entry(), NOW).allow
        assert not decide(eye, entry(), SOON).allow


def test_a_role_that_this_code_does_not_know_sees_nothing() -> None:
    """Unknown equals forbidden."""
    record = Record(
        record_id=uuid4(),
        collection="notes",
        rev=1,
        category="notes",
        flags=0,
        depositor_id=SOMEBODY,
        author_id=SOMEBODY,
        deleted=False,
        body=b"{}",
    )
    stranger = FeedViewer(viewer_id=uuid4(), party_id=ME, role="astrologer")
    holder = FeedViewer(viewer_id=uuid4(), party_id=ME, role="holder")

    audience = ViewerRights(MatrixInForce()).audience(record, [stranger, holder], NOW)

    assert audience == {holder.viewer_id}


def test_what_the_matrix_does_not_say_denies_and_is_counted() -> None:
    """By profession, and only for professions that are known."""
    counted: list[tuple[str, int]] = []
    matrix = MatrixInForce(lambda profession, denials: counted.append((profession, denials)))
    rights = ViewerRights(matrix)
    of_types = [_document("11488-4"), _document("18748-4"), _document("ATTEST-RESID")]

    for profession in ("70", "10", "a-profession-of-tomorrow"):
        terms = msgspec.json.encode(Terms(granted=True, profession=profession))
        eye = FeedViewer(viewer_id=uuid4(), party_id=ME, role="professional", grant=terms)
        rights.visible_to(eye, of_types, NOW)

    assert counted == [("70", 3)]


def _document(type_code: str) -> Record:
    return Record(
        record_id=uuid4(),
        collection="documents",
        rev=1,
        category=type_code,
        flags=0,
        depositor_id=SOMEBODY,
        author_id=SOMEBODY,
        deleted=False,
        body=None,
    )


@pytest.mark.parametrize(
    ("terms", "orders", "hidden_from", "reason"),
    [
        (("documents", "read"), NONE, (), Reason.MANDATE),
        (("documents", "add"), NONE, (), Reason.MANDATE),
        (("documents", "change"), NONE, (), Reason.OUTSIDE_MANDATE),
        (("allergies", "read"), NONE, (), Reason.OUTSIDE_MANDATE),
        (("documents", "read"), MENTAL, (), Reason.SENSITIVE),
        (("documents", "read"), PENDING, (), Reason.ANNOUNCEMENT_PENDING),
        (("documents", "add"), NONE, (Scope("person", str(ME)),), Reason.MASKED),
    ],
)
def test_a_caregiver_keeps_what_they_added_while_that_part_is_left_to_them(
    terms: tuple[str, str], orders: Confidentiality, hidden_from: tuple[Scope, ...], reason: Reason
) -> None:
    """They brought it for the person: what the person narrows or masks is theirs no more."""
    section, action = terms
    mandate = Terms(granted=True, sections=(section,), actions=(action,))
    mine = entry(orders, depositor=ME, hidden_from=hidden_from)

    decision = decide(viewer(Role.CAREGIVER, terms=mandate), mine, NOW)

    assert (decision.allow, decision.reason) == (reason is Reason.MANDATE, reason)
