"""Professionals sign in by their provider, on the real databases."""

import json
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import select

from backend.identity.errors import (
    ActivityUnknown,
    NotSignedIn,
    ProfessionalIsReal,
    ProfessionalNotFound,
    ProfessionalSignInOff,
    SessionReused,
    SignInRequestRefused,
)
from backend.identity.housekeeping import forget_expired
from backend.identity.professionals import service, store
from backend.identity.professionals.model import (
    Act,
    ActivityChoice,
)
from backend.identity.professionals.provider import OpenIdProvider
from backend.identity.sessions import service as sessions
from backend.identity.sessions.model import PROFESSIONALS, SEATED
from backend.identity.tables import professionals
from backend.kernel.work import Work
from tests.practice import SURGERY, Practice
from tests.providers import (
    CLIENT_KEY,
    exercise,
    provider_settings,
    site,
    userinfo,
)


async def test_a_professional_signs_in_by_the_provider(practice: Practice) -> None:
    """Who they are is what the provider says, as what they work too, and they may do all."""
    signed_in = await practice.sign_in()

    professional = await practice.who(signed_in)

    assert signed_in.assurance.value == "strong"
    assert professional.names.family_name == "FAURE"
    assert professional.names == professional.professional_names
    assert (professional.profession_code, professional.specialty) == ("10", "SM26")
    assert professional.organization == "CABINET DU LOT"
    assert professional.activity.organization_id == "460780216"
    assert (professional.assistant_id, professional.is_regulator) == (None, False)
    assert professional.acts == frozenset(Act)
    assert professional.signed_in_at == practice.town.now


async def test_the_same_number_is_the_same_professional(practice: Practice) -> None:
    """However often they sign in; what the provider says anew replaces what it said."""
    first = await practice.who(await practice.sign_in())
    practice.fake.said = userinfo(exercise(site("MAISON DE SANTÉ")), family_name="X")
    second = await practice.who(await practice.sign_in())
    practice.fake.said = userinfo(rpps="10001234567")
    other = await practice.who(await practice.sign_in())

    assert first.professional_id == second.professional_id != other.professional_id
    assert second.organization == "MAISON DE SANTÉ"


async def test_nothing_of_a_professional_is_stored_in_clear(practice: Practice) -> None:
    """Neither the name nor the number can be read, or searched, in the database."""
    signed_in = await practice.sign_in()
    professional = await practice.who(signed_in)

    async def raw(work: Work) -> bytes:
        rows = await work.db.row(_SEALED_IDENTITY)
        return bytes(rows[0]) if rows else b""

    sealed = await practice.town.office.read(raw)
    found = await practice.town.office.read(lambda work: store.find(work, "99700218896"))

    assert found == professional.professional_id
    assert b"FAURE" not in sealed
    assert b"99700218896" not in sealed


_SEALED_IDENTITY = select(professionals.c.sealed_identity)


async def test_one_of_several_activities_is_chosen(practice: Practice) -> None:
    """Nobody is signed in before; the choice stands on the session, and the ticket is spent."""
    practice.fake.said = userinfo(
        exercise(site("CABINET"), site("CLINIQUE", numeroFinessSite="", numeroSiretSite="123")),
        exercise(site("ÉCOLE"), codeProfession="40", codeSavoirFaire=""),
    )
    choice = await practice.arrive()
    assert isinstance(choice, ActivityChoice)
    assert (await practice.counted())[1] == 0
    wanted = next(one for one in choice.activities if one.profession_code == "40")
    with pytest.raises(ActivityUnknown):
        await service.choose(practice.town.office, choice.ticket, "none of these")

    signed_in = await service.choose(practice.town.office, choice.ticket, wanted.activity_id)

    professional = await practice.who(signed_in)
    assert (professional.activity, professional.organization) == (wanted, "ÉCOLE")
    assert professional.specialty is None
    with pytest.raises(SignInRequestRefused):
        await service.choose(practice.town.office, choice.ticket, wanted.activity_id)


async def test_a_choice_waits_five_minutes_and_takes_five_tries(practice: Practice) -> None:
    """Then the professional signs in again."""
    practice.fake.said = userinfo(exercise(site("A"), site("B")))
    late, tried = await practice.arrive(), await practice.arrive()
    assert isinstance(late, ActivityChoice)
    assert isinstance(tried, ActivityChoice)
    office, known = practice.town.office, late.activities[0].activity_id
    for _ in range(5):
        with pytest.raises(ActivityUnknown):
            await service.choose(office, tried.ticket, "x")

    with pytest.raises(SignInRequestRefused):
        await service.choose(office, tried.ticket, known)
    practice.town.later(minutes=5)
    with pytest.raises(SignInRequestRefused):
        await service.choose(office, late.ticket, known)


async def test_an_activity_keeps_its_identifier(practice: Practice) -> None:
    """Software may remember the choice from one sign-in to the next."""
    practice.fake.said = userinfo(exercise(site("A"), site("B")))

    first, second = await practice.arrive(), await practice.arrive()

    assert isinstance(first, ActivityChoice)
    assert isinstance(second, ActivityChoice)
    assert first.activities == second.activities
    assert first.ticket != second.ticket


async def test_somebody_who_fills_in_works_without_a_place(practice: Practice) -> None:
    """An exercise with no activity is one situation, without organisation."""
    practice.fake.said = userinfo(exercise(), Acces_Regulation_Medicale="VRAI")

    professional = await practice.who(await practice.sign_in())

    assert (professional.profession_code, professional.organization) == ("10", None)
    assert professional.is_regulator


async def test_whoever_proved_who_they_are_is_not_made_up(practice: Practice) -> None:
    """The doors of development neither change nor sign in a professional who is real."""
    await practice.sign_in()
    office, rpps = practice.town.office, "99700218896"
    real = await office.read(lambda work: store.find(work, rpps))
    assert real is not None
    identity = await office.read(lambda work: store.identity(work, real))
    assert identity is not None
    fiction = msgspec.structs.replace(identity, is_fictional=True)

    with pytest.raises(ProfessionalNotFound):
        await office.write(lambda work: service.sign_in_fictional(work, rpps, None, SURGERY))
    with pytest.raises(ProfessionalIsReal):
        await office.write(lambda work: service.register_fictional(work, fiction))

    assert await office.read(lambda work: store.identity(work, real)) == identity


async def test_where_no_provider_is_set_nobody_signs_in(practice: Practice) -> None:
    """A clear problem, and nothing kept."""
    practice.provider = OpenIdProvider(None)

    with pytest.raises(ProfessionalSignInOff):
        await practice.leave()


async def test_this_server_may_prove_itself_by_a_key(practice: Practice, tmp_path: Path) -> None:
    """Without a shared secret: a key file, as PEM or as JWK."""
    for name, written in (
        ("key.pem", CLIENT_KEY.as_pem(private=True)),
        ("key.json", json.dumps(CLIENT_KEY.as_dict(private=True)).encode()),
    ):
        (tmp_path / name).write_bytes(written)
        settings = provider_settings(client_secret="", private_key_file=tmp_path / name)
        practice.provider = OpenIdProvider(settings, transport=practice.fake.transport)

        assert await practice.who(await practice.sign_in())


async def test_a_session_lasts_four_hours_and_half_an_hour_of_silence(practice: Practice) -> None:
    """A computer that is left alone signs itself out; nobody works a whole day on one proof."""
    town, signed_in = practice.town, await practice.sign_in()
    town.later(minutes=15)
    with pytest.raises(NotSignedIn):
        await practice.who(signed_in)
    held = signed_in
    for _ in range(9):
        town.later(minutes=25 - 15 * (held is signed_in))
        held = await sessions.refresh(town.office, held.refresh_token, None, PROFESSIONALS)
        assert held.expires_in <= 900

    assert town.now < (await practice.who(held)).signed_in_at + timedelta(hours=4)
    town.later(minutes=25)
    with pytest.raises(NotSignedIn):
        await sessions.refresh(town.office, held.refresh_token, None, PROFESSIONALS)
    silent = await practice.sign_in()
    town.later(minutes=30)
    with pytest.raises(NotSignedIn):
        await sessions.refresh(town.office, silent.refresh_token, None, PROFESSIONALS)


async def test_a_stolen_refresh_token_ends_a_professionals_session(practice: Practice) -> None:
    """Nobody can be written to, and the session is over all the same."""
    signed_in = await practice.sign_in()
    renewed = await sessions.refresh(
        practice.town.office, signed_in.refresh_token, None, PROFESSIONALS
    )

    with pytest.raises(SessionReused):
        await sessions.refresh(practice.town.office, signed_in.refresh_token, None, PROFESSIONALS)

    with pytest.raises(NotSignedIn):
        await practice.who(renewed)


async def test_tokens_open_the_doors_of_their_audience_only(practice: Practice) -> None:
    """A patient's, a professional's: each is unknown at the other's doors, in the same words."""
    town = practice.town
    patient, professional = await town.newcomer(), await practice.sign_in()
    patient = await sessions.refresh(town.office, patient.refresh_token)

    async def refused(token: str, audiences: frozenset[str]) -> str:
        with pytest.raises(NotSignedIn) as raised:
            await town.office.look(lambda work: sessions.authenticate(work, token, audiences))
        return raised.value.detail

    patients = frozenset({"patient"})
    assert (
        await refused(professional.access_token, patients)
        == await refused(patient.access_token, PROFESSIONALS)
        == await refused("unknown", patients)
    )
    for token in (patient.access_token, professional.access_token):
        seated = await town.office.look(
            lambda work, token=token: sessions.authenticate(work, token, SEATED)
        )
        assert seated.party_id == seated.account_id
    with pytest.raises(NotSignedIn):
        await sessions.refresh(town.office, professional.refresh_token)
    with pytest.raises(NotSignedIn):
        await sessions.refresh(town.office, patient.refresh_token, None, PROFESSIONALS)


async def test_signing_out_ends_a_professionals_session(practice: Practice) -> None:
    """At the next request."""
    signed_in = await practice.sign_in()
    professional = await practice.who(signed_in)

    await practice.town.office.write(lambda work: service.sign_out(work, professional))

    with pytest.raises(NotSignedIn):
        await practice.who(signed_in)


async def test_spent_states_and_tickets_are_forgotten(practice: Practice) -> None:
    """Nothing of half a sign-in is kept after a day."""
    practice.fake.said = userinfo(exercise(site("A"), site("B")))
    await practice.arrive()
    await practice.leave()
    practice.town.later(days=2)

    assert await practice.town.office.write(forget_expired) >= 3
    assert await practice.town.office.write(forget_expired) == 0
