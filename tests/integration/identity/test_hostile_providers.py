"""A provider that lies, fails or dawdles, and visitors who bring back what is not theirs."""

import asyncio
import json
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

from backend.identity.errors import (
    AssuranceTooLow,
    IdentityProofRefused,
    ProfessionalUnidentified,
    ProviderRefused,
    ProviderUnavailable,
    SignInRequestRefused,
)
from backend.identity.sessions.model import SignedIn
from tests.practice import Practice
from tests.providers import (
    CLIENT,
    ISSUER,
    KEY,
    OTHER_KEY,
    SUBJECT,
    exercise,
    forged,
    site,
    unsigned,
    userinfo,
)


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
