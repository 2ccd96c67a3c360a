"""Accounts and their sign-in names."""

from uuid import UUID

import msgspec
from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from backend.identity.accounts.model import Account, Contacts
from backend.identity.rows import columns, fill_or_none, place
from backend.identity.tables import accounts, logins, recovery_codes, totps
from backend.kernel.ids import AccountId
from backend.kernel.work import Work

_ACCOUNT = select(*columns(accounts, Account)).where(
    accounts.c.account_id == bindparam("account_id")
)
_ACCOUNT_ID = select(logins.c.account_id).where(logins.c.login_hash == bindparam("login_hash"))
_ADD_LOGIN = upsert(logins).on_conflict_do_nothing(index_elements=[logins.c.login_hash])
_ADD_ACCOUNT = insert(accounts)
_DROP_LOGIN = delete(logins).where(logins.c.login_hash == bindparam("hashed"))
_DROP_ACCOUNT = delete(accounts).where(accounts.c.account_id == bindparam("account"))
_DROP_PAPER = delete(recovery_codes).where(recovery_codes.c.account_id == bindparam("account"))
_SET_CONTACTS = (
    update(accounts)
    .where(
        accounts.c.account_id == bindparam("account"),
        accounts.c.sealed_contacts == bindparam("old"),
    )
    .values(sealed_contacts=bindparam("new"))
)
_SET_PASSWORD = (
    update(accounts)
    .where(accounts.c.account_id == bindparam("account"))
    .values(password_hash=bindparam("new"))
)
_CONFIRM = (
    update(accounts)
    .where(accounts.c.account_id == bindparam("account"), accounts.c.confirmed_at.is_(None))
    .values(confirmed_at=bindparam("now"))
)
_HAS_TOTP = select(totps.c.account_id).where(
    totps.c.account_id == bindparam("account_id"), totps.c.sealed_seed.is_not(None)
)


def login_hash(work: Work, comparable: str, *, of_assistant: bool = False) -> bytes:
    """Return the look-up hash of a sign-in name in its comparable form.

    Assistants have names of their own: where patients sign in, nobody has them.
    """
    return work.keys.provider.index("assistant-login" if of_assistant else "login", comparable)


async def account_id_of(work: Work, hashed: bytes) -> AccountId | None:
    """Return whose sign-in name this is, or None."""
    row = await work.db.row(_ACCOUNT_ID, login_hash=hashed)
    return None if row is None else AccountId(row[0])


async def account(work: Work, account_id: UUID) -> Account | None:
    """Return an account, or None."""
    return fill_or_none(Account, await work.db.row(_ACCOUNT, account_id=account_id))


async def existing(work: Work, account_id: UUID) -> Account:
    """Return an account that somebody is signed in to."""
    found = await account(work, account_id)
    assert found is not None, "A session outlives its account."
    return found


async def add(work: Work, new: Account) -> bool:
    """Store an account with its sign-in name; False when the name is somebody's."""
    taken = not await work.db.run(_ADD_LOGIN, login_hash=new.login_hash, account_id=new.account_id)
    if not taken:
        await work.db.run(_ADD_ACCOUNT, **msgspec.structs.asdict(new))
    return not taken


async def drop(work: Work, of: Account) -> None:
    """Forget an account that nobody ever signed in to, with its name and its key."""
    await work.db.run(_DROP_LOGIN, hashed=of.login_hash)
    await work.db.run(_DROP_PAPER, account=of.account_id)
    await work.db.run(_DROP_ACCOUNT, account=of.account_id)
    await work.keys.shred(work.db, of.account_id)


async def has_totp(work: Work, account_id: UUID) -> bool:
    """Say whether an account has a confirmed authenticator app."""
    return await work.db.row(_HAS_TOTP, account_id=account_id) is not None


async def contacts_of(work: Work, of: Account) -> Contacts:
    """Open the contacts of an account."""
    cipher = await work.keys.cipher(work.db, of.account_id)
    plain = cipher.open(_contacts_place(of.account_id), of.sealed_contacts)
    return msgspec.json.decode(plain, type=Contacts)


async def seal_contacts(work: Work, account_id: AccountId, contacts: Contacts) -> bytes:
    """Seal contacts under the key of their account, which must exist."""
    cipher = await work.keys.cipher(work.db, account_id)
    return cipher.seal(_contacts_place(account_id), msgspec.json.encode(contacts))


async def set_contacts(work: Work, of: Account, contacts: Contacts) -> bool:
    """Replace contacts; False when they have changed since *of* was read."""
    sealed = await seal_contacts(work, of.account_id, contacts)
    changed = await work.db.run(
        _SET_CONTACTS, account=of.account_id, old=of.sealed_contacts, new=sealed
    )
    return changed == 1


async def confirm(work: Work, account_id: UUID) -> None:
    """Note that the owner of an assisted account has confirmed it alone."""
    await work.db.run(_CONFIRM, account=account_id, now=work.now)


async def set_password(work: Work, account_id: UUID, password_hash: str) -> None:
    """Replace the password."""
    await work.db.run(_SET_PASSWORD, account=account_id, new=password_hash)


def _contacts_place(account_id: UUID) -> bytes:
    return place(accounts, account_id, "contacts")
