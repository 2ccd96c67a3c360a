"""Telephone numbers and addresses: what can be reached, how it is shown, which is used."""

from datetime import datetime

import msgspec
import phonenumbers
from email_validator import EmailNotValidError, validate_email
from phonenumbers import NumberParseException, PhoneNumberFormat, PhoneNumberType

from backend.identity.accounts.model import Channel, Contacts
from backend.identity.errors import ContactMissing, EmailUnsuitable, PhoneUnsuitable
from backend.identity.limits import FRESH_NUMBER_AGE

PHONE_CHARACTERS_MAX = 40
EMAIL_CHARACTERS_MAX = 254
_ENCODED_WORD = "=?"  # How one begins in a header; source: RFC 2047.
# Overseas numbers are written like those of the mainland, under codes of their own.
_REGIONS = ("FR", "RE", "GP", "MQ", "GF", "PM", "NC", "PF")
_REACHED_BY_SMS = frozenset({PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE})
# Set apart by Arcep for stories and tests: nobody ever answers there.
_FICTIONAL = "+3363998"


def reachable_phone(typed: str) -> str:
    """Return a telephone number in the form +33612345678.

    Raises:
        PhoneUnsuitable: Not a number, or one that takes no SMS.
    """
    if len(typed) <= PHONE_CHARACTERS_MAX:
        for region in _REGIONS:
            try:
                number = phonenumbers.parse(typed, region)
            except NumberParseException:
                continue
            written = phonenumbers.format_number(number, PhoneNumberFormat.E164)
            is_fictional = written.startswith(_FICTIONAL) and len(written) == 12
            if is_fictional or phonenumbers.number_type(number) in _REACHED_BY_SMS:
                return written
    raise PhoneUnsuitable("This is not a number that an SMS can reach.", pointer="/phone")


def reachable_email(typed: str) -> str:
    """Return an e-mail address in one form.

    Raises:
        EmailUnsuitable: Not an address that a message can be sent to.
    """
    unsuitable = EmailUnsuitable("This is not an address to write to.", pointer="/email")
    # What mail programs would decode is another address than the one that is proven.
    if len(typed) > EMAIL_CHARACTERS_MAX or _ENCODED_WORD in typed:
        raise unsuitable
    try:
        return validate_email(typed.strip(), check_deliverability=False).normalized
    except EmailNotValidError:
        raise unsuitable from None


def contact_given(phone: str | None, email: str | None) -> Contacts:
    """Return the one contact that was given, in the form that is kept.

    Raises:
        ContactMissing: Not exactly one.
        PhoneUnsuitable: No SMS reaches this number.
        EmailUnsuitable: No message reaches this address.
    """
    if (phone is None) == (email is None):
        raise ContactMissing("Give a telephone number or an e-mail address.", pointer="/phone")
    return Contacts(
        phone=None if phone is None else reachable_phone(phone),
        email=None if email is None else reachable_email(email),
    )


def masked(contact: str) -> str:
    """Show enough of a contact for its owner to know it, and little to anybody else."""
    if "@" in contact:
        return f"{contact[0]}•••@•••"
    return f"•• •• •• •• {contact[-2:]}"


def choose_channel(contacts: Contacts, *, has_totp: bool, preference: Channel | None) -> Channel:
    """Say how a code reaches an account.

    An authenticator app excludes the others: whoever could choose a weaker one
    in its place would not need to break it. Somebody who is reached nowhere has
    codes on paper, which are asked for like those of an app: a channel of their
    own would tell that there is such an account.
    """
    if has_totp or not is_reached(contacts):
        return Channel.TOTP
    if contacts.email is not None and (contacts.phone is None or preference is Channel.EMAIL):
        return Channel.EMAIL
    return Channel.SMS


def choose_step_up_channel(contacts: Contacts, *, has_totp: bool, now: datetime) -> Channel | None:
    """Say how a code for a dangerous act reaches an account, or None when no way is safe.

    A contact that has just changed may be in the wrong hands.

    Source: NIST SP 800-63B, 3.1.3.3.
    """
    if has_totp or not is_reached(contacts):
        return Channel.TOTP
    if contacts.phone is not None and not _is_fresh(contacts.phone_changed_at, now):
        return Channel.SMS
    if contacts.email is not None and not _is_fresh(contacts.email_changed_at, now):
        return Channel.EMAIL
    return None


def is_reached(contacts: Contacts) -> bool:
    """Say whether a code can be sent; whoever cannot be reached has codes on paper."""
    return contacts.phone is not None or contacts.email is not None


def contact_of(contacts: Contacts, channel: Channel) -> str | None:
    """Return the number or address behind a channel."""
    return {Channel.SMS: contacts.phone, Channel.EMAIL: contacts.email, Channel.TOTP: None}[channel]


def decoy(seed: bytes) -> tuple[Contacts, bool]:
    """Make up the contacts of an account that does not exist, and whether it has an app.

    The same seed gives the same answer, so that asking twice tells nothing.

    Args:
        seed: 32 bytes that only this service can compute from the sign-in name.
    """
    has_phone = seed[0] >= 40
    has_email = not has_phone or seed[1] < 128
    contacts = Contacts(
        phone=f"+336{int.from_bytes(seed[2:8]) % 10**8:08d}" if has_phone else None,
        email=f"{chr(97 + seed[8] % 26)}@example.org" if has_email else None,
    )
    return contacts, seed[9] < 26


def with_change(contacts: Contacts, change: Contacts, now: datetime) -> Contacts:
    """Replace the number or the address that *change* holds, and note when."""
    if change.phone is not None:
        return msgspec.structs.replace(contacts, phone=change.phone, phone_changed_at=now)
    return msgspec.structs.replace(contacts, email=change.email, email_changed_at=now)


def _is_fresh(changed_at: datetime | None, now: datetime) -> bool:
    return changed_at is not None and now - changed_at < FRESH_NUMBER_AGE
