"""Telling whoever started a server that it answers, and how to sign in where it is fictional."""

import http.client
import os
import sys
import threading
import time
from contextlib import closing
from pathlib import Path

from backend.cli.demo import family_of, opened_by
from backend.cli.language import language
from backend.cli.screen import console
from backend.cli.words import say_in
from backend.settings import Settings

_POLL_SECONDS = 0.1
_TIMEOUT_SECONDS = 5


def tell_when_ready(settings: Settings) -> None:
    """Write where the server answers, once it does; return at once."""
    if not settings.port:
        return  # The system chooses one, which nobody is told.
    tongue = language()  # Of this command: another thread knows of none.
    threading.Thread(target=_tell, args=(settings, tongue), name="readiness", daemon=True).start()


def _tell(settings: Settings, tongue: str) -> None:
    while not _is_ready(settings):
        time.sleep(_POLL_SECONDS)
    lines = [say_in(tongue, "server-answers", address=settings.address)]
    if settings.demo:
        lines += _family(settings, tongue)
    for line in lines:
        console().print(line, soft_wrap=True)


def _is_ready(settings: Settings) -> bool:
    place = http.client.HTTPConnection(settings.host, settings.port, timeout=_TIMEOUT_SECONDS)
    with closing(place) as asked:
        try:
            asked.request("GET", "/health/ready")
            return asked.getresponse().status == http.HTTPStatus.OK
        except (OSError, http.client.HTTPException):
            return False


def _family(settings: Settings, tongue: str) -> list[str]:
    family = family_of(settings.data_folder)
    program = _program()
    return [
        say_in(tongue, "demo-family"),
        *(
            say_in(tongue, "demo-person", **one, opens=opened_by(one, tongue))
            for one in family["persons"]
            if one["login"] is not None
        ),
        *(f"  {one['name']}, RPPS {one['rpps']}" for one in family["professionals"]),
        say_in(tongue, "demo-phone", program=program, address=settings.address),
        say_in(tongue, "demo-code", program=program),
    ]


def _program() -> str:
    """Return how this command line was called: inside .venv, `carnet` alone is not found."""
    name = Path(sys.argv[0]).name
    path = os.path.relpath(sys.argv[0])
    return path if name == "carnet" and not path.startswith("..") else "carnet"
