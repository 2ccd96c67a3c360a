"""What acts give does not hang on their order, on others' acts, or on acts that are over."""

import random
from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.access.model import Block, Consent, Terms
from backend.access.rules.terms import Acts, Eye, caregiver_eye, professional_eye
from tests.property import rights as draw

replace = msgspec.structs.replace
KINDS = ("masks", "blocks", "consents", "team", "mandates", "emergencies")


def eyes(acts: Acts, party_id: UUID, now: datetime) -> tuple[Eye, Eye]:
    """Compile a party as a professional and as a caregiver."""
    return professional_eye(acts, party_id, now), caregiver_eye(acts, party_id, now)


def opened(acts: Acts, party_id: UUID, now: datetime) -> list[tuple[object, ...]]:
    """Say what a party may do at an instant: nothing of when that will change."""
    told = []
    for eye in eyes(acts, party_id, now):
        terms = eye.terms
        is_in_force = (
            eye.is_open
            and (eye.opens_at is None or eye.opens_at <= now)
            and (eye.closes_at is None or now < eye.closes_at)
        )
        told.append(
            (
                is_in_force,
                terms.is_granted(now) and (terms.sections, terms.actions, eye.keeps_copy),
                terms.sees_masked,
                terms.emergency,
                terms.hidden if is_in_force else (),
            )
        )
    return told


@given(
    acts=draw.acts,
    party_id=draw.few,
    now=draw.instants,
    mix=st.sampled_from([list.reverse, random.Random(1).shuffle]),
)
@settings(max_examples=150)
def test_the_order_of_acts_does_not_matter(
    acts: Acts, party_id: UUID, now: datetime, mix: Callable[[list[Any]], None]
) -> None:
    """Terms can be thrown away and made again from the same acts."""
    mixed = {kind: list(getattr(acts, kind)) for kind in KINDS}
    for group in mixed.values():
        mix(group)

    shuffled = replace(acts, **{kind: tuple(group) for kind, group in mixed.items()})

    assert eyes(shuffled, party_id, now) == eyes(acts, party_id, now)


@given(acts=draw.acts, others=draw.acts, party_id=draw.few, now=draw.instants)
@settings(max_examples=150)
def test_acts_about_others_change_nothing(
    acts: Acts, others: Acts, party_id: UUID, now: datetime
) -> None:
    """Unless they extend to the team, which this test leaves out."""

    def not_mine(one: object) -> bool:
        is_shared = isinstance(one, Consent) and one.extends_to_team
        return getattr(one, "party_id", None) != party_id and not is_shared

    more = replace(
        acts,
        **{
            kind: (*getattr(acts, kind), *filter(not_mine, getattr(others, kind)))
            for kind in KINDS
            if kind != "masks"
        },
    )

    assert eyes(more, party_id, now) == eyes(acts, party_id, now)


@given(acts=draw.acts, party_id=draw.few, now=draw.instants)
@settings(max_examples=150)
def test_a_block_beats_everything_but_an_emergency(
    acts: Acts, party_id: UUID, now: datetime
) -> None:
    """No consent, no place in the team; what is left is the emergency alone."""
    block = Block(party_id=party_id, name="Anne", blocked_at=now)

    eye = professional_eye(replace(acts, blocks=(*acts.blocks, block)), party_id, now)

    assert not eye.terms.granted
    assert not eye.keeps_copy
    assert eye.is_open is (eye.terms.emergency is not None)
    if eye.terms.emergency is not None:
        assert eye.closes_at == eye.terms.emergency.until


@given(acts=draw.acts, party_id=draw.few, now=draw.instants)
@settings(max_examples=150)
def test_acts_that_are_over_or_to_come_are_as_if_they_were_not_there(
    acts: Acts, party_id: UUID, now: datetime
) -> None:
    """Their names stay; what they opened does not."""

    def lasts(one: object) -> bool:
        if getattr(one, "starts_at", now) > now:
            return False
        ends_at = getattr(one, "ends_at", None) or getattr(one, "until", None)
        is_standing = getattr(one, "status", "given") in ("given", "active")
        return is_standing and (ends_at is None or now < ends_at)

    left = replace(
        acts,
        **{
            kind: tuple(filter(lasts, getattr(acts, kind)))
            for kind in ("consents", "team", "mandates", "emergencies")
        },
    )
    # The profession is known from acts that are over too, and names whom a mask is meant for.
    left = replace(left, masks=()) if left != acts else left
    acts = replace(acts, masks=left.masks)

    assert opened(left, party_id, now) == opened(acts, party_id, now)


@given(acts=draw.acts, party_id=draw.few, now=draw.instants)
@settings(max_examples=150)
def test_nothing_changes_between_two_turns(acts: Acts, party_id: UUID, now: datetime) -> None:
    """Terms say themselves when they are to be compiled anew, and hold until then."""
    for i, compiled in enumerate(eyes(acts, party_id, now)):
        turns_at = compiled.terms.turns_at
        for later in (at for at in draw.HOURS if at > now):
            if turns_at is None or later < turns_at:
                assert eyes(acts, party_id, later)[i] == compiled


def test_no_acts_give_nothing() -> None:
    """Deny by default. Whether a copy is kept counts only for who may look."""
    for eye in eyes(Acts(), draw.PARTIES[0], draw.NOON):
        assert (eye.is_open, eye.terms) == (False, Terms())
