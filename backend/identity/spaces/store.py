"""Spaces, their persons, letters and members as stored."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import bindparam, delete, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from backend.identity.limits import ACTIVATION_TRIES_MAX, SPACES_PER_ACCOUNT_MAX
from backend.identity.rows import columns, fill, fill_or_none, place
from backend.identity.spaces.model import Activation, Eye, Membership, Patient, Role
from backend.identity.tables import (
    accounts,
    activation_codes,
    activations,
    ins_lookups,
    memberships,
    patients,
)
from backend.kernel.work import Work
from sync.storage.tables import spaces, viewers

_CLAIM_INS = upsert(ins_lookups).on_conflict_do_nothing(index_elements=[ins_lookups.c.ins_hash])
_BY_INS = select(ins_lookups.c.space_id).where(ins_lookups.c.ins_hash == bindparam("hashed"))
_ADD_PATIENT = insert(patients)
_PATIENTS = select(patients.c.space_id, patients.c.sealed_identity).where(
    patients.c.space_id.in_(bindparam("space_ids", expanding=True))
)

_IN_SPACE = activations.c.space_id == bindparam("in_space")
_THIS = activations.c.activation_id == bindparam("activation")
_UNUSED = activations.c.used_at.is_(None)
_ADD_ACTIVATION = insert(activations)
_ADD_CODE = insert(activation_codes)
_DROP_CODE = delete(activation_codes).where(activation_codes.c.code_hash == bindparam("hashed"))
_CODE = select(activation_codes.c.space_id, activation_codes.c.activation_id).where(
    activation_codes.c.code_hash == bindparam("hashed")
)
_ACTIVATION = select(*columns(activations, Activation)).where(_IN_SPACE, _THIS)
_ACTIVATIONS = (
    select(*columns(activations, Activation))
    .where(_IN_SPACE)
    .order_by(activations.c.issued_at, activations.c.activation_id)
)
_TAKE_TRY = (
    update(activations)
    .where(
        _IN_SPACE,
        _THIS,
        _UNUSED,
        activations.c.code_hash == bindparam("hashed"),
        activations.c.expires_at > bindparam("now"),
        activations.c.tries < bindparam("tries_max"),
    )
    .values(tries=activations.c.tries + 1)
)
_RETURN_TRY = update(activations).where(_IN_SPACE, _THIS).values(tries=activations.c.tries - 1)
_USE = (
    update(activations)
    .where(
        _IN_SPACE,
        _THIS,
        _UNUSED,
        activations.c.code_hash == bindparam("hashed"),
        activations.c.expires_at > bindparam("now"),
    )
    .values(used_at=bindparam("used"))
)
_REPLACE_CODE = (
    update(activations)
    .where(_IN_SPACE, _THIS, _UNUSED, activations.c.code_hash == bindparam("old"))
    .values(
        code_hash=bindparam("new"),
        tries=0,
        issued_at=bindparam("now"),
        expires_at=bindparam("until"),
    )
)

_SHUT_LETTER = (
    update(activations)
    .where(_IN_SPACE, _THIS, _UNUSED)
    .values(expires_at=bindparam("over"), used_at=bindparam("for_good"))
)
_WAITING = select(activations.c.viewer_id).where(
    _IN_SPACE, _UNUSED, activations.c.expires_at > bindparam("now")
)
_CLOSE_REPRESENTATIVES = (
    update(viewers)
    .where(
        viewers.c.space_id == bindparam("in_space"),
        viewers.c.role == Role.REPRESENTATIVE.value,
        viewers.c.closes_at.is_(None),
    )
    .values(closes_at=bindparam("until"))
)

_ADD_MEMBER = insert(memberships)
_NEW_MEMBER = upsert(memberships)
_PUT_MEMBER = _NEW_MEMBER.on_conflict_do_update(
    index_elements=[memberships.c.account_id, memberships.c.space_id],
    set_={
        "viewer_id": _NEW_MEMBER.excluded.viewer_id,
        "role": _NEW_MEMBER.excluded.role,
        "joined_at": _NEW_MEMBER.excluded.joined_at,
    },
)
_DROP_MEMBER = delete(memberships).where(
    memberships.c.account_id == bindparam("account"),
    memberships.c.space_id == bindparam("space"),
)
_MEMBERSHIPS = (
    select(*columns(memberships, Membership))
    .where(memberships.c.account_id == bindparam("account"))
    .order_by(memberships.c.joined_at, memberships.c.space_id)
    .limit(SPACES_PER_ACCOUNT_MAX)
)
_COUNT = (
    select(func.count())
    .select_from(memberships)
    .where(memberships.c.account_id == bindparam("account"))
)
_EYES = select(
    viewers.c.space_id,
    viewers.c.viewer_id,
    viewers.c.role,
    spaces.c.state,
    viewers.c.is_open,
    viewers.c.opens_at,
    viewers.c.closes_at,
    viewers.c.grant_,
).where(
    viewers.c.space_id.in_(bindparam("space_ids", expanding=True)),
    viewers.c.party_id == bindparam("party"),
    spaces.c.space_id == viewers.c.space_id,
)
_LOCK_ACCOUNT = (
    select(accounts.c.account_id)
    .where(accounts.c.account_id == bindparam("account"))
    .with_for_update()
)


async def space_by_ins(work: Work, ins_hash: bytes) -> UUID | None:
    """Return the space that is open for an INS number, or None."""
    row = await work.db.row(_BY_INS, hashed=ins_hash)
    return None if row is None else row[0]


async def claim_ins(work: Work, ins_hash: bytes, space_id: UUID) -> bool:
    """Take an INS number for a space; False when another has it."""
    return await work.db.run(_CLAIM_INS, ins_hash=ins_hash, space_id=space_id) == 1


async def add_patient(work: Work, space_id: UUID, patient: Patient) -> None:
    """Store the person of a space, sealed under the space's key."""
    cipher = await work.keys.cipher(work.db, space_id)
    sealed = cipher.seal(_patient_place(space_id), msgspec.json.encode(patient))
    await work.db.run(_ADD_PATIENT, space_id=space_id, sealed_identity=sealed, opened_at=work.now)


async def patients_of(work: Work, space_ids: Sequence[UUID]) -> dict[UUID, Patient]:
    """Return the persons of these spaces."""
    if not space_ids:
        return {}
    found = {}
    for space_id, sealed in await work.db.rows(_PATIENTS, space_ids=space_ids):
        cipher = await work.keys.cipher(work.db, space_id)
        plain = cipher.open(_patient_place(space_id), sealed)
        found[space_id] = msgspec.json.decode(plain, type=Patient)
    return found


async def add_activation(work: Work, new: Activation) -> None:
    """Store the right to enter by a code."""
    await work.db.run(_ADD_ACTIVATION, **msgspec.structs.asdict(new))
    await _add_code(work, new, new.code_hash, new.expires_at)


async def activation(work: Work, space_id: UUID, activation_id: UUID) -> Activation | None:
    """Return one right to enter, or None."""
    row = await work.db.row(_ACTIVATION, in_space=space_id, activation=activation_id)
    return fill_or_none(Activation, row)


async def activation_of(work: Work, code_hash: bytes) -> Activation | None:
    """Return what a code opens while it counts, or None."""
    row = await work.db.row(_CODE, hashed=code_hash)
    found = None if row is None else await activation(work, row[0], row[1])
    return found if found is not None and found.code_hash == code_hash else None


async def activations_of(work: Work, space_id: UUID) -> list[Activation]:
    """Return every right to enter a space by a code, used ones included."""
    rows = await work.db.rows(_ACTIVATIONS, in_space=space_id)
    return [fill(Activation, row) for row in rows]


async def take_try(work: Work, of: Activation) -> bool:
    """Count a try at a code; False when it is used, replaced, too old or has none left."""
    taken = await work.db.run(
        _TAKE_TRY,
        in_space=of.space_id,
        activation=of.activation_id,
        hashed=of.code_hash,
        now=work.now,
        tries_max=ACTIVATION_TRIES_MAX,
    )
    return taken == 1


async def return_try(work: Work, of: Activation) -> None:
    """Take back a try of this transaction that was right."""
    await work.db.run(_RETURN_TRY, in_space=of.space_id, activation=of.activation_id)


async def use(work: Work, space_id: UUID, activation_id: UUID, code_hash: bytes) -> bool:
    """Use a code up; False when it was used, replaced or too old."""
    used = await work.db.run(
        _USE,
        in_space=space_id,
        activation=activation_id,
        hashed=code_hash,
        now=work.now,
        used=work.now,
    )
    return used == 1


async def replace_code(work: Work, of: Activation, code_hash: bytes, expires_at: datetime) -> bool:
    """Put another code in the place of one; False when it was used or replaced meanwhile."""
    replaced = await work.db.run(
        _REPLACE_CODE,
        in_space=of.space_id,
        activation=of.activation_id,
        old=of.code_hash,
        new=code_hash,
        now=work.now,
        until=expires_at,
    )
    if not replaced:
        return False
    await work.db.run(_DROP_CODE, hashed=of.code_hash)
    await _add_code(work, of, code_hash, expires_at)
    return True


async def shut_letter(work: Work, of: Activation, *, for_good: bool) -> None:
    """Let a letter that nobody used open nothing from now on; *for_good*, it is as used up."""
    await work.db.run(
        _SHUT_LETTER,
        in_space=of.space_id,
        activation=of.activation_id,
        over=work.now,
        for_good=work.now if for_good else None,
    )


async def viewers_of_letters(work: Work, space_id: UUID) -> set[UUID]:
    """Return the viewers to which letters lead that may still be used."""
    rows = await work.db.rows(_WAITING, in_space=space_id, now=work.now)
    return {row[0] for row in rows}


async def close_representatives(work: Work, space_id: UUID, until: datetime) -> None:
    """Set when the eyes of a child's representatives close, where nobody has."""
    await work.db.run(_CLOSE_REPRESENTATIVES, in_space=space_id, until=until)


async def add_member(work: Work, member: Membership) -> None:
    """Write a space into an account's directory."""
    await work.db.run(_ADD_MEMBER, **msgspec.structs.asdict(member))


async def drop_member(work: Work, account_id: UUID, space_id: UUID) -> None:
    """Take a space out of an account's directory."""
    await work.db.run(_DROP_MEMBER, account=account_id, space=space_id)


async def memberships_of(work: Work, account_id: UUID) -> list[Membership]:
    """Return the directory of an account, oldest first."""
    rows = await work.db.rows(_MEMBERSHIPS, account=account_id)
    return [fill(Membership, row) for row in rows]


async def count_memberships(work: Work, account_id: UUID) -> int:
    """Count the spaces in an account's directory."""
    row = await work.db.row(_COUNT, account=account_id)
    assert row is not None
    return int(row[0])


async def put_member(work: Work, member: Membership) -> None:
    """Write a space into an account's directory, in the place of what it said of it before."""
    await work.db.run(_PUT_MEMBER, **msgspec.structs.asdict(member))


async def lock_account(work: Work, account_id: UUID) -> None:
    """Let no other transaction that locks an account count its spaces before this one is over."""
    await work.db.row(_LOCK_ACCOUNT, account=account_id)


async def eyes_of(work: Work, account_id: UUID, space_ids: Collection[UUID]) -> dict[UUID, Eye]:
    """Return the viewers of an account in these spaces, those that are over included."""
    if not space_ids:
        return {}
    rows = await work.db.rows(_EYES, space_ids=list(space_ids), party=account_id)
    return {row[0]: fill(Eye, row) for row in rows}


async def _add_code(work: Work, of: Activation, code_hash: bytes, expires_at: datetime) -> None:
    await work.db.run(
        _ADD_CODE,
        code_hash=code_hash,
        space_id=of.space_id,
        activation_id=of.activation_id,
        expires_at=expires_at,
    )


def _patient_place(space_id: UUID) -> bytes:
    return place(patients, space_id, "identity")
