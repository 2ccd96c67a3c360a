"""Professionals sign in: away to the provider, back with a code, and as what they choose.

Source: docs/decisions/0019-professionals-sign-in.md; OpenID Connect Core 1.0, 3.1.
"""

import hashlib
import hmac
import secrets
from uuid import UUID

import msgspec

from backend.identity import tickets
from backend.identity.accounts.model import Proposal
from backend.identity.challenges.model import Assurance
from backend.identity.counters import charge_or_refuse
from backend.identity.errors import (
    ActivityUnknown,
    ProfessionalIsReal,
    ProfessionalNotFound,
    ProviderRefused,
    SignInRequestRefused,
)
from backend.identity.limits import PROFESSIONALS_PER_ADDRESS, SIGN_IN_LIFE, TICKET_LIFE
from backend.identity.outcomes import settle
from backend.identity.professionals import store
from backend.identity.professionals.model import (
    Acting,
    Activity,
    ActivityChoice,
    Arrival,
    Departure,
    Leaving,
    ProfessionalCaller,
    ProfessionalIdentity,
)
from backend.identity.professionals.provider import OpenIdProvider
from backend.identity.rules.oidc import Question
from backend.identity.rules.places import network_of
from backend.identity.sessions import service as sessions
from backend.identity.sessions.model import Audience, Capacity, SignedIn
from backend.identity.tickets import Purpose
from backend.kernel.errors import Refusal
from backend.kernel.ids import AccountId
from backend.kernel.work import Office, Work

_SECRET_BYTES = 32


class _Away(msgspec.Struct, frozen=True, kw_only=True):
    """A sign-in whose person is at the provider; it is opened by its state."""

    nonce: str
    verifier: str
    device: Proposal
    binding_hash: bytes | None


class _Known(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who proved who they are, and has not said yet as what they work now."""

    professional_id: UUID
    device: Proposal


async def begin(office: Office, provider: OpenIdProvider, departure: Departure) -> Leaving:
    """Send a professional to the provider.

    Raises:
        ProfessionalSignInOff: No provider is set.
        ProviderUnavailable: It cannot be asked where to go.
        TooManyTries: Too many sign-ins from this address.
    """
    nonce, verifier = (secrets.token_urlsafe(_SECRET_BYTES) for _ in range(2))
    binding = secrets.token_urlsafe(_SECRET_BYTES) if departure.is_browser else None
    away = _Away(
        nonce=nonce,
        verifier=verifier,
        device=departure.device,
        binding_hash=None if binding is None else _hash(binding),
    )
    # Before anything is written: where nobody signs in, nothing is kept of the try.
    await provider.leave_for(Question(state="", nonce="", verifier=""))

    async def keep(work: Work) -> str:
        await _charge(work, departure.address)
        held = msgspec.json.encode(away)
        return (await tickets.issue(work, Purpose.PROVIDER, held, SIGN_IN_LIFE))[0]

    state = await office.write(keep)
    url = await provider.leave_for(Question(state=state, nonce=nonce, verifier=verifier))
    return Leaving(authorization_url=url, state=state, binding=binding)


async def complete(
    office: Office, provider: OpenIdProvider, arrival: Arrival
) -> SignedIn | ActivityChoice:
    """Take what somebody brings back from the provider, and sign them in.

    The state is used up first: whatever goes wrong after, it is never taken again.

    Raises:
        SignInRequestRefused: Never begun, used, too old, or of another browser.
        ProviderRefused: The provider said no.
        ProviderUnavailable: It does not answer in time, or not as it should.
        IdentityProofRefused: Its proof cannot be believed.
        AssuranceTooLow: The professional proved themselves by weaker means.
        ProfessionalUnidentified: Nobody of the register, or without activity.
        TooManyTries: Too many answers from this address.
    """
    away = await settle(office, lambda work: _come_back(work, arrival))
    provider.refuse_issuer(arrival.issuer)
    if arrival.code is None or arrival.error is not None:
        raise ProviderRefused("The provider sent no code back.")
    question = Question(state=arrival.state, nonce=away.nonce, verifier=away.verifier)
    now = int(office.clock().timestamp())
    identity = await provider.identify(arrival.code, question, now)
    return await office.write(lambda work: _enter(work, identity, away.device))


async def choose(office: Office, ticket: str, activity_id: str) -> SignedIn:
    """Sign a professional in, in one of their activities.

    Raises:
        SignInRequestRefused: The ticket is none, used or too old.
        ActivityUnknown: Not one of theirs; the ticket stays good for a few tries.
    """

    async def use_case(work: Work) -> SignedIn | Refusal:
        held = await tickets.attempt(work, ticket, Purpose.ACTIVITY)
        if held is None:
            return SignInRequestRefused("This sign-in is over.")
        known = msgspec.json.decode(held, type=_Known)
        identity = await store.identity(work, known.professional_id)
        assert identity is not None
        activity = _find(identity, activity_id)
        if activity is None:
            return ActivityUnknown("Choose one of the activities.", pointer="/activity")
        if await tickets.use(work, ticket, Purpose.ACTIVITY) is None:
            return SignInRequestRefused("This sign-in is over.")
        return await _start(work, known, identity, activity)

    return await settle(office, use_case)


async def sign_out(work: Work, professional: ProfessionalCaller) -> bool:
    """End the session of a professional or an assistant. Idempotent.

    Returns:
        Whether the computer is a shared one, which must then forget everything.
    """
    account_id = professional.assistant_id or professional.professional_id
    return await sessions.end_here(
        work, account_id, professional.session_id, professional.device_id
    )


async def register_fictional(work: Work, identity: ProfessionalIdentity) -> UUID:
    """Make a professional up, or give one that was made up one more activity. For development.

    Raises:
        ProfessionalIsReal: Somebody has signed in with this number.
    """
    assert identity.is_fictional
    known = await store.find(work, identity.rpps)
    held = None if known is None else await store.identity(work, known)
    if held is not None:
        if not held.is_fictional:
            raise ProfessionalIsReal("Somebody real has this number.")
        both = {one.activity_id: one for one in (*held.activities, *identity.activities)}
        identity = msgspec.structs.replace(identity, activities=tuple(both.values()))
    return await store.save(work, identity)


async def sign_in_fictional(
    work: Work, rpps: str, activity_id: str | None, device: Proposal
) -> SignedIn:
    """Sign a professional in who was made up. For development.

    Raises:
        ProfessionalNotFound: Nobody was made up with this number.
        ActivityUnknown: Not one of theirs, or none is named and there are several.
    """
    known = await store.find(work, rpps)
    identity = None if known is None else await store.identity(work, known)
    if known is None or identity is None or not identity.is_fictional:
        raise ProfessionalNotFound("Nobody was made up with this number.")
    only = identity.activities[0] if len(identity.activities) == 1 else None
    activity = only if activity_id is None else _find(identity, activity_id)
    if activity is None:
        raise ActivityUnknown("Choose one of the activities.", pointer="/activity")
    return await _start(work, _Known(professional_id=known, device=device), identity, activity)


async def _come_back(work: Work, arrival: Arrival) -> _Away | Refusal:
    await _charge(work, arrival.address)
    refused = SignInRequestRefused("This sign-in is over.")
    held = await tickets.use(work, arrival.state, Purpose.PROVIDER)
    if held is None:
        return refused
    away = msgspec.json.decode(held, type=_Away)
    if away.binding_hash is not None:
        given = _hash(arrival.binding or "")
        if not hmac.compare_digest(away.binding_hash, given):
            return refused
    return away


async def _enter(
    work: Work, identity: ProfessionalIdentity, device: Proposal
) -> SignedIn | ActivityChoice:
    professional_id = await store.save(work, identity)
    known = _Known(professional_id=professional_id, device=device)
    if len(identity.activities) == 1:
        return await _start(work, known, identity, identity.activities[0])
    ticket, expires_at = await tickets.issue(
        work, Purpose.ACTIVITY, msgspec.json.encode(known), TICKET_LIFE
    )
    return ActivityChoice(ticket=ticket, expires_at=expires_at, activities=identity.activities)


async def _start(
    work: Work, known: _Known, identity: ProfessionalIdentity, activity: Activity
) -> SignedIn:
    acting = Acting(names=identity.names, activity=activity, is_regulator=identity.is_regulator)
    capacity = Capacity(audience=Audience.PROFESSIONAL, acting=msgspec.json.encode(acting))
    # A professional's own identifier stands where an account's does.
    signed_in, _ = await sessions.start(
        work, AccountId(known.professional_id), known.device, Assurance.STRONG, capacity
    )
    return signed_in


async def _charge(work: Work, address: str) -> None:
    await charge_or_refuse(work, f"network|{network_of(address)}", [PROFESSIONALS_PER_ADDRESS])


def _find(identity: ProfessionalIdentity, activity_id: str) -> Activity | None:
    return next((one for one in identity.activities if one.activity_id == activity_id), None)


def _hash(binding: str) -> bytes:
    return hashlib.sha256(binding.encode("utf-8", "surrogatepass")).digest()
