"""The switches of a record: read and changed by its holder, or who stands in their place."""

import hashlib
from datetime import datetime
from uuid import UUID

import msgspec

from backend.access.acts import acts_in
from backend.access.emergency.ending import COLLECTION as EMERGENCIES
from backend.access.emergency.ending import end_running
from backend.access.guard import trace_of
from backend.access.journal import service as journal
from backend.access.journal.model import Action, Object
from backend.access.model import AccessSettings, EmergencyAccess, Role
from backend.access.rules.emergencies import lets_in
from backend.access.switches.model import Change, Switches, loosens, switches_of
from backend.identity.rules.sessions import refuse_without_step_up
from backend.identity.sessions.model import Caller
from backend.kernel.conditions import check_if_match
from backend.kernel.spaces import SpaceTransactions, edit_space, save_space
from backend.kernel.work import Office, Work
from sync.core.audience import Viewer
from sync.edit import Entry
from sync.errors import SpaceNotFound
from sync.exchange import read_traced
from sync.ports import Host
from sync.pull import open_reading
from sync.push import Caller as Device
from sync.storage.port import Deed, SpaceStore

COLLECTION = "settings"

_OWN = frozenset({Role.HOLDER.value, Role.REPRESENTATIVE.value})


async def read_switches(office: Office, host: Host, caller: Caller, space_id: UUID) -> Switches:
    """Return the switches as they stand, whether somebody ever set them or not.

    Raises:
        SpaceNotFound: No such space, or not the caller's own.
    """
    device = Device(party_id=caller.party_id, device_id=caller.device_id)

    async def look(store: SpaceStore, now: datetime, *, traced: bool) -> Switches | None:
        viewer = (await open_reading(store, host, device, now)).viewer
        if viewer.role not in _OWN:
            raise SpaceNotFound
        held = await store.held({COLLECTION})
        must_trace = bool(held) and store.must_trace(viewer, device.device_id)
        if must_trace and not traced:
            return None
        if must_trace:
            objects = tuple((record.collection, record.record_id) for record in held)
            await store.trace(
                Deed(viewer=viewer, device_id=device.device_id, action="read", objects=objects)
            )
        return switches_of(acts_in(held).settings)

    return await read_traced(SpaceTransactions(office), host, space_id, look)


async def change_switches(
    work: Work, host: Host, caller: Caller, space_id: UUID, change: Change
) -> Switches:
    """Put the switches as they are wanted; they hold from the next request of anybody.

    Shutting asks for nothing, and ends the emergencies that a switch had let in;
    opening asks who is there.

    Raises:
        SpaceNotFound: No such space, or not the caller's own.
        IfMatchMissing, IfMatchFailed: See `check_if_match`.
        StepUpNeeded: The change lets somebody see more, without a fresh step-up.
    """
    edit = await edit_space(work, host, space_id)
    viewer = _own(list(edit.viewers.values()), host, caller, work.now)
    held = await edit.held({COLLECTION})
    standing = switches_of(acts_in(held).settings)
    wanted = change.wanted
    check_if_match(change.if_match, etag_of(standing))
    if wanted == standing:
        return standing
    if loosens(standing, wanted):
        refuse_without_step_up(caller, work.now)
    record_id = max(held, key=lambda record: record.rev).record_id if held else work.new_id()
    await edit.load([record_id])
    edit.put(
        Entry(
            record_id=record_id,
            collection=host.collections[COLLECTION],
            author_id=caller.party_id,
            fields=msgspec.to_builtins(wanted),
        )
    )
    ended = await end_running(edit, host, caller.party_id, lambda one: not _stays(one, wanted))
    objects = ((COLLECTION, record_id),)
    deed = Deed(viewer=viewer, device_id=caller.device_id, action="change", objects=objects)
    traces = [trace_of(work, deed, Action.SETTINGS_CHANGED, ())]
    if ended:
        about = tuple(Object(collection=EMERGENCIES, record_id=one) for one in ended)
        traces.append(trace_of(work, deed, Action.EMERGENCY_ENDED, about))
    await journal.write_all(work, space_id, traces)
    await save_space(work, space_id, edit)
    return wanted


def _stays(emergency: EmergencyAccess, wanted: Switches) -> bool:
    settings = AccessSettings(**msgspec.structs.asdict(wanted))
    return lets_in(settings, is_regulator=emergency.by_regulation)


def etag_of(switches: Switches) -> str:
    """Return the tag of these switches: it follows from what they say."""
    return f'"{hashlib.sha256(msgspec.json.encode(switches)).hexdigest()[:32]}"'


def _own(viewers: list[Viewer], host: Host, caller: Caller, now: datetime) -> Viewer:
    for viewer in viewers:
        is_own = viewer.party_id == caller.party_id and viewer.role in _OWN
        if is_own and host.rights.in_force(viewer, now):
            return viewer
    raise SpaceNotFound
