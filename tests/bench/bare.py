"""The bare handler that everything is measured against: same framework, same server."""

from typing import Any

import msgspec
from litestar import Litestar, get


class Small(msgspec.Struct):
    """A small answer."""

    status: str
    head: int


@get("/")
async def bare() -> Small:
    """Answer at once."""
    return Small("ok", 42)


def create() -> Any:
    """Make the application."""
    return Litestar([bare], openapi_config=None, logging_config=None)
