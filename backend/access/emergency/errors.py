"""Why emergency access is refused."""

from backend.kernel.errors import InvalidInput, Refusal


class EmergencyNotOpen(Refusal):
    """Nobody with this number here, or not open for emergencies: one answer for both."""

    code = "emergency-not-open"
    status = 404


class EmergencyLimit(Refusal):
    """As many emergencies as one professional may declare in a day."""

    code = "emergency-limit"
    status = 403


class SignInTooOld(Refusal):
    """This act asks for a sign-in of the last minutes."""

    code = "sign-in-too-old"
    status = 403


class EmergencyReasonInvalid(InvalidInput):
    """A reason that is not in the list, or words that say too little."""

    code = "emergency-reason-invalid"
