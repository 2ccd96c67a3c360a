"""A professional asks for consent, sees what became of it, and gives it up.

Asking looks nobody up: it writes the same row, whoever is asked for and whether
or not there is anybody. The request is brought to its person afterwards, by
`delivery`. So neither an answer nor its time tells whether somebody has a space.

Source: docs/decisions/0023-consent.md; docs/decisions/0010-no-enumeration.md.
"""

import hmac
import secrets
from uuid import UUID

from backend.access.actors import full_name, professional_actor
from backend.access.care_team.ending import leave_team
from backend.access.change import RightsChange
from backend.access.consents import giving, store
from backend.access.consents.errors import ConsentNotFound
from backend.access.consents.limits import (
    ASKS_PER_PERSON,
    ASKS_PER_PROFESSIONAL,
    CODE_LIFE,
    CODES_PER_PROFESSIONAL,
    REQUEST_KEPT,
    REQUEST_LIFE,
)
from backend.access.consents.model import (
    Asked,
    Asking,
    Request,
    Requested,
    RequestView,
    State,
)
from backend.access.consents.sections import known_sections
from backend.access.journal.model import Action
from backend.access.notices import CONSENT_BY_CODE, tell
from backend.access.rules.consents import Narrowing, check_scope, ended, is_waiting
from backend.identity.acting import refuse_without
from backend.identity.counters import charge_or_refuse
from backend.identity.errors import CodeRefused
from backend.identity.limits import CODE_DIGITS
from backend.identity.professionals.model import Act, ProfessionalCaller
from backend.identity.rules.codes import one_time_code, read_one_time_code
from backend.identity.rules.ins import check_ins
from backend.kernel.work import Work
from sync.errors import SpaceNotFound
from sync.ports import Host


async def ask(
    work: Work, host: Host, professional: ProfessionalCaller, asking: Asking
) -> Requested:
    """Ask a person, if there is such a person, to open their record.

    What the professional still waited for from the same person gives way.

    Raises:
        ProfessionalOnly: It was not left to the assistant who asks.
        InvalidIns: A number that nobody can have.
        ConsentInvalid: See `check_scope`.
        TooManyTries: Too many asks, by this professional or for this person.
    """
    refuse_without(professional, Act.ASK_CONSENT)
    check_ins(asking.ins)
    check_scope(asking.scope, known_sections(host))
    me = professional.professional_id
    person = f"{me}|{asking.ins.oid.value}|{asking.ins.value}"
    await charge_or_refuse(work, f"consent-ask|{me}", ASKS_PER_PROFESSIONAL)
    await charge_or_refuse(work, f"consent-person|{person}", ASKS_PER_PERSON)

    request_id = work.new_id()
    code = one_time_code(secrets.randbelow(10**CODE_DIGITS), CODE_DIGITS)
    asked = _asked(professional, asking, code)
    request = Request(
        professional_id=me,
        request_id=request_id,
        person_hash=work.keys.provider.index("consent-person", f"{person}|{asking.birth_date}"),
        sealed=await store.seal(work, me, request_id, asked),
        state=State.WAITING.value,
        code_hash=_code_hash(work, request_id, code),
        tries=0,
        code_expires_at=work.now + CODE_LIFE,
        asked_at=work.now,
        expires_at=work.now + REQUEST_LIFE,
        space_id=None,
        granted_until=None,
        due_at=work.now,
        kept_until=work.now + REQUEST_LIFE + REQUEST_KEPT,
    )
    await store.supersede(work, me, request.person_hash)
    await store.add(work, request)
    return Requested(
        request_id=request_id,
        asked_at=request.asked_at,
        expires_at=request.expires_at,
        code_expires_at=request.code_expires_at,
    )


async def list_requests(work: Work, professional: ProfessionalCaller) -> list[RequestView]:
    """Return what a professional asked for and was given, newest first.

    Raises:
        ProfessionalOnly: It was not left to the assistant who asks.
    """
    refuse_without(professional, Act.ASK_CONSENT)
    return [
        await _view(work, one)
        for one in await store.requests_of(work, professional.professional_id)
    ]


async def give_code(
    work: Work, host: Host, professional: ProfessionalCaller, request_id: UUID, typed: str
) -> RequestView | CodeRefused:
    """Take the code that a person said aloud: it is their consent, as it was asked.

    A code that is wrong, too old or tried too often is returned, not raised, so
    that its count stays. It looks the same for a person who is not there.

    Raises:
        ProfessionalOnly: It was not left to the assistant who types it.
        TooManyTries: Too many codes typed by this professional.
    """
    refuse_without(professional, Act.ASK_CONSENT)
    refused = CodeRefused("This code does not prove this request.")
    me = professional.professional_id
    await charge_or_refuse(work, f"consent-code|{me}", CODES_PER_PROFESSIONAL)
    has_try = await store.take_try(work, me, request_id)
    request = await store.request(work, me, request_id)
    if not has_try or request is None:
        return refused
    right = _code_hash(work, request_id, read_one_time_code(typed))
    if not hmac.compare_digest(right, request.code_hash) or request.space_id is None:
        return refused
    try:
        change = await RightsChange.begin(work, host, request.space_id)
    except SpaceNotFound:
        return refused
    asked = change.held.consents.get(request_id)
    if asked is None or not is_waiting(asked, work.now) or change.held.is_blocked(me):
        return refused
    await giving.give(change, request_id, Narrowing(), evidence="code")
    change.trace(professional_actor(professional), Action.CONSENT_GIVEN, "consents", request_id)
    await tell(work, change.edit.viewers.values(), CONSENT_BY_CODE)
    await change.save()
    given = await store.request(work, me, request_id)
    assert given is not None
    return await _view(work, given)


async def give_up(
    work: Work, host: Host, professional: ProfessionalCaller, request_id: UUID
) -> None:
    """End a request, or a consent that was given. Idempotent.

    Raises:
        ProfessionalOnly: It was not left to the assistant who asks.
        ConsentNotFound: The professional has no such request.
    """
    refuse_without(professional, Act.ASK_CONSENT)
    me = professional.professional_id
    request = await store.request(work, me, request_id)
    if request is None:
        raise ConsentNotFound("No request here has this id.")
    if await store.give_up(work, me, request_id) or request.space_id is None:
        return  # What waits is taken back afterwards, from whoever it was brought to.
    if request.status(work.now) is not State.GIVEN:
        return
    change = await RightsChange.begin(work, host, request.space_id)
    consent = change.held.consents.get(request_id)
    if consent is None or consent.status != "given":
        return
    await change.put("consents", request_id, ended(consent, work.now), me)
    await store.change(work, me, request_id, State.ENDED)
    who = professional_actor(professional)
    change.trace(who, Action.CONSENT_ENDED, "consents", request_id)
    await leave_team(change, me, who, me)
    await change.save()


def _asked(professional: ProfessionalCaller, asking: Asking, code: str) -> Asked:
    actor, on_behalf_of = professional_actor(professional)
    return Asked(
        scope=asking.scope,
        name=full_name(professional.professional_names),
        profession=professional.profession_code,
        specialty=professional.specialty,
        organization=professional.organization,
        actor=actor,
        on_behalf_of=on_behalf_of,
        ins=asking.ins,
        birth_date=asking.birth_date,
        code=code,
    )


async def _view(work: Work, request: Request) -> RequestView:
    asked = await store.opened(work, request)
    status = request.status(work.now)
    return RequestView(
        request_id=request.request_id,
        status=status,
        ins=asked.ins,
        birth_date=asked.birth_date,
        scope=asked.scope,
        asked_at=request.asked_at,
        expires_at=request.expires_at,
        space_id=request.space_id if status is State.GIVEN else None,
        granted_until=request.granted_until if status is State.GIVEN else None,
    )


def _code_hash(work: Work, request_id: UUID, code: str) -> bytes:
    return work.keys.provider.index("consent-code", f"{request_id.hex}|{code}")
