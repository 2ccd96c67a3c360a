"""A world of the matrix, opened on an empty database and lived in."""

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

from stdnum.fr import nir

from backend.app import create_litestar, serve_with
from backend.documents.service import Desk
from backend.settings import Settings
from tests.authorization.cast import Cast
from tests.authorization.decisions import Decisions
from tests.authorization.people import Town
from tests.authorization.world import World
from tests.journeys import Counter, client_of, running


@asynccontextmanager
async def world_in(folder: Path, settings: Settings) -> AsyncIterator[World]:
    """Open a world on an empty database, with everybody and everything in it."""
    litestar = create_litestar(settings)
    async with running(serve_with(litestar)) as app, client_of(app) as client:
        state = litestar.state
        desk = Desk(state.office, state.host, state.blobs, state.patients)
        cast = Cast(state.office, state.agents_desk.agents, state.passwords)
        world = World(app, state.office, state.host, desk, cast)
        now = state.office.clock()
        world.given |= {
            "an_hour_ago": (now - timedelta(hours=1)).isoformat(),
            "in_an_hour": (now + timedelta(hours=1)).isoformat(),
            "yesterday": (now - timedelta(days=1)).isoformat(),
            "next_month": (now + timedelta(days=30)).isoformat(),
            "next_week": str(now.date() + timedelta(days=7)),
            # Of whatever feed one has: only who may not look at it is not told that it stands.
            "every_tag": ", ".join(f'"1.{seq}"' for seq in range(600)),
            "any_number": any_number,
            "strange_number": any_number(),
            "backup_folder": str(folder / "backup"),
        }
        await settle_in(world, Counter(client, settings.data_folder))
        yield world


async def settle_in(world: World, counter: Counter) -> None:
    """Let everybody come, and everything happen that decides who sees what."""
    town = Town(world, counter)
    await town.families()
    await town.surgery()
    decisions = Decisions(town)
    await decisions.before_anybody_was_let_in()
    await decisions.let_in()
    await decisions.after_they_were_let_in()
    await town.sessions_that_are_over()
    await town.those_who_run_it()
    town.keep_secrets()


def any_number() -> str:
    """Make an INS number up: who is asked for again and again is asked for too often."""
    body = f"27903{51_001 + secrets.randbelow(600)}{991 + secrets.randbelow(9)}"
    return body + nir.calc_check_digits(body)
