"""In whose name assistants act: a professional who still works as they did."""

import pytest

from backend.identity.errors import NoEmployer
from backend.identity.sessions.model import SignedIn
from tests.practice import Practice, Surgery
from tests.providers import exercise, site, userinfo


async def employed(practice: Practice) -> tuple[Surgery, str]:
    """Name somebody for the desk of a doctor whom the provider knows; return their app."""
    surgery = Surgery(practice.town)
    doctor = await practice.who(await practice.sign_in())
    named = await surgery.name(doctor, days=300)
    _, secret = await surgery.enrol(named.code)
    return surgery, secret


async def test_nobody_acts_for_whoever_left_the_place(practice: Practice) -> None:
    """From the sign-in at which the provider names it no more; and again once it does."""
    surgery, secret = await employed(practice)
    before = await surgery.login(secret)
    here = practice.fake.said

    practice.fake.said = userinfo(exercise(site("MAISON DE SANTÉ")))
    await practice.sign_in()
    with pytest.raises(NoEmployer):
        await surgery.login(secret)
    practice.fake.said = here
    await practice.sign_in()

    assert isinstance(before, SignedIn)
    assert isinstance(await surgery.login(secret), SignedIn)


async def test_nobody_acts_for_whoever_has_not_been_seen_for_long(practice: Practice) -> None:
    """A doctor who was struck off never signs in again: nor does the desk, after two months."""
    surgery, secret = await employed(practice)

    practice.town.later(days=59)
    absent = await surgery.login(secret)
    practice.town.later(days=1)
    with pytest.raises(NoEmployer):
        await surgery.login(secret)
    await practice.sign_in()

    assert isinstance(absent, SignedIn)
    assert isinstance(await surgery.login(secret), SignedIn)
