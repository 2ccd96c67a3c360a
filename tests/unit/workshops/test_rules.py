"""The rules of workshops and of accounts made with help, by example and for all inputs."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.identity.accounts.model import Account
from backend.identity.rules.assistance import (
    confirm_by,
    is_alone,
    is_overdue,
    is_provisional,
    may_recover_by,
)
from backend.workshops.errors import WorkshopFull, WorkshopTooFast
from backend.workshops.limits import (
    ACTS_PER_HOUR_MAX,
    ACTS_PER_WORKSHOP_MAX,
    TICKET_HELD,
    TICKET_LIFE,
)
from backend.workshops.model import Ticket, TicketState, Workshop, WorkshopState
from backend.workshops.rules import is_good, refuse_one_more, state_of, ticket_state

START = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def workshop(**changes: object) -> Workshop:
    """Make a workshop that was started at its beginning."""
    made = Workshop(
        workshop_id=uuid4(),
        organization_hash=b"",
        place="Médiathèque",
        starts_at=START,
        ends_at=START + timedelta(hours=4),
        declared_at=START - timedelta(days=1),
        opened_at=START,
    )
    return msgspec.structs.replace(made, **changes)


def ticket(opened_at: datetime, **changes: object) -> Ticket:
    """Make a ticket that waits."""
    made = Ticket(
        workshop_id=uuid4(),
        ticket_id=uuid4(),
        agent_id=uuid4(),
        act="activation",
        opened_at=opened_at,
        expires_at=opened_at + TICKET_LIFE,
        held_until=opened_at + TICKET_LIFE,
    )
    return msgspec.structs.replace(made, **changes)


@pytest.mark.parametrize(
    ("minutes", "changes", "state"),
    [
        (-1, {}, WorkshopState.DECLARED),
        (0, {}, WorkshopState.OPEN),
        (0, {"opened_at": None}, WorkshopState.DECLARED),
        (239, {}, WorkshopState.OPEN),
        (240, {}, WorkshopState.OVER),
        (10, {"closed_at": START}, WorkshopState.OVER),
    ],
)
def test_a_workshop_is_open_inside_its_window_once_started(
    minutes: int, changes: dict, state: WorkshopState
) -> None:
    """By the server's clock, and until it is closed."""
    assert state_of(workshop(**changes), START + minutes * MINUTE) is state


def test_a_ticket_is_good_while_it_waits_in_an_open_workshop() -> None:
    """Held, it still counts as waiting, but nobody may begin anything with it."""
    of = ticket(START)
    held = msgspec.structs.replace(of, held_until=of.expires_at + TICKET_HELD)
    late = of.expires_at + MINUTE

    assert is_good(of, workshop(), START)
    assert not is_good(of, workshop(closed_at=START), START)
    assert not is_good(msgspec.structs.replace(of, done_at=START), workshop(), START)
    assert not is_good(held, workshop(), late)
    assert ticket_state(of, late) is TicketState.EXPIRED
    assert ticket_state(held, late) is TicketState.WAITING


@given(
    gaps=st.lists(st.integers(0, 9), min_size=40, max_size=150),
    ends=st.lists(st.sampled_from([None, 0, 1, 5, 24]), min_size=150, max_size=150),
)
def test_however_tickets_end_the_limits_hold(gaps: list[int], ends: list[int | None]) -> None:
    """Never more than thirty in a workshop, nor more than twelve in any hour."""
    now, tickets = START, []
    for gap, end in zip(gaps, ends, strict=False):
        now += gap * MINUTE
        seen = [
            one
            if one.done_at is None or one.done_at <= now
            else msgspec.structs.replace(one, done_at=None)
            for one in tickets
        ]
        try:
            refuse_one_more(seen, now)
        except (WorkshopFull, WorkshopTooFast):
            continue
        done_at = None if end is None else now + end * MINUTE
        tickets.append(ticket(now, done_at=done_at, held_until=now + TICKET_LIFE + TICKET_HELD))

    done = sorted(one.done_at for one in tickets if one.done_at is not None)
    assert len(done) <= ACTS_PER_WORKSHOP_MAX
    for instant in done:
        in_the_hour = [at for at in done if instant - timedelta(hours=1) < at <= instant]
        assert len(in_the_hour) <= ACTS_PER_HOUR_MAX


def test_thirty_people_fill_a_workshop() -> None:
    """The thirty-first is refused, however long ago the others were."""
    done = [ticket(START, done_at=START) for _ in range(ACTS_PER_WORKSHOP_MAX)]

    with pytest.raises(WorkshopFull):
        refuse_one_more(done, START + timedelta(hours=3))
    refuse_one_more(done[1:], START + timedelta(hours=3))


def account(**changes: object) -> Account:
    """Make an account."""
    made = Account(
        account_id=uuid4(),  # type: ignore[arg-type]
        login_hash=b"",
        password_hash="",
        sealed_contacts=b"",
        created_at=START,
    )
    return msgspec.structs.replace(made, **changes)


ASSISTED = {"assisted_at": START, "assisted_until": START + timedelta(hours=4)}


def test_an_account_made_with_help_waits_seven_days_for_its_owner() -> None:
    """Then it is overdue; confirmed, or made without help, it never is."""
    helped, week = account(**ASSISTED), timedelta(days=7)
    confirmed = account(**ASSISTED, confirmed_at=START + timedelta(days=1))

    assert is_provisional(helped)
    assert confirm_by(helped) == START + week
    assert not is_overdue(helped, START + week - MINUTE)
    assert is_overdue(helped, START + week)
    for other in (confirmed, account()):
        assert not is_provisional(other)
        assert not is_overdue(other, START + 52 * week)


@pytest.mark.parametrize(
    ("hours", "is_shared", "alone"), [(3, False, False), (4, False, True), (30, True, False)]
)
def test_alone_is_after_the_workshop_and_not_on_a_shared_computer(
    hours: int, is_shared: bool, alone: bool
) -> None:
    """Both count: an agent may look over a shoulder, and a computer may remember."""
    began_at = START + timedelta(hours=hours)

    assert is_alone(account(**ASSISTED), session_began_at=began_at, is_shared=is_shared) is alone


def test_a_new_contact_recovers_nothing_for_three_days() -> None:
    """Whether it was changed, or given at a workshop."""
    late, soon = START + timedelta(hours=72), START + timedelta(hours=72) - MINUTE

    assert may_recover_by(None, account(), START)
    for changed_at, of in ((START, account()), (None, account(**ASSISTED))):
        assert not may_recover_by(changed_at, of, soon)
        assert may_recover_by(changed_at, of, late)
