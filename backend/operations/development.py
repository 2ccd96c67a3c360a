"""Doors of development: they make professionals up, and sign them in without any proof.

The production profile does not have them.
"""

from typing import Annotated
from uuid import UUID

import msgspec
from litestar import Controller, post
from litestar.di import NamedDependency
from litestar.params import JSONBody
from msgspec import Meta

from backend.identity.accounts.model import Proposal
from backend.identity.professionals import service
from backend.identity.professionals.model import (
    Activity,
    Code,
    Names,
    OrganizationName,
    PersonName,
    ProfessionalIdentity,
    Rpps,
)
from backend.identity.rules.professionals import activity
from backend.identity.sessions.model import SignedIn
from backend.identity.wire import DeviceName, Wire
from backend.kernel.work import Office


class FictionalRequest(Wire, frozen=True, kw_only=True):
    """Somebody to make up. With a number that was made up before: one more activity."""

    rpps: Rpps
    family_name: PersonName
    given_name: PersonName
    profession_code: Code
    specialty: Code | None = None
    organization: OrganizationName | None = None
    organization_id: Code | None = None
    is_regulator: bool = False


class Fictional(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who was made up."""

    professional_id: UUID
    activity: Activity


class FictionalSignIn(Wire, frozen=True, kw_only=True):
    """Whom to sign in; the activity may be left out where there is one."""

    rpps: Rpps
    activity: Annotated[str, Meta(max_length=64)] | None = None
    device_name: DeviceName = "Terminal"


class DevelopmentController(Controller):
    """Made-up professionals, for whoever runs the server on their own machine."""

    path = "/v1/operator/professionals"
    include_in_schema = False

    @post(operation_id="addFictionalProfessional", status_code=201)
    async def add(
        self,
        operator: NamedDependency[bool],
        office: NamedDependency[Office],
        data: JSONBody[FictionalRequest],
    ) -> Fictional:
        """Make somebody up."""
        works = activity(
            data.profession_code,
            specialty=data.specialty,
            organization=data.organization,
            organization_id=data.organization_id,
        )
        identity = ProfessionalIdentity(
            rpps=data.rpps,
            names=Names(family_name=data.family_name, given_name=data.given_name),
            activities=(works,),
            is_regulator=data.is_regulator,
            is_fictional=True,
        )
        made = await office.write(lambda work: service.register_fictional(work, identity))
        return Fictional(professional_id=made, activity=works)

    @post("/sessions", operation_id="signInFictionalProfessional", status_code=200)
    async def sign_in(
        self,
        operator: NamedDependency[bool],
        office: NamedDependency[Office],
        data: JSONBody[FictionalSignIn],
    ) -> SignedIn:
        """Sign somebody in who was made up."""
        device = Proposal(name=data.device_name, platform="terminal")
        return await office.write(
            lambda work: service.sign_in_fictional(work, data.rpps, data.activity, device)
        )
