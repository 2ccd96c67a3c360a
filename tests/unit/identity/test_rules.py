"""Small rules of identity: places, ages, sessions, apps."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import msgspec
import pytest

from backend.identity.challenges.model import Assurance
from backend.identity.errors import (
    DeviceRevoked,
    NotSignedIn,
    OpeningInvalid,
    SessionReused,
    StepUpNeeded,
)
from backend.identity.rules.counters import Limit
from backend.identity.rules.opening import check_opening, display_name, is_minor
from backend.identity.rules.places import network_of
from backend.identity.rules.sessions import is_lost_reply, refuse_without_step_up, why_ended
from backend.identity.rules.totp import matching_step, provisioning_uri
from backend.identity.sessions.model import Caller, Ended, Session, Token
from backend.identity.spaces.model import Opening, Representative
from backend.kernel.errors import Refusal
from backend.kernel.ids import AccountId, DeviceId
from tests.people import person

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
ID = UUID(int=1)
# RFC 6238, appendix B, for SHA-1: the last six digits.
RFC_SEED = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", "unknown"),
        ("unix:", "unknown"),
    ],
)
def test_a_household_is_one_place(address: str, network: str) -> None:
    """On IPv6 it has more addresses than there are tries."""
    assert network_of(address) == network


@pytest.mark.parametrize(
    ("birth_date", "minor"),
    [
        (date(2008, 11, 21), False),
        (date(2008, 11, 22), True),
        (date(2026, 11, 21), True),
        (date(1930, 1, 1), False),
    ],
)
def test_childhood_ends_on_the_eighteenth_birthday(birth_date: date, *, minor: bool) -> None:
    """On the day itself.

    Source: Code civil, article 388.
    """
    assert is_minor(birth_date, NOW.date()) is minor


def test_a_limit_that_contradicts_itself_is_a_bug() -> None:
    """A burst above the most of its span would count backwards."""
    with pytest.raises(AssertionError):
        Limit(name="wrong", most=1, per=timedelta(minutes=1), burst=6)


def test_who_is_born_on_a_leap_day_is_of_age_on_the_first_of_march() -> None:
    """Not a day sooner."""
    assert is_minor(date(2008, 2, 29), date(2026, 2, 28))
    assert not is_minor(date(2008, 2, 29), date(2026, 3, 1))


@pytest.mark.parametrize("logins", [[], [None, None, None], ["Mother", "mother "]])
def test_a_child_has_one_or_two_representatives(logins: list[str | None]) -> None:
    """Not none, not three, not the same one twice."""
    representatives = tuple(Representative(login=login) for login in logins)
    opening = Opening(patient=person(date(2019, 4, 9)), representatives=representatives)

    with pytest.raises(OpeningInvalid):
        check_opening(opening, NOW.date())


def test_nobody_is_born_tomorrow() -> None:
    """A date mistyped is shown to the operator."""
    with pytest.raises(OpeningInvalid):
        check_opening(Opening(patient=person(date(2026, 11, 22))), NOW.date())


def test_a_person_goes_by_the_names_they_use() -> None:
    """And by those of birth where they use no other."""
    used = person()

    assert display_name(used) == "LEA Durand"
    assert display_name(msgspec.structs.replace(used, used_family_name=None)) == "LEA MARTIN"


@pytest.mark.parametrize(
    ("seconds", "code"),
    [(59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (2000000000, "279037")],
)
def test_codes_are_those_of_the_standard(seconds: int, code: str) -> None:
    """Source: RFC 6238, appendix B."""
    now = datetime.fromtimestamp(seconds, UTC)

    assert matching_step(RFC_SEED, code, now=now, after=0) == seconds // 30


def test_a_clock_may_be_one_step_off_and_not_two() -> None:
    """A minute and a half is enough for a slow hand."""
    code, step = "287082", 1

    for seconds, expected in ((29, step), (89, step), (90, None)):
        now = datetime.fromtimestamp(seconds, UTC)
        assert matching_step(RFC_SEED, code, now=now, after=0) == expected


def test_a_step_that_was_taken_matches_no_more() -> None:
    """Nor does any before it."""
    now = datetime.fromtimestamp(59, UTC)

    assert matching_step(RFC_SEED, "287082", now=now, after=1) is None
    assert matching_step(RFC_SEED, "é" * 6, now=now, after=0) is None


def test_an_app_reads_the_secret_from_a_picture() -> None:
    """The address names the service and the account."""
    uri = provisioning_uri(RFC_SEED, account="lea")

    assert uri.startswith("otpauth://totp/Carnet:lea?")
    assert f"secret={RFC_SEED}" in uri


def session(**changes: object) -> Session:
    """Make a session that stands."""
    whole = Session(
        account_id=ID,
        session_id=ID,
        device_id=ID,
        assurance="weak",
        created_at=NOW,
        idle_until=NOW + timedelta(days=30),
        expires_at=NOW + timedelta(days=180),
        stepped_up_until=None,
        ended_at=None,
        ended_as=None,
    )
    return msgspec.structs.replace(whole, **changes)


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({}, None),
        ({"idle_until": NOW}, NotSignedIn),
        ({"expires_at": NOW}, NotSignedIn),
        ({"ended_at": NOW, "ended_as": Ended.SIGNED_OUT.value}, NotSignedIn),
        ({"ended_at": NOW, "ended_as": Ended.DEVICE_REMOVED.value}, DeviceRevoked),
        ({"ended_at": NOW, "ended_as": Ended.TOKEN_REUSED.value}, SessionReused),
    ],
)
def test_a_session_says_why_it_is_over(
    changes: dict[str, object], refusal: type[Refusal] | None
) -> None:
    """So that a phone knows whether to forget, to warn, or only to ask."""
    ended = why_ended(session(**changes), NOW)

    assert ended is None if refusal is None else type(ended) is refusal


def test_only_the_same_request_soon_after_is_a_lost_reply() -> None:
    """Anything else with a spent token is a copy."""
    spent = Token(
        token_hash=b"t",
        kind="refresh",
        account_id=ID,
        session_id=ID,
        expires_at=NOW,
        used_at=NOW,
        retry_hash=b"k",
    )

    assert is_lost_reply(spent, b"k", NOW + timedelta(seconds=119))
    assert not is_lost_reply(spent, b"k", NOW + timedelta(seconds=120))
    assert not is_lost_reply(spent, b"other", NOW)
    assert not is_lost_reply(spent, None, NOW)
    without_key = msgspec.structs.replace(spent, retry_hash=None)
    assert not is_lost_reply(without_key, None, NOW)
    assert not is_lost_reply(without_key, b"k", NOW)


def test_a_step_up_is_needed_and_runs_out() -> None:
    """At its last instant it is over."""
    caller = Caller(
        account_id=AccountId(ID),
        device_id=DeviceId(ID),
        session_id=ID,
        assurance=Assurance.WEAK,
        stepped_up_until=NOW,
    )

    refuse_without_step_up(caller, NOW - timedelta(seconds=1))
    with pytest.raises(StepUpNeeded):
        refuse_without_step_up(caller, NOW)
    with pytest.raises(StepUpNeeded):
        refuse_without_step_up(msgspec.structs.replace(caller, stepped_up_until=None), NOW)
