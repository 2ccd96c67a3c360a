"""Emergency access over HTTP: decode, call one use case, encode."""

from datetime import date
from typing import Annotated
from uuid import UUID

import msgspec
from litestar import Controller, Response, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, JSONBody

from backend.access.emergency import service
from backend.access.emergency.limits import REASON_CHARACTERS_MAX
from backend.access.emergency.model import Asked, EmergencyOpened, ReasonCode
from backend.access.emergency.reasons import reasons
from backend.identity.model import Ins
from backend.identity.outcomes import settle
from backend.identity.professionals.model import ProfessionalCaller
from backend.identity.spaces.finding import Whom
from backend.identity.wire import Wire, provide_professional_once
from backend.kernel.once import Once
from backend.kernel.work import Office
from sync.ports import Host


class EmergencyRequest(Wire, frozen=True, kw_only=True):
    """Whom the emergency is about, and why nobody could be asked."""

    ins: Ins
    birth_date: date
    reason_code: Annotated[str, msgspec.Meta(max_length=64, examples=["unable-to-answer"])]
    reason: Annotated[
        str,
        msgspec.Meta(
            max_length=REASON_CHARACTERS_MAX,
            description="In your own words, for the patient to read: 15 characters at least.",
        ),
    ]


class EmergencyController(Controller):
    """Reading without consent, when the person cannot be asked."""

    path = "/v1/spaces"
    tags = ("emergency",)
    dependencies = {"once": Provide(provide_professional_once, sync_to_thread=False)}

    @get(
        "/emergency/reasons",
        operation_id="listEmergencyReasons",
        summary="List the reasons that an emergency may have.",
    )
    async def list_reasons(
        self, professional: NamedDependency[ProfessionalCaller]
    ) -> list[ReasonCode]:
        """Return each reason with its words in two languages."""
        return [*reasons().values()]

    @post(
        "/emergency",
        operation_id="openEmergencyAccess",
        status_code=201,
        summary="Declare an emergency, and read one record for four hours.",
    )
    async def open_access(
        self,
        host: NamedDependency[Host],
        professional: NamedDependency[ProfessionalCaller],
        once: NamedDependency[Once],
        data: JSONBody[EmergencyRequest],
    ) -> Response[EmergencyOpened]:
        """Open the record of whom the number names, if they did not refuse emergencies.

        The session must be of the last five minutes. Three in 24 hours at most; the
        person is told at once, and each use is looked into. Entries are read at
        `/v1/spaces/{space_id}/entries`: nothing may be written, and no copy kept.
        """
        whom = Whom(ins=data.ins, birth_date=data.birth_date)
        asked = Asked(whom=whom, reason_code=data.reason_code, reason=data.reason)
        return await once.answer(
            lambda office: settle(
                office, lambda work: service.open_access(work, host, professional, asked)
            )
        )

    @post(
        "/{space_id:uuid}/emergency/end",
        operation_id="endEmergencyAccess",
        status_code=204,
        summary="End your emergency access before its time.",
    )
    async def end_access(
        self,
        office: NamedDependency[Office],
        host: NamedDependency[Host],
        professional: NamedDependency[ProfessionalCaller],
        space_id: FromPath[UUID],
    ) -> None:
        """Close the record again; a space that is not open by an emergency is not found."""
        await office.write(lambda work: service.end_access(work, host, professional, space_id))
