"""Authenticator apps, recovery codes, step-up and contacts, on the real databases."""

import pyotp
import pytest
from sqlalchemy import select

from backend.identity.accounts.model import Channel
from backend.identity.challenges.model import Answer, Assurance, Challenged
from backend.identity.errors import (
    CodeRefused,
    ContactMissing,
    FactorNotProposed,
    NotSignedIn,
    PasswordUnsuitable,
    PhoneUnsuitable,
    StepUpNeeded,
    StepUpRefused,
    StepUpUnavailable,
    TooManyTries,
)
from backend.identity.factors import service, step_up
from backend.identity.sessions import service as sessions
from backend.identity.sessions.model import Caller, SignedIn
from backend.kernel.statements import ALL_SPACES
from backend.kernel.work import Work
from backend.schema import all_tables
from tests.people import PASSWORD, PHONE, Town

NEW_PASSWORD = "nine herons above the pond"
NEW_PHONE = "+33639980055"


async def signed_in(town: Town) -> tuple[SignedIn, Caller]:
    """Enrol somebody and sign in."""
    await town.newcomer()
    tokens = await town.verify(await town.login())
    town.later(seconds=90)
    return tokens, await town.caller(tokens)


async def begin(town: Town, caller: Caller, password: str = PASSWORD) -> Challenged:
    """Ask for a step-up."""
    return await step_up.begin(town.office, town.passwords, caller, password)


async def stepped_up(town: Town) -> tuple[SignedIn, Caller]:
    """Enrol somebody, sign in and step up."""
    tokens, caller = await signed_in(town)
    challenge = await begin(town, caller)
    answer = Answer(challenge_id=challenge.challenge_id, code=town.mail.codes()[-1])
    await step_up.verify(town.office, caller, answer)
    town.later(seconds=90)
    return tokens, await town.caller(tokens)


async def with_app(town: Town) -> tuple[SignedIn, pyotp.TOTP, list[str]]:
    """Enrol somebody who has an authenticator app and recovery codes."""
    tokens, caller = await stepped_up(town)
    proposal = await town.office.write(lambda work: service.propose_totp(work, caller))
    app = pyotp.TOTP(proposal.secret)
    codes = await service.confirm_totp(town.office, caller, app.at(town.now))
    town.later(minutes=5)
    return tokens, app, codes


async def test_nothing_dangerous_is_done_without_a_step_up(town: Town) -> None:
    """A telephone left open on a table changes no factor and no contact."""
    _, caller = await signed_in(town)

    with pytest.raises(StepUpNeeded):
        await town.office.write(lambda work: service.propose_totp(work, caller))
    with pytest.raises(StepUpNeeded):
        await town.office.write(lambda work: service.remove_totp(work, caller))
    with pytest.raises(StepUpNeeded):
        await town.office.write(lambda work: service.renew_recovery_codes(work, caller))
    with pytest.raises(StepUpNeeded):
        await service.change_password(town.office, town.passwords, caller, NEW_PASSWORD)
    with pytest.raises(StepUpNeeded):
        await town.office.write(
            lambda work: service.begin_contact_change(work, caller, phone=NEW_PHONE, email=None)
        )


async def test_a_step_up_lasts_five_minutes_and_one_session(town: Town) -> None:
    """It opens nothing later, and nothing on another device."""
    tokens, caller = await stepped_up(town)
    other = await town.caller(await town.verify(await town.login()))

    assert caller.stepped_up_until is not None
    assert other.stepped_up_until is None
    town.later(minutes=5)
    late = await town.caller(tokens)
    with pytest.raises(StepUpNeeded):
        await town.office.write(lambda work: service.propose_totp(work, late))


async def test_a_step_up_asks_for_the_password(town: Town) -> None:
    """Wrong ones are counted: after eight the device waits."""
    _, caller = await signed_in(town)

    for _ in range(8):
        with pytest.raises(StepUpRefused):
            await begin(town, caller, "not the password")
    with pytest.raises(TooManyTries):
        await begin(town, caller)


async def test_a_step_up_code_serves_its_own_session_only(town: Town) -> None:
    """A code asked for on one device does not raise another."""
    _, caller = await signed_in(town)
    other = await town.caller(await town.verify(await town.login()))
    town.later(seconds=90)
    challenge = await begin(town, caller)
    answer = Answer(challenge_id=challenge.challenge_id, code=town.mail.codes()[-1])

    with pytest.raises(CodeRefused):
        await step_up.verify(town.office, other, answer)


async def test_a_step_up_code_signs_nobody_in(town: Town) -> None:
    """A code proves what it was asked for, nothing else."""
    _, caller = await signed_in(town)
    challenge = await begin(town, caller)

    with pytest.raises(CodeRefused):
        await town.verify(challenge)


async def test_an_app_replaces_codes_that_are_sent(town: Town) -> None:
    """From then on a sign-in asks for the app, and the session is strong."""
    _, app, _ = await with_app(town)
    sent = len(town.mail.codes())

    challenge = await town.login()
    tokens = await town.verify(challenge, app.at(town.now))

    assert (challenge.channel, challenge.sent_to) == (Channel.TOTP, None)
    assert len(town.mail.codes()) == sent
    assert tokens.assurance is Assurance.STRONG
    assert "notice-totp-added" in town.mail.kinds()


async def test_the_code_of_an_app_works_once(town: Town) -> None:
    """Within its thirty seconds too, and for another challenge too.

    Source: RFC 6238, 5.2.
    """
    _, app, _ = await with_app(town)
    code = app.at(town.now)
    await town.verify(await town.login(), code)
    again = await town.login(address="198.51.100.7")

    with pytest.raises(CodeRefused):
        await town.verify(again, code, "198.51.100.7")


async def test_the_code_that_confirmed_an_app_signs_nobody_in(town: Town) -> None:
    """It was seen: somebody may have looked over a shoulder."""
    _, caller = await stepped_up(town)
    proposal = await town.office.write(lambda work: service.propose_totp(work, caller))
    code = pyotp.TOTP(proposal.secret).at(town.now)
    await service.confirm_totp(town.office, caller, code)

    with pytest.raises(CodeRefused):
        await town.verify(await town.login(), code)


async def test_a_wrong_code_confirms_no_app(town: Town) -> None:
    """Nothing changes, and tries are counted."""
    _, caller = await stepped_up(town)
    proposal = await town.office.write(lambda work: service.propose_totp(work, caller))
    app = pyotp.TOTP(proposal.secret)
    wrong = f"{(int(app.at(town.now)) + 1) % 10**6:06d}"

    for _ in range(8):
        with pytest.raises(CodeRefused):
            await service.confirm_totp(town.office, caller, wrong)
    with pytest.raises(TooManyTries):
        await service.confirm_totp(town.office, caller, app.at(town.now))


async def test_an_app_is_confirmed_within_ten_minutes(town: Town) -> None:
    """A secret that lay around is not put in force."""
    _, caller = await stepped_up(town)
    with pytest.raises(FactorNotProposed):
        await service.confirm_totp(town.office, caller, "123456")
    proposal = await town.office.write(lambda work: service.propose_totp(work, caller))
    town.later(minutes=10)

    code = pyotp.TOTP(proposal.secret).at(town.now)
    with pytest.raises(FactorNotProposed):
        await service.confirm_totp(town.office, caller, code)


async def test_an_app_stays_in_force_until_the_next_is_confirmed(town: Town) -> None:
    """Who begins to change telephones and stops is not locked out."""
    tokens, app, _ = await with_app(town)
    tokens = await sessions.refresh(town.office, tokens.refresh_token)
    caller = await town.caller(tokens)
    challenge = await begin(town, caller)
    answer = Answer(challenge_id=challenge.challenge_id, code=app.at(town.now))
    await step_up.verify(town.office, caller, answer)
    caller = await town.caller(tokens)
    town.later(seconds=60)

    await town.office.write(lambda work: service.propose_totp(work, caller))

    assert await town.verify(await town.login(), app.at(town.now))


async def test_a_recovery_code_takes_the_place_of_the_app_once(town: Town) -> None:
    """Typed in any way; its use is told; the second time it opens nothing."""
    _, _, codes = await with_app(town)
    typed = codes[3].lower().replace("-", " ")

    tokens = await town.verify(await town.login(), typed)

    assert tokens.assurance is Assurance.STRONG
    assert "notice-recovery-used" in town.mail.kinds()
    town.later(seconds=61)
    with pytest.raises(CodeRefused):
        await town.verify(await town.login(), typed)


async def test_new_recovery_codes_void_the_former(town: Town) -> None:
    """There are ten, shown once."""
    _, caller = await stepped_up(town)
    former = await town.office.write(lambda work: service.renew_recovery_codes(work, caller))

    codes = await town.office.write(lambda work: service.renew_recovery_codes(work, caller))

    assert len(set(codes)) == 10
    with pytest.raises(CodeRefused):
        await town.verify(await town.login(), former[0])
    town.later(seconds=61)
    assert await town.verify(await town.login(), codes[0])
    factors = await town.office.read(lambda work: service.read_factors(work, caller))
    assert factors.recovery_codes_left == 9


async def test_without_the_app_codes_are_sent_again(town: Town) -> None:
    """Its recovery codes go with it."""
    tokens, app, codes = await with_app(town)
    tokens = await sessions.refresh(town.office, tokens.refresh_token)
    caller = await town.caller(tokens)
    challenge = await begin(town, caller)
    answer = Answer(challenge_id=challenge.challenge_id, code=app.at(town.now))
    await step_up.verify(town.office, caller, answer)
    caller = await town.caller(tokens)

    await town.office.write(lambda work: service.remove_totp(work, caller))

    challenge = await town.login()
    assert challenge.channel is Channel.SMS
    with pytest.raises(CodeRefused):
        await town.verify(challenge, codes[0])
    assert await town.verify(challenge)


async def test_a_new_password_ends_every_other_session(town: Town) -> None:
    """Whoever knew the old one is out; the device that changed it stays."""
    tokens, caller = await stepped_up(town)
    other = await town.verify(await town.login())
    town.later(seconds=61)

    await service.change_password(town.office, town.passwords, caller, NEW_PASSWORD)

    assert await town.caller(tokens)
    with pytest.raises(NotSignedIn):
        await town.caller(other)
    with pytest.raises(CodeRefused):
        await town.verify(await town.login())
    town.later(hours=1)
    assert await town.verify(await town.login(password=NEW_PASSWORD))
    assert "notice-password-changed" in town.mail.kinds()


async def test_a_new_password_must_be_a_good_one(town: Town) -> None:
    """The rules are those of the first."""
    _, caller = await stepped_up(town)

    with pytest.raises(PasswordUnsuitable):
        await service.change_password(town.office, town.passwords, caller, "motdepasse2026")


async def change_phone(town: Town, caller: Caller, phone: str) -> None:
    """Ask for a new number, and prove it."""
    challenge = await town.office.write(
        lambda work: service.begin_contact_change(work, caller, phone=phone, email=None)
    )
    answer = Answer(challenge_id=challenge.challenge_id, code=town.mail.codes()[-1])
    await service.confirm_contact_change(town.office, caller, answer)


async def test_a_new_number_counts_once_it_is_proven_and_the_old_one_is_told(
    town: Town,
) -> None:
    """The code goes to the new number, the notice to the old one."""
    _, caller = await stepped_up(town)

    await change_phone(town, caller, NEW_PHONE)

    code, notice = town.mail.messages[-2:]
    assert (code.to, notice.to, notice.kind) == (NEW_PHONE, PHONE, "notice-contact-changed")
    assert (await town.login()).sent_to == "•• •• •• •• 55"


async def test_an_unproven_number_changes_nothing(town: Town) -> None:
    """A number mistyped is forgotten."""
    _, caller = await stepped_up(town)
    await town.office.write(
        lambda work: service.begin_contact_change(work, caller, phone=NEW_PHONE, email=None)
    )

    assert (await town.login()).sent_to == "•• •• •• •• 12"


async def test_a_fresh_number_confirms_nothing_dangerous(town: Town) -> None:
    """For three days, whoever took the number over gains nothing more by it.

    Source: NIST SP 800-63B, 3.1.3.3.
    """
    _, caller = await stepped_up(town)
    await change_phone(town, caller, NEW_PHONE)
    town.later(minutes=2)

    with pytest.raises(StepUpUnavailable):
        await begin(town, caller)

    town.later(hours=72)
    assert await begin(town, caller)


async def test_a_contact_is_one_number_or_one_address(town: Town) -> None:
    """Neither, both, or one that cannot be reached is refused."""
    _, caller = await stepped_up(town)

    for phone, email, refusal in (
        (None, None, ContactMissing),
        (NEW_PHONE, "lea@example.org", ContactMissing),
        ("01 23 45 67 89", None, PhoneUnsuitable),
    ):
        with pytest.raises(refusal):
            await town.office.write(
                lambda work, phone=phone, email=email: service.begin_contact_change(
                    work, caller, phone=phone, email=email
                )
            )


async def every_row(work: Work) -> list[object]:
    """Read every table of a database whose files are another process's."""
    everywhere = {ALL_SPACES: True}
    return [
        await work.db.rows(select(table).execution_options(**everywhere)) for table in all_tables()
    ]


async def test_no_contact_or_secret_stands_in_the_database(town: Town) -> None:
    """What is stored is sealed or hashed: a stolen file names nobody."""
    tokens, app, codes = await with_app(town)
    await town.verify(await town.login(), app.at(town.now))

    stored = b"".join(path.read_bytes() for path in town.folder.glob("data/*") if path.is_file())
    stored = stored or repr(await town.office.read(every_row)).encode()

    for secret in (PHONE, app.secret, tokens.refresh_token, codes[0], "Téléphone", "MARTIN"):
        assert secret.encode() not in stored
        assert secret.removeprefix("+").encode() not in stored
