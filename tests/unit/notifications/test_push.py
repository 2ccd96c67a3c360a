"""Web Push: only the phone reads it, only known push services are asked, dead ways end."""

import base64
import json
from datetime import UTC, datetime, timedelta
from uuid import UUID

import httpx
import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from joserfc import jwt
from joserfc.jwk import ECKey

from notifications.channels import web_push
from notifications.channels.answers import open_client
from notifications.channels.push import PushChannel
from notifications.channels.push_hosts import EndpointRefused, known_hosts, origin_of
from notifications.channels.ways import PushTarget, PushWay, Way
from notifications.core.reminder import ReminderKind
from notifications.ports import ChannelName, Delivery, Outcome
from tests.unit.notifications.rings import DUE, delivery
from tests.web_push_reader import Unreadable, decrypt

NOW = DUE - timedelta(days=2)
ENDPOINT = "https://fcm.googleapis.com/fcm/send/abc:DEF_123"
SENDER = web_push.Sender(secret=web_push.new_secret(), contact="mailto:carnet@example.org")


class OneSender:
    """A server with one key."""

    def sender(self, public: str) -> web_push.Sender | None:
        return SENDER if public == web_push.to_base64url(SENDER.public) else None


class Phone:
    """A browser's half of a subscription."""

    def __init__(self) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.auth = bytes(range(16))

    def target(self, endpoint: str = ENDPOINT, known_as: int = 9) -> PushTarget:
        """Say how it is reached."""
        return PushTarget(
            subscription_id=UUID(int=known_as),
            endpoint=endpoint,
            public=web_push.to_base64url(web_push.point_of(self.key)),
            auth=web_push.to_base64url(self.auth),
            sender=web_push.to_base64url(SENDER.public),
        )

    def way(self, endpoint: str = ENDPOINT) -> PushWay:
        """Say how its owner is reached, who has no other."""
        return PushWay(to="fcm.googleapis.com", targets=(self.target(endpoint),))

    def read(self, body: bytes) -> bytes:
        """Open what came, by a second reading of the RFC."""
        return decrypt(body, private_key=self.key, auth_secret=self.auth)


async def asked_of(
    message: Delivery,
    *answers: httpx.Response | Exception,
    forgotten: list[UUID] | None = None,
    tries: int | None = None,
) -> tuple[list[httpx.Request], list[Outcome], list[str], int | None]:
    """Send a message until the answers are through; return what was asked, and what came of it."""
    asked: list[httpx.Request] = []
    left = [*answers]

    async def forget(party_id: UUID, subscription_id: UUID) -> None:
        assert party_id == message.notice.party_id
        if forgotten is not None:
            forgotten.append(subscription_id)

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        given = left.pop(0)
        if isinstance(given, Exception):
            raise given
        return given

    async with open_client(httpx.MockTransport(answer)) as client:
        channel = PushChannel(client, OneSender(), forget, clock=lambda: NOW)
        times = max(1, len(answers)) if tries is None else tries
        receipts = [await channel.send(message) for _ in range(times)]
    return (
        asked,
        [one.outcome for one in receipts],
        [one.reason for one in receipts],
        receipts[-1].retry_after_seconds,
    )


def test_the_example_of_the_rfc_is_encrypted_as_written_there() -> None:
    """Source: RFC 8291, appendix A."""
    read = web_push.from_base64url
    once = ec.derive_private_key(
        int.from_bytes(read("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw")), ec.SECP256R1()
    )
    phone = web_push.receiver(
        "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
        "BTBZMqHH6r4Tts7J_aSIgg",
    )

    body = web_push.encrypt(
        b"When I grow up, I want to be a watermelon",
        phone,
        once=once,
        salt=read("DGv6ra1nlYgDCS1FRnbzlw"),
        padded_to=1,
    )

    assert web_push.to_base64url(body) == (
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmY"
        "WAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexS"
        "gSxsj_Qulcy4a-fN"
    )


async def test_a_phone_reads_what_it_is_sent_and_nobody_else_does() -> None:
    """Opened by an independent decoder; the same bytes are of no use to another phone."""
    phone = Phone()

    (request,), outcomes, _, _ = await asked_of(
        delivery(phone.way(), ChannelName.PUSH), httpx.Response(201)
    )

    said = json.loads(phone.read(request.content))
    assert outcomes == [Outcome.DELIVERED]
    assert said == {
        "id": str(UUID(int=7)),
        "space_id": str(UUID(int=1)),
        "reminder_id": str(UUID(int=2)),
        "title": "Carnet : votre rendez-vous",
        "body": "Rendez-vous mardi 24 novembre à 14 h 30. Ouvrez l'application pour les détails.",
        "language": "fr",
    }
    with pytest.raises(Unreadable):
        Phone().read(request.content)


async def test_a_push_service_learns_nothing_from_the_length() -> None:
    """Every kind, in every language, weighs the same."""
    sizes = set()
    for kind in ReminderKind:
        for language in ("fr", "en"):
            message = delivery(Phone().way(), ChannelName.PUSH, kind=kind, language=language)
            (request,), _, _, _ = await asked_of(message, httpx.Response(201))
            sizes.add(len(request.content))

    assert len(sizes) == 1


async def test_a_push_service_knows_who_sends_and_for_how_long() -> None:
    """Signed for its own origin, for half a day; read here by another library."""
    message = delivery(Phone().way(), ChannelName.PUSH)

    (request,), _, _, _ = await asked_of(message, httpx.Response(201))

    scheme, _, rest = request.headers["authorization"].partition(" ")
    fields = dict(part.strip().split("=", 1) for part in rest.split(","))
    point = web_push.from_base64url(fields["k"])
    number = lambda at: base64.urlsafe_b64encode(point[at : at + 32]).rstrip(b"=").decode()  # noqa: E731
    key = ECKey.import_key({"kty": "EC", "crv": "P-256", "x": number(1), "y": number(33)})
    proof = jwt.decode(fields["t"], key, algorithms=["ES256"])
    assert scheme == "vapid"
    assert point == SENDER.public
    assert proof.claims["aud"] == "https://fcm.googleapis.com"
    assert proof.claims["sub"] == "mailto:carnet@example.org"
    assert 0 < proof.claims["exp"] - NOW.timestamp() <= 24 * 3600


async def test_a_ring_says_how_long_it_is_worth_anything_and_which_one_it_replaces() -> None:
    """A phone that was off gets the last ring of a reminder, not each of them."""
    phone = Phone()
    day_before = delivery(phone.way(), ChannelName.PUSH, lead_minutes=1440)
    soon = delivery(
        phone.way(), ChannelName.PUSH, lead_minutes=120, due_at=NOW + timedelta(hours=2)
    )
    other = delivery(phone.way(), ChannelName.PUSH, reminder_id=UUID(int=4))

    headers = []
    for message in (day_before, soon, other):
        (request,), _, _, _ = await asked_of(message, httpx.Response(201))
        headers.append(request.headers)

    first, second, third = headers
    assert first["topic"] == second["topic"] != third["topic"]
    assert len(first["topic"]) <= 32
    assert (first["ttl"], first["urgency"]) == (str(48 * 3600), "normal")
    assert (second["ttl"], second["urgency"]) == (str(2 * 3600), "high")
    assert first["content-encoding"] == "aes128gcm"


@pytest.mark.parametrize("status", [404, 410])
async def test_a_subscription_that_is_gone_is_dead(status: int) -> None:
    """It is dropped, and the next way tried at once."""
    message = delivery(Phone().way(), ChannelName.PUSH)
    forgotten: list[UUID] = []

    _, outcomes, reasons, _ = await asked_of(message, httpx.Response(status), forgotten=forgotten)

    assert (outcomes, reasons) == ([Outcome.DEAD], ["subscription-gone"])
    assert forgotten == [UUID(int=9)]


async def test_one_phone_of_several_is_enough_and_the_one_that_is_gone_is_dropped() -> None:
    """A tablet that was wiped keeps nobody from their phone."""
    targets = tuple(Phone().target(known_as=number) for number in (1, 2, 3))
    message = delivery(PushWay(to="", targets=targets), ChannelName.PUSH)
    forgotten: list[UUID] = []

    asked, outcomes, _, _ = await asked_of(
        message,
        httpx.Response(410),
        httpx.Response(503),
        httpx.Response(201),
        forgotten=forgotten,
        tries=1,
    )

    assert len(asked) == 3
    assert outcomes == [Outcome.DELIVERED]
    assert forgotten == [UUID(int=1)]


async def test_a_push_service_that_is_busy_or_down_is_asked_again() -> None:
    """When it says so; the subscription stays."""
    message = delivery(Phone().way(), ChannelName.PUSH)

    _, outcomes, reasons, wait = await asked_of(
        message,
        httpx.Response(500),
        httpx.ConnectError("away"),
        httpx.Response(302, headers={"Location": "http://127.0.0.1/"}),
        httpx.Response(429, headers={"Retry-After": "90"}),
    )

    assert outcomes == [Outcome.RETRY] * 4
    assert reasons == ["provider-down", "unreachable", "provider-refused", "too-many"]
    assert wait == 90


async def test_a_subscription_of_a_key_that_was_dropped_is_dead() -> None:
    """A push service would refuse another key: it is bound to the one that was asked for."""
    stranger = web_push.to_base64url(web_push.public_of(web_push.new_secret()))
    target = msgspec.structs.replace(Phone().target(), sender=stranger)
    other = PushWay(to="", targets=(target,))

    asked, outcomes, reasons, _ = await asked_of(delivery(other, ChannelName.PUSH))

    assert (asked, outcomes, reasons) == ([], [Outcome.DEAD], ["key-dropped"])


INTERNAL = [
    "https://127.0.0.1/wpush",
    "https://169.254.169.254/latest/meta-data",
    "https://[::1]/wpush",
    "https://[::ffff:127.0.0.1]/",
    "https://localhost/",
    "https://2130706433/",
    "https://0x7f.1/",
    "https://fcm.googleapis.com./x",
    "http://fcm.googleapis.com/x",
    "ftp://fcm.googleapis.com/x",
    "//fcm.googleapis.com/x",
    "https://push.example.org/x",
    "https://fcm.googleapis.com.example.org/x",
    "https://notfcm.googleapis.com/x",
    "https://evilnotify.windows.com/x",
    "https://notify.windows.com/x",
    "https://fcm.googleapis.com:8080/x",
    "https://fcm.googleapis.com:80443/x",
    "https://user@fcm.googleapis.com/x",
    "https://fcm.googleapis.com@127.0.0.1/x",
    "https://fcm.googleapis.com\\@127.0.0.1/x",
    "https://fcm.googleapis.com/\\@127.0.0.1/x",
    "https://127.0.0.1\\.notify.windows.com/x",
    "https://127.0.0.1#.notify.windows.com/x",
    "https://127.0.0.1?.notify.windows.com/x",
    "https://fcm.googleapis.com/x#y",
    "https://fcm.googleapis.com/x\r\nHost: 127.0.0.1",
    "https://fcm.googleapis.com/x y",
    "https://fcm。googleapis.com/x",
    "https://ⓕcm.googleapis.com/x",
    "https://fcm.googleapis.com/" + "x" * 2_000,
    "https://",
    "",
]


@pytest.mark.parametrize("endpoint", INTERNAL)
async def test_a_subscription_to_anywhere_else_is_refused_and_never_asked(endpoint: str) -> None:
    """Whoever may choose an address could have this server knock at doors inside."""
    with pytest.raises(EndpointRefused):
        origin_of(endpoint)

    asked, outcomes, _, _ = await asked_of(delivery(Phone().way(endpoint), ChannelName.PUSH))

    assert (asked, outcomes) == ([], [Outcome.DEAD])


@pytest.mark.parametrize(
    "endpoint",
    [
        ENDPOINT,
        "https://updates.push.services.mozilla.com/wpush/v2/gAAAA",
        "https://wns2-par02p.notify.windows.com/w/?token=BQYAAA%3d",
        "https://web.push.apple.com/QGuQyavXutnMH",
        "https://fcm.googleapis.com:443/x",
    ],
)
def test_the_push_services_of_the_browsers_are_known(endpoint: str) -> None:
    """What a phone of today gives."""
    assert origin_of(endpoint) == f"https://{httpx.URL(endpoint).host}"


def test_each_known_push_service_has_a_source() -> None:
    """The list is read by people."""
    assert all(host.whose and host.source.startswith("https://") for host in known_hosts())


@pytest.mark.parametrize(
    ("public", "auth"),
    [
        ("", ""),
        ("not base64!", "AAAAAAAAAAAAAAAAAAAAAA"),
        (web_push.to_base64url(b"\x04" + bytes(64)), "AAAAAAAAAAAAAAAAAAAAAA"),
        (web_push.to_base64url(SENDER.public[:33]), "AAAAAAAAAAAAAAAAAAAAAA"),
        (web_push.to_base64url(b"\x02" + SENDER.public[1:33]), "AAAAAAAAAAAAAAAAAAAAAA"),
        (web_push.to_base64url(SENDER.public), "AAAA"),
    ],
    ids=["nothing", "no base64", "no point", "too short", "compressed", "short secret"],
)
def test_a_key_that_is_none_is_refused(public: str, auth: str) -> None:
    """No point of the curve, a compressed one, or a secret of another length."""
    with pytest.raises(web_push.KeyUnsuitable):
        web_push.receiver(public, auth)


async def test_a_route_of_another_channel_is_a_dead_way() -> None:
    """A bug of the host costs one message, and no phone."""
    message = delivery(Way(to="+33639980012"), ChannelName.PUSH)

    asked, outcomes, _, _ = await asked_of(message)

    assert (asked, outcomes) == ([], [Outcome.DEAD])


def test_a_proof_is_of_now() -> None:
    """Nobody keeps one."""
    first = web_push.authorization(SENDER, "https://fcm.googleapis.com", NOW)
    later = web_push.authorization(SENDER, "https://fcm.googleapis.com", datetime.now(UTC))

    assert first != later
