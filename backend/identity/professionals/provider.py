"""Pro Santé Connect, or any other provider that speaks OpenID Connect: code flow with PKCE.

Nothing that a provider says reaches a person or a log: a failure becomes one
of our own refusals. Source: docs/decisions/0019-professionals-sign-in.md.
"""

import asyncio
import base64
import logging
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import quote

import msgspec

from backend.identity.errors import (
    ProfessionalSignInOff,
    ProviderRefused,
    ProviderUnavailable,
)
from backend.identity.limits import PROVIDER_WAITING_MAX
from backend.identity.professionals.model import ProfessionalIdentity
from backend.identity.professionals.proof import KeyUnknown, client_assertion, read_proof
from backend.identity.rules.oidc import Expected, Question, authorization_url
from backend.identity.rules.professionals import identity_of
from backend.settings import ProviderSettings

if TYPE_CHECKING:
    import httpx  # Loaded below only where professionals sign in: it takes a tenth of a start.

S = TypeVar("S", bound=msgspec.Struct)

log = logging.getLogger("carnet")

CONNECT_SECONDS = 3.0
WHOLE_SECONDS = 10.0
ANSWER_BYTES_MAX = 256 * 1024
DESCRIPTION_SECONDS = 3600.0
# A key that we do not know may be new: worth asking again, but not at every request.
KEYS_AGAIN_SECONDS = 60.0


class _Description(msgspec.Struct, frozen=True):
    """Where a provider does what, by its own description."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    userinfo_endpoint: str
    jwks_uri: str


class _Tokens(msgspec.Struct, frozen=True):
    access_token: str
    id_token: str


class OpenIdProvider:
    """Talks to the provider that is set, within limits of time, size and number."""

    def __init__(
        self,
        settings: ProviderSettings | None,
        *,
        transport: "httpx.AsyncBaseTransport | None" = None,
        whole_seconds: float = WHOLE_SECONDS,
    ) -> None:
        self._settings = settings
        self._transport = transport
        self._whole_seconds = whole_seconds
        self._http: httpx.AsyncClient | None = None
        self._described: tuple[float, _Description] | None = None
        self._keys: tuple[float, bytes] | None = None
        self._waiting = 0

    async def leave_for(self, question: Question) -> str:
        """Return where a professional goes to prove who they are.

        Raises:
            ProfessionalSignInOff: No provider is set.
            ProviderUnavailable: Its description cannot be read.
        """
        settings = self._set()
        async with self._turn():
            described = await self._describe(settings)
        return authorization_url(
            described.authorization_endpoint,
            question,
            client_id=settings.client_id,
            redirect_uri=settings.redirect_uri,
            scope=settings.scopes,
            acr_values=" ".join(sorted(settings.acr)),
        )

    async def identify(self, code: str, question: Question, now: int) -> ProfessionalIdentity:
        """Trade the code that somebody brought back for who they are.

        Raises:
            ProviderUnavailable: It does not answer in time, or not as it should.
            ProviderRefused: It does not take the code.
            IdentityProofRefused: Its proof cannot be believed.
            AssuranceTooLow: The professional proved themselves by weaker means.
            ProfessionalUnidentified: Nobody of the register, or without activity.
        """
        settings = self._set()
        async with self._turn():
            described = await self._describe(settings)
            tokens = await self._trade(settings, described, code, question.verifier, now)
            expected = Expected(
                issuer=settings.issuer,
                client_id=settings.client_id,
                nonce=question.nonce,
                acr=settings.acr,
            )
            subject = await self._believe(described, tokens.id_token, expected, now)
            userinfo = await self._ask(
                "GET",
                described.userinfo_endpoint,
                headers={"Authorization": f"Bearer {tokens.access_token}"},
            )
        return identity_of(userinfo, subject=subject)

    def refuse_issuer(self, issuer: str | None) -> None:
        """Refuse an answer that says it comes from another provider.

        Raises:
            ProviderRefused: It does. Source: RFC 9207, 2.4.
        """
        if issuer is not None and issuer != self._set().issuer:
            raise ProviderRefused("The answer is of another provider.")

    async def close(self) -> None:
        """Close what is open towards the provider."""
        if self._http is not None:
            await self._http.aclose()

    def _set(self) -> ProviderSettings:
        if self._settings is None:
            raise ProfessionalSignInOff("Professionals do not sign in here.")
        return self._settings

    @asynccontextmanager
    async def _turn(self) -> AsyncIterator[None]:
        """Have one conversation: one of so many, and no longer than it may take."""
        if self._waiting >= PROVIDER_WAITING_MAX:
            raise ProviderUnavailable("Too many sign-ins wait for the provider.")
        self._waiting += 1
        try:
            async with asyncio.timeout(self._whole_seconds):
                yield
        except TimeoutError:
            log.warning("provider too slow")
            raise ProviderUnavailable("The provider takes too long.") from None
        finally:
            self._waiting -= 1

    async def _describe(self, settings: ProviderSettings) -> _Description:
        """Return where the provider does what: as it is set, else as it says itself."""
        if self._described is not None and self._described[0] > time.monotonic():
            return self._described[1]
        said: dict[str, str] = {
            "issuer": settings.issuer,
            "authorization_endpoint": settings.authorization_url,
            "token_endpoint": settings.token_url,
            "userinfo_endpoint": settings.userinfo_url,
            "jwks_uri": settings.keys_url,
        }
        if not all(said.values()):
            answer = await self._ask("GET", settings.discovery_url)
            described = _decoded(answer, _Description)
            if described.issuer != settings.issuer:
                raise ProviderUnavailable("The provider's description names another issuer.")
            own = msgspec.structs.asdict(described)
            said = {name: value or own[name] for name, value in said.items()}
        self._refuse_plain(settings, said)
        found = msgspec.convert(said, _Description)
        self._described = time.monotonic() + DESCRIPTION_SECONDS, found
        return found

    def _refuse_plain(self, settings: ProviderSettings, said: dict[str, str]) -> None:
        is_open = settings.issuer.startswith("http://")  # A provider of development.
        schemes = ("https://", "http://") if is_open else ("https://",)
        if not all(url.startswith(schemes) for url in said.values()):
            raise ProviderUnavailable("The provider's description names an open address.")

    async def _trade(
        self,
        settings: ProviderSettings,
        described: _Description,
        code: str,
        verifier: str,
        now: int,
    ) -> _Tokens:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": settings.redirect_uri,
            "code_verifier": verifier,
        }
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        if settings.private_key_file is not None:
            form["client_id"] = settings.client_id
            form["client_assertion_type"] = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
            form["client_assertion"] = await client_assertion(
                settings.private_key_file,
                client_id=settings.client_id,
                audience=described.token_endpoint,
                now=now,
            )
        else:
            headers["Authorization"] = _basic(settings.client_id, settings.client_secret)
        answer = await self._ask("POST", described.token_endpoint, form=form, headers=headers)
        return _decoded(answer, _Tokens)

    async def _believe(
        self, described: _Description, proof: str, expected: Expected, now: int
    ) -> str:
        """Check a signed proof of identity; return whom it is about."""
        keys = await self._keys_of(described, oldest=DESCRIPTION_SECONDS)
        try:
            return read_proof(proof, keys, expected, now)
        except KeyUnknown:
            keys = await self._keys_of(described, oldest=KEYS_AGAIN_SECONDS)
        return read_proof(proof, keys, expected, now)

    async def _keys_of(self, described: _Description, *, oldest: float) -> bytes:
        now = time.monotonic()
        if self._keys is None or now - self._keys[0] > oldest:
            self._keys = now, await self._ask("GET", described.jwks_uri)
        return self._keys[1]

    async def _ask(
        self,
        method: str,
        url: str,
        *,
        form: dict[str, str] | None = None,
        headers: dict[str, str] | None = None,
    ) -> bytes:
        """Ask the provider; return the body of a good answer, within its limits."""
        import httpx

        sent = {"Accept": "application/json", **(headers or {})}
        try:
            async with self._client().stream(method, url, data=form, headers=sent) as answer:
                status, body = answer.status_code, await _read(answer)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            log.warning("provider not reached", extra={"failure": type(error).__name__})
            raise ProviderUnavailable("The provider does not answer.") from None
        if form is not None and 400 <= status < 500 and status not in (408, 429):
            log.warning("provider refused a code", extra={"status": status})
            raise ProviderRefused("The provider does not take this code.")
        if status != 200:
            log.warning("provider failed", extra={"status": status})
            raise ProviderUnavailable("The provider answers with a failure.")
        return body

    def _client(self) -> "httpx.AsyncClient":
        import httpx

        if self._http is None:
            self._http = httpx.AsyncClient(
                timeout=httpx.Timeout(self._whole_seconds, connect=CONNECT_SECONDS),
                follow_redirects=False,
                transport=self._transport,
            )
        return self._http


async def _read(answer: "httpx.Response") -> bytes:
    body = bytearray()
    async for piece in answer.aiter_bytes():
        body += piece
        if len(body) > ANSWER_BYTES_MAX:
            raise ProviderUnavailable("The provider's answer is too large.")
    return bytes(body)


def _decoded(answer: bytes, form: type[S]) -> S:
    try:
        return msgspec.json.decode(answer, type=form)
    except msgspec.MsgspecError:
        raise ProviderUnavailable("The provider's answer cannot be read.") from None


def _basic(client_id: str, secret: str) -> str:
    """Return the client's own proof. Source: RFC 6749, 2.3.1: each part is form-encoded."""
    pair = f"{quote(client_id, safe='')}:{quote(secret, safe='')}"
    return f"Basic {base64.b64encode(pair.encode()).decode()}"
