"""Opening spaces and entering them, on the real databases."""

import asyncio
from datetime import date

import pytest

from backend.identity.errors import (
    ActivationNotFound,
    ActivationRefused,
    AlreadyHolder,
    AlreadyMember,
    CodeRefused,
    InsAlreadyOpen,
    InvalidIns,
    LoginTaken,
    OpeningInvalid,
    RepresentativeUnknown,
    TooManyTries,
)
from backend.identity.limits import ACTIVATIONS_PER_ADDRESS
from backend.identity.model import Ins, InsOid
from backend.identity.sessions.model import Caller, SignedIn
from backend.identity.spaces import activation, service
from backend.identity.spaces.model import Representative, Role, SpaceView
from backend.kernel.ids import SpaceId
from tests.people import ADDRESS, BIRTH, CHILD_BIRTH, Town, person

TEST_INS = Ins(value="261046322012345"[:13] + "00", oid=InsOid.NIR_TEST)


async def spaces_of(town: Town, signed_in: SignedIn) -> list[SpaceView]:
    """List the spaces of who holds these tokens."""
    caller = await fresh_caller(town, signed_in)
    return await town.office.read(lambda work: service.list_spaces(work, caller))


async def fresh_caller(town: Town, signed_in: SignedIn) -> Caller:
    """Say who holds these tokens, straight after they were given."""
    return await town.caller(signed_in)


async def test_an_adult_gets_one_letter_and_enters_as_holder(town: Town) -> None:
    """The space is then in their list, under the name they go by."""
    opened = await town.open_space()

    signed_in = await town.verify(await town.enrol(opened.letters[0].code))

    assert [letter.role for letter in opened.letters] == [Role.HOLDER]
    assert town.records.made == [opened.space_id]
    (space,) = await spaces_of(town, signed_in)
    assert space.space_id == opened.space_id
    assert (space.role, space.state) == ("holder", "open")
    assert (space.display_name, space.birth_date) == ("LEA Durand", BIRTH)


async def test_a_child_is_entered_by_its_representatives(town: Town) -> None:
    """One has an account and is let in at once; the other gets a letter."""
    mother = await town.newcomer("mother")
    opened = await town.open_space(
        person(CHILD_BIRTH), Representative(login="Mother"), Representative()
    )

    father = await town.verify(
        await town.enrol(opened.letters[0].code, login="father", birth_date=CHILD_BIRTH)
    )

    assert [letter.role for letter in opened.letters] == [Role.REPRESENTATIVE]
    assert [one.role for one in await spaces_of(town, father)] == ["representative"]
    town.later(minutes=2)
    mother = await town.verify(await town.login("mother"))
    assert [one.role for one in await spaces_of(town, mother)] == ["holder", "representative"]
    assert "notice-space-joined" in town.mail.kinds()


async def test_somebody_signed_in_adds_a_space_by_letter(town: Town) -> None:
    """A parent who has an account needs no second one; nor can they enter twice."""
    await town.newcomer()
    lea = await town.caller(await town.verify(await town.login()))
    opened = await town.open_space(person(CHILD_BIRTH), Representative(), Representative())
    first, second = (letter.code for letter in opened.letters)

    view = await activation.add_space(town.office, lea, first.lower(), CHILD_BIRTH, address=ADDRESS)

    assert (view.space_id, view.role) == (opened.space_id, "representative")
    with pytest.raises(AlreadyMember):
        await activation.add_space(town.office, lea, second, CHILD_BIRTH, address=ADDRESS)
    with pytest.raises(ActivationRefused):
        await activation.add_space(town.office, lea, first, CHILD_BIRTH, address=ADDRESS)


async def test_one_account_holds_one_space_of_its_own(town: Town) -> None:
    """Who finds somebody else's letter does not become them; the letter stays good."""
    await town.newcomer()
    lea = await town.caller(await town.verify(await town.login()))
    opened = await town.open_space()
    code = opened.letters[0].code

    with pytest.raises(AlreadyHolder):
        await activation.add_space(town.office, lea, code, BIRTH, address=ADDRESS)

    assert await town.enrol(code, login="its.own.holder", phone="+33639980077")


async def test_a_letter_opens_one_account(town: Town) -> None:
    """The code of a letter that was used opens nothing more."""
    opened = await town.open_space()
    code = opened.letters[0].code
    await town.verify(await town.enrol(code))

    with pytest.raises(ActivationRefused):
        await town.enrol(code, login="other")


async def test_of_two_accounts_from_one_letter_one_is_made(town: Town) -> None:
    """Two people who prove their contacts at once do not both enter."""
    opened = await town.open_space()
    code = opened.letters[0].code
    await town.enrol(code, login="lea")
    town.later(seconds=61)
    second = await town.enrol(code, login="eve", phone="+33639980077")
    sent = town.mail.codes()[-1]

    outcomes = await asyncio.gather(
        town.verify(second, sent), town.verify(second, sent), return_exceptions=True
    )

    assert sum(isinstance(one, SignedIn) for one in outcomes) == 1


async def test_a_mistyped_number_costs_no_letter(town: Town) -> None:
    """Nothing is used up before the contact is proven."""
    opened = await town.open_space()
    code = opened.letters[0].code
    await town.enrol(code, phone="+33639980099")
    town.later(seconds=61)

    challenge = await town.enrol(code)

    assert await town.verify(challenge)
    assert town.mail.messages[-1].to == "+33639980012"


async def test_five_wrong_birth_dates_shut_a_letter(town: Town) -> None:
    """A letter in the wrong hands does not wait until the date is guessed."""
    opened = await town.open_space()
    code = opened.letters[0].code
    for day in range(1, 6):
        with pytest.raises(ActivationRefused):
            await town.enrol(code, birth_date=date(1961, 4, day))

    with pytest.raises(ActivationRefused):
        await town.enrol(code, birth_date=BIRTH)

    (letter,) = await town.office.read(lambda work: service.list_letters(work, opened.space_id))
    assert letter.is_shut


async def test_right_birth_dates_use_up_no_try(town: Town) -> None:
    """Somebody who mistypes a number ten times still has their letter."""
    opened = await town.open_space()
    for _ in range(6):
        await town.enrol(opened.letters[0].code)
        town.later(hours=5)

    (letter,) = await town.office.read(lambda work: service.list_letters(work, opened.space_id))
    assert not letter.is_shut


async def test_a_letter_is_good_for_six_weeks(town: Town) -> None:
    """After that another must be asked for."""
    opened = await town.open_space()
    town.later(weeks=6)

    with pytest.raises(ActivationRefused):
        await town.enrol(opened.letters[0].code)


async def test_a_new_letter_voids_the_former(town: Town) -> None:
    """The lost code opens nothing; neither does a challenge that it began."""
    opened = await town.open_space()
    (lost,) = opened.letters
    begun = await town.enrol(lost.code)
    sent = town.mail.codes()[-1]

    letter = await town.office.write(
        lambda work: service.reissue_code(work, opened.space_id, lost.activation_id)
    )

    with pytest.raises(ActivationRefused):
        await town.enrol(lost.code)
    with pytest.raises(ActivationRefused):
        await town.verify(begun, sent)
    town.later(seconds=61)
    assert await town.verify(await town.enrol(letter.code))
    with pytest.raises(ActivationNotFound):
        await town.office.write(
            lambda work: service.reissue_code(work, opened.space_id, lost.activation_id)
        )


async def test_unknown_codes_are_limited_for_an_address(town: Town) -> None:
    """Guessing letters stops soon; a workshop of people with real ones does not."""
    for _ in range(ACTIVATIONS_PER_ADDRESS.burst):
        with pytest.raises(ActivationRefused):
            await town.enrol("2222-2222-2222")
    with pytest.raises(TooManyTries):
        await town.enrol("2222-2222-2222")

    for n in range(20):
        opened = await town.open_space()
        await town.enrol(
            opened.letters[0].code,
            login=f"p{n}{n}",
            phone=f"+336399800{n:02d}",
            address="192.0.2.99",
        )


async def test_a_taken_name_is_told_to_holders_of_letters_and_counted(town: Town) -> None:
    """They must choose another; one letter does not list who has an account."""
    await town.newcomer("lea")
    opened = await town.open_space()
    code = opened.letters[0].code

    for _ in range(ACTIVATIONS_PER_ADDRESS.burst):
        with pytest.raises(LoginTaken):
            await town.enrol(code, login="LEA")
    with pytest.raises(TooManyTries):
        await town.enrol(code, login="LEA")


async def test_a_name_is_taken_from_the_letter_on(town: Town) -> None:
    """The letter of who comes second stays good, and the first signs in as they were told."""
    first, second = await town.open_space(), await town.open_space()
    mine = await town.enrol(first.letters[0].code, login="lea")
    my_code = town.mail.codes()[-1]

    with pytest.raises(LoginTaken):
        await town.enrol(second.letters[0].code, login="lea", phone="+33639980077")

    assert await town.verify(mine, my_code)
    assert await town.enrol(second.letters[0].code, login="lea2", phone="+33639980077")


async def test_an_account_is_there_before_its_first_code_is_typed(town: Town) -> None:
    """Who closed the app signs in like anybody; from then on the letter opens nothing."""
    opened = await town.open_space()
    code = opened.letters[0].code
    await town.enrol(code)
    town.later(minutes=2)

    signed_in = await town.verify(await town.login())

    assert [view.space_id for view in await spaces_of(town, signed_in)] == [opened.space_id]
    with pytest.raises(ActivationRefused):
        await town.enrol(code, login="thief", phone="+33639980077")


async def test_a_letter_used_again_before_a_sign_in_takes_the_place_of_the_first(
    town: Town,
) -> None:
    """The account with the wrong number is gone, its name is free, its code proves nothing."""
    opened = await town.open_space()
    code = opened.letters[0].code
    wrong = await town.enrol(code, phone="+33639980099")
    wrong_code = town.mail.codes()[-1]
    town.later(minutes=2)

    right = await town.enrol(code)

    with pytest.raises(CodeRefused):
        await town.verify(wrong, wrong_code)
    signed_in = await town.verify(right)
    assert len(await spaces_of(town, signed_in)) == 1


async def test_an_ins_number_opens_one_space(town: Town) -> None:
    """The operator is told that a space is open for it."""
    await town.open_space(person(ins=TEST_INS))

    with pytest.raises(InsAlreadyOpen):
        await town.open_space(person(ins=TEST_INS))


async def test_an_impossible_opening_leaves_nothing(town: Town) -> None:
    """A refusal at any step takes back the whole opening, the INS number included."""
    with pytest.raises(RepresentativeUnknown):
        await town.open_space(person(CHILD_BIRTH, ins=TEST_INS), Representative(login="nobody"))
    with pytest.raises(OpeningInvalid):
        await town.open_space(person(CHILD_BIRTH, ins=TEST_INS))
    with pytest.raises(OpeningInvalid):
        await town.open_space(person(ins=TEST_INS), *[Representative()] * 3)
    wrong_key = Ins(value=TEST_INS.value, oid=InsOid.NIR)
    with pytest.raises(InvalidIns):
        await town.open_space(person(ins=wrong_key))

    assert await town.open_space(person(ins=TEST_INS))


async def test_a_code_for_an_activation_is_of_no_use_elsewhere(town: Town) -> None:
    """A wrong code before an account exists is refused like any other."""
    opened = await town.open_space()
    challenge = await town.enrol(opened.letters[0].code)

    with pytest.raises(CodeRefused):
        await town.verify(challenge, "12345")
    with pytest.raises(CodeRefused):
        await town.verify(challenge, "AAAA-BBBB-CCCC-DDDD")


async def test_letters_of_a_space_unknown_are_none(town: Town) -> None:
    """Listing asks for one space only."""
    opened = await town.open_space()

    other = SpaceId(opened.letters[0].activation_id)

    assert await town.office.read(lambda work: service.list_letters(work, other)) == []
