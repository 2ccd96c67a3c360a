"""Asking for a code, and taking it.

Whatever a stranger can see is the same for an account and for none: a decoy
goes through the same steps, on keys of its own. A limit is *seen* only where it
is counted from what the asker knows (the name typed, the place asked from);
one that is counted on the account itself works in silence.

Source: docs/decisions/0010-no-enumeration.md.
"""

import hmac
import secrets
from uuid import UUID

import msgspec

from backend.identity import messages
from backend.identity.accounts.model import Channel
from backend.identity.challenges import store
from backend.identity.challenges.model import (
    Answer,
    Assurance,
    Challenge,
    Challenged,
    Order,
    Purpose,
    Redeemed,
)
from backend.identity.counters import charge, charge_or_refuse, held, refund
from backend.identity.errors import CodeRefused, TooManyTries
from backend.identity.factors import proofs
from backend.identity.limits import (
    CODE_DIGITS,
    CODE_LIFE_EMAIL,
    CODE_LIFE_SMS,
    FAILURES,
    SENDS,
    SENDS_ON_FILE,
    SENDS_PER_NUMBER,
)
from backend.identity.rows import place
from backend.identity.rules.codes import one_time_code, read_one_time_code
from backend.identity.rules.contacts import contact_of, masked
from backend.identity.tables import challenges
from backend.kernel.ids import AccountId
from backend.kernel.sealing import NONCE_BYTES
from backend.kernel.work import Work

_TAG_BYTES = 16
_ACCEPTS_RECOVERY = frozenset(
    {
        Purpose.ACTIVATE.value,
        Purpose.ASSISTANT_LOGIN.value,
        Purpose.CONFIRM.value,
        Purpose.LOGIN.value,
        Purpose.STEP_UP.value,
    }
)


async def issue(work: Work, order: Order) -> Challenged:
    """Make a challenge and send its code.

    Raises:
        TooManyTries: Too many codes were sent; never for a sign-in, where it
            would tell that the password was right.
    """
    challenge_id = work.new_id()
    contact = contact_of(order.contacts, order.channel)
    life = CODE_LIFE_SMS if order.channel is Channel.SMS else CODE_LIFE_EMAIL
    wait = 0 if contact is None else await _charge_send(work, order, contact)
    if wait and order.purpose is not Purpose.LOGIN:
        raise TooManyTries(wait)

    kept = order if order.owner_id is not None and not wait else _as_decoy(order)
    is_sent = kept.owner_id is not None and contact is not None
    code = one_time_code(secrets.randbelow(10**CODE_DIGITS), CODE_DIGITS)
    await store.add(
        work,
        Challenge(
            challenge_id=challenge_id,
            purpose=order.purpose.value,
            channel=order.channel.value,
            account_id=kept.account_id,
            owner_id=kept.owner_id,
            sealed=await _sealed(work, kept, challenge_id),
            code_hash=_hash(work, challenge_id.hex, code) if is_sent else secrets.token_bytes(32),
            slot_hash=work.keys.provider.index("slot", f"{order.purpose.value}|{kept.slot}"),
            place=order.place,
            guard=order.guard,
            tries=0,
            created_at=work.now,
            expires_at=work.now + life,
            used_at=None,
        ),
    )
    if is_sent:
        messages.send_code(
            work,
            purpose=order.purpose.value,
            channel=order.channel,
            contacts=order.contacts,
            code=code,
        )
    return Challenged(
        challenge_id=challenge_id,
        channel=order.channel,
        sent_to=None if contact is None else masked(contact),
        expires_at=work.now + life,
    )


async def redeem(work: Work, answer: Answer, *purposes: Purpose) -> Redeemed | CodeRefused:
    """Take a code, once.

    A wrong code is returned, not raised, so that its count stays.

    Raises:
        TooManyTries: Too many wrong codes from this place.
    """
    refused = CodeRefused("This code does not prove this request.")
    found = await store.challenge(work, answer.challenge_id)
    if found is None or Purpose(found.purpose) not in purposes:
        return refused
    await charge_or_refuse(work, f"place|{found.place}", FAILURES)
    is_shut = await charge(work, f"guard|{found.guard}", FAILURES) > 0
    has_try = await store.take_try(work, found.challenge_id)
    if is_shut or not has_try or not await store.is_newest(work, found):
        return refused
    if found.owner_id is None:
        return refused
    proof = await _proof(work, found, answer.code)
    if proof is None or not await store.use(work, found.challenge_id, work.now):
        return refused

    await refund(work, f"place|{found.place}", FAILURES)
    await refund(work, f"guard|{found.guard}", FAILURES)
    cipher = await work.keys.cipher(work.db, found.owner_id)
    return Redeemed(
        purpose=Purpose(found.purpose),
        account_id=None if found.account_id is None else AccountId(found.account_id),
        owner_id=found.owner_id,
        payload=cipher.open(place(challenges, found.challenge_id, "payload"), found.sealed),
        assurance=Assurance.WEAK if proof is proofs.Proof.SENT_CODE else Assurance.STRONG,
        used_recovery_code=proof is proofs.Proof.RECOVERY_CODE,
        failures_before=await held(work, f"guard|{found.guard}", FAILURES[0]),
    )


async def _charge_send(work: Work, order: Order, contact: str) -> int:
    # A made-up contact is counted apart, lest it take from the person who has it.
    owner = "decoy" if order.owner_id is None else "number"
    if not work.messages_leave:
        return await charge(work, f"guard|{order.guard}", SENDS_ON_FILE)
    wait = await charge(work, f"guard|{order.guard}", SENDS)
    if wait:
        return wait
    wait = await charge(work, f"{owner}|{contact.casefold()}", [SENDS_PER_NUMBER])
    if wait:
        await refund(work, f"guard|{order.guard}", SENDS)
    return wait


async def _proof(work: Work, found: Challenge, typed: str) -> proofs.Proof | None:
    """Say what the code proves; an app's or a recovery code is then used up."""
    if found.account_id is not None and found.purpose in _ACCEPTS_RECOVERY:
        if await proofs.take_recovery_code(work, found.account_id, typed):
            return proofs.Proof.RECOVERY_CODE
        if found.channel == Channel.TOTP.value:
            is_right = await proofs.take_totp(work, found.account_id, typed)
            return proofs.Proof.TOTP if is_right else None
    sent = _hash(work, found.challenge_id.hex, read_one_time_code(typed))
    return proofs.Proof.SENT_CODE if hmac.compare_digest(sent, found.code_hash) else None


def _as_decoy(order: Order) -> Order:
    """Return an order that is stored alike and that no code proves."""
    return msgspec.structs.replace(
        order, owner_id=None, account_id=None, slot=f"decoy|{order.slot}"
    )


async def _sealed(work: Work, order: Order, challenge_id: UUID) -> bytes:
    if order.owner_id is None:
        return secrets.token_bytes(NONCE_BYTES + len(order.payload) + _TAG_BYTES)
    cipher = await work.keys.cipher(work.db, order.owner_id)
    return cipher.seal(place(challenges, challenge_id, "payload"), order.payload)


def _hash(work: Work, challenge: str, code: str) -> bytes:
    return work.keys.provider.index("code", f"{challenge}|{code}")
