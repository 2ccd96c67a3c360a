"""The address in a message where its reader says "no more", without signing in.

It is made of a keyed hash, so that it can be made again and is nowhere kept; who
holds it may turn reminders off and on again, and nothing else.

Source: RFC 8058; docs/decisions/0033-preferences-of-reminders.md.
"""

import hashlib
from uuid import UUID

from backend.kernel.work import Work
from backend.preferences import store
from backend.preferences.limits import TOKEN_BYTES, TOKEN_CHARACTERS_MAX
from backend.preferences.model import Link
from notifications.channels.web_push import to_base64url

PATH = "/n"
_PURPOSE = "stop-link"


def token_of(work: Work, link: Link) -> str:
    """Return the secret part of an address."""
    said = f"{link.space_id.hex}|{link.party_id.hex}|{link.kind}|{link.link_version}"
    return to_base64url(work.keys.provider.index(_PURPOSE, said)[:TOKEN_BYTES])


def url_of(work: Work, link: Link, public_url: str) -> str:
    """Return an address."""
    return f"{public_url.rstrip('/')}{PATH}/{token_of(work, link)}"


async def is_noted(work: Work, link: Link) -> bool:
    """Say whether an address leads somewhere already."""
    return await store.link(work, _hash(token_of(work, link))) is not None


async def note(work: Work, link: Link) -> None:
    """Make an address lead to what it is for."""
    await store.add_link(work, _hash(token_of(work, link)), link)


async def opened(work: Work, token: str) -> Link | None:
    """Return what an address leads to; None for one that never was, or that is spent."""
    if not token.isascii() or len(token) > TOKEN_CHARACTERS_MAX:
        return None
    link = await store.link(work, _hash(token))
    if link is None:
        return None
    kept = await store.kept(work, link.space_id, link.party_id)
    return link if kept.link_version == link.link_version else None


def new_link(space_id: UUID, party_id: UUID, kind: str, link_version: int) -> Link:
    """Say what an address is for."""
    return Link(space_id=space_id, party_id=party_id, kind=kind, link_version=link_version)


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
