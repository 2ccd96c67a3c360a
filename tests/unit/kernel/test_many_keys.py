"""A point read for many keys finds what each of them would find alone."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Integer, bindparam, func, or_, select

from backend.identity.sessions.store import _OPENED_BY, _STANDING
from backend.identity.tables import sessions, tokens
from backend.kernel.dialects import PostgresqlDialect
from backend.kernel.many_keys import ManyKeys, for_many_keys
from sync.storage.statements import HEAD, LOCK, PAGE
from sync.storage.tables import records

DIALECT = PostgresqlDialect(paramstyle="named")  # type: ignore[no-untyped-call]
A, B, C = (UUID(int=i) for i in (1, 2, 3))


def many(statement: Any) -> ManyKeys:
    """Write a statement for many keys that can be written so."""
    written = for_many_keys(statement, DIALECT)
    assert written is not None
    return written


def test_the_rows_of_each_poll_can_be_asked_together() -> None:
    """The token and its kind, the account and its session, the space and its party."""
    keys = {"hashed": b"h", "kind": "access"}
    standing = {"account": A, "session": B}
    head = {"space_id": A, "party_id": B}

    assert many(_OPENED_BY).key(keys) == (b"h", "access")
    assert many(_STANDING).key(standing) == (A, B)
    assert many(HEAD).key(head) == (A, B)


def test_a_list_names_the_shards_and_another_one_is_held_to_it() -> None:
    """Both tables of one space are tied; two lists are never looked up each with each."""
    sql, values = many(HEAD).text([(A, B), (A, C)])

    where = " ".join(sql.split("WHERE")[1].split())
    assert where == (
        "space.space_id IN ($1) AND viewer.space_id = space.space_id "
        "AND (viewer.party_id IN ($2, $3)) IS true"
    )
    assert values == [A, B, C]


def test_a_value_that_all_share_is_sent_once() -> None:
    """Whatever their number, up to a power of two."""
    sql, values = many(_OPENED_BY).text([(b"a", "access"), (b"b", "access"), (b"c", "access")])

    assert values == [b"a", b"b", b"c", b"c", "access"]
    assert "$5" in sql
    assert "$6" not in sql


def test_each_row_comes_after_its_key_and_without_it() -> None:
    """A row is what the statement says alone; its key stands before it."""
    row = (A, "strong", None, None, None, None, None)

    assert [*many(_STANDING).rows([(*row, B, C)])] == [((B, C), row)]


def test_a_value_of_another_kind_is_asked_alone() -> None:
    """It may be equal in the database, and would not be found among the answers."""
    written = many(_STANDING)

    assert written.key({"account": str(A), "session": B}) is None
    assert written.key({"account": A, "session": None}) is None
    assert written.key({"account": A, "session": B, "more": 1}) is None


_ACCOUNT = sessions.c.account_id == bindparam("account")
_PLAIN = select(sessions.c.device_id).where(_ACCOUNT)

ALONE: dict[str, Any] = {
    "it locks": LOCK,
    "it is a page": PAGE,
    "it is sorted": _PLAIN.order_by(sessions.c.device_id),
    "it has an end": _PLAIN.limit(1),
    "it has a beginning": _PLAIN.offset(1),
    "it has no doubles": _PLAIN.distinct(),
    "it is counted": _PLAIN.with_only_columns(func.count()).group_by(sessions.c.device_id),
    "it is for all": select(sessions.c.device_id),
    "it compares otherwise": _PLAIN.where(sessions.c.idle_until > bindparam("now")),
    "it leaves a choice": _PLAIN.where(
        or_(sessions.c.session_id == bindparam("one"), sessions.c.session_id == bindparam("other"))
    ),
    "it names no shard": select(tokens.c.kind).where(tokens.c.session_id == bindparam("session")),
    "it has a list": _PLAIN.where(sessions.c.session_id.in_(bindparam("all", expanding=True))),
    "it compares a value": _PLAIN.where(bindparam("a", type_=Integer) == bindparam("b")),
    "it joins": select(sessions.c.device_id)
    .select_from(sessions.outerjoin(tokens, tokens.c.session_id == sessions.c.session_id))
    .where(_ACCOUNT),
}


@pytest.mark.parametrize("why", ALONE)
def test_what_says_more_than_which_row_is_asked_alone(why: str) -> None:
    """It would not mean the same for many."""
    assert for_many_keys(ALONE[why], DIALECT) is None


def test_conditions_without_a_value_stay() -> None:
    """What holds for one holds for each of many."""
    still = select(records.c.rev).where(
        records.c.space_id == bindparam("space_id"),
        records.c.record_id == bindparam("record_id"),
        records.c.deleted.is_(False),
        records.c.collection != "notes",
    )

    sql, values = many(still).text([(A, uuid4())])

    assert "record.deleted IS false" in sql
    assert "record.collection != " in sql
    assert "notes" in values
