"""Vaccines over HTTP: what is in a box."""

from typing import Annotated

from litestar import Controller, post
from litestar.di import NamedDependency
from litestar.params import JSONBody
from msgspec import Meta

from backend.identity.wire import Wire
from backend.kernel.errors import InvalidInput
from backend.prevention.model import DiseaseFound, VaccineFound
from backend.prevention.vaccines import resolve_box, resolve_code
from notifications.core.boxes import Box
from notifications.core.products import Vaccine
from notifications.nomenclature import vaccines
from sync.push import Caller


class ResolveRequest(Wire, frozen=True, kw_only=True):
    """The code of a box, or a code with its system: one of the two."""

    box_code: Annotated[
        Annotated[str, Meta(max_length=200)] | None,
        Meta(
            description="As scanned or typed: GS1 DataMatrix, CIP13, CIP7 or CIS.",
            examples=["3400927349997"],
        ),
    ] = None
    system: Annotated[str, Meta(max_length=200)] | None = None
    code: Annotated[str, Meta(max_length=100)] | None = None


class VaccineController(Controller):
    """What codes on boxes mean."""

    path = "/v1/vaccines"
    tags = ("vaccines",)

    @post(
        "/resolve",
        operation_id="resolveVaccine",
        status_code=200,
        summary="Say which vaccine is in a box.",
    )
    async def resolve(
        self, device: NamedDependency[Caller], data: JSONBody[ResolveRequest]
    ) -> VaccineFound:
        """Resolve a code that was scanned or typed, or one of a code system.

        Nothing is written, and the code stands in no address: it may tell of
        somebody's health. A dose that is pushed with its `box_code` is resolved in
        the same way.
        """
        del device  # Whoever is signed in may ask; nobody in particular is asked about.
        if data.box_code is not None and data.system is data.code is None:
            found = resolve_box(data.box_code)
            return _view(found.vaccine, found.box)
        if data.box_code is None and data.system is not None and data.code is not None:
            return _view(resolve_code(data.system, data.code), Box())
        raise InvalidInput("Send a box code, or a system and a code.", pointer="/box_code")


def _view(vaccine: Vaccine, box: Box) -> VaccineFound:
    return VaccineFound(
        code=vaccine.code,
        system=vaccines().system,
        label=vaccine.label,
        is_generic=vaccine.is_generic,
        diseases=tuple(DiseaseFound(code=one.code, name=one.name) for one in vaccine.diseases),
        lot_number=box.lot_number,
        expires_on=box.expires_on,
    )
