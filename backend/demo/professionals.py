"""Putting the professionals around the family into a database, with what they wrote and may see."""

from datetime import date, timedelta
from uuid import UUID

import msgspec

from backend.access.matrices.model import MatrixOrder
from backend.access.matrices.service import import_matrix
from backend.access.model import Consent, Role, TeamMember
from backend.access.reference import shipped_matrix
from backend.demo.family import circle, demo_matrix, letters
from backend.demo.letters import written
from backend.demo.model import Family, MadeUp, Tie
from backend.demo.moments import Origin
from backend.documents.reading import Upload
from backend.documents.service import Desk, deposit
from backend.identity.professionals import service as professionals
from backend.identity.professionals.model import Names, ProfessionalIdentity
from backend.identity.rules.professionals import activity
from backend.identity.spaces import store as spaces
from backend.identity.spaces.model import Membership
from backend.kernel.ids import AccountId, SpaceId, ViewerId
from backend.kernel.spaces import edit_space, open_store, save_space
from backend.kernel.work import Work
from sync.edit import Entry

CDA = "application/xml"
_CONSENT_LASTS = timedelta(days=365)


async def bring_circle(desk: Desk, family: Family, found: dict[str, UUID], today: date) -> None:
    """Make the professionals around the family, what they wrote, and what ties them to whom.

    What is there is left as people have changed it.
    """
    made_up = circle()
    ids = await desk.office.write(lambda work: _register(work, made_up))
    for person in family.persons:
        space_id = found.get(person.key)
        ties = {key: one.ties[person.key] for key, one in made_up.items() if person.key in one.ties}
        if space_id is None or not ties or await _is_done(desk, space_id):
            continue
        origin = Origin(today=today, birth=person.traits.birth_date)
        for letter in written(letters(person.key), person, made_up, origin):
            await deposit(
                desk,
                Upload(
                    space_id=space_id,
                    depositor_id=ids[letter.by],
                    data=letter.data,
                    media_type=CDA,
                ),
            )
        await _tie(desk, SpaceId(space_id), ties, ids)


async def _register(work: Work, made_up: dict[str, MadeUp]) -> dict[str, UUID]:
    await import_matrix(work, MatrixOrder(text=shipped_matrix() + demo_matrix()))
    return {
        key: await professionals.register_fictional(work, _identity(one))
        for key, one in made_up.items()
    }


def _identity(one: MadeUp) -> ProfessionalIdentity:
    works = activity(
        one.profession_code,
        specialty=one.specialty,
        organization=one.organization,
    )
    return ProfessionalIdentity(
        rpps=one.rpps,
        names=Names(family_name=one.family_name, given_name=one.given_name),
        activities=(works,),
        is_regulator=one.is_regulator,
        is_fictional=True,
    )


async def _is_done(desk: Desk, space_id: UUID) -> bool:
    """Say whether professionals ever looked at a space: their ties are written last."""

    async def use_case(work: Work) -> bool:
        viewers = await (await open_store(work, space_id)).viewers()
        return any(viewer.role == Role.PROFESSIONAL.value for viewer in viewers)

    return await desk.office.read(use_case)


async def _tie(desk: Desk, space_id: SpaceId, ties: dict[str, Tie], ids: dict[str, UUID]) -> None:
    """Write consents and care team, as the person would have given them."""

    async def use_case(work: Work) -> None:
        await _consent(work, desk, space_id, ties, ids)
        work.messages.clear()

    await desk.office.write(use_case)


async def _consent(
    work: Work, desk: Desk, space_id: SpaceId, ties: dict[str, Tie], ids: dict[str, UUID]
) -> None:
    made_up = circle()
    edit = await edit_space(work, desk.host, space_id)
    holder = next(v for v in edit.viewers.values() if v.role == Role.HOLDER.value)
    assert holder.party_id is not None
    for key, tie in ties.items():
        for collection, body in _acts(work, made_up[key], tie, ids[key]):
            record_id = work.new_id()
            await edit.load([record_id])
            edit.put(
                Entry(
                    record_id=record_id,
                    collection=desk.host.collections[collection],
                    author_id=holder.party_id,
                    fields=msgspec.to_builtins(body),
                )
            )
    await save_space(work, space_id, edit)
    by_party = {viewer.party_id: viewer for viewer in edit.viewers.values()}
    for key in ties:
        await spaces.add_member(
            work,
            Membership(
                account_id=AccountId(ids[key]),
                space_id=space_id,
                viewer_id=ViewerId(by_party[ids[key]].viewer_id),
                role=Role.PROFESSIONAL.value,
                joined_at=work.now,
            ),
        )


def _acts(work: Work, one: MadeUp, tie: Tie, party_id: UUID) -> list[tuple[str, msgspec.Struct]]:
    name = f"{one.given_name} {one.family_name}"
    consent = Consent(
        party_id=party_id,
        name=name,
        profession=one.profession_code,
        specialty=one.specialty,
        organization=one.organization,
        status="given",
        purpose=tie.purpose,
        keeps_copy=tie.keeps_copy,
        evidence="phone",
        asked_at=work.now,
        given_at=work.now,
        ends_at=work.now + _CONSENT_LASTS,
    )
    member = TeamMember(
        party_id=party_id,
        name=name,
        profession=one.profession_code,
        role=tie.team,
        starts_at=work.now,
    )
    return [("consents", consent), ("care_team", member)]
