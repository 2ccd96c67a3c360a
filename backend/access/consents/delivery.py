"""Bringing requests to their persons, after the professional had an answer.

Source: docs/decisions/0023-consent.md.
"""

import asyncio
import logging
import secrets
from collections.abc import Callable
from uuid import UUID

from backend.access.change import RightsChange
from backend.access.consents import store
from backend.access.consents.limits import (
    ASKS_PER_SPACE,
    DELIVERIES_AT_ONCE,
    DELIVERY_PAUSE_SECONDS,
    DELIVERY_SECONDS,
)
from backend.access.consents.model import Asked, Request, State
from backend.access.journal.model import Action
from backend.access.model import Consent
from backend.access.notices import tell_code
from backend.access.rules.consents import ended
from backend.identity.counters import charge
from backend.identity.spaces.finding import Whom, find_quietly
from backend.kernel.db import StorageUnavailable
from backend.kernel.work import Office, Work
from sync.errors import SpaceNotFound
from sync.ports import Host

log = logging.getLogger("carnet")

_CHANCE = secrets.SystemRandom()


class Courier:
    """Brings what is due, when it is told that something is, and now and then."""

    def __init__(self, office: Office, host: Host) -> None:
        self._office = office
        self._host = host
        self._news = asyncio.Event()

    def wake(self) -> None:
        """Say that something is due."""
        self._news.set()

    async def run(self, up: Callable[[], None]) -> None:
        """Work without an end."""
        up()
        while True:
            self._news.clear()
            try:
                await deliver_due(self._office, self._host)
            except StorageUnavailable:
                log.warning("consent requests postponed")
            try:
                await asyncio.wait_for(self._news.wait(), DELIVERY_SECONDS)
            except TimeoutError:
                continue
            # Whoever asked cannot tell, by asking something else, how long this takes.
            await asyncio.sleep(_CHANCE.uniform(*DELIVERY_PAUSE_SECONDS))


async def deliver_due(office: Office, host: Host) -> int:
    """Bring everything that is due; return how much. Safe in any number of processes."""
    brought = 0
    while True:
        due = await office.read(store.due)
        done = [await _deliver(office, host, one) for one in due]
        brought += sum(done)
        if len(due) < DELIVERIES_AT_ONCE or not any(done):
            return brought


async def _deliver(office: Office, host: Host, request: Request) -> bool:
    try:
        return await office.write(lambda work: deliver(work, host, request))
    except StorageUnavailable:
        raise
    except Exception:  # The edge of a clockwork: others wait behind this one.
        log.exception("consent request not brought")
        return False


async def deliver(work: Work, host: Host, request: Request) -> bool:
    """Bring one request to its person, or take it back; False when it was not due any more."""
    asked = await store.opened(work, request)
    is_new = request.state == State.WAITING.value
    space_id = await _person(work, asked) if is_new else request.space_id
    change = None
    if space_id is not None:
        try:
            change = await RightsChange.begin(work, host, space_id)
        except SpaceNotFound:
            space_id = None
    if is_new and change is not None and not await _may_arrive(change, request):
        space_id, change = None, None
    if not await store.claim(work, request, space_id if is_new else request.space_id):
        return False
    if change is not None:
        await (_arrive(change, request, asked) if is_new else _take_back(change, request, asked))
    return True


async def _person(work: Work, asked: Asked) -> UUID | None:
    """Return the space of the person with this number who was born on this day."""
    if asked.ins is None or asked.birth_date is None:
        return None
    return await find_quietly(work, Whom(ins=asked.ins, birth_date=asked.birth_date))


async def _may_arrive(change: RightsChange, request: Request) -> bool:
    """Say whether a request reaches its person: not from whom they shut out, nor a flood."""
    if change.held.is_blocked(request.professional_id) or request.expires_at <= change.work.now:
        return False
    return not await charge(change.work, f"consent-space|{change.space_id}", ASKS_PER_SPACE)


async def _arrive(change: RightsChange, request: Request, asked: Asked) -> None:
    record_id, scope = request.request_id, asked.scope
    asker = asked.actor
    assert asker is not None, "Somebody asked."
    consent = Consent(
        party_id=request.professional_id,
        name=asked.name,
        profession=asked.profession,
        specialty=asked.specialty,
        organization=asked.organization,
        status="asked",
        purpose=scope.purpose,
        sections=scope.sections,
        keeps_copy=scope.keeps_copy,
        extends_to_team=scope.extends_to_team,
        asked_by=None if asked.on_behalf_of is None else asker.name,
        asked_at=request.asked_at,
        days=scope.days,
        expires_at=request.expires_at,
        code=asked.code,
        code_expires_at=request.code_expires_at,
    )
    await change.put("consents", record_id, consent, request.professional_id)
    change.trace((asker, asked.on_behalf_of), Action.CONSENT_ASKED, "consents", record_id)
    assert asked.code is not None, "Every request has a code."
    await tell_code(change.work, change.edit.viewers.values(), asked.code)
    await change.save()


async def _take_back(change: RightsChange, request: Request, asked: Asked) -> None:
    consent = change.held.consents.get(request.request_id)
    if consent is None or consent.status != "asked" or asked.actor is None:
        return
    over = ended(consent, change.work.now)
    await change.put("consents", request.request_id, over, request.professional_id)
    who = (asked.actor, asked.on_behalf_of)
    change.trace(who, Action.CONSENT_ENDED, "consents", request.request_id)
    await change.save()
