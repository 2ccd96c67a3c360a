"""The keys by which push services know this server, from its key file."""

from backend.kernel.sealing import KeyProvider
from backend.settings import Settings
from notifications.channels.web_push import Sender, public_of, to_base64url


class ServerKeys:
    """Finds the key pair that a subscription was made for."""

    def __init__(self, provider: KeyProvider, contact: str) -> None:
        """Take the key file, and where a push service reaches who runs this server."""
        self._provider = provider
        self._contact = contact
        self._publics: dict[bytes, str] = {}

    @property
    def current(self) -> str:
        """The public half that phones subscribe for now."""
        return self._public(self._provider.push_secrets()[-1])

    def sender(self, public: str) -> Sender | None:
        for secret in self._provider.push_secrets():
            if self._public(secret) == public:
                return Sender(secret=secret, contact=self._contact)
        return None

    def _public(self, secret: bytes) -> str:
        found = self._publics.get(secret)
        if found is None:
            found = self._publics[secret] = to_base64url(public_of(secret))
        return found


def contact_of(settings: Settings) -> str:
    """Say where a push service reaches who runs this server. Source: RFC 8292, 2.1."""
    return f"mailto:{settings.mail_from}" if settings.mail_from else settings.public_url
