"""Opening a record without consent, for a while, when the person cannot be asked.

Source: docs/decisions/0024-emergency-access.md; Code de la santé publique, L1111-17 I
and R1111-48.
"""

from datetime import datetime
from uuid import UUID

import msgspec

from backend.access import reviews
from backend.access.actors import full_name, professional_actor
from backend.access.acts import acts_in
from backend.access.emergency import peers, store
from backend.access.emergency.ending import COLLECTION, end_running
from backend.access.emergency.errors import EmergencyLimit, EmergencyNotOpen
from backend.access.emergency.limits import EMERGENCIES_PER, EMERGENCY_LIFE, TRIES
from backend.access.emergency.model import Asked, EmergencyOpened, EmergencyReview, Told
from backend.access.emergency.reasons import check_reason, check_sign_in
from backend.access.journal import service as journal
from backend.access.journal.model import Action, Object, Result, Trace
from backend.access.model import EmergencyAccess
from backend.access.namesakes import has_names_of_person
from backend.access.notices import tell
from backend.access.rules.emergencies import lets_in
from backend.access.rules.terms import Acts
from backend.access.rules.visibility import ACTS
from backend.identity.acting import refuse_without
from backend.identity.counters import charge, refund
from backend.identity.errors import TooManyTries
from backend.identity.professionals.model import Act, ProfessionalCaller
from backend.identity.rules.ins import comparable_name
from backend.identity.spaces import store as spaces
from backend.identity.spaces.finding import find_space
from backend.kernel.errors import Refusal
from backend.kernel.spaces import edit_space, save_space
from backend.kernel.work import Work
from sync.edit import Entry, SpaceEdit
from sync.errors import SpaceNotFound
from sync.ports import Host

REVIEW = "emergency"
NOTICE = "emergency-access"


class _Case(msgspec.Struct, frozen=True, kw_only=True):
    """One declaration about one person who has a record here."""

    work: Work
    host: Host
    professional: ProfessionalCaller
    asked: Asked
    reason: str
    space_id: UUID
    edit: SpaceEdit
    acts: Acts


async def open_access(
    work: Work, host: Host, professional: ProfessionalCaller, asked: Asked
) -> EmergencyOpened | Refusal:
    """Open the record of one person for four hours, and tell them.

    Who has it open already gets the same answer again, and nothing is counted.

    Returns:
        What was opened, or why not: the count of a refusal must stay. Somebody
        unknown and somebody who refuses emergencies get one answer.

    Raises:
        ProfessionalOnly: The caller is an assistant.
        SignInTooOld: See `check_sign_in`.
        EmergencyReasonInvalid: See `check_reason`.
        InvalidIns: Nobody can have been given this number.
    """
    refuse_without(professional, Act.EMERGENCY_ACCESS)
    check_sign_in(professional.signed_in_at, work.now)
    reason = check_reason(asked)
    who = f"professional|{professional.professional_id}"
    # Counted before anybody is looked for, so that guessing ends whatever it finds.
    wait = await charge(work, who, [TRIES])
    if wait:
        return TooManyTries(wait)
    case = await _case(work, host, professional, asked, reason)
    standing = None if case is None else _standing(case)
    if standing is not None:
        await refund(work, who, [TRIES])
        return standing
    if not await store.has_place(work, professional.professional_id):
        return await _refuse(case, EmergencyLimit("Three in 24 hours; this one is looked into."))
    if case is None or not _is_open_to(case):
        return await _refuse(case, EmergencyNotOpen("Emergency access is not open here."))
    free_at = work.now + EMERGENCIES_PER
    if not await store.take_place(work, professional.professional_id, free_at):
        return await _refuse(case, EmergencyLimit("Three in 24 hours; this one is looked into."))
    await refund(work, who, [TRIES])
    await peers.note(work, professional.professional_id, professional.profession_code)
    return await _open(case)


async def end_access(
    work: Work, host: Host, professional: ProfessionalCaller, space_id: UUID
) -> None:
    """End an emergency before its time: nothing is read by it from now on.

    Raises:
        ProfessionalOnly: The caller is an assistant.
        SpaceNotFound: No such space, or none that is open to the caller by an emergency.
    """
    refuse_without(professional, Act.EMERGENCY_ACCESS)
    edit = await edit_space(work, host, space_id)
    me = professional.professional_id
    mine = await end_running(edit, host, me, lambda one: one.party_id == me)
    if not mine:
        raise SpaceNotFound
    await journal.write(work, space_id, _trace(work, professional, Action.EMERGENCY_ENDED, *mine))
    await save_space(work, space_id, edit)


async def _case(
    work: Work, host: Host, professional: ProfessionalCaller, asked: Asked, reason: str
) -> _Case | None:
    space_id = await find_space(work, asked.whom)
    if space_id is None:
        return None
    try:
        edit = await edit_space(work, host, space_id)
    except SpaceNotFound:  # Closed, or erased.
        return None
    return _Case(
        work=work,
        host=host,
        professional=professional,
        asked=asked,
        reason=reason,
        space_id=space_id,
        edit=edit,
        acts=acts_in(await edit.held(ACTS)),
    )


def _standing(case: _Case) -> EmergencyOpened | None:
    mine = [one for one in case.acts.emergencies if _lasts(one, case.professional, case.work)]
    if not mine:
        return None
    return EmergencyOpened(
        space_id=case.space_id,
        until=max(one.until for one in mine),
        reads_masked=case.acts.settings.emergency_masked,
    )


def _is_open_to(case: _Case) -> bool:
    return lets_in(case.acts.settings, is_regulator=case.professional.is_regulator)


async def _open(case: _Case) -> EmergencyOpened:
    work, professional = case.work, case.professional
    until = work.now + EMERGENCY_LIFE
    record_id = work.new_id()
    await case.edit.load([record_id])
    name = full_name(professional.professional_names)
    fields: dict[str, object] = {
        "party_id": str(professional.professional_id),
        "name": name,
        "profession": professional.profession_code,
        "organization": professional.organization,
        "reason_code": case.asked.reason_code,
        "reason": case.reason,
        "opened_at": work.now.isoformat(),
        "until": until.isoformat(),
        "by_regulation": professional.is_regulator,
        "is_namesake": await has_names_of_person(work, case.space_id, name),
    }
    case.edit.put(
        Entry(
            record_id=record_id,
            collection=case.host.collections[COLLECTION],
            author_id=professional.professional_id,
            fields=fields,
        )
    )
    trace = _trace(work, professional, Action.EMERGENCY_OPENED, record_id)
    await journal.write(work, case.space_id, msgspec.structs.replace(trace, purpose=case.reason))
    told = await tell(work, case.edit.viewers.values(), NOTICE, limits=())
    await _queue(case, until=until, is_refused=False, told=told)
    await save_space(work, case.space_id, case.edit)
    return EmergencyOpened(
        space_id=case.space_id, until=until, reads_masked=case.acts.settings.emergency_masked
    )


async def _refuse(case: _Case | None, refusal: Refusal) -> Refusal:
    """Write a refusal into the journal of whom it is about, and queue what is over the limit."""
    if case is None:
        return refusal
    tried = msgspec.structs.replace(
        _trace(case.work, case.professional, Action.EMERGENCY_OPENED),
        purpose=case.reason,
        result=Result.REFUSED,
    )
    await journal.write(case.work, case.space_id, tried)
    if isinstance(refusal, EmergencyLimit):
        await _queue(case, until=None, is_refused=True, told=0)
    await save_space(case.work, case.space_id, case.edit)
    return refusal


async def _queue(case: _Case, *, until: datetime | None, is_refused: bool, told: int) -> None:
    professional = case.professional
    review = EmergencyReview(
        professional_id=professional.professional_id,
        name=full_name(professional.professional_names),
        profession=professional.profession_code,
        organization=professional.organization,
        reason_code=case.asked.reason_code,
        reason=case.reason,
        at=case.work.now,
        until=until,
        is_refused=is_refused,
        has_family_name_of_patient=await _has_same_name(case),
        people_told=told,
        attending_doctor=_attending(case),
    )
    await reviews.queue(case.work, case.space_id, REVIEW, msgspec.json.encode(review))


async def _has_same_name(case: _Case) -> bool:
    """Say whether professional and patient may be of one family: a reason to look twice."""
    patient = (await spaces.patients_of(case.work, [case.space_id]))[case.space_id]
    theirs = {patient.identity.traits.birth_family_name, patient.used_family_name or ""}
    mine = comparable_name(case.professional.professional_names.family_name)
    words = {word for name in theirs for word in comparable_name(name).split()}
    return not words.isdisjoint(mine.split())


def _attending(case: _Case) -> Told:
    """Say whether the attending doctor could be told; no address of professionals is kept."""
    now = case.work.now
    doctors = {
        one.party_id
        for one in case.acts.team
        if one.role == "attending" and (one.ends_at is None or now < one.ends_at)
    }
    if not doctors:
        return "nobody"
    return "self" if doctors == {case.professional.professional_id} else "not-reachable"


def _lasts(emergency: EmergencyAccess, professional: ProfessionalCaller, work: Work) -> bool:
    return emergency.party_id == professional.professional_id and work.now < emergency.until


def _trace(
    work: Work, professional: ProfessionalCaller, action: Action, *record_ids: UUID
) -> Trace:
    actor, on_behalf_of = professional_actor(professional)
    return Trace(
        at=work.now,
        actor=actor,
        on_behalf_of=on_behalf_of,
        action=action,
        objects=tuple(Object(collection=COLLECTION, record_id=one) for one in record_ids),
    )
