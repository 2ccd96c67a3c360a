"""The nomenclature of vaccines that ships, read once."""

from functools import cache
from importlib.resources import files

import msgspec

from notifications.core.products import Catalogue, Nomenclature


@cache
def vaccines() -> Catalogue:
    """Return the catalogue of `data/nuva`."""
    folder = files("notifications").joinpath("data", "nuva")
    names = (field.name for field in msgspec.structs.fields(Nomenclature))
    return Catalogue(
        Nomenclature(**{name: folder.joinpath(f"{name}.csv").read_text("utf-8") for name in names})
    )
