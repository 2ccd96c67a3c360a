"""What preferences may say, and what a reader of a message takes back."""

import itertools
from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.kernel.values import UnknownTimeZone
from backend.preferences.errors import AddressUnprintable, ChannelUnreachable
from backend.preferences.model import CHANNELS, KINDS, Preferences
from backend.preferences.rules import after_choice, channels_in_order, checked, send_at
from notifications.core.reminder import ReminderKind
from notifications.ports import ChannelName, Notice

PUSH, SMS, EMAIL, LETTER = CHANNELS
DEFAULTS = Preferences(time_zone="Europe/Paris", language="fr")
ADDRESS = ("Mme Léa MARTIN", "63200 RIOM")
SOME_KINDS = st.lists(st.sampled_from(KINDS), max_size=8).map(tuple)


def chosen(*channels: ChannelName, address: tuple[str, ...] = ()) -> Preferences:
    """Make the preferences of somebody who chose their ways."""
    return Preferences(
        time_zone="Europe/Paris",
        language="fr",
        channels=channels,
        postal_address=address,
        chose_channels=True,
    )


@pytest.mark.parametrize(
    ("preferences", "reachable", "order"),
    [
        (DEFAULTS, {PUSH, SMS, EMAIL, LETTER}, [PUSH, SMS, EMAIL]),
        (DEFAULTS, {SMS, EMAIL}, [SMS, EMAIL]),
        (DEFAULTS, {EMAIL, LETTER}, [EMAIL]),
        (DEFAULTS, {LETTER}, [LETTER]),
        (DEFAULTS, set(), []),
        (
            chosen(EMAIL, LETTER, SMS, address=ADDRESS),
            {PUSH, SMS, EMAIL, LETTER},
            [EMAIL, LETTER, SMS],
        ),
        (chosen(SMS), {PUSH, EMAIL}, []),
    ],
)
def test_ways_are_tried_as_chosen_and_a_letter_is_the_last_resort(
    preferences: Preferences, reachable: set[ChannelName], order: list[ChannelName]
) -> None:
    """Unless somebody asked for letters, they are for who is reached by nothing else."""
    assert channels_in_order(preferences, reachable) == order


def test_what_is_kept_has_each_kind_and_channel_once() -> None:
    """In an order of its own, for kinds; in the person's, for channels."""
    given_twice = Preferences(
        time_zone="Europe/Paris",
        language="fr",
        kinds=(ReminderKind.OWN, ReminderKind.VACCINE, ReminderKind.OWN),
        channels=(SMS, PUSH, SMS),
        postal_address=("  Mme  Léa MARTIN ", "63200 RIOM"),
    )

    kept = checked(given_twice)

    assert kept.kinds == (ReminderKind.VACCINE, ReminderKind.OWN)
    assert kept.channels == (SMS, PUSH)
    assert kept.postal_address == ADDRESS
    assert checked(kept) == kept


@pytest.mark.parametrize(
    ("preferences", "refusal"),
    [
        (Preferences(time_zone="Europe/Atlantis", language="fr"), UnknownTimeZone),
        (Preferences(time_zone="", language="fr"), UnknownTimeZone),
        (chosen(LETTER), ChannelUnreachable),
        (chosen(SMS, address=("Léa",)), AddressUnprintable),
        (chosen(SMS, address=("Léa", "")), AddressUnprintable),
        (chosen(SMS, address=("Léa", "a\x00b")), AddressUnprintable),
        (chosen(SMS, address=("Léa", "x" * 39)), AddressUnprintable),
        (chosen(SMS, address=("Léa",) * 7), AddressUnprintable),
    ],
)
def test_what_cannot_be_is_refused(preferences: Preferences, refusal: type[Exception]) -> None:
    """A zone that is not, a letter to nowhere, an address that no envelope bears."""
    with pytest.raises(refusal):
        checked(preferences)


@given(kinds=SOME_KINDS, kind=st.sampled_from(KINDS))
def test_a_reader_takes_back_what_they_said(
    kinds: tuple[ReminderKind, ...], kind: ReminderKind
) -> None:
    """Off is off however often it is said; back again brings this kind, and no other."""
    before = checked(Preferences(time_zone="Europe/Paris", language="fr", kinds=kinds))

    off = after_choice(before, kind, "kind")
    none = after_choice(before, kind, "all")
    back = after_choice(off, kind, "back")

    assert set(off.kinds) == set(before.kinds) - {kind}
    assert none.kinds == ()
    assert set(back.kinds) == set(before.kinds) | {kind}
    for scope, standing in itertools.product(("kind", "all", "back"), (off, none, back)):
        once = after_choice(standing, kind, scope)  # type: ignore[arg-type]
        assert after_choice(once, kind, scope) == once  # type: ignore[arg-type]


def test_the_hour_that_a_person_asked_for_is_kept_in_their_quiet_hours() -> None:
    """Theirs alone: who helps them sleeps, and so does everything else that rings then."""
    ring_at = datetime(2026, 11, 22, 21, 0, tzinfo=UTC)  # Ten in the evening in Paris.
    morning = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)

    def when(kind: ReminderKind, *, is_own: bool) -> datetime:
        notice = Notice(
            space_id=UUID(int=1),
            reminder_id=UUID(int=2),
            party_id=UUID(int=3),
            kind=kind,
            lead_minutes=0,
            ring_at=ring_at,
            due_at=ring_at,
            time_zone="Europe/Paris",
        )
        return send_at(notice, DEFAULTS, ring_at, is_own=is_own)

    assert when(ReminderKind.OWN, is_own=True) == ring_at
    assert when(ReminderKind.OWN, is_own=False) == morning
    assert when(ReminderKind.VACCINE, is_own=True) == morning
