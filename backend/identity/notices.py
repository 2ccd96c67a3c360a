"""Telling people that something happened, at every address of theirs."""

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from uuid import UUID

from backend.identity import messages
from backend.identity.accounts import store as accounts
from backend.identity.counters import charge
from backend.identity.rules.counters import Limit
from backend.kernel.work import Work


async def tell(
    work: Work,
    party_ids: Iterable[UUID],
    kind: str,
    limits: Sequence[Limit] = (),
    words: Mapping[str, str] = MappingProxyType({}),
) -> int:
    """Write a notice to each of these parties who has an account; return how many were written to.

    Args:
        work: The transaction of what they are told of.
        party_ids: Whom to tell; who signs in elsewhere is left out.
        kind: A notice of `data/messages.toml`.
        limits: How often one person is told of this; more is left out without a word.
        words: What is filled in.
    """
    told = 0
    for party_id in sorted(party_ids):
        account = await accounts.account(work, party_id)
        if account is None:
            continue
        if limits and await charge(work, f"notice {kind}|{party_id}", limits):
            continue
        messages.send_notice(work, kind, await accounts.contacts_of(work, account), **words)
        told += 1
    return told
