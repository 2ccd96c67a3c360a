"""Settings: environment variables to one frozen struct."""

import os
from collections.abc import Mapping
from enum import Enum
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from sync.core.limits import OPS_PER_DEVICE_AND_DAY_MAX


class Profile(Enum):
    """Where this runs: what is a convenience in one is a danger in the other."""

    DEVELOPMENT = "development"
    PRODUCTION = "production"


class SettingsInvalid(Exception):
    """A setting is missing or wrong; the message says which, and what to do."""


class ProviderSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Where professionals prove who they are, and as what this server asks.

    An endpoint that is left out is read in the provider's own description, at
    `discovery_url`: that of Pro Santé Connect has a name of its own.
    """

    issuer: str
    discovery_url: str
    authorization_url: str
    token_url: str
    userinfo_url: str
    keys_url: str
    client_id: str
    client_secret: str
    private_key_file: Path | None
    redirect_uri: str
    acr: frozenset[str]
    scopes: str

    @property
    def urls(self) -> list[str]:
        """Every address that is set."""
        urls = (
            self.issuer,
            self.discovery_url,
            self.authorization_url,
            self.token_url,
            self.userinfo_url,
            self.keys_url,
            self.redirect_uri,
        )
        return [url for url in urls if url]


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that an operator chooses."""

    profile: Profile = Profile.DEVELOPMENT
    data_folder: Path = Path("data")
    database_url: str = "sqlite"
    agents_database_url: str = ""
    host: str = "127.0.0.1"
    port: int = 8000
    workers: int = 1
    demo: bool = False
    device_requests_per_minute: int | None = None
    key_file: Path | None = None
    message_channel: str = "console"
    sms_url: str = ""
    sms_token: str = ""
    smtp_url: str = ""
    mail_from: str = ""
    public_url: str = "http://127.0.0.1:8000"
    time_zone: str = "Europe/Paris"
    attending_sees_masked: bool = True
    reminders: bool = True
    calendar: str = "fr"
    campaigns_file: Path | None = None
    psc_issuer: str = ""
    psc_discovery_url: str = ""
    psc_authorization_url: str = ""
    psc_token_url: str = ""
    psc_userinfo_url: str = ""
    psc_keys_url: str = ""
    psc_client_id: str = ""
    psc_client_secret: str = ""
    psc_private_key_file: Path | None = None
    psc_redirect_uri: str = ""
    psc_acr: str = "eidas1"
    psc_scopes: str = "openid scope_all"

    @property
    def provider(self) -> ProviderSettings | None:
        """Where professionals sign in; None where they do not."""
        if not self.psc_issuer:
            return None
        described = f"{self.psc_issuer.rstrip('/')}/.well-known/openid-configuration"
        return ProviderSettings(
            issuer=self.psc_issuer,
            discovery_url=self.psc_discovery_url or described,
            authorization_url=self.psc_authorization_url,
            token_url=self.psc_token_url,
            userinfo_url=self.psc_userinfo_url,
            keys_url=self.psc_keys_url,
            client_id=self.psc_client_id,
            client_secret=self.psc_client_secret,
            private_key_file=self.psc_private_key_file,
            redirect_uri=self.psc_redirect_uri
            or f"{self.public_url.rstrip('/')}/v1/professionals/callback",
            acr=frozenset(self.psc_acr.split()),
            scopes=self.psc_scopes,
        )

    @property
    def is_production(self) -> bool:
        """Whether this meets real patients."""
        return self.profile is Profile.PRODUCTION

    @property
    def device_requests(self) -> int:
        """How many requests a minute one device may send to one process."""
        default = 1_200 if self.is_production else 1_000_000
        return max(1, (self.device_requests_per_minute or default) // self.workers)

    @property
    def zone(self) -> ZoneInfo:
        """In which people read times that the server writes out."""
        return ZoneInfo(self.time_zone)

    @property
    def device_ops(self) -> int:
        """How many changes a day one device may send to one process."""
        # A bench sends as many in half a minute.
        return OPS_PER_DEVICE_AND_DAY_MAX if self.is_production else 1_000_000_000

    @property
    def keys_path(self) -> Path:
        """Where the key-encryption keys are: outside the database, always."""
        return self.key_file or self.data_folder / "keys" / "carnet.keys"

    @property
    def address(self) -> str:
        """Where this process answers."""
        return f"http://{self.host}:{self.port}"


# With several processes each keeps its metrics in a file there; one answer adds them
# up. The name is the library's, which reads it when it is loaded.
METRICS_FOLDER = "PROMETHEUS_MULTIPROC_DIR"

# What lies in the data folder, beside the operator's token and the metrics.
DATABASE_FILE = "carnet.sqlite3"
LOCK_FILE = "carnet.lock"
BLOBS_FOLDER = "blobs"
OUTBOX_FILE = "outbox.jsonl"
DEMO_FILE = "demo.json"
PRACTICE_FOLDER = "practice"  # Fictional worlds; never more than a workshop long.

# People are then told of appointments and of what they ask for, and of nothing else.
NO_CALENDAR = "none"

PREFIX = "CARNET_"
# Read by the phone in the terminal, the tests and the bench, not by the server.
_NOT_OURS = ("PHONE", "TEST_", "BENCH_")
_NAMES = {
    "PROFILE": "profile",
    "DATA": "data_folder",
    "DATABASE_URL": "database_url",
    "AGENTS_DATABASE_URL": "agents_database_url",
    "HOST": "host",
    "PORT": "port",
    "WORKERS": "workers",
    "DEMO": "demo",
    "DEVICE_REQUESTS_PER_MINUTE": "device_requests_per_minute",
    "KEY_FILE": "key_file",
    "MESSAGES": "message_channel",
    "SMS_URL": "sms_url",
    "SMS_TOKEN": "sms_token",
    "SMTP_URL": "smtp_url",
    "MAIL_FROM": "mail_from",
    "PUBLIC_URL": "public_url",
    "TIME_ZONE": "time_zone",
    "ATTENDING_SEES_MASKED": "attending_sees_masked",
    # Off, nothing is planned and nobody is told: for a copy that is only looked at.
    "REMINDERS": "reminders",
    "CALENDAR": "calendar",
    "CAMPAIGNS": "campaigns_file",
    # Pro Santé Connect, by which professionals sign in.
    "PSC_ISSUER": "psc_issuer",
    "PSC_DISCOVERY_URL": "psc_discovery_url",
    "PSC_AUTHORIZATION_URL": "psc_authorization_url",
    "PSC_TOKEN_URL": "psc_token_url",
    "PSC_USERINFO_URL": "psc_userinfo_url",
    "PSC_KEYS_URL": "psc_keys_url",
    "PSC_CLIENT_ID": "psc_client_id",
    "PSC_CLIENT_SECRET": "psc_client_secret",
    "PSC_PRIVATE_KEY_FILE": "psc_private_key_file",
    "PSC_REDIRECT_URI": "psc_redirect_uri",
    "PSC_ACR": "psc_acr",
    "PSC_SCOPES": "psc_scopes",
}
_PATHS = ("data_folder", "campaigns_file", "key_file", "psc_private_key_file")


def read_settings(environment: Mapping[str, str] = os.environ) -> Settings:
    """Read `CARNET_…` variables.

    Raises:
        SettingsInvalid: An unknown variable, or a value of the wrong kind.
    """
    given: dict[str, object] = {}
    for name, value in environment.items():
        if not name.startswith(PREFIX) or name.removeprefix(PREFIX).startswith(_NOT_OURS):
            continue
        field = _NAMES.get(name.removeprefix(PREFIX))
        if field is None:
            known = ", ".join(PREFIX + key for key in _NAMES)
            raise SettingsInvalid(f"{name} is not a setting. The settings are: {known}.")
        given[field] = Path(value) if field in _PATHS else value
    if "port" in given:
        # What is tried on this machine is reached there; people's address is always set.
        given.setdefault("public_url", f"http://127.0.0.1:{given['port']}")
    try:
        settings = msgspec.convert(given, Settings, strict=False)
    except msgspec.ValidationError as error:
        raise SettingsInvalid(_wrong_value(str(error))) from None
    try:
        _ = settings.zone
    except (ZoneInfoNotFoundError, ValueError):
        raise SettingsInvalid(
            "CARNET_TIME_ZONE is no time zone. Write one as in Europe/Paris."
        ) from None
    _refuse_wrong_database(settings)
    _refuse_half_a_provider(settings)
    _refuse_half_a_gateway(settings)
    return settings


def _refuse_wrong_database(settings: Settings) -> None:
    if settings.database_url != "sqlite" and not settings.database_url.startswith("postgresql://"):
        raise SettingsInvalid("CARNET_DATABASE_URL is sqlite, or begins with postgresql://.")
    if settings.workers > 1 and settings.database_url == "sqlite":
        raise SettingsInvalid(
            "SQLite is written by one process. Set CARNET_WORKERS=1, "
            "or CARNET_DATABASE_URL to a postgresql:// address."
        )


def _refuse_half_a_gateway(settings: Settings) -> None:
    if settings.sms_url and not settings.sms_url.startswith(("https://", "http://")):
        raise SettingsInvalid("CARNET_SMS_URL begins with https://: see docs/sms-gateway.md.")
    if settings.smtp_url and not settings.smtp_url.startswith(("smtp://", "smtps://")):
        raise SettingsInvalid("CARNET_SMTP_URL begins with smtps://, or smtp:// for STARTTLS.")
    if settings.smtp_url and "@" not in settings.mail_from:
        raise SettingsInvalid("Set CARNET_MAIL_FROM to the address that e-mails come from.")


def _refuse_half_a_provider(settings: Settings) -> None:
    has_any = any(
        getattr(settings, field)
        for field in _NAMES.values()
        if field.startswith("psc_") and field not in ("psc_acr", "psc_scopes")
    )
    provider = settings.provider
    if provider is None:
        if has_any:
            raise SettingsInvalid(
                "Set CARNET_PSC_ISSUER to the issuer of Pro Santé Connect, or unset every "
                "CARNET_PSC_ variable: professionals then do not sign in here."
            )
        return
    if not provider.client_id:
        raise SettingsInvalid("Set CARNET_PSC_CLIENT_ID to the name that the issuer gave you.")
    if bool(provider.client_secret) == (provider.private_key_file is not None):
        raise SettingsInvalid(
            "Set CARNET_PSC_CLIENT_SECRET or CARNET_PSC_PRIVATE_KEY_FILE: one of them, "
            "by which this server proves to Pro Santé Connect who it is."
        )
    if not provider.acr:
        raise SettingsInvalid("Set CARNET_PSC_ACR to the assurance to ask for, such as eidas1.")
    if any(not url.startswith(("https://", "http://")) for url in provider.urls):
        raise SettingsInvalid("Each address of Pro Santé Connect begins with https://.")


def _wrong_value(error: str) -> str:
    """Name the variable that msgspec names as `$.field`."""
    why, _, field = error.removesuffix("`").partition(" - at `$.")
    names = [PREFIX + name for name, known in _NAMES.items() if known == field]
    return f"{names[0] if names else 'A CARNET_ variable'} has a wrong value: {why}."


def refuse_unsafe(settings: Settings) -> None:
    """Refuse what must never meet real patients.

    Raises:
        SettingsInvalid: The production profile with a convenience of development.
    """
    if not settings.is_production:
        return
    if settings.demo:
        raise SettingsInvalid("The fictional family has known passwords: unset CARNET_DEMO.")
    if settings.message_channel != "gateway":
        raise SettingsInvalid(
            "In production, one-time codes must not be written to a file. "
            "Set CARNET_MESSAGES=gateway, with CARNET_SMS_URL or CARNET_SMTP_URL."
        )
    if not settings.sms_url and not settings.smtp_url:
        raise SettingsInvalid("Set CARNET_SMS_URL or CARNET_SMTP_URL, so that codes can be sent.")
    if settings.key_file is None or settings.key_file.resolve().is_relative_to(
        settings.data_folder.resolve()
    ):
        raise SettingsInvalid(
            "In production the key file lies apart from the data and its backups. "
            "Set CARNET_KEY_FILE to a file in another folder."
        )
    _refuse_open_lines(settings)


def _refuse_open_lines(settings: Settings) -> None:
    if settings.sms_url.startswith("http://"):
        raise SettingsInvalid(
            "In production CARNET_SMS_URL begins with https://: codes and numbers go there."
        )
    if settings.public_url.startswith("http://"):
        raise SettingsInvalid("Set CARNET_PUBLIC_URL to the https:// address that people see.")
    provider = settings.provider
    if provider is not None and any(url.startswith("http://") for url in provider.urls):
        raise SettingsInvalid(
            "In production each CARNET_PSC_ address begins with https://: "
            "what comes from there says who somebody is."
        )
