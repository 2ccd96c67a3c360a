"""Why identity says no: to a number, a code, a sign-in, an opening."""

from backend.kernel.errors import InvalidInput, NotFound, Refusal


class InvalidIns(InvalidInput):
    """An INS number with a character or a key that cannot be."""

    code = "invalid-ins"


class NotSignedIn(Refusal):
    """No token, or one that is unknown, out of date or signed out."""

    code = "not-signed-in"
    status = 401


class DeviceRevoked(Refusal):
    """This device was signed out from afar: it must also forget what it holds."""

    code = "device-revoked"
    status = 401


class SessionReused(Refusal):
    """A refresh token came a second time: somebody has a copy, so the session ends."""

    code = "session-reused"
    status = 401


class CodeRefused(Refusal):
    """A code that is wrong, used, too old, or of no challenge: one answer for all."""

    code = "code-refused"
    status = 403


class ActivationRefused(Refusal):
    """A letter's code and a birth date that do not open anything: one answer for all."""

    code = "activation-refused"
    status = 403


class TicketRefused(Refusal):
    """A workshop's ticket that is wrong, used, too old or for something else: one answer."""

    code = "ticket-refused"
    status = 403


class PaperOnlyAtWorkshop(InvalidInput):
    """Codes on paper in place of a contact, without the ticket of a workshop."""

    code = "paper-only-at-workshop"


class ConfirmationNeeded(Refusal):
    """The account was made with help, and its owner has not confirmed it alone in time."""

    code = "confirmation-needed"
    status = 403


class NothingToConfirm(Refusal):
    """The account was made without help, or its owner has confirmed it."""

    code = "nothing-to-confirm"
    status = 409


class ConfirmationElsewhere(Refusal):
    """An account made with help is confirmed by a sign-in of one's own, on one's own device."""

    code = "confirmation-elsewhere"
    status = 403


class StepUpNeeded(Refusal):
    """This act asks for the password and a code of the last minutes."""

    code = "step-up-needed"
    status = 403


class StepUpRefused(Refusal):
    """The password given for a step-up is not the account's."""

    code = "step-up-refused"
    status = 403


class StepUpUnavailable(Refusal):
    """The only way to send a code is a telephone number that is too new to be trusted."""

    code = "step-up-unavailable"
    status = 403


class TooManyTries(Refusal):
    """More tries than a counter takes."""

    code = "too-many-tries"
    status = 429

    def __init__(self, wait_seconds: int) -> None:
        """Take the whole seconds after which one more is taken."""
        super().__init__("Too many tries from here; wait before the next.")
        self.retry_after_seconds = wait_seconds


class SignInBusy(Refusal):
    """More passwords are waiting to be checked than this machine can hold."""

    code = "sign-in-busy"
    status = 503
    retry_after_seconds = 3


class LoginTaken(Refusal):
    """Somebody has this sign-in name. Told only to who holds an activation code."""

    code = "login-taken"
    status = 409


class LoginUnsuitable(InvalidInput):
    """A sign-in name of the wrong length or with a character that it cannot have."""

    code = "login-unsuitable"


class PasswordUnsuitable(InvalidInput):
    """A password that is too short, too long, or known to guessers."""

    code = "password-unsuitable"


class PhoneUnsuitable(InvalidInput):
    """A telephone number that no SMS can reach."""

    code = "phone-unsuitable"


class EmailUnsuitable(InvalidInput):
    """An e-mail address that no message can reach."""

    code = "email-unsuitable"


class ContactMissing(InvalidInput):
    """Neither or both of a telephone number and an e-mail address where one is asked."""

    code = "contact-missing"


class FactorNotProposed(Refusal):
    """A code to confirm an authenticator app that was not proposed, or too long ago."""

    code = "factor-not-proposed"
    status = 409


class AlreadyMember(Refusal):
    """This account opens this space already."""

    code = "already-member"
    status = 409


class AlreadyHolder(Refusal):
    """One account is one person: it holds one space, its own."""

    code = "already-holder"
    status = 409


class SpacesFull(Refusal):
    """This account opens as many spaces as one may."""

    code = "too-many-spaces"
    status = 409


class InsAlreadyOpen(Refusal):
    """A space is open for this INS number already. Told to operators only."""

    code = "ins-already-open"
    status = 409


class OpeningInvalid(InvalidInput):
    """Representatives that do not fit the person's age or number. Told to operators only."""

    code = "opening-invalid"


class RepresentativeUnknown(InvalidInput):
    """No account has the sign-in name given for a representative. Told to operators only."""

    code = "representative-unknown"


class DeviceNotFound(NotFound):
    """No such device of this account."""


class ActivationNotFound(NotFound):
    """No such letter in this space, or it was used. Told to operators only."""


class ProfessionalSignInOff(Refusal):
    """No provider of professionals' identities is set here."""

    code = "professional-sign-in-off"
    status = 404


class SignInRequestRefused(Refusal):
    """A sign-in that was never begun, is used, too old, or of another browser: one answer."""

    code = "sign-in-request-refused"
    status = 403


class ProviderUnavailable(Refusal):
    """The provider does not answer in time, or not in a way that can be read."""

    code = "provider-unavailable"
    status = 503
    retry_after_seconds = 10


class ProviderRefused(Refusal):
    """The provider said no: to the person, or to the code that they brought back."""

    code = "provider-refused"
    status = 403


class IdentityProofRefused(Refusal):
    """A proof of identity that cannot be believed. The detail says why, in our words."""

    code = "identity-proof-refused"
    status = 403


class AssuranceTooLow(Refusal):
    """A professional who proved themselves by means that are too weak for a health record."""

    code = "assurance-too-low"
    status = 403


class ProfessionalUnidentified(Refusal):
    """Somebody known to the provider, and not as a professional who works."""

    code = "professional-unidentified"
    status = 403


class ActivityUnknown(InvalidInput):
    """An activity that is not one of the professional's."""

    code = "activity-unknown"


class ProfessionalOnly(Refusal):
    """What a professional does in person, and leaves to no assistant."""

    code = "professional-only"
    status = 403


class AssistantshipUnsuitable(InvalidInput):
    """Acts that may not be left to an assistant, or an end that is past or too far."""

    code = "assistantship-unsuitable"


class TooManyAssistants(Refusal):
    """As many assistants as one professional may have."""

    code = "too-many-assistants"
    status = 409


class EnrolmentRefused(Refusal):
    """A code given in person that is wrong, used, withdrawn or too old: one answer."""

    code = "enrolment-refused"
    status = 403


class NoEmployer(Refusal):
    """An assistant who acts for nobody any more. Told once password and code are right."""

    code = "no-employer"
    status = 403


class AlreadyAssistant(Refusal):
    """This account acts for this professional already."""

    code = "already-assistant"
    status = 409


class AssistantNotFound(NotFound):
    """No such assistant of this professional."""


class ProfessionalNotFound(NotFound):
    """No fictional professional with this number. Told to operators, in development only."""


class ProfessionalIsReal(Refusal):
    """A number that somebody real has signed in with. Told to operators, in development only."""

    code = "professional-is-real"
    status = 409
