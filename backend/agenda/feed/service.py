"""Making, showing and ending the link by which a calendar elsewhere shows the agenda.

Source: docs/decisions/0034-agenda-feed.md.
"""

import secrets
from datetime import date, datetime
from uuid import UUID

import msgspec

from backend.access.collection import terms_in
from backend.access.guard import trace_of
from backend.access.journal import service as journal
from backend.access.journal.model import Action
from backend.access.journal.words import Text
from backend.access.notices import tell
from backend.agenda.feed import store
from backend.agenda.feed.eyes import is_behind, look_from, seeing
from backend.agenda.feed.limits import TOKEN_BYTES
from backend.agenda.feed.model import Feed, Language, Link, Memory, Options, Titles
from backend.agenda.feed.words import catalogue
from backend.identity.rules.sessions import refuse_without_step_up
from backend.identity.sessions.model import Caller
from backend.kernel.spaces import edit_space, save_space
from backend.kernel.work import Work
from sync.core.audience import Viewer
from sync.ports import Host
from sync.storage.port import Deed

NOTICE = "access-changed"


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """What a link is to show; None for what it shows already, or for the most discreet."""

    titles: Titles | None = None
    language: Language | None = None


class FeedView(msgspec.Struct, frozen=True, kw_only=True):
    """Whether there is a link, and what it shows. The link itself was shown once."""

    is_shared: bool
    titles: Titles = "neutral"
    language: Language = "fr"
    made_at: datetime | None = None
    last_read_on: date | None = None
    titles_warning: Text
    link_warning: Text


class Made(msgspec.Struct, frozen=True, kw_only=True):
    """A new link: its secret, which is shown this once, and what it shows."""

    token: str
    options: Options
    made_at: datetime


async def view_feed(work: Work, host: Host, caller: Caller, space_id: UUID) -> FeedView:
    """Say whether the caller has a link to the agenda of a space, and what it shows.

    Raises:
        SpaceNotFound: No such space, or no appointment is the caller's to see.
    """
    link = Link(space_id=space_id, party_id=caller.party_id)
    viewer = await look_from(work, host, link)
    feed = await _standing(work, viewer, link)
    words = catalogue()
    if feed is None:
        return FeedView(
            is_shared=False, titles_warning=words.titles_warning, link_warning=words.link_warning
        )
    memory = store.memory_of(await work.keys.cipher(work.db, space_id), feed)
    return FeedView(
        is_shared=True,
        titles=feed.options.titles,
        language=feed.options.language,
        made_at=feed.made_at,
        last_read_on=date.fromordinal(memory.told_on) if memory.told_on else None,
        titles_warning=words.titles_warning,
        link_warning=words.link_warning,
    )


async def make_feed(work: Work, host: Host, caller: Caller, space_id: UUID, wanted: Wanted) -> Made:
    """Make a link to the agenda of a space; one that the caller had shows nothing any more.

    The events keep their names, so that a calendar which is given the new link
    finds the events of the old one.

    Raises:
        SpaceNotFound: No such space, or no appointment is the caller's to see.
        StepUpNeeded: See `refuse_without_step_up`: a link outlives the phone it was made on.
    """
    edit = await edit_space(work, host, space_id)
    found = next((v for v in edit.viewers.values() if v.party_id == caller.party_id), None)
    viewer = seeing(found, host, work.now)
    refuse_without_step_up(caller, work.now)
    link = Link(space_id=space_id, party_id=caller.party_id)
    former = await store.feed_of(work, link)
    if former is not None:
        await store.drop_link(work, former.token_hash)
    kept = former if former is not None and is_behind(viewer, former) else None
    token = secrets.token_urlsafe(TOKEN_BYTES)
    feed = await _made(work, viewer, link, token_hash=hash_of(work, token), former=kept)
    feed = msgspec.structs.replace(feed, options=_options(wanted, kept))
    await store.put_feed(work, feed)
    await _write_down(work, viewer, caller, link, Action.AGENDA_SHARED)
    await tell(work, edit.viewers.values(), NOTICE)
    await save_space(work, space_id, edit)
    return Made(token=token, options=feed.options, made_at=feed.made_at)


async def end_feed(work: Work, host: Host, caller: Caller, space_id: UUID) -> None:
    """End the caller's link to the agenda of a space. Idempotent.

    Raises:
        SpaceNotFound: No such space, or no appointment is the caller's to see: a link of
            theirs shows nothing in any case.
    """
    edit = await edit_space(work, host, space_id)
    found = next((v for v in edit.viewers.values() if v.party_id == caller.party_id), None)
    viewer = seeing(found, host, work.now)
    link = Link(space_id=space_id, party_id=caller.party_id)
    feed = await store.feed_of(work, link)
    if feed is not None:
        await store.drop_feed(work, feed)
        await _write_down(work, viewer, caller, link, Action.AGENDA_ENDED)
    await save_space(work, space_id, edit)


def hash_of(work: Work, token: str) -> bytes:
    """Return the keyed hash by which a link is found."""
    return work.keys.provider.index("agenda-link", token)


async def _standing(work: Work, viewer: Viewer, link: Link) -> Feed | None:
    feed = await store.feed_of(work, link)
    return feed if feed is not None and is_behind(viewer, feed) else None


async def _made(
    work: Work, viewer: Viewer, link: Link, *, token_hash: bytes, former: Feed | None
) -> Feed:
    """Write a link down; it goes on where a former one of the same right stopped."""
    cipher = await work.keys.cipher(work.db, link.space_id)
    if former is not None:
        # Whoever reads by the new link is written down, today too.
        memory = msgspec.structs.replace(store.memory_of(cipher, former), told_on=0, told_tag="")
        rev = former.rev + 1
        return msgspec.structs.replace(
            former,
            token_hash=token_hash,
            made_at=work.now,
            rev=rev,
            sealed_memory=store.sealed(cipher, former.feed_id, rev, memory),
        )
    feed_id = work.new_id()
    return Feed(
        link=link,
        feed_id=feed_id,
        token_hash=token_hash,
        options=Options(),
        made_at=work.now,
        granted_from=terms_in(viewer.grant).granted_from,
        rev=0,
        sealed_memory=store.sealed(cipher, feed_id, 0, Memory()),
    )


def _options(wanted: Wanted, former: Feed | None) -> Options:
    standing = Options() if former is None else former.options
    return Options(
        titles=wanted.titles or standing.titles, language=wanted.language or standing.language
    )


async def _write_down(
    work: Work, viewer: Viewer, caller: Caller, link: Link, action: Action
) -> None:
    deed = Deed(viewer=viewer, device_id=caller.device_id, action=action.value, objects=())
    await journal.write(work, link.space_id, trace_of(work, deed, action, ()))
