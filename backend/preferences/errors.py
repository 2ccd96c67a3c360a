"""Why preferences say no: to an address, a subscription, a link."""

from backend.kernel.errors import InvalidInput, NotFound, Refusal


class SubscriptionRefused(InvalidInput):
    """A subscription that leads to no push service that is known here."""

    code = "subscription-refused"


class PushKeysUnsuitable(InvalidInput):
    """Keys of a subscription that cannot be, or that were made for another server."""

    code = "push-keys-unsuitable"


class SubscriptionNotFound(NotFound):
    """No such subscription of this account."""


class AddressUnprintable(InvalidInput):
    """A postal address that no envelope can bear."""

    code = "address-unprintable"


class ChannelUnreachable(InvalidInput):
    """A letter chosen, and no address to send it to."""

    code = "channel-unreachable"


class LinkSpent(Refusal):
    """A link that leads nowhere: it was never given, or a newer one has replaced it."""

    code = "link-spent"
    status = 404


class ChoiceUnknown(InvalidInput):
    """An answer to "no more" that is none of those on the page."""

    code = "choice-unknown"
