"""A professional names assistants, sees them, and ends what was left to them."""

from datetime import UTC, datetime, time, timedelta
from uuid import UUID

from backend.identity.acting import refuse_without
from backend.identity.assistants import store
from backend.identity.assistants.acts import leavable
from backend.identity.assistants.model import (
    Assistantship,
    AssistantView,
    Named,
    Naming,
    Terms,
)
from backend.identity.errors import AssistantNotFound, TooManyAssistants
from backend.identity.limits import ASSISTANTS_MAX, ENROLMENT_LIFE
from backend.identity.professionals.model import Act, ProfessionalCaller
from backend.identity.rules.assistants import check_naming
from backend.identity.sessions import store as sessions
from backend.identity.sessions.model import Ended
from backend.identity.typed_codes import TypedCodes
from backend.kernel.work import Work

CODES = TypedCodes("assistant-code")
"""Those that are given in person."""


async def name_assistant(work: Work, professional: ProfessionalCaller, naming: Naming) -> Named:
    """Leave some acts to an assistant, and make the code to give them in person.

    Raises:
        ProfessionalOnly: The caller is an assistant.
        AssistantshipUnsuitable: See `check_naming`.
        TooManyAssistants: As many as one professional may have.
    """
    refuse_without(professional, Act.NAME_ASSISTANTS)
    acts = tuple(sorted({*naming.acts}, key=lambda act: act.value))
    check_naming(acts, naming.ends_on, may_be_left=leavable(), today=work.now.date())
    if len(await store.standing_of(work, professional.professional_id)) >= ASSISTANTS_MAX:
        raise TooManyAssistants("There are as many assistants as one may have.")
    code, code_hash = CODES.draw(work)
    last_day_over = datetime.combine(naming.ends_on + timedelta(days=1), time(0), tzinfo=UTC)
    new = Assistantship(
        professional_id=professional.professional_id,
        assistantship_id=work.new_id(),
        terms=Terms(
            names=naming.names,
            acts=acts,
            professional_names=professional.professional_names,
            activity=professional.activity,
        ),
        code_hash=code_hash,
        assistant_id=None,
        created_at=work.now,
        code_expires_at=min(work.now + ENROLMENT_LIFE, last_day_over),
        ends_at=last_day_over,
        ended_at=None,
    )
    await store.add(work, new)
    return Named(assistantship_id=new.assistantship_id, code=code, expires_at=new.code_expires_at)


async def list_assistants(work: Work, professional: ProfessionalCaller) -> list[AssistantView]:
    """Return those who act for a professional, or were named to.

    Raises:
        ProfessionalOnly: The caller is an assistant.
    """
    refuse_without(professional, Act.NAME_ASSISTANTS)
    return [
        AssistantView(
            assistantship_id=one.assistantship_id,
            names=one.terms.names,
            acts=one.terms.acts,
            ends_at=one.ends_at,
            has_enrolled=one.assistant_id is not None,
        )
        for one in await store.standing_of(work, professional.professional_id)
    ]


async def end_assistantship(
    work: Work, professional: ProfessionalCaller, assistantship_id: UUID
) -> None:
    """Take everything back from an assistant, from their next request on.

    Raises:
        ProfessionalOnly: The caller is an assistant.
        AssistantNotFound: The professional has no such assistant.
    """
    refuse_without(professional, Act.NAME_ASSISTANTS)
    professional_id = professional.professional_id
    if not await store.end(work, professional_id, assistantship_id):
        raise AssistantNotFound("No assistant here has this id.")
    ended = await store.assistantship(work, professional_id, assistantship_id)
    if ended is None or ended.assistant_id is None:
        return
    await sessions.end_sessions_on_behalf(
        work, ended.assistant_id, professional_id, Ended.DELEGATION_ENDED
    )
    await store.forget_employer(work, ended.assistant_id, assistantship_id)
