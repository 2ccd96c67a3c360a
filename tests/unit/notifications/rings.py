"""Rings of reminders for tests of channels and texts."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from notifications.channels.ways import PushWay, Way, address_of
from notifications.core.reminder import ReminderKind
from notifications.ports import ChannelName, Delivery, Notice, Route

DUE = datetime(2026, 11, 24, 13, 30, tzinfo=UTC)
STOP = "https://carnet.example.org/n/AAAAAAAAAAAAAAAAAAAAAA"


def notice(**changed: Any) -> Notice:
    """Make one ring of an appointment."""
    said: dict[str, Any] = {
        "space_id": UUID(int=1),
        "reminder_id": UUID(int=2),
        "party_id": UUID(int=3),
        "kind": ReminderKind.APPOINTMENT,
        "lead_minutes": 1440,
        "ring_at": DUE - timedelta(days=1),
        "due_at": DUE,
        "time_zone": "Europe/Paris",
    }
    return Notice(**{**said, **changed})


def delivery(way: Way | PushWay, channel: ChannelName, **changed: Any) -> Delivery:
    """Make one message on its way."""
    language = changed.pop("language", "fr")
    route = Route(channel=channel, address=address_of(way), language=language)
    return Delivery(delivery_id=UUID(int=7), notice=notice(**changed), route=route)
