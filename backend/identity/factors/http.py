"""Factors, contacts and step-up over HTTP."""

from litestar import Controller, Response, delete, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import JSONBody
from msgspec import Struct

from backend.identity.challenges.model import Answer, Challenged
from backend.identity.factors import confirmation, service, step_up
from backend.identity.factors.model import Factors, TotpProposal
from backend.identity.factors.step_up import SteppedUp
from backend.identity.passwords import Passwords
from backend.identity.sessions.model import Caller
from backend.identity.sign_in.http import VerifyRequest
from backend.identity.wire import Email, OneTimeCode, Password, Phone, Wire, provide_once
from backend.kernel.once import Once
from backend.kernel.work import Office


class PasswordRequest(Wire, frozen=True, kw_only=True):
    """A password: the one in force for a step-up, a new one for a change."""

    password: Password


class CodeRequest(Wire, frozen=True, kw_only=True):
    """A code of the proposed authenticator app."""

    code: OneTimeCode


class ContactRequest(Wire, frozen=True, kw_only=True):
    """A new number or a new address: exactly one."""

    phone: Phone | None = None
    email: Email | None = None


class RecoveryCodes(Struct, frozen=True, kw_only=True):
    """Codes to keep on paper. They are shown this once; each is good once."""

    recovery_codes: list[str]


class StepUpController(Controller):
    """Proving again who is there, before a dangerous act."""

    path = "/v1/auth/step-up"
    tags = ("sign-in",)
    dependencies = {"once": Provide(provide_once, sync_to_thread=False)}

    @post(
        operation_id="stepUp",
        status_code=202,
        summary="Give the password again, and ask for a code.",
    )
    async def begin(
        self,
        office: NamedDependency[Office],
        passwords: NamedDependency[Passwords],
        caller: NamedDependency[Caller],
        data: JSONBody[PasswordRequest],
    ) -> Challenged:
        """Send a code, or ask for one of the authenticator app."""
        return await step_up.begin(office, passwords, caller, data.password)

    @post(
        "/verify",
        operation_id="verifyStepUp",
        status_code=200,
        summary="Give the code, and open dangerous acts for five minutes.",
    )
    async def verify(
        self,
        once: NamedDependency[Once],
        caller: NamedDependency[Caller],
        data: JSONBody[VerifyRequest],
    ) -> Response[SteppedUp]:
        """Open dangerous acts to this session."""
        answer = Answer(challenge_id=data.challenge_id, code=data.code)
        return await once.answer(lambda office: step_up.verify(office, caller, answer))


class ConfirmationController(Controller):
    """Confirming alone an account that was made with help."""

    path = "/v1/auth/confirmation"
    tags = ("sign-in",)

    @post(
        operation_id="confirmAccount",
        status_code=202,
        summary="Begin to confirm an account that was made with help.",
    )
    async def begin(
        self,
        office: NamedDependency[Office],
        passwords: NamedDependency[Passwords],
        caller: NamedDependency[Caller],
        data: JSONBody[PasswordRequest],
    ) -> Challenged:
        """Send a code; only to a session that began after the workshop, on one's own device."""
        return await confirmation.begin(office, passwords, caller, data.password)

    @post(
        "/verify",
        operation_id="verifyConfirmation",
        status_code=204,
        summary="Give the code, and have the account confirmed.",
    )
    async def verify(
        self,
        office: NamedDependency[Office],
        caller: NamedDependency[Caller],
        data: JSONBody[VerifyRequest],
    ) -> None:
        """The account is its owner's alone from now on."""
        answer = Answer(challenge_id=data.challenge_id, code=data.code)
        await confirmation.verify(office, caller, answer)


class FactorController(Controller):
    """How an account is protected and reached. Changes ask for a step-up first."""

    path = "/v1/auth"
    tags = ("sign-in",)
    dependencies = {"once": Provide(provide_once, sync_to_thread=False)}

    @get("/factors", operation_id="readFactors", summary="Say how this account is protected.")
    async def read(
        self, office: NamedDependency[Office], caller: NamedDependency[Caller]
    ) -> Factors:
        """Return the factors in force, and the contacts, mostly hidden."""
        return await office.read(lambda work: service.read_factors(work, caller))

    @post(
        "/factors/totp",
        operation_id="proposeTotp",
        status_code=201,
        summary="Get the secret for an authenticator app.",
    )
    async def propose_totp(
        self, once: NamedDependency[Once], caller: NamedDependency[Caller]
    ) -> Response[TotpProposal]:
        """Propose a secret for ten minutes; nothing changes before it is confirmed."""
        return await once.answer(
            lambda office: office.write(lambda work: service.propose_totp(work, caller))
        )

    @post(
        "/factors/totp/confirm",
        operation_id="confirmTotp",
        status_code=200,
        summary="Put the authenticator app in force by one of its codes.",
    )
    async def confirm_totp(
        self,
        once: NamedDependency[Once],
        caller: NamedDependency[Caller],
        data: JSONBody[CodeRequest],
    ) -> Response[RecoveryCodes]:
        """Ask for codes of this app from now on; the answer holds recovery codes, once."""
        return await once.answer(
            lambda office: service.confirm_totp(office, caller, data.code), show=_on_paper
        )

    @delete("/factors/totp", operation_id="removeTotp", summary="Take the authenticator app away.")
    async def remove_totp(
        self, office: NamedDependency[Office], caller: NamedDependency[Caller]
    ) -> None:
        """Send codes again; the recovery codes go with the app."""
        await office.write(lambda work: service.remove_totp(work, caller))

    @post(
        "/recovery-codes",
        operation_id="renewRecoveryCodes",
        status_code=200,
        summary="Get new recovery codes in the place of all others.",
    )
    async def renew(
        self, once: NamedDependency[Once], caller: NamedDependency[Caller]
    ) -> Response[RecoveryCodes]:
        """Each replaces a sent or shown code once, at a sign-in or a step-up."""
        return await once.answer(
            lambda office: office.write(lambda work: service.renew_recovery_codes(work, caller)),
            show=_on_paper,
        )

    @post(
        "/password", operation_id="changePassword", status_code=204, summary="Change the password."
    )
    async def change_password(
        self,
        once: NamedDependency[Once],
        passwords: NamedDependency[Passwords],
        caller: NamedDependency[Caller],
        data: JSONBody[PasswordRequest],
    ) -> Response[None]:
        """Every other session of the account ends."""
        return await once.answer(
            lambda office: service.change_password(office, passwords, caller, data.password)
        )

    @post(
        "/contacts",
        operation_id="changeContact",
        status_code=202,
        summary="Ask to be reached at another number or address.",
    )
    async def change_contact(
        self,
        once: NamedDependency[Once],
        caller: NamedDependency[Caller],
        data: JSONBody[ContactRequest],
    ) -> Response[Challenged]:
        """Send a code there; until it is given, nothing changes."""
        return await once.answer(
            lambda office: office.write(
                lambda work: service.begin_contact_change(
                    work, caller, phone=data.phone, email=data.email
                )
            )
        )

    @post(
        "/contacts/verify",
        operation_id="verifyContact",
        status_code=204,
        summary="Give the code that the new number or address received.",
    )
    async def verify_contact(
        self,
        once: NamedDependency[Once],
        caller: NamedDependency[Caller],
        data: JSONBody[VerifyRequest],
    ) -> Response[None]:
        """Use the new contact from now on; every former one is told."""
        answer = Answer(challenge_id=data.challenge_id, code=data.code)
        return await once.answer(
            lambda office: service.confirm_contact_change(office, caller, answer)
        )


def _on_paper(codes: list[str]) -> RecoveryCodes:
    return RecoveryCodes(recovery_codes=codes)
