"""The person answers, gives unasked, and ends: at the phone, or by a code said aloud."""

import secrets
from uuid import UUID

import msgspec

from backend.access.care_team.ending import leave_team
from backend.access.change import RightsChange, held_by_own
from backend.access.consents import known, store
from backend.access.consents.ending import end_consent
from backend.access.consents.errors import ConsentNotFound, ConsentOver, ProfessionalBlocked
from backend.access.consents.limits import REQUEST_LIFE
from backend.access.consents.model import Asked, ConsentView, Request, State, view_of
from backend.access.consents.sections import known_sections
from backend.access.journal.model import Action
from backend.access.model import Consent, Role
from backend.access.rules.consents import (
    Evidence,
    Narrowing,
    Scope,
    check_scope,
    given,
    is_standing,
    latest_end,
    refused,
)
from backend.kernel.work import Work
from sync.ports import Host
from sync.push import Caller


async def list_consents(
    work: Work, host: Host, device: Caller, space_id: UUID
) -> list[ConsentView]:
    """Return every request and consent of a space, newest first.

    Raises:
        SpaceNotFound: No such space, or the asker does not decide there.
    """
    held = await held_by_own(work, host, space_id, device)
    views = [view_of(i, one, work.now) for i, one in held.consents.items()]
    return sorted(views, key=lambda one: one.consent.asked_at, reverse=True)


async def answer(
    work: Work,
    host: Host,
    device: Caller,
    place: tuple[UUID, UUID],
    narrowing: Narrowing | None,
) -> ConsentView:
    """Give what was asked, or less; with no *narrowing*, refuse it.

    Args:
        work: The transaction.
        host: Whose rights these are.
        device: Who answers.
        place: The space, and the record of the request.
        narrowing: What is given of what was asked.

    Raises:
        SpaceNotFound: No such space, or the asker does not decide there.
        ConsentNotFound: No such request here.
        ConsentOver: It is not waiting for an answer any more.
        ConsentInvalid: It names a section that nobody knows.
        ConsentTooWide: More than was asked.
    """
    space_id, record_id = place
    change = await RightsChange.begin(work, host, space_id)
    role, who = change.person(device)
    asked = change.held.consents.get(record_id)
    if asked is None:
        raise ConsentNotFound("No request here has this id.")
    if narrowing is None:
        await _settle(work, asked, record_id, State.REFUSED)
        await change.put("consents", record_id, refused(asked, work.now), asked.party_id)
        change.trace(who, Action.CONSENT_REFUSED, "consents", record_id)
    else:
        if narrowing.sections is not None:
            check_scope(
                Scope(purpose="follow-up", sections=narrowing.sections), known_sections(host)
            )
        evidence: Evidence = "phone" if role is Role.HOLDER else "representative"
        await give(change, record_id, narrowing, evidence=evidence)
        change.trace(who, Action.CONSENT_GIVEN, "consents", record_id)
    await change.save()
    return view_of(record_id, change.held.consents[record_id], work.now)


async def give(
    change: RightsChange, record_id: UUID, narrowing: Narrowing, *, evidence: Evidence
) -> None:
    """Write that a request is given, in the place of what the professional had before.

    Raises:
        ConsentOver: It is not waiting for an answer any more.
        ConsentTooWide: More than was asked.
    """
    work, asked = change.work, change.held.consents[record_id]
    member = change.held.member(asked.party_id, work.now)
    until = latest_end(asked, None if member is None else member[1], work.now)
    now_given = given(asked, narrowing, evidence=evidence, until=until, now=work.now)
    await _settle(work, asked, record_id, State.GIVEN, now_given)
    await _replace_others(change, asked.party_id)
    await change.put("consents", record_id, now_given, asked.party_id)


async def give_unasked(
    work: Work, host: Host, device: Caller, to: tuple[UUID, UUID], scope: Scope
) -> ConsentView:
    """Give consent to a professional whom somebody has met here before.

    Args:
        work: The transaction.
        host: Whose rights these are.
        device: Who gives.
        to: The space, and the professional.
        scope: What is given.

    Raises:
        SpaceNotFound: No such space, or the asker does not decide there.
        ConsentInvalid: See `check_scope`.
        ProfessionalUnknown: Nobody has met them here.
        ProfessionalBlocked: They are shut out: that is to be lifted first.
    """
    space_id, party_id = to
    change = await RightsChange.begin(work, host, space_id)
    role, who = change.person(device)
    check_scope(scope, known_sections(host))
    met = await known.professional(work, space_id, change.held, party_id)
    if change.held.is_blocked(party_id):
        raise ProfessionalBlocked("Lift the block first.")
    record_id = work.new_id()
    offered = Consent(
        party_id=party_id,
        name=met.name,
        profession=met.profession,
        specialty=met.specialty,
        organization=met.organization,
        status="asked",
        asked_at=work.now,
        **msgspec.structs.asdict(scope),
    )
    change.held.consents[record_id] = offered
    await _keep_request(work, space_id, record_id, offered, scope)
    evidence: Evidence = "phone" if role is Role.HOLDER else "representative"
    await give(change, record_id, Narrowing(), evidence=evidence)
    change.trace(who, Action.CONSENT_GIVEN, "consents", record_id)
    await change.save()
    return view_of(record_id, change.held.consents[record_id], work.now)


async def end(work: Work, host: Host, device: Caller, place: tuple[UUID, UUID]) -> None:
    """End a consent, for no reason that anybody asks for. Idempotent.

    What it ended does not go on by the consent of a colleague: see `leave_team`.

    Raises:
        SpaceNotFound: No such space, or the asker does not decide there.
        ConsentNotFound: No such consent here.
        ConsentOver: It was never given: it can be refused.
    """
    space_id, record_id = place
    change = await RightsChange.begin(work, host, space_id)
    _, who = change.person(device)
    consent = change.held.consents.get(record_id)
    if consent is None:
        raise ConsentNotFound("No consent here has this id.")
    if consent.status != "given":
        if consent.status == "asked":
            raise ConsentOver("This was not given yet.")
        return
    await end_consent(change, record_id)
    change.trace(who, Action.CONSENT_ENDED, "consents", record_id)
    if is_standing(consent, work.now):
        await leave_team(change, consent.party_id, who, device.party_id)
    await change.save()


async def _replace_others(change: RightsChange, party_id: UUID) -> None:
    for record_id, consent in [*change.held.consents.items()]:
        if consent.party_id == party_id and consent.status == "given":
            await end_consent(change, record_id)


async def _settle(
    work: Work, asked: Consent, record_id: UUID, state: State, now_given: Consent | None = None
) -> None:
    until = None if now_given is None else now_given.ends_at
    if not await store.settle(work, asked.party_id, record_id, state, until):
        raise ConsentOver("This request is over.")


async def _keep_request(
    work: Work, space_id: UUID, record_id: UUID, offered: Consent, scope: Scope
) -> None:
    """Let the professional see, among their requests, what was given unasked."""
    asked = Asked(
        scope=scope,
        name=offered.name,
        profession=offered.profession,
        specialty=offered.specialty,
        organization=offered.organization,
    )
    me = offered.party_id
    await store.add(
        work,
        Request(
            professional_id=me,
            request_id=record_id,
            person_hash=secrets.token_bytes(32),
            sealed=await store.seal(work, me, record_id, asked),
            state=State.WAITING.value,
            code_hash=secrets.token_bytes(32),
            tries=0,
            code_expires_at=work.now,
            asked_at=work.now,
            expires_at=work.now + REQUEST_LIFE,
            space_id=space_id,
            granted_until=None,
            due_at=None,
            kept_until=None,
        ),
    )
