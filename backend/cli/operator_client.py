"""Talking to the server as its operator; without one, being it for a moment."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import httpx

from backend.cli.heard import heard
from backend.cli.language import language
from backend.cli.spoken import Failure
from backend.cli.words import catalogue, say
from backend.operations.credential import operator_token
from backend.settings import LOCK_FILE, Settings

TIMEOUT_SECONDS = 300
# A connection lost, or the server restarted: long enough for a start.
_PAUSES_SECONDS = (0.5, 2.0, 5.0)


def running_at(settings: Settings) -> str | None:
    """Return where a server of this data folder answers, if one does."""
    address = settings.address
    if settings.database_url == "sqlite":
        lock = settings.data_folder / LOCK_FILE
        try:
            address = json.loads(lock.read_text() or "{}").get("address", "")
        except (OSError, ValueError):
            return None
    if not address:
        return None
    try:
        answer = httpx.get(f"{address}/version", timeout=5)
    except httpx.HTTPError:
        return None
    return address if answer.is_success and answer.json().get("name") == "carnet" else None


@asynccontextmanager
async def operator(settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    """Open a client with the operator's rights.

    A running server is asked over HTTP, since it alone writes to its file;
    otherwise the application runs here until the command is done.
    """
    headers = {
        "Authorization": f"Bearer {operator_token(settings.data_folder)}",
        "Accept-Language": language(),
    }
    address = running_at(settings)
    if address is not None:
        async with httpx.AsyncClient(
            base_url=address, headers=headers, timeout=TIMEOUT_SECONDS
        ) as client:
            yield client
        return
    from backend.app import create_litestar, serve_with
    from backend.cli.serve import prepare_database_async
    from backend.kernel.db_sqlite import DatabaseInUse
    from backend.kernel.sealing import KeyFileUnsafe

    await prepare_database_async(settings)
    app = create_litestar(settings)
    failed: Failure | None = None
    try:
        async with app.lifespan():
            transport = httpx.ASGITransport(serve_with(app))
            async with httpx.AsyncClient(
                transport=transport,
                base_url="http://carnet",
                headers=headers,
                timeout=TIMEOUT_SECONDS,
            ) as client:
                try:
                    yield client
                except Failure as failure:
                    failed = failure  # Out of the application it would come as a group.
    except (DatabaseInUse, KeyFileUnsafe) as error:
        raise Failure(heard(str(error))) from None
    if failed is not None:
        raise failed


async def once(client: httpx.AsyncClient, path: str, **body: Any) -> httpx.Response:
    """Post something that must not happen twice; when no answer comes, ask again for it.

    The same key goes with each try, so that the server answers what it answered.
    """
    headers = {"Idempotency-Key": str(uuid4())}
    for pause in (*_PAUSES_SECONDS, None):
        try:
            answer = await client.post(path, headers=headers, **body)
        except httpx.TransportError:
            if pause is None:
                raise Failure(say("server-silent")) from None
        else:
            is_at_work = answer.status_code == httpx.codes.CONFLICT and (
                answer.json().get("code") == "request-in-progress"
            )
            if pause is None or not is_at_work:
                return answer
        await asyncio.sleep(pause)
    raise AssertionError("The last try returns or raises.")


def checked(answer: httpx.Response) -> Any:
    """Return the JSON of an answer, or say its problem in a sentence."""
    if answer.is_success:
        return answer.json()
    try:
        problem = answer.json()
    except ValueError:
        raise Failure(say("server-odd", status=answer.status_code)) from None
    if not isinstance(problem, dict) or "title" not in problem:
        raise Failure(say("server-odd", status=answer.status_code))
    words = [_words_of(problem)]
    detail = problem.get("detail")
    if detail:
        pointer = f" {problem['pointer']}" if problem.get("pointer") else ""
        told = heard(detail)
        # What has no French is said to be English, to whoever may have to read it out.
        key = "server-detail-in-english" if told == detail else "server-detail"
        words.append(say(key, detail=f"{told}{pointer}"))
    raise Failure(" ".join(words))


def _words_of(problem: dict[str, Any]) -> str:
    """Say what is wrong and what to do; where the words are for patients, those for operators."""
    key = f"problem-{problem.get('code')}"
    if key in catalogue():
        return say(key)
    return f"{problem['title']}. {problem.get('next_step', '')}".strip()
