"""The channels that carry a text: SMS, e-mail and letter, each by its carrier."""

import msgspec

from notifications.channels.parcel import Carrier, Parcel
from notifications.channels.ways import way_in
from notifications.ports import ChannelName, Delivery, Outcome, Receipt
from notifications.texts.rendering import Reader, render

KIND = "reminder"
"""What a reminder is called for whoever reads an outbox: never what it is about."""

_UNREADABLE = Receipt(outcome=Outcome.DEAD, reason="address-refused")


class WrittenChannel:
    """Writes the words of a reminder, and gives them to a carrier."""

    def __init__(self, name: ChannelName, carrier: Carrier, *, repeats_safely: bool) -> None:
        """Take the carrier; `repeats_safely` where it keeps to the idempotency key."""
        self.name = name
        self.repeats_safely = repeats_safely
        self._carrier = carrier

    async def send(self, delivery: Delivery) -> Receipt:
        try:
            way = way_in(delivery.route.address)
        except msgspec.MsgspecError:
            return _UNREADABLE
        language = delivery.route.language
        reader = Reader(language=language, is_helper=way.is_helper, stop_url=way.stop_url)
        words = render(delivery.notice, self.name, reader)
        parcel = Parcel(
            message_id=delivery.delivery_id,
            to=way.to,
            kind=KIND,
            language=language,
            subject=words.subject,
            text=words.text,
            stop_url=way.stop_url,
        )
        return await self._carrier.carry(parcel)
