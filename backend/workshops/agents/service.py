"""Making support agents, enrolling and signing them in. Their sessions are a kind of their own.

Every refusal to sign in is one answer, and costs one Argon2, like a patient's.

Source: docs/decisions/0020-support-agents.md; 0010-no-enumeration.md.
"""

import hashlib
import secrets
from uuid import UUID

import msgspec

from backend.identity.counters import charge, charge_or_refuse, refund
from backend.identity.errors import LoginTaken, NotSignedIn
from backend.identity.factors.apps import new_app
from backend.identity.limits import (
    ACTIVATIONS_PER_ADDRESS,
    ATTEMPTS,
    ATTEMPTS_ON_FILE,
    ATTEMPTS_PER_ADDRESS,
    FAILURES,
)
from backend.identity.outcomes import settle
from backend.identity.passwords import Passwords, known_passwords
from backend.identity.rules.codes import read_one_time_code
from backend.identity.rules.passwords import check_login, check_password, comparable_login
from backend.identity.rules.places import network_of
from backend.identity.rules.totp import matching_step
from backend.identity.typed_codes import TypedCodes
from backend.kernel.errors import Refusal
from backend.kernel.work import Office, Work
from backend.workshops.agents import store
from backend.workshops.errors import AgentEnrolmentRefused, AgentNotFound, AgentRefused
from backend.workshops.limits import (
    AGENT_IDLE_LIFE,
    AGENT_LETTER_CHARACTERS,
    AGENT_LETTER_LIFE,
    AGENT_SESSION_LIFE,
)
from backend.workshops.model import (
    Agent,
    AgentCaller,
    AgentEnrolment,
    AgentLetter,
    AgentPerson,
    AgentSignedIn,
)

_TOKEN_BYTES = 32
_TOKEN_CHARACTERS_MAX = 100
_LETTER_CODES = TypedCodes("agent-letter", AGENT_LETTER_CHARACTERS)


class Application(msgspec.Struct, frozen=True, kw_only=True):
    """What a new agent sends with their enrolment code."""

    code: str
    login: str
    password: str
    address: str


class AgentAttempt(msgspec.Struct, frozen=True, kw_only=True):
    """What an agent signs in with: all of it at once."""

    login: str
    password: str
    code: str
    address: str


async def add_agent(work: Work, person: AgentPerson) -> AgentLetter:
    """Make an agent, and the code by which they enrol."""
    agent_id = work.new_id()
    await work.keys.create(work.db, agent_id)
    await store.add(
        work,
        Agent(
            agent_id=agent_id,
            organization_hash=organization_hash(work, person.organization),
            sealed_person=await store.seal_person(work, agent_id, person),
            password_hash=None,
            sealed_seed=None,
            last_step=0,
            created_at=work.now,
        ),
    )
    code, hashed = _LETTER_CODES.draw(work)
    expires_at = work.now + AGENT_LETTER_LIFE
    await store.add_letter(work, hashed, agent_id, expires_at)
    return AgentLetter(agent_id=agent_id, code=code, expires_at=expires_at)


async def end_agent(work: Work, agent_id: UUID) -> None:
    """Let an agent in no more, from their next request on.

    Raises:
        AgentNotFound: No such agent, or one who was let go.
    """
    if not await store.end(work, agent_id):
        raise AgentNotFound("No agent here has this id.")


async def enrol(office: Office, passwords: Passwords, asked: Application) -> AgentEnrolment:
    """Take the name and the password that an agent chooses, and propose an app's secret.

    Nothing is in force before `confirm`; until then the code may be used again.

    Raises:
        LoginUnsuitable: See `check_login`.
        PasswordUnsuitable: See `check_password`.
        AgentEnrolmentRefused: The code opens nothing.
        LoginTaken: Another agent has this name.
        TooManyTries: Too many wrong codes from this address.
        SignInBusy: Too many passwords are waiting to be hashed.
    """
    check_login(asked.login)
    check_password(asked.password, login=asked.login, known=known_passwords())
    passwords.refuse_when_full()
    await settle(office, lambda work: _applicant(work, asked.code, asked.address))
    password_hash = await passwords.hash(asked.password)
    app = new_app(asked.login.strip())

    async def keep(work: Work) -> Refusal | None:
        return await _keep(work, asked, password_hash, app.secret)

    await settle(office, keep)
    return AgentEnrolment(secret=app.secret, otpauth_uri=app.otpauth_uri)


async def confirm(office: Office, code: str, typed: str, address: str) -> None:
    """Put an enrolment in force by a code of the app; the enrolment code is used up.

    Raises:
        AgentEnrolmentRefused: The code opens nothing, or is not the app's.
        TooManyTries: Too many wrong codes from this address.
    """
    await settle(office, lambda work: _confirm(work, code, typed, address))


async def sign_in(office: Office, passwords: Passwords, attempt: AgentAttempt) -> AgentSignedIn:
    """Sign an agent in by name, password and the code of their app.

    Raises:
        AgentRefused: Any of the three is wrong.
        TooManyTries: Too many attempts for this name, or from this address.
        SignInBusy: Too many passwords are waiting to be checked.
    """
    passwords.refuse_when_full()
    found = await office.write(lambda work: _candidate(work, attempt))
    is_right = await passwords.verify(
        None if found is None else found.password_hash, attempt.password
    )
    known = found if is_right else None
    return await settle(office, lambda work: _sign_in(work, known, attempt))


async def authenticate(work: Work, token: str) -> AgentCaller:
    """Say which agent holds a token, and put off the idle end of their session.

    Raises:
        NotSignedIn: Unknown, out of date, idle too long, or the agent was let go.
    """
    refused = NotSignedIn("This access token opens nothing.")
    if len(token) > _TOKEN_CHARACTERS_MAX:
        raise refused
    opened = await store.opened_by(work, _token_hash(token))
    if opened is None:
        raise refused
    agent_id, session_id = opened
    ends_at = await store.keep_awake(work, agent_id, session_id, work.now + AGENT_IDLE_LIFE)
    agent = await store.agent(work, agent_id)
    if ends_at is None or agent is None or agent.ended_at is not None:
        raise refused
    return AgentCaller(
        agent_id=agent_id,
        session_id=session_id,
        organization_hash=agent.organization_hash,
        person=await store.person_of(work, agent),
        expires_at=ends_at,
    )


async def sign_out(work: Work, caller: AgentCaller) -> None:
    """End the session of an agent. Idempotent."""
    await store.end_session(work, caller.agent_id, caller.session_id)


def login_hash(work: Work, login: str) -> bytes:
    """Return the look-up hash of an agent's name: another than that of a patient's."""
    return work.keys.provider.index("agent-login", comparable_login(login))


def organization_hash(work: Work, organization: str) -> bytes:
    """Return what two agents of one organisation share."""
    name = " ".join(organization.split()).casefold()
    return work.keys.provider.index("organization", name)


async def _applicant(work: Work, code: str, address: str) -> Agent | AgentEnrolmentRefused:
    """Find whom an enrolment code lets in, counting the try against its address."""
    network = f"network|{network_of(address)}"
    await charge_or_refuse(work, network, [ACTIVATIONS_PER_ADDRESS])
    refused = AgentEnrolmentRefused("This code opens nothing.")
    hashed = _LETTER_CODES.hash_of(work, code)
    agent_id = None if hashed is None else await store.letter(work, hashed)
    agent = None if agent_id is None else await store.agent(work, agent_id)
    if agent is None or agent.enrolled_at is not None or agent.ended_at is not None:
        return refused
    await refund(work, network, [ACTIVATIONS_PER_ADDRESS])
    return agent


async def _keep(work: Work, asked: Application, password_hash: str, seed: str) -> Refusal | None:
    agent = await _applicant(work, asked.code, asked.address)
    if isinstance(agent, Refusal):
        return agent
    person = await store.person_of(work, agent)
    if person.login:
        await store.drop_login(work, login_hash(work, person.login))
    if not await store.take_login(work, login_hash(work, asked.login), agent.agent_id):
        raise LoginTaken("Somebody has this name.")
    chosen = msgspec.structs.replace(person, login=asked.login.strip())
    if not await store.enrol(work, agent, chosen, password_hash=password_hash, seed=seed):
        return AgentEnrolmentRefused("This agent has enrolled meanwhile.")
    return None


async def _confirm(work: Work, code: str, typed: str, address: str) -> Refusal | None:
    agent = await _applicant(work, code, address)
    if isinstance(agent, Refusal):
        return agent
    await charge_or_refuse(work, f"agent|{agent.agent_id}", FAILURES)
    seed = await store.seed_of(work, agent)
    step = None
    if seed is not None:
        step = matching_step(seed, read_one_time_code(typed), now=work.now, after=0)
    if step is None or not await store.confirm(work, agent.agent_id, step):
        return AgentEnrolmentRefused("This is not a code of the app.")
    await refund(work, f"agent|{agent.agent_id}", FAILURES)
    hashed = _LETTER_CODES.hash_of(work, code)
    assert hashed is not None
    await store.use_letter(work, hashed)
    return None


async def _candidate(work: Work, attempt: AgentAttempt) -> Agent | None:
    """Count the attempt and read whom it is for; the same reads for nobody."""
    hashed = login_hash(work, attempt.login)
    network = network_of(attempt.address)
    await charge_or_refuse(work, f"network|{network}", [ATTEMPTS_PER_ADDRESS])
    attempts = ATTEMPTS if work.messages_leave else ATTEMPTS_ON_FILE
    await charge_or_refuse(work, f"agent-place|{hashed.hex()}|{network}", attempts)
    agent_id = await store.agent_id_of(work, hashed)
    return await store.agent(work, agent_id or work.new_id())


async def _sign_in(
    work: Work, known: Agent | None, attempt: AgentAttempt
) -> AgentSignedIn | Refusal:
    refused = AgentRefused("This signs no agent in.")
    if known is None:
        return refused
    is_shut = await charge(work, f"agent|{known.agent_id}", FAILURES) > 0
    agent = await store.agent(work, known.agent_id)
    if is_shut or agent is None or agent.enrolled_at is None or agent.ended_at is not None:
        return refused
    seed = await store.seed_of(work, agent)
    assert seed is not None
    typed = read_one_time_code(attempt.code)
    step = matching_step(seed, typed, now=work.now, after=agent.last_step)
    if step is None or not await store.take_step(work, agent.agent_id, step):
        return refused
    await refund(work, f"agent|{agent.agent_id}", FAILURES)
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    expires_at = work.now + AGENT_SESSION_LIFE
    await store.add_session(
        work,
        agent.agent_id,
        _token_hash(token),
        idle_until=work.now + AGENT_IDLE_LIFE,
        expires_at=expires_at,
    )
    idle_seconds = int(AGENT_IDLE_LIFE.total_seconds())
    return AgentSignedIn(access_token=token, expires_at=expires_at, idle_seconds=idle_seconds)


def _token_hash(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
