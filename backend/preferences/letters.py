"""Reminders by post: into the queue of the operator's printer, once each."""

import msgspec

from backend.identity.letters.model import LetterKind, LetterPlace, Sheet
from backend.identity.letters.service import queue_reminder
from backend.kernel.carriers import Carriers
from backend.kernel.db import StorageUnavailable
from backend.kernel.ids import SpaceId
from backend.kernel.keys import Erased
from backend.kernel.work import Office
from notifications.channels.parcel import Parcel
from notifications.channels.ways import way_in
from notifications.channels.written import KIND
from notifications.ports import ChannelName, Delivery, Outcome, Receipt
from notifications.texts.rendering import Reader, render


class LetterChannel:
    """Queues letters. Where nothing leaves, each can be read in the outbox as well."""

    name = ChannelName.LETTER
    repeats_safely = True  # The queue knows a letter by the identifier of its delivery.

    def __init__(self, office: Office, carriers: Carriers) -> None:
        self._office = office
        self._carriers = carriers

    async def send(self, delivery: Delivery) -> Receipt:
        try:
            way = way_in(delivery.route.address)
        except msgspec.MsgspecError:
            return Receipt(outcome=Outcome.DEAD, reason="address-refused")
        language = delivery.route.language
        reader = Reader(language=language, is_helper=way.is_helper, stop_url=way.stop_url)
        words = render(delivery.notice, self.name, reader)
        lines = tuple(way.to.split("\n"))
        sheet = Sheet(
            kind=LetterKind.REMINDER,
            addressee=lines[0],
            language=language,
            subject=words.subject,
            text=words.text,
            address=lines,
        )
        place = LetterPlace(
            space_id=SpaceId(delivery.notice.space_id), letter_id=delivery.delivery_id
        )
        try:
            await self._office.write(lambda work: queue_reminder(work, place, sheet))
        except Erased:
            return Receipt(outcome=Outcome.DEAD, reason="space-closed")
        except StorageUnavailable:
            return Receipt(outcome=Outcome.RETRY, reason="provider-down")
        if not self._carriers.leave:
            await self._carriers.by_channel[self.name.value].carry(_shown(delivery, sheet))
        return Receipt(outcome=Outcome.DELIVERED)


def _shown(delivery: Delivery, sheet: Sheet) -> Parcel:
    return Parcel(
        message_id=delivery.delivery_id,
        to=", ".join(sheet.address),
        kind=KIND,
        language=sheet.language,
        subject=sheet.subject,
        text=sheet.text,
    )
