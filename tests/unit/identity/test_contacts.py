"""Numbers and addresses: what is reached, what is shown, which is used."""

from datetime import UTC, datetime, timedelta

import pytest

from backend.identity.accounts.model import Channel, Contacts
from backend.identity.errors import ContactMissing, EmailUnsuitable, PhoneUnsuitable
from backend.identity.rules.contacts import (
    choose_channel,
    choose_step_up_channel,
    contact_given,
    decoy,
    masked,
    reachable_email,
    reachable_phone,
    with_change,
)

NOW = datetime(2026, 11, 21, tzinfo=UTC)
BOTH = Contacts(phone="+33639980012", email="lea@example.org")


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("06 39 98 00 12", "+33639980012"),
        ("+33 6 12 34 56 78", "+33612345678"),
        ("0692 12 34 56", "+262692123456"),
        ("+44 7400 123456", "+447400123456"),
    ],
)
def test_a_mobile_number_is_kept_in_one_form(typed: str, kept: str) -> None:
    """From the mainland, overseas or abroad."""
    assert reachable_phone(typed) == kept


@pytest.mark.parametrize("typed", ["", "15", "01 23 45 67 89", "0899 12 34 56", "hello", "1" * 60])
def test_a_number_that_takes_no_sms_is_refused(typed: str) -> None:
    """Landlines, emergency and premium numbers among them."""
    with pytest.raises(PhoneUnsuitable):
        reachable_phone(typed)


def test_an_address_is_kept_with_its_domain_in_lower_case() -> None:
    """The part before the sign belongs to whoever runs the domain."""
    assert reachable_email(" Lea@Example.ORG ") == "Lea@example.org"


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "lea",
        "lea@",
        "lea@example",
        "a@b@example.org",
        "x" * 999,
        "=?utf-8?q?=0A?=@example.org",
        "=?utf-8?q?nour=40example=2Eorg=2C?=@example.org",
    ],
)
def test_an_address_that_cannot_be_written_to_is_refused(typed: str) -> None:
    """Only a message proves that one works; this is the cheap half."""
    with pytest.raises(EmailUnsuitable):
        reachable_email(typed)


@pytest.mark.parametrize(("phone", "email"), [(None, None), ("0639980012", "lea@example.org")])
def test_one_contact_is_given_at_a_time(phone: str | None, email: str | None) -> None:
    """Each is proven by a code of its own."""
    with pytest.raises(ContactMissing):
        contact_given(phone, email)


def test_little_of_a_contact_is_shown() -> None:
    """Two digits, or one letter: its owner knows it."""
    assert masked("+33639980012") == "•• •• •• •• 12"
    assert masked("lea@example.org") == "l•••@•••"


@pytest.mark.parametrize("preference", [None, Channel.SMS, Channel.EMAIL])
def test_an_app_excludes_weaker_ways(preference: Channel | None) -> None:
    """Whoever could ask for an SMS instead would not need the app."""
    assert choose_channel(BOTH, has_totp=True, preference=preference) is Channel.TOTP


def test_a_preference_counts_where_there_is_a_choice() -> None:
    """SMS unless e-mail is asked for, or all there is."""
    only_email = Contacts(email="lea@example.org")

    assert choose_channel(BOTH, has_totp=False, preference=None) is Channel.SMS
    assert choose_channel(BOTH, has_totp=False, preference=Channel.EMAIL) is Channel.EMAIL
    assert choose_channel(only_email, has_totp=False, preference=Channel.SMS) is Channel.EMAIL


def test_a_fresh_contact_is_passed_over_for_a_step_up() -> None:
    """The other one serves, and none when both are fresh."""
    fresh_phone = with_change(BOTH, Contacts(phone="+33639980055"), NOW)
    fresh_both = with_change(fresh_phone, Contacts(email="eve@example.org"), NOW)
    soon, later = NOW + timedelta(hours=71), NOW + timedelta(hours=72)

    assert choose_step_up_channel(fresh_phone, has_totp=False, now=soon) is Channel.EMAIL
    assert choose_step_up_channel(fresh_both, has_totp=False, now=soon) is None
    assert choose_step_up_channel(fresh_both, has_totp=True, now=soon) is Channel.TOTP
    assert choose_step_up_channel(fresh_both, has_totp=False, now=later) is Channel.SMS


def test_made_up_contacts_are_stable_and_can_always_be_shown() -> None:
    """Every seed gives the same account each time, with at least one contact."""
    for n in range(256):
        seed = bytes([n, 255 - n, *range(n % 200, n % 200 + 30)])
        contacts, has_totp = decoy(seed)
        channel = choose_channel(contacts, has_totp=has_totp, preference=None)

        assert decoy(seed) == (contacts, has_totp)
        assert contacts.phone or contacts.email
        if channel is Channel.SMS:
            assert contacts.phone is not None
