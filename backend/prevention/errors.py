"""Refusals of this room."""

from backend.kernel.errors import InvalidInput


class VaccineUnknown(InvalidInput):
    """A box or a code of no vaccine that is known here."""

    code = "vaccine-unknown"


class BoxCodeUnreadable(InvalidInput):
    """What was scanned or typed is no code of a box."""

    code = "box-code-invalid"
