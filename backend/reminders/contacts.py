"""Telling people at the contacts of their account, where nothing else knows what they prefer."""

from datetime import datetime
from uuid import UUID

from backend.identity.accounts import store as accounts
from backend.identity.accounts.model import Contacts
from backend.kernel.work import Message, Office, Outbox, Work
from notifications.core.text import Text
from notifications.ports import (
    ChannelName,
    Delivery,
    Notice,
    Outcome,
    Receipt,
    Route,
    Routing,
)

# They name no health matter: both are read on a locked screen.
_SUBJECT = Text(fr="Un rappel de Carnet", en="A reminder from Carnet")
_TEXT = Text(
    fr="Carnet : un rappel vous attend. Ouvrez l'application pour le lire.",
    en="Carnet: a reminder is waiting. Open the app to read it.",
)


class ContactDirectory:
    """By SMS, or else by e-mail, as the account says."""

    def __init__(self, office: Office) -> None:
        self._office = office

    async def routing(self, notice: Notice, now: datetime) -> Routing:
        async def use_case(work: Work) -> Contacts | None:
            account = await accounts.account(work, notice.party_id)
            return None if account is None else await accounts.contacts_of(work, account)

        contacts = await self._office.look(use_case)
        if contacts is None:
            return Routing(reason="no-account")
        ways = ((ChannelName.SMS, contacts.phone), (ChannelName.EMAIL, contacts.email))
        return Routing(
            routes=tuple(
                Route(channel=channel, address=address, language=contacts.language)
                for channel, address in ways
                if address is not None
            )
        )

    async def drop(self, party_id: UUID, route: Route) -> None:
        """Keep it: a contact is its owner's to change."""


class OutboxChannel:
    """One way that the outbox has: its gateways keep to the message's identifier."""

    repeats_safely = True

    def __init__(self, name: ChannelName, outbox: Outbox, office: Office) -> None:
        self.name = name
        self._outbox = outbox
        self._office = office

    async def send(self, delivery: Delivery) -> Receipt:
        route = delivery.route
        language = "en" if route.language.startswith("en") else "fr"
        await self._outbox.send(
            [
                Message(
                    message_id=delivery.delivery_id,
                    channel=self.name.value,
                    to=route.address,
                    kind="reminder",
                    language=language,
                    subject=getattr(_SUBJECT, language),
                    text=getattr(_TEXT, language),
                    created_at=self._office.clock(),
                )
            ]
        )
        return Receipt(outcome=Outcome.DELIVERED)
