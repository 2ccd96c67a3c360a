"""A person names caregivers, changes what they may do, confirms it, and ends it.

Source: docs/decisions/0022-mandates.md.
"""

from datetime import datetime
from uuid import UUID

import msgspec

from backend.access.journal.model import Action
from backend.access.mandates import store
from backend.access.mandates.acts import (
    COLLECTION,
    mandate_in,
    mandate_of,
    mandates_of,
    put_mandate,
    write_down,
)
from backend.access.mandates.errors import MandateNotFound, TooManyCaregivers
from backend.access.mandates.limits import (
    CAREGIVERS_MAX,
    INVITATION_LIFE,
    INVITATIONS,
)
from backend.access.mandates.model import (
    Change,
    Invitation,
    Invited,
    MandateView,
    Options,
    Place,
)
from backend.access.mandates.reference import sections
from backend.access.mandates.seats import (
    Seat,
    look_from,
    refuse_for_minors,
    take_seat,
)
from backend.access.model import Mandate
from backend.access.notices import tell
from backend.access.rules.mandates import (
    ACTIONS,
    check_dates,
    check_scope,
    is_active,
    is_standing,
    is_to_confirm,
    latest_end,
    over_at,
    runs_out_at,
    status_of,
)
from backend.identity import messages
from backend.identity.counters import charge_or_refuse
from backend.identity.limits import SENDS_PER_NUMBER
from backend.identity.rules.contacts import masked
from backend.identity.rules.sessions import refuse_without_step_up
from backend.identity.sessions.model import Caller
from backend.identity.typed_codes import TypedCodes
from backend.kernel.spaces import save_space
from backend.kernel.work import Work
from sync.ports import Host

NOTICE = "access-changed"
CODES = TypedCodes("mandate")
"""Those of invitations."""


async def options(work: Work, host: Host, caller: Caller, space_id: UUID) -> Options:
    """Return what a mandate may say, and what a person starts from.

    Raises:
        SpaceNotFound: No such space, or not the caller's own.
    """
    await look_from(work, host, caller, space_id)
    return Options(
        sections=tuple(sections().values()),
        actions=ACTIONS,
        default_actions=("read",),
        latest_end=latest_end(work.now),
        caregivers_max=CAREGIVERS_MAX,
    )


async def list_mandates(
    work: Work, host: Host, caller: Caller, space_id: UUID
) -> list[MandateView]:
    """Return every mandate of a space, oldest first, with what waits for the person.

    Raises:
        SpaceNotFound: No such space, or not the caller's own.
    """
    space = await look_from(work, host, caller, space_id)
    held = sorted(await space.held({COLLECTION}), key=lambda record: record.rev)
    return [_view(r.record_id, mandate_in(r), work.now) for r in held if not r.deleted]


async def invite(
    work: Work, host: Host, caller: Caller, space_id: UUID, invitation: Invitation
) -> Invited:
    """Invite a caregiver by a code, which is sent to them and shown to be handed over.

    Raises:
        SpaceNotFound: No such space, or not the caller's own.
        NotAllowed: The space is a child's.
        StepUpNeeded: See `refuse_without_step_up`.
        MandateUnsuitable: See `check_scope` and `check_dates`.
        TooManyCaregivers: As many as one person may have.
        TooManyTries: Too many invitations from this space, or to this contact.
    """
    seat = await _decide(work, host, caller, space_id)
    starts_at = invitation.starts_at or work.now
    check_scope(invitation.sections, invitation.actions, known=sections())
    check_dates(starts_at, invitation.ends_at, work.now)
    standing = await mandates_of(seat.edit)
    if sum(is_standing(one, work.now) for one in standing.values()) >= CAREGIVERS_MAX:
        raise TooManyCaregivers("There are as many caregivers as one may have.")
    contact = invitation.contacts.phone or invitation.contacts.email or ""
    await charge_or_refuse(work, f"space|{space_id}", INVITATIONS)
    if work.messages_leave:
        await charge_or_refuse(work, f"number|{contact.casefold()}", [SENDS_PER_NUMBER])
    mandate = Mandate(
        name=invitation.name.strip(),
        status="invited",
        sections=invitation.sections,
        actions=invitation.actions,
        invited_at=work.now,
        starts_at=starts_at,
        ends_at=invitation.ends_at,
        answer_by=min(work.now + INVITATION_LIFE, invitation.ends_at),
    )
    record_id, (code, code_hash) = work.new_id(), CODES.draw(work)
    await _save(work, seat, record_id, mandate, Action.MANDATE_INVITED)
    await _open_by(work, Place(space_id=space_id, record_id=record_id), mandate, code_hash)
    days = str(INVITATION_LIFE.days)
    messages.send_invitation(work, invitation.contacts, code=code, days=days)
    await tell(work, seat.edit.viewers.values(), NOTICE)
    assert mandate.answer_by is not None
    return Invited(
        record_id=record_id, code=code, sent_to=masked(contact), answer_by=mandate.answer_by
    )


async def change(
    work: Work, host: Host, caller: Caller, place: Place, wanted: Change
) -> MandateView:
    """Change what a mandate is over; the caregiver's feed follows at once.

    Raises:
        SpaceNotFound: No such space, or not the caller's own.
        NotAllowed: The space is a child's.
        StepUpNeeded: See `refuse_without_step_up`.
        MandateNotFound: No such mandate, or one that is over.
        MandateUnsuitable: See `check_scope`.
    """
    seat = await _decide(work, host, caller, place.space_id)
    mandate = await mandate_of(seat.edit, place.record_id)
    if not is_standing(mandate, work.now):
        raise MandateNotFound("This mandate is over.")
    new_sections = mandate.sections if wanted.sections is None else wanted.sections
    new_actions = mandate.actions if wanted.actions is None else wanted.actions
    check_scope(new_sections, new_actions, known=sections())
    changed = msgspec.structs.replace(mandate, sections=new_sections, actions=new_actions)
    await _save(work, seat, place.record_id, changed, Action.MANDATE_CHANGED)
    await tell(work, seat.edit.viewers.values(), NOTICE)
    return _view(place.record_id, changed, work.now)


async def renew(
    work: Work, host: Host, caller: Caller, place: Place, ends_at: datetime | None
) -> MandateView:
    """Confirm a mandate, and put off its end when a new one is given.

    Raises:
        SpaceNotFound: No such space, or not the caller's own.
        NotAllowed: The space is a child's.
        StepUpNeeded: See `refuse_without_step_up`.
        MandateNotFound: No such mandate, or one that is over: it is given anew.
        MandateUnsuitable: The end is past, or further than a new mandate reaches.
    """
    seat = await _decide(work, host, caller, place.space_id)
    mandate = await mandate_of(seat.edit, place.record_id)
    if not is_active(mandate, work.now):
        raise MandateNotFound("This mandate is over.")
    end = mandate.ends_at if ends_at is None else ends_at
    check_dates(min(mandate.starts_at, work.now), end, work.now)
    renewed = msgspec.structs.replace(mandate, ends_at=end, reviewed_at=work.now)
    await _save(work, seat, place.record_id, renewed, Action.MANDATE_RENEWED)
    return _view(place.record_id, renewed, work.now)


async def end(work: Work, host: Host, caller: Caller, place: Place) -> None:
    """End a mandate, or withdraw an invitation. It takes no step-up, and tells nobody.

    To the caregiver it looks as if its time had come.

    Raises:
        SpaceNotFound: No such space, or not the caller's own.
        NotAllowed: The space is a child's.
        MandateNotFound: No such mandate, or one that is over.
    """
    seat = await take_seat(work, host, caller, place.space_id)
    await refuse_for_minors(work, seat)
    mandate = await mandate_of(seat.edit, place.record_id)
    if not is_standing(mandate, work.now):
        raise MandateNotFound("This mandate is over.")
    ended = msgspec.structs.replace(mandate, status="ended", ended_at=work.now)
    await _save(work, seat, place.record_id, ended, Action.MANDATE_ENDED)


async def _decide(work: Work, host: Host, caller: Caller, space_id: UUID) -> Seat:
    """Let in whoever may give rights here, and has just proven who they are."""
    seat = await take_seat(work, host, caller, space_id)
    await refuse_for_minors(work, seat)
    refuse_without_step_up(caller, work.now)
    return seat


async def _save(work: Work, seat: Seat, record_id: UUID, mandate: Mandate, action: Action) -> None:
    assert seat.viewer.party_id is not None
    await put_mandate(seat.edit, seat.host, record_id, mandate, author_id=seat.viewer.party_id)
    await write_down(work, seat.space_id, seat.actor, action, (record_id, mandate))
    await save_space(work, seat.space_id, seat.edit)


async def _open_by(work: Work, place: Place, mandate: Mandate, code_hash: bytes) -> None:
    assert mandate.answer_by is not None
    await store.add_code(work, place, code_hash=code_hash, expires_at=mandate.answer_by)


def _view(record_id: UUID, mandate: Mandate, now: datetime) -> MandateView:
    return MandateView(
        record_id=record_id,
        name=mandate.name,
        status=status_of(mandate, now),
        sections=mandate.sections,
        actions=mandate.actions,
        invited_at=mandate.invited_at,
        starts_at=mandate.starts_at,
        ends_at=mandate.ends_at,
        over_at=over_at(mandate),
        answer_by=mandate.answer_by if mandate.status == "invited" else None,
        confirm_by=runs_out_at(mandate) if is_to_confirm(mandate, now) else None,
    )
