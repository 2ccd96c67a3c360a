"""What is past its use is forgotten; whom a workshop helped, and when, is not."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from backend.kernel.db import Database
from backend.workshops.agents import store
from backend.workshops.agents.service import add_agent
from backend.workshops.housekeeping import forget_expired
from backend.workshops.model import AgentPerson
from tests.people import Town, town_on


@pytest.fixture
async def town(database: Database, tmp_path: Path) -> AsyncIterator[Town]:
    """An office with a clock that the test turns."""
    async with town_on(database, tmp_path) as opened:
        yield opened


async def test_an_enrolment_code_is_forgotten_once_it_is_over(town: Town) -> None:
    """The agent stays: the operator may write to them again."""
    person = AgentPerson(name="Bernadette M.", organization="Ville de Cahors")
    letter = await town.office.write(lambda work: add_agent(work, person))
    early = await town.office.write(forget_expired)
    town.later(days=16)

    assert early == 0
    assert await town.office.write(forget_expired) == 1
    assert await town.office.write(forget_expired) == 0
    assert await town.office.read(lambda work: store.agent(work, letter.agent_id))
