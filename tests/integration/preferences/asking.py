"""Short ways to choose how one is reminded, and to ask who would be told how."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from backend.preferences.directory import Bearings, PreferenceDirectory
from notifications.channels.ways import PushWay, Way, push_way_in, way_in
from notifications.core.reminder import ReminderKind
from notifications.ports import ChannelName, Notice, Routing
from tests.integration.access.house import House
from tests.journeys import Json, Phone

ALL = [kind.value for kind in ReminderKind]
PREFERENCES = "/v1/notifications/preferences"
SUBSCRIPTIONS = "/v1/notifications/subscriptions"
ENDPOINT = "https://fcm.googleapis.com/fcm/send/{}"
KEYS = {
    "p256dh": "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4"
    "bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
    "auth": "BTBZMqHH6r4Tts7J_aSIgg",
}
ADDRESS = ["Madame Léa MARTIN", "12 rue des Fontaines", "63200 RIOM"]
NOON = datetime.now(UTC).replace(hour=11, minute=0, second=0, microsecond=0) + timedelta(days=2)


async def chosen(phone: Phone, space_id: str) -> tuple[Json, str]:
    """Read what somebody has chosen, with its tag."""
    answer = await phone.get(f"{PREFERENCES}/{space_id}")
    assert answer.status_code == 200, answer.text
    return answer.json(), answer.headers["etag"]


async def choose(phone: Phone, space_id: str, **changes: Any) -> Json:
    """Change some of it."""
    before, tag = await chosen(phone, space_id)
    body = {name: before[name] for name in before if name not in ("space_id", "reached_by")}
    answer = await phone.client.put(
        f"{PREFERENCES}/{space_id}",
        json={**body, **changes},
        headers={**phone.headers, "If-Match": tag},
    )
    assert answer.status_code == 200, answer.text
    found: Json = answer.json()
    return found


async def subscribe(phone: Phone, name: str = "abc", **changes: Any) -> Any:
    """Let a phone be woken by its push service."""
    body = {"endpoint": ENDPOINT.format(name), "keys": KEYS, "expirationTime": None, **changes}
    return await phone.post(SUBSCRIPTIONS, json=body)


def notice(space_id: str, party_id: str, **changes: Any) -> Notice:
    """Make a ring of an appointment at noon."""
    said: dict[str, Any] = {
        "space_id": UUID(space_id),
        "reminder_id": UUID(int=2),
        "party_id": UUID(party_id),
        "kind": ReminderKind.APPOINTMENT,
        "lead_minutes": 120,
        "ring_at": NOON - timedelta(hours=2),
        "due_at": NOON,
        "time_zone": "Europe/Paris",
    }
    return Notice(**{**said, **changes})


async def party_of(phone: Phone, house: House) -> str:
    """Return who is signed in on a phone."""
    from backend.identity.sessions.model import PATIENTS
    from backend.identity.sessions.service import authenticate

    token = phone.tokens["access_token"]
    caller = await house.office.look(lambda work: authenticate(work, token, PATIENTS))
    return str(caller.account_id)


class Book:
    """The address book of an application."""

    def __init__(self, house: House) -> None:
        self._house = house
        self.directory = PreferenceDirectory(
            house.office,
            Bearings(
                time_zone="Europe/Paris",
                public_url="https://carnet.example.org/",
                served=frozenset(ChannelName),
            ),
        )

    async def routing(self, phone: Phone, space_id: str, **changes: Any) -> Routing:
        """Say how somebody is told of a ring."""
        party_id = await party_of(phone, self._house)
        now = changes.pop("now", NOON - timedelta(days=1))
        return await self.directory.routing(notice(space_id, party_id, **changes), now)

    async def names(self, phone: Phone, space_id: str, **changes: Any) -> list[str]:
        """Name the ways to somebody, in order."""
        routing = await self.routing(phone, space_id, **changes)
        return [route.channel.value for route in routing.routes]

    async def way(self, phone: Phone, space_id: str, **changes: Any) -> Way:
        """Return the first way to somebody, who has no push."""
        return way_in((await self.routing(phone, space_id, **changes)).routes[0].address)

    async def push(self, phone: Phone, space_id: str) -> PushWay:
        """Return the way to somebody's phones."""
        return push_way_in((await self.routing(phone, space_id)).routes[0].address)
