"""The statements of sync's storage, compiled once for each database."""

from uuid import UUID

from sqlalchemy import (
    BindParameter,
    LargeBinary,
    and_,
    bindparam,
    case,
    delete,
    or_,
    select,
    type_coerce,
    update,
)
from sqlalchemy.dialects.postgresql import Insert, insert

from sync.core.change import Kind
from sync.storage.tables import feeds, kept_values, ops, records, releases, spaces, viewers


def upsert(statement: Insert, *keys: str) -> Insert:
    """Let a row that stands under these keys be replaced."""
    replaced = {
        column.name: statement.excluded[column.name]
        for column in statement.table.c
        if column.name not in keys
    }
    return statement.on_conflict_do_update(index_elements=list(keys), set_=replaced)


PUT = int(Kind.PUT)
IN_SPACE: BindParameter[UUID] = bindparam("space_id")
SPACE = select(spaces.c.head, spaces.c.epoch, spaces.c.state, spaces.c.due_at).where(
    spaces.c.space_id == IN_SPACE
)
LOCK = SPACE.with_for_update()
VIEWER = (
    viewers.c.viewer_id,
    viewers.c.party_id,
    viewers.c.role,
    viewers.c.grant_,
    viewers.c.head,
    viewers.c.count,
    viewers.c.digest,
    viewers.c.is_open,
    viewers.c.keeps_copy,
    viewers.c.opens_at,
    viewers.c.closes_at,
)
VIEWERS = select(*VIEWER).where(viewers.c.space_id == IN_SPACE)
VIEWER_OF = VIEWERS.where(viewers.c.party_id == bindparam("party_id"))
HEAD = select(spaces.c.epoch, spaces.c.state, spaces.c.due_at, *VIEWER).where(
    spaces.c.space_id == IN_SPACE,
    viewers.c.space_id == IN_SPACE,
    viewers.c.party_id == bindparam("party_id"),
)
ANSWERED = select(ops.c.op_id, ops.c.request_hash, ops.c.sealed_outcome).where(
    ops.c.space_id == IN_SPACE,
    ops.c.device_id == bindparam("device_id"),
    ops.c.op_id.in_(bindparam("op_ids", expanding=True)),
)
WRITTEN = (
    select(ops.c.op_id)
    .where(ops.c.space_id == IN_SPACE, ops.c.device_id == bindparam("device_id"))
    .limit(1)
)
RECORD = (
    records.c.record_id,
    records.c.collection,
    records.c.rev,
    records.c.category,
    records.c.flags,
    records.c.depositor_id,
    records.c.author_id,
    records.c.deleted,
    records.c.restrictions,
    records.c.family_id,
    records.c.named_id,
    records.c.due_at,
)
RECORDS = select(*RECORD, records.c.sealed).where(
    records.c.space_id == IN_SPACE,
    records.c.record_id.in_(bindparam("record_ids", expanding=True)),
)
HEADS = (
    select(*RECORD)
    .where(records.c.space_id == IN_SPACE, records.c.deleted.is_(False))
    .order_by(records.c.rev)
)
HELD = select(*RECORD, records.c.sealed).where(
    records.c.space_id == IN_SPACE,
    records.c.collection.in_(bindparam("collections", expanding=True)),
    records.c.deleted.is_(False),
)
FAMILIES = select(records.c.record_id).where(
    records.c.space_id == IN_SPACE,
    records.c.family_id.in_(bindparam("family_ids", expanding=True)),
)
NAMING = select(records.c.record_id, records.c.named_id).where(
    records.c.space_id == IN_SPACE,
    records.c.named_id.in_(bindparam("record_ids", expanding=True)),
)
LINE = (feeds.c.viewer_id, feeds.c.record_id, feeds.c.seq, feeds.c.collection, feeds.c.kind)
LINES_OF = select(*LINE).where(
    feeds.c.space_id == IN_SPACE, feeds.c.viewer_id == bindparam("viewer_id")
)
LINES = select(*LINE).where(
    feeds.c.space_id == IN_SPACE,
    feeds.c.viewer_id.in_(bindparam("viewer_ids", expanding=True)),
    feeds.c.record_id.in_(bindparam("record_ids", expanding=True)),
)
HAD = select(feeds.c.record_id).where(
    feeds.c.space_id == IN_SPACE,
    feeds.c.viewer_id == bindparam("viewer_id"),
    feeds.c.record_id.in_(bindparam("record_ids", expanding=True)),
    feeds.c.kind == PUT,
)
KEPT = (
    select(
        kept_values.c.op_id,
        kept_values.c.author_id,
        kept_values.c.kept_at,
        kept_values.c.sealed,
    )
    .where(
        kept_values.c.space_id == IN_SPACE,
        kept_values.c.record_id == bindparam("record_id"),
        kept_values.c.author_id.in_(bindparam("author_ids", expanding=True)),
        or_(
            kept_values.c.kept_at > bindparam("since"),
            and_(
                kept_values.c.kept_at == bindparam("since"),
                kept_values.c.op_id >= bindparam("since_op"),
            ),
        ),
    )
    .order_by(
        kept_values.c.kept_at,
        kept_values.c.op_id,
        kept_values.c.device_id,
        kept_values.c.author_id,
    )
    .limit(bindparam("limit"))
)
PAGE = (
    select(
        feeds.c.seq,
        feeds.c.collection,
        # As the driver gives it: a page needs its bytes and its text, never the object.
        type_coerce(feeds.c.record_id, LargeBinary),
        feeds.c.kind,
        records.c.rev,
        # Of what is gone nothing leaves the database.
        case((feeds.c.kind == PUT, records.c.sealed)),
        case((feeds.c.kind == PUT, records.c.named_id)),
    )
    .select_from(
        feeds.outerjoin(
            records,
            and_(
                records.c.space_id == feeds.c.space_id,
                records.c.record_id == feeds.c.record_id,
            ),
        )
    )
    .where(
        feeds.c.space_id == IN_SPACE,
        feeds.c.viewer_id == bindparam("viewer_id"),
        feeds.c.seq > bindparam("after"),
    )
    .order_by(feeds.c.seq)
    .limit(bindparam("limit"))
)
# Of a device that began with nothing: it never had what was gone by then.
FIRST_PAGE = PAGE.where(or_(feeds.c.kind == PUT, feeds.c.seq > bindparam("gone_after")))
ALL_IDS = select(records.c.record_id).where(records.c.space_id == IN_SPACE)
MOVE_HEAD = (
    update(spaces)
    .where(spaces.c.space_id == bindparam("in_space"))
    .values(head=bindparam("new_head"))
)
MOVE_VIEWER = (
    update(viewers)
    .where(viewers.c.space_id == bindparam("in_space"), viewers.c.viewer_id == bindparam("viewer"))
    .values(
        head=bindparam("new_head"),
        count=bindparam("new_count"),
        digest=bindparam("new_digest"),
    )
)
PUT_RECORDS = upsert(insert(records), "space_id", "record_id")
PUT_LINES = upsert(insert(feeds), "space_id", "viewer_id", "record_id")
PUT_ANSWERED = insert(ops)
PUT_KEPT = insert(kept_values)
DUE = select(releases.c.subject_id, releases.c.is_viewer).where(
    releases.c.space_id == IN_SPACE, releases.c.due_at <= bindparam("now")
)
NEXT_DUE = (
    select(releases.c.due_at)
    .where(releases.c.space_id == IN_SPACE)
    .order_by(releases.c.due_at)
    .limit(1)
)
DROP_DUE = delete(releases).where(
    releases.c.space_id == bindparam("in_space"), releases.c.subject_id == bindparam("subject")
)
PUT_DUE = upsert(insert(releases), "space_id", "subject_id")
MOVE_DUE = (
    update(spaces)
    .where(spaces.c.space_id == bindparam("in_space"))
    .values(due_at=bindparam("next_due"))
)
SPACES_DUE = (
    select(releases.c.space_id)
    .where(releases.c.due_at <= bindparam("now"))
    .order_by(releases.c.due_at)
    .limit(bindparam("limit"))
    .execution_options(all_spaces=True)
)
PUT_VIEWER = upsert(insert(viewers), "space_id", "viewer_id")
RESTRICT = (
    update(records)
    .where(records.c.space_id == bindparam("in_space"), records.c.record_id == bindparam("record"))
    .values(restrictions=bindparam("new_restrictions"))
)
