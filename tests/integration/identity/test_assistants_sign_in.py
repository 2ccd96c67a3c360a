"""Assistants sign in under their own name, apart from patients."""

from uuid import uuid4

import pytest

from backend.identity.accounts.model import SHARED, Channel, Proposal
from backend.identity.assistants import service
from backend.identity.assistants.model import (
    EmployerChoice,
)
from backend.identity.challenges.model import Answer
from backend.identity.errors import (
    AlreadyAssistant,
    CodeRefused,
    EnrolmentRefused,
    NoEmployer,
    NotSignedIn,
    SignInRequestRefused,
)
from backend.identity.professionals import service as professionals
from backend.identity.professionals.model import (
    Act,
)
from backend.identity.sessions import service as sessions
from backend.identity.sessions.model import SEATED, SignedIn
from backend.identity.sign_in import service as sign_in
from backend.identity.sign_in.model import Attempt
from tests.people import ADDRESS, PASSWORD, PHONE_OF_LEA
from tests.practice import ANNE, DESK, PAUL, Surgery


async def test_an_assistant_signs_in_by_name_password_and_app(surgery: Surgery) -> None:
    """On their own, with no word of the doctor."""
    doctor = await surgery.doctor()
    first, secret = await surgery.enrol((await surgery.name(doctor)).code)

    signed_in = await surgery.login(secret)

    assert isinstance(signed_in, SignedIn)
    assert (await surgery.who(signed_in)).assistant_id == (await _account_of(surgery, first))


async def _account_of(surgery: Surgery, signed_in: SignedIn) -> object:
    return (await surgery.who(signed_in)).assistant_id


async def test_a_shared_computer_keeps_nothing_of_an_assistant(surgery: Surgery) -> None:
    """A quarter of an hour, nothing to renew it, and a logout that says to forget."""
    _, secret = await surgery.enrol((await surgery.name(await surgery.doctor())).code)
    of_all = Proposal(name="Accueil", platform=SHARED)

    signed_in = await surgery.login(secret, device=of_all)
    left = await surgery.login(secret, device=of_all)

    assert isinstance(signed_in, SignedIn)
    assert isinstance(left, SignedIn)
    assert (signed_in.refresh_token, signed_in.may_store) == (None, False)
    assert signed_in.expires_in == 15 * 60
    assistant = await surgery.who(left)
    assert await surgery.office.write(lambda work: professionals.sign_out(work, assistant))
    with pytest.raises(NotSignedIn):
        await surgery.who(left)
    assert (await surgery.who(signed_in)).assistant_id == assistant.assistant_id
    surgery.town.later(minutes=14)
    with pytest.raises(NotSignedIn):
        await surgery.who(signed_in)


async def test_names_of_assistants_are_no_names_of_patients(surgery: Surgery) -> None:
    """The same name may be both; neither's password and code opens the other's door."""
    await surgery.town.newcomer("zoe")
    _, secret = await surgery.enrol((await surgery.name(await surgery.doctor())).code, "zoe")

    asked = await surgery.town.login("zoe")
    as_assistant = await surgery.login(secret)
    stranger = await surgery.town.login("only.an.assistant")

    assert asked.channel is not Channel.TOTP
    assert isinstance(as_assistant, SignedIn)
    with pytest.raises(CodeRefused):
        await surgery.town.verify(stranger, surgery.app_code(secret))


async def test_an_assistants_challenge_signs_nobody_in_as_a_patient(surgery: Surgery) -> None:
    """A code that is right at one door is wrong at the other."""
    _, secret = await surgery.enrol((await surgery.name(await surgery.doctor())).code)
    surgery.town.later(minutes=2)
    attempt = Attempt(
        login="zoe",
        password=PASSWORD,
        device=DESK,
        channel=None,
        address=ADDRESS,
        of_assistant=True,
    )
    asked = await sign_in.begin(surgery.office, surgery.town.passwords, attempt)

    with pytest.raises(CodeRefused):
        await surgery.town.verify(asked, surgery.app_code(secret))


async def test_an_unknown_assistant_looks_like_a_known_one(surgery: Surgery) -> None:
    """Same channel, same words, and no code fits; nor does a wrong password's."""
    _, secret = await surgery.enrol((await surgery.name(await surgery.doctor())).code)

    for login, password in (("nobody", PASSWORD), ("zoe", "another long sentence")):
        with pytest.raises(CodeRefused):
            await surgery.login(secret, login, password)


async def test_an_assistant_has_no_seat_at_sync(surgery: Surgery) -> None:
    """A feed is the professional's own eye; the token is unknown there."""
    signed_in, _ = await surgery.enrol((await surgery.name(await surgery.doctor())).code)
    token = signed_in.access_token

    for audiences in (SEATED, frozenset({"patient"}), frozenset({"professional"})):
        with pytest.raises(NotSignedIn):
            await surgery.office.look(
                lambda work, audiences=audiences: sessions.authenticate(work, token, audiences)
            )


async def test_one_assistant_works_for_two_and_chooses(surgery: Surgery) -> None:
    """Each session is for one; ending one leaves the other."""
    anne, paul = await surgery.doctor(ANNE), await surgery.doctor(PAUL)
    of_anne, of_paul = await surgery.name(anne), await surgery.name(paul, Act.MESSAGE)
    first, secret = await surgery.enrol(of_anne.code)
    assistant = await surgery.who(first)

    employer = await service.join(surgery.office, assistant, of_paul.code, ADDRESS)
    with pytest.raises(EnrolmentRefused):
        await service.join(surgery.office, assistant, of_paul.code, ADDRESS)
    twice = await surgery.name(paul)
    with pytest.raises(AlreadyAssistant):
        await service.join(surgery.office, assistant, twice.code, ADDRESS)
    choice = await surgery.login(secret)
    assert isinstance(choice, EmployerChoice)
    assert {one.assistantship_id for one in choice.employers} == {
        of_anne.assistantship_id,
        of_paul.assistantship_id,
    }
    with pytest.raises(NoEmployer):
        await service.choose(surgery.office, choice.ticket, uuid4())
    for_paul = await service.choose(surgery.office, choice.ticket, of_paul.assistantship_id)
    await surgery.end(anne, of_anne)

    seen = await surgery.who(for_paul)
    assert employer.acts == (Act.MESSAGE,)
    assert (seen.professional_id, seen.acts) == (paul.professional_id, {Act.MESSAGE})
    with pytest.raises(NotSignedIn):
        await surgery.who(first)
    with pytest.raises(SignInRequestRefused):
        await service.choose(surgery.office, choice.ticket, of_paul.assistantship_id)
    alone = await surgery.login(secret)
    assert isinstance(alone, SignedIn)


async def test_a_professional_is_nobodys_assistant(surgery: Surgery) -> None:
    """A code given in person is for an assistant's account."""
    anne, paul = await surgery.doctor(ANNE), await surgery.doctor(PAUL)
    named = await surgery.name(anne)

    with pytest.raises(EnrolmentRefused):
        await service.join(surgery.office, paul, named.code, ADDRESS)


async def test_a_recovery_code_stands_in_for_the_app(surgery: Surgery) -> None:
    """Once; and it is as strong."""
    named = await surgery.name(await surgery.doctor())
    enrolled = await surgery.confirm(await surgery.seed(named.code))
    surgery.town.later(minutes=2)

    async def by(code: str) -> SignedIn | EmployerChoice:
        attempt = Attempt(
            login="zoe",
            password=PASSWORD,
            device=PHONE_OF_LEA,
            channel=None,
            address=ADDRESS,
            of_assistant=True,
        )
        asked = await sign_in.begin(surgery.office, surgery.town.passwords, attempt)
        answer = Answer(challenge_id=asked.challenge_id, code=code)
        return await service.verify(surgery.office, answer, ADDRESS)

    assert isinstance(await by(enrolled.recovery_codes[0]), SignedIn)
    surgery.town.later(minutes=2)
    with pytest.raises(CodeRefused):
        await by(enrolled.recovery_codes[0])
