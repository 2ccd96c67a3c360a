"""Bodies that name another record follow it into and out of sight.

Source: docs/decisions/0037-what-a-body-names.md.
"""

from typing import TYPE_CHECKING

from sync.feeds import StagedFeeds
from sync.ports import Host
from sync.storage.port import SpaceStore

if TYPE_CHECKING:
    from sync.edit import SpaceEdit


async def follow_names(
    edit: "SpaceEdit", feeds: StagedFeeds, store: SpaceStore, host: Host
) -> None:
    """Move on what names a record that comes into or out of sight: it says another thing now.

    A line that moves in this edit anyway was read by nobody yet.
    """
    relations = (collection.relation for collection in host.collections.values())
    named = {relation.collection for relation in relations if relation is not None}
    turned = feeds.turned(named)
    if not turned:
        return
    concerned = {
        record_id: [
            viewer
            for viewer in (edit.viewers[viewer_id] for viewer_id in turned[named_id])
            if not feeds.has_moved(viewer, record_id)
        ]
        for record_id, named_id in await store.naming(turned)
    }
    await edit.load([record_id for record_id, viewers in concerned.items() if viewers])
    for record_id, viewers in concerned.items():
        for viewer in viewers:
            record = edit.record(record_id)
            if record is not None and edit.seq(viewer, record_id) is not None:
                feeds.move(viewer, record, visible=True, touched=True)
