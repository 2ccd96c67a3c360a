"""A provider of professionals' identities that lies, fails and dawdles as a test tells it to."""

import asyncio
import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import httpx
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

from backend.settings import ProviderSettings

Json = dict[str, Any]

ISSUER = "https://psc.test/auth/realms/wallet"
SUBJECT = "f:550dc1c8:899700218896"
CLIENT = "carnet-test"
SECRET = "a secret: with % and :"
REDIRECT = "https://carnet.test/v1/professionals/callback"
KEY = RSAKey.generate_key(2048, {"kid": "key-1", "use": "sig", "alg": "RS256"})
OTHER_KEY = RSAKey.generate_key(2048, {"kid": "key-2", "use": "sig", "alg": "RS256"})
CLIENT_KEY = RSAKey.generate_key(2048)


def provider_settings(**changes: Any) -> ProviderSettings:
    """Make settings of the fake provider."""
    values: Json = {
        "issuer": ISSUER,
        "discovery_url": f"{ISSUER}/.well-known/wallet-openid-configuration",
        "authorization_url": "",
        "token_url": "",
        "userinfo_url": "",
        "keys_url": "",
        "client_id": CLIENT,
        "client_secret": SECRET,
        "private_key_file": None,
        "redirect_uri": REDIRECT,
        "acr": frozenset({"eidas1"}),
        "scopes": "openid scope_all",
    }
    return ProviderSettings(**{**values, **changes})


def site(name: str = "CABINET DU LOT", **changes: str) -> Json:
    """Make a place of work as the provider writes it: empty strings mean absent."""
    return {
        "codeModeExercice": "L",
        "codeSecteurDactivite": "SA07",
        "codeSectionPharmacien": "",
        "codeRole": "",
        "numeroSiretSite": "",
        "numeroFinessSite": "460780216",
        "identifiantTechniqueDeLaStructure": "",
        "raisonSocialeSite": name,
        "enseigneCommercialeSite": "",
        **changes,
    }


def exercise(*sites: Json, **changes: Any) -> Json:
    """Make a profession in which somebody works."""
    return {
        "codeProfession": "10",
        "codeCategorieProfessionnelle": "C",
        "codeCiviliteDexercice": "DR",
        "nomDexercice": "FAURE",
        "prenomDexercice": "ANNE",
        "codeTypeSavoirFaire": "S",
        "codeSavoirFaire": "SM26",
        "activities": list(sites),
        **changes,
    }


def userinfo(*exercises: Json, rpps: str = "99700218896", **changes: Any) -> Json:
    """Make what the provider says of a professional."""
    return {
        "sub": SUBJECT,
        "SubjectNameID": f"8{rpps}",
        "preferred_username": f"8{rpps}",
        "family_name": "FAURE-BONNET",
        "given_name": "ANNE",
        "Acces_Regulation_Medicale": "FAUX",
        "Palier_Authentification": "APPPRIP3^1.2.250.1.213.1.5.1.1.1",
        "otherIds": [{"identifiant": f"8{rpps}", "origine": "RPPS", "qualite": 1}],
        "SubjectRefPro": {
            "codeCivilite": "MME",
            "exercices": list(exercises or [exercise(site())]),
        },
        **changes,
    }


class FakeProvider:
    """Answers as Pro Santé Connect does, unless a test has changed something."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self.said = userinfo()
        self.claims: Json = {}
        self.dropped: set[str] = set()
        self.header: Json = {}
        self.signing_key = KEY
        self.published = [KEY]
        self.statuses: dict[str, int] = {}
        self.bodies: dict[str, bytes] = {}
        self.delay_seconds = 0.0
        self.is_down = False
        self.asked: list[str] = []
        self.proof: str | None = None
        self._codes: dict[str, Json] = {}

    @property
    def transport(self) -> httpx.MockTransport:
        """The network, with nobody but this provider on it."""
        return httpx.MockTransport(self._answer)

    def accept(self, authorization_url: str) -> Json:
        """Be the professional who agrees; return what the browser brings back."""
        query = dict(parse_qsl(urlsplit(authorization_url).query))
        assert query["response_type"] == "code"
        assert query["code_challenge_method"] == "S256"
        assert query["acr_values"] == "eidas1"
        code = f"code-{len(self._codes)}"
        self._codes[code] = query
        return {"code": code, "state": query["state"]}

    async def _answer(self, request: httpx.Request) -> httpx.Response:
        name = request.url.path.rpartition("/")[2]
        self.asked.append(name)
        await asyncio.sleep(self.delay_seconds)
        if self.is_down:
            raise httpx.ConnectError("no route")
        if name in self.statuses:
            problem = {"error": "server_error", "error_description": "SECRET OF THE PROVIDER"}
            return httpx.Response(self.statuses[name], json=problem)
        if name in self.bodies:
            return httpx.Response(200, content=self.bodies[name])
        return {
            "wallet-openid-configuration": self._describe,
            "certs": self._keys,
            "token": self._token,
            "userinfo": self._userinfo,
        }[name](request)

    def _describe(self, request: httpx.Request) -> httpx.Response:
        base = f"{ISSUER}/protocol/openid-connect"
        described = {
            "issuer": ISSUER,
            "authorization_endpoint": "https://wallet.psc.test/auth",
            "token_endpoint": f"{base}/token",
            "userinfo_endpoint": f"{base}/userinfo",
            "jwks_uri": f"{base}/certs",
        }
        return httpx.Response(200, json=described)

    def _keys(self, request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json=KeySet(self.published).as_dict(private=False))

    def _token(self, request: httpx.Request) -> httpx.Response:
        form = {k: v[0] for k, v in parse_qs(request.content.decode()).items()}
        asked = self._codes.pop(form["code"], None)
        challenge = hashlib.sha256(form["code_verifier"].encode()).digest()
        if (
            asked is None
            or asked["code_challenge"] != base64.urlsafe_b64encode(challenge).decode().rstrip("=")
            or form["redirect_uri"] != REDIRECT
            or not self._is_client(request, form)
        ):
            return httpx.Response(400, json={"error": "invalid_grant"})
        now = int(self._clock().timestamp())
        claims = {
            "iss": ISSUER,
            "sub": SUBJECT,
            "aud": CLIENT,
            "exp": now + 120,
            "iat": now,
            "nonce": asked["nonce"],
            "acr": "eidas1",
            **self.claims,
        }
        claims = {name: value for name, value in claims.items() if name not in self.dropped}
        header = {"alg": "RS256", "kid": self.signing_key.kid, **self.header}
        proof = self.proof or jwt.encode(header, claims, self.signing_key, algorithms=["RS256"])
        return httpx.Response(
            200, json={"access_token": "provider-access", "id_token": proof, "expires_in": 120}
        )

    def _userinfo(self, request: httpx.Request) -> httpx.Response:
        assert request.headers["authorization"] == "Bearer provider-access"
        return httpx.Response(200, json=self.said)

    def _is_client(self, request: httpx.Request, form: Json) -> bool:
        if "client_assertion" in form:
            assertion = jwt.decode(form["client_assertion"], CLIENT_KEY, algorithms=["PS256"])
            return bool(assertion.claims["sub"] == CLIENT)
        expected = "carnet-test:a%20secret%3A%20with%20%25%20and%20%3A"
        given = request.headers["authorization"].removeprefix("Basic ")
        return base64.b64decode(given).decode() == expected


def unsigned(claims: Json) -> str:
    """Make a proof of the algorithm that is none."""
    return f"{_coded({'alg': 'none', 'kid': KEY.kid})}.{_coded(claims)}."


def forged(claims: Json) -> str:
    """Sign a proof with the provider's public key as if it were a shared secret."""
    signed = f"{_coded({'alg': 'HS256', 'kid': KEY.kid})}.{_coded(claims)}"
    digest = hmac.digest(KEY.as_pem(private=False), signed.encode(), "sha256")
    return f"{signed}.{base64.urlsafe_b64encode(digest).decode().rstrip('=')}"


def _coded(part: Json) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")
