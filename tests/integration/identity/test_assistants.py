"""Secretaries and assistants: named in person, with what was left to them and no more."""

import asyncio

import pytest
from sqlalchemy import bindparam, select

from backend.identity.assistants import naming
from backend.identity.assistants.model import (
    Enrolled,
)
from backend.identity.errors import (
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
from backend.identity.professionals.model import (
    Act,
)
from backend.identity.sessions import service as sessions
from backend.identity.sessions.model import PROFESSIONALS, SignedIn
from backend.identity.tables import assistantships
from backend.kernel.work import Work
from tests.practice import ANNE, PAUL, ZOE, Surgery


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
