"""What is said to a provider, what of its answers is believed, and what may be set."""

from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest
from msgspec.structs import replace

from backend.identity.errors import IdentityProofRefused, ProfessionalUnidentified
from backend.identity.rules.oidc import (
    CLOCK_LEEWAY_SECONDS,
    Expected,
    Question,
    authorization_url,
    challenge_of,
    check_claims,
)
from backend.identity.rules.professionals import activity, rpps_of
from backend.settings import Profile, Settings, SettingsInvalid, read_settings, refuse_unsafe

NOW = 1_800_000_000
EXPECTED = Expected(issuer="i", client_id="c", nonce="n", acr=frozenset({"eidas1", "eidas2"}))
CLAIMS = {"iss": "i", "aud": "c", "sub": "s", "nonce": "n", "acr": "eidas2", "iat": NOW}

PSC = {
    "CARNET_PSC_ISSUER": "https://psc.test/realm",
    "CARNET_PSC_CLIENT_ID": "carnet",
    "CARNET_PSC_CLIENT_SECRET": "secret",
}


def test_the_challenge_is_the_one_of_the_standard() -> None:
    """The example of RFC 7636, appendix B."""
    assert (
        challenge_of("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")
        == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
    )


def test_the_verifier_stays_here() -> None:
    """The address carries the challenge, the state and the nonce, beside what was there."""
    question = Question(state="s", nonce="n", verifier="the verifier")
    url = authorization_url("https://w.test/auth?a=b", question, client_id="c & d")
    query = dict(parse_qsl(urlsplit(url).query))

    assert "verifier" not in url
    assert query == {
        "a": "b",
        "response_type": "code",
        "state": "s",
        "nonce": "n",
        "code_challenge": challenge_of("the verifier"),
        "code_challenge_method": "S256",
        "client_id": "c & d",
    }


@pytest.mark.parametrize("audience", ["c", ["c"]])
def test_a_proof_for_this_service_is_believed(audience: object) -> None:
    """As text or as a list of one."""
    assert check_claims({**CLAIMS, "aud": audience, "exp": NOW + 1}, EXPECTED, NOW) == "s"


def test_clocks_may_differ_by_a_minute() -> None:
    """Not by more."""
    edge = NOW - CLOCK_LEEWAY_SECONDS

    assert check_claims({**CLAIMS, "exp": edge + 1}, EXPECTED, NOW)
    with pytest.raises(IdentityProofRefused):
        check_claims({**CLAIMS, "exp": edge}, EXPECTED, NOW)
    with pytest.raises(IdentityProofRefused):
        check_claims(
            {**CLAIMS, "exp": NOW + 999, "iat": NOW + CLOCK_LEEWAY_SECONDS + 1}, EXPECTED, NOW
        )


@pytest.mark.parametrize("wrong", ["", "8", "81000123456", "810001234567\n", "910001234567", "é"])
def test_only_the_national_register_names_a_professional(wrong: str) -> None:
    """Eight and eleven digits, nothing else."""
    assert rpps_of("810001234567") == "10001234567"
    with pytest.raises(ProfessionalUnidentified):
        rpps_of(wrong)


def test_an_activity_is_known_by_what_it_says() -> None:
    """The same words have the same identifier; what is absent says nothing."""
    first = activity("10", specialty="SM26", organization="A")

    assert first == activity("10", organization="A", specialty="SM26", role_code=None)
    assert first.activity_id != activity("10", specialty="SM26", organization="B").activity_id
    assert first.activity_id != activity("10", specialty="A", organization="SM26").activity_id


def test_a_provider_is_set_by_three_names() -> None:
    """The rest follows, and each address can be another."""
    provider = read_settings(PSC).provider
    moved = read_settings(
        {**PSC, "CARNET_PSC_DISCOVERY_URL": "https://x.test/wallet", "CARNET_PSC_ACR": "a b"}
    ).provider

    assert provider is not None
    assert moved is not None
    assert provider.discovery_url == "https://psc.test/realm/.well-known/openid-configuration"
    assert provider.redirect_uri == "http://127.0.0.1:8000/v1/professionals/callback"
    assert (provider.acr, provider.scopes) == (frozenset({"eidas1"}), "openid scope_all")
    assert (moved.discovery_url, moved.acr) == ("https://x.test/wallet", {"a", "b"})
    assert read_settings({}).provider is None


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"CARNET_PSC_ISSUER": ""}, "CARNET_PSC_ISSUER"),
        ({"CARNET_PSC_CLIENT_ID": ""}, "CARNET_PSC_CLIENT_ID"),
        ({"CARNET_PSC_CLIENT_SECRET": ""}, "CARNET_PSC_CLIENT_SECRET"),
        ({"CARNET_PSC_PRIVATE_KEY_FILE": "/keys/psc.pem"}, "CARNET_PSC_PRIVATE_KEY_FILE"),
        ({"CARNET_PSC_ACR": " "}, "CARNET_PSC_ACR"),
        ({"CARNET_PSC_TOKEN_URL": "ftp://psc.test"}, "https://"),
    ],
)
def test_half_a_provider_is_refused(changes: dict[str, str], named: str) -> None:
    """Before anybody tries to sign in, with the name of what is missing."""
    with pytest.raises(SettingsInvalid, match=named):
        read_settings({**PSC, **changes})


@pytest.mark.parametrize("field", ["psc_issuer", "psc_token_url", "psc_redirect_uri"])
def test_production_asks_a_provider_over_tls_only(field: str) -> None:
    """What comes from there says who somebody is."""
    sound = Settings(
        profile=Profile.PRODUCTION,
        message_channel="gateway",
        sms_url="https://sms.test",
        public_url="https://carnet.test",
        key_file=Path("/elsewhere/carnet.keys"),
        psc_issuer="https://psc.test",
        psc_client_id="c",
        psc_client_secret="s",
    )
    refuse_unsafe(sound)

    with pytest.raises(SettingsInvalid, match="CARNET_PSC_"):
        refuse_unsafe(replace(sound, **{field: "http://psc.test"}))
