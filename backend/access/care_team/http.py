"""The care team over HTTP: by the person, and by professionals who declare colleagues."""

from typing import Annotated
from uuid import UUID

import msgspec
from litestar import Controller, Response, delete, get, patch, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, JSONBody

from backend.access.care_team import service
from backend.access.care_team.model import MemberView
from backend.access.care_team.service import Declared, Member, Place
from backend.access.journal.words import Text
from backend.access.model import TeamRole
from backend.access.rules.care_team import sees_masked
from backend.access.wire import (
    admit_own,
    device_of,
)
from backend.identity.professionals.model import ProfessionalCaller, Rpps
from backend.identity.sessions.model import Caller
from backend.identity.wire import Wire, provide_once, provide_professional_once
from backend.kernel.once import Once
from backend.kernel.values import Instant
from backend.kernel.work import Office
from backend.settings import Settings
from sync.ports import Host

_SEES_MASKED = Text(
    fr="Ce professionnel voit aussi ce que vous masquez aux autres.",
    en="This professional also sees what you hide from others.",
)

TeamRoleField = Annotated[
    TeamRole,
    msgspec.Meta(description="An attending doctor and an administrator also see what is masked."),
]


class NameRequest(Wire, frozen=True, kw_only=True):
    """A professional whom the space has met, and their place."""

    party_id: UUID
    role: TeamRoleField
    starts_at: Instant | None = None
    ends_at: Instant | None = None


class ChangeRequest(Wire, frozen=True, kw_only=True):
    """The place from now on; without an end, it has none."""

    role: TeamRoleField
    ends_at: Instant | None = None


class DeclareRequest(Wire, frozen=True, kw_only=True):
    """A colleague by their number, from when and until when: within a year."""

    rpps: Rpps
    starts_at: Instant | None = None
    ends_at: Instant


class CareTeamController(Controller):
    """The care team, as the person names it."""

    path = "/v1/spaces/{space_id:uuid}/care-team"
    tags = ("rights",)
    dependencies = {"once": Provide(provide_once, sync_to_thread=False)}

    @get(operation_id="listCareTeam", summary="List the care team.")
    async def every(
        self,
        office: NamedDependency[Office],
        host: NamedDependency[Host],
        settings: NamedDependency[Settings],
        caller: NamedDependency[Caller],
        space_id: FromPath[UUID],
    ) -> list[MemberView]:
        """Return everybody whose place has not ended, with who sees what is masked."""
        team = await office.read(
            lambda work: service.list_team(work, host, device_of(caller), space_id)
        )
        return [_view(one, settings) for one in team]

    @post(
        operation_id="nameTeamMember",
        status_code=201,
        summary="Give a professional a place in the care team.",
    )
    async def name(
        self,
        once: NamedDependency[Once],
        host: NamedDependency[Host],
        settings: NamedDependency[Settings],
        caller: NamedDependency[Caller],
        space_id: FromPath[UUID],
        data: JSONBody[NameRequest],
    ) -> Response[MemberView]:
        """Name them; it opens nothing without a consent, theirs or one that extends to the team.

        A new attending doctor takes the place of the one before.
        """
        device = device_of(caller)
        place = Place(**msgspec.structs.asdict(data))
        return await once.answer(
            lambda office: office.write(
                lambda work: service.name_member(work, host, device, space_id, place)
            ),
            show=lambda one: _view(one, settings),
            admit=admit_own(host, device, space_id),
        )

    @patch(
        "/{record_id:uuid}",
        operation_id="changeTeamMember",
        summary="Change the role or the end of a place in the care team.",
    )
    async def change(
        self,
        office: NamedDependency[Office],
        host: NamedDependency[Host],
        settings: NamedDependency[Settings],
        caller: NamedDependency[Caller],
        space_id: FromPath[UUID],
        record_id: FromPath[UUID],
        data: JSONBody[ChangeRequest],
    ) -> MemberView:
        """Return the place as it is from now on."""
        place = Place(party_id=record_id, role=data.role, ends_at=data.ends_at)
        changed = await office.write(
            lambda work: service.change_member(
                work, host, device_of(caller), (space_id, record_id), place
            )
        )
        return _view(changed, settings)

    @delete(
        "/{record_id:uuid}",
        operation_id="endTeamMember",
        summary="End a place in the care team.",
    )
    async def end(
        self,
        office: NamedDependency[Office],
        host: NamedDependency[Host],
        caller: NamedDependency[Caller],
        space_id: FromPath[UUID],
        record_id: FromPath[UUID],
    ) -> None:
        """Take the place now, and with it what a consent to the team opened."""
        await office.write(
            lambda work: service.end_member(work, host, device_of(caller), (space_id, record_id))
        )


class DeclaredTeamController(Controller):
    """The care team, as a professional declares it."""

    path = "/v1/professionals/me/spaces/{space_id:uuid}/care-team"
    tags = ("rights",)
    dependencies = {"once": Provide(provide_professional_once, sync_to_thread=False)}

    @post(
        operation_id="declareTeamMember",
        status_code=201,
        summary="Bring a colleague into the care team of a patient.",
    )
    async def declare(
        self,
        once: NamedDependency[Once],
        host: NamedDependency[Host],
        professional: NamedDependency[ProfessionalCaller],
        space_id: FromPath[UUID],
        data: JSONBody[DeclareRequest],
    ) -> Response[Member]:
        """Extend a consent that reaches colleagues to one of them; the patient is told."""
        declared = Declared(rpps=data.rpps, starts_at=data.starts_at, ends_at=data.ends_at)
        return await once.answer(
            lambda office: office.write(
                lambda work: service.declare(work, host, professional, space_id, declared)
            ),
            admit=lambda office, told: office.read(
                lambda work: service.admit_declarer(work, host, professional, space_id)
            ),
        )

    @delete(
        "/{record_id:uuid}",
        operation_id="takeBackTeamMember",
        summary="End the place of a colleague whom this professional declared.",
    )
    async def take_back(
        self,
        office: NamedDependency[Office],
        host: NamedDependency[Host],
        professional: NamedDependency[ProfessionalCaller],
        space_id: FromPath[UUID],
        record_id: FromPath[UUID],
    ) -> None:
        """Take it now."""
        await office.write(
            lambda work: service.take_back(work, host, professional, (space_id, record_id))
        )


def _view(one: Member, settings: Settings) -> MemberView:
    sees = sees_masked(one.member.role) and settings.attending_sees_masked
    return MemberView(
        record_id=one.record_id,
        member=one.member,
        sees_masked=sees,
        notice=_SEES_MASKED if sees else None,
    )
