"""Agents, their names, letters, sessions and tokens as stored."""

from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from backend.identity.rows import columns, fill_or_none, place
from backend.kernel.work import Work
from backend.workshops.model import Agent, AgentPerson
from backend.workshops.tables import (
    agent_letters,
    agent_logins,
    agent_sessions,
    agent_tokens,
    agents,
)

_THIS = agents.c.agent_id == bindparam("agent")
_ADD = insert(agents)
_AGENT = select(*columns(agents, Agent)).where(_THIS)
_ENROL = (
    update(agents)
    .where(_THIS, agents.c.enrolled_at.is_(None), agents.c.ended_at.is_(None))
    .values(
        sealed_person=bindparam("person"),
        password_hash=bindparam("new_password"),
        sealed_seed=bindparam("seed"),
        last_step=0,
    )
)
_CONFIRM = (
    update(agents)
    .where(_THIS, agents.c.enrolled_at.is_(None), agents.c.ended_at.is_(None))
    .values(enrolled_at=bindparam("now"), last_step=bindparam("step"))
)
_TAKE_STEP = (
    update(agents)
    .where(_THIS, agents.c.last_step < bindparam("step"))
    .values(last_step=bindparam("new_step"))
)
_END = update(agents).where(_THIS, agents.c.ended_at.is_(None)).values(ended_at=bindparam("now"))

_ADD_LOGIN = upsert(agent_logins).on_conflict_do_nothing(index_elements=[agent_logins.c.login_hash])
_LOGIN = select(agent_logins.c.agent_id).where(agent_logins.c.login_hash == bindparam("hashed"))
_DROP_LOGIN = delete(agent_logins).where(agent_logins.c.login_hash == bindparam("hashed"))

_ADD_LETTER = insert(agent_letters)
_LETTER = select(agent_letters.c.agent_id).where(
    agent_letters.c.code_hash == bindparam("hashed"),
    agent_letters.c.used_at.is_(None),
    agent_letters.c.expires_at > bindparam("now"),
)
_USE_LETTER = (
    update(agent_letters)
    .where(agent_letters.c.code_hash == bindparam("hashed"), agent_letters.c.used_at.is_(None))
    .values(used_at=bindparam("now"))
)

_ADD_SESSION = insert(agent_sessions)
_ADD_TOKEN = insert(agent_tokens)
_TOKEN = select(agent_tokens.c.agent_id, agent_tokens.c.session_id).where(
    agent_tokens.c.token_hash == bindparam("hashed"), agent_tokens.c.expires_at > bindparam("now")
)
_THIS_SESSION = (
    agent_sessions.c.agent_id == bindparam("agent"),
    agent_sessions.c.session_id == bindparam("session"),
    agent_sessions.c.ended_at.is_(None),
)
_KEEP_AWAKE = (
    update(agent_sessions)
    .where(
        *_THIS_SESSION,
        agent_sessions.c.idle_until > bindparam("now"),
        agent_sessions.c.expires_at > bindparam("now"),
    )
    .values(idle_until=bindparam("until"))
)
_ENDS_AT = select(agent_sessions.c.expires_at).where(*_THIS_SESSION)
_END_SESSION = update(agent_sessions).where(*_THIS_SESSION).values(ended_at=bindparam("now"))


async def add(work: Work, new: Agent) -> None:
    """Store an agent who has not enrolled yet."""
    await work.db.run(_ADD, **msgspec.structs.asdict(new))


async def agent(work: Work, agent_id: UUID) -> Agent | None:
    """Return an agent, or None."""
    return fill_or_none(Agent, await work.db.row(_AGENT, agent=agent_id))


async def person_of(work: Work, of: Agent) -> AgentPerson:
    """Say who an agent is."""
    cipher = await work.keys.cipher(work.db, of.agent_id)
    plain = cipher.open(place(agents, of.agent_id, "person"), of.sealed_person)
    return msgspec.json.decode(plain, type=AgentPerson)


async def seal_person(work: Work, agent_id: UUID, person: AgentPerson) -> bytes:
    """Seal who an agent is under the agent's key, which must exist."""
    cipher = await work.keys.cipher(work.db, agent_id)
    return cipher.seal(place(agents, agent_id, "person"), msgspec.json.encode(person))


async def seed_of(work: Work, of: Agent) -> str | None:
    """Open the seed of an agent's authenticator app, if there is one."""
    if of.sealed_seed is None:
        return None
    cipher = await work.keys.cipher(work.db, of.agent_id)
    return cipher.open(place(agents, of.agent_id, "seed"), of.sealed_seed).decode()


async def enrol(
    work: Work, of: Agent, person: AgentPerson, *, password_hash: str, seed: str
) -> bool:
    """Keep what an agent has chosen, until it is confirmed; False when it was."""
    cipher = await work.keys.cipher(work.db, of.agent_id)
    changed = await work.db.run(
        _ENROL,
        agent=of.agent_id,
        person=await seal_person(work, of.agent_id, person),
        new_password=password_hash,
        seed=cipher.seal(place(agents, of.agent_id, "seed"), seed.encode()),
    )
    return changed == 1


async def confirm(work: Work, agent_id: UUID, step: int) -> bool:
    """Put an enrolment in force, *step* of its app taken; False when it was."""
    return await work.db.run(_CONFIRM, agent=agent_id, now=work.now, step=step) == 1


async def take_step(work: Work, agent_id: UUID, step: int) -> bool:
    """Remember the step of the last code; False when it or a later one was taken."""
    return await work.db.run(_TAKE_STEP, agent=agent_id, step=step, new_step=step) == 1


async def end(work: Work, agent_id: UUID) -> bool:
    """Let an agent in no more; False when there is none."""
    return await work.db.run(_END, agent=agent_id, now=work.now) == 1


async def take_login(work: Work, hashed: bytes, agent_id: UUID) -> bool:
    """Take a sign-in name for an agent; False when it is another's."""
    await work.db.run(_ADD_LOGIN, login_hash=hashed, agent_id=agent_id)
    return await agent_id_of(work, hashed) == agent_id


async def agent_id_of(work: Work, hashed: bytes) -> UUID | None:
    """Return whose sign-in name this is, or None."""
    row = await work.db.row(_LOGIN, hashed=hashed)
    return None if row is None else row[0]


async def drop_login(work: Work, hashed: bytes) -> None:
    """Free a sign-in name."""
    await work.db.run(_DROP_LOGIN, hashed=hashed)


async def add_letter(work: Work, hashed: bytes, agent_id: UUID, expires_at: datetime) -> None:
    """Store an enrolment code."""
    await work.db.run(
        _ADD_LETTER, code_hash=hashed, agent_id=agent_id, expires_at=expires_at, used_at=None
    )


async def letter(work: Work, hashed: bytes) -> UUID | None:
    """Return whom an enrolment code lets in, while it is good."""
    row = await work.db.row(_LETTER, hashed=hashed, now=work.now)
    return None if row is None else row[0]


async def use_letter(work: Work, hashed: bytes) -> None:
    """Use an enrolment code up."""
    await work.db.run(_USE_LETTER, hashed=hashed, now=work.now)


async def add_session(
    work: Work, agent_id: UUID, token_hash: bytes, *, idle_until: datetime, expires_at: datetime
) -> None:
    """Store a session and the one token that opens it."""
    session_id = work.new_id()
    await work.db.run(
        _ADD_SESSION,
        agent_id=agent_id,
        session_id=session_id,
        created_at=work.now,
        idle_until=idle_until,
        expires_at=expires_at,
        ended_at=None,
    )
    await work.db.run(
        _ADD_TOKEN,
        token_hash=token_hash,
        agent_id=agent_id,
        session_id=session_id,
        expires_at=expires_at,
    )


async def opened_by(work: Work, token_hash: bytes) -> tuple[UUID, UUID] | None:
    """Return the agent and the session that a token opens, or None."""
    row = await work.db.row(_TOKEN, hashed=token_hash, now=work.now)
    return None if row is None else (row[0], row[1])


async def keep_awake(
    work: Work, agent_id: UUID, session_id: UUID, until: datetime
) -> datetime | None:
    """Put off the idle end of a session; return its other end, or None when it is over."""
    kept = await work.db.run(
        _KEEP_AWAKE, agent=agent_id, session=session_id, now=work.now, until=until
    )
    if not kept:
        return None
    row = await work.db.row(_ENDS_AT, agent=agent_id, session=session_id)
    assert row is not None
    ends_at: datetime = row[0]
    return ends_at


async def end_session(work: Work, agent_id: UUID, session_id: UUID) -> None:
    """End a session. Idempotent."""
    await work.db.run(_END_SESSION, agent=agent_id, session=session_id, now=work.now)
