"""Signing in, on the real databases."""

import asyncio
import uuid
from collections.abc import Awaitable

import msgspec
import pytest

from backend.identity.accounts.model import Channel
from backend.identity.challenges.model import Answer
from backend.identity.errors import CodeRefused, SignInBusy, TooManyTries
from backend.identity.limits import ATTEMPTS_PER_ADDRESS
from backend.identity.passwords import Passwords
from backend.identity.sign_in import service as sign_in
from backend.kernel.errors import Refusal
from tests.people import ADDRESS, PHONE_OF_LEA, Town

STRANGER = "198.51.100.7"


def other_than(code: str) -> str:
    """Return a code of the same form that is not *code*."""
    return f"{(int(code) + 1) % 10**6:06d}"


async def refusal(asked: Awaitable[object]) -> Refusal:
    """Return the refusal that something ends in."""
    with pytest.raises(Refusal) as refused:
        await asked
    return refused.value


async def test_a_letter_a_password_and_a_code_make_an_account(town: Town) -> None:
    """The whole way in: letter, code to the phone, tokens that name the caller."""
    opened = await town.open_space()

    challenge = await town.enrol(opened.letters[0].code)
    signed_in = await town.verify(challenge)

    assert challenge.sent_to == "•• •• •• •• 12"
    caller = await town.caller(signed_in)
    assert caller.device_id == signed_in.device_id


async def test_a_code_signs_in_once(town: Town) -> None:
    """A code that was taken opens nothing, even at once."""
    await town.newcomer()
    challenge = await town.login()
    code = town.mail.codes()[-1]
    await town.verify(challenge, code)

    with pytest.raises(CodeRefused):
        await town.verify(challenge, code)


async def test_of_two_answers_at_once_one_wins(town: Town) -> None:
    """Two requests with one right code make one session."""
    await town.newcomer()
    challenge = await town.login()
    code = town.mail.codes()[-1]

    outcomes = await asyncio.gather(
        *(town.verify(challenge, code) for _ in range(4)), return_exceptions=True
    )

    assert sum(not isinstance(one, Exception) for one in outcomes) == 1
    assert sum(isinstance(one, CodeRefused) for one in outcomes) == 3


async def test_a_code_of_another_challenge_is_refused(town: Town) -> None:
    """A code proves the one request that it was sent for."""
    await town.newcomer()
    await town.newcomer("noe", phone="+33639980099")
    await town.login("lea")
    challenge = await town.login("noe")

    lea, noe = town.mail.codes()[-2:]
    if lea != noe:
        with pytest.raises(CodeRefused):
            await town.verify(challenge, lea)


async def test_a_newer_challenge_voids_the_one_before(town: Town) -> None:
    """One account and device have one live code."""
    await town.newcomer()
    first = await town.login()
    code = town.mail.codes()[-1]
    town.later(seconds=61)
    await town.login()

    with pytest.raises(CodeRefused):
        await town.verify(first, code)


async def test_a_wrong_password_does_not_void_the_code_of_the_right_one(town: Town) -> None:
    """A stranger who knows a name cannot keep its owner's code from working."""
    await town.newcomer()
    challenge = await town.login()

    await town.login(password="not the password", address=STRANGER)

    assert await town.verify(challenge)


async def test_a_code_is_refused_after_its_time(town: Town) -> None:
    """An SMS code lives five minutes."""
    await town.newcomer()
    challenge = await town.login()
    town.later(minutes=5)

    with pytest.raises(CodeRefused):
        await town.verify(challenge)


async def test_a_code_by_e_mail_lives_ten_minutes(town: Town) -> None:
    """A letter box is opened less often than a telephone; the language is the account's."""
    await town.newcomer(phone=None, email="Lea@Example.org", language="en")
    challenge = await town.login()
    message = town.mail.messages[-1]
    town.later(minutes=9, seconds=59)

    assert (challenge.channel, challenge.sent_to) == (Channel.EMAIL, "L•••@•••")
    assert (message.channel, message.to) == ("email", "Lea@example.org")
    assert "Valid for 10 minutes" in message.text
    assert await town.verify(challenge)


async def test_the_sixth_try_fails_even_with_the_right_code(town: Town) -> None:
    """Five tries end a challenge."""
    await town.newcomer()
    challenge = await town.login()
    right = town.mail.codes()[-1]
    for _ in range(5):
        with pytest.raises(CodeRefused):
            await town.verify(challenge, other_than(right))

    with pytest.raises(CodeRefused):
        await town.verify(challenge, right)


async def test_a_new_code_leaves_the_count_of_failures(town: Town) -> None:
    """After eight wrong codes a place waits, however many codes it asks for."""
    await town.newcomer()
    met: list[Refusal] = []
    for _ in range(2):
        challenge = await town.login()
        wrong = other_than(town.mail.codes()[-1])
        met += [await refusal(town.verify(challenge, wrong)) for _ in range(5)]
        town.later(seconds=61)

    assert [type(one) for one in met] == [CodeRefused] * 8 + [TooManyTries] * 2
    assert met[-1].retry_after_seconds is not None
    assert 0 < met[-1].retry_after_seconds <= 20 * 60


async def test_failures_from_elsewhere_are_counted_for_the_account_in_silence(
    town: Town,
) -> None:
    """Guesses spread over many addresses stop at the account, with no sign of it."""
    await town.newcomer()
    for n in range(2):
        address = f"198.51.100.{n}"
        challenge = await town.login(address=address)
        right = town.mail.codes()[-1]
        for _ in range(4):
            with pytest.raises(CodeRefused):
                await town.verify(challenge, other_than(right), address)
        town.later(seconds=61)

    third = await town.login(address="198.51.100.3")

    with pytest.raises(CodeRefused):
        await town.verify(third, address="198.51.100.3")


async def test_a_known_device_is_not_locked_out_by_strangers(town: Town) -> None:
    """Tries of somebody else leave the tries of one's own device alone."""
    mine = await town.newcomer()
    await town.login(password="a guess")
    assert isinstance(await refusal(town.login(password="a guess")), TooManyTries)

    device = msgspec.structs.replace(PHONE_OF_LEA, device_id=mine.device_id)
    challenge = await town.login(device=device, address=ADDRESS)

    assert (await town.verify(challenge)).device_id == mine.device_id


async def test_an_unknown_device_id_buys_no_tries(town: Town) -> None:
    """Only an id that the account has given out counts as a known device."""
    await town.newcomer()
    await town.login()

    device = msgspec.structs.replace(PHONE_OF_LEA, device_id=uuid.uuid4())

    with pytest.raises(TooManyTries):
        await town.login(device=device)


async def test_sends_are_limited_for_an_account_in_silence(town: Town) -> None:
    """Somebody with the password, on many addresses, cannot flood a telephone."""
    await town.newcomer()
    before = len(town.mail.codes())

    for n in range(30):
        await town.login(address=f"198.51.100.{n}")
        town.later(seconds=61)

    assert len(town.mail.codes()) - before <= 5


async def test_attempts_are_limited_for_an_address(town: Town) -> None:
    """Many names from one address run into its own limit, on IPv6 by network."""
    await town.newcomer()

    for n in range(ATTEMPTS_PER_ADDRESS.burst):
        await town.login(f"nobody{n}", address=f"2001:db8:0:1::{n:x}")

    with pytest.raises(TooManyTries):
        await town.login("lea", address="2001:db8:0:1:ffff::1")
    assert await town.login("lea", address="2001:db8:0:2::1")


async def test_an_unknown_challenge_is_refused_like_a_wrong_code(town: Town) -> None:
    """There is one answer for a code that proves nothing."""
    with pytest.raises(CodeRefused):
        await sign_in.verify(
            town.office, Answer(challenge_id=uuid.uuid4(), code="123456"), ADDRESS, town.tickets
        )


async def test_a_sign_in_on_a_new_device_is_told(town: Town) -> None:
    """The owner hears of each new device, and not of one that comes back."""
    first = await town.newcomer()
    await town.verify(await town.login())
    town.later(minutes=2)
    told = town.mail.kinds().count("notice-new-device")

    device = msgspec.structs.replace(PHONE_OF_LEA, device_id=first.device_id)
    await town.verify(await town.login(device=device))

    assert told == 1
    assert town.mail.kinds().count("notice-new-device") == 1


async def test_a_sign_in_after_failures_is_told(town: Town) -> None:
    """Three wrong codes before the right one may have been somebody else's.

    Source: OWASP ASVS 6.3.5.
    """
    await town.newcomer()
    challenge = await town.login()
    right = town.mail.codes()[-1]
    for _ in range(3):
        with pytest.raises(CodeRefused):
            await town.verify(challenge, other_than(right))

    await town.verify(challenge, right)

    assert "notice-after-failures" in town.mail.kinds()


async def test_a_code_stays_good_while_no_other_may_be_sent(town: Town) -> None:
    """A second request that is answered in silence does not void the code on its way."""
    await town.newcomer()
    challenge = await town.login()
    sent = len(town.mail.codes())

    await town.login(address=STRANGER)

    assert len(town.mail.codes()) == sent
    assert await town.verify(challenge)


async def test_guesses_elsewhere_leave_a_known_device_its_own_tries(town: Town) -> None:
    """Even who has the password and guesses codes shuts nobody's own telephone out."""
    mine = await town.newcomer()
    for n in range(2):
        address = f"198.51.100.{n}"
        challenge = await town.login(address=address)
        for _ in range(5):
            wrong = other_than(town.mail.codes()[-1])
            await refusal(town.verify(challenge, wrong, address))
        town.later(minutes=2)
    device = msgspec.structs.replace(PHONE_OF_LEA, device_id=mine.device_id)

    challenge = await town.login(device=device)

    assert (await town.verify(challenge)).device_id == mine.device_id


async def test_a_full_queue_refuses_before_it_counts(town: Town) -> None:
    """Too many passwords at once are refused with a time to come back, and cost no try."""
    await town.newcomer()
    full = Passwords(threads=1, waiting_max=0)
    running = asyncio.create_task(full.verify(None, "anything"))
    await asyncio.sleep(0)
    town_passwords, town.passwords = town.passwords, full

    with pytest.raises(SignInBusy) as refused:
        await town.login()

    await running
    town.passwords = town_passwords
    full.close()
    assert refused.value.retry_after_seconds is not None
    assert await town.login()
