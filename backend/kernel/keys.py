"""The keys of spaces and accounts: made, cached for a moment, rewrapped."""

import secrets
import time
from collections import OrderedDict
from uuid import UUID

from sqlalchemy import Column, LargeBinary, Table, Uuid, bindparam, select, update
from sqlalchemy.dialects.postgresql import insert

from backend.kernel.db import Sql
from backend.kernel.errors import NotFound
from backend.kernel.sealing import KEY_BYTES, Cipher, KeyProvider
from backend.kernel.tables import metadata

CACHED_SECONDS = 60
CACHED_MAX = 500
REWRAPPED_AT_ONCE = 200

owner_keys = Table(
    "owner_key",
    metadata,
    # A space or an account. Sharded by itself, so that it lies where its owner's rows lie.
    Column("owner_id", Uuid, primary_key=True),
    Column("wrapped", LargeBinary, nullable=False),
    info={"shard_by": "owner_id"},
)

_INSERT = insert(owner_keys)
_SELECT = select(owner_keys.c.wrapped).where(owner_keys.c.owner_id == bindparam("owner_id"))
_UPDATE = (
    update(owner_keys)
    .where(owner_keys.c.owner_id == bindparam("owner"), owner_keys.c.wrapped == bindparam("old"))
    .values(wrapped=bindparam("new"))
)
_DELETE = owner_keys.delete().where(owner_keys.c.owner_id == bindparam("owner_id"))
_AFTER = (
    select(owner_keys.c.owner_id, owner_keys.c.wrapped)
    .where(owner_keys.c.owner_id > bindparam("after"))
    .order_by(owner_keys.c.owner_id)
    .limit(REWRAPPED_AT_ONCE)
)


_ANY = select(owner_keys.c.owner_id).limit(1)


class KeyFileMissing(Exception):
    """Data is there that a key file sealed, and the key file is not."""


class Erased(NotFound):
    """The key of this space was destroyed: what it sealed is gone for good."""


class Keys:
    """Finds the cipher of a space or an account."""

    def __init__(self, provider: KeyProvider) -> None:
        self.provider = provider
        self._cache: OrderedDict[UUID, tuple[float, Cipher]] = OrderedDict()

    async def refuse_new_file(self, sql: Sql) -> None:
        """Refuse a key file that was just made beside data of another one.

        Raises:
            KeyFileMissing: Something is sealed here, by a key file that is gone.
        """
        if await sql.row(_ANY) is not None:
            raise KeyFileMissing(
                "The key file of this data is missing. Put back the copy that you keep "
                "apart, or set CARNET_KEY_FILE to it."
            )

    async def create(self, sql: Sql, owner_id: UUID) -> Cipher:
        """Make the key of a new owner."""
        key = secrets.token_bytes(KEY_BYTES)
        await sql.run(_INSERT, owner_id=owner_id, wrapped=self.provider.wrap(owner_id, key))
        return Cipher(owner_id, key)

    async def cipher(self, sql: Sql, owner_id: UUID) -> Cipher:
        """Return the cipher of an owner.

        Raises:
            Erased: There is no key, or no more.
        """
        cached = self._cache.get(owner_id)
        if cached is not None and cached[0] > time.monotonic():
            return cached[1]
        row = await sql.row(_SELECT, owner_id=owner_id)
        if row is None:
            raise Erased("Nothing can be opened here.")
        cipher = Cipher(owner_id, self.provider.unwrap(owner_id, row[0]))
        self._cache[owner_id] = (time.monotonic() + CACHED_SECONDS, cipher)
        self._cache.move_to_end(owner_id)
        while len(self._cache) > CACHED_MAX:
            self._cache.popitem(last=False)
        return cipher

    async def shred(self, sql: Sql, owner_id: UUID) -> None:
        """Destroy a key: what it sealed can never be read again."""
        self._cache.pop(owner_id, None)
        await sql.run(_DELETE, owner_id=owner_id)

    async def rewrap(self, sql: Sql, after: UUID) -> tuple[int, UUID | None]:
        """Put one batch of keys under the current key-encryption key.

        Returns:
            How many were looked at, and where to go on from; None when all are done.
        """
        rows = await sql.rows(_AFTER, after=after)
        for owner_id, wrapped in rows:
            if not self.provider.is_current(wrapped):
                key = self.provider.unwrap(owner_id, wrapped)
                new = self.provider.wrap(owner_id, key)
                # Compare-and-set: whoever shreds this key meanwhile wins.
                await sql.run(_UPDATE, owner=owner_id, old=wrapped, new=new)
        return len(rows), rows[-1][0] if len(rows) == REWRAPPED_AT_ONCE else None
