"""The persons whose spaces are open to a professional now.

This reads nobody's record and goes into nobody's journal: that the space was
opened is a line there already.
"""

from uuid import UUID

from backend.access.change import is_granted
from backend.access.collection import terms_in
from backend.access.consents import store
from backend.access.consents.limits import PATIENTS_LISTED_MAX
from backend.access.consents.model import PatientsPage, PatientView
from backend.identity.acting import refuse_without
from backend.identity.professionals.model import Act, ProfessionalCaller
from backend.identity.rules.opening import display_name
from backend.identity.spaces import store as spaces
from backend.kernel.work import Office, Work
from sync.ports import Host

BEGINNING = UUID(int=0)


async def list_patients(
    office: Office, host: Host, professional: ProfessionalCaller, after: UUID | None
) -> PatientsPage:
    """Return a page of persons, and forget those whose consent time has ended.

    Raises:
        ProfessionalOnly: It was not left to the assistant who asks.
    """
    refuse_without(professional, Act.ASK_CONSENT)
    me = professional.professional_id

    async def read(work: Work) -> tuple[PatientsPage, list[UUID]]:
        most = PATIENTS_LISTED_MAX
        listed = await store.directory_of(work, me, after=after or BEGINNING, most=most)
        eyes = await store.eyes_of(work, me, [space_id for space_id, _ in listed])
        open_now = {i: one for i, one in eyes.items() if is_granted(one, host, work.now)}
        persons = await spaces.patients_of(work, [*open_now])
        found = [
            PatientView(
                space_id=space_id,
                display_name=display_name(persons[space_id]),
                birth_date=persons[space_id].identity.traits.birth_date,
                role=role,
                until=terms_in(open_now[space_id].grant).granted_until,
                keeps_copy=open_now[space_id].keeps_copy,
            )
            for space_id, role in listed
            if space_id in persons
        ]
        over = [i for i, one in eyes.items() if one.closes_at and one.closes_at <= work.now]
        next_after = listed[-1][0] if len(listed) == most else None
        return PatientsPage(patients=found, next_after=next_after), over

    page, over = await office.read(read)
    if over:
        await office.write(lambda work: _forget(work, me, over))
    return page


async def _forget(work: Work, professional_id: UUID, space_ids: list[UUID]) -> None:
    # Who was given consent again meanwhile is in force again, and stays.
    eyes = await store.eyes_of(work, professional_id, space_ids)
    for space_id, eye in eyes.items():
        if eye.closes_at is not None and eye.closes_at <= work.now:
            await spaces.drop_member(work, professional_id, space_id)
