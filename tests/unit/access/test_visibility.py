"""Who may see what: the truth table of the one function that decides."""

from itertools import product
from uuid import uuid4

import pytest

from backend.access.collection import ViewerRights
from backend.access.model import Confidentiality, Entry, Reason, Role, Viewer
from backend.access.rules.visibility import decide
from backend.kernel.ids import PartyId
from sync.core.audience import Viewer as FeedViewer
from sync.storage.port import Record

ME, SOMEBODY = PartyId(uuid4()), PartyId(uuid4())
NONE = Confidentiality.NONE
PENDING = Confidentiality.ANNOUNCEMENT_PENDING
SECRET = Confidentiality.HIDDEN_FROM_REPRESENTATIVES
MASKED = Confidentiality.MASKED


def entry(
    orders: Confidentiality = NONE, *, depositor: PartyId = SOMEBODY, deleted: bool = False
) -> Entry:
    return Entry(
        collection="documents",
        category="11502-2",
        depositor_id=depositor,
        orders=orders,
        deleted=deleted,
    )


def viewer(role: Role = Role.HOLDER, *, is_open: bool = True) -> Viewer:
    return Viewer(party_id=ME, role=role, is_open=is_open)


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
    ],
)
def test_orders_decide_for_each_role(
    role: Role, orders: Confidentiality, *, allow: bool, reason: Reason
) -> None:
    """The orders of JDV_J08 mean for each role what the value set says."""
    decision = decide(viewer(role), entry(orders))

    assert (decision.allow, decision.reason) == (allow, reason)


def test_whoever_brought_it_sees_it() -> None:
    """A depositor is never shut out of what they brought, while their grant holds."""
    mine = entry(PENDING | SECRET, depositor=ME)

    assert decide(viewer(Role.REPRESENTATIVE), mine).reason is Reason.DEPOSITOR
    assert decide(viewer(is_open=False), mine).reason is Reason.GRANT_NOT_IN_FORCE


@pytest.mark.parametrize(("role", "depositor"), list(product(Role, (ME, SOMEBODY))))
def test_nobody_sees_what_is_deleted_or_with_a_grant_that_is_over(
    role: Role, depositor: PartyId
) -> None:
    """Neither role nor deposit opens what is gone."""
    deleted = decide(viewer(role), entry(depositor=depositor, deleted=True))
    over = decide(viewer(role, is_open=False), entry(depositor=depositor))

    assert (deleted.allow, deleted.reason) == (False, Reason.DELETED)
    assert (over.allow, over.reason) == (False, Reason.GRANT_NOT_IN_FORCE)


def test_more_orders_never_show_more() -> None:
    """Every order only takes away."""
    orders = [Confidentiality(bits) for bits in range(16)]

    for role, fewer, more in product(Role, orders, orders):
        if fewer & more == fewer and decide(viewer(role), entry(more)).allow:
            assert decide(viewer(role), entry(fewer)).allow


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

    audience = ViewerRights().audience(record, [stranger, holder], now=None)  # type: ignore[arg-type]

    assert audience == {holder.viewer_id}
