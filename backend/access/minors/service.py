"""Who represents a child, and the day on which the child is of age.

Source: docs/decisions/0022-mandates.md, 0035-rights-by-hand.md; Code civil, articles 371-1,
388 and 414.
"""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from backend.access.guard import actor_of
from backend.access.journal import service as journal
from backend.access.journal.model import Action, Actor, ActorKind, Trace
from backend.access.mandates.acts import withdraw_invitations, write_down
from backend.access.mandates.seats import take_seat
from backend.access.minors.errors import RepresentativeNotFound, TooManyRepresentatives
from backend.access.model import Mandate, Role
from backend.identity.letters import service as letters
from backend.identity.letters.model import LetterKind
from backend.identity.limits import REPRESENTATIVES_MAX
from backend.identity.notices import tell
from backend.identity.rules.opening import majority_at
from backend.identity.rules.sessions import refuse_without_step_up
from backend.identity.sessions.model import Caller
from backend.identity.spaces import majorities
from backend.identity.spaces import service as spaces
from backend.identity.spaces import store as directory
from backend.identity.spaces.model import Letter, RepresentativeState
from backend.identity.spaces.model import Role as LetterRole
from backend.kernel.ids import SpaceId, ViewerId
from backend.kernel.keys import Erased
from backend.kernel.spaces import edit_space, open_store, save_space
from backend.kernel.work import Office, Work
from sync.core.audience import Viewer
from sync.edit import SpaceEdit
from sync.errors import NotAllowed, SpaceNotFound
from sync.ports import Host

_REPRESENTATIVE = Role.REPRESENTATIVE.value
_SPACES_AT_ONCE = 50
_OPERATOR = Actor(kind=ActorKind.OPERATOR)
_SYSTEM = Actor(kind=ActorKind.SYSTEM)


async def invite_second(work: Work, host: Host, caller: Caller, space_id: UUID) -> Letter:
    """Let a child's representative have the other one in, by the code of a letter.

    Raises:
        SpaceNotFound: No such space, or not one that the caller represents.
        NotAllowed: The space is an adult's: a judge names who represents them.
        StepUpNeeded: See `refuse_without_step_up`.
        TooManyRepresentatives: There are two, or a letter to the second one is on its way.
    """
    seat = await take_seat(work, host, caller, space_id)
    is_parent = seat.viewer.role == _REPRESENTATIVE
    if not is_parent or not await spaces.is_of_a_minor(work, space_id):
        raise NotAllowed
    refuse_without_step_up(caller, work.now)
    letter = await _add(work, seat.edit, SpaceId(space_id))
    await _write(work, space_id, actor_of(seat.viewer, caller.device_id), Action.LETTER_ISSUED)
    return letter


async def add_by_operator(work: Work, host: Host, space_id: UUID) -> Letter:
    """Make room for a representative: of a child who has none left, or as a judge decided.

    Raises:
        SpaceNotFound: No such space.
        TooManyRepresentatives: There are as many as there may be.
    """
    edit = await edit_space(work, host, space_id)
    letter = await _add(work, edit, SpaceId(space_id))
    await _write(work, space_id, _OPERATOR, Action.LETTER_ISSUED)
    return letter


async def list_representatives(work: Work, space_id: UUID) -> list[RepresentativeState]:
    """Return who represents the person of a space, for an operator: no names.

    Raises:
        SpaceNotFound: No such space.
    """
    store = await open_store(work, space_id)
    if await store.look() is None:
        raise SpaceNotFound
    return [
        RepresentativeState(
            viewer_id=ViewerId(one.viewer_id),
            has_entered=one.party_id is not None,
            until=one.closes_at,
        )
        for one in _standing(await store.viewers(), work.now)
    ]


async def remove(work: Work, host: Host, space_id: UUID, viewer_id: UUID) -> None:
    """End what somebody represents, as a court decided; their phone is wiped at its next contact.

    What they could come back by ends with it: letters of this space that nobody has
    used, which were handed to them or lay at their home, and the invitations that
    they wrote and nobody has answered.

    Raises:
        SpaceNotFound: No such space.
        RepresentativeNotFound: Nobody represents its person through this viewer.
    """
    store = await open_store(work, space_id)
    if await store.look() is None:
        raise SpaceNotFound
    known = {one.viewer_id: one for one in _standing(await store.viewers(), work.now)}
    if viewer_id not in known:
        raise RepresentativeNotFound("Nobody represents this person through this viewer.")
    party_id = known[viewer_id].party_id
    # Before the edit: it forgets accounts that nobody has signed in to.
    shut = await _shut_letters(work, space_id, only_to=viewer_id if party_id is None else None)
    edit = await edit_space(work, host, space_id)
    for viewer in _standing(edit.viewers.values(), work.now):
        if viewer.viewer_id in shut | {viewer_id}:
            await _close(work, edit, viewer)
    withdrawn: dict[UUID, Mandate] = {}
    if party_id is not None:
        withdrawn = await withdraw_invitations(edit, host, by=party_id)
    await save_space(work, space_id, edit)
    await _write(work, space_id, _OPERATOR, Action.REPRESENTATION_ENDED)
    for act in withdrawn.items():
        await write_down(work, space_id, _OPERATOR, Action.MANDATE_ENDED, act)


async def note_majorities(work: Work) -> int:
    """Note for spaces of before when their person comes of age; return how many were noted."""
    found = await majorities.unknown(work, _SPACES_AT_ONCE)
    for space_id, opened_at in found:
        try:
            person = (await directory.patients_of(work, [space_id]))[space_id]
        except Erased:
            await majorities.note(work, space_id, None)
            continue
        of_age_at = majority_at(person.identity.traits.birth_date)
        was_minor = opened_at < of_age_at
        await majorities.note(work, space_id, of_age_at if was_minor else None)
        if was_minor:
            await directory.close_representatives(work, space_id, of_age_at)
    return len(found)


async def hand_over_due(office: Office, host: Host) -> int:
    """Hand spaces over to those who came of age; return how many. Safe in any number of processes.

    Each is a transaction of its own, so that one which fails keeps no other waiting.
    """
    due = await office.look(lambda work: majorities.due(work, _SPACES_AT_ONCE))
    for space_id in due:

        async def use_case(work: Work, space_id: UUID = space_id) -> None:
            await hand_over(work, host, space_id)

        await office.write(use_case)
    return len(due)


async def hand_over(work: Work, host: Host, space_id: UUID) -> None:
    """Give a space to its person, who is of age: once, whoever comes first.

    Who represented them was shut out when the birthday began; here they are told,
    and a letter without a code is queued for the printer: it comes to a home that is
    theirs too.
    """
    if not await majorities.take(work, space_id):
        return
    try:
        edit = await edit_space(work, host, space_id)
    except SpaceNotFound:
        return  # Closed meanwhile: there is nothing to hand over.
    holder = next(v for v in edit.viewers.values() if v.role == Role.HOLDER.value)
    former = [v for v in edit.viewers.values() if v.role == _REPRESENTATIVE and v.is_open]
    for viewer in former:
        await _close(work, edit, viewer)
    await save_space(work, space_id, edit)
    if holder.party_id is None:
        letter = await spaces.issue_letter(
            work, SpaceId(space_id), ViewerId(holder.viewer_id), LetterRole.HOLDER
        )
        # Its code is nobody's: the operator hands a new one over, to whom they have seen.
        await letters.queue(
            work,
            space_id,
            kind=LetterKind.OF_AGE,
            code=None,
            expires_at=letter.expires_at,
        )
    await _write(work, space_id, _SYSTEM, Action.HANDED_OVER)
    for viewer in former:
        if viewer.party_id is not None:
            await tell(work, [viewer.party_id], "space-handed-over")


async def _add(work: Work, edit: SpaceEdit, space_id: SpaceId) -> Letter:
    standing = _standing(edit.viewers.values(), work.now)
    # A letter that nobody used in its time keeps no place.
    waiting = await directory.viewers_of_letters(work, space_id)
    taken = [one for one in standing if one.party_id is not None or one.viewer_id in waiting]
    if len(taken) >= REPRESENTATIVES_MAX:
        raise TooManyRepresentatives(f"There are {REPRESENTATIVES_MAX} at most.")
    is_minor = await spaces.is_of_a_minor(work, space_id)
    until = await majorities.due_at(work, space_id) if is_minor else None
    viewer_id = ViewerId(work.new_id())
    viewer = Viewer(viewer_id=viewer_id, party_id=None, role=_REPRESENTATIVE, closes_at=until)
    # Its feed is filled before anybody looks through it, as that of a holder without account.
    await edit.grant(viewer)
    await save_space(work, space_id, edit)
    role = LetterRole.REPRESENTATIVE
    return await spaces.issue_letter(work, space_id, viewer_id, role, until=until)


async def _shut_letters(work: Work, space_id: UUID, *, only_to: UUID | None) -> frozenset[UUID]:
    """Let letters that nobody came in by open nothing more; return the viewers they led to.

    A holder's may be written again, for whom the operator has seen; a representative's
    may not: room is made anew for who is to come.
    """
    shut = set()
    for letter in await directory.activations_of(work, space_id):
        if only_to not in (None, letter.viewer_id) or letter.used_at is not None:
            continue
        if await spaces.clear(work, letter):
            is_for_good = letter.role == _REPRESENTATIVE
            await directory.shut_letter(work, letter, for_good=is_for_good)
            shut.add(letter.viewer_id)
    return frozenset(shut)


async def _close(work: Work, edit: SpaceEdit, viewer: Viewer) -> None:
    viewer.is_open = False
    if viewer.closes_at is None or work.now < viewer.closes_at:
        viewer.closes_at = work.now
    await edit.grant(viewer)


def _standing(viewers: Iterable[Viewer], now: datetime) -> list[Viewer]:
    return [one for one in viewers if one.role == _REPRESENTATIVE and not one.is_over(now)]


async def _write(work: Work, space_id: UUID, actor: Actor, action: Action) -> None:
    is_parent = actor.kind is ActorKind.REPRESENTATIVE
    behalf = Actor(kind=ActorKind.PATIENT) if is_parent else None
    await journal.write(
        work, space_id, Trace(at=work.now, actor=actor, action=action, on_behalf_of=behalf)
    )
