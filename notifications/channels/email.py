"""E-mail by SMTP, over TLS only."""

import asyncio
import re
import smtplib
import ssl
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from urllib.parse import unquote, urlsplit

import aiosmtplib

from notifications.channels.parcel import Parcel
from notifications.ports import Outcome, Receipt

TIMEOUT_SECONDS = 10.0
WHOLE_SECONDS = 25.0
"""However many answers the server spreads it over."""

_SUBMISSION_PORT = 587
_TLS_SCHEME = "smtps"
_ENHANCED = re.compile(r"\b5\.(\d{1,3})\.\d{1,3}\b")
_OF_THE_ADDRESS = "1"  # RFC 3463: 5.1.x is about the address, 5.7.x about who sends.
_NO_SUCH_MAILBOX = frozenset({550, 551, 553})

_UNWRITABLE = Receipt(outcome=Outcome.DEAD, reason="address-refused")


class MailServer:
    """Hands e-mails to the server of a URL: `smtps://`, or `smtp://` and then TLS at once."""

    def __init__(self, url: str, sender: str, *, tls_context: ssl.SSLContext | None = None) -> None:
        """Take the server, who the mail is from, and another trust than the machine's."""
        parts = urlsplit(url)
        self._is_tls = parts.scheme == _TLS_SCHEME
        self._host = parts.hostname or "localhost"
        self._port = parts.port or (smtplib.SMTP_SSL_PORT if self._is_tls else _SUBMISSION_PORT)
        self._user = None if parts.username is None else unquote(parts.username)
        self._password = unquote(parts.password or "")
        self._sender = sender
        self._tls_context = tls_context

    async def carry(self, parcel: Parcel) -> Receipt:
        try:
            email = composed(parcel, self._sender)
        except ValueError:
            return _UNWRITABLE  # An address that cannot be written in a header.
        try:
            async with asyncio.timeout(WHOLE_SECONDS):
                await self._hand_over(email)
        except aiosmtplib.SMTPRecipientsRefused as refused:
            return _receipt_of_refused(refused)
        except aiosmtplib.SMTPAuthenticationError:
            return Receipt(outcome=Outcome.RETRY, reason="misconfigured")
        except aiosmtplib.SMTPResponseException:
            return Receipt(outcome=Outcome.RETRY, reason="provider-refused")
        except (aiosmtplib.SMTPException, OSError):  # TimeoutError is an OSError.
            return Receipt(outcome=Outcome.RETRY, reason="unreachable")
        except ValueError:
            return _UNWRITABLE
        return Receipt(outcome=Outcome.DELIVERED)

    async def _hand_over(self, email: EmailMessage) -> None:
        server = aiosmtplib.SMTP(
            hostname=self._host,
            port=self._port,
            local_hostname=self._sender.rpartition("@")[2] or "localhost",
            timeout=TIMEOUT_SECONDS,
            use_tls=self._is_tls,
            start_tls=not self._is_tls,  # Demanded: a server without it hears no address.
            tls_context=self._tls_context or ssl.create_default_context(),
        )
        async with server:
            if self._user is not None:
                await server.login(self._user, self._password)
            await server.send_message(email)


def composed(parcel: Parcel, sender: str) -> EmailMessage:
    """Write an e-mail.

    What may be turned off says where, for people and for their mail program.

    Raises:
        ValueError: The address cannot stand in a header.

    Source: RFC 2369, RFC 8058 (one click); RFC 3834 (`Auto-Submitted`).
    """
    email = EmailMessage(policy=SMTP)
    email["From"] = sender
    email["To"] = _one_address(parcel.to)
    email["Subject"] = parcel.subject
    email["Message-ID"] = f"<{parcel.message_id}@{sender.rpartition('@')[2]}>"
    email["Auto-Submitted"] = "auto-generated"
    if parcel.stop_url is not None:
        email["List-Unsubscribe"] = f"<{parcel.stop_url}>"
        email["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    email.set_content(parcel.text)
    email["Content-Language"] = parcel.language  # Now: `set_content` drops what was there.
    return email


def _one_address(text: str) -> Address:
    """Read one bare address: no name, no second one, nothing that a header would unfold.

    Raises:
        ValueError: It is none.
    """
    try:
        return Address(addr_spec=text)
    except (MessageError, AttributeError, LookupError, TypeError, ValueError):
        # The parser of the standard library trips over some, in ways of its own.
        raise ValueError("This is no address.") from None


def _receipt_of_refused(refused: aiosmtplib.SMTPRecipientsRefused) -> Receipt:
    """Tell an address that is not there from a server that will not take our mail."""
    for one in refused.recipients:
        said = _ENHANCED.search(one.message)
        is_of_address = one.code in _NO_SUCH_MAILBOX if said is None else said[1] == _OF_THE_ADDRESS
        if one.code >= 500 and is_of_address:
            return _UNWRITABLE
    return Receipt(outcome=Outcome.RETRY, reason="provider-refused")
