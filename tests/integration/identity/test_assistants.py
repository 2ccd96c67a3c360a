"""Secretaries and assistants: named in person, under their own name, with what was left to them."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from pyotp import TOTP
from sqlalchemy import bindparam, select

from backend.identity.accounts.model import Channel, Proposal
from backend.identity.acting import who_acts
from backend.identity.assistants import naming, service
from backend.identity.assistants.model import (
    Candidate,
    EmployerChoice,
    Enrolled,
    Named,
    Naming,
    Seeded,
)
from backend.identity.challenges.model import Answer
from backend.identity.errors import (
    AlreadyAssistant,
    AssistantNotFound,
    AssistantshipUnsuitable,
    CodeRefused,
    EnrolmentRefused,
    LoginTaken,
    NoEmployer,
    NotSignedIn,
    ProfessionalOnly,
    SignInRequestRefused,
    TooManyAssistants,
    TooManyTries,
)
from backend.identity.limits import ASSISTANTS_MAX
from backend.identity.professionals import service as professionals
from backend.identity.professionals.model import (
    Act,
    Names,
    ProfessionalCaller,
    ProfessionalIdentity,
)
from backend.identity.rules.professionals import activity
from backend.identity.sessions import service as sessions
from backend.identity.sessions.model import PROFESSIONALS, SEATED, SignedIn
from backend.identity.sign_in import service as sign_in
from backend.identity.sign_in.model import Attempt
from backend.identity.tables import assistantships
from backend.kernel.work import Work
from tests.people import ADDRESS, PASSWORD, PHONE_OF_LEA, Town

DESK = Proposal(name="Poste de l'accueil", platform="web")
ZOE = Names(family_name="ROUX", given_name="ZOÉ")
ANNE, PAUL = "10001234567", "10007654321"


class Surgery:
    """A surgery with two doctors, who name the people at the desk."""

    def __init__(self, town: Town) -> None:
        self.town = town
        self.office = town.office

    async def doctor(self, rpps: str = ANNE) -> ProfessionalCaller:
        """Sign a doctor in, whom the test made up."""
        identity = ProfessionalIdentity(
            rpps=rpps,
            names=Names(family_name=f"DOCTOR {rpps}", given_name="ANNE"),
            activities=(activity("10", specialty="SM26", organization="CABINET DU LOT"),),
            is_regulator=True,
            is_fictional=True,
        )

        async def enter(work: Work) -> SignedIn:
            await professionals.register_fictional(work, identity)
            return await professionals.sign_in_fictional(work, rpps, None, DESK)

        return await self.who(await self.office.write(enter))

    async def name(self, doctor: ProfessionalCaller, *acts: Act, days: int = 90) -> Named:
        """Let a doctor name somebody for the desk."""
        named = Naming(
            names=ZOE,
            acts=acts or (Act.DEPOSIT, Act.READ_AGENDA),
            ends_on=self.town.now.date() + timedelta(days=days),
        )
        return await self.office.write(lambda work: naming.name_assistant(work, doctor, named))

    async def seed(self, code: str, login: str = "zoe", **changes: Any) -> Seeded:
        """Bring the code, and get a secret for an app."""
        given = {"code": code, "login": login, "password": PASSWORD, "address": ADDRESS, **changes}
        return await service.begin_enrolment(self.office, self.town.passwords, Candidate(**given))

    async def confirm(self, seeded: Seeded, code: str | None = None) -> Enrolled:
        """Show the first code of the app."""
        shown = code or self.app_code(seeded.secret)
        return await service.confirm_enrolment(self.office, seeded.ticket, shown, DESK)

    async def enrol(self, code: str, login: str = "zoe") -> tuple[SignedIn, str]:
        """Go the whole way; return the first session, and the app's secret."""
        seeded = await self.seed(code, login)
        enrolled = await self.confirm(seeded)
        self.town.later(minutes=2)
        return enrolled.session, seeded.secret

    def app_code(self, secret: str) -> str:
        """Read the app."""
        return TOTP(secret).at(self.town.now)

    async def login(
        self, secret: str, login: str = "zoe", password: str = PASSWORD
    ) -> SignedIn | EmployerChoice:
        """Sign in with name, password and app."""
        self.town.later(minutes=2)
        attempt = Attempt(
            login=login,
            password=password,
            device=DESK,
            channel=None,
            address=ADDRESS,
            of_assistant=True,
        )
        asked = await sign_in.begin(self.office, self.town.passwords, attempt)
        assert (asked.channel, asked.sent_to) == (Channel.TOTP, None)
        answer = Answer(challenge_id=asked.challenge_id, code=self.app_code(secret))
        return await service.verify(self.office, answer, ADDRESS)

    async def who(self, signed_in: SignedIn) -> ProfessionalCaller:
        """Say who holds these tokens."""

        async def ask(work: Work) -> ProfessionalCaller:
            token = signed_in.access_token
            return await who_acts(work, await sessions.authenticate(work, token, PROFESSIONALS))

        return await self.office.look(ask)

    async def end(self, doctor: ProfessionalCaller, named: Named) -> None:
        """Take everything back."""
        await self.office.write(
            lambda work: naming.end_assistantship(work, doctor, named.assistantship_id)
        )


@pytest.fixture
def surgery(town: Town) -> Surgery:
    """A surgery in the town."""
    return Surgery(town)


async def test_an_assistant_acts_under_their_own_name(surgery: Surgery) -> None:
    """The session names both, and allows what was left and nothing else."""
    doctor = await surgery.doctor()
    named = await surgery.name(doctor)

    signed_in, _ = await surgery.enrol(named.code.lower())

    assistant = await surgery.who(signed_in)
    assert signed_in.assurance.value == "strong"
    assert assistant.professional_id == doctor.professional_id
    assert assistant.assistant_id not in (None, doctor.professional_id)
    assert (assistant.names, assistant.professional_names) == (ZOE, doctor.names)
    assert assistant.acts == {Act.DEPOSIT, Act.READ_AGENDA}
    assert (assistant.organization, assistant.profession_code) == ("CABINET DU LOT", "10")
    assert not assistant.is_regulator  # That is the doctor's own.


async def test_an_assistant_signs_in_by_name_password_and_app(surgery: Surgery) -> None:
    """On their own, with no word of the doctor."""
    doctor = await surgery.doctor()
    first, secret = await surgery.enrol((await surgery.name(doctor)).code)

    signed_in = await surgery.login(secret)

    assert isinstance(signed_in, SignedIn)
    assert (await surgery.who(signed_in)).assistant_id == (await _account_of(surgery, first))


async def _account_of(surgery: Surgery, signed_in: SignedIn) -> object:
    return (await surgery.who(signed_in)).assistant_id


@pytest.mark.parametrize(
    "act",
    [Act.EMERGENCY_ACCESS, Act.READ_RECORD, Act.NAME_ASSISTANTS, Act.DECLARE_CARE_TEAM],
)
async def test_what_a_professional_does_in_person_is_left_to_nobody(
    surgery: Surgery, act: Act
) -> None:
    """Not even when it is ticked together with what may be left."""
    doctor = await surgery.doctor()

    with pytest.raises(AssistantshipUnsuitable):
        await surgery.name(doctor, Act.DEPOSIT, act)


@pytest.mark.parametrize("days", [-1, 366, 4000])
async def test_no_assistantship_ends_before_it_begins_or_after_a_year(
    surgery: Surgery, days: int
) -> None:
    """Twelve months at most, then it is asked anew."""
    with pytest.raises(AssistantshipUnsuitable):
        await surgery.name(await surgery.doctor(), days=days)


async def test_an_assistant_names_lists_and_ends_nobody(surgery: Surgery) -> None:
    """That is the professional's, whatever was ticked."""
    doctor = await surgery.doctor()
    named = await surgery.name(doctor)
    assistant = await surgery.who((await surgery.enrol(named.code))[0])

    with pytest.raises(ProfessionalOnly):
        await surgery.name(assistant)
    with pytest.raises(ProfessionalOnly):
        await surgery.end(assistant, named)
    with pytest.raises(ProfessionalOnly):
        await surgery.office.read(lambda work: naming.list_assistants(work, assistant))


async def test_the_end_is_at_once(surgery: Surgery) -> None:
    """The next request is refused, a refresh too, and the app's code signs nobody in."""
    doctor = await surgery.doctor()
    named = await surgery.name(doctor)
    signed_in, secret = await surgery.enrol(named.code)
    assert await surgery.who(signed_in)

    await surgery.end(doctor, named)

    with pytest.raises(NotSignedIn):
        await surgery.who(signed_in)
    with pytest.raises(NotSignedIn):
        await sessions.refresh(surgery.office, signed_in.refresh_token, None, PROFESSIONALS)
    with pytest.raises(NoEmployer):
        await surgery.login(secret)
    assert await surgery.office.read(lambda work: naming.list_assistants(work, doctor)) == []


async def test_a_session_that_begins_as_all_ends_ends_with_it(surgery: Surgery) -> None:
    """However close together: nothing is left that a refresh would keep alive."""
    for i in range(5):
        doctor = await surgery.doctor()
        named = await surgery.name(doctor)
        _, secret = await surgery.enrol(named.code, f"zoe.{i}")

        outcomes = await asyncio.gather(
            surgery.login(secret, f"zoe.{i}"), surgery.end(doctor, named), return_exceptions=True
        )

        assert isinstance(outcomes[0], SignedIn | NoEmployer), outcomes
        if isinstance(outcomes[0], SignedIn):
            token = outcomes[0].refresh_token
            with pytest.raises(NotSignedIn):
                await sessions.refresh(surgery.office, token, None, PROFESSIONALS)


async def test_the_last_day_ends_a_session_that_is_open(surgery: Surgery) -> None:
    """At midnight, not at the next sign-in, and no refresh goes beyond."""
    surgery.town.later(hours=13, minutes=30)  # 22:30
    doctor = await surgery.doctor()
    named = await surgery.name(doctor, days=0)
    signed_in, secret = await surgery.enrol(named.code)
    for _ in range(5):
        surgery.town.later(minutes=14)
        signed_in = await sessions.refresh(
            surgery.office, signed_in.refresh_token, None, PROFESSIONALS
        )
        assert await surgery.who(signed_in)
    assert signed_in.expires_in == 900
    surgery.town.later(minutes=14)
    signed_in = await sessions.refresh(surgery.office, signed_in.refresh_token, None, PROFESSIONALS)

    assert signed_in.expires_in == 4 * 60
    surgery.town.later(minutes=4)
    with pytest.raises(NotSignedIn):
        await surgery.who(signed_in)
    with pytest.raises(NotSignedIn):
        await sessions.refresh(surgery.office, signed_in.refresh_token, None, PROFESSIONALS)
    with pytest.raises(NoEmployer):
        await surgery.login(secret)


async def test_rights_are_read_at_each_request(surgery: Surgery) -> None:
    """Even a session that nobody ended opens nothing once the assistantship is over."""
    doctor = await surgery.doctor()
    named = await surgery.name(doctor)
    signed_in, _ = await surgery.enrol(named.code)

    async def only_end(work: Work) -> None:
        await work.db.run(_END_BY_HAND, of=doctor.professional_id, ended=work.now)

    await surgery.office.write(only_end)

    with pytest.raises(NotSignedIn):
        await surgery.who(signed_in)


_END_BY_HAND = (
    assistantships.update()
    .where(assistantships.c.professional_id == bindparam("of"))
    .values(ended_at=bindparam("ended"))
)


async def test_a_code_given_in_person_is_good_once_and_for_a_day(surgery: Surgery) -> None:
    """Used, late, withdrawn, mistyped or made up: one answer."""
    doctor = await surgery.doctor()
    used, late, withdrawn = [await surgery.name(doctor) for _ in range(3)]
    await surgery.enrol(used.code)
    await surgery.end(doctor, withdrawn)
    surgery.town.later(days=1)

    details = set()
    for code in (used.code, late.code, withdrawn.code, "2222-2222-2222", "x", ""):
        with pytest.raises(EnrolmentRefused) as raised:
            await surgery.seed(code, "another")
        details.add(raised.value.detail)

    assert len(details) == 1


async def test_nothing_is_made_before_the_app_has_shown_a_code(surgery: Surgery) -> None:
    """A secret that was lost costs a second try, not a second code; five wrong ones end it."""
    named = await surgery.name(await surgery.doctor())
    await surgery.seed(named.code)
    seeded = await surgery.seed(named.code)
    wrong = f"{(int(surgery.app_code(seeded.secret)) + 1) % 10**6:06d}"
    for _ in range(5):
        with pytest.raises(CodeRefused):
            await surgery.confirm(seeded, wrong)
    with pytest.raises(SignInRequestRefused):
        await surgery.confirm(seeded)

    again = await surgery.seed(named.code)

    assert (await surgery.confirm(again)).recovery_codes
    with pytest.raises(SignInRequestRefused):
        await surgery.confirm(again)


async def test_of_two_who_bring_one_code_one_enrols(surgery: Surgery) -> None:
    """However close together, and with nothing left of the other."""
    named = await surgery.name(await surgery.doctor())
    first, second = (
        await surgery.seed(named.code, "first"),
        await surgery.seed(named.code, "second"),
    )

    outcomes = await asyncio.gather(
        surgery.confirm(first), surgery.confirm(second), return_exceptions=True
    )

    assert sum(isinstance(one, Enrolled) for one in outcomes) == 1
    assert sum(isinstance(one, EnrolmentRefused) for one in outcomes) == 1


async def test_wrong_codes_are_counted_by_address(surgery: Surgery) -> None:
    """Nobody guesses a code; a name that is taken costs as much."""
    doctor = await surgery.doctor()
    await surgery.enrol((await surgery.name(doctor)).code)
    code = (await surgery.name(doctor)).code
    with pytest.raises(LoginTaken):
        await surgery.seed(code, "ZOE")
    for _ in range(14):
        with pytest.raises(EnrolmentRefused):
            await surgery.seed("2222-2222-2222", "another")

    with pytest.raises(TooManyTries):
        await surgery.seed(code, "another")


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


async def test_nobody_ends_the_assistant_of_another(surgery: Surgery) -> None:
    """Somebody else's assistant does not exist; nor does one that ended."""
    anne, paul = await surgery.doctor(ANNE), await surgery.doctor(PAUL)
    named = await surgery.name(anne)

    with pytest.raises(AssistantNotFound):
        await surgery.end(paul, named)
    await surgery.end(anne, named)
    with pytest.raises(AssistantNotFound):
        await surgery.end(anne, named)


async def test_a_professional_names_twenty(surgery: Surgery) -> None:
    """Not one more; whoever ended makes room."""
    doctor = await surgery.doctor()
    named = [await surgery.name(doctor) for _ in range(ASSISTANTS_MAX)]

    with pytest.raises(TooManyAssistants):
        await surgery.name(doctor)
    await surgery.end(doctor, named[0])

    assert await surgery.name(doctor)


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


async def test_no_name_of_an_assistant_is_stored_in_clear(surgery: Surgery) -> None:
    """Nor that of the professional, beside it."""
    await surgery.name(await surgery.doctor())

    async def raw(work: Work) -> bytes:
        row = await work.db.row(_SEALED)
        return bytes(row[0]) if row else b""

    sealed = await surgery.office.read(raw)

    assert sealed
    assert b"ROUX" not in sealed
    assert b"DOCTOR" not in sealed


_SEALED = select(assistantships.c.sealed)
