"""Professionals sign in by a provider that may lie, fail or dawdle, on the real databases."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey
from sqlalchemy import func, select

from backend.identity.accounts.model import Proposal
from backend.identity.acting import who_acts
from backend.identity.errors import (
    ActivityUnknown,
    AssuranceTooLow,
    IdentityProofRefused,
    NotSignedIn,
    ProfessionalIsReal,
    ProfessionalNotFound,
    ProfessionalSignInOff,
    ProfessionalUnidentified,
    ProviderRefused,
    ProviderUnavailable,
    SessionReused,
    SignInRequestRefused,
)
from backend.identity.housekeeping import forget_expired
from backend.identity.professionals import service, store
from backend.identity.professionals.model import (
    Act,
    ActivityChoice,
    Arrival,
    Departure,
    Leaving,
    ProfessionalCaller,
)
from backend.identity.professionals.provider import OpenIdProvider
from backend.identity.sessions import service as sessions
from backend.identity.sessions.model import PROFESSIONALS, SEATED, SignedIn
from backend.identity.tables import professionals
from backend.identity.tables import sessions as session_table
from backend.kernel.errors import Refusal
from backend.kernel.work import Work
from tests.people import ADDRESS, Town
from tests.providers import (
    CLIENT,
    CLIENT_KEY,
    ISSUER,
    KEY,
    OTHER_KEY,
    SUBJECT,
    FakeProvider,
    exercise,
    forged,
    provider_settings,
    site,
    unsigned,
    userinfo,
)

SURGERY = Proposal(name="Poste du cabinet", platform="web")
_COUNTS = [select(func.count()).select_from(one) for one in (professionals, session_table)]


class Practice:
    """A surgery whose professionals sign in by the fake provider."""

    def __init__(self, town: Town) -> None:
        self.town = town
        self.fake = FakeProvider(lambda: town.now)
        self.provider = OpenIdProvider(provider_settings(), transport=self.fake.transport)

    async def leave(self, *, is_browser: bool = False) -> Leaving:
        departure = Departure(device=SURGERY, address=ADDRESS, is_browser=is_browser)
        return await service.begin(self.town.office, self.provider, departure)

    async def come_back(self, brought: dict[str, Any]) -> SignedIn | ActivityChoice:
        given = {
            "code": None,
            "error": None,
            "issuer": None,
            "binding": None,
            "address": ADDRESS,
            **brought,
        }
        return await service.complete(self.town.office, self.provider, Arrival(**given))

    async def arrive(self) -> SignedIn | ActivityChoice:
        """Leave, agree, and come back."""
        return await self.come_back(self.fake.accept((await self.leave()).authorization_url))

    async def sign_in(self) -> SignedIn:
        """Sign in somebody who works in one place."""
        arrived = await self.arrive()
        assert isinstance(arrived, SignedIn)
        return arrived

    async def who(self, signed_in: SignedIn) -> ProfessionalCaller:
        token = signed_in.access_token

        async def ask(work: Work) -> ProfessionalCaller:
            return await who_acts(work, await sessions.authenticate(work, token, PROFESSIONALS))

        return await self.town.office.look(ask)

    async def counted(self) -> list[int]:
        """Count professionals and sessions."""

        async def count(work: Work) -> list[int]:
            rows = [await work.db.row(one) for one in _COUNTS]
            return [row[0] for row in rows if row is not None]

        return await self.town.office.read(count)

    async def refuses(self, refusal: type[Refusal]) -> Refusal:
        """Check that a whole sign-in is refused, once and for all, and that nothing is made."""
        brought = self.fake.accept((await self.leave()).authorization_url)
        before = await self.counted()
        with pytest.raises(refusal) as raised:
            await self.come_back(brought)
        with pytest.raises(SignInRequestRefused):
            await self.come_back(brought)
        assert await self.counted() == before
        assert "SECRET" not in raised.value.detail
        return raised.value


@pytest.fixture
async def practice(town: Town) -> AsyncIterator[Practice]:
    """A surgery in the town."""
    opened = Practice(town)
    yield opened
    await opened.provider.close()


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


async def test_what_was_brought_back_is_taken_once(practice: Practice) -> None:
    """A state and its code, replayed, open nothing; nor does a code under another state."""
    brought = practice.fake.accept((await practice.leave()).authorization_url)
    other = await practice.leave()
    await practice.come_back(brought)

    with pytest.raises(SignInRequestRefused):
        await practice.come_back(brought)
    with pytest.raises(ProviderRefused):
        await practice.come_back({**brought, "state": other.state})


async def test_a_code_of_one_sign_in_is_no_code_of_another(practice: Practice) -> None:
    """Somebody else's code, slipped under one's own state, fails at the provider: PKCE."""
    mine, theirs = await practice.leave(), await practice.leave()
    stolen = practice.fake.accept(theirs.authorization_url)

    with pytest.raises(ProviderRefused):
        await practice.come_back({"code": stolen["code"], "state": mine.state})


@pytest.mark.parametrize("state", ["", "x", "é" * 20, "y" * 5000, "\x00"])
async def test_an_unknown_state_is_refused(practice: Practice, state: str) -> None:
    """Whatever it looks like, and without asking the provider."""
    with pytest.raises(SignInRequestRefused):
        await practice.come_back({"code": "code-0", "state": state})

    assert practice.fake.asked == []


async def test_a_state_waits_ten_minutes(practice: Practice) -> None:
    """Then the professional begins again."""
    brought = practice.fake.accept((await practice.leave()).authorization_url)
    practice.town.later(minutes=10)

    with pytest.raises(SignInRequestRefused):
        await practice.come_back(brought)


async def test_a_browser_comes_back_itself(practice: Practice) -> None:
    """An address sent to somebody else's browser signs nobody in there."""
    leaving = await practice.leave(is_browser=True)
    elsewhere = await practice.leave(is_browser=True)
    brought = practice.fake.accept(leaving.authorization_url)
    lured = practice.fake.accept(elsewhere.authorization_url)

    signed_in = await practice.come_back({**brought, "binding": leaving.binding})

    assert isinstance(signed_in, SignedIn)
    with pytest.raises(SignInRequestRefused):
        await practice.come_back({**lured, "binding": leaving.binding})


LIES: dict[str, tuple[dict[str, Any], str]] = {
    "another nonce": ({"nonce": "of another sign-in"}, "of another sign-in"),
    "another issuer": ({"iss": "https://elsewhere.test"}, "issuer"),
    "another audience": ({"aud": "another-service"}, "for another service"),
    "several audiences": ({"aud": [CLIENT, "other"]}, "for another service"),
    "given to another": ({"azp": "another-service"}, "for another service"),
    "expired": ({"exp": 1_700_000_000}, "expired"),
    "from the future": ({"iat": 4_000_000_000}, "future"),
    "not yet": ({"nbf": 4_000_000_000}, "future"),
    "an end that is no number": ({"exp": "tomorrow"}, "how long"),
    "an end beyond all": ({"exp": 1e300}, "how long"),
    "nobody": ({"sub": ""}, "nobody"),
    "a subject that is no text": ({"sub": 12}, "cannot be|nobody|signature"),
}


@pytest.mark.parametrize("way", LIES)
async def test_a_proof_that_says_something_else_is_refused(practice: Practice, way: str) -> None:
    """Each lie is seen, said in our own words, and makes nothing."""
    practice.fake.claims, why = LIES[way]

    refusal = await practice.refuses(IdentityProofRefused)

    assert any(one in refusal.detail for one in why.split("|")), refusal.detail


@pytest.mark.parametrize("claim", ["iss", "aud", "exp", "iat", "nonce", "sub"])
async def test_a_proof_that_leaves_something_out_is_refused(practice: Practice, claim: str) -> None:
    """What is not said is not believed."""
    practice.fake.dropped = {claim}

    await practice.refuses(IdentityProofRefused)


@pytest.mark.parametrize("acr", ["eidas0", "", None, ["eidas1"], 1])
async def test_weaker_means_are_refused(practice: Practice, acr: object) -> None:
    """A password alone opens no health record, whatever else the proof says."""
    practice.fake.claims = {"acr": acr}

    await practice.refuses(AssuranceTooLow)


async def test_a_proof_without_assurance_is_refused(practice: Practice) -> None:
    """No word on the means is no proof of strong ones."""
    practice.fake.dropped = {"acr"}

    await practice.refuses(AssuranceTooLow)


async def test_a_proof_that_is_not_signed_by_the_provider_is_refused(practice: Practice) -> None:
    """None, a shared secret, another's key under the provider's name, a broken one: refused."""
    for proof in (unsigned({"iss": ISSUER}), forged({"iss": ISSUER}), "a.b.c", "x" * 20_000):
        practice.fake.proof = proof
        await practice.refuses(IdentityProofRefused)

    practice.fake.proof = None
    practice.fake.signing_key, practice.fake.header = OTHER_KEY, {"kid": KEY.kid}
    refusal = await practice.refuses(IdentityProofRefused)

    assert "signature" in refusal.detail


async def test_no_other_way_to_sign_is_taken(practice: Practice) -> None:
    """Not even the provider's own key, used in a way that was not agreed on."""
    free = RSAKey.generate_key(2048, {"kid": "key-3"})
    practice.fake.published, practice.fake.signing_key = [free], free
    assert await practice.who(await practice.sign_in())
    now = int(practice.town.now.timestamp())
    claims = {"iss": ISSUER, "sub": SUBJECT, "aud": CLIENT, "exp": now + 60, "iat": now}
    header = {"alg": "RS512", "kid": "key-3"}
    practice.fake.proof = jwt.encode(header, claims, free, algorithms=["RS512"])

    refusal = await practice.refuses(IdentityProofRefused)

    assert "in a way that counts" in refusal.detail


async def test_of_two_who_bring_the_same_back_one_is_let_in(practice: Practice) -> None:
    """However close together."""
    brought = practice.fake.accept((await practice.leave()).authorization_url)

    outcomes = await asyncio.gather(
        practice.come_back(brought), practice.come_back(brought), return_exceptions=True
    )

    assert sum(isinstance(one, SignedIn) for one in outcomes) == 1
    assert sum(isinstance(one, SignInRequestRefused) for one in outcomes) == 1


async def test_an_unknown_key_is_asked_for_again_and_then_refused(practice: Practice) -> None:
    """A provider may change its keys; a stranger's key stays a stranger's."""
    await practice.sign_in()
    practice.fake.signing_key = OTHER_KEY
    await practice.refuses(IdentityProofRefused)

    practice.fake.published = [KEY, OTHER_KEY]
    practice.provider._keys = (
        (-1e9, practice.provider._keys[1]) if practice.provider._keys else None
    )

    assert await practice.who(await practice.sign_in())


async def test_keys_are_not_asked_for_at_each_unknown_one(practice: Practice) -> None:
    """Bad proofs do not become a flood at the provider."""
    practice.fake.signing_key = OTHER_KEY
    for _ in range(4):
        await practice.refuses(IdentityProofRefused)

    assert practice.fake.asked.count("certs") == 1
    assert practice.fake.asked.count("wallet-openid-configuration") == 1


@pytest.mark.parametrize("door", ["token", "userinfo", "certs"])
@pytest.mark.parametrize("status", [302, 500, 503])
async def test_a_provider_that_fails_makes_nothing(
    practice: Practice, door: str, status: int
) -> None:
    """Whatever it answers with, the person reads our words, and nothing of the provider's."""
    practice.fake.statuses[door] = status

    await practice.refuses(ProviderUnavailable)


@pytest.mark.parametrize("door", ["token", "certs"])
@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b"{}", b"\xff", b"x" * 300_000])
async def test_an_answer_that_cannot_be_read_makes_nothing(
    practice: Practice, door: str, body: bytes
) -> None:
    """Not JSON, JSON of another form, not text, too much."""
    practice.fake.bodies[door] = body

    await practice.refuses(ProviderUnavailable)


async def test_an_answer_that_never_ends_is_left(practice: Practice) -> None:
    """Sound as it may be: what a sign-in needs is small."""
    keys = json.dumps(KeySet([KEY]).as_dict(private=False)).encode()
    practice.fake.bodies["certs"] = keys
    assert await practice.who(await practice.sign_in())
    practice.fake.bodies["certs"] = keys + b" " * 300_000
    practice.provider._keys = None

    await practice.refuses(ProviderUnavailable)


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"sub": "someone else"}', b"\xff"])
async def test_who_cannot_be_read_is_nobody(practice: Practice, body: bytes) -> None:
    """A person of whom nothing can be read, or who is another, is not signed in."""
    practice.fake.bodies["userinfo"] = body

    await practice.refuses(ProfessionalUnidentified)


async def test_a_slow_provider_is_given_up(practice: Practice) -> None:
    """Nobody waits for ever, and the sign-in is begun anew."""
    brought = practice.fake.accept((await practice.leave()).authorization_url)
    practice.fake.delay_seconds = 5
    practice.provider._whole_seconds = 0.05

    with pytest.raises(ProviderUnavailable):
        await practice.come_back(brought)
    practice.fake.delay_seconds = 0
    practice.provider._whole_seconds = 10
    with pytest.raises(SignInRequestRefused):
        await practice.come_back(brought)


async def test_a_provider_that_is_away_keeps_nobody_and_nothing(practice: Practice) -> None:
    """It is told before the professional leaves, and no state is kept."""
    practice.fake.is_down = True

    with pytest.raises(ProviderUnavailable) as raised:
        await practice.leave()

    assert raised.value.retry_after_seconds


async def test_a_professional_who_says_no_is_told_in_our_words(practice: Practice) -> None:
    """The provider's own words never come through; the state is spent."""
    leaving = await practice.leave()

    with pytest.raises(ProviderRefused) as raised:
        await practice.come_back({"state": leaving.state, "error": "access_denied <b>"})
    with pytest.raises(SignInRequestRefused):
        await practice.come_back({"state": leaving.state, "error": "access_denied"})

    assert "access" not in raised.value.detail


async def test_an_answer_of_another_provider_is_refused(practice: Practice) -> None:
    """Mixed up with another, on purpose: RFC 9207."""
    brought = practice.fake.accept((await practice.leave()).authorization_url)

    with pytest.raises(ProviderRefused):
        await practice.come_back({**brought, "issuer": "https://elsewhere.test"})


@pytest.mark.parametrize(
    "said",
    [
        userinfo(sub="f:550dc1c8:somebody-else"),
        userinfo(SubjectNameID=""),
        userinfo(SubjectNameID="099700218896"),  # Of another register.
        userinfo(SubjectNameID="8997002188961"),
        userinfo(SubjectRefPro={}),
        userinfo(exercise(site(), codeCategorieProfessionnelle="E")),  # A student.
        userinfo(exercise(site(), codeProfession="")),
        userinfo(exercise(site(), codeProfession="10\n")),
        userinfo(exercise(site("x" * 300))),
        userinfo(family_name="", SubjectRefPro={"exercices": [{"codeProfession": "10"}]}),
    ],
)
async def test_who_is_no_working_professional_is_refused(
    practice: Practice, said: dict[str, Any]
) -> None:
    """Known to the provider is not enough: a number of the register, and an activity."""
    practice.fake.said = json.loads(json.dumps(said))

    await practice.refuses(ProfessionalUnidentified)


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
