"""Every module of the product, for checks that must see all of it."""

import importlib
import pkgutil
from collections.abc import Iterator
from functools import cache
from types import ModuleType
from typing import TypeVar

import backend
import notifications
import sync

C = TypeVar("C", bound=type)

PACKAGES = ("backend", "notifications", "sync")
# Alembic runs these, in a context that it alone makes.
_ALEMBIC = ("backend.migrations.env", "backend.migrations.versions")


@cache
def modules() -> tuple[ModuleType, ...]:
    """Import every module of the packages that keep or serve a record."""
    names = [
        module.name
        for package in (backend, notifications, sync)
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
        if not module.name.startswith(_ALEMBIC)
    ]
    return tuple(importlib.import_module(name) for name in names)


def subclasses(of: C) -> Iterator[C]:
    """Yield every class below one, each once."""
    modules()
    seen: set[type] = set()
    waiting = [of]
    while waiting:
        for child in waiting.pop().__subclasses__():
            if child not in seen and child.__module__.split(".")[0] in PACKAGES:
                seen.add(child)
                waiting.append(child)
                yield child
