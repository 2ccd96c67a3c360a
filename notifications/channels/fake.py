"""Providers that send nothing: for tests, and for who tries the server out."""

from collections.abc import Iterable

from notifications.channels.parcel import Parcel
from notifications.ports import ChannelName, Delivery, Outcome, Receipt

DELIVERED = Receipt(outcome=Outcome.DELIVERED)


class MemoryCarrier:
    """Keeps what it is given, once for each idempotency key.

    `answers` are given first, one for each try; a try that is not delivered is
    not kept.
    """

    def __init__(self, answers: Iterable[Receipt] = ()) -> None:
        self.tries = 0
        self._answers = list(answers)
        self._kept: dict[object, Parcel] = {}

    @property
    def sent(self) -> list[Parcel]:
        """What people would have, in order."""
        return [*self._kept.values()]

    async def carry(self, parcel: Parcel) -> Receipt:
        self.tries += 1
        answer = self._answers.pop(0) if self._answers else DELIVERED
        if answer.outcome is Outcome.DELIVERED:
            self._kept.setdefault(parcel.message_id, parcel)
        return answer


class MemoryChannel:
    """A whole channel of the same kind."""

    def __init__(self, name: ChannelName, answers: Iterable[Receipt] = ()) -> None:
        self.name = name
        self.repeats_safely = True
        self.tries = 0
        self._answers = list(answers)
        self._kept: dict[object, Delivery] = {}

    @property
    def sent(self) -> list[Delivery]:
        """What people would have, in order."""
        return [*self._kept.values()]

    async def send(self, delivery: Delivery) -> Receipt:
        self.tries += 1
        answer = self._answers.pop(0) if self._answers else DELIVERED
        if answer.outcome is Outcome.DELIVERED:
            self._kept.setdefault(delivery.delivery_id, delivery)
        return answer
