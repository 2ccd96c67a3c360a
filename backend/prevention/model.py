"""What a person was protected against."""

from typing import Annotated, Literal

from msgspec import Meta

from backend.kernel.values import CodedBody, Codings, Line, Paragraph, PartialDate

ImmunizationStatus = Literal["completed", "not-done", "entered-in-error"]


class Immunization(CodedBody, frozen=True, kw_only=True):
    """One dose of a vaccine, given or not.

    Source: FHIR Immunization.
    """

    status: ImmunizationStatus
    occurred_on: PartialDate | None = None
    dose_number: Annotated[int, Meta(ge=1, le=99)] | None = None
    lot_number: Annotated[str, Meta(max_length=100)] | None = None
    site_text: Line | None = None
    route_text: Line | None = None
    performer: Line | None = None
    target_diseases: Codings = ()
    box_code: Annotated[
        Annotated[str, Meta(max_length=200)] | None,
        Meta(
            description="As scanned or typed from the box: GS1 DataMatrix, CIP or CIS. From it the "
            "server fills in label, codings, target_diseases and lot_number where they are left "
            "out; it replaces nothing that somebody wrote."
        ),
    ] = None
    reason_not_done: Paragraph | None = None
